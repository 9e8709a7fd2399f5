use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use serde_json::{Value, json};
use telegraphist_application::ambient::SystemClock;
use telegraphist_application::ports::{
    Bots as _, BroughtError, Clock as _, Handling, Inbox, InboxEntry, InboxRow, Lease, Leases, Peers as _, Reception,
    ReceptionState, SignInError, StoreError, Vault as _,
};
use telegraphist_domain::{ChatId, SessionId};

use super::stage::*;
use super::stand_in::{Reply, StandIn};
use crate::BotAccounts;
use crate::token::Token;
use crate::tokens::{self, lease_name};

/// A message as an update.
fn update(id: i64, text: &str) -> Value {
    let chat = json!({"id": ALICE, "first_name": "Alice", "type": "private"});
    json!({"update_id": id, "message": {"message_id": id, "date": 1, "chat": chat, "text": text,
        "from": {"id": ALICE, "is_bot": false, "first_name": "Alice", "username": "Alice_M"}}})
}

async fn signed_in(ground: &Ground, stand_in: &StandIn) -> Arc<BotAccounts> {
    let bots = ground.adapter(&stand_in.url);
    bots.sign_in(session(), &"42:secret".into()).await.expect("the token is good");
    bots
}

#[tokio::test]
async fn what_people_write_is_heard_in_order_and_they_are_remembered() {
    let stage = Stage::new().await;
    stage.poll().await;
    stage.state(ReceptionState::Receiving).await;
    for text in ["one", "two", "three"] {
        stage.sandbox.say(ALICE, BOT, text).expect("she may");
    }
    stage.hear(says("three")).await;
    let rows = stage.rows().await;
    let heard: Vec<String> = rows.iter().filter_map(|row| words(stage.bots.read(&row.entry.payload))).collect();
    assert_eq!(heard, ["/start", "one", "two", "three"]);
    assert!(rows.iter().all(|row| row.handling == Handling::Waiting && row.entry.chat == Some(ALICE)));
    let alice = stage.ground.store.by_id(session(), ChatId(ALICE)).await.expect("the store is there");
    assert!(alice.expect("she is known").name.starts_with("Alice"));
    assert!(stage.bots.health(session()).newest_update.is_some());
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_and_doubles_nothing() {
    let mut stage = Stage::new().await;
    stage.poll().await;
    for number in 0..30 {
        stage.sandbox.say(ALICE, BOT, format!("{number}").as_str()).expect("she may");
        if number % 10 == 5 {
            stage.restart().await;
            stage.poll().await;
        }
    }
    stage.hear(says("29")).await;
    let rows = stage.rows().await;
    let heard: Vec<String> = rows.iter().filter_map(|row| words(stage.bots.read(&row.entry.payload))).collect();
    let wanted: Vec<String> = std::iter::once("/start".to_owned()).chain((0..30).map(|n| n.to_string())).collect();
    assert_eq!(heard, wanted);
}

/// An inbox that fails now and then.
struct Shaky {
    stored: Arc<dyn Inbox>,
    is_failing: AtomicBool,
    failures: AtomicUsize,
}

#[async_trait]
impl Inbox for Shaky {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        if self.is_failing.load(Ordering::SeqCst) {
            self.failures.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Unavailable("it is shaky".into()));
        }
        self.stored.store(session, entries).await
    }
    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.after(session, position, limit).await
    }
    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        self.stored.newest(session).await
    }
    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.work(session, position, limit).await
    }
    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError> {
        self.stored.note_handling(session, position, how).await
    }
    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.failed_work(session, limit).await
    }
    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        self.stored.trim(session, date, keep).await
    }
}

