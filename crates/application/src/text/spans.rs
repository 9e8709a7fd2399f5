//! From spans as markup gave them to entities as Telegram takes them.
//!
//! Telegram drops or moves entities that do not fit its rules; here they are made to fit first, so that what a dry run
//! shows is what arrives: nothing outside the text, no white space at the edges, monospaced text free of anything
//! else, no quotation in another, and of two that overlap one within the other.

use std::ops::Range;

use super::{Entity, EntityKind, Formatted};

/// A formatted span in bytes of the text that is being made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) kind: EntityKind,
    pub(super) range: Range<usize>,
}

impl Span {
    fn is_monospaced(&self) -> bool {
        matches!(self.kind, EntityKind::Code | EntityKind::Pre { .. })
    }

    fn is_quote(&self) -> bool {
        matches!(self.kind, EntityKind::Blockquote { .. })
    }

    /// Whether it may be cut into several without changing how it looks.
    fn is_style(&self) -> bool {
        match self.kind {
            EntityKind::Bold
            | EntityKind::Italic
            | EntityKind::Underline
            | EntityKind::Strikethrough
            | EntityKind::Spoiler => true,
            EntityKind::Code
            | EntityKind::Pre { .. }
            | EntityKind::Link { .. }
            | EntityKind::Mention
            | EntityKind::MentionName { .. }
            | EntityKind::Blockquote { .. }
            | EntityKind::CustomEmoji { .. } => false,
        }
    }

    /// Of two spans of the same extent the one that comes first is the outer one.
    fn order(&self) -> (usize, std::cmp::Reverse<usize>, u8) {
        let depth = match self.kind {
            EntityKind::Blockquote { .. } => 0,
            EntityKind::Pre { .. } => 1,
            EntityKind::Link { .. } | EntityKind::MentionName { .. } | EntityKind::Mention => 2,
            EntityKind::Bold => 3,
            EntityKind::Italic => 4,
            EntityKind::Underline => 5,
            EntityKind::Strikethrough => 6,
            EntityKind::Spoiler => 7,
            EntityKind::Code => 8,
            EntityKind::CustomEmoji { .. } => 9,
        };
        (self.range.start, std::cmp::Reverse(self.range.end), depth)
    }
}

/// Trims the text and makes its spans fit.
pub(super) fn settle(text: &str, spans: Vec<Span>) -> Formatted {
    let start = text.len() - text.trim_start().len();
    let text = text.trim();
    let spans = spans.into_iter().filter_map(|span| {
        let range = span.range.start.max(start)..span.range.end.min(start + text.len());
        (!range.is_empty()).then(|| Span { range: range.start - start..range.end - start, ..span })
    });
    let mut spans: Vec<Span> = spans.filter_map(|span| trimmed(text, span)).collect();
    spans.sort_by_key(Span::order);

    let (styles, others): (Vec<_>, Vec<_>) = spans.into_iter().partition(Span::is_style);
    let (quotes, blocks): (Vec<_>, Vec<_>) = others.into_iter().partition(Span::is_quote);
    let blocks = apart(blocks);
    let is_in_code = |quote: &Span| blocks.iter().any(|block| block.is_monospaced() && surrounds(block, quote));
    let quotes = apart(quotes.into_iter().filter(|quote| !is_in_code(quote)).collect());
    let blocks: Vec<Span> = blocks.into_iter().filter(|block| !crosses_any(block, &quotes)).collect();
    let mut settled = nested(text, around_monospaced(merged(styles), &blocks), blocks, quotes);
    settled.sort_by_key(Span::order);
    Formatted { entities: in_utf16(text, settled), text: text.to_owned() }
}

/// Without white space at its edges; a code block keeps its indentation. `None` if nothing is left.
fn trimmed(text: &str, span: Span) -> Option<Span> {
    let inside = &text[span.range.clone()];
    let (front, back) = match span.kind {
        EntityKind::Pre { .. } => (inside.trim_start_matches('\n'), inside.trim_end()),
        EntityKind::Bold
        | EntityKind::Italic
        | EntityKind::Underline
        | EntityKind::Strikethrough
        | EntityKind::Spoiler
        | EntityKind::Code
        | EntityKind::Link { .. }
        | EntityKind::Mention
        | EntityKind::MentionName { .. }
        | EntityKind::Blockquote { .. }
        | EntityKind::CustomEmoji { .. } => (inside.trim_start(), inside.trim_end()),
    };
    let range = span.range.start + inside.len() - front.len()..span.range.start + back.len();
    (!range.is_empty()).then_some(Span { range, ..span })
}

