//! What a server does beside answering: each is begun here and ends with the engine. It must never hold any of the work itself.

use std::sync::Arc;

use lockstep_protocol::{limits::Limits, position::Position};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::{
    demo,
    engine::{Engine, StartError},
    operator,
};
use crate::{
    auth::service::Auth,
    config::{Settings, StoreFlags},
    outbound::{egress::Egress, mail::Smtp, push::Pushers, sms::Sms},
    workers::{
        self, Progress,
        alarms::{Announcer, Listener},
        deliver::{self, Courier, MailRoom, Provider, PushRoom, Takes, TextRoom},
        hooks::{self, Hooks},
        mail::Postman,
        notify::{Notifier, Waker},
        processes::{Intake, Runner},
    },
};

/// Who takes what leaves the server.
pub(super) struct Outside {
    pub smtp: Option<Smtp>,
    pub pushers: Pushers,
    pub sms: Option<Sms>,
}

/// Begins all of it; how far people were told of what concerns them.
pub(super) fn begin(
    engine: &Engine,
    auth: &Auth,
    outside: Outside,
    settings: &Settings,
    node: Uuid,
) -> Result<Progress, StartError> {
    post_office(engine, auth, outside.smtp.clone(), node);
    processes(engine, auth, node);
    alarms(engine, node);
    #[cfg(unix)]
    operator_door(engine, &settings.store);
    deliveries(engine, auth, outside, settings, node);
    hooks(engine, auth, settings, node)?;
    Ok(inboxes(engine, node))
}

/// Begins to tell people of what concerns them, and to bring back what they put off.
fn inboxes(engine: &Engine, node: Uuid) -> Progress {
    let (store, directory, clock) = (engine.store.clone(), engine.directory.clone(), engine.clock.clone());
    let waker = Waker { store, directory: directory.clone(), clock, node };
    engine.beside("wakes", move |token| waker.clone().run(token));
    engine.looks(Notifier { directory }, node)
}

/// Begins to send what is queued.
fn post_office(engine: &Engine, auth: &Auth, smtp: Option<Smtp>, node: Uuid) {
    let postman = Postman {
        store: engine.store.clone(),
        clock: engine.clock.clone(),
        scribe: auth.scribe().clone(),
        smtp,
        node,
        nudge: auth.scribe().nudge().clone(),
    };
    engine.beside("mail", move |token| postman.clone().run(token));
}

/// Begins to carry out what follows from what happened.
fn processes(engine: &Engine, auth: &Auth, node: Uuid) {
    let nudge = Arc::<Notify>::default();
    let (store, intake) = (engine.store.clone(), Intake { nudge: nudge.clone(), limits: engine.limits.clone() });
    engine.beside("processes", move |token| {
        let (progress, _) = watch::channel(Position::START);
        workers::run(intake.clone(), store.clone(), node, Arc::default(), progress, token)
    });
    let runner = Runner {
        store: engine.store.clone(),
        directory: engine.directory.clone(),
        clock: engine.clock.clone(),
        scribe: auth.scribe().clone(),
        projected: engine.listed.clone(),
        tallied: engine.tallied.clone(),
        node,
        nudge,
    };
    engine.beside("processes-run", move |token| runner.clone().run(token));
}

/// Begins to say what has come due.
fn alarms(engine: &Engine, node: Uuid) {
    let nudge = Arc::<Notify>::default();
    let (store, listener) = (engine.store.clone(), Listener { nudge: nudge.clone() });
    engine.beside("alarms", move |token| {
        let (progress, _) = watch::channel(Position::START);
        workers::run(listener.clone(), store.clone(), node, Arc::default(), progress, token)
    });
    let (store, directory, clock) = (engine.store.clone(), engine.directory.clone(), engine.clock.clone());
    let announcer = Announcer { store, directory, clock, node, nudge };
    engine.beside("alarms-say", move |token| announcer.clone().run(token));
}

/// Begins to deliver what people are told of outside their inbox, on the ways that there are.
fn deliveries(engine: &Engine, auth: &Auth, outside: Outside, settings: &Settings, node: Uuid) {
    let home: Arc<str> = settings.public.origin().trim_end_matches('/').into();
    let scribe = auth.scribe().clone();
    let takes = match outside.smtp {
        Some(smtp) => Some(Takes::Server(smtp)),
        None => settings.mailbox.then(|| Takes::Mailbox(Box::new(scribe.clone()))),
    };
    let mail = takes.map(|takes| -> Arc<dyn Provider> {
        let codes = scribe.codes().clone();
        Arc::new(MailRoom { store: engine.store.clone(), codes, takes, home: home.clone(), nowhere: demo::NOWHERE })
    });
    let push = PushRoom::new(engine.store.clone(), engine.clock.clone(), outside.pushers, home.clone());
    let push: Arc<dyn Provider> = Arc::new(push);
    let text = outside.sms.map(|sms| -> Arc<dyn Provider> {
        let (store, clock, limits) = (engine.store.clone(), engine.clock.clone(), engine.limits.clone());
        Arc::new(TextRoom { store, clock, limits, sms, home: home.clone() })
    });
    let providers: deliver::Providers = mail.into_iter().chain([push]).chain(text).collect();
    let nudge = Arc::<Notify>::default();
    let outlets = providers.iter().map(|provider| provider.outlet()).collect();
    engine.looks(deliver::Intake { outlets, clock: engine.clock.clone(), nudge: nudge.clone() }, node);
    let (store, directory, clock) = (engine.store.clone(), engine.directory.clone(), engine.clock.clone());
    let courier = Courier { store, directory, clock, providers, home, node, nudge };
    engine.beside("deliveries-send", move |token| courier.clone().run(token));
}

/// Begins to send what happens to where organizations have it sent.
fn hooks(engine: &Engine, auth: &Auth, settings: &Settings, node: Uuid) -> Result<(), StartError> {
    let limits = Limits { egress_requests_max: hooks::AT_ONCE, ..engine.limits.as_ref().clone() };
    let egress = Egress::new(settings.egress_allow.clone(), &limits);
    let hooks = Hooks {
        store: engine.store.clone(),
        directory: engine.directory.clone(),
        clock: engine.clock.clone(),
        egress: egress.map_err(|error| StartError::Other(error.to_string()))?,
        secrets: auth.hook_secrets().clone(),
        scribe: auth.scribe().clone(),
        home: settings.public.origin().trim_end_matches('/').into(),
        node,
    };
    engine.beside("webhooks", move |token| hooks.clone().run(token));
    Ok(())
}

/// With PostgreSQL an operator is one more node; a data folder is this process's alone.
#[cfg(unix)]
fn operator_door(engine: &Engine, store: &StoreFlags) {
    if store.database_url.is_some() {
        return;
    }
    let folder: Arc<std::path::Path> = store.data_dir.as_path().into();
    let (directory, limits) = (engine.directory.clone(), engine.limits.clone());
    engine.beside("operator", move |cancel| operator::serve(folder.clone(), directory.clone(), limits.clone(), cancel));
}
