//! Pictures of people and logos: what is taken, what is kept of it, who sees it, and that it goes with whom it shows.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, IF_NONE_MATCH},
};
use serde_json::{Value, json};

use super::{Answer, App, PASSWORD, Person, send, text};
use crate::support::{node::id, until};

pub const ME: &str = "/api/v1/me/avatar";
pub const RED: Rgb<u8> = Rgb([220, 20, 20]);
pub const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

pub fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.into().write_to(&mut Cursor::new(&mut bytes), format).expect("a picture");
    bytes
}

/// Red above, blue below, and green beyond the square in the middle.
pub fn halves(width: u32, height: u32) -> RgbImage {
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    RgbImage::from_fn(width, height, |x, y| {
        let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
        match inside {
            false => Rgb([20, 220, 20]),
            true if y < height / 2 => RED,
            true => BLUE,
        }
    })
}

pub fn near(found: Rgba<u8>, wanted: Rgb<u8>) -> bool {
    (0..3).all(|channel| found.0[channel].abs_diff(wanted.0[channel]) < 30)
}

/// A small picture.
pub fn small() -> Vec<u8> {
    encoded(halves(8, 8), ImageFormat::Png)
}

pub async fn put(who: &Person<'_>, path: &str, media: &str, bytes: Vec<u8>) -> Answer {
    send(who.request(Method::PUT, path).header(CONTENT_TYPE, media).body(bytes)).await
}

async fn set(who: &Person<'_>, path: &str) -> String {
    let kept = put(who, path, "image/png", encoded(halves(64, 64), ImageFormat::Png)).await.ok();
    text(&kept["picture_id"]).to_owned()
}

pub async fn shown(who: &Person<'_>, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let response = who.request(Method::GET, path).send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.bytes().await.expect("a body").to_vec())
}

pub async fn own(who: &Person<'_>) -> DynamicImage {
    let (status, _, bytes) = shown(who, ME).await;
    assert_eq!(status, StatusCode::OK);
    image::load_from_memory(&bytes).expect("a picture")
}

/// What the list of members says of somebody's picture.
async fn listed(who: &Person<'_>, org: &str, whom: &Person<'_>) -> Option<String> {
    let members = who.get(&format!("{org}/members")).await.ok();
    let items = members["items"].as_array().expect("members");
    let found = items.iter().find(|member| member["account_id"] == whom.id()).expect("listed");
    found["avatar_id"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_small_square_of_a_picture_is_kept_and_shown_to_everybody_in_the_organization() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    assert_eq!(listed(&ben, &org, &ana).await, None);
    for (format, media) in
        [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::WebP, "image/webp")]
    {
        let kept = put(&ana, ME, media, encoded(halves(600, 400), format)).await.ok();
        let id = text(&kept["picture_id"]);
        assert_eq!(ana.get("/api/v1/me").await.ok()["avatar_id"], id);
        assert_eq!(listed(&ben, &org, &ana).await.as_deref(), Some(id));
        let path = format!("{org}/pictures/{id}");
        let (status, headers, bytes) = shown(&ben, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_TYPE], "image/jpeg");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'; sandbox");
        assert_eq!(headers["cache-control"], "private, max-age=31536000, immutable");
        let picture = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).expect("a picture");
        assert_eq!(picture.dimensions(), (256, 256));
        for (x, y, wanted) in [(5, 5, RED), (250, 120, RED), (5, 135, BLUE), (250, 250, BLUE)] {
            assert!(near(picture.get_pixel(x, y), wanted), "{media} {x} {y}: {:?}", picture.get_pixel(x, y));
        }
        // Kept by a browser, it is not sent again.
        let held = ben.request(Method::GET, &path).header(IF_NONE_MATCH, headers["etag"].clone());
        let held = send(held).await;
        assert_eq!((held.status.as_u16(), &held.body), (304, &json!("")));
        let other = ben.request(Method::GET, &path).header(IF_NONE_MATCH, "\"1\"");
        send(other).await.is(200);
    }
    ana.delete(ME).await.is(204);
    ana.delete(ME).await.is(204);
    assert_eq!(listed(&ben, &org, &ana).await, None);
    assert_eq!(ana.get("/api/v1/me").await.ok().get("avatar_id"), None);
    ana.get(ME).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn another_picture_has_another_id_and_the_one_before_is_gone() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let first = set(&ana, ME).await;
    let second = set(&ana, ME).await;
    assert_ne!(first, second, "browsers keep what an id names for ever");
    ana.get(&format!("{org}/pictures/{first}")).await.refused("not_found");
    ana.get(&format!("{org}/pictures/{second}")).await.is(200);
    app.stop().await;
}

