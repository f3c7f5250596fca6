//! A line carries bytes both ways; frozen, it carries none and closes nothing; a new connection on it is whole.

use super::*;

async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}

async fn said(stream: &mut TcpStream, text: &[u8]) -> Option<Vec<u8>> {
    stream.write_all(text).await.ok()?;
    let mut answer = vec![0; text.len()];
    let read = tokio::time::timeout(Duration::from_millis(300), stream.read_exact(&mut answer)).await;
    read.ok()?.ok()?;
    Some(answer)
}

#[tokio::test]
async fn a_frozen_connection_is_silent_and_open_and_the_next_one_is_whole() {
    let line = Line::open(echo().await, [127, 0, 1, 7].into()).await.unwrap();
    let mut old = TcpStream::connect(line.address).await.unwrap();
    assert_eq!(said(&mut old, b"before").await.as_deref(), Some(&b"before"[..]));
    line.freeze();
    assert_eq!(said(&mut old, b"after").await, None, "nothing comes, and nothing says that it is over");
    let mut new = TcpStream::connect(line.address).await.unwrap();
    assert_eq!(said(&mut new, b"anew").await.as_deref(), Some(&b"anew"[..]));
}

#[tokio::test]
async fn a_slow_line_takes_its_time() {
    let line = Line::open(echo().await, [127, 0, 1, 7].into()).await.unwrap();
    line.throttle(Some(200));
    let mut stream = TcpStream::connect(line.address).await.unwrap();
    let start = std::time::Instant::now();
    assert!(said(&mut stream, &[7; 30]).await.is_some());
    assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
}
