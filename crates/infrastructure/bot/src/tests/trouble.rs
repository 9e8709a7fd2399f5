//! What goes wrong on the way, and what is then known.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use telegraphist_application::cards::{Card, EditCard, SendCard};
use telegraphist_application::operations::{DeleteMessages, EditMessage, GetMe, SendFile, SendMessage};
use telegraphist_application::ports::{Bots as _, Execute as _, Execution, PartState, TapAnswer, TelegramError};
use telegraphist_application::text::Formatted;
use telegraphist_domain::{ChatId, MessageId};
use tokio::time::Instant;

use super::stage::*;
use super::stand_in::{Reply, StandIn};
use crate::BotAccounts;

const GROUP: i64 = -500;
const SUPERGROUP: i64 = -1_000_000_000_700;

/// A bot of the stand-in.
struct Trouble {
    stand_in: StandIn,
    ground: Ground,
    bots: Arc<BotAccounts>,
}

impl Trouble {
    async fn new() -> Self {
        let (stand_in, ground) = (StandIn::start().await, Ground::new());
        let bots = ground.adapter(&stand_in.url);
        bots.sign_in(session(), &"42:sEcReT".into()).await.expect("the token is good");
        Self { stand_in, ground, bots }
    }

    async fn send(&self, call: &Execution, text: &str) -> Result<Vec<Option<i32>>, TelegramError> {
        let sent = perform::<SendMessage>(&self.bots, call, json!({"chat": ALICE, "text": text})).await?;
        Ok(sent.items.iter().map(|part| part.message_id).collect())
    }
}

fn sent(id: i32, chat: i64) -> Reply {
    let chat = json!({"id": chat, "type": "supergroup", "title": "Hikers"});
    Reply::Result(json!({"message_id": id, "date": 1_767_225_600, "chat": chat, "text": "x"}))
}

fn parts(kept: &KeptParts) -> Vec<(u32, PartState)> {
    let mut parts: Vec<_> = kept.0.lock().expect("nobody panics here").clone().into_iter().collect();
    parts.sort_by_key(|(number, _)| *number);
    parts
}

#[tokio::test]
async fn a_lost_answer_is_called_unknown_and_the_message_is_not_sent_again() {
    for lost in [
        Reply::Cut,
        Reply::Page(502, "<html>Bad Gateway</html>"),
        Reply::Refusal(500, "Internal Server Error: restart", Value::Null),
    ] {
        let trouble = Trouble::new().await;
        trouble.stand_in.reply("sendMessage", lost);
        trouble.stand_in.reply("sendMessage", sent(5, ALICE));
        let kept = Arc::<KeptParts>::default();
        let unknown = trouble.send(&call_with(Arc::clone(&kept)), "only once").await.expect_err("nothing is known");
        assert!(matches!(unknown, TelegramError::OutcomeUnknown), "{unknown:?}");
        assert_eq!(parts(&kept), [(0, PartState::Started { after: None })]);
        let again = trouble.send(&call_with(kept), "only once").await.expect_err("nothing more is known");
        assert!(matches!(again, TelegramError::OutcomeUnknown), "{again:?}");
        assert_eq!(trouble.stand_in.asked("sendMessage").len(), 1);
    }
}

/// A library that sleeps ten seconds over each server error would come back too late.
#[tokio::test]
async fn a_server_error_is_told_at_once() {
    let trouble = Trouble::new().await;
    let short = || Execution { deadline: Instant::now() + Duration::from_secs(8), ..call() };
    for broken in
        [Reply::Page(502, "<html>Bad Gateway</html>"), Reply::Refusal(500, "Internal Server Error", Value::Null)]
    {
        trouble.stand_in.reply_only("getMe", broken);
        let read = perform::<GetMe>(&trouble.bots, &short(), json!({})).await.err().expect("it is broken");
        assert!(matches!(read, TelegramError::Unavailable(_)), "{read:?}");
    }
}

