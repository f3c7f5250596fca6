//! How text messages are sent: one request by HTTP to whoever the operator has an account with, told in one file. Providers differ in the
//! names of fields and in how one proves oneself, so the file says both. Secrets lie in files of their own. It must never quote one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BadSetting, bad};

/// The file of the provider, and each that it names.
const FILE_BYTES_MAX: u64 = 64 * 1024;
const FLAG: &str = "sms-provider";
/// Fields of a request, those within others among them.
const FIELDS_MAX: usize = 40;

/// How fields are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsFormat {
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// Whoever takes text messages.
#[derive(Clone, Debug)]
pub struct SmsSettings {
    pub url: String,
    pub format: SmsFormat,
    /// The header `Authorization`, whole.
    pub authorization: Option<SecretString>,
    /// What is sent: `{to}`, `{text}` and `{id}` stand for what differs.
    pub fields: Map<String, Value>,
    /// Fields beside them that are secret.
    pub secrets: Vec<(String, SecretString)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    url: String,
    #[serde(default)]
    format: SmsFormat,
    authorization_file: Option<PathBuf>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    fields: Map<String, Value>,
    #[serde(default)]
    secret_fields: std::collections::BTreeMap<String, PathBuf>,
}

impl SmsSettings {
    /// Reads the file of the provider, and those it names.
    pub(super) fn read(path: Option<&Path>) -> Result<Option<Self>, BadSetting> {
        let Some(path) = path else { return Ok(None) };
        let wrong = |why: &str| bad(FLAG, format!("{}: {why}", path.display()));
        let file: File = toml::from_str(&text(path)?).map_err(|error| wrong(error.message()))?;
        let rest = file.url.strip_prefix("https://").or_else(|| file.url.strip_prefix("http://"));
        let odd = |c: char| c.is_whitespace() || c.is_control() || "#@".contains(c);
        if rest.is_none_or(str::is_empty) || file.url.contains(odd) {
            return Err(wrong("url is an https address"));
        }
        let fields = Value::Object(file.fields);
        if count(&fields) > FIELDS_MAX {
            return Err(wrong(&format!("fields are {FIELDS_MAX} at most")));
        }
        for needed in ["{to}", "{text}"] {
            if !holds(&fields, needed) {
                return Err(wrong(&format!("fields must hold {needed}")));
            }
        }
        let Value::Object(fields) = fields else { return Err(wrong("fields is a table")) };
        if file.format == SmsFormat::Form && fields.values().any(|value| value.is_object() || value.is_array()) {
            return Err(wrong("a form has no fields within fields"));
        }
        let authorization = match (file.authorization_file, file.user, file.password_file) {
            (None, None, None) => None,
            (Some(path), None, None) => Some(secret(&path)?),
            (None, Some(user), Some(path)) => {
                let both = format!("{user}:{}", secret(&path)?.expose_secret());
                Some(format!("Basic {}", BASE64.encode(both.as_bytes())).into())
            }
            _ => return Err(wrong("authorization_file, or user and password_file")),
        };
        let secrets = file.secret_fields.into_iter().map(|(name, path)| Ok((name, secret(&path)?)));
        let secrets = secrets.collect::<Result<_, BadSetting>>()?;
        Ok(Some(Self { url: file.url, format: file.format, authorization, fields, secrets }))
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.values().map(|value| 1 + count(value)).sum(),
        Value::Array(items) => items.iter().map(|value| 1 + count(value)).sum(),
        _ => 0,
    }
}

fn holds(value: &Value, needed: &str) -> bool {
    match value {
        Value::Object(fields) => fields.values().any(|value| holds(value, needed)),
        Value::Array(items) => items.iter().any(|value| holds(value, needed)),
        Value::String(text) => text.contains(needed),
        _ => false,
    }
}

