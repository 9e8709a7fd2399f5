use proptest::prelude::*;

use super::*;

/// The text and its entities as `kind text`, which is easier to read than offsets.
fn shown(formatted: &Formatted) -> (String, Vec<String>) {
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    let entities = formatted.entities.iter().map(|entity| {
        let inside = &units[entity.offset..entity.offset + entity.length];
        format!("{:?} {}", entity.kind, String::from_utf16(inside).expect("on character boundaries"))
    });
    (formatted.text.clone(), entities.collect())
}

#[track_caller]
fn markdown_is(source: &str, text: &str, entities: &[&str]) {
    assert_eq!(shown(&format(source, TextFormat::Markdown)), (text.to_owned(), owned(entities)), "{source}");
}

#[track_caller]
fn html_is(source: &str, text: &str, entities: &[&str]) {
    assert_eq!(shown(&format(source, TextFormat::Html)), (text.to_owned(), owned(entities)), "{source}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn marks_become_entities() {
    markdown_is(
        "**bold** and *italic* and _too_",
        "bold and italic and too",
        &["Bold bold", "Italic italic", "Italic too"],
    );
    markdown_is(
        "~~old~~ <u>under</u> ||secret||",
        "old under secret",
        &["Strikethrough old", "Underline under", "Spoiler secret"],
    );
    markdown_is(
        "`code` [site](https://example.org/a)",
        "code site",
        &["Code code", "Link { url: \"https://example.org/a\" } site"],
    );
    markdown_is("[Ann](tg://user?id=7)", "Ann", &["MentionName { user_id: 7 } Ann"]);
}

#[test]
fn marks_nest() {
    markdown_is("**bold _both_**", "bold both", &["Bold bold both", "Italic both"]);
    markdown_is("**a `b` c**", "a b c", &["Bold a", "Code b", "Bold c"]);
    markdown_is("**a ||b** c||", "a b c", &["Bold a b", "Spoiler b", "Spoiler c"]);
}

#[test]
fn what_is_no_markup_stays_text() {
    for text in [
        "2 * 3 * 4 = 24",
        "snake_case_name",
        "a || b || c",
        "if a<b && c>d",
        "Vec<String> and <T>",
        "**never closed",
        "[no link]",
        "||never closed",
        "5 < 6 & 7 > 2",
    ] {
        markdown_is(text, text, &[]);
    }
}

#[test]
fn blocks_keep_their_lines() {
    markdown_is(
        "# Title\n\nText\nnext line\n\n- one\n- two\n  1. deep\n  2. deeper",
        "Title\n\nText\nnext line\n\n• one\n• two\n  1. deep\n  2. deeper",
        &["Bold Title"],
    );
    markdown_is("Items:\n- [x] done\n- [ ] open", "Items:\n• ☑ done\n• ☐ open", &[]);
    markdown_is("a\n\n---\n\nb", "a\n\n———\n\nb", &[]);
    markdown_is("1986. A great year", "1986. A great year", &[]);
}

#[test]
fn quotations_do_not_nest() {
    markdown_is(
        "> outer\n> > inner\n\nafter",
        "outer\ninner\n\nafter",
        &["Blockquote { collapsed: false } outer\ninner"],
    );
}

#[test]
fn code_blocks_keep_language_and_spaces() {
    markdown_is(
        "before\n```rust\n  fn main() {\n  }\n```\nafter",
        "before\n  fn main() {\n  }\nafter",
        &["Pre { language: \"rust\" }   fn main() {\n  }"],
    );
    markdown_is("```\n**not bold** ||x||\n```", "**not bold** ||x||", &["Pre { language: \"\" } **not bold** ||x||"]);
}

#[test]
fn tables_line_up() {
    markdown_is(
        "| a | long |\n|---|---|\n| **x** | 数 |\n| yyy | z |",
        "a   | long\n----+-----\nx   | 数\nyyy | z",
        &["Pre { language: \"\" } a   | long\n----+-----\nx   | 数\nyyy | z"],
    );
}

#[test]
fn offsets_count_utf16_units() {
    let formatted = format("👨‍👩‍👧 **жир** 𝕏 *i*", TextFormat::Markdown);
    assert_eq!(formatted.text, "👨‍👩‍👧 жир 𝕏 i");
    assert_eq!(
        formatted.entities,
        [
            Entity { kind: EntityKind::Bold, offset: 9, length: 3 },
            Entity { kind: EntityKind::Italic, offset: 16, length: 1 },
        ]
    );
}

#[test]
fn an_address_that_telegram_would_refuse_stays_visible() {
    markdown_is("[see](./local file.md)", "[see](./local file.md)", &[]);
    markdown_is("[see](<no address>)", "see (no address)", &[]);
    markdown_is("[x](javascript:alert)", "x (javascript:alert)", &[]);
    markdown_is("<https://example.org>", "https://example.org", &[]);
    markdown_is(
        "![picture](https://example.org/a.png)",
        "picture",
        &["Link { url: \"https://example.org/a.png\" } picture"],
    );
}

#[test]
fn html_reads_the_tags_that_telegram_knows() {
    html_is("<b>bold <i>both</i></b> &lt;x&gt; &amp; y", "bold both <x> & y", &["Bold bold both", "Italic both"]);
    html_is(
        "<pre><code class=\"language-py\">a = 1\n  b</code></pre>",
        "a = 1\n  b",
        &["Pre { language: \"py\" } a = 1\n  b"],
    );
    html_is("<blockquote expandable>long</blockquote>", "long", &["Blockquote { collapsed: true } long"]);
    html_is("<span class=\"tg-spoiler\">s</span><span>t</span>", "st", &["Spoiler s"]);
    html_is(
        "<a href=\"https://example.org/?a=1&amp;b=2\">l</a>",
        "l",
        &["Link { url: \"https://example.org/?a=1&b=2\" } l"],
    );
    html_is("<h1>T</h1><p>one</p><ul><li>a</li><li>b</li></ul>", "T\none\n• a\n• b", &["Bold T"]);
    html_is("<b>never <u>closed", "never closed", &["Bold never closed", "Underline closed"]);
    html_is("</b>stray < b", "stray < b", &[]);
}

#[test]
fn plain_is_left_alone_but_for_controls() {
    let formatted = format("  **a**\u{0}\r\n<b>\u{7} ", TextFormat::Plain);
    assert_eq!(shown(&formatted), ("**a**\n<b>".to_owned(), vec![]));
}

#[test]
fn a_long_text_is_cut_where_a_reader_would() {
    let paragraphs = ["word ".repeat(10).trim_end().to_owned(), "other ".repeat(10).trim_end().to_owned()].join("\n\n");
    let parts = split(&format(&paragraphs, TextFormat::Plain), 80);
    assert_eq!(
        parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(),
        ["word ".repeat(10).trim_end(), "other ".repeat(10).trim_end(),]
    );
    let words = split(&format("aaa bbb ccc", TextFormat::Plain), 8);
    assert_eq!(words.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), ["aaa bbb", "ccc"]);
}

