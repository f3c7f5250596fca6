//! One provider: what it says of itself, asked once in a while; where people are sent; and what it says of somebody who came back.

use std::{sync::Arc, time::Duration};

use lockstep_protocol::limits::Limits;
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::{sync::Mutex, time::Instant};

use super::{Wire, github, openid, person::Person};
use crate::config::{self, ProviderKind};

/// One that did not answer is not asked again within this time, whoever asks.
const REST: Duration = Duration::from_secs(2);

/// What a discovery document holds beside the usual (RFC 9207).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct MoreMetadata {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for MoreMetadata {}

/// Claims of Microsoft's.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct MoreClaims {
    /// The tenant.
    pub tid: Option<String>,
    /// Whether the owner of the address's domain was verified.
    pub xms_edov: Option<serde_json::Value>,
}
impl AdditionalClaims for MoreClaims {}

pub(super) type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Fields = IdTokenFields<
    MoreClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
pub(super) type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
pub(super) type Client = openidconnect::Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a provider's word is not taken. The text is for the operator.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Unproved {
    /// It cannot be reached, or does not answer as it should.
    #[error("{0}")]
    Away(String),
    /// It says no, or what it says does not hold.
    #[error("{0}")]
    Refused(String),
}

impl Unproved {
    pub fn away(error: impl std::fmt::Display) -> Self {
        Self::Away(error.to_string())
    }

    pub fn refused(error: impl std::fmt::Display) -> Self {
        Self::Refused(error.to_string())
    }
}

/// What a browser takes along, and what is kept to check what it brings back.
#[derive(Serialize, Deserialize)]
pub(super) struct Sent {
    pub state: String,
    nonce: String,
    verifier: String,
}

/// What a provider said of itself.
pub(super) struct Learned {
    pub metadata: Metadata,
    at: Instant,
}

#[derive(Default)]
struct Memory {
    learned: Option<Arc<Learned>>,
    failed: Option<(Instant, Unproved)>,
}

pub(super) struct Provider {
    pub known: config::Provider,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    pub wire: Wire,
    pub limits: Arc<Limits>,
    memory: Mutex<Memory>,
}

impl Provider {
    pub fn new(known: config::Provider, origin: &str, wire: Wire, limits: Arc<Limits>) -> Result<Self, String> {
        let wrong = |error| format!("--identity-providers: [{}] {error}", known.id);
        let issuer = IssuerUrl::new(known.issuer.clone()).map_err(wrong)?;
        let redirect = RedirectUrl::new(format!("{origin}/api/v1/auth/identity/{}/return", known.id)).map_err(wrong)?;
        Ok(Self { known, issuer, redirect, wire, limits, memory: Mutex::default() })
    }

    pub fn id(&self) -> &str {
        &self.known.id
    }

    pub fn name(&self) -> &str {
        &self.known.name
    }

    pub const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// Where a browser is sent.
    pub async fn send_away(&self) -> Result<(String, Sent), Unproved> {
        let learned = self.learned(None).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&learned.metadata);
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        for scope in &self.known.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let sent =
            Sent { state: state.secret().clone(), nonce: nonce.secret().clone(), verifier: verifier.secret().clone() };
        Ok((url.into(), sent))
    }

    /// RFC 9207: whoever answered is whom the browser was sent to.
    pub async fn check_answered_by(&self, issuer: Option<&str>) -> Result<(), Unproved> {
        let learned = self.learned(None).await?;
        let says_so = learned.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer == learned.metadata.issuer().as_str() => Ok(()),
            // Which tenant's it is says the token.
            Some(_) if openid::is_shared(self) => Ok(()),
            Some(issuer) => Err(Unproved::refused(format!("the answer is of {issuer:.100}"))),
            None if says_so => Err(Unproved::refused("the answer does not say whose it is")),
            None => Ok(()),
        }
    }

    /// Swaps a code for what the provider says of the person who brought it.
    pub async fn person(&self, code: String, sent: &Sent) -> Result<Person, Unproved> {
        let learned = self.learned(None).await?;
        let client = self.client(&learned.metadata);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(Unproved::away)?;
        let verifier = PkceCodeVerifier::new(sent.verifier.clone());
        let tokens =
            request.set_pkce_verifier(verifier).request_async(&self.wire).await.map_err(|error| match error {
                RequestTokenError::Request(error) => Unproved::away(error),
                RequestTokenError::ServerResponse(error) => Unproved::refused(error),
                // GitHub refuses with a good status.
                RequestTokenError::Parse(..) => Unproved::refused("its answer holds no tokens"),
                RequestTokenError::Other(error) => Unproved::away(error),
            })?;
        match self.known.kind {
            ProviderKind::Github => github::person(self, &tokens).await,
            _ => openid::person(self, learned, &tokens, &Nonce::new(sent.nonce.clone())).await,
        }
    }

    /// What the provider says of itself; said after `after`, where that is given.
    pub async fn learned(&self, after: Option<&Learned>) -> Result<Arc<Learned>, Unproved> {
        // Of many who ask at once one goes and the others wait for what it brings.
        let mut memory = self.memory.lock().await;
        let now = Instant::now();
        let life = Duration::from_millis(self.limits.identity_discovery_ms);
        if let Some(learned) = &memory.learned
            && learned.at + life > now
            && after.is_none_or(|after| learned.at > after.at)
        {
            return Ok(learned.clone());
        }
        if let Some((at, why)) = &memory.failed
            && *at + REST > now
        {
            return Err(why.clone());
        }
        let asked = match self.known.kind {
            ProviderKind::Github => github::metadata(&self.issuer),
            _ => openid::discover(self).await,
        };
        // The moment it was asked for, so that what is older than a doubt about it counts as older.
        let learned = asked.map(|metadata| Arc::new(Learned { metadata, at: now }));
        match &learned {
            Ok(learned) => *memory = Memory { learned: Some(learned.clone()), failed: None },
            Err(why) => memory.failed = Some((Instant::now(), why.clone())),
        }
        learned
    }

    pub fn client(&self, metadata: &Metadata) -> Client {
        let secret =
            self.known.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        let client_id = ClientId::new(self.known.client_id.clone());
        let client = Client::from_provider_metadata(metadata.clone(), client_id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        if self.known.kind == ProviderKind::Github { client.disable_openid_scope() } else { client }
    }
}
