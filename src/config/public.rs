//! The address that people know this server by. It must never be taken from a request.

use std::net::{IpAddr, SocketAddr};

use super::{BadSetting, bad};

/// How browsers reach this server: scheme and authority, nothing after them. It is also the one allowed origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
}

impl PublicUrl {
    pub fn parse(url: &str) -> Result<Self, BadSetting> {
        let refused = |reason: &str| Err(bad("public-url", reason));
        let origin = url.strip_suffix('/').unwrap_or(url).to_ascii_lowercase();
        let Some((scheme, authority)) = origin.split_once("://") else {
            return refused("begins with https:// or http://");
        };
        if scheme != "https" && scheme != "http" {
            return refused("begins with https:// or http://");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(plain) {
            return refused(
                "is a scheme, a host name and perhaps a port: no path, no user, international names in punycode",
            );
        }
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        Ok(Self { origin: format!("{scheme}://{authority}") })
    }

    /// What a browser on this machine would type.
    pub fn of_listener(listen: SocketAddr) -> Self {
        let port = listen.port();
        let host = match listen.ip() {
            address if address.is_unspecified() => "localhost".to_owned(),
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        Self { origin: if port == 80 { format!("http://{host}") } else { format!("http://{host}:{port}") } }
    }

    /// As browsers write it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether only browsers on this machine come here.
    pub fn is_local(&self) -> bool {
        local_rest(&self.origin).is_some()
    }

    /// Exactly this origin. A server that only this machine reaches also goes by its other local names, on the same port.
    pub fn allows(&self, origin: &str) -> bool {
        if origin == self.origin {
            return true;
        }
        match (local_rest(origin), local_rest(&self.origin)) {
            (Some(asked), Some(ours)) => asked == ours,
            _ => false,
        }
    }
}

/// What follows a name of this machine: nothing, or a port.
fn local_rest(origin: &str) -> Option<&str> {
    let rest = origin.strip_prefix("http://")?;
    let after = ["localhost", "127.0.0.1", "[::1]"].into_iter().find_map(|host| rest.strip_prefix(host))?;
    (after.is_empty() || after.starts_with(':')).then_some(after)
}
