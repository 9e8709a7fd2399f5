//! For tests: an application with one bot, people who write and press, and a Telegram that takes what it is given.

mod plain;
mod unsteady;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use telegraphist_domain::session::Identity;
use telegraphist_domain::{Aggregate as _, ChatId, MessageId, Session, SessionId, SessionKind, Timestamp, UserId};
use tokio::sync::watch;

use crate::application::{Application, Outside, Ports, Settings};
use crate::approvals::Life;
use crate::arguments::ChatKind;
use crate::caller::{CallContext, Caller};
use crate::cards::{Card, Does};
use crate::delivery::Paces;
use crate::failure::Failure;
use crate::memory::{CountingIds, FixedClock, MemoryStore, NoFiles};
use crate::operation::Operation;
use crate::pipeline::{Budgets, Here};
use crate::ports::*;
use crate::updates::AnnouncedInbox;
use unsteady::Unsteady;

/// The owner of the stage's server.
pub(crate) const OWNER: UserId = UserId(1001);
/// Somebody else.
pub(crate) const BOB: UserId = UserId(1002);
/// A third person.
pub(crate) const EVE: UserId = UserId(1003);
/// The bot's own id.
const BOT: UserId = UserId(9000);

/// A message as Telegram has it now.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) chat: ChatId,
    pub(crate) message: MessageId,
    pub(crate) card: Card,
    pub(crate) reply_to: Option<i32>,
}

/// A Telegram that takes every card.
#[derive(Default)]
pub(crate) struct Chats {
    messages: Mutex<Vec<Shown>>,
    /// What the next calls meet instead.
    refusals: Mutex<VecDeque<TelegramError>>,
    refused: AtomicUsize,
    /// So many of the next calls get no answer.
    unanswered: AtomicUsize,
    changes: watch::Sender<()>,
    answers: Mutex<Vec<(String, TapAnswer)>>,
    /// What was done besides cards.
    plain: Mutex<Vec<String>>,
}

impl Chats {
    fn messages(&self) -> MutexGuard<'_, Vec<Shown>> {
        self.messages.lock().expect("no test panics here")
    }

    fn take(&self, operation: &str, arguments: &Value) -> Value {
        if let Some(answer) = self.taken_plainly(operation, arguments) {
            return answer;
        }
        let chat = ChatId(arguments["chat"].as_str().expect("a chat").parse().expect("an id"));
        let card: Card = serde_json::from_value(arguments["card"].clone()).expect("a card");
        let mut messages = self.messages();
        let answer = match operation {
            "send_card" => {
                let message = MessageId(messages.len() as i32 + 1);
                let reply_to = arguments["reply_to"].as_i64().map(|id| id as i32);
                messages.push(Shown { chat, message, card, reply_to });
                json!({ "message_ids": [message.0] })
            }
            "edit_card" => {
                let id = arguments["message_id"].as_i64().expect("an id") as i32;
                let shown = messages.iter_mut().find(|shown| shown.message.0 == id).expect("it was sent");
                shown.card = card;
                json!({ "is_changed": true })
            }
            other => panic!("nobody says {other} here"),
        };
        drop(messages);
        self.changes.send_replace(());
        answer
    }
}

#[async_trait]
impl<O: Operation> Execute<O> for Chats {
    async fn execute(&self, _call: &Execution, operation: &O) -> Result<O::Output, TelegramError> {
        if unsteady::spend(&self.unanswered) {
            return std::future::pending().await;
        }
        if let Some(error) = self.refusals.lock().expect("no test panics here").pop_front() {
            self.refused.fetch_add(1, Ordering::SeqCst);
            self.changes.send_replace(());
            return Err(error);
        }
        let arguments = serde_json::to_value(operation).expect("plain data");
        Ok(serde_json::from_value(self.take(O::FACTS.name, &arguments)).expect("an answer"))
    }
}

struct Connected(Arc<Chats>);

#[async_trait]
impl Connections for Connected {
    async fn telegram(&self, _session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Ok(Arc::clone(&self.0) as Arc<dyn Telegram>)
    }

    async fn disconnect(&self, _session: SessionId) {}
}

/// An update as these tests write it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Message { from: i64, chat: i64, kind: ChatKind, id: i32, text: String, reply_to: Option<i32>, is_bot: bool },
    Tap { id: String, from: i64, chat: i64, kind: ChatKind, message: i32, data: String },
}

