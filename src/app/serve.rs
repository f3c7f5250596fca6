//! The running server: what `lockstep serve` starts, in order, and ends in the reverse order.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum_server::Handle;
use futures_util::FutureExt;
use lockstep_domain::Credential;
use lockstep_protocol::{ids::AccountId, limits::Limits};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    background::{self, Outside},
    demo,
    engine::{Engine, StartError, make_folder, options},
    push, texts,
};
use crate::{
    auth::{
        identity::{Fetch, NoAnswer, Providers},
        is_link_token,
        keys::ServerKeys,
        service::{Auth, Parts},
        throttle::Throttle,
    },
    bus::{
        SharedBus,
        ephemeral::{Bounds, Ephemeral, local::LocalEphemeral, redis::RedisEphemeral},
        local::Alone,
        redis::RedisBus,
        wire::ClusterKey,
    },
    clock::Clock,
    config::Settings,
    http,
    live::{registry::Registry, session::Identity},
    outbound::{egress::Egress, mail::Smtp},
    store::{Store, StoreError},
    workers::Progress,
    ws,
};

/// How long connections and requests may take to end.
const DRAIN: Duration = Duration::from_secs(10);
/// Between two tries to reach the database at the start.
const DATABASE_RETRY: Duration = Duration::from_millis(500);

/// A server that accepts connections.
pub struct Server {
    pub address: SocketAddr,
    /// What to tell people to open.
    pub url: String,
    /// The demo's password, where this start made it up.
    pub demo_password: Option<SecretString>,
    pub engine: Engine,
    pub registry: Arc<Registry>,
    /// How far people were told of what concerns them.
    pub told: Progress,
    auth: Auth,
    accept: watch::Sender<bool>,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<io::Result<()>>,
    cancel: CancellationToken,
    wheel: JoinHandle<()>,
}

/// What a test may choose beside the settings.
#[derive(Default)]
pub struct Overrides {
    pub limits: Option<Limits>,
    pub clock: Option<Clock>,
}

impl Server {
    pub async fn start(settings: Settings, overrides: Overrides) -> Result<Self, StartError> {
        let clock = overrides.clock.unwrap_or_else(Clock::system);
        let limits = overrides.limits.unwrap_or_else(|| limits(&settings));
        let limits = Limits { live_bytes_max: settings.live_bytes_max, ..limits };
        make_folder(&settings.store.data_dir)?;
        let keys = ServerKeys::open(&settings.store.data_dir, clock.now())
            .map_err(|error| StartError::Other(error.to_string()))?;
        // Before anything is started: a port that is taken is the commonest reason to fail.
        let listening = http::bind(settings.listen)
            .map_err(|error| StartError::Io { doing: format!("cannot listen on {}", settings.listen), error })?;
        let address = listening.address;
        let settings = settings.listening_on(address);

        let smtp = smtp(&settings)?;
        let egress = egress(&settings, &limits)?;
        let push = push::offer(&keys, &settings);
        let pushers = push::pushers(&keys, &settings, &egress).map_err(StartError::Other)?;
        let sms = texts::sms(&settings, &egress);
        let providers = providers(&settings, &Arc::new(limits.clone()))?;

        let cancel = CancellationToken::new();
        let node = clock.fresh_id();
        let bus = bus(&settings, &keys, node, cancel.clone()).await?;
        let ephemeral = ephemeral(&settings, &keys, Bounds::of(&limits), cancel.clone()).await?;
        let store = open_store(&settings).await?;
        let engine = Engine::start(store, bus, limits, clock.clone(), node).await?;
        let auth = Auth::new(Parts {
            store: &engine.store,
            directory: engine.directory.clone(),
            keys,
            issuer: settings.public.origin(),
            throttle: Throttle::new(ephemeral.clone(), &engine.limits, settings.registrations_max),
            ephemeral,
            providers,
            texts: texts::texts(sms.as_ref(), &clock),
            registration: settings.registration,
            clock: clock.clone(),
            limits: engine.limits.clone(),
        })
        .map_err(|error| StartError::Other(error.to_string()))?;
        let told = background::begin(&engine, &auth, Outside { smtp, pushers, sms }, &settings, node)?;
        let demo_password = first_start(&engine, &auth, &settings).await?;

        let registry = Registry::new(engine.limits.clone(), clock.clone());
        let wheel = tokio::spawn(registry.clone().run());
        let sockets = ws::router(ws::Gate {
            registry: registry.clone(),
            door: Arc::new(ws::inside::Inside::new(engine.directory.clone(), authenticate(&auth))),
            origins: Arc::from([settings.public.origin().to_owned()]),
            address_of: http::address_of(settings.trusted_proxies.clone()),
        });
        let (url, (accept, accepting)) = (settings.public.origin().to_owned(), watch::channel(true));
        let rest = rest(&engine, &auth, settings, push, accepting)?;
        let (handle, limits) = (Handle::new(), engine.limits.clone());
        let (routes, ending) = (http::router(&rest, sockets), handle.clone());
        let serving = tokio::spawn(async move { listening.serve(routes, ending, &limits).await });
        Ok(Self { address, url, demo_password, engine, registry, told, auth, accept, handle, serving, cancel, wheel })
    }

