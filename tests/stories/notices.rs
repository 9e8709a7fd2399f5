//! What agents and scripts tell and ask, whatever it is made of: it arrives as it was written, with what would deceive made
//! visible, or it is refused in one sentence that says what to give.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Stdio};

const ALICE: i64 = BotStage::ALICE;

/// A class of Unicode, a title of it, and what of it a person sees.
const TITLES: &[(&str, &str, &str)] = &[
    ("an override of direction", "safe \u{202e}gpj.exe", "safe ⟨U+202E⟩gpj.exe"),
    ("an isolate", "a \u{2066}b\u{2069} c", "a ⟨U+2066⟩b⟨U+2069⟩ c"),
    ("marks of direction", "a\u{200e}b\u{200f}c", "a⟨U+200E⟩b⟨U+200F⟩c"),
    ("controls", "bell \u{7} nul \u{0} escape \u{1b}[31m", "bell  nul  escape [31m"),
    ("zero width", "pass\u{200b}word \u{feff}x", "pass⟨U+200B⟩word ⟨U+FEFF⟩x"),
    ("tags", "hi\u{e0041}\u{e0042}", "hi⟨U+E0041⟩⟨U+E0042⟩"),
    ("joined emoji", "built by 👩‍👩‍👧‍👦 and 🏴‍☠️", "built by 👩‍👩‍👧‍👦 and 🏴‍☠️"),
    ("flags and skins", "🇩🇪 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇩🇪 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    ("combining marks", "e\u{301}le\u{300}ve n\u{303} \u{1e9}", "e\u{301}le\u{300}ve n\u{303} \u{1e9}"),
    ("many combining marks", "Z\u{351}\u{36b}\u{343}a\u{321}\u{34a}lgo", "Z\u{351}\u{36b}\u{343}a\u{321}\u{34a}lgo"),
    ("astral letters", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𠜎", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𠜎"),
    ("right to left", "בניית השרת הסתיימה", "בניית השרת הסתיימה"),
    ("Persian with its joiner", "می‌خواهم انتشار", "می‌خواهم انتشار"),
    ("Chinese, Japanese, Korean", "构建完成 ビルド完了 빌드 완료", "构建完成 ビルド完了 빌드 완료"),
    ("Devanagari and Thai", "क्षत्रिय ก็ดี", "क्षत्रिय ก็ดี"),
    ("markup of others", "<b>&amp; **_`[x](y)||#@", "<b>&amp; **_`[x](y)||#@"),
    ("private use and noncharacters", "\u{e000}\u{fffd}\u{10ffff}", "\u{e000}\u{fffd}\u{10ffff}"),
];

#[tokio::test]
async fn titles_of_every_class_arrive_as_they_were_written_or_visibly_not() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    for (class, title, shown) in TITLES {
        let event = json!({ "type": "info_notification", "title": title, "data": { "options": [title] } });
        let told = client.tool("send_telegram_event", event).await?;
        let delivery = told["deliveries"][0]["delivery_id"].as_str().context("no delivery")?.to_owned();
        stage.delivery(&delivery, "sent");
        let arrived = stage.chat(ALICE).swap_remove(0);
        let text = arrived["text"].as_str().unwrap_or_default();
        assert!(text.contains(shown), "{class}: {text:?}");
        let button = arrived["buttons"][0][0]["text"].as_str().unwrap_or_default();
        assert!(!button.is_empty() && !button.contains('\u{202e}'), "{class}: {button:?}");

        let asked = client.tool("request_approval", json!({ "title": title })).await?;
        let card = stage.found(|| {
            let newest = stage.chat(ALICE).swap_remove(0);
            (newest["buttons"][0][0]["text"] == "Approve").then_some(newest)
        });
        assert!(card["text"].as_str().is_some_and(|text| text.contains(shown)), "{class}: {card}");
        client.tool("cancel_approval", json!({ "approval_id": asked["approval_id"] })).await?;
        stage.found(|| stage.chat(ALICE)[0]["buttons"].as_array().is_some_and(Vec::is_empty).then_some(()));
    }
    // Over the command line it is the same.
    for (class, title, shown) in TITLES.iter().filter(|(_, title, _)| !title.contains('\0')) {
        stage.tell(ALICE, &format!("```\n{class}: {title}\n```"));
        stage.newest(ALICE, &format!("{class}: {shown}"));
    }
    Ok(())
}

