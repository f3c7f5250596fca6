//! OpenID Connect: what a provider says of itself by discovery, and whether what it says of a person holds: signature, issuer,
//! audience, time and nonce.

use std::sync::Arc;

use openidconnect::{
    AsyncHttpClient, ClaimsVerificationError, IdTokenVerifier, IssuerUrl, JsonWebKeySet, Nonce, OAuth2TokenResponse,
    TokenResponse, UserInfoClaims, UserInfoError,
    core::{CoreGenderClaim, CoreJsonWebKey},
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use super::{
    person::{Claims, Person},
    provider::{Client, Learned, Metadata, MoreClaims, Provider, Tokens, Unproved},
};
use crate::config::ProviderKind;

/// Microsoft's word for "whichever tenant" in its issuer.
const TENANT: &str = "{tenantid}";
/// Ways into Microsoft that are no tenant's own.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];
/// The tenant of personal accounts, whose addresses Microsoft itself verified.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// OpenID Connect Discovery 1.0, section 4, and the keys.
pub(super) async fn discover(provider: &Provider) -> Result<Metadata, Unproved> {
    let url = provider.issuer().join(".well-known/openid-configuration").map_err(Unproved::away)?;
    let request = Request::get(url.as_str()).header(header::ACCEPT, "application/json").body(Vec::new());
    let answer = provider.wire.call(request.map_err(Unproved::away)?).await.map_err(Unproved::away)?;
    if answer.status() != StatusCode::OK {
        return Err(Unproved::Away(format!("{url} answers {}", answer.status())));
    }
    let metadata: Metadata = serde_json::from_slice(answer.body()).map_err(Unproved::away)?;
    let says = metadata.issuer();
    if says != provider.issuer() && Some(says.as_str()) != shared_issuer(provider).as_deref() {
        return Err(Unproved::Away(format!("{url} says that it is of {:.200}", says.as_str())));
    }
    // Browsers go there.
    let scheme = metadata.authorization_endpoint().url().scheme();
    if scheme != "https" && scheme != provider.issuer().url().scheme() {
        return Err(Unproved::Away(format!("{url} sends people to an address without https")));
    }
    let keys = JsonWebKeySet::fetch_async(metadata.jwks_uri(), &provider.wire).await.map_err(Unproved::away)?;
    Ok(metadata.set_jwks(keys))
}

/// What Microsoft says its issuer is where people of any tenant come in.
fn shared_issuer(provider: &Provider) -> Option<String> {
    if provider.known.kind != ProviderKind::Microsoft {
        return None;
    }
    let issuer = provider.issuer().as_str();
    let found = SHARED.iter().find(|way| issuer.contains(&format!("/{way}/")))?;
    Some(issuer.replacen(&format!("/{found}/"), &format!("/{TENANT}/"), 1))
}

/// Whether the issuer stands for many.
pub(super) fn is_shared(provider: &Provider) -> bool {
    shared_issuer(provider).is_some()
}

/// Who they are, by a token that holds.
pub(super) async fn person(
    provider: &Provider,
    learned: Arc<Learned>,
    tokens: &Tokens,
    nonce: &Nonce,
) -> Result<Person, Unproved> {
    let id_token = tokens.id_token().ok_or_else(|| Unproved::refused("there is no id token"))?;
    let client = provider.client(&learned.metadata);
    let mut verified = id_token.claims(&verifier(provider, &client), nonce);
    if matches!(verified, Err(ClaimsVerificationError::SignatureVerification(_))) {
        // Its keys may have changed since they were asked for.
        let newer = provider.learned(Some(&learned)).await?;
        verified = id_token.claims(&verifier(provider, &provider.client(&newer.metadata)), nonce);
    }
    let claims = verified.map_err(Unproved::refused)?;
    check_issuer(provider, &learned.metadata, claims.issuer(), claims.additional_claims())?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.known.client_id) {
        return Err(Unproved::refused("the id token was made for somebody else"));
    }
    let mut found = Claims {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_verified: claims.email_verified().unwrap_or(false),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        username: claims.preferred_username().map(|name| name.to_string()),
        locale: claims.locale().map(|locale| locale.to_string()),
    };
    if provider.known.kind == ProviderKind::Microsoft {
        // Whoever runs a tenant may write any address into its accounts.
        found.email_verified = microsoft_confirms(claims.additional_claims());
    } else if found.email.is_none() {
        ask_for_more(provider, &client, tokens, &mut found).await?;
    }
    found.read(&provider.limits)
}

fn verifier<'a>(provider: &Provider, client: &'a Client) -> IdTokenVerifier<'a, CoreJsonWebKey> {
    // A shared issuer is checked with its tenant.
    client.id_token_verifier().require_issuer_match(!is_shared(provider))
}

/// The issuer of a token of Microsoft's names the tenant that the token itself names.
fn check_issuer(
    provider: &Provider,
    metadata: &Metadata,
    issuer: &IssuerUrl,
    more: &MoreClaims,
) -> Result<(), Unproved> {
    if !is_shared(provider) || issuer == metadata.issuer() && !issuer.contains(TENANT) {
        return Ok(());
    }
    let guid = |tenant: &&str| tenant.len() == 36 && tenant.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let tenant = more.tid.as_deref().filter(guid).ok_or_else(|| Unproved::refused("the id token names no tenant"))?;
    let expected = metadata.issuer().as_str().replacen(TENANT, tenant, 1);
    if issuer.as_str() == expected { Ok(()) } else { Err(Unproved::refused("the id token is of another issuer")) }
}

fn microsoft_confirms(more: &MoreClaims) -> bool {
    let verified = match &more.xms_edov {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        Some(Value::String(text)) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    };
    verified || more.tid.as_deref() == Some(CONSUMERS)
}

/// What the id token leaves out (section 5.3 of OpenID Connect Core), of the same person.
async fn ask_for_more(
    provider: &Provider,
    client: &Client,
    tokens: &Tokens,
    found: &mut Claims,
) -> Result<(), Unproved> {
    let subject = openidconnect::SubjectIdentifier::new(found.subject.clone());
    let Ok(request) = client.user_info(tokens.access_token().clone(), Some(subject)) else { return Ok(()) };
    let more: UserInfoClaims<MoreClaims, CoreGenderClaim> =
        request.request_async(&provider.wire).await.map_err(|error| match error {
            UserInfoError::ClaimsVerification(error) => Unproved::refused(error),
            error => Unproved::away(error),
        })?;
    found.email = more.email().map(|email| email.to_string());
    found.email_verified = more.email_verified().unwrap_or(false);
    found.name = found.name.take().or_else(|| more.name().and_then(|name| name.get(None)).map(|name| name.to_string()));
    found.username = found.username.take().or_else(|| more.preferred_username().map(|name| name.to_string()));
    found.locale = found.locale.take().or_else(|| more.locale().map(|locale| locale.to_string()));
    Ok(())
}
