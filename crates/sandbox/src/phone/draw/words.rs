//! Formatted text as markup.
//!
//! Entities count UTF-16 units, may nest, and may cut across each other; where they do, the inner one is closed and opened again, so that the
//! markup is always well formed. Everything between the tags is escaped.

use std::cmp::Reverse;

use grammers_tl_types as tl;
use maud::{Markup, PreEscaped};
use tl::enums::MessageEntity;

use super::tags::{Rank, Tag, escape_into, tag_of};
use crate::phone::eyes::Eyes;

/// An entity in bytes of the text.
pub(super) struct Span<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) entity: &'a MessageEntity,
}

/// Text with its formatting.
pub(in crate::phone) fn words(eyes: &Eyes<'_>, text: &str, entities: &[MessageEntity]) -> Markup {
    Writer { eyes, text, spans: spans(text, entities), open: Vec::new(), out: String::new() }.write()
}

/// Text without formatting, cut to what fits in one line.
pub(in crate::phone) fn one_line(text: &str) -> String {
    const SHOWN_MAX: usize = 140;
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(SHOWN_MAX) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// The entities in bytes, without those that cover nothing.
fn spans<'a>(text: &str, entities: &'a [MessageEntity]) -> Vec<Span<'a>> {
    let mut borders: Vec<i64> = Vec::with_capacity(entities.len() * 2);
    for entity in entities {
        let (offset, length) = (i64::from(entity.offset()), i64::from(entity.length()));
        borders.extend([offset, offset + length]);
    }
    borders.sort_unstable();
    borders.dedup();
    let bytes = byte_places(text, &borders);
    let place = |units: i64| borders.binary_search(&units).map_or(0, |found| bytes[found]);
    let span = |entity: &'a MessageEntity| {
        let (offset, length) = (i64::from(entity.offset()), i64::from(entity.length()));
        Span { start: place(offset), end: place(offset + length), entity }
    };
    entities.iter().map(span).filter(|span| span.start < span.end).collect()
}

/// Where these offsets in UTF-16 units, which must be sorted, lie in the text's bytes; beyond its ends they are its ends.
fn byte_places(text: &str, sorted: &[i64]) -> Vec<usize> {
    let mut places = Vec::with_capacity(sorted.len());
    let mut letters = text.char_indices();
    let (mut byte, mut units) = (0, 0);
    for wanted in sorted {
        while units < *wanted {
            let Some((at, letter)) = letters.next() else { break };
            byte = at + letter.len_utf8();
            units += i64::try_from(letter.len_utf16()).unwrap_or(i64::MAX);
        }
        places.push(byte);
    }
    places
}

struct Writer<'a> {
    eyes: &'a Eyes<'a>,
    text: &'a str,
    spans: Vec<Span<'a>>,
    /// What is open, outermost first.
    open: Vec<(usize, Tag)>,
    out: String,
}

