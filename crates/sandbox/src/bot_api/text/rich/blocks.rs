//! Rich messages written block by block.

use serde_json::Value;

use super::tidied;
use crate::bot_api::fields::{Fields, Read, narrow};
use crate::bot_api::text::links;
use crate::bot_api::text::output::{Mark, Output};
use crate::world::rich::{Block, Cell, Item, Line};

/// Deeper ones are refused before they are read.
const DEPTH_MAX: usize = 32;

/// Reads blocks.
pub(super) fn read(list: &[Value]) -> Read<Vec<Block>> {
    read_blocks(list, 0)
}

fn read_blocks(list: &[Value], depth: usize) -> Read<Vec<Block>> {
    if depth > DEPTH_MAX {
        return Err("blocks lie too deep in each other".to_owned());
    }
    list.iter().map(|value| read_block(value, depth + 1)).collect()
}

fn read_block(value: &Value, depth: usize) -> Read<Block> {
    let fields = Fields::of(value, "expected an Object as InputRichBlock")?;
    let line = |name: &str| read_line(fields.get(name).unwrap_or(&Value::Null));
    let inside = |fields: Fields<'_>| read_blocks(fields.list("blocks")?, depth);
    Ok(match fields.text("type")?.as_str() {
        "paragraph" => Block::Paragraph(line("text")?),
        "heading" => {
            let size = fields.number("size")?;
            let size = u8::try_from(size).ok().filter(|size| (1..=6).contains(size)).ok_or("invalid heading size")?;
            Block::Heading(size, line("text")?)
        }
        "pre" => Block::Code { text: line("text")?.text, language: fields.optional_text("language")? },
        "footer" => Block::Footer(line("text")?),
        "divider" => Block::Divider,
        "blockquote" | "expandable_blockquote" => Block::Quote(inside(fields)?),
        "list" => {
            let read = |value: &Value| -> Read<Item> {
                let item = Fields::of(value, "expected an Object as InputRichBlockListItem")?;
                let checked = item.flag("has_checkbox")?.then(|| item.flag("is_checked")).transpose()?;
                let number = item.optional_number("value")?.map(narrow);
                Ok(Item { number, checked, blocks: inside(item)? })
            };
            Block::List(fields.list("items")?.iter().map(read).collect::<Read<_>>()?)
        }
        "table" => Block::Table(fields.list("cells")?.iter().map(read_row).collect::<Read<_>>()?),
        "details" => {
            Block::Details { summary: line("summary")?, open: fields.flag("is_open")?, blocks: inside(fields)? }
        }
        "thinking" => Block::Thinking(line("text")?),
        other => return Err(format!("the sandbox does not show blocks of type \"{other}\"")),
    })
}

fn read_row(value: &Value) -> Read<Vec<Cell>> {
    let cells = value.as_array().ok_or("expected an Array of RichBlockTableCell")?;
    let read = |value: &Value| -> Read<Cell> {
        let fields = Fields::of(value, "expected an Object as RichBlockTableCell")?;
        let line = fields.get("text").map(read_line).transpose()?.unwrap_or_default();
        Ok(Cell { line, header: fields.flag("is_header")? })
    };
    cells.iter().map(read).collect()
}

/// Reads rich text: words, a list, or a mark on rich text.
fn read_line(value: &Value) -> Read<Line> {
    let mut output = Output::default();
    write(value, &mut output, 0)?;
    Ok(tidied(output.finish()))
}

fn write(value: &Value, output: &mut Output, depth: usize) -> Read<()> {
    if depth > DEPTH_MAX {
        return Err("marks lie too deep in each other".to_owned());
    }
    match value {
        Value::String(text) => {
            text.chars().for_each(|letter| output.push(letter));
            Ok(())
        }
        Value::Array(list) => list.iter().try_for_each(|value| write(value, output, depth + 1)),
        Value::Object(object) => {
            let fields = Fields(object);
            let start = output.units;
            let mark = mark(fields)?;
            write(fields.get("text").ok_or("Can't find field \"text\"")?, output, depth + 1)?;
            if let Some(mark) = mark {
                output.mark(start, mark);
            }
            Ok(())
        }
        _ => Err("expected RichText".to_owned()),
    }
}

fn mark(fields: Fields<'_>) -> Read<Option<Mark>> {
    Ok(Some(match fields.text("type")?.as_str() {
        "bold" => Mark::Bold,
        "italic" => Mark::Italic,
        "underline" => Mark::Underline,
        "strikethrough" => Mark::Strike,
        "spoiler" => Mark::Spoiler,
        "code" => Mark::Code,
        "url" => {
            let url = fields.text("url")?;
            return links::link(&url).map(Some).ok_or_else(|| format!("URL '{url}' is invalid"));
        }
        "text_mention" => {
            let user = fields.optional_object("user")?.ok_or("Can't find field \"user\"")?;
            Mark::Person(user.number("id")?)
        }
        // These are found in the words again.
        "mention" | "hashtag" | "cashtag" | "bot_command" | "email_address" | "phone_number" | "bank_card_number" => {
            return Ok(None);
        }
        other => return Err(format!("the sandbox does not show text of type \"{other}\"")),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_and_rich_text_are_read() {
        let text = json!(["a ", { "type": "bold", "text": ["b ", { "type": "italic", "text": "c" }] }]);
        let blocks = json!([
            { "type": "heading", "size": 2, "text": "Title" },
            { "type": "paragraph", "text": text },
            { "type": "list", "items": [{ "has_checkbox": true, "is_checked": true, "blocks": [{ "type": "divider" }] }] },
            { "type": "table", "cells": [[{ "align": "left", "valign": "top", "text": "x", "is_header": true }]] },
            { "type": "details", "summary": "More", "blocks": [{ "type": "paragraph", "text": "inside" }] },
        ]);
        let read = read(blocks.as_array().expect("a list")).expect("they are fine");
        assert_eq!(read[0], Block::Heading(2, Line::plain("Title")));
        assert!(matches!(&read[1], Block::Paragraph(line) if line.text == "a b c" && line.entities.len() == 2));
        assert!(matches!(&read[2], Block::List(items) if items[0].checked == Some(true)));
        assert_eq!(read.len(), 5);
    }

    #[test]
    fn what_is_not_shown_is_refused_by_name() {
        let refused = |block: Value| super::read(&[block]).expect_err("it is refused");
        assert_eq!(refused(json!({ "type": "map" })), "the sandbox does not show blocks of type \"map\"");
        let anchor = json!({ "type": "paragraph", "text": { "type": "anchor", "name": "x" } });
        assert_eq!(refused(anchor), "the sandbox does not show text of type \"anchor\"");
        assert_eq!(refused(json!({ "type": "heading", "size": 7, "text": "x" })), "invalid heading size");
        assert_eq!(refused(json!({ "type": "paragraph" })), "expected RichText");
        let deep = (0..40).fold(json!("x"), |text, _| json!({ "type": "bold", "text": text }));
        assert_eq!(refused(json!({ "type": "paragraph", "text": deep })), "marks lie too deep in each other");
    }
}
