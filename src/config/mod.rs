//! Settings: command line flags, each with its environment variable, checked before anything starts. The only room that reads
//! the environment. It must never hold a default that is unsafe on a public address, nor print a secret.

mod network;
mod outside;
mod plan;
mod public;
mod push;
mod sms;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};

pub use network::Network;
use outside::OutsideFlags;
pub use outside::{Place, Provider, ProviderKind};
pub use plan::{Most, PlanFlags};
pub use public::PublicUrl;
pub use push::{ApnsSettings, FcmSettings, PushServices};
pub use sms::{SmsFormat, SmsSettings};

/// Lockstep: live task boards for teams, in one binary.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version, about, disable_help_subcommand = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server.
    Serve(ServeFlags),
    /// Bring the database's tables up to date and end. `serve` does it too.
    Migrate(StoreFlags),
    /// Add the demo organization with its people and board, if it is not there.
    Seed(SeedFlags),
    /// Take in what another product exported.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Check the data from end to end: hash chains, snapshots, read tables. Changes nothing.
    Doctor(StoreFlags),
    /// Show what an organization may take up, or change it. The server may be running.
    Plan(PlanFlags),
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct StoreFlags {
    /// Folder of the keys and, without --database-url, of all data.
    #[arg(long, env = "LOCKSTEP_DATA_DIR", default_value = "./data", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// PostgreSQL instead of SQLite: postgres://user:password@host/database.
    #[arg(long, env = "LOCKSTEP_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
}

/// Flags of `lockstep seed`.
#[derive(Debug, Args)]
pub struct SeedFlags {
    #[command(flatten)]
    pub store: StoreFlags,
    /// Password of the demo accounts. Default: one is made up and printed.
    #[arg(long, env = "LOCKSTEP_DEMO_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub demo_password: Option<SecretString>,
}

/// What can be imported.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// A board exported by Trello as JSON. Run again it changes nothing.
    Trello(ImportFlags),
}

/// Flags of `lockstep import`.
#[derive(Debug, Args)]
pub struct ImportFlags {
    /// The exported file.
    pub file: PathBuf,
    #[command(flatten)]
    pub store: StoreFlags,
    /// Who imports: the e-mail address of an account here. Default: the first account.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Into which organization of theirs, by its name or id. Default: the only one that is not the personal one, else the first.
    #[arg(long, value_name = "ORGANIZATION")]
    pub organization: Option<String>,
    /// A running server to import through, for a data folder that it holds: needs --email and a password.
    #[arg(long, env = "LOCKSTEP_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Password for --url.
    #[arg(long, env = "LOCKSTEP_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub password: Option<SecretString>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Who may make an account by registering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Registration {
    /// Anybody, at once. An answer tells when an address is taken: without mail there is no other way to say it.
    Open,
    /// Anybody who follows the link of a mail. No answer tells whether an address is known.
    Verified,
    /// Whoever is invited into an organization, by the link of a mail as well. No answer tells who is known or invited.
    Invited,
    /// Nobody.
    Closed,
}

/// Mail that leaves this server.
#[derive(Clone, Debug, Args)]
pub struct MailFlags {
    /// The server that takes mail: smtps://user:password@host, or smtp://user:password@host:587 (STARTTLS). Without it nothing is sent.
    #[arg(long, env = "LOCKSTEP_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<SecretString>,
    /// Whom mail comes from: an address, or a name with one: Lockstep <no-reply@example.org>. Needed with --smtp-url.
    #[arg(long, env = "LOCKSTEP_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Show all mail to everybody who reaches this server, without sending it. Default: only on a local address without --smtp-url.
    #[arg(long, env = "LOCKSTEP_MAILBOX", value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    pub mailbox: Option<bool>,
}

