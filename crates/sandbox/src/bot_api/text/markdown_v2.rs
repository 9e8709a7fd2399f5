//! Markdown, version 2: marks nest, and every character with a meaning has to be escaped elsewhere.

use super::markdown::language;
use super::output::{Mark, Output};
use super::{Parsed, Words, links};

/// Characters that have to be escaped where they mean nothing; a line break has a meaning at the end of a quote.
const RESERVED: &str = "_*[]()~`>#+-=|{}.!\n";

/// A mark that waits for its end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Bold,
    Italic,
    Underline,
    Strike,
    Spoiler,
    Code,
    Pre(String),
    Link,
    Special,
    Quote,
}

impl Kind {
    /// How errors call it.
    fn name(&self) -> &'static str {
        match self {
            Self::Bold => "Bold",
            Self::Italic => "Italic",
            Self::Underline => "Underline",
            Self::Strike => "Strikethrough",
            Self::Spoiler => "Spoiler",
            Self::Code => "Code",
            Self::Pre(language) if language.is_empty() => "Pre",
            Self::Pre(_) => "PreCode",
            Self::Link => "TextUrl",
            Self::Special => "CustomEmoji",
            Self::Quote => "BlockQuote",
        }
    }

    fn is_code(&self) -> bool {
        matches!(self, Self::Code | Self::Pre(_))
    }

    /// Whether the text ahead begins with the end of it.
    fn ends_with(&self, ahead: &str) -> bool {
        match self {
            Self::Bold => ahead.starts_with('*'),
            Self::Italic => ahead.starts_with('_') && !ahead.starts_with("__"),
            Self::Underline => ahead.starts_with("__"),
            Self::Strike => ahead.starts_with('~'),
            Self::Spoiler => ahead.starts_with("||"),
            Self::Code => ahead.starts_with('`'),
            Self::Pre(_) => ahead.starts_with("```"),
            Self::Link | Self::Special => ahead.starts_with(']'),
            Self::Quote => false,
        }
    }
}

struct Open {
    kind: Kind,
    /// Where it begins in what is shown: in UTF-16 units, and in bytes.
    units: i32,
    bytes: usize,
    /// Where it begins in what was sent.
    begin: usize,
}

impl Open {
    fn missing_end(&self) -> String {
        format!("Can't find end of {} entity at byte offset {}", self.kind.name(), self.begin)
    }
}

struct Parser<'a> {
    raw: &'a str,
    at: usize,
    output: Output,
    open: Vec<Open>,
    in_quote: bool,
    /// Nothing was written in this line yet.
    at_line_start: bool,
}

pub(super) fn parse(raw: &str) -> Parsed<Words> {
    let output = Output::default();
    let mut parser = Parser { raw, at: 0, output, open: Vec::new(), in_quote: false, at_line_start: true };
    while let Some(letter) = parser.ahead().chars().next() {
        parser.step(letter)?;
    }
    parser.finish()
}

