//! Rich messages written as HTML: blocks here, the words inside of them by the reader of plain messages.

use grammers_tl_types::enums::MessageEntity;

use super::tidied;
use crate::bot_api::text::{Parsed, html};
use crate::world::rich::{Block, Cell, Item, Line};

/// Deeper ones are refused.
const DEPTH_MAX: usize = 32;
/// Tags that make blocks, or parts of them.
const BLOCKS: [&str; 22] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "footer",
    "hr",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
];

/// Reads HTML. ASSUMED: which tags there are; offsets in errors count from the block's beginning.
pub(super) fn read(raw: &str) -> Parsed<Vec<Block>> {
    Reader { raw, at: 0, depth: 0 }.blocks(None)
}

struct Reader<'a> {
    raw: &'a str,
    at: usize,
    depth: usize,
}

/// A tag of a block.
struct Tag<'a> {
    name: String,
    is_end: bool,
    /// What stands behind its name.
    attributes: &'a str,
    begin: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// The next tag of a block, wherever it is.
    fn next_tag(&self) -> Option<Tag<'a>> {
        let mut from = self.at;
        while let Some(begin) = self.raw[from..].find('<').map(|found| from + found) {
            let end = begin + self.raw[begin..].find('>')? + 1;
            let inner = &self.raw[begin + 1..end - 1];
            let is_end = inner.starts_with('/');
            let inner = inner.trim_start_matches('/');
            let length =
                inner.find(|letter: char| letter.is_ascii_whitespace() || letter == '/').unwrap_or(inner.len());
            let (name, attributes) = inner.split_at(length);
            let name = name.to_ascii_lowercase();
            if BLOCKS.contains(&name.as_str()) {
                return Some(Tag { name, is_end, attributes, begin, end });
            }
            from = end;
        }
        None
    }

    /// Blocks until the end of the tag that they are in.
    fn blocks(&mut self, within: Option<&str>) -> Parsed<Vec<Block>> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("Tags lie too deep in each other".to_owned());
        }
        let mut blocks = Vec::new();
        loop {
            let Some(tag) = self.next_tag() else {
                let rest = &self.raw[self.at..];
                self.at = self.raw.len();
                if let Some(name) = within {
                    return Err(format!("Can't find end tag corresponding to start tag \"{name}\""));
                }
                blocks.extend(paragraph(rest)?);
                return Ok(blocks);
            };
            blocks.extend(paragraph(&self.raw[self.at..tag.begin])?);
            self.at = tag.end;
            if !tag.is_end {
                blocks.push(self.block(&tag)?);
            } else if within == Some(tag.name.as_str()) {
                self.depth -= 1;
                return Ok(blocks);
            } else {
                return Err(format!("Unexpected end tag at byte offset {}", tag.begin));
            }
        }
    }

    fn block(&mut self, tag: &Tag<'_>) -> Parsed<Block> {
        Ok(match tag.name.as_str() {
            "p" => Block::Paragraph(self.line("p")?),
            "hr" => Block::Divider,
            "footer" => Block::Footer(self.line("footer")?),
            "pre" => self.code()?,
            "blockquote" => Block::Quote(self.blocks(Some("blockquote"))?),
            "ul" => Block::List(self.items("ul", None)?),
            "ol" => Block::List(self.items("ol", Some(1))?),
            "table" => Block::Table(self.rows()?),
            "details" => self.details(tag.attributes.contains("open"))?,
            name => match name.strip_prefix('h').and_then(|size| size.parse().ok()) {
                Some(size) => Block::Heading(size, self.line(name)?),
                None => return Err(format!("Unsupported start tag \"{name}\" at byte offset {}", tag.begin)),
            },
        })
    }

    /// Everything until the end of a tag that has no blocks in it.
    fn inside(&mut self, name: &str) -> Parsed<&'a str> {
        let end = format!("</{name}>");
        let rest = &self.raw[self.at..];
        let missing = || format!("Can't find end tag corresponding to start tag \"{name}\"");
        let length = rest.to_ascii_lowercase().find(&end).ok_or_else(missing)?;
        self.at += length + end.len();
        Ok(&rest[..length])
    }

    fn line(&mut self, name: &str) -> Parsed<Line> {
        self.inside(name).and_then(words)
    }

    fn code(&mut self) -> Parsed<Block> {
        let words = html::parse(&format!("<pre>{}</pre>", self.inside("pre")?))?;
        let language = words.entities.iter().find_map(|entity| match entity {
            MessageEntity::Pre(pre) => Some(pre.language.clone()),
            _ => None,
        });
        Ok(Block::Code { text: words.text.trim_matches('\n').to_owned(), language: language.unwrap_or_default() })
    }

    fn items(&mut self, list: &str, mut number: Option<i32>) -> Parsed<Vec<Item>> {
        let mut items = Vec::new();
        while self.enters("li", list)? {
            items.push(Item { number, checked: None, blocks: self.blocks(Some("li"))? });
            number = number.map(|number| number + 1);
        }
        Ok(items)
    }

    /// Whether a part of a block begins here, rather than the block ends.
    fn enters(&mut self, part: &str, block: &str) -> Parsed<bool> {
        loop {
            let missing = || format!("Can't find end tag corresponding to start tag \"{block}\"");
            let tag = self.next_tag().ok_or_else(missing)?;
            self.at = tag.end;
            match (tag.name.as_str(), tag.is_end) {
                ("thead" | "tbody", _) => {}
                (name, false) if name == part => return Ok(true),
                (name, true) if name == block => return Ok(false),
                _ => return Err(format!("Unexpected tag \"{}\" at byte offset {}", tag.name, tag.begin)),
            }
        }
    }

    fn rows(&mut self) -> Parsed<Vec<Vec<Cell>>> {
        let mut rows = Vec::new();
        while self.enters("tr", "table")? {
            let mut row = Vec::new();
            loop {
                let tag = self.next_tag().ok_or("Can't find end tag corresponding to start tag \"tr\"")?;
                self.at = tag.end;
                match (tag.name.as_str(), tag.is_end) {
                    (name @ ("td" | "th"), false) => row.push(Cell { line: self.line(name)?, header: name == "th" }),
                    ("tr", true) => break,
                    _ => return Err(format!("Unexpected tag \"{}\" at byte offset {}", tag.name, tag.begin)),
                }
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn details(&mut self, open: bool) -> Parsed<Block> {
        let mut summary = Line::default();
        if let Some(tag) = self.next_tag().filter(|tag| tag.name == "summary" && !tag.is_end) {
            self.at = tag.end;
            summary = self.line("summary")?;
        }
        Ok(Block::Details { summary, open, blocks: self.blocks(Some("details"))? })
    }
}

fn words(raw: &str) -> Parsed<Line> {
    html::parse(&raw.replace("<br>", "\n").replace("<br/>", "\n")).map(tidied)
}

/// Words that stand between blocks.
fn paragraph(raw: &str) -> Parsed<Option<Block>> {
    let line = words(raw.trim())?;
    Ok((!line.text.is_empty()).then_some(Block::Paragraph(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_block_is_read() {
        let blocks = read(
            "<h2>Title</h2>First <b>words</b><p>and<br>more</p><ul><li>one</li><li><p>two</p></li></ul><hr>\
             <ol><li>three</li></ol><blockquote>said</blockquote><pre><code class=\"language-rust\">fn x() {}</code></pre>\
             <table><thead><tr><th>a</th></tr></thead><tr><td><i>b</i></td></tr></table>\
             <details open><summary>More</summary>inside</details><footer>end</footer>",
        )
        .expect("it is fine");
        let kinds: Vec<&str> = blocks
            .iter()
            .map(|block| match block {
                Block::Heading(2, _) => "heading",
                Block::Paragraph(line) if line.text == "First words" && line.entities.len() == 1 => "words",
                Block::Paragraph(line) if line.text == "and\nmore" => "paragraph",
                Block::List(items) if items.len() == 2 && items[0].number.is_none() => "points",
                Block::List(items) if items[0].number == Some(1) => "numbers",
                Block::Divider => "divider",
                Block::Quote(_) => "quote",
                Block::Code { language, text } if language == "rust" && text == "fn x() {}" => "code",
                Block::Table(rows) if rows[0][0].header && rows[1][0].line.entities.len() == 1 => "table",
                Block::Details { open: true, summary, .. } if summary.text == "More" => "details",
                Block::Footer(_) => "footer",
                _ => "something else",
            })
            .collect();
        let wanted = [
            "heading",
            "words",
            "paragraph",
            "points",
            "divider",
            "numbers",
            "quote",
            "code",
            "table",
            "details",
            "footer",
        ];
        assert_eq!(kinds, wanted, "{blocks:?}");
    }

    #[test]
    fn what_does_not_end_is_refused() {
        assert_eq!(read("<ul><li>x"), Err("Can't find end tag corresponding to start tag \"li\"".to_owned()));
        assert_eq!(read("<p>x"), Err("Can't find end tag corresponding to start tag \"p\"".to_owned()));
        assert_eq!(read("x</p>"), Err("Unexpected end tag at byte offset 1".to_owned()));
        assert_eq!(read("<marquee>x</marquee>"), Err("Unsupported start tag \"marquee\" at byte offset 0".to_owned()));
        assert!(read(&"<blockquote>".repeat(40)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_markup_is_read_or_refused(raw in "(<|>|/|p|ul|li|table|tr|td|pre|b|🎉| |a){0,30}") {
            let _ = read(&raw);
        }
    }
}
