//! Coming in by an invitation: given with a registration it is remembered until there is an account, on whatever device that is; and
//! where only the invited register, nobody else does, and no answer tells who is known.

use futures_util::{StreamExt, future::join_all, stream};
use lockstep::{app::serve::Overrides, clock::Clock};
use lockstep_protocol::limits::Limits;
use serde_json::{Value, json};

use super::{
    App, PASSWORD, Person,
    identities::{Browser, start},
    text,
};
use crate::support::oidc::WORK;

const ACCEPT: &str = "/api/v1/invitations/accept";
const REGISTER: &str = "/api/v1/auth/register";
const CONFIRM: &str = "/api/v1/auth/register/confirm";
const DAY_MS: u64 = 86_400_000;

async fn with_registration(mode: &str) -> App {
    App::start_with(Overrides::default(), &["--registration", mode, "--registrations-max", "1000"]).await
}

/// Somebody who was here before anybody had to be invited.
async fn ana(app: &App) -> Person<'_> {
    let email = "ana@demo.lockstep";
    let body = json!({ "email": email, "password": PASSWORD, "refresh_in": "body" });
    Person { app, tokens: app.post("/api/v1/auth/login", body).await.ok(), email: email.into() }
}

fn newcomer(email: &str, invitation: Option<&str>) -> Value {
    let mut body = json!({ "email": email, "password": PASSWORD, "name": "Neo", "refresh_in": "body" });
    if let Some(code) = invitation {
        body["invitation"] = code.into();
    }
    body
}

async fn mails_to(app: &App, address: &str) -> Vec<Value> {
    let mails = app.get("/api/v1/mailbox").await.ok();
    mails["items"].as_array().expect("a list").iter().filter(|mail| mail["to"] == address).cloned().collect()
}

