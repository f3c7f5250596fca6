//! How apps on phones are reached: the operator's accounts at Google's and Apple's push services, in one file. Browsers need no account.
//! Secrets lie in files of their own, as these services hand them out. It must never quote one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use serde::Deserialize;

use super::{BadSetting, bad};

/// The file of services, and each that it names.
const FILE_BYTES_MAX: u64 = 64 * 1024;
const FLAG: &str = "push-services";
const FCM: &str = "https://fcm.googleapis.com";
const APNS: &str = "https://api.push.apple.com";

/// What is set up beside browsers.
#[derive(Clone, Debug, Default)]
pub struct PushServices {
    pub fcm: Option<FcmSettings>,
    pub apns: Option<ApnsSettings>,
}

/// An account of Firebase Cloud Messaging.
#[derive(Clone, Debug)]
pub struct FcmSettings {
    /// Scheme and authority of the service.
    pub address: String,
    pub project_id: String,
    pub client_email: String,
    /// Names the key in what it signs.
    pub key_id: String,
    /// RSA, in PEM.
    pub private_key: SecretString,
    /// Where tokens are asked for.
    pub token_uri: String,
}

/// An account of Apple's push service.
#[derive(Clone, Debug)]
pub struct ApnsSettings {
    /// Scheme and authority of the service.
    pub address: String,
    /// The app's bundle id.
    pub topic: String,
    pub team_id: String,
    pub key_id: String,
    /// On P-256, in PEM.
    pub key: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fcm: Option<FcmEntry>,
    apns: Option<ApnsEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FcmEntry {
    service_account_file: PathBuf,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApnsEntry {
    key_file: PathBuf,
    key_id: String,
    team_id: String,
    topic: String,
    address: Option<String>,
}

/// As Google hands it out; there is more in it.
#[derive(Deserialize)]
struct ServiceAccount {
    project_id: String,
    client_email: String,
    private_key_id: String,
    private_key: SecretString,
    token_uri: String,
}

impl PushServices {
    /// Reads the file of services, and those it names.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, BadSetting> {
        let Some(path) = path else { return Ok(Self::default()) };
        let file: File = toml::from_str(&text(path)?)
            .map_err(|error| bad(FLAG, format!("{}: {}", path.display(), error.message())))?;
        Ok(Self { fcm: file.fcm.map(fcm).transpose()?, apns: file.apns.map(apns).transpose()? })
    }
}

fn fcm(entry: FcmEntry) -> Result<FcmSettings, BadSetting> {
    let path = &entry.service_account_file;
    // The parser's own words may quote a secret.
    let account: ServiceAccount = serde_json::from_str(&secret(path)?).map_err(|_| {
        bad(FLAG, format!("[fcm] {}: is no service account as Google hands it out, in JSON", path.display()))
    })?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    if account.project_id.is_empty() || !account.project_id.chars().all(plain) {
        return Err(bad(FLAG, format!("[fcm] {}: its project_id is none", path.display())));
    }
    Ok(FcmSettings {
        address: address("fcm", entry.address, FCM)?,
        project_id: account.project_id,
        client_email: account.client_email,
        key_id: account.private_key_id,
        private_key: account.private_key,
        token_uri: whole("fcm", account.token_uri)?,
    })
}

fn apns(entry: ApnsEntry) -> Result<ApnsSettings, BadSetting> {
    let plain = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c: char| c.is_ascii_alphanumeric() || more.contains(c))
    };
    for (name, text, more) in
        [("key_id", &entry.key_id, ""), ("team_id", &entry.team_id, ""), ("topic", &entry.topic, ".-")]
    {
        if !plain(text, more) {
            return Err(bad(FLAG, format!("[apns] {name} is none")));
        }
    }
    Ok(ApnsSettings {
        address: address("apns", entry.address, APNS)?,
        topic: entry.topic,
        team_id: entry.team_id,
        key_id: entry.key_id,
        key: secret(&entry.key_file)?.into(),
    })
}

/// Scheme and authority. Whether requests may go there is judged when they do.
fn address(service: &str, given: Option<String>, usual: &str) -> Result<String, BadSetting> {
    let address = whole(service, given.unwrap_or_else(|| usual.to_owned()))?;
    let address = address.strip_suffix('/').unwrap_or(&address);
    match address.split_once("://") {
        Some((_, authority)) if !authority.contains('/') => Ok(address.to_owned()),
        _ => Err(bad(FLAG, format!("[{service}] address is a scheme, a host and perhaps a port, nothing more"))),
    }
}