#[tokio::test]
async fn what_could_not_be_stored_is_not_confirmed_and_comes_again() {
    let mut ground = Ground::new();
    let shaky = Arc::new(Shaky {
        stored: Arc::clone(&ground.inbox),
        is_failing: AtomicBool::new(true),
        failures: AtomicUsize::new(0),
    });
    ground.inbox = shaky.clone();
    let stage = Stage::on(ground).await;
    stage.sandbox.say(ALICE, BOT, "important").expect("she may");
    stage.poll().await;
    soon(async || (shaky.failures.load(Ordering::SeqCst) >= 3).then_some(())).await;
    let health = stage.bots.health(session());
    assert_eq!(health.state, ReceptionState::Unreachable);
    assert!(health.problem.expect("it says why").contains("cannot be stored"));
    shaky.is_failing.store(false, Ordering::SeqCst);
    stage.hear(says("important")).await;
    stage.state(ReceptionState::Receiving).await;
    assert_eq!(stage.rows().await.len(), 2);
}

#[tokio::test]
async fn an_offset_is_named_until_telegram_has_heard_it() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    stand_in.reply("getUpdates", Reply::Result(json!([update(7, "a"), update(8, "b")])));
    stand_in.reply("getUpdates", Reply::Page(502, "<html>Bad Gateway</html>"));
    stand_in.reply("getUpdates", Reply::Result(json!([])));
    let bots = signed_in(&ground, &stand_in).await;
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    soon(async || (stand_in.asked("getUpdates").len() >= 4).then_some(())).await;
    bots.shutdown().await;
    let asked = stand_in.asked("getUpdates");
    let offsets: Vec<&Value> = asked.iter().take(4).map(|asked| &asked["offset"]).collect();
    assert_eq!(offsets, [&Value::Null, &json!(9), &json!(9), &Value::Null]);
    assert_eq!((&asked[0]["timeout"], &asked[1]["timeout"]), (&json!(0), &json!(1)));
    let kinds = asked[0]["allowed_updates"].as_array().expect("kinds are named each time");
    for kind in ["message", "callback_query", "message_reaction", "chat_member", "stopped_message_generation"] {
        assert!(kinds.contains(&kind.into()), "{kind}");
    }
    assert_eq!(stand_in.asked("deleteWebhook").len(), 1);
    assert_eq!(stand_in.asked("deleteWebhook")[0], json!({}), "nothing that waits is dropped");
}

#[tokio::test]
async fn updates_of_any_shape_are_stored_as_they_came() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    let odd = [
        json!({"update_id": 1, "of_the_future": {"chat": {"id": -7, "type": "group", "title": "x"}}}),
        json!({"update_id": 2, "message": "not a message"}),
        json!({"update_id": 3, "message": {"message_id": "five"}}),
        update(i64::from(i32::MAX), "edge"),
    ];
    stand_in.reply("getUpdates", Reply::Result(json!(odd)));
    stand_in.reply("getUpdates", Reply::Result(json!([])));
    let bots = signed_in(&ground, &stand_in).await;
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&bots, ReceptionState::Receiving).await;
    let rows = ground.inbox.after(session(), 0, 10).await.expect("the inbox is there");
    let stored: Vec<Value> =
        rows.iter().map(|row| serde_json::from_slice(&row.entry.payload).expect("it is JSON")).collect();
    assert_eq!(stored, odd);
    assert_eq!((rows[0].entry.kind.as_str(), rows[0].entry.chat), ("of_the_future", Some(-7)));
    bots.shutdown().await;
}

#[tokio::test]
async fn one_of_two_that_share_a_store_asks_and_the_other_takes_over() {
    let stage = Stage::new().await;
    let other = stage.another();
    stage.poll().await;
    stage.state(ReceptionState::Receiving).await;
    other.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&other, ReceptionState::TakenByAnother).await;
    assert!(other.health(session()).problem.expect("it says why").contains("another process"));
    stage.bots.shutdown().await;
    let token = Token::parse(&stage.token().into()).expect("a token");
    let name = lease_name(&Box::new([7; 32]).into(), &token);
    let lease = stage.ground.leases.take_lease(&name, &other.holder, QUICK.lease, SystemClock.now()).await;
    assert_eq!(lease.expect("the leases are there").holder, other.holder, "it was given back");
    in_state(&other, ReceptionState::Receiving).await;
    stage.sandbox.say(ALICE, BOT, "still there?").expect("she may");
    stage.hear(says("still there?")).await;
    other.shutdown().await;
}