struct Ears(Arc<Chats>);

#[async_trait]
impl Bots for Ears {
    async fn sign_in(&self, _: SessionId, _: &SecretString) -> Result<SignedIn, SignInError> {
        Ok(SignedIn { user_id: BOT.0, name: String::new(), username: None, phone: None, is_bot: true })
    }
    async fn receive(&self, _: SessionId, _: Reception) -> Result<(), TelegramError> {
        Ok(())
    }
    async fn stop_receiving(&self, _: SessionId) {}
    fn health(&self, _: SessionId) -> BotHealth {
        let since = DateTime::UNIX_EPOCH;
        BotHealth { state: ReceptionState::Receiving, since, newest_update: None, problem: None }
    }
    async fn token_refused(&self, _: SessionId) -> String {
        std::future::pending().await
    }
    async fn take_brought(&self, _: SessionId, _: &str, _: &[u8]) -> Result<(), BroughtError> {
        Err(BroughtError::UnknownBot)
    }
    fn read(&self, update: &[u8]) -> Heard {
        match serde_json::from_slice(update) {
            Ok(Wire::Message { from, chat, kind, id, text, reply_to, is_bot }) => {
                assert_ne!(text, "break", "as asked for");
                Heard::Message(HeardMessage {
                    at: at(chat, kind),
                    message: MessageId(id),
                    from: Some(Speaker { is_bot, ..speaker(from) }),
                    date: DateTime::UNIX_EPOCH,
                    text,
                    reply_to: reply_to.map(MessageId),
                    media: None,
                    is_forwarded: false,
                })
            }
            Ok(Wire::Tap { id, from, chat, kind, message, data }) => Heard::Tapped(Tap {
                id,
                from: speaker(from),
                at: Some(at(chat, kind)),
                message: Some(MessageId(message)),
                data,
            }),
            Err(_) => Heard::Other { kind: "unknown".to_owned() },
        }
    }
    async fn answer_tap(&self, _: SessionId, tap: &str, answer: &TapAnswer) -> Result<(), TelegramError> {
        self.0.answers.lock().expect("no test panics here").push((tap.to_owned(), answer.clone()));
        self.0.changes.send_replace(());
        Ok(())
    }
    async fn set_commands(&self, _: SessionId, _: &[BotCommand]) -> Result<(), TelegramError> {
        Ok(())
    }
    async fn forget(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
}

fn at(chat: i64, kind: ChatKind) -> HeardIn {
    HeardIn { chat: ChatId(chat), kind, title: Some("Night shift".to_owned()), topic: None }
}

fn speaker(user: i64) -> Speaker {
    let name = match UserId(user) {
        OWNER => "Ada",
        BOB => "Bob",
        EVE => "Eve",
        _ => "Somebody",
    };
    Speaker { user: UserId(user), name: name.to_owned(), username: None, is_bot: false, language: None }
}

/// An application with one bot.
pub(crate) struct Stage {
    pub(crate) app: Application,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) chats: Arc<Chats>,
    pub(crate) bot: SessionId,
    events: Arc<Unsteady>,
    updates: Mutex<u64>,
}

