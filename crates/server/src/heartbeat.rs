//! Saying again and again that something still runs, so that nobody takes what it holds for abandoned.

use std::time::Duration;

use tokio::task::JoinHandle;

/// Beats until it is dropped.
pub struct Heartbeat(JoinHandle<()>);

impl Heartbeat {
    /// Calls `beat` every `period`, first after one period. Ends by itself when `beat` says that
    /// nothing is held any more. It has a task of its own, so that arithmetic does not hold it up.
    pub fn every<F, Beat>(period: Duration, beat: F) -> Self
    where
        F: Fn() -> Beat + Send + 'static,
        Beat: Future<Output = bool> + Send,
    {
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                if !beat().await {
                    return;
                }
            }
        }))
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn it_beats_until_it_is_dropped_or_told_to_stop() {
        let count = Arc::new(AtomicU32::new(0));
        let beats = |most: u32| {
            let counted = Arc::clone(&count);
            Heartbeat::every(Duration::from_millis(1), move || {
                let n = counted.fetch_add(1, Ordering::SeqCst) + 1;
                async move { n < most }
            })
        };
        let heartbeat = beats(u32::MAX);
        while count.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(heartbeat);
        tokio::task::yield_now().await;
        let at_the_end = count.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(count.load(Ordering::SeqCst), at_the_end, "dropped");
        let _told = beats(at_the_end + 2);
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(count.load(Ordering::SeqCst), at_the_end + 2, "told to stop");
    }
}
