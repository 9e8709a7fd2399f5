//! The old Markdown: four marks, which do not nest.

use super::output::{Mark, Output};
use super::{Parsed, Words, links};

/// What can be escaped, and what opens a mark.
const MARKS: [char; 4] = ['_', '*', '`', '['];

pub(super) fn parse(raw: &str) -> Parsed<Words> {
    let mut output = Output::default();
    let mut rest = raw;
    while let Some(letter) = rest.chars().next() {
        let escaped = rest.strip_prefix('\\').and_then(|after| after.chars().next());
        if let Some(escaped) = escaped.filter(|escaped| MARKS.contains(escaped)) {
            output.push(escaped);
            rest = &rest[2..];
        } else if MARKS.contains(&letter) {
            let begin = raw.len() - rest.len();
            let missing = || format!("Can't find end of the entity starting at byte offset {begin}");
            rest = piece(rest, &mut output).ok_or_else(missing)?;
        } else {
            output.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    Ok(output.finish())
}

/// Reads one marked piece; returns what follows it.
fn piece<'a>(text: &'a str, output: &mut Output) -> Option<&'a str> {
    let start = output.units;
    if let Some(inner) = text.strip_prefix("```") {
        let (language, inner) = language(inner);
        let (inner, rest) = inner.split_once("```")?;
        inner.chars().for_each(|letter| output.push(letter));
        output.mark(start, Mark::Pre(language.to_owned()));
        return Some(rest);
    }
    let (open, inner) = (text.chars().next()?, &text[1..]);
    let (inner, rest) = inner.split_once(if open == '[' { ']' } else { open })?;
    inner.chars().for_each(|letter| output.push(letter));
    match open {
        '_' => output.mark(start, Mark::Italic),
        '*' => output.mark(start, Mark::Bold),
        '`' => output.mark(start, Mark::Code),
        _ => return Some(link(inner, rest, start, output)),
    }
    Some(rest)
}

/// The address after a text in brackets, or the text itself. An address that never ends reaches to the end of everything.
fn link<'a>(inner: &str, rest: &'a str, start: i32, output: &mut Output) -> &'a str {
    let (address, rest) = match rest.strip_prefix('(') {
        Some(after) => after.split_once(')').unwrap_or((after, "")),
        None => (inner, rest),
    };
    if let Some(mark) = links::link(address) {
        output.mark(start, mark);
    }
    rest
}

/// Splits the name of a language and one line break off the beginning of a block of code.
pub(super) fn language(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| letter.is_ascii_whitespace() || letter == '`').unwrap_or(text.len());
    // What is followed by the end of the block is code, not a language.
    let is_language = end > 0 && text[end..].chars().next().is_some_and(|letter| letter != '`');
    let (language, rest) = if is_language { text.split_at(end) } else { ("", text) };
    let break_length = match rest.as_bytes() {
        [b'\r', b'\n', ..] | [b'\n', b'\r', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    (language, &rest[break_length..])
}
