//! The command line: each command of the binary, what it prints, and the status it ends with. The only place that prints.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use lockstep_protocol::limits::Limits;
use secrecy::ExposeSecret;
use tokio::signal;

use super::{
    demo, doctor,
    engine::{Engine, StartError, make_folder, options},
    import, plan,
    serve::{Overrides, Server, make_up_password},
};
use crate::{
    auth::{
        identity::Providers,
        keys::ServerKeys,
        service::{Auth, Parts},
        throttle::Throttle,
    },
    bus::ephemeral::local::LocalEphemeral,
    config::{
        Command, CommandLine, ImportCommand, LogFormat, Registration, SeedFlags, ServeFlags, Settings, StoreFlags,
    },
    store::Store,
    telemetry,
};

/// Bad configuration or usage.
const USAGE: u8 = 2;

/// Runs a command to its end.
pub async fn run(line: CommandLine) -> ExitCode {
    let (log, format) = match &line.command {
        Command::Serve(flags) => (flags.log.as_str(), flags.log_format),
        _ => ("warn", LogFormat::Pretty),
    };
    if let Err(reason) = telemetry::start(log, format) {
        return complain(&reason, USAGE);
    }
    let done = match line.command {
        Command::Serve(flags) => return serve(flags).await,
        Command::Migrate(flags) => migrate(flags).await,
        Command::Seed(flags) => seed(flags).await,
        Command::Import(ImportCommand::Trello(flags)) => import::trello(&flags).await.map(|outcome| {
            say(&outcome.to_string());
            if outcome.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(3) }
        }),
        Command::Doctor(flags) => examine(flags).await,
        Command::Plan(flags) => plan::run(&flags).await.map(|standing| {
            say(&standing.to_string());
            ExitCode::SUCCESS
        }),
    };
    done.unwrap_or_else(|error| complain(&error.to_string(), 1))
}

fn say(line: &str) {
    // A closed pipe is the reader's choice.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

fn complain(reason: &str, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "lockstep: {reason}");
    ExitCode::from(status)
}

async fn serve(flags: ServeFlags) -> ExitCode {
    let settings = match Settings::try_from(flags) {
        Ok(settings) => settings,
        Err(reason) => return complain(&reason.to_string(), USAGE),
    };
    let began = tokio::time::Instant::now();
    let server = match Server::start(settings, Overrides::default()).await {
        Ok(server) => server,
        Err(error) => return complain(&error.to_string(), 1),
    };
    if let Some(password) = &server.demo_password {
        say(&format!("A demo organization was made. Log in as {} or {}", demo::ANA, demo::BEN));
        say(&format!("with the password {} (it is shown this once).", password.expose_secret()));
    }
    tracing::info!(started_in_ms = began.elapsed().as_millis() as u64, address = %server.address, "ready");
    say(&format!("Lockstep is ready at {}", server.url));
    asked_to_end().await;
    say("Lockstep is ending: connections are told to come back.");
    server.stop().await;
    ExitCode::SUCCESS
}

async fn asked_to_end() {
    let interrupt = async {
        if let Err(error) = signal::ctrl_c().await {
            tracing::error!(%error, "cannot hear interrupts");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

async fn migrate(flags: StoreFlags) -> Result<ExitCode, StartError> {
    let store = open(&flags).await?;
    let about = store.about().await?;
    store.close().await;
    say(&format!("The tables are up to date (era {}, epoch {}).", about.era, about.epoch));
    Ok(ExitCode::SUCCESS)
}

async fn open(flags: &StoreFlags) -> Result<Store, StartError> {
    flags.check().map_err(|error| StartError::Other(error.to_string()))?;
    make_folder(&flags.data_dir)?;
    Ok(Store::open(&options(flags)).await?)
}

async fn seed(flags: SeedFlags) -> Result<ExitCode, StartError> {
    flags.store.check().map_err(|error| StartError::Other(error.to_string()))?;
    let engine = Engine::alone(&flags.store, Limits::default()).await?;
    let keys = ServerKeys::open(&flags.store.data_dir, engine.clock.now())
        .map_err(|error| StartError::Other(error.to_string()))?;
    let ephemeral = std::sync::Arc::<LocalEphemeral>::default();
    let auth = Auth::new(Parts {
        store: &engine.store,
        directory: engine.directory.clone(),
        keys,
        issuer: "http://localhost",
        throttle: Throttle::new(ephemeral.clone(), &engine.limits, 1),
        ephemeral,
        providers: Providers::default(),
        texts: None,
        registration: Registration::Closed,
        clock: engine.clock.clone(),
        limits: engine.limits.clone(),
    })
    .map_err(|error| StartError::Other(error.to_string()))?;
    let known = engine.store.accounts().find_by_email(demo::ANA).await?.is_some();
    let password = match flags.demo_password {
        Some(password) => password,
        None => make_up_password().map_err(StartError::Other)?,
    };
    let made = demo::make(&auth, &engine.directory, &password).await;
    engine.stop().await;
    let demo = made?;
    say(&format!("The demo organization is {} with the board {}.", demo.org_id, demo.board_id));
    if known {
        say("Its people were there already, with the passwords they had.");
    } else {
        say(&format!("Log in as {} or {} with the password {}", demo::ANA, demo::BEN, password.expose_secret()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn examine(flags: StoreFlags) -> Result<ExitCode, StartError> {
    let store = open(&flags).await?;
    let diagnosis = doctor::examine(&store).await?;
    store.close().await;
    for (kind, (streams, events)) in &diagnosis.counted {
        say(&format!("{kind}: {streams} streams, {events} events"));
    }
    for (topic, what) in &diagnosis.damaged {
        say(&format!("DAMAGED {topic}: {what}"));
    }
    if diagnosis.damaged.is_empty() {
        say("Everything adds up.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(3))
}