#[tokio::test]
async fn somebody_else_with_the_token_is_told_of_and_not_fought() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    let conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    stand_in.reply("getUpdates", Reply::Refusal(409, conflict, Value::Null));
    stand_in.reply("getUpdates", Reply::Refusal(409, conflict, Value::Null));
    stand_in.reply("getUpdates", Reply::Result(json!([])));
    let bots = signed_in(&ground, &stand_in).await;
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&bots, ReceptionState::TakenByAnother).await;
    assert_eq!(bots.health(session()).problem.as_deref(), Some(conflict));
    in_state(&bots, ReceptionState::Receiving).await;
    assert_eq!(bots.health(session()).problem, None);
    bots.shutdown().await;
    assert_eq!(bots.health(session()).state, ReceptionState::Stopped);
}

#[tokio::test]
async fn a_revoked_token_ends_it_until_there_is_another() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    stand_in.reply("getUpdates", Reply::Refusal(401, "Unauthorized", Value::Null));
    let bots = signed_in(&ground, &stand_in).await;
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&bots, ReceptionState::TokenRefused).await;
    stand_in.reply_only("getUpdates", Reply::Result(json!([])));
    bots.sign_in(session(), &"42:fresh".into()).await.expect("the token is good");
    in_state(&bots, ReceptionState::Receiving).await;
    bots.shutdown().await;
}

/// Whoever reads what the bot heard looks at this, and would take the old refusal for one of the token of now.
#[tokio::test]
async fn a_refusal_is_forgotten_when_it_begins_anew_even_if_it_cannot() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    stand_in.reply("getUpdates", Reply::Refusal(401, "Unauthorized", Value::Null));
    let bots = signed_in(&ground, &stand_in).await;
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&bots, ReceptionState::TokenRefused).await;
    assert_eq!(bots.token_refused(session()).await, "Unauthorized");
    tokens::forget(&ground.store, session()).await.expect("the vault is there");
    bots.close(session());
    let begun = bots.receive(session(), Reception::Polling).await;
    assert!(begun.is_err(), "there is no token");
    let health = bots.health(session());
    assert_eq!((health.state, health.problem), (ReceptionState::Starting, None));
    assert!(bots.token_refused(session()).now_or_never().is_none(), "nobody has refused the next one");
    bots.shutdown().await;
}

/// Leases that somebody takes away.
struct Stolen {
    stored: Arc<dyn Leases>,
    is_stolen: AtomicBool,
}

#[async_trait]
impl Leases for Stolen {
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        life: std::time::Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        if self.is_stolen.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("it cannot be reached".into()));
        }
        self.stored.take_lease(name, holder, life, now).await
    }
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.stored.release_lease(name, holder).await
    }
}

#[tokio::test]
async fn a_lease_that_cannot_be_renewed_ends_the_asking_while_it_lasts() {
    let mut ground = Ground::new();
    let leases = Arc::new(Stolen { stored: Arc::clone(&ground.leases), is_stolen: AtomicBool::new(false) });
    ground.leases = leases.clone();
    let stage = Stage::on(ground).await;
    stage.poll().await;
    stage.state(ReceptionState::Receiving).await;
    leases.is_stolen.store(true, Ordering::SeqCst);
    stage.state(ReceptionState::Unreachable).await;
    leases.is_stolen.store(false, Ordering::SeqCst);
    stage.state(ReceptionState::Receiving).await;
}

