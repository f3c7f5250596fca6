//! A route with its description: the router and the OpenAPI document are made of the same list, so neither can lack what the
//! other has. Types are named as the web app's types name them; see `openapi`.

use axum::{
    Extension, Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};

use lockstep_protocol::values::Scope;

use super::{Http, extract::Needs};

/// One route.
pub struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    pub body: Option<Takes>,
    /// The body is a picture.
    pub takes_picture: bool,
    /// The answer is a picture.
    pub shows_picture: bool,
    /// The answer is a table.
    pub shows_table: bool,
    pub query: &'static [Parameter],
    pub status: u16,
    /// The type of the answer; `None`: no body.
    pub answer: Option<&'static str>,
    /// Another answer that is no refusal.
    pub or: Option<(u16, &'static str)>,
    /// Anybody may ask.
    pub open: bool,
    /// What it needs of a token for programs, any of these; with none it takes log-ins alone. `None`: nothing was said, which is none.
    pub scopes: Option<&'static [Scope]>,
    handler: MethodRouter<Http>,
}

/// A request body.
#[derive(Clone, Copy)]
pub struct Takes {
    pub kind: &'static str,
    /// Members that the path says already.
    pub in_path: &'static [&'static str],
    /// Members that the server makes up where they are absent.
    pub made_up: &'static [&'static str],
}

/// A query parameter.
#[derive(Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: &'static str,
    pub says: &'static str,
}

fn endpoint<H, T>(
    method: Method,
    filter: MethodFilter,
    path: &'static str,
    summary: &'static str,
    handler: H,
) -> Endpoint
where
    H: Handler<T, Http>,
    T: 'static,
{
    let handler = on(filter, handler);
    Endpoint {
        method,
        path,
        summary,
        body: None,
        takes_picture: false,
        shows_picture: false,
        shows_table: false,
        query: &[],
        status: 200,
        answer: None,
        or: None,
        open: false,
        scopes: None,
        handler,
    }
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {$(
        pub fn $name<H: Handler<T, Http>, T: 'static>(path: &'static str, handler: H, summary: &'static str) -> Endpoint {
            endpoint(Method::$method, MethodFilter::$method, path, summary, handler)
        }
    )*};
}

methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

impl Endpoint {
    /// A body of this type.
    pub const fn takes(self, kind: &'static str) -> Self {
        self.takes_but(kind, &[], &[])
    }

    /// A body of this type, but for members that the path says, and with members that may be absent.
    pub const fn takes_but(
        mut self,
        kind: &'static str,
        in_path: &'static [&'static str],
        made_up: &'static [&'static str],
    ) -> Self {
        self.body = Some(Takes { kind, in_path, made_up });
        self
    }

    /// A body that is a picture.
    pub const fn takes_picture(mut self) -> Self {
        self.takes_picture = true;
        self
    }

    /// An answer that is a picture.
    pub const fn shows_picture(mut self) -> Self {
        self.shows_picture = true;
        self
    }

    /// An answer that is a table.
    pub const fn shows_table(mut self) -> Self {
        self.shows_table = true;
        self
    }

    pub const fn asks(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    pub const fn answers(mut self, status: u16, kind: &'static str) -> Self {
        self.status = status;
        self.answer = Some(kind);
        self
    }

    /// No body; what was asked for will be done.
    pub const fn accepts(mut self) -> Self {
        self.status = 202;
        self
    }

    /// Sends a browser on.
    pub const fn redirects(mut self) -> Self {
        self.status = 303;
        self
    }

    /// Another answer that is no refusal.
    pub const fn or_answers(mut self, status: u16, kind: &'static str) -> Self {
        self.or = Some((status, kind));
        self
    }

    pub const fn answers_nothing(mut self) -> Self {
        self.status = 204;
        self
    }

    /// Tokens of any of these scopes may ask. A command needs its own scope beside: see `access::scope_of`.
    pub fn scopes(mut self, scopes: &'static [Scope]) -> Self {
        self.scopes = Some(scopes);
        self.handler = self.handler.layer(Extension(Needs(scopes)));
        self
    }

    /// No token may ask, whatever its scopes.
    pub fn log_in_only(self) -> Self {
        self.scopes(&[])
    }

    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

/// Makes the router of a list.
pub fn route(endpoints: Vec<Endpoint>) -> Router<Http> {
    endpoints.into_iter().fold(Router::new(), |router, endpoint| router.route(endpoint.path, endpoint.handler))
}
