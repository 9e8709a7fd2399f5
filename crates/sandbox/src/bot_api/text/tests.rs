//! What comes of a text, and what is said of one that cannot be parsed.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Words;

/// A text as one line: each mark as `name[shown]`, in the order in which they begin.
fn shown(words: &Words) -> String {
    let units: Vec<u16> = words.text.encode_utf16().collect();
    let piece = |entity: &super::MessageEntity| {
        let start = usize::try_from(entity.offset()).expect("inside");
        let end = start + usize::try_from(entity.length()).expect("inside");
        let name = format!("{entity:?}");
        let name = name.split('(').next().unwrap_or_default().to_lowercase();
        format!("{name}[{}]", String::from_utf16(&units[start..end]).expect("whole characters"))
    };
    let marks: Vec<String> = words.entities.iter().map(piece).collect();
    format!("{} | {}", words.text, marks.join(" "))
}

fn read(mode: &str, raw: &str) -> String {
    match Words::read(raw, Some(mode), &Value::Null) {
        Ok(words) => shown(&words),
        Err(error) => error.description.strip_prefix("Bad Request: ").unwrap_or_default().to_owned(),
    }
}

fn unparsable(reason: &str) -> String {
    format!("can't parse entities: {reason}")
}

#[test]
fn markdown_v2_nests_and_escapes() {
    let cases = [
        ("*bold _both_*", "bold both | bold[bold both] italic[both]"),
        ("__under__ ~gone~ ||secret||", "under gone secret | underline[under] strike[gone] spoiler[secret]"),
        ("_a__b_", "can't parse entities: Can't find end of Italic entity at byte offset 5"),
        ("`co\\`de *x*` \\*x\\*", "co`de *x* *x* | code[co`de *x*]"),
        ("```rust\nlet x;\n``` ", "let x; | pre[let x;]"),
        ("```inline``` x", "inline x | pre[inline]"),
        ("[site](https://example.org/\\)a)", "site | texturl[site]"),
        ("[example\\.org]", "example.org | texturl[example.org]"),
        ("[x](nowhere)", "x | "),
        ("[Alice](tg://user?id=1001)", "Alice | mentionname[Alice]"),
        ("![👍](tg://emoji?id=5368324170671202286)", "👍 | customemoji[👍]"),
        ("![soon](tg://time?unix=1647531900&format=wDT)", "soon | formatteddate[soon]"),
        (">one\n>two\nafter", "one\ntwo\nafter | blockquote[one\ntwo\n]"),
        (">all of it||", "all of it | blockquote[all of it]"),
        ("🎉 *x*", "🎉 x | bold[x]"),
        ("", " | "),
    ];
    for (raw, wanted) in cases {
        assert_eq!(read("MarkdownV2", raw), wanted, "{raw}");
    }
}

#[test]
fn markdown_v2_says_what_is_wrong_and_where() {
    let reserved = |letter: char| {
        unparsable(&format!("Character '{letter}' is reserved and must be escaped with the preceding '\\'"))
    };
    for letter in [')', ']', '>', '#', '+', '-', '=', '{', '}', '.', '|', '!', '('] {
        assert_eq!(read("MarkdownV2", &format!("a{letter}")), reserved(letter));
    }
    let cases = [
        ("é *x", "Can't find end of Bold entity at byte offset 3"),
        ("_x", "Can't find end of Italic entity at byte offset 0"),
        ("a ~x", "Can't find end of Strikethrough entity at byte offset 2"),
        ("||x", "Can't find end of Spoiler entity at byte offset 0"),
        ("`x", "Can't find end of Code entity at byte offset 0"),
        ("```x", "Can't find end of Pre entity at byte offset 0"),
        ("```rust\nx", "Can't find end of PreCode entity at byte offset 0"),
        ("[x", "Can't find end of TextUrl entity at byte offset 0"),
        ("[x](http://a", "Can't find end of a URL at byte offset 4"),
        ("![x", "Can't find end of CustomEmoji entity at byte offset 0"),
        ("![x]y", "Custom emoji entity must contain a tg://emoji URL"),
        ("![x](tg://emoji?id=0)", "Invalid custom emoji identifier specified"),
        (">*x\ny*", "Can't find end of Bold entity at byte offset 1"),
    ];
    for (raw, reason) in cases {
        assert_eq!(read("MarkdownV2", raw), unparsable(reason), "{raw}");
    }
}