#[tokio::test]
async fn what_never_left_is_sent_by_a_repeat() {
    let trouble = Trouble::new().await;
    let nowhere = trouble.ground.adapter("http://127.0.0.1:1");
    let kept = Arc::<KeptParts>::default();
    let arguments = json!({"chat": ALICE, "text": "x"});
    let failed = perform::<SendMessage>(&nowhere, &call_with(Arc::clone(&kept)), arguments).await;
    assert!(matches!(failed, Err(TelegramError::Unavailable(_))));
    assert_eq!(parts(&kept), [(0, PartState::Unsent)]);
    trouble.stand_in.reply("sendMessage", sent(5, ALICE));
    assert_eq!(trouble.send(&call_with(kept), "x").await.expect("it is sent"), [Some(5)]);
}

#[tokio::test]
async fn a_repeat_goes_on_where_it_stopped() {
    let trouble = Trouble::new().await;
    trouble.stand_in.reply("sendMessage", sent(5, ALICE));
    trouble
        .stand_in
        .reply("sendMessage", Reply::Refusal(429, "Too Many Requests: retry after 90", json!({"retry_after": 90})));
    trouble.stand_in.reply("sendMessage", sent(6, ALICE));
    let (kept, text) = (Arc::<KeptParts>::default(), "word ".repeat(1_500));
    let partial = trouble.send(&call_with(Arc::clone(&kept)), &text).await.expect_err("it stopped");
    match partial {
        TelegramError::Partial { sent, cause } => {
            assert_eq!(sent, [5]);
            assert!(matches!(*cause, TelegramError::RateLimited { .. }));
        }
        error => panic!("{error:?}"),
    }
    let date = Some(1_767_225_600);
    assert_eq!(parts(&kept), [(0, PartState::Sent { message_id: Some(5), date }), (1, PartState::Unsent)]);
    assert_eq!(trouble.send(&call_with(kept), &text).await.expect("it is sent"), [Some(5), Some(6)]);
    assert_eq!(trouble.stand_in.asked("sendMessage").len(), 3);
}

