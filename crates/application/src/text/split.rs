//! Cuts long texts where a reader would.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use super::spans::{Span, in_bytes, settle};
use super::{ENTITIES_MAX, EntityKind, Formatted, utf16_len};

/// Cuts a text into parts of at most `max` UTF-16 code units and [`ENTITIES_MAX`] entities, at the end of a paragraph,
/// a line or a word if one is near, and never within a character as a reader sees it. Links, mentions and short code
/// stay whole; other formatting goes on in the next part. The white space at a cut is dropped, as Telegram would do.
/// No part is empty, so an empty text has none.
pub fn split(formatted: &Formatted, max: usize) -> Vec<Formatted> {
    // A character takes at most two units; with less there would be no progress.
    let max = max.max(2);
    let text = &formatted.text;
    let spans = in_bytes(formatted);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = end_of_part(text, &spans, start, max);
        let part = part(text, &spans, start..end);
        if !part.text.is_empty() {
            parts.push(part);
        }
        start = end;
    }
    parts
}

fn part(text: &str, spans: &[Span], range: Range<usize>) -> Formatted {
    let inside = spans.iter().filter_map(|span| {
        let start = span.range.start.max(range.start);
        let end = span.range.end.min(range.end);
        (start < end).then(|| Span { kind: span.kind.clone(), range: start - range.start..end - range.start })
    });
    settle(&text[range.clone()], inside.collect())
}

fn end_of_part(text: &str, spans: &[Span], start: usize, max: usize) -> usize {
    let furthest = furthest(text, start, max).min(entity_limit(text, spans, start));
    if furthest == text.len() {
        return furthest;
    }
    let window = &text[start..furthest];
    let is_free = |at: usize| !spans.iter().any(|span| is_whole(span, max, text) && is_inside(span, at));
    // A cut that leaves less than this in the part is not worth the nicer place.
    let paragraph = ends_of(window, "\n\n").find(|at| *at >= window.len() / 2 && is_free(start + at));
    let line = || ends_of(window, "\n").find(|at| *at >= window.len() / 4 && is_free(start + at));
    let word = || word_ends(window).find(|at| is_free(start + at));
    let character = || (1..=window.len()).rev().find(|at| is_boundary(text, start + at) && is_free(start + at));
    paragraph.or_else(line).or_else(word).or_else(character).map_or(furthest, |at| start + at)
}

/// The furthest end that `max` units allow, on a character as a reader sees it where one fits.
fn furthest(text: &str, start: usize, max: usize) -> usize {
    let mut units = 0;
    let mut end = start;
    for letter in text[start..].chars() {
        units += letter.len_utf16();
        if units > max {
            break;
        }
        end += letter.len_utf8();
    }
    let whole = (start + 1..=end).rev().find(|at| is_boundary(text, *at));
    whole.unwrap_or(end)
}

fn is_boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && matches!(GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0), Ok(true))
}

/// Where the first entity starts that Telegram would drop.
fn entity_limit(text: &str, spans: &[Span], start: usize) -> usize {
    let limit = spans.iter().filter(|span| span.range.end > start).nth(ENTITIES_MAX);
    limit.map(|span| span.range.start).filter(|at| *at > start).unwrap_or(text.len())
}

/// Whether a span has to stay in one part: what cannot be used in halves, and fits.
fn is_whole(span: &Span, max: usize, text: &str) -> bool {
    let is_atom = match span.kind {
        EntityKind::Code
        | EntityKind::Link { .. }
        | EntityKind::Mention
        | EntityKind::MentionName { .. }
        | EntityKind::CustomEmoji { .. } => true,
        EntityKind::Bold
        | EntityKind::Italic
        | EntityKind::Underline
        | EntityKind::Strikethrough
        | EntityKind::Spoiler
        | EntityKind::Pre { .. }
        | EntityKind::Blockquote { .. } => false,
    };
    is_atom && utf16_len(&text[span.range.clone()]) <= max
}

fn is_inside(span: &Span, at: usize) -> bool {
    span.range.start < at && at < span.range.end
}

/// The places after each `mark`, from the last to the first.
fn ends_of<'a>(window: &'a str, mark: &'a str) -> impl Iterator<Item = usize> + 'a {
    window.rmatch_indices(mark).map(move |(at, _)| at + mark.len())
}

fn word_ends(window: &str) -> impl Iterator<Item = usize> + '_ {
    window.rmatch_indices(char::is_whitespace).map(|(at, space)| at + space.len())
}