#[tokio::test]
async fn what_is_transparent_stays_so_and_what_is_small_is_not_blown_up() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let picture = RgbaImage::from_fn(40, 20, |x, _| if x < 20 { Rgba([9, 9, 9, 0]) } else { Rgba([200, 0, 0, 255]) });
    put(&ana, ME, "image/png", encoded(picture, ImageFormat::Png)).await.ok();
    let (_, headers, bytes) = shown(&ana, ME).await;
    assert_eq!(headers[CONTENT_TYPE], "image/webp");
    let kept = image::load_from_memory_with_format(&bytes, ImageFormat::WebP).expect("a picture");
    assert_eq!(kept.dimensions(), (20, 20));
    assert_eq!((kept.get_pixel(2, 2).0[3], kept.get_pixel(17, 2)), (0, Rgba([200, 0, 0, 255])));
    app.stop().await;
}

fn plain(answer: Answer) -> Value {
    let mut body = answer.refused("not_found");
    body.as_object_mut().expect("an object").remove("request_id");
    body
}

#[tokio::test]
async fn who_may_not_see_the_name_is_told_the_same_as_of_no_picture() {
    let app = App::start().await;
    let (ana, ben, eve) = (app.person("Ana").await, app.person("Ben").await, app.person("Eve").await);
    let (org, elsewhere) = (ana.organization().await, eve.organization().await);
    ana.join(&org, &ben, "member").await;
    let (face, logo) = (set(&ben, ME).await, set(&ana, &format!("{org}/logo")).await);
    let nothing = plain(eve.get(&format!("{elsewhere}/pictures/{}", id())).await);
    for picture in [&face, &logo] {
        ana.get(&format!("{org}/pictures/{picture}")).await.is(200);
        for path in [&org, &elsewhere, &format!("/api/v1/orgs/{}", id())] {
            assert_eq!(plain(eve.get(&format!("{path}/pictures/{picture}")).await), nothing, "{path}");
        }
        // A right picture under a wrong organization of one's own.
        let own = ana.organization().await;
        assert_eq!(plain(ana.get(&format!("{own}/pictures/{picture}")).await), nothing);
        send(app.request(Method::GET, &format!("{org}/pictures/{picture}"))).await.refused("unauthenticated");
    }
    assert_eq!(plain(ana.get(&format!("{org}/pictures/x")).await), nothing);
    // One who left is not shown any more.
    ana.delete(&format!("{org}/members/{}", ben.id())).await.ok();
    assert_eq!(plain(ana.get(&format!("{org}/pictures/{face}")).await), nothing);
    app.stop().await;
}

#[tokio::test]
async fn a_guest_sees_the_pictures_of_those_on_their_boards_and_the_logo() {
    let app = App::start().await;
    let (ana, ben, gus) = (app.person("Ana").await, app.person("Ben").await, app.person("Gus").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &gus, "guest").await;
    let board = ana.board(&org, json!({ "visibility": "private" })).await;
    ana.put(&format!("{board}/members/{}", gus.id()), json!({ "role": "viewer" })).await.ok();
    let pictures = [set(&ana, ME).await, set(&ben, ME).await, set(&ana, &format!("{org}/logo")).await];
    // The read tables, which say which boards are a guest's, follow.
    until("the guest to see who is on the board", async || {
        let members = gus.get(&format!("{org}/members")).await.ok();
        (members["items"].as_array().expect("members").len() == 2).then_some(())
    })
    .await;
    let mut seen = Vec::new();
    for picture in &pictures {
        seen.push(gus.get(&format!("{org}/pictures/{picture}")).await.status.as_u16());
    }
    assert_eq!(seen, [200, 404, 200]);
    assert_eq!(gus.get("/api/v1/orgs").await.ok()["items"].to_string().matches(&pictures[2]).count(), 1);
    app.stop().await;
}

