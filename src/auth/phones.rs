//! The number that somebody's text messages go to. It is theirs once they type a code that was sent to it. It is told news and nothing
//! else: it is no way to log in, and none to a new password. It must never tell whether a number is somebody else's too.

use std::sync::Arc;

use aws_lc_rs::constant_time;
use futures_util::future::BoxFuture;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Client,
    address::network,
    codes::Purpose,
    service::{Auth, stored},
    throttle::Key,
};
use crate::{
    letters::{Language, news},
    store::phones::{AskedNumber, Phone},
};

/// E.164: fifteen digits at most. Shorter ones than this are services of one network.
const DIGITS_MAX: usize = 15;
const DIGITS_MIN: usize = 7;

/// Why a text message was not taken; the text is for the operator.
#[derive(Clone, Debug)]
pub enum Untaken {
    /// This one is refused: there is no such number, most likely.
    Refused(String),
    /// Nobody could be asked.
    Away(String),
}

/// Sends a text message: its id, the number, the text.
pub type Texter = dyn Fn(Uuid, String, String) -> BoxFuture<'static, Result<(), Untaken>> + Send + Sync;

/// How text messages are sent; `None`: not at all.
pub type Texts = Option<Arc<Texter>>;

impl Auth {
    /// The number, and the one whose code is awaited.
    pub async fn phone(&self, account: AccountId) -> Result<Phone, Failure> {
        let mut phone = self.store().phones().find(account).await.map_err(stored)?;
        let now = self.clock().now();
        phone.asked = phone.asked.filter(|asked| asked.until > now);
        Ok(phone)
    }

    /// Sends a code to a number. What was proved before stays until this one is.
    pub async fn ask_phone(&self, account: AccountId, number: &str, client: &Client) -> Result<Phone, Failure> {
        let none = || Failure::because(Code::FieldInvalid, "This server sends no text messages.").field("number");
        let texter = self.texts().ok_or_else(none)?;
        let (number, now) = (normal_number(number)?, self.clock().now());
        let tries = [Key::Number(number.clone()), Key::Network(network(client.address))];
        self.throttle().check(&tries, now).await?;
        for key in &tries {
            self.throttle().count(key, now).await;
        }
        let until = now.saturating_add(i64::try_from(self.limits().phone_code_ms).unwrap_or(i64::MAX) * 1_000);
        let asked = AskedNumber { number: number.clone(), code: self.clock().fresh_id(), until };
        let most = self.limits().texts_per_day_max;
        if !self.store().phones().ask(account, &asked, now, most).await.map_err(stored)? {
            return Err(Failure::new(Code::LimitReached).limit(u64::from(most)));
        }
        let profile = self.accounts().profile(account).await.map_err(stored)?;
        let language = Language::of(&profile.map_or_else(String::new, |profile| profile.locale));
        let code = self.scribe().codes().digits(Purpose::Phone, asked.code);
        let text = news::phone_code(code.expose_secret(), language);
        let Err(untaken) = texter(asked.code, number, text).await else { return self.phone(account).await };
        self.store().phones().unask(account, asked.code).await.map_err(stored)?;
        Err(match untaken {
            Untaken::Refused(why) => {
                tracing::info!(%account, %why, "a code by text message was refused");
                Failure::because(Code::FieldInvalid, "No text message can be sent to this number.").field("number")
            }
            Untaken::Away(why) => {
                tracing::warn!(%why, "a code by text message could not be sent");
                Failure::because(Code::ProviderUnavailable, "No text message could be sent; try again soon.")
            }
        })
    }

    /// The number is theirs who typed what was sent to it.
    pub async fn confirm_phone(&self, account: AccountId, typed: &SecretString) -> Result<Phone, Failure> {
        let wrong = || Failure::because(Code::FieldInvalid, "This is not the code that was sent.").field("code");
        let expired = || Failure::new(Code::CodeExpired).field("code");
        let (now, most) = (self.clock().now(), self.limits().phone_code_tries_max);
        // Counted before it is compared: many tries at once are many tries.
        let tried = self.store().phones().try_code(account, now, most).await.map_err(stored)?;
        let id = tried.ok_or_else(expired)?;
        let code = self.scribe().codes().digits(Purpose::Phone, id);
        let typed: String = typed.expose_secret().chars().filter(|c| !c.is_whitespace()).collect();
        let same = constant_time::verify_slices_are_equal(code.expose_secret().as_bytes(), typed.as_bytes());
        same.map_err(|_| wrong())?;
        if !self.store().phones().confirm(account, id, now).await.map_err(stored)? {
            return Err(expired());
        }
        self.phone(account).await
    }

    /// False where there was none.
    pub async fn remove_phone(&self, account: AccountId) -> Result<bool, Failure> {
        self.store().phones().remove(account).await.map_err(stored)
    }

    /// Whether this server sends text messages.
    pub fn sends_texts(&self) -> bool {
        self.texts().is_some()
    }
}

/// In E.164 (ITU-T): a plus sign, the country's code, the rest; spaces, hyphens, dots, slashes and brackets are left out.
fn normal_number(given: &str) -> Result<String, Failure> {
    let wrong = || {
        let why = "It is a telephone number with its country's code, such as +49 30 123456.";
        Failure::because(Code::FieldInvalid, why).field("number")
    };
    if given.trim().is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("number"));
    }
    let bare: String = given.chars().filter(|c| !" -./()\u{a0}\u{2009}\u{202f}".contains(*c)).collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")).ok_or_else(wrong)?;
    let fits = (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    // No country's code begins with a zero.
    if !fits || digits.starts_with('0') {
        return Err(wrong());
    }
    Ok(format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_one_way_and_what_is_none_is_refused() {
        for (given, normal) in [
            ("+49 30 123456", "+4930123456"),
            ("0049 (30) 12-34/56", "+4930123456"),
            ("+1.500.555.0006", "+15005550006"),
            ("+491\u{a0}512\u{202f}3456789", "+4915123456789"),
        ] {
            assert_eq!(normal_number(given).expect(given), normal);
        }
        for given in
            ["030 123456", "+0 30 123456", "+49", "+4930123456x", "+٤٩٣٠١٢٣٤٥٦", "+1234567890123456", "++49301234"]
        {
            assert_eq!(normal_number(given).expect_err(given).code, Code::FieldInvalid, "{given}");
        }
        assert_eq!(normal_number(" ").expect_err("nothing").code, Code::FieldRequired);
    }
}
