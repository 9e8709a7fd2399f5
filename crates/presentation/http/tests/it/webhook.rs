//! Updates that the sandbox brings.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use telegraphist_application::ports::{Heard, Inbox as _, Reception};
use telegraphist_http::WEBHOOK_PATH;
use telegraphist_sandbox::{BotFault, BotTrouble};

use crate::world::{ALICE, BOT, Door, World, answer, in_time, until};

impl World {
    /// What people wrote, as the inbox holds it.
    async fn heard(&self) -> Vec<String> {
        let rows = self.store.after(self.bot, 0, 1_000).await.expect("memory");
        let words = |heard| match heard {
            Heard::Message(message) => Some(message.text),
            _ => None,
        };
        rows.iter().filter_map(|row| words(self.app.ports().bots.read(&row.entry.payload))).collect()
    }

    async fn until_heard(&self, wanted: &[&str]) {
        in_time(async {
            while self.heard().await != wanted {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    fn say(&self, words: &str) {
        self.sandbox.say(ALICE, BOT, words).expect("she may");
    }
}

impl Door {
    fn webhook(&self) -> Reception {
        Reception::Webhook { url: format!("{}{WEBHOOK_PATH}", self.base) }
    }
}

#[tokio::test]
async fn a_bot_is_brought_its_updates_and_answers_presses() {
    let world = World::deaf().await;
    let door = world.open().await;
    world.app.ensure_bots(&door.webhook()).await.expect("memory");
    world.receiving().await;
    world.mail("Hello").await;
    let place = door.ask("Deploy by webhook?").await;
    world.press("Deploy by webhook?", "Approve").await;
    let waited = door.get(&format!("{place}?wait=50")).await;
    assert_eq!(waited.body["decision"]["is_allowed"], true, "{waited:?}");
    assert_eq!(world.sandbox.counters().calls_of("bot.getUpdates"), 0, "nobody asked for updates");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn updates_that_come_twice_or_out_of_order_are_stored_once_and_in_order() {
    let world = World::deaf().await;
    world.say("one");
    world.say("two");
    world.say("three");
    let door = world.open().await;
    for trouble in [BotTrouble::Disorder, BotTrouble::Twice] {
        let fault = BotFault { times: Some(4), ..BotFault::once("*", trouble) };
        world.sandbox.bot_fault(fault).expect("it is known");
    }
    world.app.ensure_bots(&door.webhook()).await.expect("memory");
    world.until_heard(&["/start", "one", "two", "three"]).await;
    world.say("four");
    world.until_heard(&["/start", "one", "two", "three", "four"]).await;
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn whoever_does_not_know_the_secret_brings_nothing() {
    let world = World::deaf().await;
    let door = world.open().await;
    let path = format!("{WEBHOOK_PATH}/{}", world.bot);
    let bring = |path: &str, secret: Option<&str>| {
        let request = door.request(Method::POST, path).json(&json!({ "update_id": 1, "message": {} }));
        answer(match secret {
            Some(secret) => request.header("x-telegram-bot-api-secret-token", secret),
            None => request,
        })
    };
    assert_eq!(bring(&path, Some("guess")).await.failure(404), "unknown_session", "it is not brought anything yet");
    world.app.ensure_bots(&door.webhook()).await.expect("memory");
    world.receiving().await;
    world.until_heard(&["/start"]).await;
    for secret in [None, Some(""), Some("guess")] {
        assert_eq!(bring(&path, secret).await.failure(401), "forbidden", "{secret:?}");
    }
    for other in ["nonsense", "0190f3c4-0000-7000-8000-000000000001"] {
        assert_eq!(bring(&format!("{WEBHOOK_PATH}/{other}"), Some("guess")).await.failure(404), "unknown_session");
    }
    let large = || door.request(Method::POST, &path).body("x".repeat(1024 * 1024 + 1));
    assert_eq!(answer(large()).await.failure(401), "forbidden", "nobody reads what comes without a secret");
    let known = large().header("x-telegram-bot-api-secret-token", "guess");
    assert_eq!(answer(known).await.failure(413), "invalid_argument");
    assert_eq!(world.heard().await, ["/start"]);
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn an_update_that_cannot_be_stored_is_not_confirmed_and_brought_again() {
    let world = World::deaf().await;
    let door = world.open().await;
    world.app.ensure_bots(&door.webhook()).await.expect("memory");
    world.until_heard(&["/start"]).await;
    world.disk.fill(true);
    world.say("kept by Telegram");
    until(|| (world.disk.refused() > 0).then_some(())).await;
    world.disk.fill(false);
    // Telegram tries again after pauses that grow.
    in_time(async {
        while world.heard().await != ["/start", "kept by Telegram"] {
            world.sandbox.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    })
    .await;
    door.close().await;
    world.end().await;
}
