//! Settings: what is refused, with which reason.

use super::*;

fn settings(arguments: &[&str]) -> Result<Settings, BadSetting> {
    let line = ["lockstep", "serve"].iter().chain(arguments);
    let Command::Serve(flags) = CommandLine::try_parse_from(line).expect("parses").command else {
        panic!("not serve");
    };
    flags.try_into()
}

#[test]
fn the_defaults_are_this_machine_only() {
    let settings = settings(&[]).expect("defaults");
    assert!(settings.listen.ip().is_loopback());
    assert_eq!(settings.public.origin(), "http://127.0.0.1:3080");
    assert!(!settings.public.is_https());
}

#[test]
fn what_cannot_work_is_refused_with_its_reason() {
    for (arguments, flag) in [
        (vec!["--database-url", "mysql://x"], "database-url"),
        (vec!["--redis-url", "http://x", "--database-url", "postgres://x/y"], "redis-url"),
        (vec!["--redis-url", "redis://x"], "redis-url"),
        (vec!["--live-bytes-max", "1"], "live-bytes-max"),
        (vec!["--registrations-max", "0"], "registrations-max"),
        (vec!["--registration", "verified", "--mailbox", "false"], "registration"),
        (vec!["--registration", "invited", "--mailbox", "false"], "registration"),
        (vec!["--registration", "invited", "--public-url", "https://boards.example.org"], "registration"),
        (vec!["--public-url", "boards.example.org"], "public-url"),
        (vec!["--public-url", "ftp://boards.example.org"], "public-url"),
        (vec!["--public-url", "https://boards.example.org/path"], "public-url"),
        (vec!["--public-url", "https://user@boards.example.org"], "public-url"),
    ] {
        let error = settings(&arguments).expect_err("refused");
        assert_eq!(error.flag, flag, "{arguments:?}");
        assert!(error.to_string().len() > flag.len() + 10, "{error}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let settings =
        settings(&["--database-url", "postgres://u:hunter2@h/d", "--demo-password", "hunter2"]).expect("fine");
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn an_origin_is_compared_whole() {
    let public = PublicUrl::parse("https://Boards.example.org:443/").expect("a url");
    assert_eq!(public.origin(), "https://boards.example.org");
    assert!(public.allows("https://boards.example.org"));
    for origin in [
        "null",
        "",
        "http://boards.example.org",
        "https://boards.example.org:8443",
        "https://boards.example.org.evil.example",
        "https://evil-boards.example.org",
        "https://x.boards.example.org",
        "https://boards.example.orgx",
        "https://boards.example.org/",
        "https://Boards.example.org",
        "http://localhost",
        "https://bоards.example.org",
    ] {
        assert!(!public.allows(origin), "{origin}");
    }
    let local = PublicUrl::of_listener("[::]:3080".parse().expect("an address"));
    assert!(local.allows("http://localhost:3080") && local.allows("http://127.0.0.1:3080"));
    assert!(!local.allows("http://127.0.0.1:3081") && !local.allows("http://127.0.0.1.evil.example:3080"));
    assert!(!local.allows("https://localhost:3080") && !local.allows("http://localhost"));
}

#[test]
fn a_network_contains_its_addresses_only() {
    let network: Network = "10.1.0.0/16".parse().expect("a network");
    let contains = |text: &str| network.contains(text.parse().expect("an address"));
    assert!(contains("10.1.255.3") && contains("::ffff:10.1.0.1"));
    assert!(!contains("10.2.0.1") && !contains("::1"));
    let one: Network = "::1".parse().expect("a network");
    assert!(one.contains("::1".parse().expect("an address")) && !one.contains("::2".parse().expect("an address")));
    for text in ["10.0.0.0/33", "x", "10.0.0.0/", "::/129", ""] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}