#[tokio::test]
async fn a_long_wait_is_told_for_its_chat_and_a_short_one_is_waited_out() {
    let trouble = Trouble::new().await;
    let limited =
        |seconds: u64| Reply::Refusal(429, "Too Many Requests: retry after N", json!({"retry_after": seconds}));
    trouble.stand_in.reply("sendMessage", limited(90));
    trouble.stand_in.reply("sendMessage", limited(1));
    trouble.stand_in.reply("sendMessage", sent(5, ALICE));
    match trouble.send(&call(), "x").await.expect_err("it is too long") {
        TelegramError::RateLimited { retry_after, method } => {
            assert_eq!((retry_after, method.as_str()), (Duration::from_secs(90), "bot/1001"));
        }
        error => panic!("{error:?}"),
    }
    let started = Instant::now();
    assert_eq!(trouble.send(&call(), "x").await.expect("it is sent"), [Some(5)]);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_refusal_keeps_its_meaning() {
    let trouble = Trouble::new().await;
    for (code, words, wanted) in [
        (403, "Forbidden: bot was blocked by the user", "BOT_BLOCKED"),
        (403, "Forbidden: user is deactivated", "USER_DEACTIVATED"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "BOT_KICKED"),
    ] {
        trouble.stand_in.reply_only("sendMessage", Reply::Refusal(code, words, Value::Null));
        let refused = trouble.send(&call(), "x").await.expect_err("it is refused");
        assert!(matches!(&refused, TelegramError::Forbidden { telegram } if telegram == wanted), "{refused:?}");
    }
    trouble.stand_in.reply_only("sendMessage", Reply::Refusal(401, "Unauthorized", Value::Null));
    let refused = trouble.send(&call(), "x").await.expect_err("it is refused");
    assert!(matches!(refused, TelegramError::NeedsLogin { .. }), "{refused:?}");
    trouble.stand_in.reply_only("sendMessage", Reply::Page(404, "<html>Not Found</html>"));
    let refused = trouble.send(&call(), "x").await.expect_err("it is refused");
    assert!(matches!(refused, TelegramError::Unavailable(_)), "{refused:?}");
}

#[tokio::test]
async fn a_message_follows_its_group_once_and_the_next_goes_there_at_once() {
    let trouble = Trouble::new().await;
    let moved = || {
        Reply::Refusal(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            json!({"migrate_to_chat_id": SUPERGROUP}),
        )
    };
    trouble.stand_in.reply("sendMessage", moved());
    trouble.stand_in.reply("sendMessage", sent(5, SUPERGROUP));
    trouble.stand_in.reply("sendMessage", sent(6, SUPERGROUP));
    for id in [5, 6] {
        let arguments = json!({"chat": GROUP.to_string(), "text": "x", "reply_to": 3});
        let sent = perform::<SendMessage>(&trouble.bots, &call(), arguments).await.expect("it is sent");
        assert_eq!((sent.items[0].message_id, sent.chat.id), (Some(id), SUPERGROUP.to_string()));
    }
    let chats: Vec<i64> =
        trouble.stand_in.asked("sendMessage").iter().filter_map(|asked| asked["chat_id"].as_i64()).collect();
    assert_eq!(chats, [GROUP, SUPERGROUP, SUPERGROUP]);
    // What names a message of the group means nothing in the supergroup.
    let other = Trouble::new().await;
    other.stand_in.reply("deleteMessages", moved());
    let deletion = json!({"chat": GROUP.to_string(), "message_ids": [3], "confirm": true});
    let refused = perform::<DeleteMessages>(&other.bots, &call(), deletion).await;
    assert!(matches!(&refused, Err(TelegramError::Refused { telegram }) if telegram == "GROUP_MIGRATED"));
    assert_eq!(other.stand_in.asked("deleteMessages").len(), 1);
    // A file can be read only once; the next attempt goes to the right place.
    let third = Trouble::new().await;
    third.stand_in.reply("sendDocument", moved());
    third.stand_in.reply("sendDocument", sent(7, SUPERGROUP));
    let file = json!({"chat": GROUP.to_string(), "files": [{"base64": "aGk=", "name": "a.txt"}]});
    let first = perform::<SendFile>(&third.bots, &call(), file.clone()).await;
    assert!(matches!(first, Err(TelegramError::Unavailable(_))));
    perform::<SendFile>(&third.bots, &call(), file).await.expect("it is sent");
}

#[tokio::test]
async fn a_call_ends_by_its_deadline_and_on_cancellation() {
    let trouble = Trouble::new().await;
    trouble.stand_in.reply("sendMessage", Reply::Silence);
    trouble.stand_in.reply_only("getMe", Reply::Silence);
    let short = || Execution { deadline: Instant::now() + Duration::from_millis(200), ..call() };
    let late = trouble.send(&short(), "x").await.expect_err("no answer comes");
    assert!(matches!(late, TelegramError::OutcomeUnknown), "{late:?}");
    let read = perform::<GetMe>(&trouble.bots, &short(), json!({})).await.err().expect("no answer comes");
    assert!(matches!(read, TelegramError::DeadlineExceeded), "{read:?}");
    let kept = Arc::<KeptParts>::default();
    let cancelled = call_with(Arc::clone(&kept));
    cancelled.cancel.cancel();
    let gone = trouble.send(&cancelled, "x").await.expect_err("nobody waits");
    assert!(matches!(gone, TelegramError::Cancelled), "{gone:?}");
    assert_eq!(parts(&kept), [(0, PartState::Unsent)]);
    let too_late = Execution { deadline: Instant::now(), ..call() };
    let passed = trouble.send(&too_late, "x").await.expect_err("it is over");
    assert!(matches!(passed, TelegramError::DeadlineExceeded), "{passed:?}");
    assert_eq!(trouble.stand_in.asked("sendMessage").len(), 1);
}

#[tokio::test]
async fn formatting_that_telegram_does_not_take_loses_no_text() {
    let trouble = Trouble::new().await;
    let refusal = || {
        let words = "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 12";
        Reply::Refusal(400, words, Value::Null)
    };
    trouble.stand_in.reply("sendMessage", refusal());
    trouble.stand_in.reply("sendMessage", sent(5, ALICE));
    assert_eq!(trouble.send(&call(), "some **bold** words").await.expect("it is sent"), [Some(5)]);
    let asked = trouble.stand_in.asked("sendMessage");
    assert!(asked[0]["entities"].is_array(), "{asked:?}");
    assert_eq!((&asked[1]["text"], &asked[1]["entities"]), (&json!("some bold words"), &Value::Null));
    // Once: what has no formatting is not to blame for any.
    let trouble = Trouble::new().await;
    trouble.stand_in.reply("sendMessage", refusal());
    let refused = trouble.send(&call(), "plain words").await.expect_err("it is refused");
    assert!(matches!(&refused, TelegramError::Invalid(refused) if refused.argument == "text"), "{refused:?}");
    assert_eq!(trouble.stand_in.asked("sendMessage").len(), 1);
}

#[tokio::test]
async fn a_card_that_looks_like_that_already_is_done() {
    let trouble = Trouble::new().await;
    let words =
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same";
    trouble.stand_in.reply("editMessageText", Reply::Refusal(400, words, Value::Null));
    let card = Card { text: Formatted { text: "x".to_owned(), entities: Vec::new() }, ..Card::default() };
    let account = trouble.bots.account(session()).await.expect("it is signed in");
    let edit = EditCard::new(session(), ChatId(ALICE), MessageId(5), card.clone());
    assert!(!account.execute(&call(), &edit).await.expect("it is done").is_changed);
    let edited = json!({"chat": ALICE, "message_id": 5, "text": "x"});
    let refused = perform::<EditMessage>(&trouble.bots, &call(), edited).await;
    assert!(matches!(refused, Err(TelegramError::Refused { .. })));
    // A card whose answer does not read was sent all the same.
    trouble.stand_in.reply("sendMessage", Reply::Result(json!({"of": "the future"})));
    let sent = account.execute(&call(), &SendCard::new(session(), ChatId(ALICE), card)).await.expect("it is sent");
    assert!(sent.message_ids.is_empty());
}

#[tokio::test]
async fn an_answer_to_a_press_that_comes_too_late_is_no_error() {
    let trouble = Trouble::new().await;
    let words = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    trouble.stand_in.reply("answerCallbackQuery", Reply::Refusal(400, words, Value::Null));
    trouble.stand_in.reply("answerCallbackQuery", Reply::Refusal(401, "Unauthorized", Value::Null));
    let answer = TapAnswer { text: "ä".repeat(300), is_alert: false };
    trouble.bots.answer_tap(session(), "4382", &answer).await.expect("it is no error");
    let told = trouble.stand_in.asked("answerCallbackQuery");
    assert_eq!(told[0]["text"].as_str().map(|text| text.chars().count()), Some(200));
    let refused = trouble.bots.answer_tap(session(), "4382", &TapAnswer::default()).await;
    assert!(matches!(refused, Err(TelegramError::NeedsLogin { .. })));
}

/// Everything that is shown of the adapter, and every error of it, is without the token.
#[tokio::test]
async fn a_token_is_shown_nowhere() {
    let trouble = Trouble::new().await;
    let nowhere = trouble.ground.adapter("http://127.0.0.1:1");
    let account = nowhere.account(session()).await.expect("it is signed in");
    trouble.stand_in.reply("sendMessage", Reply::Cut);
    let mut shown = vec![
        format!("{:?} {:#?}", account.line, nowhere.settings),
        format!("{:?}", perform::<GetMe>(&nowhere, &call(), json!({})).await.err()),
        format!("{:?}", nowhere.sign_in(session(), &"42:sEcReT".into()).await.err()),
        format!("{:?}", trouble.send(&call(), "x").await.err()),
        format!("{:?}", trouble.bots.health(session())),
    ];
    let error = perform::<GetMe>(&nowhere, &call(), json!({})).await.err().expect("there is nobody");
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        shown.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    assert!(shown.len() > 6, "an error has causes");
    for text in shown {
        assert!(!text.contains("sEcReT") && !text.contains("42:"), "{text}");
    }
}
