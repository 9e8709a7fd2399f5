//! An application on in-memory stores with one account, and connections to a server over it.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretBox;
use telegraphist_application::memory::{CountingIds, FixedClock, MemoryStore};
use telegraphist_application::ports::{
    ApiCredentials, CodeSent, EventStore, ImportedKey, QrStep, SignIn, SignInError, SignInStep, SignedIn, StoreError,
    Version,
};
use telegraphist_application::{AnnouncedInbox, Application, Caller, Ports, Settings};
use telegraphist_domain::session::{Identity, SessionEvent, SessionKind};
use telegraphist_domain::{Session, SessionId, Timestamp, UserId};
use telegraphist_mcp::{Selection, Server, ServerOptions};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::script::{Line, Manner, Script};
use crate::wire::Wire;

pub(crate) struct World {
    pub(crate) app: Application,
    pub(crate) script: Arc<Script>,
    pub(crate) selection: Selection,
    pub(crate) caller: Caller,
    pub(crate) options: ServerOptions,
}

impl World {
    /// An application with the account `work`.
    pub(crate) async fn new(manner: Manner) -> Self {
        let clock = Arc::new(FixedClock::default());
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let script = Script::new(manner);
        add_session(&store, "work", 1).await;
        let ports = Ports {
            events: store.clone(),
            views: store.clone(),
            vault: store.clone(),
            peers: store.clone(),
            inbox: AnnouncedInbox::new(store.clone()),
            idempotency: store.clone(),
            audit: store.clone(),
            limiter: store,
            clock,
            ids: Arc::new(CountingIds::default()),
            connections: Arc::new(Line(script.clone())),
            sign_in: Arc::new(NobodySignsIn),
        };
        let app = Application::new(ports, Settings::new(SecretBox::new(Box::new([7; 32]))));
        Self {
            app,
            script,
            selection: Selection::everything(),
            caller: Caller::owner(),
            options: ServerOptions::default(),
        }
    }

    pub(crate) fn server(&self) -> Server {
        Server::new(self.app.clone(), self.caller.clone(), &self.selection, self.options.clone())
    }

    /// A served connection: the client's end, and the task that serves it.
    pub(crate) fn connect(&self) -> (DuplexStream, JoinHandle<()>) {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (read, write) = tokio::io::split(theirs);
        let server = self.server();
        let task = tokio::spawn(async move {
            server.serve(read, write, CancellationToken::new()).await.expect("served to its end");
        });
        (ours, task)
    }

    /// A connection that speaks lines.
    pub(crate) fn wire(&self) -> Wire {
        let (stream, served) = self.connect();
        Wire::new(stream, served)
    }
}

async fn add_session(store: &MemoryStore, name: &str, number: u128) {
    let id = SessionId(uuid(number));
    let at = Timestamp(1_767_225_600_000);
    let mut events = Session::create(id, name.parse().expect("a name"), SessionKind::User, at);
    let identity = Identity { user_id: UserId(7), username: Some("ada".to_owned()) };
    events.push(SessionEvent::SignedIn { identity, at });
    EventStore::<Session>::append(store, id, Version(0), &events).await.expect("appended");
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

/// These tests sign nobody in.
struct NobodySignsIn;

#[async_trait]
impl SignIn for NobodySignsIn {
    async fn request_code(&self, _: SessionId, _: &ApiCredentials, _: &str) -> Result<CodeSent, SignInError> {
        Err(SignInError::NotUnderWay)
    }
    async fn submit_code(&self, _: SessionId, _: &str) -> Result<SignInStep, SignInError> {
        Err(SignInError::NotUnderWay)
    }
    async fn submit_password(&self, _: SessionId, _: &secrecy::SecretString) -> Result<SignedIn, SignInError> {
        Err(SignInError::NotUnderWay)
    }
    async fn qr(&self, _: SessionId, _: &ApiCredentials, _: std::time::Duration) -> Result<QrStep, SignInError> {
        Err(SignInError::NotUnderWay)
    }
    async fn import(&self, _: SessionId, _: &ApiCredentials, _: ImportedKey) -> Result<SignedIn, SignInError> {
        Err(SignInError::NotUnderWay)
    }
    async fn export(&self, _: SessionId) -> Result<Option<ImportedKey>, SignInError> {
        Ok(None)
    }
    async fn log_out(&self, _: SessionId) -> Result<(), SignInError> {
        Ok(())
    }
    async fn forget(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
}