/// Flags of `lockstep serve`, as given.
#[derive(Debug, Args)]
pub struct ServeFlags {
    /// Address and port to listen on. [::]:3080 is every address of this machine.
    #[arg(long, env = "LOCKSTEP_LISTEN", default_value = "127.0.0.1:3080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub store: StoreFlags,
    /// Redis, for several nodes: redis://… or rediss://…; needs --database-url.
    #[arg(long, env = "LOCKSTEP_REDIS_URL", value_name = "URL", hide_env_values = true)]
    pub redis_url: Option<SecretString>,
    /// How browsers reach this server, such as https://boards.example.org. Default: http:// and the address listened on.
    #[arg(long, env = "LOCKSTEP_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Make the demo at the first start, with this password for its accounts. Default: where only this machine reaches the server a
    /// password is made up and printed once; elsewhere there is no demo.
    #[arg(long, env = "LOCKSTEP_DEMO_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub demo_password: Option<SecretString>,
    /// Memory for live boards, in bytes; the least recently used leave it first.
    #[arg(long, env = "LOCKSTEP_LIVE_BYTES_MAX", default_value_t = 512 * 1024 * 1024, value_name = "BYTES")]
    pub live_bytes_max: usize,
    /// How long a start waits for a database that cannot be reached yet, in seconds.
    #[arg(long, env = "LOCKSTEP_DATABASE_WAIT", default_value_t = 60, value_name = "SECONDS")]
    pub database_wait: u64,
    #[command(flatten)]
    pub mail: MailFlags,
    #[command(flatten)]
    pub outside: OutsideFlags,
    /// Who may make an account by registering. Default: verified with --smtp-url, else open.
    #[arg(long, env = "LOCKSTEP_REGISTRATION", value_enum, value_name = "WHO")]
    pub registration: Option<Registration>,
    /// Accounts that one network (/24, /48) may register in 15 minutes before each costs a growing delay.
    #[arg(long, env = "LOCKSTEP_REGISTRATIONS_MAX", default_value_t = 30, value_name = "COUNT")]
    pub registrations_max: u32,
    /// Commands that one connection may send a second, steadily; at once it may send three times as many.
    #[arg(long, env = "LOCKSTEP_COMMANDS_PER_SECOND_MAX", default_value_t = 20, value_name = "COUNT")]
    pub commands_per_second_max: u32,
    /// Requests that one account may make over HTTP a second, steadily; at once it may make four times as many.
    #[arg(long, env = "LOCKSTEP_REQUESTS_PER_SECOND_MAX", default_value_t = 100, value_name = "COUNT")]
    pub requests_per_second_max: u32,
    /// Networks of reverse proxies whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8; repeat or separate with commas.
    #[arg(long, env = "LOCKSTEP_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<Network>,
    /// What is logged, as in RUST_LOG: info, or lockstep=debug,warn.
    #[arg(long, env = "LOCKSTEP_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// How log lines look.
    #[arg(long, env = "LOCKSTEP_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
}

/// Why the settings cannot be used; the process ends with status 2.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("--{flag}: {reason}")]
pub struct BadSetting {
    pub flag: &'static str,
    pub reason: String,
}

fn bad(flag: &'static str, reason: impl Into<String>) -> BadSetting {
    BadSetting { flag, reason: reason.into() }
}

/// Settings of the server, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub store: StoreFlags,
    pub redis_url: Option<SecretString>,
    pub public: PublicUrl,
    pub demo_password: Option<SecretString>,
    pub live_bytes_max: usize,
    pub database_wait: Duration,
    pub mail: MailFlags,
    /// Whether the web app shows the mails.
    pub mailbox: bool,
    pub registration: Registration,
    pub registrations_max: u32,
    /// Who else may say who somebody is.
    pub providers: Vec<Provider>,
    /// How apps on phones are reached.
    pub push_services: PushServices,
    /// How text messages are sent; `None`: not at all.
    pub sms: Option<SmsSettings>,
    /// Where requests may go although it is no public address.
    pub egress_allow: Vec<Place>,
    pub commands_per_second_max: u32,
    pub requests_per_second_max: u32,
    pub trusted_proxies: Vec<Network>,
    pub log: String,
    pub log_format: LogFormat,
}

