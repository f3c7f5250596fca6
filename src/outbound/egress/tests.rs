//! The guard, against real listeners on this machine: what it refuses never reaches them.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

mod spellings;

/// Names that all lead to these addresses, one list after the other; the last for ever.
fn leading_to(answers: &[&[&str]]) -> Arc<Lookup> {
    let parse = |list: &&[&str]| list.iter().map(|text| text.parse().expect("an address")).collect::<Vec<IpAddr>>();
    let answers = Mutex::new(answers.iter().rev().map(parse).collect::<Vec<_>>());
    Arc::new(move |_| {
        let mut answers = answers.lock().expect("not poisoned");
        let found = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        Box::pin(async move { Ok(found.unwrap_or_default()) })
    })
}

fn egress(allow: &[String], limits: &Limits, lookup: Arc<Lookup>) -> Egress {
    let allow = allow.iter().map(|place| place.parse().expect("a place")).collect();
    Egress::with_lookup(allow, limits, lookup).expect("a client")
}

/// Answers every request with these bytes, and counts connections.
async fn listener(answer: &'static [u8], ends: bool) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, count) = (listener.local_addr().expect("bound").port(), Arc::<AtomicUsize>::default());
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = socket.read(&mut asked).await;
                let _ = socket.write_all(answer).await;
                if !ends {
                    // Until the other side is gone.
                    let _ = socket.read(&mut asked).await;
                }
            });
        }
    });
    (port, count)
}

