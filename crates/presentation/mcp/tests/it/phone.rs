//! A bot and the person who looks at it: cards are kept, buttons are pressed, and both go the way they go in earnest.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::{Value, json};
use telegraphist_application::arguments::ChatKind;
use telegraphist_application::cards::{Card, Does};
use telegraphist_application::memory::MemoryStore;
use telegraphist_application::ports::*;
use telegraphist_application::{Application, Operation};
use telegraphist_domain::session::{Identity, SessionEvent, SessionKind};
use telegraphist_domain::{ChatId, MessageId, Session, SessionId, Timestamp, UserId};
use tokio::sync::watch;

/// The owner, who decides.
pub(crate) const ADA: UserId = UserId(7);
/// The bot's session.
pub(crate) const BOT: SessionId = SessionId(uuid::Uuid::from_u128(9));
/// What Telegram has to know to bring an update.
pub(crate) const SECRET: &str = "webhook-secret";
/// Long enough for anything here; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that the bot has shown, and what came of presses.
#[derive(Default)]
pub(crate) struct Phone {
    cards: Mutex<Vec<Card>>,
    answers: Mutex<Vec<String>>,
    changes: watch::Sender<()>,
    presses: Mutex<u32>,
}

impl Phone {
    /// The newest card whose text holds `words`, as soon as there is one, with its message id.
    pub(crate) async fn card(&self, words: &str) -> (i32, Card) {
        self.until(|| {
            let cards = lock(&self.cards);
            let at = cards.iter().rposition(|card| card.text.text.contains(words))?;
            Some((at as i32 + 1, cards[at].clone()))
        })
        .await
    }

    /// Ada presses the button `label` of the card that holds `words`; gives what she is told.
    pub(crate) async fn press(&self, app: &Application, words: &str, label: &str) -> String {
        let (message, card) = self.card(words).await;
        let button = card.buttons.iter().flatten().find(|button| button.text == label);
        let Does::Tap(data) = &button.expect("there is such a button").does else { panic!("it opens something") };
        let press = {
            let mut presses = lock(&self.presses);
            *presses += 1;
            *presses
        };
        let update = json!({ "press": press, "message": message, "data": data });
        let entry = InboxEntry {
            kind: "callback_query".to_owned(),
            chat: Some(ADA.0),
            dedupe_key: format!("press-{press}"),
            payload: serde_json::to_vec(&update).expect("plain data"),
            is_work: true,
        };
        let answered = lock(&self.answers).len();
        app.ports().inbox.store(BOT, &[entry]).await.expect("memory");
        self.until(|| lock(&self.answers).get(answered).cloned()).await
    }

    async fn until<T>(&self, found: impl Fn() -> Option<T>) -> T {
        let mut changes = self.changes.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(what) = found() {
                    return what;
                }
                changes.changed().await.expect("the phone holds the sender");
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("it never came")
    }

    fn take(&self, operation: &str, arguments: &Value) -> Value {
        let card: Card = serde_json::from_value(arguments["card"].clone()).expect("a card");
        let answer = {
            let mut cards = lock(&self.cards);
            if let Some(id) = arguments["message_id"].as_u64() {
                cards[id as usize - 1] = card;
                json!({ "is_changed": true })
            } else {
                assert_eq!(operation, "send_card", "nobody says anything else here");
                cards.push(card);
                json!({ "message_ids": [cards.len()] })
            }
        };
        self.changes.send_replace(());
        answer
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("not poisoned")
}

#[async_trait]
impl<O: Operation> Execute<O> for Phone {
    async fn execute(&self, _call: &Execution, operation: &O) -> Result<O::Output, TelegramError> {
        let arguments = serde_json::to_value(operation).expect("plain data");
        Ok(serde_json::from_value(self.take(O::FACTS.name, &arguments)).expect("an answer"))
    }
}

/// What the bot hears: the presses of [`Phone`], and what is brought with the secret.
pub(crate) struct Ears {
    pub(crate) phone: Arc<Phone>,
    pub(crate) inbox: Arc<dyn Inbox>,
}

#[async_trait]
impl Bots for Ears {
    async fn sign_in(&self, _: SessionId, _: &SecretString) -> Result<SignedIn, SignInError> {
        Err(SignInError::NotUnderWay)
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
    async fn take_brought(&self, session: SessionId, secret: &str, update: &[u8]) -> Result<(), BroughtError> {
        if session != BOT {
            return Err(BroughtError::UnknownBot);
        }
        if secret != SECRET {
            return Err(BroughtError::WrongSecret);
        }
        let update: Value = serde_json::from_slice(update).map_err(|_| BroughtError::NotAnUpdate)?;
        let entry = InboxEntry {
            kind: "other".to_owned(),
            chat: None,
            dedupe_key: update["update_id"].to_string(),
            payload: update.to_string().into_bytes(),
            is_work: true,
        };
        self.inbox.store(session, &[entry]).await?;
        Ok(())
    }
    fn read(&self, update: &[u8]) -> Heard {
        let update: Value = serde_json::from_slice(update).expect("as it was stored");
        let Some(data) = update["data"].as_str() else { return Heard::Other { kind: "unknown".to_owned() } };
        let name = "Ada".to_owned();
        Heard::Tapped(Tap {
            id: update["press"].to_string(),
            from: Speaker { user: ADA, name, username: None, is_bot: false, language: None },
            at: Some(HeardIn { chat: ChatId(ADA.0), kind: ChatKind::Private, title: None, topic: None }),
            message: update["message"].as_i64().map(|id| MessageId(id as i32)),
            data: data.to_owned(),
        })
    }
    async fn answer_tap(&self, _: SessionId, _: &str, answer: &TapAnswer) -> Result<(), TelegramError> {
        lock(&self.phone.answers).push(answer.text.clone());
        self.phone.changes.send_replace(());
        Ok(())
    }
    async fn set_commands(&self, _: SessionId, _: &[BotCommand]) -> Result<(), TelegramError> {
        Ok(())
    }
    async fn forget(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Signs a session in, as an account or as a bot.
pub(crate) async fn add_session(store: &MemoryStore, id: SessionId, name: &str, kind: SessionKind) {
    let at = Timestamp(1_767_225_600_000);
    let mut events = Session::create(id, name.parse().expect("a name"), kind, at);
    let identity = Identity { user_id: UserId(id.0.as_u128() as i64), username: Some("ada".to_owned()) };
    events.push(SessionEvent::SignedIn { identity, at });
    EventStore::<Session>::append(store, id, Version(0), &events, &Together::default()).await.expect("appended");
}
