//! The listener: HTTP/1.1 with bounded headers and time for them. It must never know a route.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, accept::NoDelayAcceptor};
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
use lockstep_protocol::limits::Limits;

/// The block of a request's headers.
const HEADER_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 100;

/// A bound address, not yet serving: what is wrong with it is known before anything else starts.
pub struct Listening {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Binds. Port 0 takes any free one.
pub fn bind(address: SocketAddr) -> io::Result<Listening> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(Listening { listener, address })
}

impl Listening {
    /// Serves until told to end. After `graceful_shutdown` on the handle no connection is accepted, and those that are open get
    /// so long to finish.
    pub async fn serve(self, router: Router, handle: Handle<SocketAddr>, limits: &Limits) -> io::Result<()> {
        // What is small is sent at once: held back until the last was acknowledged (RFC 896) a reply would come 40 ms late.
        let mut server = axum_server::from_tcp(self.listener)?.acceptor(NoDelayAcceptor::new()).handle(handle);
        // Said to the builder: the server's own `http1_only` also gives up upgrades, and with them every socket.
        *server.http_builder() = Builder::new(TokioExecutor::new()).http1_only();
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(limits.http_header_timeout_ms))
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEADER_BYTES_MAX);
        server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}
