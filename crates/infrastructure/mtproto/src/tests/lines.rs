use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grammers_mtsender::SenderPoolFatHandle;
use grammers_session::updates::UpdatesLike;
use grammers_tl_types as tl;
use tokio::sync::mpsc;

use super::stage::*;
use crate::account::Does;
use crate::line::Listener;
use crate::mtproto::Mtproto;
use crate::patience::Patience;
use crate::storage::Purpose;

/// Plays a library that panics, once for each of the first connections.
struct Panicking(Arc<AtomicUsize>);

impl Listener for Panicking {
    fn listen(
        &self,
        _pool: SenderPoolFatHandle,
        mut updates: mpsc::Receiver<UpdatesLike>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            assert!(before >= 2, "the library has a defect");
            while updates.recv().await.is_some() {}
        })
    }
}

#[tokio::test]
async fn a_panic_in_the_connection_starts_it_anew() {
    let stage = Stage::with_alice().await;
    let storage = stage.mtproto.storage(stage.session, Purpose::Account).await.unwrap();
    let home = storage.home();
    let started = Arc::new(AtomicUsize::new(0));
    let connection = Mtproto::connection(storage, 1, Arc::new(Panicking(Arc::clone(&started))));
    let request = tl::functions::help::GetConfig {};
    let patience = Patience::of(Duration::from_secs(20));
    connection.ask(home, Does::Reads, &request, &patience).await.unwrap();
    let three = async {
        while started.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), three).await.expect("the line is started anew");
    connection.ask(home, Does::Writes, &request, &patience).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), connection.close()).await.expect("a line closes in time");
}