#[test]
fn formatting_goes_on_in_the_next_part() {
    let parts = split(&format("**aaaa bbbb**", TextFormat::Markdown), 5);
    assert_eq!(
        parts.iter().map(shown).collect::<Vec<_>>(),
        [("aaaa".to_owned(), owned(&["Bold aaaa"])), ("bbbb".to_owned(), owned(&["Bold bbbb"])),]
    );
    let parts = split(&format("```sh\nls -l\ncd ..\n```", TextFormat::Markdown), 6);
    assert_eq!(
        parts.iter().map(shown).collect::<Vec<_>>(),
        [
            ("ls -l".to_owned(), owned(&["Pre { language: \"sh\" } ls -l"])),
            ("cd ..".to_owned(), owned(&["Pre { language: \"sh\" } cd .."])),
        ]
    );
}

#[test]
fn links_and_joined_emoji_stay_whole() {
    let parts = split(&format("aaaa [two words](https://example.org)", TextFormat::Markdown), 10);
    assert_eq!(parts[1].text, "two words");
    let family = "👨‍👩‍👧";
    let parts = split(&format(&family.repeat(3), TextFormat::Plain), 10);
    assert!(parts.iter().all(|part| part.text == family), "{parts:?}");
}

#[test]
fn no_part_has_more_entities_than_telegram_keeps() {
    let source = "**a** b ".repeat(250);
    let parts = split(&format(&source, TextFormat::Markdown), TEXT_MAX);
    assert!(parts.iter().all(|part| part.entities.len() <= ENTITIES_MAX));
    assert_eq!(parts.iter().map(|part| part.entities.len()).sum::<usize>(), 250);
}

#[test]
fn markdown_can_be_read_back() {
    for source in [
        "**bold _both_** ~~old~~ ||s|| `c*d` <u>u</u>",
        "> quoted\n> lines\n\nafter",
        "```rust\nlet a = b * c;\n```",
        "[a \\[b\\]](https://example.org/%28x%29) \\*not bold\\* snake_case",
    ] {
        let formatted = format(source, TextFormat::Markdown);
        let again = format(&to_markdown(&formatted), TextFormat::Markdown);
        assert_eq!(shown(&again), shown(&formatted), "{source}");
    }
}

