//! A sandbox, a store in memory, and the adapter between them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use telegraphist_application::Operation;
use telegraphist_application::ambient::SystemClock;
use telegraphist_application::grants::Reach;
use telegraphist_application::memory::MemoryStore;
use telegraphist_application::ports::{
    Bots as _, Connections as _, Cursors, Execute, Execution, Heard, Inbox, InboxRow, Leases, PartState, Parts,
    Progress, Reception, ReceptionState, StoreError, Telegram, TelegramError,
};
use telegraphist_domain::SessionId;
use telegraphist_files::AllowedFiles;
use telegraphist_sandbox::{Options, Sandbox};
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::reception::Pace;
use crate::{BotAccounts, BotPorts, BotSettings};

pub(super) const ALICE: i64 = 1001;
pub(super) const BOB: i64 = 1002;
/// The bot that reminds of invoices.
pub(super) const BOT: i64 = 1101;

pub(super) fn session() -> SessionId {
    SessionId("0190f3c4-0000-7000-8000-000000000001".parse().expect("an id"))
}

/// Things happen often here, so that a test does not wait for them.
pub(super) const QUICK: Pace = Pace {
    poll: Duration::from_secs(1),
    lease: Duration::from_secs(3),
    pause: (Duration::from_millis(20), Duration::from_millis(100)),
    taken: (Duration::from_millis(100), Duration::from_millis(100)),
};

/// What the adapter stands on.
pub(super) struct Ground {
    pub(super) store: MemoryStore,
    pub(super) inbox: Arc<dyn Inbox>,
    pub(super) leases: Arc<dyn Leases>,
    folder: TempDir,
}

impl Ground {
    pub(super) fn new() -> Self {
        let store = MemoryStore::new(Arc::new(SystemClock));
        let (inbox, leases) = (Arc::new(store.clone()), Arc::new(store.clone()));
        Self { store, inbox, leases, folder: TempDir::new().expect("a folder") }
    }

    /// Where files may be read from.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An adapter for the Bot API at this address.
    pub(super) fn adapter(&self, api_url: &str) -> Arc<BotAccounts> {
        let store = Arc::new(self.store.clone());
        let downloads = self.folder().join("downloads");
        let ports = BotPorts {
            vault: store.clone(),
            peers: store,
            inbox: Arc::clone(&self.inbox),
            leases: Arc::clone(&self.leases),
            files: Arc::new(AllowedFiles::new(vec![self.folder().to_owned()], Vec::new(), downloads)),
            clock: Arc::new(SystemClock),
        };
        let api_url: Url = api_url.parse().expect("an address");
        let settings = BotSettings { pace: QUICK, ..BotSettings::new(api_url, Box::new([7; 32]).into()) };
        BotAccounts::new(ports, settings)
    }
}

pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) ground: Ground,
    pub(super) bots: Arc<BotAccounts>,
}

impl Stage {
    /// A sandbox in which Alice has started the bot, and the bot is signed in.
    pub(super) async fn new() -> Self {
        Self::on(Ground::new()).await
    }

    pub(super) async fn on(ground: Ground) -> Self {
        let bot_api = Some(([127, 0, 0, 1], 0).into());
        let sandbox = Sandbox::start(Options { bot_api, ..Options::default() }).await.expect("a sandbox");
        sandbox.acting(ALICE, BOT).and_then(|alice| alice.start("")).expect("anybody may start a bot");
        let bots = ground.adapter(&address(&sandbox));
        let stage = Self { sandbox, ground, bots };
        let who = stage.bots.sign_in(session(), &stage.token().into()).await.expect("the token is good");
        assert_eq!((who.user_id, who.is_bot), (BOT, true));
        stage
    }

    pub(super) fn token(&self) -> String {
        let accounts = self.sandbox.info().accounts;
        let bot = accounts.into_iter().find(|account| account.id == BOT);
        bot.and_then(|bot| bot.bot_token).expect("bots have tokens")
    }

    /// Another adapter over the same store.
    pub(super) fn another(&self) -> Arc<BotAccounts> {
        self.ground.adapter(&address(&self.sandbox))
    }

    /// Ends the adapter and starts another over the same store.
    pub(super) async fn restart(&mut self) {
        self.bots.shutdown().await;
        self.bots = self.another();
    }

