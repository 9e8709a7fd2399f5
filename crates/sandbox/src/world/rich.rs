//! Rich messages: words in blocks, such as headings, lists and tables.
//!
//! A rich message also has a plain copy of its words, which is what older clients, searches and tests see.

use grammers_tl_types::enums::MessageEntity;

use super::refusal::{Allowed, RpcError};

/// Letters of a rich message, its blocks, how deep they lie in each other, and columns of a table.
pub const LETTERS_MAX: usize = 32_768;
const BLOCKS_MAX: usize = 500;
const DEPTH_MAX: usize = 16;
const COLUMNS_MAX: usize = 20;

/// Words in blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rich {
    /// From top to bottom.
    pub blocks: Vec<Block>,
    /// Written from right to left.
    pub rtl: bool,
}

/// Words with their marks, which lie inside of each other or apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The words.
    pub text: String,
    /// Their marks.
    pub entities: Vec<MessageEntity>,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Plain words.
    Paragraph(Line),
    /// A heading, of size 1 to 6.
    Heading(u8, Line),
    /// Code.
    Code {
        /// As it is.
        text: String,
        /// In which language.
        language: String,
    },
    /// Small words at the end.
    Footer(Line),
    /// A line across.
    Divider,
    /// Words of somebody else.
    Quote(Vec<Block>),
    /// Points.
    List(Vec<Item>),
    /// Rows of cells.
    Table(Vec<Vec<Cell>>),
    /// Something that is folded away.
    Details {
        /// What stands above it.
        summary: Line,
        /// It is open at first.
        open: bool,
        /// What is folded away.
        blocks: Vec<Block>,
    },
    /// What the bot thinks; only while it is writing.
    Thinking(Line),
}

/// A point of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its number; none where points have none.
    pub number: Option<i32>,
    /// Its box, ticked or not.
    pub checked: Option<bool>,
    /// What it says.
    pub blocks: Vec<Block>,
}

impl Item {
    /// What stands before it.
    pub fn label(&self) -> String {
        self.number.map_or("•".to_owned(), |number| format!("{number}."))
    }
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What it says.
    pub line: Line,
    /// It says what its row or column is about.
    pub header: bool,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Span<'a> {
    /// Words.
    Plain(&'a str),
    /// A mark and what it lies on.
    Marked(&'a MessageEntity, Vec<Span<'a>>),
}

impl Line {
    /// Words without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), entities: Vec::new() }
    }

    /// The words as a tree of marks.
    pub fn spans(&self) -> Vec<Span<'_>> {
        let mut places: Vec<usize> = Vec::new();
        for (at, letter) in self.text.char_indices() {
            places.extend(std::iter::repeat_n(at, letter.len_utf16()));
        }
        places.push(self.text.len());
        let end = places.len() - 1;
        let mut rest: &[MessageEntity] = &self.entities;
        self.spans_in((0, end), &places, &mut rest)
    }

    fn spans_in<'a>(
        &'a self,
        (start, end): (usize, usize),
        places: &[usize],
        rest: &mut &'a [MessageEntity],
    ) -> Vec<Span<'a>> {
        let mut spans = Vec::new();
        let mut at = start;
        while let Some((entity, others)) = rest.split_first() {
            let begin = usize::try_from(entity.offset()).unwrap_or(0);
            let stop = (begin + usize::try_from(entity.length()).unwrap_or(0)).min(end);
            if begin >= end {
                break;
            }
            *rest = others;
            // What does not lie inside of the mark around it is passed over.
            if begin < at || stop <= begin {
                continue;
            }
            spans.extend(Some(&self.text[places[at]..places[begin]]).filter(|text| !text.is_empty()).map(Span::Plain));
            spans.push(Span::Marked(entity, self.spans_in((begin, stop), places, rest)));
            at = stop;
        }
        spans.extend(Some(&self.text[places[at]..places[end]]).filter(|text| !text.is_empty()).map(Span::Plain));
        spans
    }
}

impl Rich {
    /// Refuses what Telegram refuses.
    pub fn check(&self) -> Allowed<()> {
        let refuse = |name: &str| Err(RpcError::bad_request(name));
        let plain = self.plain();
        if plain.trim().is_empty() {
            return refuse("RICH_MESSAGE_EMPTY");
        }
        let mut count = 0;
        let depth = depth(&self.blocks, &mut count);
        if plain.chars().count() > LETTERS_MAX {
            refuse("MESSAGE_TOO_LONG")
        } else if count > BLOCKS_MAX {
            refuse("RICH_MESSAGE_BLOCKS_TOO_MUCH")
        } else if depth > DEPTH_MAX {
            refuse("RICH_MESSAGE_DEPTH_TOO_MUCH")
        } else if is_too_wide(&self.blocks) {
            refuse("RICH_MESSAGE_COLUMNS_TOO_MUCH")
        } else {
            Ok(())
        }
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        let mut lines = Vec::new();
        write_plain(&self.blocks, "", &mut lines);
        lines.join("\n")
    }
}

