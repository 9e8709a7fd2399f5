use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use telegraphist_domain::DeliveryId;
use uuid::Uuid;

use super::data;
use super::events::EVENT_TYPES;
use super::notice::Notice;
use super::render::rendered;
use crate::cards::{Card, Does, TAP_DATA_MAX};
use crate::text::{CAPTION_MAX, ENTITIES_MAX, TEXT_MAX, split, to_markdown, utf16_len};

fn notice(kind: &str, title: &str, description: &str, data: Value) -> Notice {
    let Value::Object(data) = data else { panic!("data is an object") };
    Notice {
        event_id: "e".into(),
        kind: kind.into(),
        title: title.into(),
        description: description.into(),
        source: "claude-code".into(),
        task_id: None,
        correlation_id: None,
        parent_event_id: None,
        data,
    }
}

fn card(notice: &Notice) -> Card {
    rendered(notice).card(DeliveryId(Uuid::from_u128(1)))
}

/// A card as text: its formatting in markdown, its buttons, its file.
fn shown(notice: &Notice) -> String {
    let card = card(notice);
    let mut shown = to_markdown(&card.text);
    for row in &card.buttons {
        let row: Vec<&str> = row.iter().map(|button| button.text.as_str()).collect();
        write!(shown, "\n[{}]", row.join("] [")).unwrap();
    }
    if let Some(document) = &card.document {
        write!(shown, "\n=== {} ===\n{}", document.name, document.content).unwrap();
    }
    shown
}

#[test]
fn a_finished_build_reads_at_a_glance() {
    let mut notice = notice(
        "build_completed",
        "Build Completed: main",
        "Successfully built and **deployed** 🚀\n\n- web\n- api",
        json!({
            "success": true, "duration_ms": 201_000, "branch": "main", "commit": "3f2a9c1",
            "test_results": { "passed": 120, "failed": 0 }, "deployment_url": "https://example.com/",
            "files_affected": ["a.rs", "b.rs", "c.rs", "d.rs"], "actions": [{ "text": "Roll back", "action": "rollback" }],
        }),
    );
    notice.task_id = Some("build-17".into());
    insta::assert_snapshot!(shown(&notice));
}

#[test]
fn an_error_unfolds_its_trace() {
    let trace = "thread 'main' panicked at src/main.rs:7\n  0: core::panicking\n  1: main";
    let data = json!({ "error_message": "index out of bounds", "exit_code": 101, "stack_trace": trace, "metadata": { "host": "ci-4" } });
    insta::assert_snapshot!(shown(&notice("error_occurred", "Worker died", "", data)));
}

#[test]
fn plain_words_have_no_title() {
    insta::assert_snapshot!(shown(&notice("message", "", "Lunch? `make lunch`", json!({}))));
}

#[test]
fn what_no_one_would_scroll_through_is_a_file() {
    let description = format!("{}\n\nThe end.", "A line that says little. ".repeat(4500));
    assert!(description.len() > 100_000);
    let card = card(&notice("code_analysis", "Report", &description, json!({ "language": "Rust" })));
    let document = card.document.expect("it is attached");
    assert!(document.name == "code_analysis.md" && document.content.ends_with("\n- Language: Rust\n"));
    assert!(document.content.contains("The end."));
    let text = "✅ Report\nCode analysed · claude-code\n\nLanguage: Rust\n\n📎 All of it is in the attached file.";
    assert_eq!(card.text.text, text);
}

#[test]
fn two_messages_are_no_file() {
    let card = card(&notice("code_analysis", "Report", &"word ".repeat(1500), json!({})));
    assert!(card.document.is_none() && utf16_len(&card.text.text) > TEXT_MAX);
}

#[test]
fn nothing_is_shown_that_was_not_given() {
    for event in EVENT_TYPES {
        let card = card(&notice(event.name, "T", "", json!({})));
        let (mark, rest) = card.text.text.split_once(' ').unwrap();
        assert!(!mark.is_ascii(), "{}", event.name);
        assert_eq!(rest, format!("T\n{} · claude-code", event.label));
        assert!(card.buttons.is_empty() && card.document.is_none());
    }
}

/// Every entity lies in the text, on the boundaries of characters.
fn assert_well_formed(card: &Card) {
    let max = if card.document.is_some() { CAPTION_MAX } else { 3 * TEXT_MAX };
    assert!(utf16_len(&card.text.text) <= max);
    let units: Vec<u16> = card.text.text.encode_utf16().collect();
    for entity in &card.text.entities {
        let end = entity.offset + entity.length;
        assert!(entity.length > 0 && end <= units.len());
        assert!(String::from_utf16(&units[entity.offset..end]).is_ok(), "{entity:?}");
    }
    let parts = split(&card.text, TEXT_MAX);
    assert!((1..=3).contains(&parts.len()));
    for part in parts {
        assert!(utf16_len(&part.text) <= TEXT_MAX && part.entities.len() <= ENTITIES_MAX);
    }
    for button in card.buttons.iter().flatten() {
        assert!(!button.text.is_empty());
        if let Does::Tap(data) = &button.does {
            assert!(data.len() <= TAP_DATA_MAX);
        }
    }
}

/// Texts with a bit of everything: letters of all kinds, markup, what hides and what reorders.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,40}",
        "[*_`~|\\[\\]()<>#>\n\r\t -]{0,30}",
        "[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{FEFF}\u{E0067}\u{0300}👩‍💻🇩🇪]{0,20}",
        any::<String>(),
        "([a-z]{1,9} ){1,60}",
        "> (line\n> ){1,50}",
        "```[a-z]{0,3}\n.{0,60}\n```\n",
        Just("| a | b |\n|---|---|\n| 1 | 2 |\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        words().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!("critical")),
        Just(json!("https://example.com/x")),
        prop::collection::vec(words(), 0..40).prop_map(Value::from),
        prop::collection::hash_map(words(), words(), 0..5)
            .prop_map(|facts| Value::Object(facts.into_iter().map(|(name, value)| (name, value.into())).collect())),
        prop::collection::vec((words(), words()), 0..20).prop_map(|actions| {
            actions.into_iter().map(|(text, action)| json!({ "text": text, "action": action })).collect()
        }),
    ]
}

fn any_data() -> impl Strategy<Value = Map<String, Value>> {
    let field = (0..data::FIELDS.len()).prop_map(|at| data::FIELDS[at].name.to_owned());
    prop::collection::hash_map(field, value(), 0..12).prop_map(|data| data.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_is_given_fits_into_telegram(
        kind in 0..EVENT_TYPES.len(),
        title in words(),
        description in words(),
        source in words(),
        task in prop::option::of(words()),
        data in any_data(),
    ) {
        let mut notice = notice(EVENT_TYPES[kind].name, &title, &description, json!({}));
        notice.source = source;
        notice.task_id = task;
        // What would be refused is left out: the rest has to hold.
        notice.data = data
            .into_iter()
            .filter(|(name, value)| data::check(&[(name.clone(), value.clone())].into_iter().collect()).is_ok())
            .collect();
        assert_well_formed(&card(&notice));
    }

    #[test]
    fn no_data_break_the_check(data in any_data()) {
        let _ = data::check(&data);
    }
}

#[test]
fn a_long_title_of_what_hides_fits_into_a_caption() {
    let mut notice = notice("task_failed", &"\u{202E}".repeat(200), &"x ".repeat(60_000), json!({}));
    notice.source = "\u{200B}".repeat(100);
    let card = card(&notice);
    assert!(card.document.is_some());
    assert_well_formed(&card);
}
