//! A webhook gets all that it is for, in its order, with the server killed before each thing that it does for it.

use lockstep::{
    clock::Clock,
    store::{
        Store,
        webhooks::{Webhook, WebhookState},
    },
};
use lockstep_protocol::position::Position;
use uuid::Uuid;

use super::{Ended, Place, Scene, begin, telling::news};
use crate::support::sink::Sink;

const HOOK: Uuid = Uuid::from_u128(0x0190_aaaa_0000_7000_8000_0000_0000_00f0);
/// Points at which it is killed: three for each of the five events.
const POINTS: usize = 15;

/// Has what is made on the board sent to this address, from the first on.
async fn hook(place: &Place, scene: Scene, url: String) {
    let store = Store::open(&place.options()).await.expect("opens");
    let known = store.webhooks().find(HOOK).await.expect("a store");
    match known {
        Some(known) => assert!(store.webhooks().change(&Webhook { url, ..known }).await.expect("a store")),
        None => {
            let webhook = Webhook {
                id: HOOK,
                org: scene.org,
                name: "Everything".into(),
                url,
                kind: "standard".into(),
                events: r#"["task.created"]"#.into(),
                board: Some(scene.board),
                made_by: scene.ana,
                generation: 1,
                rotated_at: None,
                state: WebhookState::Active,
                note: None,
                revision: 1,
                cursor: Position::START,
                attempts: 0,
                failing_since: None,
                next_at: 0,
                created_at: 0,
                changed_at: 0,
            };
            store.webhooks().create(&webhook).await.expect("a store");
        }
    }
    store.close().await;
}

/// What came to a path: each once, in the order in which it came first; and the seqs of it.
fn came(sink: &Sink, path: &str) -> (Vec<String>, Vec<u64>) {
    let (mut ids, mut seqs) = (Vec::new(), Vec::new());
    for got in sink.got().iter().filter(|got| got.path == path) {
        let id = got.header("webhook-id").to_owned();
        if !ids.contains(&id) {
            ids.push(id);
            seqs.push(got.json()["data"]["seq"].as_u64().expect("a number"));
        }
    }
    (ids, seqs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_to_a_webhook() {
    let sink = Sink::start().await;
    let mut place = Place::sqlite();
    place.more = vec!["--egress-allow".to_owned(), sink.url.clone()];
    let clock = Clock::manual(Clock::system().now());
    let scene = Scene::make(&place, &clock).await;
    hook(&place, scene, format!("{}/whole", sink.url)).await;
    begin(&place, &clock, news(scene)).await;
    let news = || sink.got().iter().filter(|got| got.path == "/whole" && got.body.contains("\"News\"")).count();
    let undisturbed = place.copy().await;
    assert_eq!(undisturbed.live_until(None, || news() == 3).await, Ended::Settled);
    let (expected, seqs) = came(&sink, "/whole");
    assert!(expected.len() > 3 && seqs.is_sorted_by(|one, other| one < other), "{seqs:?}");
    for point in 1..=POINTS {
        let (place, path) = (place.copy().await, format!("/{point}"));
        hook(&place, scene, format!("{}{path}", sink.url)).await;
        let done = || came(&sink, &path).0.len() >= expected.len();
        assert_eq!(place.live_until(Some(&format!("webhooks:{point}")), done).await, Ended::Killed, "at {point}");
        assert_eq!(place.live_until(None, done).await, Ended::Settled);
        assert_eq!(came(&sink, &path), (expected.clone(), seqs.clone()), "killed at {point}");
    }
}