#[tokio::test]
async fn updates_that_are_brought_are_stored_if_the_secret_is_right() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    stand_in.reply("setWebhook", Reply::Page(502, "<html>Bad Gateway</html>"));
    stand_in.reply("setWebhook", Reply::Result(true.into()));
    stand_in.reply("getUpdates", Reply::Result(json!([])));
    let bots = signed_in(&ground, &stand_in).await;
    let text = update(7, "brought").to_string();
    let unknown = bots.take_brought(session(), "x", text.as_bytes()).await;
    assert!(matches!(unknown, Err(BroughtError::UnknownBot)));
    let how = Reception::Webhook { url: "https://example.org/hooks/".to_owned() };
    bots.receive(session(), how.clone()).await.expect("it is signed in");
    in_state(&bots, ReceptionState::Receiving).await;
    bots.receive(session(), how).await.expect("it goes on");
    assert_eq!(bots.health(session()).state, ReceptionState::Receiving, "it did not start anew");
    let told = stand_in.asked("setWebhook");
    assert_eq!(told.len(), 2, "told until it was understood, and not again");
    assert_eq!(told[1]["url"], format!("https://example.org/hooks/{}", session()));
    assert!(told[1].get("drop_pending_updates").is_none());
    let secret = told[1]["secret_token"].as_str().expect("a secret").to_owned();
    assert_eq!(secret.len(), 64);
    for wrong in ["", "x", &secret[1..], &format!("{}x", &secret[..63])] {
        let refused = bots.take_brought(session(), wrong, text.as_bytes()).await;
        assert!(matches!(refused, Err(BroughtError::WrongSecret)), "{wrong}");
    }
    for garbage in ["", "{}", "[1]", "not JSON"] {
        let refused = bots.take_brought(session(), &secret, garbage.as_bytes()).await;
        assert!(matches!(refused, Err(BroughtError::NotAnUpdate)), "{garbage}");
    }
    for _ in 0..2 {
        bots.take_brought(session(), &secret, text.as_bytes()).await.expect("it is Telegram's");
    }
    let rows = ground.inbox.after(session(), 0, 10).await.expect("the inbox is there");
    assert_eq!((rows.len(), &rows[0].entry.payload[..]), (1, text.as_bytes()));
    bots.receive(session(), Reception::Polling).await.expect("it is signed in");
    in_state(&bots, ReceptionState::Receiving).await;
    assert_eq!(stand_in.asked("deleteWebhook").len(), 1);
    let late = bots.take_brought(session(), &secret, text.as_bytes()).await;
    assert!(matches!(late, Err(BroughtError::UnknownBot)));
    bots.shutdown().await;
}

#[tokio::test]
async fn only_a_token_that_telegram_knows_signs_in() {
    let (ground, stand_in) = (Ground::new(), StandIn::start().await);
    let bots = ground.adapter(&stand_in.url);
    let refused = bots.sign_in(session(), &"no token".into()).await;
    assert!(matches!(refused, Err(SignInError::TokenInvalid)));
    assert!(stand_in.asked("getMe").is_empty(), "nobody was asked");
    let stage = Stage::new().await;
    let refused = stage.another().sign_in(session(), &"1101:wrong".into()).await;
    assert!(matches!(refused, Err(SignInError::TokenInvalid)));
    let nowhere = ground.adapter("http://127.0.0.1:1").sign_in(session(), &"42:secret".into()).await;
    assert!(matches!(nowhere, Err(SignInError::Unavailable(_))));
    let unknown = bots.receive(session(), Reception::Polling).await;
    assert!(unknown.is_err(), "nobody is signed in");
}

#[tokio::test]
async fn a_bot_that_is_forgotten_leaves_nothing_behind() {
    let stage = Stage::new().await;
    stage.poll().await;
    stage.state(ReceptionState::Receiving).await;
    stage.bots.forget(session()).await.expect("the store is there");
    assert_eq!(stage.bots.health(session()).state, ReceptionState::Stopped);
    let name = telegraphist_application::ports::SecretName::new("bot.token", session().to_string());
    assert!(stage.ground.store.get(&name).await.expect("the vault is there").is_none());
    assert!(stage.ground.store.own(session()).await.expect("the store is there").is_none());
    assert!(stage.bots.account(session()).await.is_err());
}
