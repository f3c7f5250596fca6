//! Invitations by mail and by link.

use serde_json::{Value, json};

use super::{App, Person, text};

const LOOK: &str = "/api/v1/invitations/look";
const ACCEPT: &str = "/api/v1/invitations/accept";
const REJECT: &str = "/api/v1/invitations/reject";

async fn mails_to(app: &App, address: &str) -> Vec<Value> {
    let mails = app.get("/api/v1/mailbox").await.ok();
    let items = mails["items"].as_array().expect("a list").clone();
    items.into_iter().filter(|mail| mail["to"] == address && text(&mail["text"]).contains("/invite#")).collect()
}

/// The code of a link, wherever it stands in a text.
fn code_in(text: &str) -> String {
    let rest = text.split("/invite#").nth(1).expect("a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

async fn invite(person: &Person<'_>, org: &str, body: Value) -> Value {
    person.post(&format!("{org}/invitations"), body).await.created()
}

#[tokio::test]
async fn an_invitation_by_mail_is_for_whoever_has_the_address() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let org = ana.organization().await;
    let made = invite(&ana, &org, json!({ "email": ben.email.to_uppercase(), "role": "admin" })).await;
    assert_eq!(made["link"], Value::Null);
    let again = json!({ "email": ben.email, "role": "guest" });
    assert_eq!(ana.post(&format!("{org}/invitations"), again).await.refused("already_exists")["field"], "email");
    let mail = mails_to(&app, &ben.email).await.remove(0);
    let code = code_in(text(&mail["text"]));
    assert!(text(&mail["subject"]).contains("Ana"));
    // Whoever has the code sees what it is for; whoever has not, nothing.
    let body = json!({ "code": code });
    let seen = app.post(LOOK, body.clone()).await.ok();
    assert_eq!(
        (text(&seen["organization"]), text(&seen["role"]), text(&seen["invited_by"])),
        ("Company", "admin", "Ana")
    );
    assert_eq!(seen["code"], Value::Null);
    let forged = code.replace(|c: char| c.is_ascii_digit(), "A");
    for wrong in [forged.as_str(), "x", "", "0190aaaa-0000-7000-8000-00000000000a"] {
        app.post(LOOK, json!({ "code": wrong })).await.refused("code_expired");
        eve.post(ACCEPT, json!({ "code": wrong })).await.refused("code_expired");
    }
    // In no address: those are in the logs of proxies.
    for path in [format!("/api/v1/invitations/{code}"), format!("{LOOK}?code={code}")] {
        assert_ne!(app.get(&path).await.status, 200);
    }
    assert_eq!(app.post(&format!("{ACCEPT}?code={code}"), json!({})).await.status, 401);
    ben.post(&format!("{ACCEPT}?code={code}"), json!({})).await.refused("field_required");
    eve.post(ACCEPT, body.clone()).await.refused("forbidden");
    eve.post(REJECT, body.clone()).await.refused("forbidden");
    app.post(ACCEPT, body.clone()).await.refused("unauthenticated");
    // Listed for those who may invite, without what would let anybody in.
    let listed = ana.get(&format!("{org}/invitations")).await.ok();
    assert_eq!((&listed["items"][0]["email"], &listed["items"][0]["role"]), (&json!(ben.email), &json!("admin")));
    assert!(!listed.to_string().contains(&code));
    let joined = ben.post(ACCEPT, body.clone()).await.ok();
    assert!(org.ends_with(text(&joined["org_id"])));
    assert_eq!(ben.get(&org).await.ok()["members"].as_array().map(Vec::len), Some(2));
    ben.post(ACCEPT, body).await.refused("code_expired");
    assert_eq!(ana.get(&format!("{org}/invitations")).await.ok()["items"], json!([]));
    app.stop().await;
}

#[tokio::test]
async fn a_link_lets_in_as_many_as_it_says_and_none_after_it_was_revoked() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let (ben, cid, dan) = (app.person("Ben").await, app.person("Cid").await, app.person("Dan").await);
    let made = invite(&ana, &org, json!({ "role": "member", "uses_max": 2 })).await;
    let body = json!({ "code": code_in(text(&made["link"])) });
    let (one, two, three) =
        tokio::join!(ben.post(ACCEPT, body.clone()), cid.post(ACCEPT, body.clone()), dan.post(ACCEPT, body.clone()));
    let accepted = [&one, &two, &three].into_iter().filter(|answer| answer.status == 200).count();
    let refused = [&one, &two, &three].into_iter().filter(|answer| answer.body["code"] == "code_expired").count();
    assert_eq!((accepted, refused), (2, 1));
    let made = invite(&ana, &org, json!({ "role": "guest" })).await;
    let code = code_in(text(&made["link"]));
    let revoke = format!("{org}/invitations/{}", text(&made["invitation_id"]));
    dan.delete(&revoke).await;
    ana.delete(&revoke).await.ok();
    let eve = app.person("Eve").await;
    eve.post(ACCEPT, json!({ "code": code })).await.refused("code_expired");
    eve.get(&org).await.refused("not_found");
    eve.get(&format!("{org}/invitations")).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn an_invitation_is_sent_again_rejected_and_bounded() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    let path = format!("{org}/invitations");
    ana.post(&path, json!({ "role": "owner" })).await.refused("field_invalid");
    ana.post(&path, json!({ "role": "guest", "uses_max": 1001 })).await.refused("field_invalid");
    ana.post(&path, json!({ "role": "guest", "expires_in_ms": 31 * 86_400_000_u64 })).await.refused("field_invalid");
    ana.post(&path, json!({ "role": "guest", "email": "nonsense" })).await.refused("field_invalid");
    let made = invite(&ana, &org, json!({ "email": ben.email, "role": "guest" })).await;
    let resend = format!("{path}/{}/resend", text(&made["invitation_id"]));
    ben.post(&resend, json!({})).await.refused("not_found");
    ana.post(&resend, json!({})).await.ok();
    let mails = mails_to(&app, &ben.email).await;
    assert_eq!(mails.len(), 2);
    let code = code_in(text(&mails[0]["text"]));
    assert_eq!(code, code_in(text(&mails[1]["text"])));
    ben.post(REJECT, json!({ "code": code })).await.is(204);
    ben.post(ACCEPT, json!({ "code": code })).await.refused("code_expired");
    // One that an admin of another organization knows of is not theirs.
    let made = invite(&ana, &org, json!({ "email": ben.email, "role": "guest" })).await;
    let foreign = ben.organization().await;
    let id = text(&made["invitation_id"]);
    ben.delete(&format!("{foreign}/invitations/{id}")).await.refused("not_found");
    ben.post(&format!("{foreign}/invitations/{id}/resend"), json!({})).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn what_went_to_an_address_is_found_by_whoever_proves_it() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    // Invited before there is an account.
    invite(&ana, &org, json!({ "email": "ben1@example.org", "role": "member" })).await;
    let ben = app.person("Ben").await;
    assert_eq!(ben.email, "ben1@example.org");
    let mine = "/api/v1/me/invitations";
    assert_eq!(ben.get(mine).await.ok()["items"], json!([]), "not before the address is proved");
    let mails = app.get("/api/v1/mailbox").await.ok();
    let items = mails["items"].as_array().expect("a list");
    let verify = items.iter().find(|mail| mail["to"] == "ben1@example.org" && text(&mail["text"]).contains("/verify#"));
    let verify = text(&verify.expect("a mail")["text"]).split("/verify#").nth(1).expect("a link");
    let code: String = verify.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    app.post("/api/v1/auth/email/confirm", json!({ "code": code })).await.is(204);
    let found = ben.get(mine).await.ok();
    assert_eq!(found["items"][0]["organization"], "Company");
    ben.post(ACCEPT, json!({ "code": found["items"][0]["code"] })).await.ok();
    ben.get(&org).await.ok();
    assert_eq!(ben.get(mine).await.ok()["items"], json!([]));
    app.stop().await;
}
