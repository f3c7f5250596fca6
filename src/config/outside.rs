//! What of the world outside the operator names: providers that say who somebody is, services that reach phones, and places in private
//! networks that requests may go to all the same. Secrets come from files, never from a flag: flags are in the list of processes.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{BadSetting, Network, bad};

/// The file of providers, and a secret's own.
const FILE_BYTES_MAX: u64 = 64 * 1024;
const PROVIDERS_MAX: usize = 20;
const ID_CHARS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 40;
const FLAG: &str = "identity-providers";

/// Logging in with accounts of elsewhere, and where requests go.
#[derive(Clone, Debug, Args)]
pub struct OutsideFlags {
    /// File of the providers that people may log in with, in TOML: see docs/IDENTITY.md.
    #[arg(long, env = "LOCKSTEP_IDENTITY_PROVIDERS", value_name = "FILE")]
    pub identity_providers: Option<PathBuf>,
    /// File of the accounts that apps on phones are reached by, in TOML: see docs/PUSH.md. Browsers need none.
    #[arg(long, env = "LOCKSTEP_PUSH_SERVICES", value_name = "FILE")]
    pub push_services: Option<PathBuf>,
    /// File of whoever sends text messages, in TOML: see docs/SMS.md. Without it there are none.
    #[arg(long, env = "LOCKSTEP_SMS_PROVIDER", value_name = "FILE")]
    pub sms_provider: Option<PathBuf>,
    /// Where requests may go although it is no public address: HOST:PORT, a network such as 10.0.0.0/8, or, for development, http://HOST:PORT of this machine; repeat or separate with commas.
    #[arg(long, env = "LOCKSTEP_EGRESS_ALLOW", value_delimiter = ',', value_name = "PLACE")]
    pub egress_allow: Vec<Place>,
}

/// A place that requests may go to although it is no public address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By TLS, wherever the name leads.
    Host {
        host: String,
        port: u16,
    },
    /// Without TLS, where the name leads to this machine.
    Plain {
        host: String,
        port: u16,
    },
    Network(Network),
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let (rest, plain) = text.strip_prefix("http://").map_or((text, false), |rest| (rest, true));
        let wrong = || format!("{text} is no place such as idp.example.lan:8443, 10.0.0.0/8 or http://127.0.0.1:4000");
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let named = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        let port: u16 = port.parse().map_err(|_| wrong())?;
        if host.is_empty() || !host.chars().all(named) {
            return Err(wrong());
        }
        let host = host.to_ascii_lowercase();
        Ok(if plain { Self::Plain { host, port } } else { Self::Host { host, port } })
    }
}

/// What kind of provider it is: what is known of it beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// OpenID Connect, all by discovery.
    #[default]
    Oidc,
    Google,
    Microsoft,
    /// OAuth 2 with an interface of its own.
    Github,
}

/// Somebody who says who a person is.
#[derive(Clone, Debug)]
pub struct Provider {
    /// In addresses.
    pub id: String,
    /// On buttons.
    pub name: String,
    pub kind: ProviderKind,
    pub issuer: String,
    pub client_id: String,
    /// `None`: a public client, which proves itself by PKCE alone.
    pub client_secret: Option<SecretString>,
    /// Beside `openid`.
    pub scopes: Vec<String>,
}

/// A provider as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    kind: ProviderKind,
    name: Option<String>,
    issuer: Option<String>,
    client_id: String,
    client_secret: Option<SecretString>,
    client_secret_file: Option<PathBuf>,
    scopes: Option<Vec<String>>,
}

