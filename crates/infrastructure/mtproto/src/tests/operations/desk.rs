//! A sandbox, the application over it, and a folder for files: what a caller has in front of it.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::memory::MemoryStore;
use telegraphist_application::memory::{NoBots, NoFiles};
use telegraphist_application::ports::{ApiCredentials, Execute, ImportedKey, Telegram};
use telegraphist_application::updates::AnnouncedInbox;
use telegraphist_application::{
    Application, Budgets, CallContext, Caller, Failure, Operation, Outside, Ports, Settings,
};
use telegraphist_domain::SessionId;
use telegraphist_files::AllowedFiles;
use telegraphist_sandbox::{Options, Sandbox};
use tempfile::TempDir;

use crate::account::Account;
use crate::{Mtproto, MtprotoPorts, MtprotoSettings};

pub(super) const ALICE: i64 = 1001;
pub(super) const BOB: i64 = 1002;

pub(super) struct Desk {
    pub(super) sandbox: Sandbox,
    app: Application,
    mtproto: Arc<Mtproto>,
    session: SessionId,
    folder: TempDir,
}

impl Desk {
    /// Alice's desk.
    pub(super) async fn open() -> Self {
        Self::of(ALICE).await
    }

    pub(super) async fn of(account: i64) -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let (app, mtproto) = application(folder.path());
        let keys = sandbox.keys_for(Some(account)).unwrap();
        let key = ImportedKey {
            dc: keys.home_dc,
            address: Some(sandbox.mtproto_address()),
            auth_key: Box::new(keys.auth_key(keys.home_dc).unwrap()).into(),
        };
        let api = ApiCredentials { id: 1, hash: "h".to_owned().into() };
        let view = app.import_session(&Caller::owner(), "main", api, key).await.unwrap();
        let session = view.id.parse().unwrap();
        Self { sandbox, app, mtproto, session, folder }
    }

    /// Where files may be read from.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The adapter's account, for requests that no operation makes.
    pub(super) async fn account(&self) -> Arc<Account> {
        self.mtproto.account(self.session).await.unwrap()
    }

    /// Performs an operation given as a client gives it.
    pub(super) async fn try_to<O: Operation>(&self, arguments: Value) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        self.try_as(&Caller::owner(), arguments).await
    }

    /// The same for somebody else.
    pub(super) async fn try_as<O: Operation>(&self, caller: &Caller, arguments: Value) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        let operation: O = serde_json::from_value(arguments).expect("the arguments are the operation's");
        self.app.perform(caller, operation, CallContext::default()).await
    }

    /// The same where it must succeed.
    pub(super) async fn perform<O: Operation>(&self, arguments: Value) -> O::Output
    where
        dyn Telegram: Execute<O>,
    {
        match self.try_to::<O>(arguments).await {
            Ok(output) => output,
            Err(failure) => panic!("{} failed: {failure:?}", O::FACTS.name),
        }
    }
}

fn application(folder: &Path) -> (Application, Arc<Mtproto>) {
    let store = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
    let inbox = AnnouncedInbox::new(store.clone());
    let readable = vec![folder.to_owned()];
    let mtproto = Mtproto::new(
        MtprotoPorts {
            vault: store.clone(),
            peers: store.clone(),
            inbox: inbox.clone(),
            files: Arc::new(AllowedFiles::new(readable, Vec::new(), folder.join("downloads"))),
            clock: Arc::new(SystemClock),
        },
        MtprotoSettings::default(),
    );
    let mut settings = Settings::new(Box::new([7; 32]).into());
    settings.budgets = Budgets::unlimited();
    let outside = Outside {
        inbox,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        connections: mtproto.clone(),
        sign_in: mtproto.clone(),
        bots: Arc::new(NoBots),
        files: Arc::new(NoFiles),
    };
    let ports = Ports::on(&store, outside);
    (Application::new(ports, settings), mtproto)
}
