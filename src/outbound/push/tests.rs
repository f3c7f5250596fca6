//! What is cut off a notification that is too long.

use super::*;

fn pushed(title: &str, body: &str) -> Pushed {
    let (title, body) = (title.to_owned(), body.to_owned());
    Pushed { id: Uuid::nil(), title, body, url: "/inbox".into(), tag: "inbox".into(), badge: Some(3) }
}

#[test]
fn what_fits_is_told_whole() {
    let whole = pushed("Ana gave you a task", "Fix the log-in");
    let bytes = whole.within(1_000, Clone::clone).expect("it fits");
    assert_eq!(bytes, serde_json::to_vec(&whole).expect("JSON"));
    assert_eq!(whole.within(bytes.len(), Clone::clone), Some(bytes));
}

#[test]
fn of_what_does_not_fit_the_text_is_cut_then_the_title_never_through_a_letter() {
    for letter in ["x", "ä", "字", "👋", "\"", "\u{1}"] {
        let long = pushed("Title", &letter.repeat(5_000));
        let bytes = long.within(1_000, Clone::clone).expect("it fits");
        assert!(bytes.len() <= 1_000, "{letter}: {}", bytes.len());
        let told: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(told["title"], "Title");
        let body = told["body"].as_str().expect("text");
        assert!(body.is_empty() || body.ends_with('…') && body.starts_with(letter), "{body}");
    }
    let long = pushed(&"t".repeat(5_000), "body");
    let told: serde_json::Value =
        serde_json::from_slice(&long.within(1_000, Clone::clone).expect("it fits")).expect("JSON");
    assert!(told["body"] == "" && told["title"].as_str().is_some_and(|title| title.len() > 500), "{told}");
    assert_eq!(long.within(10, Clone::clone), None);
}