/// The whole document that a message carries, as text.
fn document(stage: &BotStage, message: &Value) -> String {
    let asked = json!({ "as": ALICE, "chat": BotStage::BOT, "id": message["id"] });
    let document = stage.sandbox.post("/v1/document", asked);
    let bytes = STANDARD.decode(document["base64"].as_str().expect("it has bytes")).expect("it is base64");
    String::from_utf8(bytes).expect("it is text")
}

#[tokio::test]
async fn a_hundred_kilobytes_arrive_whole() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    let lines: Vec<String> = (0..2_000).map(|n| format!("line {n} of a long report, with ünïcödé 👩‍👩‍👧")).collect();
    let long = lines.join("\n");
    assert!(long.len() > 100_000);
    let event = json!({ "type": "build_failed", "title": "A long one", "description": long });
    client.tool("send_telegram_event", event).await?;
    let notice = stage.newest(ALICE, "A long one");
    assert_eq!(notice["media"], "document", "{}", notice["text"]);
    let whole = document(&stage, &notice);
    assert!(lines.iter().all(|line| whole.contains(line.as_str())), "a part is missing");

    let asked = client.tool("request_approval", json!({ "title": "Approve all of it?", "description": long })).await?;
    let card = stage.newest(ALICE, "Approve all of it?");
    let whole = document(&stage, &card);
    assert!(lines.iter().all(|line| whole.contains(line.as_str())), "a part is missing");
    assert_eq!(stage.press(ALICE, &card, "Approve")["text"], "Approve");
    let waited = client.tool("wait_for_approval", json!({ "approval_id": asked["approval_id"] })).await?;
    assert_eq!(waited["decision"]["is_allowed"], true, "{waited}");
    // What has room in a few messages is split, and nothing of it is lost either.
    let split: Vec<String> = (0..150).map(|n| format!("paragraph {n} of a middling report")).collect();
    client.tool("send_telegram_message", json!({ "message": split.join("\n\n") })).await?;
    stage.newest(ALICE, "paragraph 149");
    for paragraph in &split {
        assert_eq!(stage.chat(ALICE).iter().filter(|message| has_line(message, paragraph)).count(), 1, "{paragraph}");
    }
    // A script is heard as well.
    let piped = stage.home.run(&["notify", "-"], &long);
    assert!(piped.status.success(), "{}", String::from_utf8_lossy(&piped.stderr));
    let told = stage.found(|| stage.chat(ALICE).into_iter().next().filter(|newest| newest["media"] == "document"));
    assert!(document(&stage, &told).contains("line 1999 of"), "the end is missing");
    Ok(())
}

fn has_line(message: &Value, line: &str) -> bool {
    message["text"].as_str().is_some_and(|text| text.lines().any(|found| found == line))
}