fn children(block: &Block) -> Vec<&[Block]> {
    match block {
        Block::Quote(blocks) | Block::Details { blocks, .. } => vec![blocks],
        Block::List(items) => items.iter().map(|item| item.blocks.as_slice()).collect(),
        Block::Paragraph(_)
        | Block::Heading(..)
        | Block::Code { .. }
        | Block::Footer(_)
        | Block::Divider
        | Block::Table(_)
        | Block::Thinking(_) => Vec::new(),
    }
}

fn depth(blocks: &[Block], count: &mut usize) -> usize {
    *count += blocks.len();
    let below = blocks.iter().flat_map(children).map(|blocks| depth(blocks, count)).max();
    1 + below.unwrap_or(0)
}

fn is_too_wide(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Table(rows) => rows.iter().any(|row| row.len() > COLUMNS_MAX),
        other => children(other).into_iter().any(is_too_wide),
    })
}

fn write_plain(blocks: &[Block], indent: &str, lines: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph(line) | Block::Heading(_, line) | Block::Footer(line) | Block::Thinking(line) => {
                lines.extend(line.text.lines().map(|text| format!("{indent}{text}")));
            }
            Block::Code { text, .. } => lines.extend(text.lines().map(|text| format!("{indent}{text}"))),
            Block::Divider => lines.push(format!("{indent}———")),
            Block::Quote(blocks) => write_plain(blocks, &format!("{indent}> "), lines),
            Block::List(items) => items.iter().for_each(|item| write_item(item, indent, lines)),
            Block::Table(rows) => {
                let shown = |row: &Vec<Cell>| {
                    let cells: Vec<&str> = row.iter().map(|cell| cell.line.text.as_str()).collect();
                    format!("{indent}{}", cells.join(" | "))
                };
                lines.extend(rows.iter().map(shown));
            }
            Block::Details { summary, blocks, .. } => {
                lines.push(format!("{indent}{}", summary.text));
                write_plain(blocks, &format!("{indent}  "), lines);
            }
        }
    }
}

fn write_item(item: &Item, indent: &str, lines: &mut Vec<String>) {
    let first = lines.len();
    write_plain(&item.blocks, &format!("{indent}  "), lines);
    let tick = match item.checked {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let label = format!("{indent}{} {tick}", item.label());
    match lines.get_mut(first) {
        Some(line) => *line = format!("{label}{}", line.trim_start()),
        None => lines.push(label),
    }
}

#[cfg(test)]
mod tests {
    use grammers_tl_types as tl;

    use super::*;

    fn bold(offset: i32, length: i32) -> MessageEntity {
        tl::types::MessageEntityBold { offset, length }.into()
    }

    fn italic(offset: i32, length: i32) -> MessageEntity {
        tl::types::MessageEntityItalic { offset, length }.into()
    }

    #[test]
    fn a_line_is_a_tree_of_marks() {
        let line = Line { text: "🎉 go on".to_owned(), entities: vec![bold(0, 5), italic(3, 2)] };
        let spans = line.spans();
        let [Span::Marked(_, inner), Span::Plain(" on")] = spans.as_slice() else { panic!("{spans:?}") };
        assert!(
            matches!(inner.as_slice(), [Span::Plain("🎉 "), Span::Marked(_, italic)] if *italic == [Span::Plain("go")])
        );
        assert_eq!(Line::plain("x").spans(), [Span::Plain("x")]);
        assert_eq!(Line::default().spans(), []);
    }

    #[test]
    fn the_plain_copy_keeps_what_is_said() {
        let say = |text: &str| vec![Block::Paragraph(Line::plain(text))];
        let item = |number, checked, text: &str| Item { number, checked, blocks: say(text) };
        let cell = |text: &str| Cell { line: Line::plain(text), header: false };
        let rich = Rich {
            blocks: vec![
                Block::Heading(1, Line::plain("Title")),
                Block::List(vec![item(Some(1), None, "one"), item(None, Some(true), "two")]),
                Block::Quote(say("said")),
                Block::Table(vec![vec![cell("a"), cell("b")]]),
            ],
            rtl: false,
        };
        assert_eq!(rich.plain(), "Title\n1. one\n• [x] two\n> said\na | b");
        assert_eq!(rich.check(), Ok(()));
    }

    #[test]
    fn there_are_limits() {
        let refusal = |blocks| Rich { blocks, rtl: false }.check().err().map(|error| error.text);
        let paragraph = |text: String| Block::Paragraph(Line::plain(text));
        assert_eq!(refusal(vec![paragraph(" ".to_owned())]).as_deref(), Some("RICH_MESSAGE_EMPTY"));
        assert_eq!(refusal(vec![paragraph("x".repeat(32_769))]).as_deref(), Some("MESSAGE_TOO_LONG"));
        assert_eq!(refusal(vec![paragraph("x".to_owned()); 501]).as_deref(), Some("RICH_MESSAGE_BLOCKS_TOO_MUCH"));
        let deep = (0..16).fold(paragraph("x".to_owned()), |block, _| Block::Quote(vec![block]));
        assert_eq!(refusal(vec![deep]).as_deref(), Some("RICH_MESSAGE_DEPTH_TOO_MUCH"));
        let wide = Block::Table(vec![vec![Cell { line: Line::plain("x"), header: false }; 21]]);
        assert_eq!(refusal(vec![wide]).as_deref(), Some("RICH_MESSAGE_COLUMNS_TOO_MUCH"));
    }
}