#[test]
fn the_old_markdown_knows_four_marks() {
    let cases = [
        ("*bold* _slanted_ `code`", "bold slanted code | bold[bold] italic[slanted] code[code]"),
        ("\\*not\\* 2.5", "*not* 2.5 | "),
        ("```py\nx = 1```", "x = 1 | pre[x = 1]"),
        ("[a](example.org) [b](tg://user?id=1001)", "a b | texturl[a] mentionname[b]"),
        ("*a _b*", "a _b | bold[a _b]"),
        ("é *x", "can't parse entities: Can't find end of the entity starting at byte offset 3"),
        ("a_b", "can't parse entities: Can't find end of the entity starting at byte offset 1"),
    ];
    for (raw, wanted) in cases {
        assert_eq!(read("markdown", raw), wanted, "{raw}");
    }
}

#[test]
fn html_knows_its_tags_and_references() {
    let cases = [
        ("<b>a</b> <STRONG>b</strong>", "a b | bold[a] bold[b]"),
        ("<i>x<em>y</em></i>", "xy | italic[xy]"),
        ("<u>a</u><ins>b</ins><s>c</s><del>d</del>", "abcd | underline[a] underline[b] strike[c] strike[d]"),
        ("<tg-spoiler>a</tg-spoiler><span class=\"tg-spoiler\">b</span>", "ab | spoiler[a] spoiler[b]"),
        ("<a href=\"https://example.org/?a=1&amp;b=2\">x</a>", "x | texturl[x]"),
        ("<a href='tg://user?id=1001'>x</a>", "x | mentionname[x]"),
        ("<a>example.org</a>", "example.org | texturl[example.org]"),
        ("<pre><code class=\"language-rust\">x</code></pre>", "x | pre[x]"),
        ("<code class=\"language-rust\"><pre>x</pre></code>", "x | pre[x]"),
        ("<pre>x</pre> <code>y</code>", "x y | pre[x] code[y]"),
        ("<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab | blockquote[a] blockquote[b]"),
        ("<tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji>", "👍 | customemoji[👍]"),
        ("<tg-time unix=\"1647531900\" format=\"r\">soon</tg-time>", "soon | formatteddate[soon]"),
        ("&lt;&gt;&amp;&quot;&#65;&#x42;&nbsp;&amp", "<>&\"AB&nbsp;& | "),
        ("a & b <b>🎉x</b>", "a & b 🎉x | bold[🎉x]"),
        ("<b></b>x</>", "can't parse entities: Unexpected end tag at byte offset 8"),
        ("<b>x</>", "x | bold[x]"),
    ];
    for (raw, wanted) in cases {
        assert_eq!(read("HTML", raw), wanted, "{raw}");
    }
}

#[test]
fn html_says_what_is_wrong_and_where() {
    let cases = [
        ("é <div>x</div>", "Unsupported start tag \"div\" at byte offset 3"),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<a href", "Unclosed start tag \"a\" at byte offset 0"),
        ("<a href=\"x", "Unclosed start tag at byte offset 0"),
        ("<a =x>y</a>", "Empty attribute name in the tag \"a\" at byte offset 0"),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span class=\"x\">y</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("<i><b>x</b>", "Can't find end tag corresponding to start tag \"i\""),
        ("<tg-emoji emoji-id=\"x\">y</tg-emoji>", "Invalid custom emoji identifier specified"),
    ];
    for (raw, reason) in cases {
        assert_eq!(read("html", raw), unparsable(reason), "{raw}");
    }
}

#[test]
fn an_unknown_mode_is_refused() {
    assert_eq!(read("none", "*x*"), "*x* | ");
    assert_eq!(read("BBCode", "x"), "unsupported parse_mode");
    assert_eq!(read("", &"x".repeat(32_769)), "text is too long");
}

fn given(text: &str, entities: &Value) -> String {
    match Words::read(text, None, entities) {
        Ok(words) => shown(&words),
        Err(error) => error.description.strip_prefix("Bad Request: ").unwrap_or_default().to_owned(),
    }
}

