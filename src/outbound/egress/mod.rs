//! The one client of requests to addresses that configuration or people name. By TLS, to public addresses: a name is looked up here,
//! what it leads to is judged, and the connection goes to what was judged. Redirects are answers like any other. No proxy of the
//! environment is used; time, size and number are bounded. What the operator allows beside it is a [`Place`]. It must never show
//! an answer to somebody whom it was not meant for: that is its callers' part.

mod address;

use std::{fmt, io, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use lockstep_protocol::limits::Limits;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use tokio::sync::Semaphore;

use crate::config::{Network, Place};

/// Where a request may go that nobody allowed another port.
const PORTS: [u16; 2] = [443, 8443];
/// What servers are told of us.
const AGENT: &str = concat!("Lockstep/", env!("CARGO_PKG_VERSION"));

/// Finds the addresses of a name.
pub type Lookup = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync;

/// Why there is no answer. The text is for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// Requests do not go there.
    #[error("requests do not go there: {0}")]
    Refused(String),
    #[error("no answer: {0}")]
    Failed(String),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    /// Speaking HTTP/1.1.
    usual: Clients,
    /// Speaking HTTP/2, with servers that speak nothing else.
    second: Clients,
    allow: Vec<Place>,
    permits: Semaphore,
    timeout: Duration,
    answer_bytes_max: usize,
}

struct Clients {
    /// To the internet.
    public: Client,
    /// To a host that the operator named.
    named: Client,
    /// Without TLS, to this machine.
    plain: Client,
}

/// Which addresses a client connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Public,
    Named,
    ThisMachine,
}

impl Rule {
    fn permits(self, address: IpAddr, networks: &[Network]) -> bool {
        let allowed = || networks.iter().any(|network| network.contains(address));
        match self {
            _ if address::is_never(address) => false,
            Self::Public => address::is_public(address) || allowed(),
            Self::Named => true,
            Self::ThisMachine => address.is_loopback(),
        }
    }
}

/// Nothing that a name leads to may be connected to.
#[derive(Debug)]
struct NotThere(String);

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leads to no public address", self.0)
    }
}

impl std::error::Error for NotThere {}

