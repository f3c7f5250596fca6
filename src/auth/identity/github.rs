//! GitHub, which logs people in by OAuth 2 without OpenID Connect: no discovery and no id token, but an interface that says whose an
//! access token is. The token comes from GitHub itself, for our own client and the browser's verifier, so it is nobody else's.

use openidconnect::{
    AsyncHttpClient, AuthUrl, HttpResponse, IssuerUrl, JsonWebKeySet, JsonWebKeySetUrl, OAuth2TokenResponse,
    ResponseTypes, TokenUrl,
    core::{CoreClientAuthMethod, CoreResponseType},
    http::{Request, StatusCode, header},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    person::{Claims, Person},
    provider::{Metadata, MoreMetadata, Provider, Tokens, Unproved},
};

const HOME: &str = "https://github.com";
const INTERFACE: &str = "https://api.github.com";

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// What there would be to discover.
pub(super) fn metadata(issuer: &IssuerUrl) -> Result<Metadata, Unproved> {
    let at = |path: &str| format!("{}{path}", issuer.as_str().trim_end_matches('/'));
    let metadata = Metadata::new(
        issuer.clone(),
        AuthUrl::new(at("/login/oauth/authorize")).map_err(Unproved::away)?,
        JsonWebKeySetUrl::new(at("/none")).map_err(Unproved::away)?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        Vec::new(),
        Vec::new(),
        MoreMetadata::default(),
    );
    let tokens = TokenUrl::new(at("/login/oauth/access_token")).map_err(Unproved::away)?;
    Ok(metadata
        .set_token_endpoint(Some(tokens))
        .set_token_endpoint_auth_methods_supported(Some(vec![CoreClientAuthMethod::ClientSecretPost]))
        .set_jwks(JsonWebKeySet::new(Vec::new())))
}

pub(super) async fn person(provider: &Provider, tokens: &Tokens) -> Result<Person, Unproved> {
    let user: User = ask(provider, tokens, "/user").await?;
    let addresses: Vec<Address> = ask(provider, tokens, "/user/emails").await?;
    let primary = addresses.into_iter().find(|address| address.primary);
    let claims = Claims {
        issuer: provider.issuer().to_string(),
        // A login may be somebody else's one day; the number never is.
        subject: user.id.to_string(),
        email_verified: primary.as_ref().is_some_and(|address| address.verified),
        email: primary.map(|address| address.email),
        name: user.name,
        username: Some(user.login),
        locale: None,
    };
    claims.read(&provider.limits)
}

async fn ask<T: DeserializeOwned>(provider: &Provider, tokens: &Tokens, path: &str) -> Result<T, Unproved> {
    let issuer = provider.issuer().as_str().trim_end_matches('/');
    // GitHub Enterprise Server keeps its interface under a path.
    let interface = if issuer == HOME { INTERFACE.to_owned() } else { format!("{issuer}/api/v3") };
    let request = Request::get(format!("{interface}{path}"))
        .header(header::ACCEPT, "application/vnd.github+json")
        .header(header::AUTHORIZATION, format!("Bearer {}", tokens.access_token().secret()))
        .header("x-github-api-version", "2022-11-28")
        .body(Vec::new());
    let answer: HttpResponse = provider.wire.call(request.map_err(Unproved::away)?).await.map_err(Unproved::away)?;
    match answer.status() {
        StatusCode::OK => serde_json::from_slice(answer.body()).map_err(Unproved::away),
        status if status.is_server_error() => Err(Unproved::Away(format!("{path} answers {status}"))),
        status => Err(Unproved::Refused(format!("{path} answers {status}"))),
    }
}
