//! Background loops that must not end. One that panics is reported and begun again: what it looked after would otherwise stand still
//! while everything else seems well. It must never hide an error that a loop could have handled.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;

/// Before a loop is begun again.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs what `begin` makes until it ends by itself; after a panic it is made and run again.
pub async fn steadily<T, F: Future<Output = T>>(name: &'static str, mut begin: impl FnMut() -> F) -> T {
    loop {
        match AssertUnwindSafe(begin()).catch_unwind().await {
            Ok(ended) => return ended,
            Err(_) => tracing::error!(name, "a background loop panicked; it begins again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::steadily;

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_panics_is_begun_again() {
        let mut begun = 0;
        let ended = steadily("a test's", || {
            begun += 1;
            let begun = begun;
            async move {
                assert!(begun >= 3, "not yet");
                begun
            }
        });
        assert_eq!(ended.await, 3);
    }
}