impl StoreFlags {
    /// Refuses an address that is none of a database.
    pub fn check(&self) -> Result<(), BadSetting> {
        let known = |url: &SecretString| {
            ["postgres://", "postgresql://"].iter().any(|scheme| url.expose_secret().starts_with(scheme))
        };
        match &self.database_url {
            Some(url) if !known(url) => Err(bad(
                "database-url",
                "is postgres://user:password@host/database (without it, data is in the data folder)",
            )),
            _ => Ok(()),
        }
    }
}

impl TryFrom<ServeFlags> for Settings {
    type Error = BadSetting;

    fn try_from(flags: ServeFlags) -> Result<Self, BadSetting> {
        let scheme = |url: &Option<SecretString>, allowed: &[&str]| {
            url.as_ref().is_none_or(|url| allowed.iter().any(|scheme| url.expose_secret().starts_with(scheme)))
        };
        flags.store.check()?;
        if !scheme(&flags.redis_url, &["redis://", "rediss://"]) {
            return Err(bad("redis-url", "is redis://host:port or rediss://host:port"));
        }
        if flags.redis_url.is_some() && flags.store.database_url.is_none() {
            return Err(bad("redis-url", "connects several nodes, which need one PostgreSQL: give --database-url too"));
        }
        if flags.live_bytes_max < 16 * 1024 * 1024 {
            return Err(bad("live-bytes-max", "is at least 16777216 (16 MiB)"));
        }
        for (flag, given) in [
            ("registrations-max", flags.registrations_max),
            ("commands-per-second-max", flags.commands_per_second_max),
            ("requests-per-second-max", flags.requests_per_second_max),
        ] {
            if given == 0 {
                return Err(bad(flag, "is at least 1"));
            }
        }
        let public = match &flags.public_url {
            Some(url) => PublicUrl::parse(url)?,
            None => PublicUrl::of_listener(flags.listen),
        };
        let smtp = flags.mail.smtp_url.is_some();
        if smtp && flags.mail.mail_from.is_none() {
            return Err(bad("mail-from", "is needed with --smtp-url: whom mail comes from"));
        }
        if smtp && flags.mail.mailbox == Some(true) {
            return Err(bad("mailbox", "shows everybody what is sent to others: it cannot be used with --smtp-url"));
        }
        // Whoever sees the mails can reset any password: by itself only where nobody else can reach it.
        let mailbox = flags.mail.mailbox.unwrap_or(!smtp && public.is_local() && flags.listen.ip().is_loopback());
        let proves = matches!(flags.registration, Some(Registration::Verified | Registration::Invited));
        if proves && !smtp && !mailbox {
            return Err(bad("registration", "verified and invited need mail: give --smtp-url"));
        }
        let registration = flags.registration.unwrap_or(if smtp { Registration::Verified } else { Registration::Open });
        Ok(Self {
            listen: flags.listen,
            store: flags.store,
            redis_url: flags.redis_url,
            public,
            demo_password: flags.demo_password,
            live_bytes_max: flags.live_bytes_max,
            database_wait: Duration::from_secs(flags.database_wait),
            mail: flags.mail,
            mailbox,
            registration,
            registrations_max: flags.registrations_max,
            providers: flags.outside.providers()?,
            push_services: PushServices::read(flags.outside.push_services.as_deref())?,
            sms: SmsSettings::read(flags.outside.sms_provider.as_deref())?,
            egress_allow: flags.outside.egress_allow,
            commands_per_second_max: flags.commands_per_second_max,
            requests_per_second_max: flags.requests_per_second_max,
            trusted_proxies: flags.trusted_proxies,
            log: flags.log,
            log_format: flags.log_format,
        })
    }
}

impl Settings {
    /// Whether nobody reaches this server but whoever sits at this machine.
    pub fn is_for_this_machine(&self) -> bool {
        self.public.is_local() && self.listen.ip().is_loopback()
    }

    /// The same with the address that is really listened on (port 0 lets the system choose).
    pub fn listening_on(mut self, address: SocketAddr) -> Self {
        if self.public == PublicUrl::of_listener(self.listen) {
            self.public = PublicUrl::of_listener(address);
        }
        self.listen = address;
        self
    }
}

#[cfg(test)]
mod tests;
