//! Rich messages written as Markdown: GitHub's kind, with tables, tasks and strikethrough.

use std::iter::Peekable;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::tidied;
use crate::bot_api::text::links;
use crate::bot_api::text::output::{Mark, Output};
use crate::world::rich::{Block, Cell, Item, Line};

/// What lies deeper is passed over; so deep a message is refused anyway.
const DEPTH_MAX: usize = 32;

/// Reads Markdown; there is none that is wrong.
pub(super) fn read(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    Reader { events: Parser::new_ext(text, options).peekable(), checked: None, depth: 0 }.blocks()
}

struct Reader<'a> {
    events: Peekable<Parser<'a>>,
    /// The box of the point that is being read.
    checked: Option<bool>,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Blocks until the end of what they are in, which is taken as well.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            self.pass_over();
        }
        while let Some(event) = self.events.peek() {
            match event {
                Event::End(_) => {
                    self.events.next();
                    break;
                }
                Event::Start(tag) if !is_inline(tag) => {
                    let tag = tag.clone();
                    self.events.next();
                    blocks.extend(self.block(tag));
                }
                Event::Rule => {
                    self.events.next();
                    blocks.push(Block::Divider);
                }
                _ => {
                    let line = self.line();
                    blocks.extend((!line.text.is_empty()).then_some(Block::Paragraph(line)));
                }
            }
        }
        self.depth -= 1;
        blocks
    }

    /// Takes everything until the end of what is being read, but not that end.
    fn pass_over(&mut self) {
        let mut open = 0_usize;
        while let Some(event) = self.events.peek() {
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) if open == 0 => return,
                Event::End(_) => open -= 1,
                _ => {}
            }
            self.events.next();
        }
    }

    fn block(&mut self, tag: Tag<'a>) -> Option<Block> {
        Some(match tag {
            Tag::Heading { level, .. } => Block::Heading(size(level), self.whole_line()),
            Tag::BlockQuote(_) => Block::Quote(self.blocks()),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => {
                        language.split_whitespace().next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                Block::Code { text: self.raw().trim_end_matches('\n').to_owned(), language }
            }
            Tag::List(start) => Block::List(self.items(start)),
            Tag::Table(_) => Block::Table(self.rows()),
            Tag::HtmlBlock => Block::Paragraph(Line::plain(self.raw().trim_end())),
            _ => {
                let line = self.whole_line();
                return (!line.text.is_empty()).then_some(Block::Paragraph(line));
            }
        })
    }

    fn items(&mut self, start: Option<u64>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut number = start.and_then(|start| i32::try_from(start).ok());
        while let Some(Event::Start(Tag::Item)) = self.events.next() {
            self.checked = None;
            if let Some(Event::TaskListMarker(checked)) = self.events.peek() {
                self.checked = Some(*checked);
                self.events.next();
            }
            let checked = self.checked;
            let blocks = self.blocks();
            items.push(Item { number, checked: checked.or(self.checked.take()), blocks });
            number = number.map(|number| number.saturating_add(1));
        }
        items
    }

    /// The rows of a table, the first of which says what the columns are.
    fn rows(&mut self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        while let Some(Event::Start(tag)) = self.events.next() {
            let header = matches!(tag, Tag::TableHead);
            let mut row = Vec::new();
            while let Some(Event::Start(_)) = self.events.next() {
                row.push(Cell { line: self.whole_line(), header });
            }
            rows.push(row);
        }
        rows
    }

    fn raw(&mut self) -> String {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(piece) | Event::Html(piece) => text.push_str(&piece),
                Event::End(_) => break,
                _ => {}
            }
        }
        text
    }

    /// A line and the end of what it is in.
    fn whole_line(&mut self) -> Line {
        let line = self.line();
        self.events.next();
        line
    }

    /// Words until something else begins or ends.
    fn line(&mut self) -> Line {
        let mut output = Output::default();
        let mut open: Vec<(i32, Option<Mark>)> = Vec::new();
        while let Some(event) = self.events.peek() {
            match event {
                Event::Start(tag) if is_inline(tag) => open.push((output.units, mark(tag))),
                Event::End(end) if is_inline_end(*end) => {
                    if let Some((start, Some(mark))) = open.pop() {
                        output.mark(start, mark);
                    }
                }
                Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                    text.chars().for_each(|letter| output.push(letter));
                }
                Event::Code(text) => {
                    let start = output.units;
                    text.chars().for_each(|letter| output.push(letter));
                    output.mark(start, Mark::Code);
                }
                Event::SoftBreak => output.push(' '),
                Event::HardBreak => output.push('\n'),
                Event::TaskListMarker(checked) => self.checked = Some(*checked),
                _ => break,
            }
            self.events.next();
        }
        tidied(output.finish())
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn is_inline_end(end: TagEnd) -> bool {
    matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

fn mark(tag: &Tag<'_>) -> Option<Mark> {
    match tag {
        Tag::Emphasis => Some(Mark::Italic),
        Tag::Strong => Some(Mark::Bold),
        Tag::Strikethrough => Some(Mark::Strike),
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => links::link(dest_url),
        _ => None,
    }
}

fn size(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::rich::Rich;

    #[test]
    fn every_kind_of_block_is_read() {
        let text = "# Title\n\nSome **bold *and italic*** words, `code`\nand [more](https://example.org/).\n\n- one\n- [x] two\n  - deeper\n\n3. three\n4. four\n\n\
                    > said\n\n```rust\nfn x() {}\n```\n\n---\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n";
        let blocks = read(text);
        let kinds: Vec<&str> = blocks
            .iter()
            .map(|block| match block {
                Block::Heading(1, line) if line.text == "Title" => "heading",
                Block::Paragraph(line) if line.entities.len() == 4 => "paragraph",
                Block::List(items) if items.iter().any(|item| item.checked == Some(true)) => "tasks",
                Block::List(items) if items[0].number == Some(3) && items.len() == 2 => "numbers",
                Block::Quote(_) => "quote",
                Block::Code { language, text } if language == "rust" && text == "fn x() {}" => "code",
                Block::Divider => "divider",
                Block::Table(rows) if rows.len() == 2 && rows[0][0].header && !rows[1][1].header => "table",
                _ => "something else",
            })
            .collect();
        assert_eq!(
            kinds,
            ["heading", "paragraph", "tasks", "numbers", "quote", "code", "divider", "table"],
            "{blocks:?}"
        );
        let plain = Rich { blocks, rtl: false }.plain();
        assert!(plain.contains("• [x] two\n  • deeper\n3. three"), "{plain}");
    }

    #[test]
    fn what_lies_too_deep_is_passed_over() {
        let rich = Rich { blocks: read(&format!("{} x\n\nafter", ">".repeat(5_000))), rtl: false };
        assert_eq!(rich.blocks.len(), 2);
        assert_eq!(rich.check().map_err(|error| error.text), Err("RICH_MESSAGE_DEPTH_TOO_MUCH".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[a🎉 \n#*_~`>|\\-\\[\\]()<!1.x]{0,60}") {
            let blocks = read(&text);
            let _ = Rich { blocks, rtl: false }.plain();
        }
    }
}