/// The code of the newest link to a page that went to an address.
async fn code_to(app: &App, address: &str, page: &str) -> String {
    let page = format!("/{page}#");
    let mails = mails_to(app, address).await;
    let mail = mails.iter().find(|mail| text(&mail["text"]).contains(&page)).expect("a mail with a link");
    let rest = text(&mail["text"]).split(&page).nth(1).expect("a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

struct Made {
    code: String,
    path: String,
}

/// The code of a new link, and its address for those who may invite.
async fn link(person: &Person<'_>, org: &str, more: Value) -> Made {
    let mut body = json!({ "role": "member" });
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    let made = person.post(&format!("{org}/invitations"), body).await.created();
    let code = text(&made["link"]).split_once('#').expect("a code").1.to_owned();
    Made { code, path: format!("{org}/invitations/{}", text(&made["invitation_id"])) }
}

async fn invite(person: &Person<'_>, org: &str, email: &str) {
    let body = json!({ "role": "member", "email": email });
    person.post(&format!("{org}/invitations"), body).await.created();
}

async fn members(person: &Person<'_>, org: &str) -> usize {
    person.get(org).await.ok()["members"].as_array().expect("a list").len()
}

async fn confirm(app: &App, email: &str) -> Value {
    let body = json!({ "code": code_to(app, email, "confirm").await, "password": PASSWORD, "refresh_in": "body" });
    app.post(CONFIRM, body).await.created()
}

#[tokio::test]
async fn who_registers_with_an_invitation_is_in_at_once_where_nothing_is_proved() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let one = link(&ana, &org, json!({})).await;
    let told = app.post(REGISTER, newcomer("neo@example.org", Some(&one.code))).await.created();
    assert_eq!(told["invitation"]["outcome"], "joined");
    assert!(org.ends_with(text(&told["invitation"]["org_id"])));
    let neo = Person { app: &app, tokens: told, email: "neo@example.org".into() };
    neo.get(&org).await.ok();
    // Asked again because the answer was lost: the same person, who is in.
    let again = app.post(REGISTER, newcomer("neo@example.org", Some(&one.code))).await.created();
    assert_eq!(again["invitation"], neo.tokens["invitation"]);
    // Used up: there is an account, and it is told.
    let late = app.post(REGISTER, newcomer("late@example.org", Some(&one.code))).await.created();
    assert_eq!(late["invitation"], json!({ "outcome": "gone" }));
    // One that went to an address is for nobody else, and what is none is none.
    invite(&ana, &org, "mia@example.org").await;
    let code = code_to(&app, "mia@example.org", "invite").await;
    let refused = app.post(REGISTER, newcomer("eve@example.org", Some(&code))).await.refused("forbidden");
    assert_eq!(refused["field"], "email");
    let refused = app.post(REGISTER, newcomer("eve@example.org", Some("nonsense"))).await.refused("code_expired");
    assert_eq!(refused["field"], "invitation");
    let told = app.post(REGISTER, newcomer("Mia@Example.org", Some(&code))).await.created();
    assert_eq!(told["invitation"]["outcome"], "joined");
    assert_eq!(members(&ana, &org).await, 3);
    app.stop().await;
}

#[tokio::test]
async fn an_invitation_waits_with_the_registration_for_whatever_device_follows_the_link() {
    let app = with_registration("verified").await;
    let ana = ana(&app).await;
    let org = ana.organization().await;
    let one = link(&ana, &org, json!({})).await;
    let two = link(&ana, &org, json!({ "uses_max": 2 })).await;
    for (email, code) in
        [("neo@example.org", &one.code), ("late@example.org", &one.code), ("eve@example.org", &two.code)]
    {
        app.post(REGISTER, newcomer(email, Some(code))).await.is(202);
    }
    invite(&ana, &org, "mia@example.org").await;
    let mailed = code_to(&app, "mia@example.org", "invite").await;
    app.post(REGISTER, newcomer("mia@example.org", Some(&mailed))).await.is(202);
    assert_eq!(members(&ana, &org).await, 1, "nobody before the address is proved");
    // Another device: it knows the link of the mail and the password, and nothing of the invitation.
    let told = confirm(&app, "neo@example.org").await;
    assert_eq!(told["invitation"]["outcome"], "joined");
    let neo = Person { app: &app, tokens: told, email: "neo@example.org".into() };
    neo.get(&org).await.ok();
    // Somebody was quicker: the account is made all the same, and it is told.
    let told = confirm(&app, "late@example.org").await;
    assert_eq!(told["invitation"], json!({ "outcome": "gone" }));
    let late = Person { app: &app, tokens: told, email: "late@example.org".into() };
    late.get(&org).await.refused("not_found");
    ana.delete(&two.path).await.ok();
    assert_eq!(confirm(&app, "eve@example.org").await["invitation"], json!({ "outcome": "gone" }));
    assert_eq!(confirm(&app, "mia@example.org").await["invitation"]["outcome"], "joined");
    // Without an invitation nothing is said of one; what went to an address waits for an answer.
    invite(&ana, &org, "dan@example.org").await;
    app.post(REGISTER, newcomer("dan@example.org", None)).await.is(202);
    let told = confirm(&app, "dan@example.org").await;
    assert_eq!(told["invitation"], Value::Null);
    let dan = Person { app: &app, tokens: told, email: "dan@example.org".into() };
    assert_eq!(dan.get("/api/v1/me/invitations").await.ok()["items"][0]["organization"], "Company");
    assert_eq!(members(&ana, &org).await, 3);
    app.stop().await;
}

#[tokio::test]
async fn only_the_invited_register_where_that_is_said() {
    let app = with_registration("invited").await;
    assert_eq!(app.get("/api/v1/server").await.ok()["registration"], "invited");
    let ana = ana(&app).await;
    let org = ana.organization().await;
    let one = link(&ana, &org, json!({})).await;
    let gone = link(&ana, &org, json!({})).await;
    ana.delete(&gone.path).await.ok();
    invite(&ana, &org, "mia@example.org").await;
    invite(&ana, &org, "dan@example.org").await;
    let mailed = code_to(&app, "mia@example.org", "invite").await;
    // Who is known, invited or neither gets one answer.
    let answer = async |email: &str| {
        let answer = app.post(REGISTER, newcomer(email, None)).await;
        let names: Vec<String> = answer.body.as_object().expect("an object").keys().cloned().collect();
        (answer.status.as_u16(), names, text(&answer.body["pending"]).len())
    };
    let known = answer("ana@demo.lockstep").await;
    assert_eq!(known.0, 202);
    assert_eq!(answer("stranger@example.org").await, known);
    assert_eq!(answer("dan@example.org").await, known);
    // Only who has the address is told.
    let subject = async |email: &str| text(&mails_to(&app, email).await[0]["subject"]).to_owned();
    assert_eq!(subject("ana@demo.lockstep").await, "You have an account already");
    assert_eq!(subject("stranger@example.org").await, "Only the invited can register");
    assert!(!text(&mails_to(&app, "stranger@example.org").await[0]["text"]).contains("/confirm#"));
    // Matched by the address, without a code.
    assert_eq!(confirm(&app, "dan@example.org").await["invitation"]["outcome"], "joined");
    // By a code: that of a link for anybody, that of a mail for its address, one that is gone for nobody.
    app.post(REGISTER, newcomer("neo@example.org", Some(&one.code))).await.is(202);
    assert_eq!(confirm(&app, "neo@example.org").await["invitation"]["outcome"], "joined");
    app.post(REGISTER, newcomer("mia@example.org", Some(&mailed))).await.is(202);
    assert_eq!(confirm(&app, "mia@example.org").await["invitation"]["outcome"], "joined");
    for (code, refusal) in [(&gone.code, "code_expired"), (&one.code, "code_expired"), (&mailed, "code_expired")] {
        app.post(REGISTER, newcomer("eve@example.org", Some(code))).await.refused(refusal);
    }
    invite(&ana, &org, "liz@example.org").await;
    let of_liz = code_to(&app, "liz@example.org", "invite").await;
    let refused = app.post(REGISTER, newcomer("eve@example.org", Some(&of_liz))).await.refused("forbidden");
    assert_eq!(refused["field"], "email");
    assert_eq!(mails_to(&app, "eve@example.org").await, Vec::<Value>::new());
    assert_eq!(members(&ana, &org).await, 4);
    app.stop().await;
}

#[tokio::test]
async fn by_a_provider_too_only_the_invited_register_and_bring_their_invitation() {
    let (oidc, app) = start(WORK, &["--registration", "invited"], Overrides::default()).await;
    let ana = ana(&app).await;
    let org = ana.organization().await;
    let browser = Browser::new(&app);
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?problem=registration_closed");
    let begin = async |code: &str| {
        let body = json!({ "invitation": code });
        browser.post("/api/v1/auth/identity/corp/start", None, body).await
    };
    begin("nonsense").await.refused("code_expired");
    // One that went to somebody else lets nobody in.
    invite(&ana, &org, "liz@example.org").await;
    let of_liz = code_to(&app, "liz@example.org", "invite").await;
    let away = begin(&of_liz).await.ok();
    let back = browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(back.to, "/login?problem=registration_closed");
    // A link does; who comes again is no newcomer.
    let one = link(&ana, &org, json!({})).await;
    let away = begin(&one.code).await.ok();
    let back = browser.back(&oidc.visit(text(&away["url"])).await).await;
    assert_eq!(back.to, format!("/login?identity=in&invitation=joined&org={}", org.rsplit('/').next().expect("an id")));
    assert_eq!(members(&ana, &org).await, 2);
    assert_eq!(browser.log_in(&oidc, "corp").await.to, "/login?identity=in");
    begin(&one.code).await.refused("code_expired");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_at_once_a_link_for_ten_lets_in_ten() {
    let app = App::start_with(Overrides::default(), &["--registrations-max", "1000"]).await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    // Each costs a slow hash.
    let people: Vec<_> = stream::iter(0..100).map(|_| app.person("Somebody")).buffered(8).collect().await;
    let body = json!({ "code": link(&ana, &org, json!({ "uses_max": 10 })).await.code });
    let answers = join_all(people.iter().map(|person| person.post(ACCEPT, body.clone()))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    let late = answers.iter().filter(|answer| answer.body["code"] == "code_expired").count();
    assert_eq!((accepted, late), (10, 90));
    assert_eq!(members(&ana, &org).await, 11);
    app.stop().await;
}

#[tokio::test]
async fn invitations_are_bounded_by_the_day_and_in_all() {
    let clock = Clock::manual(1_795_000_000_000_000);
    let app = App::start_with(Overrides { clock: Some(clock.clone()), ..Overrides::default() }, &[]).await;
    let org = ana(&app).await.organization().await;
    let path = format!("{org}/invitations");
    let limits = Limits::default();
    let (pending, per_day) = (limits.invitations_pending_max, limits.invitations_per_day_max as usize);
    assert_eq!((pending, per_day), (500, 200));
    let body = json!({ "role": "guest", "expires_in_ms": 30 * DAY_MS });
    let mut made = 0;
    while made < pending {
        let ana = ana(&app).await;
        let today = per_day.min(pending - made);
        for _ in 0..today {
            ana.post(&path, body.clone()).await.created();
        }
        made += today;
        let one_more = ana.post(&path, body.clone()).await;
        if made < pending {
            assert_eq!(one_more.refused("rate_limited")["limit"], per_day);
        } else {
            assert_eq!(one_more.refused("limit_reached")["limit"], pending);
        }
        clock.advance(24 * 3_600_000_000);
    }
    // An answer makes room.
    let ana = ana(&app).await;
    let known = ana.get(&path).await.ok();
    assert_eq!(known["items"].as_array().map(Vec::len), Some(pending));
    ana.delete(&format!("{path}/{}", text(&known["items"][0]["invitation_id"]))).await.ok();
    ana.post(&path, body.clone()).await.created();
    app.stop().await;
}

#[tokio::test]
async fn who_founds_an_organization_is_told_how_to_begin() {
    let app = App::start().await;
    let ana = ana(&app).await;
    let body = json!({ "name": "Boat builders", "org_id": "0190aaaa-0000-7000-8000-0000000000b0" });
    ana.post("/api/v1/orgs", body.clone()).await.created();
    // Asked again: sent once.
    ana.post("/api/v1/orgs", body).await;
    let mails = mails_to(&app, &ana.email).await;
    let guides: Vec<_> = mails.iter().filter(|mail| mail["subject"] == "Setting up Boat builders").collect();
    assert_eq!(guides.len(), 1);
    for part in ["text", "html"] {
        assert!(text(&guides[0][part]).contains("/orgs/0190aaaa-0000-7000-8000-0000000000b0"), "{part}");
    }
    // That the list of the app was put away is kept, for as many organizations as one may have.
    let closed = |count: usize| {
        let ids: Vec<String> = (0..count).map(|at| format!("0190aaaa-0000-7000-8000-{at:012}")).collect();
        json!({ "preferences": { "guides_closed": ids } })
    };
    let most = Limits::default().orgs_per_account_max;
    let refused = ana.patch("/api/v1/me", closed(most + 1)).await.refused("field_invalid");
    assert_eq!(refused["field"], "preferences.guides_closed");
    ana.patch("/api/v1/me", closed(most)).await.ok();
    assert_eq!(ana.get("/api/v1/me").await.ok()["preferences"], closed(most)["preferences"]);
    // Anybody can register with another's address: nothing goes there before it is proved.
    let ben = app.person("Ben").await;
    ben.organization().await;
    assert!(mails_to(&app, &ben.email).await.iter().all(|mail| mail["subject"] != "Setting up Company"));
    app.stop().await;
}