/// Text that looks like markup more often than not, with letters of every width.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("**"),
        Just("*"),
        Just("_"),
        Just("||"),
        Just("~~"),
        Just("`"),
        Just("```"),
        Just("\n"),
        Just("\n\n"),
        Just("> "),
        Just("- "),
        Just("1. "),
        Just("# "),
        Just("["),
        Just("](https://a.bc)"),
        Just("<u>"),
        Just("</u>"),
        Just("<b>"),
        Just("<pre>"),
        Just("</pre>"),
        Just("<blockquote>"),
        Just("|"),
        Just("|---|"),
        Just(" "),
        Just("a"),
        Just("word "),
        Just("ж"),
        Just("数"),
        Just("👩🏽‍🚀"),
        Just("e\u{301}\u{301}"),
        Just("\u{202E}"),
        Just("🇩🇪"),
        Just("\t"),
        Just("\\"),
        Just("&amp;"),
        Just("<a href='x.yz'>"),
        Just("</a>"),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn any_format() -> impl Strategy<Value = TextFormat> {
    prop_oneof![Just(TextFormat::Markdown), Just(TextFormat::Html), Just(TextFormat::Plain)]
}

/// Every rule that Telegram has for entities.
fn assert_fits(formatted: &Formatted) {
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    assert_eq!(formatted.text.trim(), formatted.text);
    let mut last = 0;
    for (number, entity) in formatted.entities.iter().enumerate() {
        let end = entity.offset + entity.length;
        assert!(entity.length > 0 && end <= units.len());
        assert!(entity.offset >= last, "sorted");
        last = entity.offset;
        assert!(String::from_utf16(&units[entity.offset..end]).is_ok(), "on character boundaries");
        for other in &formatted.entities[number + 1..] {
            let other_end = other.offset + other.length;
            assert!(other.offset >= end || other_end <= end, "{entity:?} crosses {other:?}");
            let is_bare = matches!(entity.kind, EntityKind::Code | EntityKind::Pre { .. });
            assert!(!is_bare || other.offset >= end, "{other:?} inside {entity:?}");
        }
    }
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn formatting_never_fails_and_always_fits(source in prop_oneof![markup(), "\\PC{0,60}", any::<String>()], format in any_format()) {
        assert_fits(&super::format(&source, format));
    }

    #[test]
    fn parts_fit_and_lose_nothing(source in markup(), format in any_format(), max in 1_usize..40) {
        let whole = super::format(&source, format);
        let parts = split(&whole, max);
        for part in &parts {
            assert_fits(part);
            prop_assert!(!part.text.is_empty());
            prop_assert!(utf16_len(&part.text) <= max.max(2));
            prop_assert!(part.entities.len() <= ENTITIES_MAX);
        }
        let joined: String = parts.iter().map(|part| without_space(&part.text)).collect();
        prop_assert_eq!(joined, without_space(&whole.text));
    }

    #[test]
    fn plain_text_survives_markdown(text in "[a-zA-Z0-9 .,!?*_~|`\\[\\]\\\\<>ж数-]{0,60}") {
        // Leading marks of blocks are text too, but markdown has no way to write some of them inside a line.
        let text = format!("a{text}");
        let formatted = super::format(&text, TextFormat::Plain);
        let again = super::format(&to_markdown(&formatted), TextFormat::Markdown);
        prop_assert_eq!(without_space(&again.text), without_space(&formatted.text));
        prop_assert_eq!(again.entities, vec![]);
    }

    #[test]
    fn reading_back_never_panics(source in markup(), offsets in prop::collection::vec((0_usize..50, 0_usize..50), 0..6)) {
        let entities = offsets.into_iter().map(|(offset, length)| Entity { kind: EntityKind::Bold, offset, length });
        let _ = to_markdown(&Formatted { text: source, entities: entities.collect() });
    }
}

proptest! {
    #![proptest_config(telegraphist_fuzz::config())]

    #[test]
    fn whatever_strangers_write_fits_and_can_be_split(source in telegraphist_fuzz::texts("text"), format in any_format()) {
        let whole = super::format(&source, format);
        assert_fits(&whole);
        for part in split(&whole, TEXT_MAX) {
            assert_fits(&part);
            prop_assert!(utf16_len(&part.text) <= TEXT_MAX && part.entities.len() <= ENTITIES_MAX);
        }
        let _ = to_markdown(&whole);
    }
}