#[test]
fn given_entities_are_brought_into_the_text() {
    let one = |kind: &str, offset: i32, length: i32| json!({ "type": kind, "offset": offset, "length": length });
    let cases = [
        ("hello", json!([one("bold", 0, 99)]), "hello | bold[hello]"),
        ("hello", json!([one("bold", -1, 2), one("italic", 9, 1), one("bold", 0, 0)]), "hello | "),
        ("  hello  ", json!([one("bold", 2, 5)]), "hello | bold[hello]"),
        ("  hello  ", json!([one("bold", 0, 9)]), "  hello | bold[  hello]"),
        ("a\r\nb\u{7}c", json!([one("bold", 3, 3)]), "a\nb c | bold[b c]"),
        ("abcdef", json!([one("bold", 0, 4), one("italic", 2, 4)]), "abcdef | bold[abcd] italic[cd] italic[ef]"),
        ("abcdef", json!([one("bold", 0, 4), one("bold", 2, 4)]), "abcdef | bold[abcd] bold[ef]"),
        ("abcdef", json!([one("code", 0, 4), one("bold", 1, 2)]), "abcdef | code[abcd]"),
        ("a   b", json!([one("bold", 1, 3)]), "a   b | "),
        ("abc", json!([one("mention", 0, 3)]), "abc | "),
        ("abc", json!("no list"), "abc | "),
        ("🎉🎉", json!([one("bold", 1, 1)]), "entity begins in a middle of a UTF-16 symbol at byte offset 0"),
        ("🎉🎉", json!([one("bold", 0, 3)]), "entity ends in a middle of a UTF-16 symbol at byte offset 4"),
        ("abc", json!([one("shiny", 0, 3)]), "can't parse MessageEntity: Unsupported type specified"),
        ("abc", json!([{ "type": "bold", "offset": 0 }]), "can't parse MessageEntity: Can't find field \"length\""),
        ("abc", json!([1]), "can't parse MessageEntity: expected an Object"),
    ];
    for (text, entities, wanted) in cases {
        assert_eq!(given(text, &entities), wanted, "{text} {entities}");
    }
}

#[test]
fn nothing_but_blanks_is_nothing() {
    let blank = Words::read(" \n ", None, &Value::Null).and_then(Words::non_empty);
    assert_eq!(blank.map_err(|error| error.description), Err("Bad Request: text must be non-empty".to_owned()));
}

/// Marks lie inside of the text, on whole characters, and inside of each other or apart.
fn check(words: &Words) {
    let units: Vec<u16> = words.text.encode_utf16().collect();
    let spans: Vec<(usize, usize)> = words
        .entities
        .iter()
        .map(|entity| {
            let start = usize::try_from(entity.offset()).expect("not before the text");
            (start, start + usize::try_from(entity.length()).expect("not backwards"))
        })
        .collect();
    for (start, end) in &spans {
        assert!(start < end && *end <= units.len());
        String::from_utf16(&units[*start..*end]).expect("whole characters");
    }
    for (one, (start, end)) in spans.iter().enumerate() {
        for (other_start, other_end) in &spans[one + 1..] {
            let is_apart = other_start >= end;
            let is_inside = other_start >= start && other_end <= end;
            assert!(is_apart || is_inside, "{words:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_markup_is_read_or_refused(raw in "[a🎉é \n*_~|`>!\\[\\]()<>/b&;.\\\\-]{0,40}") {
        for mode in ["markdown", "markdownv2", "html"] {
            if let Ok(words) = Words::read(&raw, Some(mode), &Value::Null) {
                check(&words);
            }
        }
    }

    #[test]
    fn any_entities_are_brought_in_or_refused(
        text in "[a🎉 \n\r]{0,12}",
        entities in prop::collection::vec((0..6usize, -2..14i32, -2..14i32), 0..6),
    ) {
        let kinds = ["bold", "italic", "code", "pre", "spoiler", "blockquote"];
        let entity = |(kind, offset, length): &(usize, i32, i32)| {
            json!({ "type": kinds[*kind], "offset": offset, "length": length })
        };
        let entities: Vec<Value> = entities.iter().map(entity).collect();
        if let Ok(words) = Words::read(&text, None, &Value::Array(entities)) {
            check(&words);
            prop_assert!(!words.text.ends_with([' ', '\n']));
        }
    }

    #[test]
    fn text_without_markup_stays_as_it_is(text in "[a-zé🎉]{1,30}") {
        for mode in ["", "markdown", "markdownv2", "html"] {
            let words = Words::read(&text, Some(mode), &Value::Null).expect("nothing can be wrong");
            prop_assert_eq!(&words.text, &text);
            prop_assert!(words.entities.is_empty());
        }
    }
}