/// Looks names up and lets through only what may be connected to.
struct Guard {
    rule: Rule,
    networks: Arc<[Network]>,
    lookup: Arc<Lookup>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (rule, networks, lookup) = (self.rule, self.networks.clone(), self.lookup.clone());
        Box::pin(async move {
            let found = lookup(name.as_str().to_owned()).await?;
            let permitted: Vec<SocketAddr> = found
                .into_iter()
                .filter(|&address| rule.permits(address, &networks))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if permitted.is_empty() {
                return Err(NotThere(name.as_str().to_owned()).into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

impl Egress {
    pub fn new(allow: Vec<Place>, limits: &Limits) -> Result<Self, EgressError> {
        let lookup = |name: String| -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
        };
        Self::with_lookup(allow, limits, Arc::new(lookup))
    }

    /// With names from somewhere else.
    pub fn with_lookup(allow: Vec<Place>, limits: &Limits, lookup: Arc<Lookup>) -> Result<Self, EgressError> {
        let timeout = Duration::from_millis(limits.egress_timeout_ms);
        let networks = allow.iter().filter_map(|place| match place {
            Place::Network(network) => Some(*network),
            _ => None,
        });
        let networks: Arc<[Network]> = networks.collect();
        let client = |rule: Rule, second: bool| {
            let guard = Guard { rule, networks: networks.clone(), lookup: lookup.clone() };
            let builder = Client::builder().dns_resolver(guard);
            let builder = if second { builder.http2_prior_knowledge() } else { builder.http1_only() };
            builder
                .https_only(rule != Rule::ThisMachine)
                .redirect(Policy::none())
                .referer(false)
                .no_proxy()
                .timeout(timeout)
                .user_agent(AGENT)
                .build()
                .map_err(|error| EgressError::Failed(chain(&error)))
        };
        let clients = |second: bool| {
            let (public, named) = (client(Rule::Public, second)?, client(Rule::Named, second)?);
            Ok(Clients { public, named, plain: client(Rule::ThisMachine, second)? })
        };
        Ok(Self(Arc::new(Inner {
            usual: clients(false)?,
            second: clients(true)?,
            permits: Semaphore::new(limits.egress_requests_max),
            timeout,
            answer_bytes_max: limits.egress_answer_bytes_max,
            allow,
        })))
    }

    /// Whether requests may go there at all, as far as that can be said without looking its name up.
    pub fn judge(&self, address: &str) -> Result<(), EgressError> {
        let url = address.parse().map_err(|_| EgressError::Refused("this is no address".to_owned()))?;
        self.client_for(&self.0.usual, &reqwest::Request::new(http::Method::POST, url)).map(drop)
    }

    /// Sends a request and gives the whole answer, whatever its status.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, EgressError> {
        self.send_by(&self.0.usual, request).await
    }

    /// The same by HTTP/2, to a server that is known to speak it.
    pub async fn send_http2(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, EgressError> {
        self.send_by(&self.0.second, request).await
    }

    async fn send_by(
        &self,
        clients: &Clients,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, EgressError> {
        let inner = &*self.0;
        let request = reqwest::Request::try_from(request).map_err(|error| EgressError::Refused(chain(&error)))?;
        let client = self.client_for(clients, &request)?;
        let exchange = async {
            let _permit = inner.permits.acquire().await.map_err(|error| EgressError::Failed(error.to_string()))?;
            self.read(client.execute(request).await.map_err(judged)?).await
        };
        let late = || EgressError::Failed(format!("not within {} ms", inner.timeout.as_millis()));
        tokio::time::timeout(inner.timeout, exchange).await.map_err(|_| late())?
    }

    /// The client that may go where the request wants to.
    fn client_for<'a>(&self, clients: &'a Clients, request: &reqwest::Request) -> Result<&'a Client, EgressError> {
        let (inner, url) = (&*self.0, request.url());
        let refused = |why: &str| Err(EgressError::Refused(why.to_owned()));
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return refused("the address names no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("the address holds credentials");
        }
        let named =
            |place: &Place| matches!(place, Place::Host { host: named, port: on } if named == host && *on == port);
        let plain =
            |place: &Place| matches!(place, Place::Plain { host: named, port: on } if named == host && *on == port);
        let (client, rule) = match url.scheme() {
            "https" if inner.allow.iter().any(named) => (&clients.named, Rule::Named),
            "https" if PORTS.contains(&port) => (&clients.public, Rule::Public),
            "https" => return refused("the port is not 443 or 8443"),
            "http" if inner.allow.iter().any(plain) => (&clients.plain, Rule::ThisMachine),
            _ => return refused("the address does not begin with https://"),
        };
        // An address that stands for itself is looked up by nobody.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let networks = || {
            inner.allow.iter().filter_map(|place| match place {
                Place::Network(network) => Some(*network),
                _ => None,
            })
        };
        match literal {
            Ok(address) if !rule.permits(address, &networks().collect::<Vec<_>>()) => {
                refused("this is no public address")
            }
            _ => Ok(client),
        }
    }

    async fn read(&self, mut response: Response) -> Result<http::Response<Vec<u8>>, EgressError> {
        let max = self.0.answer_bytes_max;
        if response.content_length().is_some_and(|bytes| bytes > max as u64) {
            return Err(EgressError::TooLarge(max));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(judged)? {
            if body.len() + chunk.len() > max {
                return Err(EgressError::TooLarge(max));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok(answer)
    }
}

/// A refusal of the guard's comes back among the client's own errors.
fn judged(error: reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<NotThere>() {
            return EgressError::Refused(refused.to_string());
        }
        cause = error.source();
    }
    // The address may hold what is nobody's business.
    EgressError::Failed(chain(&error.without_url()))
}

/// The chain of causes on one line of bounded length.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests;