impl Stage {
    /// With the owner let in by configuration, and everything running.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn with(settle: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(FixedClock::default());
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let events = Arc::new(Unsteady::new(&store));
        let chats = Arc::new(Chats::default());
        let mut settings = Settings {
            budgets: Budgets::unlimited(),
            paces: Paces::unlimited(),
            owner: Some(OWNER),
            ..Settings::new(SecretBox::new(Box::new([7; 32])))
        };
        settle(&mut settings);
        let ids: Arc<dyn Ids> = Arc::new(CountingIds::default());
        let app = application(&store, &events, &clock, &chats, &ids, settings);
        let bot = sign_in(&app).await;
        app.ensure_bots(&Reception::Polling).await.expect("memory");
        Self { app, clock, store, chats, bot, events, updates: Mutex::new(0) }
    }

    /// Another process on the same store: nothing but what was stored is known there.
    pub(crate) async fn restarted(self) -> Self {
        self.app.stop_bots().await;
        self.app.drain().await;
        let settings = Settings {
            budgets: Budgets::unlimited(),
            paces: Paces::unlimited(),
            owner: Some(OWNER),
            ..Settings::new(SecretBox::new(Box::new([7; 32])))
        };
        let ids = Arc::clone(&self.app.ports().ids);
        let app = application(&self.store, &self.events, &self.clock, &self.chats, &ids, settings);
        app.ensure_bots(&Reception::Polling).await.expect("memory");
        Self { app, ..self }
    }

    /// Calls a tool as an agent.
    pub(crate) async fn call<O: Here>(&self, arguments: Value) -> Result<O::Output, Failure> {
        self.call_as("owner", "agent-1", arguments, serde_json::from_value::<O>).await
    }

    /// Calls a tool as somebody else.
    pub(crate) async fn call_as<O: Here>(
        &self,
        principal: &str,
        generation: &str,
        arguments: Value,
        read: impl Fn(Value) -> serde_json::Result<O>,
    ) -> Result<O::Output, Failure> {
        let operation = read(arguments).expect("arguments fit");
        let caller = Caller { principal: principal.to_owned(), ..Caller::owner() };
        let life = Life { agent: "claude-code".to_owned(), generation: generation.to_owned() };
        let context = CallContext { life, ..CallContext::default() };
        self.app.perform_here(&caller, operation, context).await
    }

    /// Lets somebody in.
    pub(crate) async fn let_in(&self, user: UserId, role: Role) {
        let person = Person {
            user,
            role,
            name: speaker(user.0).name,
            username: None,
            since: self.clock.now(),
            by: Some(OWNER),
            wants_notices: true,
            is_unreachable: false,
        };
        self.app.ports().people.note_person(&person).await.expect("memory");
    }

    /// Somebody writes to the bot.
    pub(crate) async fn says(&self, from: UserId, text: &str) {
        self.says_in(from, ChatId(from.0), ChatKind::Private, text, None).await;
    }

    /// Somebody writes somewhere, perhaps in answer to something.
    pub(crate) async fn says_in(&self, from: UserId, chat: ChatId, kind: ChatKind, text: &str, reply_to: Option<i32>) {
        let id = 1000 + *self.updates.lock().expect("no test panics here") as i32;
        let text = text.to_owned();
        self.arrive(chat, &Wire::Message { from: from.0, chat: chat.0, kind, id, text, reply_to, is_bot: false }).await;
    }

    /// Somebody presses the button below a message that stands for `label`; gives what they see.
    pub(crate) async fn presses(&self, from: UserId, message: MessageId, label: &str) -> TapAnswer {
        let shown = self.shown(message);
        let buttons = shown.card.buttons.iter().flatten();
        let button = buttons.into_iter().find(|button| button.text == label).expect("there is such a button");
        let Does::Tap(data) = &button.does else { panic!("it opens something") };
        self.taps(from, shown.chat, message, data).await
    }

    /// Somebody sends a button's data; gives what they see.
    pub(crate) async fn taps(&self, from: UserId, chat: ChatId, message: MessageId, data: &str) -> TapAnswer {
        let id = format!("tap-{}", *self.updates.lock().expect("no test panics here"));
        let kind = if chat.0 < 0 { ChatKind::Supergroup } else { ChatKind::Private };
        let tap =
            Wire::Tap { id: id.clone(), from: from.0, chat: chat.0, kind, message: message.0, data: data.to_owned() };
        self.arrive(chat, &tap).await;
        self.until(|stage| {
            let answers = stage.chats.answers.lock().expect("no test panics here");
            answers.iter().find(|(tap, _)| *tap == id).map(|(_, answer)| answer.clone())
        })
        .await
    }

    async fn arrive(&self, chat: ChatId, update: &Wire) {
        let key = {
            let mut updates = self.updates.lock().expect("no test panics here");
            *updates += 1;
            updates.to_string()
        };
        let entry = InboxEntry {
            kind: "update".to_owned(),
            chat: Some(chat.0),
            dedupe_key: key,
            payload: serde_json::to_vec(update).expect("plain data"),
            is_work: true,
        };
        self.app.ports().inbox.store(self.bot, &[entry]).await.expect("memory");
    }

    /// Telegram refuses the next call.
    pub(crate) fn refuses(&self, error: TelegramError) {
        self.chats.refusals.lock().expect("no test panics here").push_back(error);
    }

    /// Telegram does not answer the next call.
    pub(crate) fn leaves_unanswered(&self) {
        self.chats.unanswered.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a call that gets no answer is still to come.
    pub(crate) fn is_to_leave_unanswered(&self) -> bool {
        self.chats.unanswered.load(Ordering::SeqCst) > 0
    }

    /// The store fails the next time that a session is loaded.
    pub(crate) fn fails_to_load_a_session(&self) {
        self.events.fail();
    }

    /// Whether the store has failed as often as it was told to.
    pub(crate) fn has_failed(&self) -> bool {
        self.events.is_steady()
    }

    /// How many calls were refused.
    pub(crate) fn refused(&self) -> usize {
        self.chats.refused.load(Ordering::SeqCst)
    }

    /// Waits until no attempt is under way.
    pub(crate) async fn settle_attempts(&self) {
        while self.app.ports().deliveries.backlog(None).await.expect("memory").sending > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// A message as it looks now.
    pub(crate) fn shown(&self, message: MessageId) -> Shown {
        let messages = self.chats.messages();
        messages.iter().find(|shown| shown.message == message).expect("it was sent").clone()
    }

    /// Everything that was sent to a chat, as it looks now.
    pub(crate) fn sent_to(&self, chat: ChatId) -> Vec<Shown> {
        self.chats.messages().iter().filter(|shown| shown.chat == chat).cloned().collect()
    }

    /// The newest message to a person, as soon as there are `count` of them.
    pub(crate) async fn nth_to(&self, user: UserId, count: usize) -> Shown {
        self.until(|stage| {
            let sent = stage.sent_to(ChatId(user.0));
            (sent.len() >= count).then(|| sent[count - 1].clone())
        })
        .await
    }

    /// Waits until something is so; a test that waits in vain fails.
    pub(crate) async fn until<T>(&self, so: impl Fn(&Self) -> Option<T>) -> T {
        let mut changes = self.chats.changes.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(what) = so(self) {
                    return what;
                }
                changes.changed().await.expect("the stage holds the sender");
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it never became so")
    }

    /// Lets a question be looked at when so much time has passed.
    pub(crate) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        tokio::time::advance(time).await;
    }

    /// Waits until everything that was queued and heard is done.
    pub(crate) async fn settle(&self) {
        let settling = async {
            loop {
                let backlog = self.app.ports().deliveries.backlog(None).await.expect("memory");
                let work = self.app.ports().inbox.work(self.bot, 0, 1).await.expect("memory");
                let waits = backlog.queued > 0 && backlog.next.is_none_or(|next| next <= self.clock.now());
                if !waits && backlog.sending == 0 && work.is_empty() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), settling).await.expect("something never ends");
    }

    /// `act outcome` of every row of the audit log about this.
    pub(crate) async fn acts_about(&self, id: &str) -> Vec<String> {
        let rows = self.app.ports().audit.rows(1, 1000).await.expect("memory");
        let about = rows.into_iter().filter(|row| row.entry.correlation_id == id);
        about.map(|row| format!("{} {} {}", row.entry.principal, row.entry.operation, row.entry.outcome)).collect()
    }

    /// Now, a while later.
    pub(crate) fn later(&self, seconds: i64) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::seconds(seconds)
    }
}