impl OutsideFlags {
    /// Reads the file of providers.
    pub(super) fn providers(&self) -> Result<Vec<Provider>, BadSetting> {
        let Some(path) = &self.identity_providers else { return Ok(Vec::new()) };
        let text = read(path)?;
        let entries: BTreeMap<String, Entry> =
            // The parser's own words may quote a secret.
            toml::from_str(&text).map_err(|error| bad(FLAG, format!("{}: {}", path.display(), error.message())))?;
        if entries.len() > PROVIDERS_MAX {
            return Err(bad(FLAG, format!("holds at most {PROVIDERS_MAX} providers")));
        }
        if entries.values().any(|entry| entry.client_secret.is_some()) && is_exposed(path) {
            let path = path.display();
            return Err(bad(FLAG, format!("{path}: others may read the secrets in it; run chmod 600 on it")));
        }
        entries.into_iter().map(|(id, entry)| provider(id, entry)).collect()
    }
}

fn provider(id: String, entry: Entry) -> Result<Provider, BadSetting> {
    let refused = |reason: &str| bad(FLAG, format!("[{id}] {reason}"));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > ID_CHARS_MAX || !id.chars().all(plain) {
        return Err(refused("a provider is called by lower-case letters, digits and hyphens, 32 at most"));
    }
    let (name, issuer, scopes): (_, _, &[&str]) = match entry.kind {
        ProviderKind::Oidc => (None, None, &["email", "profile"]),
        ProviderKind::Google => (Some("Google"), Some("https://accounts.google.com"), &["email", "profile"]),
        ProviderKind::Microsoft => {
            (Some("Microsoft"), Some("https://login.microsoftonline.com/common/v2.0"), &["email", "profile"])
        }
        ProviderKind::Github => (Some("GitHub"), Some("https://github.com"), &["read:user", "user:email"]),
    };
    let issuer = entry.issuer.or(issuer.map(str::to_owned)).ok_or_else(|| refused("needs an issuer"))?;
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    if rest.is_none_or(str::is_empty) || issuer.contains(['?', '#', '@']) {
        return Err(refused("issuer is an https address without a query"));
    }
    let name = entry.name.or(name.map(str::to_owned)).unwrap_or_else(|| id.clone());
    if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(refused("name is what the button says, 40 characters at most"));
    }
    if entry.client_id.trim().is_empty() {
        return Err(refused("needs a client_id"));
    }
    let client_secret = match (entry.client_secret, entry.client_secret_file) {
        (Some(_), Some(_)) => return Err(refused("has client_secret and client_secret_file; one is enough")),
        (secret, None) => secret,
        (None, Some(path)) => Some(SecretString::from(read(&path)?.trim().to_owned())),
    };
    if client_secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
        return Err(refused("has an empty client secret"));
    }
    if entry.kind == ProviderKind::Github && client_secret.is_none() {
        return Err(refused("needs a client_secret or a client_secret_file"));
    }
    let scopes = entry.scopes.unwrap_or_else(|| scopes.iter().map(|&scope| scope.to_owned()).collect());
    Ok(Provider { id, name, kind: entry.kind, issuer, client_id: entry.client_id, client_secret, scopes })
}