#[tokio::test]
async fn the_logo_is_changed_by_who_may_change_the_settings() {
    let app = App::start().await;
    let (ana, ben, gus, eve) =
        (app.person("Ana").await, app.person("Ben").await, app.person("Gus").await, app.person("Eve").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    ana.join(&org, &gus, "guest").await;
    let path = format!("{org}/logo");
    let png = || encoded(halves(64, 64), ImageFormat::Png);
    for (who, code) in [(&ben, "forbidden"), (&gus, "forbidden"), (&eve, "not_found")] {
        put(who, &path, "image/png", png()).await.refused(code);
        // Whoever may not is told that first.
        put(who, &path, "image/png", b"x".to_vec()).await.refused(code);
        who.delete(&path).await.refused(code);
    }
    let logo = set(&ana, &path).await;
    assert_eq!(ben.get(&org).await.ok()["logo_id"], logo);
    assert_eq!(gus.get(&org).await.ok()["logo_id"], logo);
    ana.patch(&format!("{org}/members/{}", ben.id()), json!({ "role": "admin" })).await.ok();
    ben.delete(&path).await.is(204);
    assert_eq!(ana.get(&org).await.ok().get("logo_id"), None);
    ana.get(&format!("{org}/pictures/{logo}")).await.refused("not_found");
    app.stop().await;
}

#[tokio::test]
async fn of_two_logos_set_at_once_the_one_that_is_told_is_there() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let path = format!("{org}/logo");
    for _ in 0..10 {
        tokio::join!(set(&ana, &path), set(&ana, &path), async { ana.delete(&path).await.is(204) }, set(&ana, &path));
        let view = ana.get(&org).await.ok();
        let kept =
            app.server.engine.store.pictures().logo(org.rsplit('/').next().expect("an id").parse().expect("an id"));
        assert_eq!(
            view["logo_id"].as_str().map(str::to_owned),
            kept.await.expect("a database").map(|id| id.to_string())
        );
        if let Some(logo) = view["logo_id"].as_str() {
            ana.get(&format!("{org}/pictures/{logo}")).await.is(200);
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_picture_goes_with_its_account() {
    let app = App::start().await;
    let (ana, ben) = (app.person("Ana").await, app.person("Ben").await);
    let org = ana.organization().await;
    ana.join(&org, &ben, "member").await;
    let face = set(&ben, ME).await;
    let id: lockstep_protocol::ids::PictureId = face.parse().expect("an id");
    let pictures = app.server.engine.store.pictures();
    assert!(pictures.find(id).await.expect("a database").is_some());
    ben.send(Method::DELETE, "/api/v1/me", json!({ "password": PASSWORD })).await.is(204);
    until("the picture to be forgotten", async || pictures.find(id).await.expect("a database").is_none().then_some(()))
        .await;
    put(&ben, ME, "image/png", small()).await.refused("session_revoked");
    app.stop().await;
}

#[tokio::test]
async fn no_token_changes_who_somebody_is_and_one_that_reads_sees() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    let face = set(&ana, ME).await;
    let asked = json!({ "name": "t", "scopes": ["read", "write", "account"], "password": PASSWORD });
    let made = ana.post("/api/v1/me/tokens", asked).await.created();
    let token = text(&made["token"]);
    let ask = |method: Method, path: &str| app.request(method, path).bearer_auth(token);
    send(ask(Method::GET, &format!("{org}/pictures/{face}"))).await.is(200);
    for path in [ME, &format!("{org}/logo")] {
        send(ask(Method::PUT, path).header(CONTENT_TYPE, "image/png").body(small())).await.refused("forbidden");
        send(ask(Method::DELETE, path)).await.refused("forbidden");
    }
    app.stop().await;
}