/// What is in a file that its owner alone may read, on one line.
fn secret(path: &Path) -> Result<SecretString, BadSetting> {
    if super::outside::is_exposed(path) {
        let path = path.display();
        return Err(bad(FLAG, format!("{path}: others may read the secret in it; run chmod 600 on it")));
    }
    let secret = text(path)?.trim().to_owned();
    if secret.is_empty() || secret.contains(char::is_control) {
        return Err(bad(FLAG, format!("{}: is one line that is not empty", path.display())));
    }
    Ok(secret.into())
}

fn text(path: &Path) -> Result<String, BadSetting> {
    let failed = |error: std::io::Error| bad(FLAG, format!("{}: {error}", path.display()));
    if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES_MAX {
        return Err(bad(FLAG, format!("{}: is larger than {FILE_BYTES_MAX} bytes", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWILIO: &str = "url = \"https://api.twilio.example/2010-04-01/Accounts/AC1/Messages.json\"\nformat = \"form\"\n\
        user = \"AC1\"\npassword_file = \"SECRET\"\n[fields]\nTo = \"{to}\"\nFrom = \"+15005550006\"\nBody = \"{text}\"\n";
    const JSON: &str = "url = \"https://sms.example/send\"\nauthorization_file = \"SECRET\"\n[fields]\nmessages = \
        [{ to = [\"{to}\"], text = \"{text}\", reference = \"{id}\" }]\n[secret_fields]\nkey = \"SECRET\"\n";

    fn read_as(text: &str, mode: u32) -> Result<Option<SmsSettings>, BadSetting> {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, secret) = (folder.path().join("sms.toml"), folder.path().join("secret"));
        fs::write(&secret, "hush\n").expect("written");
        #[cfg(unix)]
        fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("changed");
        fs::write(&file, text.replace("SECRET", &secret.display().to_string())).expect("written");
        SmsSettings::read(Some(&file))
    }

    #[test]
    fn a_provider_is_read_with_its_secrets_and_none_is_shown() {
        let twilio = read_as(TWILIO, 0o600).expect("read").expect("there");
        let authorization = twilio.authorization.as_ref().expect("there");
        assert_eq!(authorization.expose_secret(), "Basic QUMxOmh1c2g=");
        assert_eq!((twilio.format, twilio.fields.len()), (SmsFormat::Form, 3));
        let json = read_as(JSON, 0o600).expect("read").expect("there");
        assert_eq!(json.authorization.as_ref().expect("there").expose_secret(), "hush");
        assert_eq!(json.secrets[0].1.expose_secret(), "hush");
        assert!(!format!("{json:?} {twilio:?}").contains("hush"));
        assert!(SmsSettings::read(None).expect("nothing").is_none());
    }

    #[test]
    fn what_cannot_send_is_refused_and_no_secret_is_quoted() {
        for (text, says) in [
            (TWILIO.replace("https://api", "ftp://api"), "https"),
            (TWILIO.replace("https://api", "https://u:hush@api"), "https"),
            (TWILIO.replace("{to}", "+4930"), "{to}"),
            (TWILIO.replace("{text}", "hello"), "{text}"),
            (TWILIO.replace("user = \"AC1\"\n", ""), "password_file"),
            (TWILIO.replace("\"form\"", "\"xml\""), "xml"),
            (TWILIO.replace("Body =", "More = [\"x\"]\nBody ="), "within"),
            (JSON.replace("url =", "password = \"hush\"\nurl ="), "password"),
            (JSON.replace("[fields]", "user = \"me\"\n[fields]"), "authorization_file"),
            (format!("{JSON}other = \"/nowhere/else\"\n"), "/nowhere/else"),
            (
                JSON.replace(
                    "messages =",
                    &(0..40).map(|n| format!("a{n} = 1\n")).chain(["messages =".into()]).collect::<String>(),
                ),
                "40",
            ),
        ] {
            let error = read_as(&text, 0o600).expect_err(&text);
            assert!(error.flag == FLAG && error.reason.contains(says), "{text}: {error}");
            assert!(!error.reason.contains("hush"), "{error}");
        }
        #[cfg(unix)]
        assert!(read_as(JSON, 0o644).expect_err("exposed").reason.contains("chmod 600"));
    }
}