/// Only those that do not overlap an earlier one; the outer of two is the earlier.
fn apart(sorted: Vec<Span>) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for span in sorted {
        if kept.last().is_none_or(|last| span.range.start >= last.range.end) {
            kept.push(span);
        }
    }
    kept
}

/// Whether one lies within the other and is shorter.
fn surrounds(outer: &Span, inner: &Span) -> bool {
    outer.range != inner.range && outer.range.start <= inner.range.start && inner.range.end <= outer.range.end
}

fn crosses_any(span: &Span, others: &[Span]) -> bool {
    others.iter().any(|other| crosses(&span.range, &other.range))
}

/// Whether they overlap and neither lies within the other.
fn crosses(one: &Range<usize>, other: &Range<usize>) -> bool {
    let overlap = one.start < other.end && other.start < one.end;
    let within =
        (one.start >= other.start && one.end <= other.end) || (other.start >= one.start && other.end <= one.end);
    overlap && !within
}

/// One span for each run of text that has the same style.
fn merged(sorted: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in sorted {
        let run = merged.iter_mut().rev().find(|one| one.kind == span.kind);
        match run {
            Some(run) if span.range.start <= run.range.end => run.range.end = run.range.end.max(span.range.end),
            Some(_) | None => merged.push(span),
        }
    }
    merged
}

/// Cuts styles so that they leave monospaced text free.
fn around_monospaced(styles: Vec<Span>, blocks: &[Span]) -> Vec<Span> {
    let mut cut = Vec::with_capacity(styles.len());
    for style in styles {
        let mut start = style.range.start;
        for block in blocks.iter().filter(|block| block.is_monospaced()) {
            if block.range.start >= style.range.end || block.range.end <= start {
                continue;
            }
            cut.push(Span { kind: style.kind.clone(), range: start..block.range.start.max(start) });
            start = block.range.end;
        }
        cut.push(Span { kind: style.kind, range: start..style.range.end.max(start) });
    }
    cut
}

/// All spans together, with styles cut where they would cross another span.
fn nested(text: &str, styles: Vec<Span>, blocks: Vec<Span>, quotes: Vec<Span>) -> Vec<Span> {
    let mut settled: Vec<Span> = quotes;
    settled.extend(blocks);
    let mut waiting: Vec<Span> = styles;
    waiting.sort_by_key(|span| std::cmp::Reverse(span.order()));
    while let Some(span) = waiting.pop() {
        let Some(span) = trimmed(text, span) else { continue };
        match settled.iter().find_map(|other| place_to_cut(&span.range, &other.range)) {
            None => settled.push(span),
            Some(place) => {
                waiting.push(Span { kind: span.kind.clone(), range: place..span.range.end });
                waiting.push(Span { range: span.range.start..place, ..span });
            }
        }
    }
    settled
}

/// Where `range` has to be cut so that it does not cross `other`.
fn place_to_cut(range: &Range<usize>, other: &Range<usize>) -> Option<usize> {
    crosses(range, other).then_some(if range.start < other.start { other.start } else { other.end })
}

/// Offsets and lengths as Telegram counts.
fn in_utf16(text: &str, spans: Vec<Span>) -> Vec<Entity> {
    let mut offsets = Utf16::new(text);
    // Starts come sorted; each end is counted from its start, and entities are short.
    spans
        .into_iter()
        .map(|span| Entity {
            offset: offsets.at(span.range.start),
            length: utf16_len(&text[span.range]),
            kind: span.kind,
        })
        .collect()
}

/// How long a text is in UTF-16 code units.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Counts UTF-16 code units up to byte offsets that only grow.
pub(super) struct Utf16<'a> {
    text: &'a str,
    byte: usize,
    units: usize,
}

impl<'a> Utf16<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, byte: 0, units: 0 }
    }

    pub(super) fn at(&mut self, byte: usize) -> usize {
        self.units += utf16_len(&self.text[self.byte..byte]);
        self.byte = byte;
        self.units
    }
}

/// The spans of a formatted text, in bytes; an entity that does not lie on character boundaries is left out.
pub(super) fn in_bytes(formatted: &Formatted) -> Vec<Span> {
    let mut starts = Vec::with_capacity(formatted.text.len() + 1);
    for (byte, letter) in formatted.text.char_indices() {
        starts.push(Some(byte));
        if letter.len_utf16() == 2 {
            starts.push(None);
        }
    }
    starts.push(Some(formatted.text.len()));
    let byte = |unit: usize| starts.get(unit).copied().flatten();
    let spans = formatted.entities.iter().filter_map(|entity| {
        let range = byte(entity.offset)?..byte(entity.offset.checked_add(entity.length)?)?;
        (!range.is_empty()).then(|| Span { kind: entity.kind.clone(), range })
    });
    spans.collect()
}
