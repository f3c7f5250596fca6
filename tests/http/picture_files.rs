//! What is sent as a picture and is none, or is more than one: refused, or a still picture without a trace of the rest.

use image::{GenericImageView, ImageFormat, RgbImage, RgbaImage};
use lockstep_protocol::limits::Limits;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    App,
    pictures::{BLUE, ME, RED, encoded, halves, near, own, put, shown},
    send,
};

/// A part of a JPEG that says how the camera was held (turned to the right) and, beside it, a secret.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 47.3769 8.5417");
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length[..], &exif[..], &jpeg[2..]].concat()
}

#[tokio::test]
async fn what_a_camera_adds_is_gone_and_the_picture_stands_upright() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let photo = with_exif(&encoded(halves(300, 300), ImageFormat::Jpeg));
    put(&ana, ME, "image/jpeg", photo).await.ok();
    let (_, _, bytes) = shown(&ana, ME).await;
    for secret in [&b"GPS 47"[..], b"Exif"] {
        assert!(!bytes.windows(secret.len()).any(|found| found == secret), "the secret is still there");
    }
    let picture = own(&ana).await;
    // What was above is on the right.
    for (x, y, wanted) in [(250, 5, RED), (250, 250, RED), (5, 5, BLUE), (5, 250, BLUE)] {
        assert!(near(picture.get_pixel(x, y), wanted), "{x} {y}: {:?}", picture.get_pixel(x, y));
    }
    app.stop().await;
}

/// A chunk of a PNG with its sum (ISO 3309).
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = u32::MAX;
    for byte in kind.iter().chain(data) {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length[..], kind, data, &(!sum).to_be_bytes()].concat()
}

/// A PNG whose header promises so much, and little behind it.
fn promising(width: u32, height: u32, depth: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, 6, 0, 0, 0]].concat();
    // An empty stream of zlib.
    let data = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", &[])].concat()
}

/// Everything that is no picture, or not the one that it says it is.
fn zoo() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let png = encoded(halves(64, 64), ImageFormat::Png);
    let webp = encoded(halves(64, 64), ImageFormat::WebP);
    let jpeg = encoded(halves(64, 64), ImageFormat::Jpeg);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let limit = Limits::default().picture_bytes_max;
    vec![
        ("nothing", "image/png", Vec::new(), "unsupported_media_type"),
        ("a page", "image/png", b"<!doctype html><script>alert(1)</script>".to_vec(), "unsupported_media_type"),
        ("an SVG", "image/svg+xml", svg.clone(), "unsupported_media_type"),
        ("an SVG that says PNG", "image/png", svg, "unsupported_media_type"),
        ("a GIF", "image/gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "unsupported_media_type"),
        ("a GIF that says PNG", "image/png", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "unsupported_media_type"),
        ("a program", "image/webp", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), "unsupported_media_type"),
        ("a PNG that says JPEG", "image/jpeg", png.clone(), "unsupported_media_type"),
        ("a PNG that says JSON", "application/json", png.clone(), "unsupported_media_type"),
        ("a PNG that says any picture", "image/*", png.clone(), "unsupported_media_type"),
        ("a PNG as a form", "multipart/form-data; boundary=x", png.clone(), "unsupported_media_type"),
        ("a PNG cut off", "image/png", half(&png), "picture_unreadable"),
        ("a PNG's first bytes", "image/png", png[..8].to_vec(), "picture_unreadable"),
        ("a JPEG's head", "image/jpeg", jpeg[..40].to_vec(), "picture_unreadable"),
        ("a WebP cut off", "image/webp", half(&webp), "picture_unreadable"),
        ("50,000 pixels square", "image/png", promising(50_000, 50_000, 8), "picture_unreadable"),
        ("no pixels", "image/png", promising(0, 0, 8), "picture_unreadable"),
        ("one byte too many", "image/png", [png, vec![0; limit]].concat()[..=limit].to_vec(), "too_large"),
        ("three times too many", "image/jpeg", vec![0xff; limit * 3], "too_large"),
    ]
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_kept() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let org = ana.organization().await;
    for (what, media, bytes, code) in zoo() {
        for path in [ME, &format!("{org}/logo")] {
            let problem = put(&ana, path, media, bytes.clone()).await;
            assert_eq!(problem.body["code"], code, "{what}: {}", problem.body);
            problem.refused(code);
        }
    }
    send(ana.request(Method::PUT, ME).body(promising(1, 1, 8))).await.refused("unsupported_media_type");
    let me = ana.get("/api/v1/me").await.ok();
    assert_eq!(me.get("avatar_id"), None);
    assert!(!me["orgs"].to_string().contains("logo_id"));
    // The largest that may be is read.
    put(&ana, ME, "image/jpeg", encoded(RgbImage::new(4_096, 100), ImageFormat::Jpeg)).await.ok();
    assert_eq!(own(&ana).await.dimensions(), (100, 100));
    app.stop().await;
}

