//! Rich messages as clients see them.

use grammers_tl_types as tl;
use tl::enums::{MessageEntity, PageBlock, RichText};

use crate::world::rich::{Block, Cell, Item, Line, Rich, Span};

/// A rich message.
pub(crate) fn view_rich(rich: &Rich) -> tl::enums::RichMessage {
    let blocks = rich.blocks.iter().map(view_block).collect();
    tl::types::RichMessage { rtl: rich.rtl, part: false, blocks, photos: Vec::new(), documents: Vec::new() }.into()
}

fn view_blocks(blocks: &[Block]) -> Vec<PageBlock> {
    blocks.iter().map(view_block).collect()
}

fn view_block(block: &Block) -> PageBlock {
    match block {
        Block::Paragraph(line) => tl::types::PageBlockParagraph { text: view_line(line) }.into(),
        Block::Heading(size, line) => view_heading(*size, view_line(line)),
        Block::Code { text, language } => {
            let text = tl::types::TextPlain { text: text.clone() }.into();
            tl::types::PageBlockPreformatted { text, language: language.clone() }.into()
        }
        Block::Footer(line) => tl::types::PageBlockFooter { text: view_line(line) }.into(),
        Block::Divider => PageBlock::Divider,
        Block::Quote(blocks) => {
            tl::types::PageBlockBlockquoteBlocks { blocks: view_blocks(blocks), caption: RichText::TextEmpty }.into()
        }
        Block::List(items) if items.iter().any(|item| item.number.is_some()) => {
            let first = items.first().and_then(|item| item.number);
            let items = items.iter().map(view_numbered).collect();
            tl::types::PageBlockOrderedList { reversed: false, items, start: first, r#type: None }.into()
        }
        Block::List(items) => tl::types::PageBlockList { items: items.iter().map(view_item).collect() }.into(),
        Block::Table(rows) => {
            let row =
                |cells: &Vec<Cell>| tl::types::PageTableRow { cells: cells.iter().map(view_cell).collect() }.into();
            tl::types::PageBlockTable {
                bordered: true,
                striped: false,
                compact: false,
                title: RichText::TextEmpty,
                rows: rows.iter().map(row).collect(),
            }
            .into()
        }
        Block::Details { summary, open, blocks } => {
            tl::types::PageBlockDetails { open: *open, blocks: view_blocks(blocks), title: view_line(summary) }.into()
        }
        Block::Thinking(line) => tl::types::PageBlockThinking { text: view_line(line) }.into(),
    }
}

fn view_heading(size: u8, text: RichText) -> PageBlock {
    match size {
        0 | 1 => tl::types::PageBlockHeading1 { text }.into(),
        2 => tl::types::PageBlockHeading2 { text }.into(),
        3 => tl::types::PageBlockHeading3 { text }.into(),
        4 => tl::types::PageBlockHeading4 { text }.into(),
        5 => tl::types::PageBlockHeading5 { text }.into(),
        _ => tl::types::PageBlockHeading6 { text }.into(),
    }
}

fn view_item(item: &Item) -> tl::enums::PageListItem {
    let (checkbox, checked) = (item.checked.is_some(), item.checked == Some(true));
    tl::types::PageListItemBlocks { checkbox, checked, blocks: view_blocks(&item.blocks) }.into()
}

fn view_numbered(item: &Item) -> tl::enums::PageListOrderedItem {
    tl::types::PageListOrderedItemBlocks {
        checkbox: item.checked.is_some(),
        checked: item.checked == Some(true),
        num: item.number.map(|number| number.to_string()),
        blocks: view_blocks(&item.blocks),
        value: item.number,
        r#type: None,
    }
    .into()
}

fn view_cell(cell: &Cell) -> tl::enums::PageTableCell {
    tl::types::PageTableCell {
        header: cell.header,
        align_center: false,
        align_right: false,
        valign_middle: false,
        valign_bottom: false,
        text: (!cell.line.text.is_empty()).then(|| view_line(&cell.line)),
        colspan: None,
        rowspan: None,
    }
    .into()
}

fn view_line(line: &Line) -> RichText {
    view_spans(&line.spans())
}

fn view_spans(spans: &[Span<'_>]) -> RichText {
    match spans {
        [] => RichText::TextEmpty,
        [one] => view_span(one),
        several => tl::types::TextConcat { texts: several.iter().map(view_span).collect() }.into(),
    }
}

fn view_span(span: &Span<'_>) -> RichText {
    let (entity, inner) = match span {
        Span::Plain(text) => return tl::types::TextPlain { text: (*text).to_owned() }.into(),
        Span::Marked(entity, inner) => (entity, inner),
    };
    let text = view_spans(inner);
    match entity {
        MessageEntity::Bold(_) => tl::types::TextBold { text }.into(),
        MessageEntity::Italic(_) => tl::types::TextItalic { text }.into(),
        MessageEntity::Underline(_) => tl::types::TextUnderline { text }.into(),
        MessageEntity::Strike(_) => tl::types::TextStrike { text }.into(),
        MessageEntity::Spoiler(_) => tl::types::TextSpoiler { text }.into(),
        MessageEntity::Code(_) => tl::types::TextFixed { text }.into(),
        MessageEntity::TextUrl(link) => tl::types::TextUrl { text, url: link.url.clone(), webpage_id: 0 }.into(),
        MessageEntity::MentionName(mention) => tl::types::TextMentionName { text, user_id: mention.user_id }.into(),
        // No reader of rich text makes others.
        _ => text,
    }
}
