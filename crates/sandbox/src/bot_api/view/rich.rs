//! Rich messages.

use grammers_tl_types::enums::MessageEntity;

use super::View;
use crate::bot_api::json::{Node, Object};
use crate::world::rich::{Block, Cell, Item, Line, Rich, Span};

impl View<'_> {
    /// A rich message.
    pub(crate) fn rich(&self, rich: &Rich) -> Object {
        Object::new().with("blocks", self.blocks(&rich.blocks)).with_flag("is_rtl", rich.rtl)
    }

    fn blocks(&self, blocks: &[Block]) -> Vec<Object> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Block) -> Object {
        let object = |kind: &str| Object::new().with("type", kind);
        match block {
            Block::Paragraph(line) => object("paragraph").with("text", self.line(line)),
            Block::Heading(size, line) => {
                object("heading").with("text", self.line(line)).with("size", i32::from(*size))
            }
            Block::Code { text, language } => object("pre")
                .with("text", text.as_str())
                .with_some("language", Some(language.as_str()).filter(|language| !language.is_empty())),
            Block::Footer(line) => object("footer").with("text", self.line(line)),
            Block::Divider => object("divider"),
            Block::Quote(blocks) => object("blockquote").with("blocks", self.blocks(blocks)),
            Block::List(items) => {
                object("list").with("items", items.iter().map(|item| self.item(item)).collect::<Vec<_>>())
            }
            Block::Table(rows) => {
                let row =
                    |cells: &Vec<Cell>| -> Node { cells.iter().map(|cell| self.cell(cell)).collect::<Vec<_>>().into() };
                object("table").with("cells", Node::List(rows.iter().map(row).collect())).with("is_bordered", true)
            }
            Block::Details { summary, open, blocks } => object("details")
                .with("summary", self.line(summary))
                .with("blocks", self.blocks(blocks))
                .with_flag("is_open", *open),
            Block::Thinking(line) => object("thinking").with("text", self.line(line)),
        }
    }

    fn item(&self, item: &Item) -> Object {
        Object::new()
            .with("label", item.label())
            .with("blocks", self.blocks(&item.blocks))
            .with_flag("has_checkbox", item.checked.is_some())
            .with_flag("is_checked", item.checked == Some(true))
            .with_some("value", item.number)
            .with_some("type", item.number.map(|_| "1"))
    }

    fn cell(&self, cell: &Cell) -> Object {
        let text = (!cell.line.text.is_empty()).then(|| self.line(&cell.line));
        Object::new()
            .with("align", "left")
            .with("valign", "top")
            .with_some("text", text)
            .with_flag("is_header", cell.header)
    }

    fn line(&self, line: &Line) -> Node {
        self.spans(&line.spans())
    }

    fn spans(&self, spans: &[Span<'_>]) -> Node {
        match spans {
            [] => "".into(),
            [one] => self.span(one),
            several => Node::List(several.iter().map(|span| self.span(span)).collect()),
        }
    }

    fn span(&self, span: &Span<'_>) -> Node {
        let (entity, inner) = match span {
            Span::Plain(text) => return (*text).into(),
            Span::Marked(entity, inner) => (entity, inner),
        };
        let text = self.spans(inner);
        let object = |kind: &str| Object::new().with("type", kind);
        let marked = match entity {
            MessageEntity::Bold(_) => object("bold"),
            MessageEntity::Italic(_) => object("italic"),
            MessageEntity::Underline(_) => object("underline"),
            MessageEntity::Strike(_) => object("strikethrough"),
            MessageEntity::Spoiler(_) => object("spoiler"),
            MessageEntity::Code(_) => object("code"),
            MessageEntity::TextUrl(link) => {
                return object("url").with("text", text).with("url", link.url.as_str()).into();
            }
            MessageEntity::MentionName(mention) => {
                return object("text_mention").with("text", text).with("user", self.user(mention.user_id)).into();
            }
            // No reader of rich text makes others.
            _ => return text,
        };
        marked.with("text", text).into()
    }
}