    /// Ends in order: no new connections, sockets drained, requests answered, then the engine.
    pub async fn stop(self) {
        self.accept.send_replace(false);
        self.handle.graceful_shutdown(Some(DRAIN));
        if tokio::time::timeout(DRAIN, self.registry.drain()).await.is_err() {
            tracing::warn!(left = self.registry.counts().connections, "connections were cut off");
        }
        if let Ok(Err(error)) = self.serving.await {
            tracing::error!(%error, "serving ended");
        }
        self.wheel.abort();
        self.auth.write_last_seen().await;
        self.engine.stop().await;
        self.cancel.cancel();
    }
}

/// What answers requests.
fn rest(
    engine: &Engine,
    auth: &Auth,
    settings: Settings,
    push: http::PushOffer,
    accepting: watch::Receiver<bool>,
) -> Result<http::Http, StartError> {
    let egress = egress(&settings, &engine.limits)?;
    Ok(http::Http::new(http::Parts {
        auth: auth.clone(),
        directory: engine.directory.clone(),
        store: engine.store.clone(),
        projected: engine.listed.clone(),
        tallied: engine.tallied.clone(),
        clocked: engine.clocked.clone(),
        searched: engine.searched.clone(),
        names: http::Names::default(),
        public: settings.public,
        mailbox: settings.mailbox,
        trusted_proxies: settings.trusted_proxies,
        data_dir: settings.store.data_dir,
        push,
        pace: http::Pace::new(&engine.limits),
        thumbnails: http::Thumbnails::new(engine.limits.clone()),
        limits: engine.limits.clone(),
        clock: engine.clock.clone(),
        accepting,
        may_send: Arc::new(move |address| egress.judge(address).map_err(|error| error.to_string())),
    }))
}

/// Who takes mail, where the operator named somebody.
fn smtp(settings: &Settings) -> Result<Option<Smtp>, StartError> {
    let Some(url) = &settings.mail.smtp_url else { return Ok(None) };
    let from = settings.mail.mail_from.as_deref().unwrap_or_default();
    Smtp::new(url, from).map(Some).map_err(StartError::Other)
}

/// Who sends to devices.
fn egress(settings: &Settings, limits: &Limits) -> Result<Egress, StartError> {
    Egress::new(settings.egress_allow.clone(), limits).map_err(|error| StartError::Other(error.to_string()))
}

/// Who else may say who somebody is, asked through the one guarded client.
fn providers(settings: &Settings, limits: &Arc<Limits>) -> Result<Providers, StartError> {
    let egress = egress(settings, limits)?;
    let fetch: Arc<Fetch> = Arc::new(move |request| {
        let egress = egress.clone();
        async move { egress.send(request).await.map_err(|error| NoAnswer(error.to_string())) }.boxed()
    });
    Providers::new(&settings.providers, settings.public.origin(), &fetch, limits).map_err(StartError::Other)
}