#[tokio::test]
async fn what_cannot_be_told_or_asked_is_refused_in_one_sentence() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    let options: Vec<String> = (0..200).map(|n| format!("Option {n}")).collect();
    let endless = "x".repeat(300 * 1024);
    let event = |fields: Value| {
        let mut event = json!({ "type": "info_notification", "title": "A title" });
        event.as_object_mut().expect("an object").extend(fields.as_object().cloned().unwrap_or_default());
        event
    };
    for (tool, arguments, words) in [
        ("request_approval", json!({ "title": "Which?", "options": options }), "options: 1 to 10"),
        ("send_telegram_event", event(json!({ "data": { "options": options } })), "100 buttons at most"),
        ("send_telegram_event", event(json!({ "description": endless })), "description: at most 256 kB"),
        ("request_approval", json!({ "title": "Which?", "description": endless }), "description: at most 256 kB"),
        ("send_telegram_message", json!({ "message": endless }), "message: at most 256 kB"),
        ("send_telegram_message", json!({ "message": "" }), "message: "),
        ("send_telegram_message", json!({ "message": " \n\t\u{a0} " }), "message: "),
        ("send_telegram_event", event(json!({ "title": "" })), "title: 1 to 200 characters"),
        ("send_telegram_event", event(json!({ "title": " \n " })), "title: 1 to 200 characters"),
        ("send_telegram_event", event(json!({ "title": "x".repeat(201) })), "title: 1 to 200 characters"),
        ("send_telegram_event", event(json!({ "source": " " })), "source: 1 to 100 characters"),
        ("send_telegram_event", event(json!({ "task_id": "" })), "task_id: 1 to 128 bytes"),
        ("send_telegram_event", event(json!({ "event_id": "x".repeat(129) })), "event_id: 1 to 128 bytes"),
        ("send_telegram_event", event(json!({ "data": { "options": [""] } })), "1 to 64 characters"),
        ("request_approval", json!({ "title": "" }), "title: one line of 1 to"),
        ("request_approval", json!({ "title": "two\nlines" }), "title: one line of 1 to"),
        ("request_approval", json!({ "title": "Which?", "options": ["", "No"] }), "options: every label has 1 to"),
        ("request_approval", json!({ "title": "Which?", "options": ["A", "A"] }), "options: every label once"),
        ("request_approval", json!({ "title": "Which?", "expires_in": 1 }), "expires_in: 10 to 604800 seconds"),
        ("send_telegram_event", json!({ "type": "task_complete", "title": "x" }), "did you mean task_completion?"),
        ("send_telegram_event", json!({ "type": "build-failed", "title": "x" }), "did you mean build_failed?"),
        ("send_telegram_event", json!({ "type": "", "title": "x" }), "list_event_types has all"),
        ("send_telegram_event", json!({ "type": "🦀", "title": "x" }), "list_event_types has all"),
    ] {
        let failure = client.failure(tool, arguments).await.with_context(|| words.to_owned())?;
        assert_eq!(failure["code"], "invalid_argument", "{words}: {failure}");
        let message = failure["message"].as_str().unwrap_or_default();
        assert!(message.replace('`', "").contains(words), "{words}: {message}");
        assert!(message.len() < 300, "{words}: a sentence, not {} bytes", message.len());
    }
    assert_eq!(stage.json(&["outbox", "list"]), json!([]), "nothing of it was queued");
    assert_eq!(stage.json(&["approvals", "list"]), json!([]), "nobody was asked");
    Ok(())
}

#[test]
fn scripts_are_refused_in_one_sentence_too() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let option = |n: usize| ["--option".to_owned(), format!("Option {n}")];
    let options: Vec<String> = (0..200).flat_map(option).collect();
    let many: Vec<&str> = ["ask", "Which?"].into_iter().chain(options.iter().map(String::as_str)).collect();
    for (arguments, words) in [
        (many.as_slice(), "1 to 10"),
        (&["notify", ""], "message"),
        (&["notify", "  \n "], "message"),
        (&["ask", ""], "title"),
        (&["ask", "two\nlines"], "title"),
        (&["call", "send_telegram_event", "type=task_complete", "title=x"], "task_completion"),
    ] {
        let told = stage.home.fails(arguments, "");
        assert!(told.contains(words) && told.lines().count() <= 4, "{:?}: {told}", arguments.first());
    }
    let endless = stage.home.fails(&["notify", "-"], &"x".repeat(300 * 1024));
    assert!(endless.contains("256 kB") && endless.lines().count() <= 4, "{endless}");
    Ok(())
}

#[tokio::test]
async fn half_a_letter_is_refused_and_the_connection_goes_on() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Initialize).await?;
    let line = r#"{"jsonrpc":"2.0","id":90,"method":"tools/call","params":{"name":"send_telegram_message","arguments":{"message":"half \ud83d of it"}}}"#;
    client.send_line(line).await?;
    let answer = client.receive().await?;
    assert_eq!(telegraphist_tests::failure_of(&answer["result"])?["code"], "invalid_argument", "{answer}");
    client.tool("send_telegram_message", json!({ "message": "a whole one 🦀" })).await?;
    stage.newest(ALICE, "a whole one 🦀");
    Ok(())
}
