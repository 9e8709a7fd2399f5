//! An application on in-memory stores with one account, and connections to a server over it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretBox;
use serde_json::{Value, json};
use telegraphist_application::delivery::Paces;
use telegraphist_application::memory::{CountingIds, FixedClock, MemoryStore, NoFiles};
use telegraphist_application::operations::RequestApproval;
use telegraphist_application::ports::{
    ApiCredentials, CodeSent, ImportedKey, QrStep, Reception, SignIn, SignInError, SignInStep, SignedIn, StoreError,
};
use telegraphist_application::{AnnouncedInbox, Application, Budgets, CallContext, Caller, Outside, Ports, Settings};
use telegraphist_domain::SessionId;
use telegraphist_domain::session::SessionKind;
use telegraphist_mcp::{Selection, Server, ServerOptions};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fixtures;
use crate::phone::{ADA, BOT, Ears, Phone, add_session};
use crate::script::{Line, Manner, Script};
use crate::wire::Wire;

pub(crate) struct World {
    pub(crate) app: Application,
    pub(crate) script: Arc<Script>,
    pub(crate) phone: Arc<Phone>,
    store: Arc<MemoryStore>,
    pub(crate) selection: Selection,
    pub(crate) caller: Caller,
    pub(crate) options: ServerOptions,
}

impl World {
    /// An application with the account `work`.
    pub(crate) async fn new(manner: Manner) -> Self {
        Self::with(manner, |_| {}).await
    }

    /// The same, with a bot `operator` through which Ada is asked. Permission prompts do not wait.
    pub(crate) async fn with_bot(manner: Manner) -> Self {
        let world = Self::with(manner, |settings| settings.approvals.prompt_wait = Duration::ZERO).await;
        world.sign_in_bot().await;
        world
    }

    /// The same with other settings.
    pub(crate) async fn with(manner: Manner, settle: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(FixedClock::default());
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let phone = Arc::new(Phone::default());
        let script = Script::new(manner, phone.clone());
        // Not one that `CountingIds` gives to another.
        add_session(&store, SessionId(uuid::Uuid::max()), "work", SessionKind::User).await;
        let inbox = AnnouncedInbox::new(store.clone());
        let outside = Outside {
            inbox: inbox.clone(),
            clock,
            ids: Arc::new(CountingIds::default()),
            connections: Arc::new(Line(script.clone())),
            sign_in: Arc::new(NobodySignsIn),
            bots: Arc::new(Ears { phone: phone.clone(), inbox }),
            files: Arc::new(NoFiles),
        };
        let mut settings = Settings::new(SecretBox::new(Box::new([7; 32])));
        settings.owner = Some(ADA);
        settings.paces = Paces::unlimited();
        settings.budgets = Budgets::unlimited();
        settle(&mut settings);
        let app = Application::new(Ports::on(&store, outside), settings);
        Self {
            app,
            script,
            phone,
            store,
            selection: Selection::everything(),
            caller: Caller::owner(),
            options: ServerOptions::default(),
        }
    }

    /// A bot comes in, and everything that it needs begins.
    pub(crate) async fn sign_in_bot(&self) {
        add_session(&self.store, BOT, "operator", SessionKind::Bot).await;
        self.app.ensure_bots(&Reception::Polling).await.expect("memory");
    }

    /// Good arguments for a tool; for some of them something has to be there first.
    pub(crate) async fn arguments(&self, tool: &str) -> Value {
        match tool {
            "wait_for_approval" => json!({ "approval_id": self.question().await, "timeout_seconds": 0 }),
            "get_approval" | "cancel_approval" => json!({ "approval_id": self.question().await }),
            _ => fixtures::arguments(tool),
        }
    }

    /// A question that nobody has decided.
    pub(crate) async fn question(&self) -> String {
        let request = serde_json::from_value::<RequestApproval>(json!({ "title": "Deploy?" })).expect("arguments");
        let asked = self.app.perform_here(&self.caller, request, CallContext::default()).await;
        asked.expect("asked").approval_id
    }

    pub(crate) fn server(&self) -> Server {
        Server::new(self.app.clone(), self.caller.clone(), &self.selection, self.options.clone())
    }

    /// A served connection: the client's end, and the task that serves it.
    pub(crate) fn connect(&self) -> (DuplexStream, JoinHandle<()>) {
        connect_to(self.server())
    }

    /// A connection that speaks lines, of one life of an agent.
    pub(crate) fn wire_of_life(&self, life: &str) -> Wire {
        let (stream, served) = connect_to(self.server().for_life(life));
        Wire::new(stream, served)
    }

    /// A connection that speaks lines.
    pub(crate) fn wire(&self) -> Wire {
        let (stream, served) = self.connect();
        Wire::new(stream, served)
    }
}

fn connect_to(server: Server) -> (DuplexStream, JoinHandle<()>) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let (read, write) = tokio::io::split(theirs);
    let task = tokio::spawn(async move {
        server.serve(read, write, CancellationToken::new()).await.expect("served to its end");
    });
    (ours, task)
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
    async fn qr(&self, _: SessionId, _: &ApiCredentials, _: Duration) -> Result<QrStep, SignInError> {
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