impl<'a> Parser<'a> {
    fn ahead(&self) -> &'a str {
        &self.raw[self.at..]
    }

    fn step(&mut self, letter: char) -> Parsed<()> {
        let ahead = self.ahead();
        let escaped = ahead.strip_prefix('\\').and_then(|after| after.chars().next());
        if let Some(escaped) = escaped.filter(|escaped| matches!(escaped, '\x01'..='\x7e')) {
            self.output.push(escaped);
            self.at_line_start = false;
            self.at += 2;
            return Ok(());
        }
        let is_code = self.open.last().is_some_and(|open| open.kind.is_code());
        let is_reserved = if is_code { letter == '`' } else { RESERVED.contains(letter) };
        if !is_reserved {
            self.output.push(letter);
            self.at_line_start &= letter == '\r';
            self.at += letter.len_utf8();
            return Ok(());
        }
        let ends_quote = self.in_quote && letter == '\n' && !ahead[1..].starts_with('>');
        if ends_quote {
            return self.end_quote(self.at);
        }
        if self.open.last().is_some_and(|open| open.kind.ends_with(ahead)) { self.close() } else { self.begin(letter) }
    }

    fn begin(&mut self, letter: char) -> Parsed<()> {
        let ahead = self.ahead();
        let (kind, length) = match letter {
            '_' if ahead.starts_with("__") => (Kind::Underline, 2),
            '_' => (Kind::Italic, 1),
            '*' => (Kind::Bold, 1),
            '~' => (Kind::Strike, 1),
            '|' if ahead.starts_with("||") => (Kind::Spoiler, 2),
            '[' => (Kind::Link, 1),
            '!' if ahead.starts_with("![") => (Kind::Special, 2),
            '`' if ahead.starts_with("```") => {
                let (language, rest) = language(&ahead[3..]);
                (Kind::Pre(language.to_owned()), ahead.len() - rest.len())
            }
            '`' => (Kind::Code, 1),
            '\n' => {
                self.output.push('\n');
                self.at_line_start = true;
                self.at += 1;
                return Ok(());
            }
            '>' if self.at_line_start && self.in_quote => {
                self.at += 1;
                return Ok(());
            }
            '>' if self.at_line_start => {
                self.in_quote = true;
                (Kind::Quote, 1)
            }
            _ => return Err(format!("Character '{letter}' is reserved and must be escaped with the preceding '\\'")),
        };
        let (units, bytes) = (self.output.units, self.output.text.len());
        self.open.push(Open { kind, units, bytes, begin: self.at });
        self.at += length;
        Ok(())
    }

    /// Ends the innermost mark; its end stands ahead.
    fn close(&mut self) -> Parsed<()> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let (mark, length) = match open.kind {
            Kind::Bold => (Some(Mark::Bold), 1),
            Kind::Italic => (Some(Mark::Italic), 1),
            Kind::Underline => (Some(Mark::Underline), 2),
            Kind::Strike => (Some(Mark::Strike), 1),
            Kind::Spoiler => (Some(Mark::Spoiler), 2),
            Kind::Code => (Some(Mark::Code), 1),
            Kind::Pre(language) => (Some(Mark::Pre(language)), 3),
            Kind::Link => {
                let (address, length) = self.address("URL")?;
                let address = address.unwrap_or_else(|| self.output.text[open.bytes..].to_owned());
                (links::link(&address), length)
            }
            Kind::Special => {
                let (address, length) = self.address("custom emoji URL")?;
                let address = address.ok_or("Custom emoji entity must contain a tg://emoji URL")?;
                (Some(links::special(&address)?), length)
            }
            Kind::Quote => (None, 0),
        };
        if let Some(mark) = mark {
            self.output.mark(open.units, mark);
        }
        self.at += length;
        Ok(())
    }

    /// The address in brackets after the bracket that stands ahead, and how many bytes both take.
    fn address(&self, what: &str) -> Parsed<(Option<String>, usize)> {
        let Some(inner) = self.ahead().strip_prefix("](") else { return Ok((None, 1)) };
        let mut address = String::new();
        let mut letters = inner.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                ')' => return Ok((Some(address), 2 + at + 1)),
                '\\' => match letters.next_if(|(_, next)| matches!(next, '\x01'..='\x7e')) {
                    Some((_, escaped)) => address.push(escaped),
                    None => address.push(letter),
                },
                _ => address.push(letter),
            }
        }
        Err(format!("Can't find end of a {what} at byte offset {}", self.at + 2))
    }

    /// Ends the quote before the line break at `end`, or at the end of everything. Two bars right before it make it collapsed.
    fn end_quote(&mut self, end: usize) -> Parsed<()> {
        let before = self.raw[..end].strip_suffix('\r').map_or(end, str::len);
        let is_mark = |open: &Open| open.kind == Kind::Spoiler && [end, before].contains(&(open.begin + 2));
        let collapsed = self.open.last().is_some_and(is_mark);
        if collapsed {
            self.open.pop();
        }
        let quote = match self.open.pop() {
            Some(open) if open.kind == Kind::Quote => open,
            Some(open) => return Err(open.missing_end()),
            None => return Ok(()),
        };
        if end < self.raw.len() {
            self.output.push('\n');
            self.at_line_start = true;
            self.at = end + 1;
        }
        self.in_quote = false;
        self.output.mark(quote.units, Mark::Quote { collapsed });
        Ok(())
    }

    fn finish(mut self) -> Parsed<Words> {
        if self.in_quote {
            self.end_quote(self.raw.len())?;
        }
        match self.open.last() {
            Some(open) => Err(open.missing_end()),
            None => Ok(self.output.finish()),
        }
    }
}
