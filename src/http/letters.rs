//! What an organization's letters and news say in its own words, for who manages its settings: looked at, written, tried, and taken back. It
//! must never send one.

use axum::{Json, http::StatusCode};
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::OrgId,
    values::Micros,
};
use serde::Serialize;
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, Ids},
    problem::Answer,
    surface::{Endpoint, delete, get, post, put},
};
use crate::{
    letters::{
        Language, Words,
        own::{Own, Sample},
    },
    store::letters::OwnWords,
};

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/letters", list, "What its letters and news say, in every language, for who manages its settings").answers(200, "{ items: Array<LetterEntry> }"),
    put("/api/v1/orgs/{org}/letters/{language}/{letter}", change, "Say it in the organization's own words").takes("LetterWords").answers(200, "LetterEntry"),
    delete("/api/v1/orgs/{org}/letters/{language}/{letter}", remove, "Say it in the usual words again").answers_nothing(),
    post("/api/v1/orgs/{org}/letters/{language}/{letter}/preview", preview, "Look at words as they would go out; nothing is kept or sent").takes("LetterWords").answers(200, "LetterPreview"),
] }

/// What a letter, or a line of news, says in one language.
#[derive(Serialize, TS)]
pub struct LetterEntry {
    /// `invitation`, `setup_guide`, `goodbye`, or `news.` and a reason.
    name: String,
    /// A tag of RFC 5646.
    language: String,
    /// What stands for something in the words, in braces.
    placeholders: Vec<String>,
    /// Our words.
    usual: Words,
    /// The organization's own; absent: ours are said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    own: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    changed_at: Option<Micros>,
}

/// A letter as it would go out, about things that were made up.
#[derive(Serialize, TS)]
pub struct LetterPreview {
    subject: String,
    text: String,
    html: String,
}

async fn may(caller: &Caller, org: OrgId) -> Answer<String> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    demand(role, Capability::ManageSettings)?;
    Ok(published.state.name().to_owned())
}

fn found(language: &str, name: &str) -> Result<(Language, Own), Failure> {
    let language = Language::ALL.into_iter().find(|known| known.tag() == language);
    language.zip(Own::named(name)).ok_or(Failure::new(Code::NotFound))
}

fn entry(language: Language, what: Own, own: Option<&OwnWords>) -> LetterEntry {
    // Words that this version cannot read are as if there were none.
    let known = own.and_then(|own| Some((serde_json::from_str(&own.words).ok()?, own.changed_at)));
    let (own, changed_at) = known.unzip();
    LetterEntry {
        name: what.name(),
        language: language.tag().to_owned(),
        placeholders: what.names().iter().map(|&name| name.to_owned()).collect(),
        usual: what.usual(language),
        own,
        changed_at,
    }
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<LetterEntry>>> {
    may(&caller, org).await?;
    let known = caller.http.store.letters().of_org(org).await?;
    let items = Language::ALL.into_iter().flat_map(|language| Own::all().map(move |what| (language, what)));
    let items = items.map(|(language, what)| {
        let name = what.name();
        let own = known.iter().find(|own| own.language == language.tag() && own.name == name);
        entry(language, what, own)
    });
    Ok(Json(Items { items: items.collect() }))
}

pub async fn change(
    caller: Caller,
    Ids((org, language, name)): Ids<(OrgId, String, String)>,
    Body(words): Body<Words>,
) -> Answer<Json<LetterEntry>> {
    may(&caller, org).await?;
    let (language, what) = found(&language, &name)?;
    what.check(&words, &caller.http.limits)?;
    let own = OwnWords {
        language: language.tag().to_owned(),
        name,
        words: serde_json::to_string(&words).unwrap_or_default(),
        changed_at: caller.http.clock.now(),
    };
    caller.http.store.letters().put(org, &own).await?;
    tracing::info!(%org, letter = %own.name, language = %own.language, by = %caller.who.account, "a letter has other words");
    Ok(Json(entry(language, what, Some(&own))))
}

pub async fn remove(caller: Caller, Ids((org, language, name)): Ids<(OrgId, String, String)>) -> Answer<StatusCode> {
    may(&caller, org).await?;
    let (language, what) = found(&language, &name)?;
    if !caller.http.store.letters().remove(org, language.tag(), &what.name()).await? {
        return Err(Code::NotFound.into());
    }
    tracing::info!(%org, letter = %name, language = language.tag(), by = %caller.who.account, "a letter has the usual words again");
    Ok(StatusCode::NO_CONTENT)
}

pub async fn preview(
    caller: Caller,
    Ids((org, language, name)): Ids<(OrgId, String, String)>,
    Body(words): Body<Words>,
) -> Answer<Json<LetterPreview>> {
    let organization = may(&caller, org).await?;
    let (language, what) = found(&language, &name)?;
    what.check(&words, &caller.http.limits)?;
    let profile = caller.http.store.accounts().profile(caller.who.account).await?;
    let reader = profile.map_or_else(String::new, |profile| profile.name);
    let home = caller.http.public.origin().trim_end_matches('/');
    let sample = Sample { reader: &reader, organization: &organization, home };
    let written = what.preview(&words, language, &sample);
    Ok(Json(LetterPreview { subject: written.subject, text: written.text, html: written.html }))
}
