//! A real client that is pointed at a box, and people to be.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grammers_client::client::UpdateStream;
use grammers_client::message::Message;
use grammers_client::peer::Peer;
use grammers_client::update::Update;
use grammers_client::{Client, InvocationError, SenderPool};
use grammers_mtsender::{ConnectionParams, NoRetries, RetryPolicy, UpdatesConfiguration};
use grammers_session::storages::{MemorySession, MemorySessionError};
use grammers_session::types::{DcOption, PeerId, PeerInfo, PeerRef, UpdateState, UpdatesState};
use grammers_session::updates::UpdatesLike;
use grammers_session::{BoxFuture, Session};
use telegraphist_sandbox::provision::ClientKeys;
use telegraphist_sandbox::{Options, Sandbox};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) const ALICE: i64 = 1001;
pub(crate) const BOB: i64 = 1002;
pub(crate) const CAROL: i64 = 1003;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn a_box() -> Sandbox {
    Sandbox::start(Options::default()).await.expect("a box starts")
}

/// Waits for something, but not for ever.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it happens in time")
}

/// grammers' own session in memory forgets who is signed in; this one remembers.
pub(crate) struct TestSession {
    inner: MemorySession,
    own: Mutex<Option<PeerInfo>>,
}

impl TestSession {
    pub(crate) async fn new(keys: &ClientKeys) -> Self {
        let session = Self { inner: MemorySession::default(), own: Mutex::new(None) };
        session.set_home_dc_id(keys.home_dc).await.expect("memory works");
        for (id, centre) in &keys.dcs {
            let ipv4 = format!("{}:{}", centre.host, centre.port).parse().expect("an IPv4 address");
            let ipv6 = format!("[::1]:{}", centre.port).parse().expect("an IPv6 address");
            let option = DcOption { id: *id, ipv4, ipv6, auth_key: keys.auth_key(*id) };
            session.set_dc_option(&option).await.expect("memory works");
        }
        if let Some(id) = keys.account {
            let own = PeerInfo::User { id, auth: None, bot: Some(false), is_self: Some(true) };
            session.cache_peer(own).await.expect("memory works");
        }
        session
    }
}

impl Session for TestSession {
    type Error = MemorySessionError;

    fn home_dc_id(&self) -> Result<i32, Self::Error> {
        self.inner.home_dc_id()
    }

    fn set_home_dc_id(&self, dc_id: i32) -> BoxFuture<'_, Result<(), Self::Error>> {
        self.inner.set_home_dc_id(dc_id)
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<DcOption>, Self::Error> {
        self.inner.dc_option(dc_id)
    }

    fn set_dc_option(&self, dc_option: &DcOption) -> BoxFuture<'_, Result<(), Self::Error>> {
        self.inner.set_dc_option(dc_option)
    }

    fn peer(&self, peer: PeerId) -> BoxFuture<'_, Result<Option<PeerInfo>, Self::Error>> {
        if peer == PeerId::self_user() {
            let own = self.own.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return Box::pin(async move { Ok(own) });
        }
        self.inner.peer(peer)
    }

    fn cache_peer(&self, peer: PeerInfo) -> BoxFuture<'_, Result<(), Self::Error>> {
        if matches!(&peer, PeerInfo::User { is_self: Some(true), .. }) {
            *self.own.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer.clone());
        }
        self.inner.cache_peer(peer)
    }

    fn updates_state(&self) -> BoxFuture<'_, Result<UpdatesState, Self::Error>> {
        self.inner.updates_state()
    }

    fn set_update_state(&self, update: UpdateState) -> BoxFuture<'_, Result<(), Self::Error>> {
        self.inner.set_update_state(update)
    }
}

/// A connected client; its connections end with it.
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) session: Arc<TestSession>,
    updates: Option<mpsc::Receiver<UpdatesLike>>,
    runner: JoinHandle<()>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

impl Connected {
    /// A client of `account`, or of nobody yet, that never repeats a call by itself.
    pub(crate) async fn new(sandbox: &Sandbox, account: Option<i64>) -> Self {
        Self::with_policy(sandbox, account, NoRetries).await
    }

    pub(crate) async fn with_policy(
        sandbox: &Sandbox,
        account: Option<i64>,
        policy: impl RetryPolicy + 'static,
    ) -> Self {
        let keys = sandbox.keys_for(account).expect("the account exists");
        Self::with_session(Arc::new(TestSession::new(&keys).await), policy)
    }

    pub(crate) fn with_session(session: Arc<TestSession>, policy: impl RetryPolicy + 'static) -> Self {
        let parameters = ConnectionParams { retry_policy: Box::new(policy), ..ConnectionParams::default() };
        let pool = SenderPool::with_configuration(Arc::clone(&session), 1, parameters);
        let client = Client::new(pool.handle);
        let runner = tokio::spawn(pool.runner.run());
        Self { client, session, updates: Some(pool.updates), runner }
    }

    /// Starts to listen. Returns when the client knows where it stands, so that what is said afterwards is not missed.
    pub(crate) async fn listen(&mut self, sandbox: &Sandbox, catch_up: bool) -> Listening {
        let updates = self.updates.take().expect("one listener");
        let configuration = UpdatesConfiguration { catch_up };
        let stream = self.client.stream_updates(updates, configuration).await.expect("a stream of updates");
        let mut listening = Listening(stream);
        if !catch_up {
            listening.settle(sandbox).await;
        }
        listening
    }

    /// Everything that the server sends unasked, before the client makes sense of it.
    pub(crate) fn raw_updates(&mut self) -> mpsc::Receiver<UpdatesLike> {
        self.updates.take().expect("one listener")
    }

    /// A chat by its public name, with everything that it takes to write there.
    pub(crate) async fn chat(&self, username: &str) -> PeerRef {
        let found = soon(self.client.resolve_username(username)).await.expect("an answer");
        reference(&found.expect("somebody has this name")).await
    }
}

async fn reference(peer: &Peer) -> PeerRef {
    peer.to_ref().await.expect("memory works").expect("a usable reference")
}

/// The updates of a client.
pub(crate) struct Listening(UpdateStream);

impl Listening {
    /// grammers swallows what arrives before its first poll is through; so it is polled until it hears what was said for this.
    async fn settle(&mut self, sandbox: &Sandbox) {
        const READY: &str = "the stream is ready";
        soon(async {
            let mut is_ready = false;
            while !is_ready {
                sandbox.say(BOB, ALICE, READY).expect("Bob may write to Alice");
                is_ready = tokio::time::timeout(Duration::from_secs(1), self.message(READY)).await.is_ok();
            }
        })
        .await;
    }

    /// Writes down where the client stands, as a program does before it ends.
    pub(crate) async fn remember(&self) {
        self.0.sync_update_state().await.expect("memory works");
    }

    pub(crate) async fn next(&mut self) -> Result<Update, InvocationError> {
        soon(self.0.next()).await
    }

    /// Waits for a message with exactly this text, whatever goes wrong meanwhile.
    pub(crate) async fn message(&mut self, text: &str) -> Message {
        soon(async {
            loop {
                // During an outage every poll fails; the stream goes on afterwards.
                if let Ok(Update::NewMessage(message)) = self.0.next().await
                    && message.text() == text
                {
                    return Message::clone(&message);
                }
            }
        })
        .await
    }
}
