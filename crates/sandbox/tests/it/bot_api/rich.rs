//! Rich messages: sent in three ways, edited, drafted, and seen by people.

use grammers_tl_types as tl;
use serde_json::{Value, json};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, Connected, soon};

fn to_alice(rich: &Value) -> Value {
    json!({ "chat_id": ALICE, "rich_message": rich })
}

#[tokio::test]
async fn rich_messages_are_sent_in_three_ways() {
    let robot = Robot::new().await;
    let wanted = json!({ "blocks": [
        { "type": "heading", "text": "Bill", "size": 1 },
        { "type": "paragraph", "text": ["Pay ", { "type": "bold", "text": ["it ", { "type": "italic", "text": "now" }] }] },
        { "type": "list", "items": [
            { "label": "•", "blocks": [{ "type": "paragraph", "text": "one" }] },
            { "label": "•", "blocks": [{ "type": "paragraph", "text": "two" }] },
        ] },
    ] });
    let ways = [
        json!({ "markdown": "# Bill\n\nPay **it *now***\n\n- one\n- two\n" }),
        json!({ "html": "<h1>Bill</h1><p>Pay <b>it <i>now</i></b></p><ul><li>one</li><li>two</li></ul>" }),
        json!({ "blocks": wanted["blocks"].clone() }),
    ];
    for way in ways {
        let sent = robot.ok("sendRichMessage", to_alice(&way)).await;
        assert_eq!(sent["rich_message"], wanted, "{way}");
        assert_eq!(sent.get("text"), None);
    }
    let letter = &robot.sandbox.mailbox(ALICE, INVOICE_BOT, 1).expect("a mailbox")[0];
    assert_eq!(letter.text, "Bill\nPay it now\n• one\n• two", "the plain copy");
}

#[tokio::test]
async fn everything_that_is_shown_is_as_documented() {
    let robot = Robot::new().await;
    let text = "# A\n\n> said\n\n1. one\n2. two\n\n- [ ] open\n- [x] done\n\n---\n\n```rs\nx\n```\n\n\
                | a | `b` |\n|---|---|\n| [c](https://example.org/) | ~~d~~ |\n";
    let sent = robot.ok("sendRichMessage", to_alice(&json!({ "markdown": text, "is_rtl": true }))).await;
    let blocks = sent["rich_message"]["blocks"].as_array().expect("a list");
    let kinds: Vec<&str> = blocks.iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["heading", "blockquote", "list", "list", "divider", "pre", "table"]);
    assert_eq!(blocks[6]["cells"][1][0]["text"], json!({ "type": "url", "text": "c", "url": "https://example.org/" }));
    let alice = Connected::new(&robot.sandbox, Some(ALICE)).await;
    let bot = alice.chat("invoice_helper_bot").await;
    let message = soon(alice.client.iter_messages(bot).limit(1).next()).await.expect("an answer").expect("a message");
    let tl::enums::Message::Message(message) = &message.raw else { panic!("a message") };
    let Some(tl::enums::RichMessage::Message(rich)) = &message.rich_message else { panic!("a rich message") };
    assert_eq!((rich.blocks.len(), rich.rtl), (7, true));
}

#[tokio::test]
async fn rich_messages_are_edited_copied_and_drafted() {
    let robot = Robot::new().await;
    let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "plain" })).await;
    let place = |more: Value| {
        let mut place = json!({ "chat_id": ALICE, "message_id": sent["message_id"] });
        place.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        place
    };
    let rich = json!({ "rich_message": { "markdown": "**rich**" } });
    let edited = robot.ok("editMessageText", place(rich.clone())).await;
    assert_eq!(edited["rich_message"]["blocks"][0]["text"]["type"], "bold");
    assert!(robot.no("editMessageText", place(rich)).await.1.contains("message is not modified"));
    let copied = json!({ "chat_id": ALICE, "from_chat_id": ALICE, "message_id": sent["message_id"] });
    let forwarded = robot.ok("forwardMessage", copied).await;
    assert_eq!(forwarded["rich_message"], edited["rich_message"]);
    let plain = robot.ok("editMessageText", place(json!({ "text": "plain again" }))).await;
    assert_eq!((plain.get("rich_message"), plain["text"].as_str()), (None, Some("plain again")));

    let thought = json!({ "blocks": [{ "type": "thinking", "text": "Hm" }, { "type": "paragraph", "text": "Well" }] });
    let draft = json!({ "chat_id": ALICE, "draft_id": 3, "rich_message": thought });
    robot.ok("sendRichMessageDraft", draft).await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    assert_eq!(alice.draft().expect("she looks").as_deref(), Some("Hm\nWell"));
    let refused = robot.no("sendRichMessage", to_alice(&thought)).await;
    assert_eq!(refused, (400, "Bad Request: thinking blocks can be used only in drafts".to_owned()));
}

#[tokio::test]
async fn wrong_rich_messages_are_refused() {
    let robot = Robot::new().await;
    let rows = [
        (json!({}), "rich message must be non-empty"),
        (json!({ "markdown": " \n" }), "rich message must be non-empty"),
        (json!({ "markdown": "x", "html": "x" }), "exactly one of html, markdown and blocks must be specified"),
        (json!({ "markdown": "x".repeat(32_769) }), "message is too long"),
        (
            json!({ "blocks": [{ "type": "map" }] }),
            "can't parse InputRichMessage: the sandbox does not show blocks of type \"map\"",
        ),
        (json!({ "html": "<p>x" }), "can't parse rich message: Can't find end tag corresponding to start tag \"p\""),
    ];
    for (rich, reason) in rows {
        assert_eq!(robot.no("sendRichMessage", to_alice(&rich)).await, (400, format!("Bad Request: {reason}")));
    }
}