fn read(path: &Path) -> Result<String, BadSetting> {
    let failed = |error: std::io::Error| bad(FLAG, format!("{}: {error}", path.display()));
    if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES_MAX {
        return Err(bad(FLAG, format!("{}: is larger than {FILE_BYTES_MAX} bytes", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

/// Whether others than its owner may read it.
pub(super) fn is_exposed(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let mode = fs::metadata(path).map(|file| std::os::unix::fs::PermissionsExt::mode(&file.permissions()));
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of providers, readable by `mode`, read.
    fn read_as(text: &str, mode: u32) -> Result<Vec<Provider>, BadSetting> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("providers.toml");
        let text = text.replace("SECRET_FILE", &folder.path().join("secret").display().to_string());
        fs::write(&path, text).expect("written");
        fs::write(folder.path().join("secret"), "from a file\n").expect("written");
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("changed");
        OutsideFlags {
            identity_providers: Some(path),
            push_services: None,
            sms_provider: None,
            egress_allow: Vec::new(),
        }
        .providers()
    }

    #[test]
    fn providers_are_read_with_what_is_known_of_them_and_their_secrets_are_not_shown() {
        let text = "[google]\nkind = \"google\"\nclient_id = \"g\"\nclient_secret = \"hush\"\n\
            [work]\nname = \"Work\"\nissuer = \"https://id.example.org/realms/a\"\nclient_id = \"w\"\nclient_secret_file = \"SECRET_FILE\"\n\
            [zz-public]\nissuer = \"https://id.example.org\"\nclient_id = \"p\"\nscopes = [\"email\"]\n";
        let providers = read_as(text, 0o600).expect("read");
        let names: Vec<_> = providers.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
        assert_eq!(names, [("google", "Google"), ("work", "Work"), ("zz-public", "zz-public")]);
        assert_eq!(providers[0].issuer, "https://accounts.google.com");
        let secret = providers[1].client_secret.as_ref().expect("there");
        assert_eq!(secret.expose_secret(), "from a file");
        assert!(providers[2].client_secret.is_none() && providers[2].scopes == ["email"]);
        assert!(!format!("{providers:?}").contains("hush"));
    }

    #[test]
    fn what_cannot_be_a_provider_is_refused_and_no_secret_is_quoted() {
        for (text, says) in [
            ("[Work]\nissuer = \"https://a.example\"\nclient_id = \"x\"", "lower-case"),
            ("[work]\nclient_id = \"x\"", "issuer"),
            ("[work]\nissuer = \"ftp://a.example\"\nclient_id = \"x\"", "https"),
            ("[work]\nissuer = \"https://u@a.example\"\nclient_id = \"x\"", "https"),
            ("[work]\nissuer = \"https://a.example\"\nclient_id = \" \"", "client_id"),
            ("[hub]\nkind = \"github\"\nclient_id = \"x\"", "client_secret"),
            ("[work]\nkind = \"saml\"\nclient_id = \"x\"", "saml"),
            ("[work]\nissuer = \"https://a.example\"\nclient_id = \"x\"\nsecret = \"hush\"", "secret"),
            ("[work]\nissuer = \"https://a.example\"\nclient_id = \"x\"\nclient_secret = [\"hush\"]", "client_secret"),
            (
                "[w]\nissuer = \"https://a.example\"\nclient_id = \"x\"\nclient_secret = \"a\"\nclient_secret_file = \"b\"",
                "one is enough",
            ),
        ] {
            let error = read_as(text, 0o600).expect_err(text);
            assert_eq!(error.flag, FLAG);
            assert!(!error.reason.contains("hush"), "{error}");
            assert!(error.reason.contains(says) || error.reason.contains("invalid type"), "{text}: {error}");
        }
        let exposed = "[work]\nissuer = \"https://a.example\"\nclient_id = \"x\"\nclient_secret = \"hush\"";
        #[cfg(unix)]
        assert!(read_as(exposed, 0o644).expect_err("exposed").reason.contains("chmod 600"));
        assert!(read_as(exposed, 0o600).is_ok());
    }

    #[test]
    fn places_are_hosts_with_a_port_networks_or_this_machine_in_the_clear() {
        let host = |host: &str, port| Place::Host { host: host.into(), port };
        for (text, place) in [
            ("idp.example.lan:8443", host("idp.example.lan", 8443)),
            ("IDP.lan:443", host("idp.lan", 443)),
            ("10.0.0.5:8443", host("10.0.0.5", 8443)),
            ("[fd00::1]:443", host("[fd00::1]", 443)),
            ("http://127.0.0.1:4000", Place::Plain { host: "127.0.0.1".into(), port: 4000 }),
        ] {
            assert_eq!(text.parse(), Ok(place), "{text}");
        }
        for text in ["10.0.0.0/8", "10.0.0.5", "fd00::/8", "::1"] {
            assert!(matches!(text.parse(), Ok(Place::Network(_))), "{text}");
        }
        for text in
            ["", "idp", "idp:", "idp:99999", "https://idp:443", "http://idp", "idp/x:1", "u@idp:1", "10.0.0.0/64"]
        {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