fn application(
    store: &Arc<MemoryStore>,
    events: &Arc<Unsteady>,
    clock: &Arc<FixedClock>,
    chats: &Arc<Chats>,
    ids: &Arc<dyn Ids>,
    settings: Settings,
) -> Application {
    let outside = Outside {
        inbox: AnnouncedInbox::new(Arc::clone(store) as Arc<dyn Inbox>),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        ids: Arc::clone(ids),
        connections: Arc::new(Connected(Arc::clone(chats))),
        sign_in: Arc::new(crate::memory::NobodySignsIn),
        bots: Arc::new(Ears(Arc::clone(chats))),
        files: Arc::new(NoFiles),
    };
    let events = Arc::clone(events) as Arc<dyn EventStore<Session>>;
    Application::new(Ports { events, ..Ports::on(store, outside) }, settings)
}

async fn sign_in(app: &Application) -> SessionId {
    let id = app.ports().ids.session();
    let at = Timestamp(0);
    let mut events = Session::create(id, "operator".parse().expect("a name"), SessionKind::Bot, at);
    let session = Session::replay(&events).expect("created");
    let identity = Identity { user_id: BOT, username: Some("operator_bot".to_owned()) };
    events.extend(session.sign_in(identity, SessionKind::Bot, at).expect("nothing speaks against it"));
    app.ports().events.append(id, Version(0), &events, &Together::default()).await.expect("memory");
    id
}
