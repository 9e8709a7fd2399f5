//! Entities back to markdown, for reading.

use super::spans::{Span, in_bytes};
use super::{EntityKind, Formatted};

/// The text with its formatting written as markdown. For reading: what would be markup is escaped, and reading it
/// again with [`super::format()`] gives the same looks, though not always the same spaces.
pub fn to_markdown(formatted: &Formatted) -> String {
    let text = &formatted.text;
    let spans = in_bytes(formatted);
    let mut marks: Vec<Mark> = spans.iter().enumerate().flat_map(|(number, span)| marks(number, span)).collect();
    marks.sort_by_key(|mark| mark.order);
    let mut out = String::with_capacity(text.len() + 4 * marks.len());
    let mut at = 0;
    for mark in marks {
        escape(&mut out, &text[at..mark.at], is_verbatim(&spans, at));
        at = mark.at;
        out.push_str(&mark.text);
    }
    escape(&mut out, &text[at..], is_verbatim(&spans, at));
    in_quotes(&out)
}

/// Stands for the start and the end of a quotation until lines are complete. Private use, so no text has a meaning for
/// it; a text that contains it loses it.
const QUOTE_START: char = '\u{F0001}';
const QUOTE_END: char = '\u{F0002}';

struct Mark {
    at: usize,
    text: String,
    /// Place; then ends before starts; inner ends before outer ends and outer starts before inner starts.
    order: (usize, bool, isize),
}

fn marks(number: usize, span: &Span) -> [Mark; 2] {
    let (open, close) = pair(&span.kind);
    let number = number as isize;
    [
        Mark { at: span.range.start, text: open, order: (span.range.start, true, number) },
        Mark { at: span.range.end, text: close, order: (span.range.end, false, -number) },
    ]
}

fn pair(kind: &EntityKind) -> (String, String) {
    let same = |mark: &str| (mark.to_owned(), mark.to_owned());
    let link = |address: &str| ("[".to_owned(), format!("]({address})"));
    match kind {
        EntityKind::Bold => same("**"),
        EntityKind::Italic => same("_"),
        EntityKind::Underline => ("<u>".into(), "</u>".into()),
        EntityKind::Strikethrough => same("~~"),
        EntityKind::Spoiler => same("||"),
        EntityKind::Code => same("`"),
        EntityKind::Pre { language } => (format!("```{language}\n"), "\n```".into()),
        EntityKind::Link { url } => {
            link(&url.replace('(', "%28").replace(')', "%29").replace(char::is_whitespace, "%20"))
        }
        EntityKind::Mention => same(""),
        EntityKind::MentionName { user_id } => link(&format!("tg://user?id={user_id}")),
        EntityKind::Blockquote { .. } => (QUOTE_START.into(), QUOTE_END.into()),
        EntityKind::CustomEmoji { id } => ("![".to_owned(), format!("](tg://emoji?id={id})")),
    }
}

fn is_verbatim(spans: &[Span], at: usize) -> bool {
    spans.iter().any(|span| {
        matches!(span.kind, EntityKind::Code | EntityKind::Pre { .. }) && span.range.start <= at && at < span.range.end
    })
}

/// Writes text so that markdown reads it as text. Marks that could not be markup where they stand are left alone:
/// names with underscores are common, and a model reads what is here.
fn escape(out: &mut String, text: &str, is_verbatim: bool) {
    let mut before: Option<char> = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_markup = match letter {
            QUOTE_START | QUOTE_END => continue,
            '\\' | '*' | '`' | '[' | ']' | '~' => true,
            '_' => !(is_word(before) && is_word(after)),
            '|' => after == Some(letter) || before == Some(letter),
            '<' => after.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
            '#' | '>' => before.is_none_or(|c| c == '\n'),
            _ => false,
        };
        if is_markup && !is_verbatim {
            out.push('\\');
        }
        out.push(letter);
        before = Some(letter);
    }
}

/// Puts `> ` before the lines of quotations.
fn in_quotes(text: &str) -> String {
    if !text.contains(QUOTE_START) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            QUOTE_START => {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str("> ");
                is_quoted = true;
            }
            QUOTE_END => is_quoted = false,
            '\n' => out.push_str(if is_quoted { "\n> " } else { "\n" }),
            letter => out.push(letter),
        }
    }
    out
}