async fn get(egress: &Egress, url: &str) -> Result<http::Response<Vec<u8>>, EgressError> {
    match http::Request::get(url).body(Vec::new()) {
        Ok(request) => egress.send(request).await,
        Err(error) => Err(EgressError::Refused(error.to_string())),
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";

#[tokio::test]
async fn nothing_but_tls_to_public_addresses_leaves_however_the_address_is_spelt() {
    let (port, reached) = listener(OK, true).await;
    let egress =
        egress(&[], &Limits::default(), leading_to(&[&["127.0.0.1", "10.0.0.1", "fd00::1", "::ffff:127.0.0.1"]]));
    for host in spellings::HOSTS {
        for url in [format!("https://{host}/"), format!("https://{host}:{port}/"), format!("http://{host}:{port}/")] {
            let refused = get(&egress, &url).await;
            assert!(matches!(refused, Err(EgressError::Refused(_))), "{url}: {refused:?}");
        }
    }
    for url in spellings::ADDRESSES {
        assert!(matches!(get(&egress, url).await, Err(EgressError::Refused(_))), "{url}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0, "somebody was reached");
}

#[tokio::test]
async fn the_connection_goes_to_what_was_judged_and_every_one_is_judged() {
    let (port, reached) = listener(OK, true).await;
    let place = [format!("http://moving.example:{port}")];
    // Here, then beside us, then here and beside us.
    let lookup = leading_to(&[&["127.0.0.1"], &["10.0.0.1"], &["10.0.0.1", "127.0.0.1"]]);
    let egress = egress(&place, &Limits::default(), lookup);
    let url = format!("http://moving.example:{port}/");
    assert_eq!(get(&egress, &url).await.expect("reached").body(), b"hi");
    assert!(matches!(get(&egress, &url).await, Err(EgressError::Refused(_))));
    assert_eq!(reached.load(Ordering::SeqCst), 1);
    assert_eq!(get(&egress, &url).await.expect("the one that is permitted").status(), 200);
}

#[tokio::test]
async fn a_name_that_moves_is_judged_each_time_and_leads_to_nothing_but_what_is_public() {
    // In public first, then here; then both at once, of which one is left.
    let lookup = leading_to(&[
        &["1.1.1.1"],
        &["127.0.0.1"],
        &["::1", "169.254.169.254", "64:ff9b::7f00:1"],
        &["1.1.1.1", "127.0.0.1", "::ffff:1.1.1.1", "2606:4700:4700::1111"],
        &[],
    ]);
    let guard = Guard { rule: Rule::Public, networks: Arc::new([]), lookup };
    let asked = async || {
        let name = "moving.example".parse().expect("a name");
        let found = guard.resolve(name).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(found.map(|address| address.ip().to_string()).collect::<Vec<_>>())
    };
    assert_eq!(asked().await, Ok(vec!["1.1.1.1".to_owned()]));
    assert!(asked().await.is_err(), "it leads here now");
    assert!(asked().await.is_err(), "nor what has an address of ours inside");
    assert_eq!(asked().await, Ok(vec!["1.1.1.1".to_owned(), "2606:4700:4700::1111".to_owned()]));
    assert!(asked().await.is_err(), "it leads nowhere");
}

#[tokio::test]
async fn an_operator_allows_a_host_on_its_port_or_a_network_and_nothing_beside_it() {
    let (port, reached) = listener(OK, true).await;
    let lookup = || leading_to(&[&["127.0.0.1"]]);
    let limits = Limits::default();
    let hosts = egress(&[format!("idp.lan:{port}")], &limits, lookup());
    for url in [
        format!("https://idp.lan:{}/", port ^ 1),
        "https://idp.lan/".into(),
        format!("https://other.lan:{port}/"),
        format!("http://idp.lan:{port}/"),
    ] {
        assert!(matches!(get(&hosts, &url).await, Err(EgressError::Refused(_))), "{url}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    // This one speaks no TLS: it was reached, and that is all.
    assert!(matches!(get(&hosts, &format!("https://idp.lan:{port}/")).await, Err(EgressError::Failed(_))));
    assert_eq!(reached.load(Ordering::SeqCst), 1);
    // By network: the ports of TLS alone, where nobody listens here.
    let networks = egress(&["127.0.0.0/8".into()], &limits, lookup());
    assert!(matches!(get(&networks, "https://idp.lan:8443/").await, Err(EgressError::Failed(_))));
    assert!(matches!(get(&networks, &format!("https://idp.lan:{port}/")).await, Err(EgressError::Refused(_))));
    let elsewhere = egress(&["10.0.0.0/8".into()], &limits, lookup());
    assert!(matches!(get(&elsewhere, "https://idp.lan:8443/").await, Err(EgressError::Refused(_))));
    // Without TLS to this machine alone, whatever the operator wrote.
    let away = egress(&[format!("http://idp.lan:{port}")], &limits, leading_to(&[&["10.0.0.1", "192.0.2.1"]]));
    assert!(matches!(get(&away, &format!("http://idp.lan:{port}/")).await, Err(EgressError::Refused(_))));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (canary, led) = listener(OK, true).await;
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for to in [format!("http://127.0.0.1:{canary}/"), "/elsewhere".into(), "http://169.254.169.254/".into()] {
            let away = format!(
                "HTTP/1.1 {status} Away\r\nlocation: {to}\r\nrefresh: 0; url={to}\r\ncontent-length: 0\r\n\
                 connection: close\r\n\r\n"
            );
            let (port, reached) = listener(away.leak().as_bytes(), true).await;
            // The canary may be asked, for nothing but the redirect to stand between.
            let allow = [format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{canary}")];
            let egress = egress(&allow, &Limits::default(), leading_to(&[&["127.0.0.1"]]));
            for method in ["GET", "POST"] {
                let request = http::Request::builder().method(method).uri(format!("http://127.0.0.1:{port}/"));
                let answer = egress.send(request.body(b"{}".to_vec()).expect("a request")).await.expect("an answer");
                assert_eq!(answer.status().as_u16(), status, "{method} {to}");
            }
            assert_eq!(reached.load(Ordering::SeqCst), 2, "{status} {to}");
        }
    }
    assert_eq!(led.load(Ordering::SeqCst), 0, "a redirect was followed");
}

#[tokio::test]
async fn an_answer_has_an_end_in_size_and_in_time() {
    const SAYS: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n";
    const SENDS: &[u8] = &[b'x'; 80 * 1024];
    const SILENT: &[u8] = b"";
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    const GIGABYTE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\nhalf";
    let limits = Limits { egress_timeout_ms: 300, ..Limits::default() };
    let endless = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", SENDS].concat();
    for (answer, ends) in [(SAYS, false), (GIGABYTE, true), (endless.leak() as &'static [u8], false)] {
        let (port, _) = listener(answer, ends).await;
        let egress = egress(&[format!("http://127.0.0.1:{port}")], &limits, leading_to(&[&[]]));
        let refused = get(&egress, &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(refused.expect_err("too large"), EgressError::TooLarge(64 * 1024));
    }
    // It says nothing more, or it closes in the middle.
    for (answer, ends) in [(SILENT, false), (HALF, false), (SILENT, true), (HALF, true)] {
        let (port, _) = listener(answer, ends).await;
        let egress = egress(&[format!("http://127.0.0.1:{port}")], &limits, leading_to(&[&[]]));
        let began = tokio::time::Instant::now();
        let late = get(&egress, &format!("http://127.0.0.1:{port}/")).await;
        assert!(matches!(late, Err(EgressError::Failed(_))), "{late:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_name_whose_lookup_hangs_costs_no_more_than_the_time_there_is() {
    let hangs: Arc<Lookup> = Arc::new(|_| Box::pin(std::future::pending()));
    let limits = Limits { egress_timeout_ms: 200, ..Limits::default() };
    let egress = egress(&[], &limits, hangs);
    assert!(matches!(get(&egress, "https://hangs.example/").await, Err(EgressError::Failed(_))));
}