    pub(super) async fn poll(&self) {
        self.bots.receive(session(), Reception::Polling).await.expect("the bot is signed in");
    }

    pub(super) async fn state(&self, state: ReceptionState) {
        in_state(&self.bots, state).await;
    }

    /// Waits until the bot heard something that fits.
    pub(super) async fn hear<T>(&self, fits: impl Fn(Heard) -> Option<T>) -> T {
        let find = async || {
            let rows = self.rows().await;
            rows.iter().find_map(|row| fits(self.bots.read(&row.entry.payload)))
        };
        soon(find).await
    }

    /// Everything that the inbox holds.
    pub(super) async fn rows(&self) -> Vec<InboxRow> {
        self.ground.store.after(session(), 0, 10_000).await.expect("the inbox is there")
    }

    /// Performs an operation given as a client gives it.
    pub(super) async fn try_to<O: Operation>(&self, arguments: Value) -> Result<O::Output, TelegramError>
    where
        dyn Telegram: Execute<O>,
    {
        perform(&self.bots, &call(), arguments).await
    }

    /// The same where it must succeed.
    pub(super) async fn perform<O: Operation>(&self, arguments: Value) -> O::Output
    where
        dyn Telegram: Execute<O>,
    {
        self.try_to::<O>(arguments).await.unwrap_or_else(|error| panic!("{} failed: {error:?}", O::FACTS.name))
    }

    /// What Alice sees in the bot's chat, newest first.
    pub(super) fn seen_by_alice(&self) -> Vec<telegraphist_sandbox::Mail> {
        self.sandbox.mailbox(ALICE, BOT, 50).expect("Alice has the chat")
    }
}

/// Whatever a test looks at: nothing was asked with an argument that the Bot API does not know.
impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.sandbox.counters().unknown_arguments, std::collections::BTreeMap::new());
        }
    }
}

fn address(sandbox: &Sandbox) -> String {
    format!("http://{}", sandbox.bot_api_address().expect("the Bot API is open"))
}

/// The words of a message that was heard.
pub(super) fn words(heard: Heard) -> Option<String> {
    match heard {
        Heard::Message(message) => Some(message.text),
        _ => None,
    }
}

/// Whether a message with these words was heard.
pub(super) fn says(wanted: &str) -> impl Fn(Heard) -> Option<()> {
    move |heard| words(heard).filter(|text| text == wanted).map(drop)
}

/// Waits until there is an answer.
pub(super) async fn soon<T>(find: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = find().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("it happens in time")
}

/// Waits until reception is in a state.
pub(super) async fn in_state(bots: &BotAccounts, state: ReceptionState) {
    soon(async || (bots.health(session()).state == state).then_some(())).await;
}

pub(super) async fn perform<O: Operation>(
    bots: &BotAccounts,
    call: &Execution,
    arguments: Value,
) -> Result<O::Output, TelegramError>
where
    dyn Telegram: Execute<O>,
{
    let operation: O = serde_json::from_value(arguments).expect("the arguments are the operation's");
    operation.check()?;
    let telegram = bots.telegram(session()).await?;
    Execute::<O>::execute(&*telegram, call, &operation).await
}

/// A call of its own.
pub(super) fn call() -> Execution {
    call_with(Arc::default())
}

/// A call under a key whose parts are kept there.
pub(super) fn call_with(parts: Arc<KeptParts>) -> Execution {
    Execution {
        session: session(),
        session_name: "reminders".to_owned(),
        key: "key".to_owned(),
        deadline: Instant::now() + Duration::from_secs(20),
        wait_max: Duration::from_secs(2),
        cancel: CancellationToken::new(),
        correlation_id: "correlation".to_owned(),
        progress: Arc::new(Unwatched),
        parts,
        cursors: Cursors::none(),
        reach: Reach::everywhere(),
    }
}

/// What became of the parts of a call.
#[derive(Default)]
pub(super) struct KeptParts(pub(super) Mutex<HashMap<u32, PartState>>);

#[async_trait]
impl Parts for KeptParts {
    async fn known(&self, part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(self.0.lock().expect("nobody panics here").get(&part).cloned())
    }

    async fn note(&self, part: u32, state: PartState) -> Result<(), StoreError> {
        self.0.lock().expect("nobody panics here").insert(part, state);
        Ok(())
    }
}

struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _: u64, _: Option<u64>, _: &str) {}
}
