//! Mail over SMTP (RFC 5321). It hands a message to one server of the operator's and says whether it was taken, may be tried again
//! or was refused for good.

use std::{fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{Error, PoolConfig},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// For the whole conversation about one message.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Connections that are kept for the next message.
const CONNECTIONS_MAX: u32 = 4;

/// A message as it goes out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The same when it is sent again, so that a mail program shows it once.
    pub id: Uuid,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where its reader can end mail of this kind with one request (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// Why a message was not taken. The text is for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The server is away, busy or set up wrongly.
    Later(String),
    /// This message is refused whenever it is sent.
    Never(String),
}

/// A server that takes mail. Cheap to clone.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({})", self.from)
    }
}

impl Smtp {
    /// `url` is `smtps://user:password@host:port` (TLS from the start) or `smtp://…` (STARTTLS, without which nothing is sent, except to
    /// this machine). `from` is an address, or a name with an address. Connects to nobody yet.
    pub fn new(url: &SecretString, from: &str) -> Result<Self, String> {
        let from: Mailbox = from.parse().map_err(|error| format!("the sender {from} is no address: {error}"))?;
        let domain = from.email.domain().to_owned();
        let url = with_tls(url.expose_secret())?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|_| "the mail server is smtps://user:password@host or smtp://user:password@host:587".to_owned())?;
        let pool = PoolConfig::new().min_idle(0).max_size(CONNECTIONS_MAX);
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).pool_config(pool).build(), from, domain })
    }

    /// Hands a message over; once this returns `Ok` it is the server's to deliver.
    pub async fn send(&self, mail: &Outgoing) -> Result<(), Refused> {
        let message = self.message(mail).map_err(Refused::Never)?;
        match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refused(&error)),
            Err(_) => Err(Refused::Later(format!("no answer within {} seconds", TIMEOUT.as_secs()))),
        }
    }

    fn message(&self, mail: &Outgoing) -> Result<Message, String> {
        let to: Mailbox = mail.to.parse().map_err(|error| format!("the recipient is no address: {error}"))?;
        // RFC 3834: what answers mail by itself leaves this alone.
        let raw = |name, value| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let automatic = raw("Auto-Submitted", "auto-generated".to_owned());
        let mut message = Message::builder();
        if let Some(address) = &mail.unsubscribe {
            message = message
                .raw_header(raw("List-Unsubscribe", format!("<{address}>")))
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        message
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain)))
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| format!("the message cannot be written: {error}"))
    }
}

/// Asks for STARTTLS where the operator did not say otherwise: passwords and reset links do not travel in the clear.
fn with_tls(url: &str) -> Result<String, String> {
    let Some(rest) = url.strip_prefix("smtp://") else { return Ok(url.to_owned()) };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let here = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host.strip_prefix(name).is_some_and(|port| port.is_empty() || port.starts_with(':')));
    if here || rest.contains("tls=") {
        return Ok(url.to_owned());
    }
    let sign = if rest.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{sign}tls=required"))
}

fn refused(error: &Error) -> Refused {
    let why = plain(error);
    // 530 to 538 are about our own log-in (RFC 4954): the operator mends that, and the mail is not at fault.
    let ours = error.status().is_some_and(|code| (530..=538).contains(&u16::from(code)));
    if error.is_permanent() && !ours { Refused::Never(why) } else { Refused::Later(why) }
}

/// The chain of causes on one line of bounded length.
fn plain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_to_other_machines_is_encrypted_unless_the_operator_says_otherwise() {
        for (given, used) in [
            ("smtp://u:p@mail.example.org:587", "smtp://u:p@mail.example.org:587?tls=required"),
            ("smtp://mail.example.org?x=1", "smtp://mail.example.org?x=1&tls=required"),
            ("smtp://localhost.example.org", "smtp://localhost.example.org?tls=required"),
            ("smtp://mail.example.org?tls=opportunistic", "smtp://mail.example.org?tls=opportunistic"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://localhost", "smtp://localhost"),
            ("smtps://mail.example.org", "smtps://mail.example.org"),
        ] {
            assert_eq!(with_tls(given).as_deref(), Ok(used));
        }
    }

    #[tokio::test]
    async fn settings_that_cannot_work_are_refused_without_telling_the_password() {
        let url = |text: &str| SecretString::from(text.to_owned());
        assert!(Smtp::new(&url("smtp://127.0.0.1:2525"), "Lockstep <no-reply@example.org>").is_ok());
        assert!(Smtp::new(&url("smtp://127.0.0.1:2525"), "not an address").is_err());
        let error = Smtp::new(&url("http://user:hush@host"), "a@example.org").expect_err("no mail server");
        assert!(!error.contains("hush"), "{error}");
    }
}