/// Whole pictures: whoever does not look at the header first reads them.
#[tokio::test]
async fn a_whole_picture_of_too_many_pixels_is_refused_by_its_header_and_said_to_be() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let formats =
        [("image/png", ImageFormat::Png), ("image/jpeg", ImageFormat::Jpeg), ("image/webp", ImageFormat::WebP)];
    for (media, format) in formats {
        for (width, height) in [(4_097, 1), (1, 4_097)] {
            let problem = put(&ana, ME, media, encoded(RgbImage::new(width, height), format)).await;
            let problem = problem.refused("picture_unreadable");
            assert_eq!(problem["limit"], 4_096, "{media} {width} x {height}: {problem}");
        }
        put(&ana, ME, media, encoded(RgbImage::new(4_096, 1), format)).await.ok();
    }
    app.stop().await;
}

/// The pixels as they lie in memory, and what a file holds beside them.
#[tokio::test]
async fn a_whole_picture_that_needs_too_much_memory_is_refused() {
    let limits = Limits { picture_memory_bytes_max: 48 * 1024, ..Limits::default() };
    let app = App::start_limited(limits).await;
    let ana = app.person("Ana").await;
    // Twelve bytes for four pixels, and sixteen.
    put(&ana, ME, "image/png", encoded(RgbImage::new(128, 128), ImageFormat::Png)).await.ok();
    let deep = put(&ana, ME, "image/png", encoded(RgbaImage::new(128, 128), ImageFormat::Png)).await;
    assert_eq!(deep.refused("picture_unreadable")["limit"], 4_096, "by the header");
    let png = encoded(RgbImage::new(8, 8), ImageFormat::Png);
    let beside = |bytes: usize| [&png[..33], &chunk(b"eXIf", &vec![0; bytes])[..], &png[33..]].concat();
    put(&ana, ME, "image/png", beside(16 * 1024)).await.ok();
    let heavy = put(&ana, ME, "image/png", beside(96 * 1024)).await.refused("picture_unreadable");
    assert_eq!(heavy.get("limit"), None, "by the decoder: {heavy}");
    app.stop().await;
}

#[tokio::test]
async fn a_body_of_unknown_length_ends_at_the_limit() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let mut socket = tokio::net::TcpStream::connect(app.server.address).await.expect("connects");
    let head = format!(
        "PUT {ME} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: image/png\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
        ana.token()
    );
    socket.write_all(head.as_bytes()).await.expect("written");
    let chunk = [format!("{:x}\r\n", 64 * 1024).into_bytes(), vec![7; 64 * 1024], b"\r\n".to_vec()].concat();
    for _ in 0..40 {
        // It may hang up before all is written.
        if socket.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(crate::support::DEADLINE, socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "it waits for more than it may take");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    app.stop().await;
}

#[tokio::test]
async fn of_two_files_in_one_and_of_many_frames_one_picture_is_left() {
    let app = App::start().await;
    let ana = app.person("Ana").await;
    let hidden = b"<script>alert(1)</script>PK\x03\x04";
    let png = encoded(halves(64, 64), ImageFormat::Png);
    let comment = chunk(b"tEXt", b"Comment\0<script>alert(1)</script>PK\x03\x04");
    let in_front = [&png[..33], &comment[..], &png[33..]].concat();
    let animation = [chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]), {
        let frame = [0_u32, 64, 64, 0, 0].iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>();
        chunk(b"fcTL", &[&frame[..], &[0, 1, 0, 1, 0, 0]].concat())
    }];
    let animated = [&png[..33], &animation.concat()[..], &png[33..]].concat();
    let jpeg = encoded(halves(64, 64), ImageFormat::Jpeg);
    for (media, bytes) in [
        ("image/png", [&png[..], hidden].concat()),
        ("image/png", in_front),
        ("image/png", animated),
        ("image/jpeg", [&jpeg[..], hidden].concat()),
    ] {
        put(&ana, ME, media, bytes).await.ok();
        let (_, _, kept) = shown(&ana, ME).await;
        for trace in [&b"script"[..], b"PK\x03\x04", b"acTL", b"fcTL"] {
            assert!(!kept.windows(trace.len()).any(|found| found == trace), "{media}");
        }
        assert_eq!(own(&ana).await.dimensions(), (64, 64));
    }
    app.stop().await;
}
