//! The replay: what `lockstep-loadtest replay` says of a server that runs in this process.

use lockstep::app::serve::Overrides;
use lockstep_loadtest::replay::{self, Options};

use super::export;
use crate::http::App;

#[tokio::test(flavor = "multi_thread")]
async fn a_real_board_is_replayed_and_every_watcher_holds_what_the_journal_folds_to() {
    let app = App::start_with(Overrides::default(), &["--commands-per-second-max", "100000"]).await;
    let options =
        Options { file: export(), url: app.url.clone(), watchers: 10, email: None, password: None, json: true };
    let outcome = replay::run(&options).await.expect("it plays to its end");
    assert!(outcome.mapped >= 900, "{} of {} actions map to commands", outcome.mapped, outcome.actions);
    assert_eq!((outcome.actions, outcome.watchers), (1_000, 10));
    assert!(outcome.is_equal(), "{:?}", outcome.differences);
    assert!(outcome.refused.is_empty(), "{:?}", outcome.refused);
    let lost: usize = outcome.unmapped.iter().map(|unmapped| unmapped.count).sum();
    assert_eq!(outcome.mapped + lost, outcome.actions, "every action is played or named");
    app.stop().await;
}
