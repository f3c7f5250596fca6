//! Providers that go ways of their own: GitHub without OpenID Connect, Microsoft with an issuer for each tenant.

use lockstep::app::serve::Overrides;
use reqwest::Url;
use serde_json::{Value, json};

use super::identities::{Browser, start};

#[tokio::test]
async fn github_says_who_somebody_is_by_its_own_interface() {
    let (oidc, app) =
        start("[github]\nkind = \"github\"\nissuer = \"ISSUER\"\nCLIENT\n", &[], Overrides::default()).await;
    assert_eq!(app.get("/api/v1/server").await.ok()["providers"], json!([{ "id": "github", "name": "GitHub" }]));
    let browser = Browser::new(&app);
    oidc.person("octo", json!({ "email": "octo@example.org", "email_verified": false, "number": 7 })).await;
    assert_eq!(browser.log_in(&oidc, "github").await.to, "/login?problem=email_unverified");
    oidc.person("octo", json!({ "email": "octo@example.org", "email_verified": true, "number": 7 })).await;
    assert_eq!(browser.log_in(&oidc, "github").await.to, "/login?identity=in");
    let octo = browser.person().await;
    let me = octo.get("/api/v1/me").await.ok();
    assert_eq!((&me["name"], &me["email"]), (&json!("octo"), &json!("octo@example.org")));
    // Another login, the same number: the same person. The same login, another number: somebody else.
    oidc.person("renamed", json!({ "email": "octo@example.org", "email_verified": true, "number": 7 })).await;
    browser.log_in(&oidc, "github").await;
    assert_eq!(browser.person().await.id(), octo.id());
    oidc.person("octo", json!({ "email": "other@example.org", "email_verified": true, "number": 8 })).await;
    browser.log_in(&oidc, "github").await;
    assert_ne!(browser.person().await.id(), octo.id());
    // A code of somebody else's browser fits no other verifier.
    let stolen = oidc.visit(&Browser::new(&app).start("github").await).await;
    let code = Url::parse(&stolen)
        .expect("an address")
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("there")
        .1
        .into_owned();
    let own = Url::parse(&oidc.visit(&browser.start("github").await).await).expect("an address");
    let state = own.query_pairs().find(|(name, _)| name == "state").expect("there").1.into_owned();
    let mixed = format!("{}/api/v1/auth/identity/github/return?code={code}&state={state}", app.url);
    assert_eq!(browser.back(&mixed).await.to, "/login?problem=provider_refused");
    app.stop().await;
}

#[tokio::test]
async fn microsoft_vouches_for_tenants_and_for_addresses_only_where_it_knows() {
    let settings = "[microsoft]\nkind = \"microsoft\"\nissuer = \"ISSUER/common/v2.0\"\nCLIENT\n";
    let (oidc, app) = start(settings, &[], Overrides::default()).await;
    let (tenant, other) = ("11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555");
    let issuer = |tenant: &str| format!("{}/{tenant}/v2.0", oidc.url);
    let browser = Browser::new(&app);
    let log_in = async |claims: Value| {
        oidc.set(json!({ "claims": claims })).await;
        browser.log_in(&oidc, "microsoft").await.to
    };
    let person = json!({ "tid": tenant, "iss": issuer(tenant), "email": "ada@example.org", "xms_edov": true });
    let but = |name: &str, value: Value| {
        let mut claims = person.clone();
        claims[name] = value;
        claims
    };
    for claims in [
        but("tid", json!(other)),
        but("tid", Value::Null),
        but("tid", json!("../../evil")),
        but("iss", json!(issuer("{tenantid}"))),
        but("iss", json!(format!("https://evil.example/{tenant}/v2.0"))),
        but("iss", json!(oidc.url)),
    ] {
        assert_eq!(log_in(claims.clone()).await, "/login?problem=provider_refused", "{claims}");
    }
    // Whoever runs a tenant may claim any address, and call it verified.
    let mut claimed = but("xms_edov", Value::Null);
    claimed["email_verified"] = json!(true);
    assert_eq!(log_in(claimed).await, "/login?problem=email_unverified");
    assert_eq!(log_in(but("xms_edov", json!(false))).await, "/login?problem=email_unverified");
    assert_eq!(log_in(person.clone()).await, "/login?identity=in");
    let ada = browser.person().await.id().to_owned();
    // The same name in another tenant is somebody else.
    let elsewhere = json!({ "tid": other, "iss": issuer(other), "email": "eve@example.org", "xms_edov": "1" });
    assert_eq!(log_in(elsewhere).await, "/login?identity=in");
    assert_ne!(browser.person().await.id(), ada);
    app.stop().await;
}