impl Writer<'_> {
    fn write(mut self) -> Markup {
        let mut cuts: Vec<usize> = self.spans.iter().flat_map(|span| [span.start, span.end]).collect();
        cuts.extend([0, self.text.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        for (place, cut) in cuts.iter().enumerate() {
            self.turn(*cut);
            if let Some(next) = cuts.get(place + 1) {
                self.copy(*cut, *next);
            }
        }
        PreEscaped(self.out)
    }

    /// Closes what ends here and opens what begins here.
    fn turn(&mut self, cut: usize) {
        let mut waiting: Vec<usize> = Vec::new();
        let first_ended = self.open.iter().position(|(span, _)| self.spans[*span].end <= cut);
        self.close_from(first_ended.unwrap_or(self.open.len()), cut, &mut waiting);
        waiting.extend((0..self.spans.len()).filter(|span| self.spans[*span].start == cut));
        let Some(outermost) = waiting.iter().map(|span| self.rank(*span)).min() else { return };
        // A quote that begins inside of bold text still stands outside of it.
        let first_inner = self.open.iter().position(|(span, _)| self.rank(*span) > outermost);
        self.close_from(first_inner.unwrap_or(self.open.len()), cut, &mut waiting);
        waiting.sort_by_key(|span| (self.rank(*span), Reverse(self.spans[*span].end), *span));
        for span in waiting {
            self.open_tag(span);
        }
    }

    /// Closes everything from this place in the stack on; what goes on after `cut` waits to be opened again.
    fn close_from(&mut self, place: usize, cut: usize, waiting: &mut Vec<usize>) {
        while self.open.len() > place {
            let Some((span, tag)) = self.open.pop() else { return };
            self.out.push_str(tag.close);
            if self.spans[span].end > cut {
                waiting.push(span);
            }
        }
    }

    fn open_tag(&mut self, span: usize) {
        let Span { start, end, entity } = &self.spans[span];
        let inside_interactive = self.open.iter().any(|(_, tag)| tag.is_interactive);
        let tag = tag_of(self.eyes, entity, &self.text[*start..*end], inside_interactive);
        self.out.push_str(&tag.open);
        self.open.push((span, tag));
    }

    fn rank(&self, span: usize) -> Rank {
        Rank::of(self.spans[span].entity)
    }

    /// Copies a piece of the text. The line break before and after a block is the block's own.
    fn copy(&mut self, from: usize, to: usize) {
        let is_block = |span: &&Span<'_>| Rank::of(span.entity) != Rank::Inline;
        let mut piece = &self.text[from..to];
        if self.spans.iter().filter(is_block).any(|span| span.end == from) {
            piece = piece.strip_prefix('\n').unwrap_or(piece);
        }
        if self.spans.iter().filter(is_block).any(|span| span.start == to) {
            piece = piece.strip_suffix('\n').unwrap_or(piece);
        }
        escape_into(&mut self.out, piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::tests::Looking;

    fn shown(text: &str, entities: &[MessageEntity]) -> String {
        words(&Looking::new().eyes(), text, entities).into_string()
    }

    fn bold(offset: i32, length: i32) -> MessageEntity {
        tl::types::MessageEntityBold { offset, length }.into()
    }

    fn italic(offset: i32, length: i32) -> MessageEntity {
        tl::types::MessageEntityItalic { offset, length }.into()
    }

    fn quote(offset: i32, length: i32, collapsed: bool) -> MessageEntity {
        tl::types::MessageEntityBlockquote { collapsed, offset, length }.into()
    }

    #[test]
    fn offsets_count_utf16_units() {
        assert_eq!(shown("😀 bold", &[bold(3, 4)]), "😀 <b>bold</b>");
        assert_eq!(shown("a😀b", &[bold(1, 2)]), "a<b>😀</b>b");
    }

    #[test]
    fn crossing_entities_stay_well_formed() {
        assert_eq!(shown("abcdef", &[bold(0, 4), italic(2, 4)]), "<b>ab<i>cd</i></b><i>ef</i>");
        assert_eq!(shown("abc", &[italic(0, 3), bold(0, 3)]), "<i><b>abc</b></i>");
    }

    #[test]
    fn a_quote_stands_outside_of_what_crosses_it() {
        assert_eq!(
            shown("one\ntwo", &[bold(0, 7), quote(4, 3, false)]),
            "<b>one</b><blockquote><b>two</b></blockquote>"
        );
    }

    #[test]
    fn a_collapsed_quote_can_be_opened() {
        let html = shown("long words", &[quote(0, 10, true)]);
        assert!(html.contains("data-expandable") && html.contains("<button"), "{html}");
    }

    #[test]
    fn line_breaks_around_a_block_are_not_shown_twice() {
        let pre = tl::types::MessageEntityPre { offset: 2, length: 1, language: String::new() }.into();
        assert_eq!(shown("a\nb\nc", &[pre]), "a<pre><code>b</code></pre>c");
    }

    #[test]
    fn everything_that_people_wrote_is_escaped() {
        let text = "<script>alert(1)</script> & \"quotes\"";
        assert_eq!(shown(text, &[bold(0, 8)]), "<b>&lt;script&gt;</b>alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;");
    }

    #[test]
    fn entities_outside_of_the_text_do_no_harm() {
        for entities in [bold(-5, 3), bold(2, 100), bold(i32::MAX, i32::MAX), bold(0, 0), bold(3, -2)] {
            assert!(shown("text", &[entities]).contains('t'));
        }
    }

    #[test]
    fn one_line_is_short_and_has_no_breaks() {
        assert_eq!(one_line("a\n\n b"), "a b");
        assert_eq!(one_line(&"ä".repeat(500)).chars().count(), 141);
    }

    proptest::proptest! {
        /// Whatever the entities are, tags are closed in the order in which they were opened.
        #[test]
        fn any_entities_make_balanced_markup(
            text in "[a-z<>&\" 😀\n]{0,40}",
            places in proptest::collection::vec((0..7_u8, -3..45_i32, -3..45_i32), 0..12),
        ) {
            let entities: Vec<MessageEntity> = places.into_iter().map(any_entity).collect();
            let html = shown(&text, &entities);
            let mut open = Vec::new();
            for tag in html.split('<').skip(1) {
                let (tag, _) = tag.split_once('>').expect("text has no bare angle brackets");
                match tag.strip_prefix('/') {
                    Some(name) => proptest::prop_assert_eq!(open.pop(), Some(name), "{}", html),
                    None => open.push(tag.split(' ').next().unwrap_or_default()),
                }
            }
            proptest::prop_assert!(open.is_empty(), "{}", html);
        }
    }

    fn any_entity((kind, offset, length): (u8, i32, i32)) -> MessageEntity {
        match kind {
            0 => bold(offset, length),
            1 => italic(offset, length),
            2 => quote(offset, length, length % 2 == 0),
            3 => tl::types::MessageEntitySpoiler { offset, length }.into(),
            4 => tl::types::MessageEntityPre { offset, length, language: "rust".to_owned() }.into(),
            5 => tl::types::MessageEntityUrl { offset, length }.into(),
            _ => tl::types::MessageEntityTextUrl { offset, length, url: "https://a.example/\"><b".to_owned() }.into(),
        }
    }
}
