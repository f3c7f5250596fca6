//! Pictures of people and logos of organizations: set, taken away, and shown to whoever may see the name that they belong to. It must
//! never answer with bytes that somebody sent.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::SetLogo,
    ids::{OrgId, PictureId},
};
use serde::Serialize;
use ts_rs::TS;

use super::{
    extract::{Caller, Ids},
    member_list::shows,
    members::system,
    problem::Answer,
};
use crate::store::pictures::{Owner, Picture};

/// A picture is what its id names for ever: another one has another id.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Which picture it is now.
#[derive(Serialize, TS)]
pub struct PictureKept {
    picture_id: PictureId,
}

pub async fn set_avatar(caller: Caller, request: Request) -> Answer<Json<PictureKept>> {
    let account = caller.who.account;
    let picture_id = keep(&caller, Owner::Account(account), request).await?;
    caller.http.auth.profile_changed(account).await?;
    Ok(Json(PictureKept { picture_id }))
}

pub async fn remove_avatar(caller: Caller) -> Answer<StatusCode> {
    let account = caller.who.account;
    caller.http.store.pictures().remove(Owner::Account(account)).await?;
    caller.http.auth.profile_changed(account).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn set_logo(caller: Caller, Ids(org): Ids<OrgId>, request: Request) -> Answer<Json<PictureKept>> {
    may_change_logo(&caller, org).await?;
    let picture_id = keep(&caller, Owner::Org(org), request).await?;
    tell_of_logo(&caller, org).await?;
    Ok(Json(PictureKept { picture_id }))
}

pub async fn remove_logo(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<StatusCode> {
    may_change_logo(&caller, org).await?;
    caller.http.store.pictures().remove(Owner::Org(org)).await?;
    tell_of_logo(&caller, org).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Before anything is read: whoever may not change it need not send it.
async fn may_change_logo(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(role, Capability::ManageSettings)?)
}

/// Says to the organization which logo is kept, until that is the one that is kept: of two who change it at once one is first in one
/// place and the other in the other.
async fn tell_of_logo(caller: &Caller, org: OrgId) -> Answer<()> {
    let pictures = caller.http.store.pictures();
    let mut logo_id = pictures.logo(org).await?;
    loop {
        system(caller, org.into(), SetLogo { logo_id }.into()).await?;
        let kept = pictures.logo(org).await?;
        if kept == logo_id {
            return Ok(());
        }
        logo_id = kept;
    }
}

/// Reads a picture and keeps what was made of it in the place of the one before.
async fn keep(caller: &Caller, owner: Owner, request: Request) -> Answer<PictureId> {
    let http = &caller.http;
    let media = media_type(request.headers()).to_owned();
    let bytes = body(request, http.limits.picture_bytes_max).await?;
    let made = http.thumbnails.make(&media, bytes).await?;
    let id = PictureId(http.clock.fresh_id());
    let picture = Picture { id, owner, media: made.media.to_owned(), bytes: made.bytes };
    if !http.store.pictures().put(&picture, http.clock.now()).await? {
        return Err(Code::Unauthenticated.into());
    }
    Ok(id)
}

fn media_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

async fn body(request: Request, limit: usize) -> Answer<Bytes> {
    let too_large = || Failure::new(Code::TooLarge).limit(limit as u64);
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|bytes: usize| bytes > limit) {
        return Err(too_large().into());
    }
    // One more than allowed is asked for, so that it is known why there is no more.
    let bytes = axum::body::to_bytes(request.into_body(), limit).await.map_err(|error| {
        let over = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("limit"));
        if over { too_large() } else { Failure::because(Code::Malformed, "The body was cut off.") }
    })?;
    Ok(bytes)
}

/// A picture, to whoever may see the name that it belongs to.
pub async fn read(
    caller: Caller,
    Ids((org, picture)): Ids<(OrgId, PictureId)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let (published, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let found = caller.http.store.pictures().find(picture).await?.ok_or(Code::NotFound)?;
    let shown = match found.owner {
        Owner::Org(owner) => owner == org,
        Owner::Account(account) => shows(&caller, org, &published, audience, account).await?,
    };
    if !shown {
        return Err(Code::NotFound.into());
    }
    Ok(shown_picture(found, &headers))
}

/// The caller's own, wherever they are a member.
pub async fn read_own(caller: Caller, headers: HeaderMap) -> Answer<Response> {
    let pictures = caller.http.store.pictures();
    let own = pictures.avatars(&[caller.who.account]).await?.pop().ok_or(Code::NotFound)?;
    let found = pictures.find(own.1).await?.ok_or(Code::NotFound)?;
    let mut response = shown_picture(found, &headers);
    // The address stays where the picture is another.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// What `finish` adds to every answer keeps a browser from guessing another type, and from running it.
fn shown_picture(picture: Picture, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", picture.id);
    let held = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let held = held.flat_map(|value| value.split(',')).any(|held| held.trim().trim_start_matches("W/") == tag);
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if held {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // Whatever a row says: these two, or nothing that a browser would show.
    let media = match picture.media.as_str() {
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        _ => "application/octet-stream",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    (headers, picture.bytes).into_response()
}
