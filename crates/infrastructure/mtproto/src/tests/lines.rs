use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use grammers_mtsender::SenderPoolFatHandle;
use grammers_session::updates::UpdatesLike;
use grammers_tl_types as tl;
use tokio::sync::{mpsc, watch};

use super::stage::*;
use crate::account::Does;
use crate::line::Listener;
use crate::mtproto::Mtproto;
use crate::storage::Purpose;
use telegraphist_application::patience::Patience;

/// Plays a library that panics, once for each of the first connections.
struct Panicking(watch::Sender<usize>);

impl Listener for Panicking {
    fn listen(
        &self,
        _pool: SenderPoolFatHandle,
        mut updates: mpsc::Receiver<UpdatesLike>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let before = *self.0.borrow();
        self.0.send_replace(before + 1);
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
    let started = watch::Sender::new(0);
    let mut starts = started.subscribe();
    let connection = Mtproto::connection(storage, 1, Arc::new(Panicking(started)));
    let request = tl::functions::help::GetConfig {};
    let patience = Patience::of(Duration::from_secs(20));
    connection.ask(home, Does::Reads, &request, &patience).await.unwrap();
    let three = tokio::time::timeout(Duration::from_secs(20), starts.wait_for(|started| *started >= 3));
    three.await.expect("the line is started anew").expect("the listener is still there");
    connection.ask(home, Does::Writes, &request, &patience).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), connection.close()).await.expect("a line closes in time");
}