/// Opens the store. A database that cannot be reached yet is waited for: it may be starting as well.
async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let (options, until) = (options(&settings.store), Instant::now() + settings.database_wait);
    loop {
        match Store::open(&options).await {
            Err(StoreError::Unavailable(why)) if Instant::now() < until => {
                tracing::warn!(%why, "waiting for the database");
                tokio::time::sleep(DATABASE_RETRY).await;
            }
            outcome => return Ok(outcome?),
        }
    }
}

async fn bus(
    settings: &Settings,
    keys: &ServerKeys,
    node: Uuid,
    cancel: CancellationToken,
) -> Result<SharedBus, StartError> {
    let Some(url) = &settings.redis_url else {
        // Without Redis but on PostgreSQL there may be other nodes: the journal's scan is how they are noticed.
        return Ok(match settings.store.database_url {
            Some(_) => Arc::new(crate::bus::local::Silent),
            None => Arc::new(Alone),
        });
    };
    let key = ClusterKey(keys.cluster);
    let bus = RedisBus::connect(url.expose_secret(), key, node, cancel).await;
    Ok(Arc::new(bus.map_err(|error| StartError::Other(error.to_string()))?))
}

/// Where failed tries are counted and what lives for minutes is kept: by this node, or with the others.
async fn ephemeral(
    settings: &Settings,
    keys: &ServerKeys,
    bounds: Bounds,
    cancel: CancellationToken,
) -> Result<Arc<dyn Ephemeral>, StartError> {
    let Some(url) = &settings.redis_url else {
        // Without Redis but on PostgreSQL there may be other nodes, who share the database alone.
        return Ok(Arc::new(match settings.store.database_url {
            Some(_) => LocalEphemeral::among_others(bounds),
            None => LocalEphemeral::alone(bounds),
        }));
    };
    let shared = RedisEphemeral::connect(url.expose_secret(), ClusterKey(keys.cluster), bounds, cancel).await;
    Ok(Arc::new(shared.map_err(|error| StartError::Other(error.to_string()))?))
}

/// What the settings say about rates; the rest is as documented.
fn limits(settings: &Settings) -> Limits {
    Limits {
        commands_per_second_max: settings.commands_per_second_max,
        commands_burst_max: settings.commands_per_second_max.saturating_mul(3),
        requests_per_second_max: settings.requests_per_second_max,
        requests_burst_max: settings.requests_per_second_max.saturating_mul(4),
        ..Limits::default()
    }
}

/// On an empty database that only this machine reaches, or with a password for it: the demo. Gives its password where it was made up
/// here. A server for others begins without accounts that nobody asked for.
async fn first_start(engine: &Engine, auth: &Auth, settings: &Settings) -> Result<Option<SecretString>, StartError> {
    let made_up = settings.demo_password.is_none();
    if (made_up && !settings.is_for_this_machine()) || engine.store.accounts().count().await? > 0 {
        return Ok(None);
    }
    let password = match settings.demo_password.clone() {
        Some(password) => password,
        None => make_up_password().map_err(StartError::Other)?,
    };
    demo::make(auth, &engine.directory, &password).await?;
    Ok(made_up.then_some(password))
}

/// Sixteen characters that are easy to tell apart: 80 bits.
pub fn make_up_password() -> Result<SecretString, String> {
    let mut bytes = [0; 10];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no randomness to make up a password with".to_owned())?;
    let text = data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    Ok(SecretString::from(text))
}

fn authenticate(auth: &Auth) -> Arc<ws::inside::Authenticate> {
    let auth = auth.clone();
    Arc::new(move |token: String, address| {
        let auth = auth.clone();
        async move {
            if is_link_token(token.as_bytes()) {
                let looker = auth.look(token.as_bytes(), address).await?;
                let (account_id, credential) = (AccountId::NIL, Credential::Link(looker.link));
                return Ok(Identity { account_id, credential, token_expires_at: looker.expires_at });
            }
            let known = auth.authenticate(token.as_bytes()).await?;
            auth.saw(&known, address);
            Ok(Identity { account_id: known.account, credential: known.credential, token_expires_at: known.expires_at })
        }
        .boxed()
    })
}