fn whole(service: &str, address: String) -> Result<String, BadSetting> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#@".contains(c);
    if rest.is_none_or(str::is_empty) || address.contains(odd) {
        return Err(bad(FLAG, format!("[{service}] its addresses are https addresses without a query")));
    }
    Ok(address)
}

/// A file that its owner alone may read.
fn secret(path: &Path) -> Result<String, BadSetting> {
    if super::outside::is_exposed(path) {
        let path = path.display();
        return Err(bad(FLAG, format!("{path}: others may read the secret in it; run chmod 600 on it")));
    }
    text(path)
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
    use secrecy::ExposeSecret;

    use super::*;

    const ACCOUNT: &str = r#"{ "type": "service_account", "project_id": "a-project", "private_key_id": "k1",
        "private_key": "hush", "client_email": "push@a-project.example", "token_uri": "https://oauth2.googleapis.com/token" }"#;

    /// The services of a file, with their files beside it, readable by `mode`.
    fn read_as(services: &str, account: &str, mode: u32) -> Result<PushServices, BadSetting> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for (name, content) in [("account.json", account), ("key.p8", "hush")] {
            fs::write(path(name), content).expect("written");
            #[cfg(unix)]
            fs::set_permissions(path(name), std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("changed");
        }
        let services = services.replace("FOLDER", &folder.path().display().to_string());
        fs::write(path("push.toml"), services).expect("written");
        PushServices::read(Some(&path("push.toml")))
    }

    const BOTH: &str = "[fcm]\nservice_account_file = \"FOLDER/account.json\"\n[apns]\nkey_file = \"FOLDER/key.p8\"\n\
        key_id = \"ABC123DEFG\"\nteam_id = \"DEF123GHIJ\"\ntopic = \"org.example.lockstep\"\n";

    #[test]
    fn services_are_read_with_their_files_and_no_secret_is_shown() {
        let both = read_as(BOTH, ACCOUNT, 0o600).expect("read");
        assert!(!format!("{both:?}").contains("hush"));
        let (fcm, apns) = (both.fcm.expect("there"), both.apns.expect("there"));
        assert_eq!((fcm.project_id.as_str(), fcm.key_id.as_str(), fcm.address.as_str()), ("a-project", "k1", FCM));
        assert_eq!(fcm.private_key.expose_secret(), "hush");
        assert_eq!((apns.key_id.as_str(), apns.address.as_str()), ("ABC123DEFG", APNS));
        assert_eq!(apns.key.expose_secret(), "hush");
        let sandbox = BOTH.to_owned() + "address = \"https://api.sandbox.push.apple.com/\"";
        let sandbox = read_as(&sandbox, ACCOUNT, 0o600).expect("read").apns.expect("there");
        assert_eq!(sandbox.address, "https://api.sandbox.push.apple.com");
        assert!(PushServices::read(None).expect("nothing").fcm.is_none());
    }

    #[test]
    fn what_cannot_be_a_service_is_refused_and_no_secret_is_quoted() {
        let without = |line: &str| BOTH.replace(line, "");
        for (services, account, says) in [
            (without("key_id = \"ABC123DEFG\"\n"), ACCOUNT, "key_id"),
            (BOTH.replace("ABC123DEFG", "../hush"), ACCOUNT, "key_id"),
            (BOTH.replace("org.example.lockstep", "a topic"), ACCOUNT, "topic"),
            (BOTH.replace("key.p8", "nowhere.p8"), ACCOUNT, "nowhere.p8"),
            (BOTH.to_owned() + "address = \"api.push.apple.com\"", ACCOUNT, "https"),
            (BOTH.to_owned() + "address = \"https://a.example/path\"", ACCOUNT, "nothing more"),
            (BOTH.to_owned() + "password = \"x\"", ACCOUNT, "password"),
            (BOTH.to_owned(), "{ \"private_key\": \"hush\" }", "service account"),
            (BOTH.to_owned(), "hush", "service account"),
            (BOTH.to_owned(), &ACCOUNT.replace("a-project\"", "a/../b\""), "project_id"),
            (BOTH.to_owned(), &ACCOUNT.replace("https://oauth2", "ftp://oauth2"), "https"),
        ] {
            let error = read_as(&services, account, 0o600).expect_err(&services);
            assert!(error.flag == FLAG && error.reason.contains(says), "{error}");
            assert!(!error.reason.contains("\"hush\"") && !error.reason.contains("/hush"), "{error}");
        }
        #[cfg(unix)]
        assert!(read_as(BOTH, ACCOUNT, 0o644).expect_err("exposed").reason.contains("chmod 600"));
    }
}
