//! What a provider says of a person, made fit for here.

use lockstep_protocol::limits::Limits;

use super::provider::Unproved;
use crate::auth::address::{normal_email, normal_locale, normal_name};

const LABEL_CHARS_MAX: usize = 254;

/// What a provider says of somebody who proved there who they are.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub issuer: String,
    pub subject: String,
    /// Only one that the provider confirms to be theirs.
    pub email: Option<String>,
    /// How they know themselves there.
    pub label: String,
    pub name: String,
    /// Empty where it is not known.
    pub locale: String,
}

/// The same as it came.
#[derive(Default)]
pub(super) struct Claims {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    pub username: Option<String>,
    pub locale: Option<String>,
}

impl Claims {
    pub fn read(self, limits: &Limits) -> Result<Person, Unproved> {
        if self.subject.is_empty() || self.subject.len() > limits.identity_subject_bytes_max {
            return Err(Unproved::refused("it says no name of the person that can be kept"));
        }
        let before = |text: &str| text.split('@').next().unwrap_or_default().to_owned();
        let label = self.email.clone().or(self.username.clone()).or(self.name.clone()).unwrap_or_default();
        let names = [self.name, self.username.as_deref().map(before), self.email.as_deref().map(before)];
        let fitting =
            |name: &String| normal_name(&name.chars().take(limits.name_chars_max).collect::<String>(), limits);
        let name = names.into_iter().flatten().find_map(|name| fitting(&name).ok());
        Ok(Person {
            issuer: self.issuer,
            subject: self.subject,
            email: self.email.filter(|_| self.email_verified).and_then(|email| normal_email(&email, limits).ok()),
            label: label.chars().filter(|c| !c.is_control()).take(LABEL_CHARS_MAX).collect(),
            name: name.unwrap_or_else(|| "Somebody".to_owned()),
            locale: self.locale.and_then(|locale| normal_locale(&locale).ok()).unwrap_or_default(),
        })
    }
}
