//! HTML, as much of it as Telegram knows.

use grammers_tl_types::enums::MessageEntity;

use super::output::{Date, Mark, Output};
use super::{Parsed, Words, links};

const TAGS: [&str; 17] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// A tag that waits for its end.
#[derive(Default)]
struct Open {
    name: String,
    /// What its attributes say, in so far as they matter for this tag.
    argument: String,
    /// The other attribute of a moment.
    format: String,
    /// Where it begins in what is shown: in UTF-16 units, and in bytes.
    units: i32,
    bytes: usize,
}

struct Parser<'a> {
    raw: &'a str,
    at: usize,
    output: Output,
    open: Vec<Open>,
    /// The language of the code that ended last.
    language: Option<String>,
}

pub(super) fn parse(raw: &str) -> Parsed<Words> {
    let mut parser = Parser { raw, at: 0, output: Output::default(), open: Vec::new(), language: None };
    while let Some(letter) = parser.ahead().chars().next() {
        parser.step(letter)?;
    }
    match parser.open.last() {
        Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.name)),
        None => Ok(parser.output.finish()),
    }
}

impl<'a> Parser<'a> {
    fn ahead(&self) -> &'a str {
        &self.raw[self.at..]
    }

    fn step(&mut self, letter: char) -> Parsed<()> {
        match letter {
            '&' => {
                let (shown, length) = reference(self.ahead()).unwrap_or(('&', 1));
                self.output.push(shown);
                self.at += length;
            }
            '<' if self.ahead().starts_with("</") => return self.end_tag(),
            '<' => return self.start_tag(),
            _ => {
                self.output.push(letter);
                self.at += letter.len_utf8();
            }
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Parsed<()> {
        let begin = self.at;
        let unclosed = || format!("Unclosed start tag at byte offset {begin}");
        let inner = &self.ahead()[1..];
        let end = inner.find(|letter: char| letter.is_ascii_whitespace() || letter == '>').ok_or_else(unclosed)?;
        let name = inner[..end].to_ascii_lowercase();
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        self.at += 1 + end;
        let (units, bytes) = (self.output.units, self.output.text.len());
        let mut open = Open { name, units, bytes, ..Open::default() };
        while let Some((attribute, value)) = self.attribute(&open.name, begin)? {
            open.take(&attribute, value);
        }
        if open.name == "span" && open.argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(open);
        Ok(())
    }

    fn skip_spaces(&mut self) {
        self.at += self.ahead().len() - self.ahead().trim_ascii_start().len();
    }

    /// The next attribute and its value; nothing at the end of the tag.
    fn attribute(&mut self, tag: &str, begin: usize) -> Parsed<Option<(String, String)>> {
        let unclosed = || format!("Unclosed start tag \"{tag}\" at byte offset {begin}");
        self.skip_spaces();
        if self.ahead().starts_with('>') {
            self.at += 1;
            return Ok(None);
        }
        let ends = |letter: char| letter.is_ascii_whitespace() || matches!(letter, '=' | '>' | '/' | '"' | '\'');
        let ahead = self.ahead();
        let name = &ahead[..ahead.find(ends).unwrap_or(ahead.len())];
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        self.at += name.len();
        self.skip_spaces();
        if self.ahead().is_empty() {
            return Err(unclosed());
        }
        if !self.ahead().starts_with('=') {
            return Ok(Some((name.to_owned(), String::new())));
        }
        self.at += 1;
        self.skip_spaces();
        let value = match self.ahead().chars().next() {
            None => return Err(unclosed()),
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(_) => self.token()?,
        };
        if self.ahead().is_empty() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        Ok(Some((name.to_owned(), value)))
    }

    fn quoted(&mut self, quote: char) -> String {
        let mut value = String::new();
        self.at += 1;
        while let Some(letter) = self.ahead().chars().next() {
            if letter == quote {
                self.at += 1;
                break;
            }
            let (letter, length) = reference(self.ahead()).unwrap_or((letter, letter.len_utf8()));
            value.push(letter);
            self.at += length;
        }
        value
    }

    /// A value without quotes: letters, digits, dots and hyphens.
    fn token(&mut self) -> Parsed<String> {
        let begin = self.at;
        let ahead = self.ahead();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        let end = ahead.find(|letter| !is_part(letter)).unwrap_or(ahead.len());
        self.at += end;
        let after = ahead[end..].chars().next();
        if after.is_some_and(|letter| !letter.is_ascii_whitespace() && letter != '>') {
            return Err(format!("Unexpected end of name token at byte offset {begin}"));
        }
        Ok(ahead[..end].to_ascii_lowercase())
    }

    fn end_tag(&mut self) -> Parsed<()> {
        let begin = self.at;
        let Some(open) = self.open.last() else { return Err(format!("Unexpected end tag at byte offset {begin}")) };
        let inner = &self.ahead()[2..];
        let unclosed = || format!("Unclosed end tag at byte offset {begin}");
        let end = inner.find(|letter: char| letter.is_ascii_whitespace() || letter == '>').ok_or_else(unclosed)?;
        let name = inner[..end].to_ascii_lowercase();
        let rest = inner[end..].trim_ascii_start();
        let after = rest.strip_prefix('>').ok_or_else(unclosed)?;
        if !name.is_empty() && name != open.name {
            let expected = &open.name;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        self.at = self.raw.len() - after.len();
        self.close()
    }

    fn close(&mut self) -> Parsed<()> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        if self.output.units == open.units {
            return Ok(());
        }
        if let Some(mark) = self.mark(&open)? {
            self.output.mark(open.units, mark);
        }
        Ok(())
    }

    /// The mark that a tag leaves; nothing if it leads nowhere, or if it joined the mark inside it.
    fn mark(&mut self, open: &Open) -> Parsed<Option<Mark>> {
        let mark = match open.name.as_str() {
            "b" | "strong" => Mark::Bold,
            "i" | "em" => Mark::Italic,
            "s" | "strike" | "del" => Mark::Strike,
            "u" | "ins" => Mark::Underline,
            "tg-spoiler" | "span" => Mark::Spoiler,
            "blockquote" => Mark::Quote { collapsed: !open.argument.is_empty() },
            "tg-emoji" => {
                let id = open.argument.parse().ok().filter(|id| *id != 0);
                Mark::Emoji(id.ok_or("Invalid custom emoji identifier specified")?)
            }
            "tg-time" => {
                let moment = open.argument.parse().ok();
                let date = moment.and_then(|moment| Date::with_format(moment, &open.format));
                Mark::Date(date.ok_or("Invalid date specified")?)
            }
            "a" if open.argument.is_empty() => {
                let address = self.output.text[open.bytes..].to_owned();
                return Ok(links::link(&address));
            }
            "a" => return Ok(links::link(&open.argument)),
            "pre" => return Ok(self.join_code(open).then(|| Mark::Pre(String::new()))),
            _ => return Ok(self.join_pre(open).then_some(Mark::Code)),
        };
        Ok(Some(mark))
    }

    /// Code with a language that is all of a block gives it the language; whether the block still needs a mark.
    fn join_code(&mut self, block: &Open) -> bool {
        let length = self.output.units - block.units;
        let Some(language) = self.language.take() else { return true };
        match self.output.newest_from(block.units) {
            Some(code @ MessageEntity::Code(_)) => {
                *code = Mark::Pre(language).on(block.units, length);
                false
            }
            Some(_) | None => true,
        }
    }

    /// Code around all of a block gives it the language; whether the code still needs a mark.
    fn join_pre(&mut self, code: &Open) -> bool {
        self.language = Some(code.argument.clone()).filter(|language| !language.is_empty());
        match (self.output.newest_from(code.units), &self.language) {
            (Some(MessageEntity::Pre(block)), Some(language)) => {
                block.language.clone_from(language);
                false
            }
            _ => true,
        }
    }
}

impl Open {
    fn take(&mut self, attribute: &str, value: String) {
        let class = |prefix: &str| value.strip_prefix(prefix).map(str::to_owned);
        match (self.name.as_str(), attribute) {
            ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix") => self.argument = value,
            ("tg-time", "format") => self.format = value,
            ("code", "class") => self.argument = class("language-").unwrap_or_default(),
            ("span", "class") => self.argument = class("tg-").unwrap_or_default(),
            ("blockquote", "expandable") => "1".clone_into(&mut self.argument),
            _ => {}
        }
    }
}

/// The character that a reference such as `&lt;` stands for, and how many bytes it takes.
fn reference(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let (shown, length) = if inner.starts_with('#') { numeric(inner)? } else { named(inner)? };
    let length = 1 + length;
    Some((shown, length + usize::from(text[length..].starts_with(';'))))
}

/// `#65` or `#x41`.
fn numeric(inner: &str) -> Option<(char, usize)> {
    let (digits, radix) = match inner.strip_prefix("#x") {
        Some(digits) => (digits, 16),
        None => (&inner[1..], 10),
    };
    let end = digits.find(|letter: char| !letter.is_digit(radix)).unwrap_or(digits.len());
    let length = inner.len() - digits.len() + end;
    let code = u32::from_str_radix(&digits[..end], radix).ok().filter(|code| *code != 0 && length < 9)?;
    Some((char::from_u32(code)?, length))
}

fn named(inner: &str) -> Option<(char, usize)> {
    let end = inner.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(inner.len());
    let shown = match &inner[..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => return None,
    };
    Some((shown, end))
}
