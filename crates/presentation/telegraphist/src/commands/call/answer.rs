//! Answers for people: a list becomes a table, anything else a column of fields.

use serde_json::{Map, Value};

use crate::control::Called;
use crate::terminal::{Screen, Table};

/// Columns in the order in which people look for them; a table shows the first few that hold anything.
const COLUMNS: [&str; 18] = [
    "id",
    "message_id",
    "date",
    "chat",
    "from",
    "name",
    "title",
    "username",
    "account",
    "kind",
    "state",
    "role",
    "unread",
    "text",
    "last_message",
    "members",
    "is_default",
    "file",
];

/// A table of more columns is hard to read.
const COLUMNS_MAX: usize = 7;

/// A message inside something else is shown so far.
const LINE_CHARACTERS_MAX: usize = 60;

/// Prints an answer.
pub(super) fn print(screen: &mut Screen, called: &Called) -> anyhow::Result<()> {
    let Value::Object(answer) = &called.structured else {
        return screen.line(called.text.trim_end());
    };
    if let Some(items) = items(answer) {
        return print_list(screen, answer, &items);
    }
    let fields = flattened(answer);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    screen.fields(&fields)
}

/// The items, if this is a list of objects.
fn items(answer: &Map<String, Value>) -> Option<Vec<&Map<String, Value>>> {
    answer.get("items")?.as_array()?.iter().map(Value::as_object).collect()
}

fn print_list(screen: &mut Screen, answer: &Map<String, Value>, items: &[&Map<String, Value>]) -> anyhow::Result<()> {
    let mut around = answer.clone();
    for about_the_list in ["items", "has_more", "next_cursor"] {
        around.remove(about_the_list);
    }
    for (name, value) in flattened(&around) {
        screen.line(format!("{name}: {value}"))?;
    }
    if items.is_empty() {
        return screen.line("Nothing found.");
    }
    let rows: Vec<Map<String, Value>> = items.iter().map(|item| row_of(item)).collect();
    let columns: Vec<&str> = columns_of(&rows);
    let mut table = Table::new(&columns);
    for row in &rows {
        table.row(columns.iter().map(|column| row.get(*column).map(shown).unwrap_or_default()));
    }
    table.print(screen)?;
    if let Some(cursor) = answer.get("next_cursor").and_then(Value::as_str) {
        screen.line(format!("\nMore: cursor={cursor}"))?;
    }
    Ok(())
}

/// An item with what a message says in one place: its text, what is attached, or what happened.
fn row_of(item: &Map<String, Value>) -> Map<String, Value> {
    let mut row = item.clone();
    let parts: Vec<String> = ["service", "media", "text"]
        .into_iter()
        .filter_map(|name| row.remove(name))
        .map(|value| match value {
            Value::Object(media) => format!("[{}]", media_line(&media)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => shown(&value),
        })
        .filter(|part| !part.is_empty())
        .collect();
    if !parts.is_empty() {
        row.insert("text".to_owned(), parts.join(" ").into());
    }
    row
}

fn media_line(media: &Map<String, Value>) -> String {
    let parts = ["kind", "name", "summary"].into_iter().filter_map(|name| media.get(name));
    parts.map(shown).collect::<Vec<_>>().join(" ")
}

fn columns_of(rows: &[Map<String, Value>]) -> Vec<&'static str> {
    let is_used = |column: &&str| rows.iter().any(|row| row.get(*column).is_some_and(|value| !shown(value).is_empty()));
    COLUMNS.into_iter().filter(is_used).take(COLUMNS_MAX).collect()
}

/// Every value by its path, for answers that are one thing.
fn flattened(object: &Map<String, Value>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) if named(inner).is_none() && message_line(inner).is_none() => {
                let inner = flattened(inner).into_iter();
                fields.extend(inner.map(|(below, value)| (format!("{name}.{below}"), value)));
            }
            value => fields.push((name.clone(), shown(value))),
        }
    }
    fields.retain(|(_, value)| !value.is_empty());
    fields.sort_by_key(|(name, _)| COLUMNS.iter().position(|column| column == name).unwrap_or(COLUMNS.len()));
    fields
}

/// A value in one cell.
fn shown(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => moment(text).unwrap_or_else(|| text.clone()),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(object) => message_line(object).or_else(|| named(object)).unwrap_or_else(|| {
            let fields = flattened(object).into_iter().map(|(name, value)| format!("{name}={value}"));
            fields.collect::<Vec<_>>().join(" ")
        }),
    }
}

/// A message inside something else: who said what, on one line.
fn message_line(object: &Map<String, Value>) -> Option<String> {
    object.get("is_mine").and(object.get("date"))?;
    let text = row_of(object).get("text").map(shown)?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sender = object.get("from").and_then(|from| from.get("name")?.as_str());
    Some(match sender {
        Some(sender) => format!("{sender}: {}", shortened(&line)),
        None => shortened(&line),
    })
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LINE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What a person or a chat is called.
fn named(object: &Map<String, Value>) -> Option<String> {
    let name = ["title", "name"].into_iter().find_map(|key| object.get(key)?.as_str())?;
    // A thing with many facts of its own is more than its name.
    (object.len() <= 5).then(|| match object.get("id").and_then(Value::as_str) {
        Some(id) => format!("{name} ({id})"),
        None => name.to_owned(),
    })
}

/// RFC 3339 to the minute.
fn moment(text: &str) -> Option<String> {
    let is_like_one = text.len() >= 20 && text.as_bytes()[10] == b'T' && text.as_bytes()[0].is_ascii_digit();
    let date = chrono::DateTime::parse_from_rfc3339(text).ok().filter(|_| is_like_one)?;
    Some(date.to_utc().format("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_message_says_in_one_cell_what_it_is() {
        let row = row_of(&object(&json!({
            "id": 7, "text": "the invoice", "media": { "kind": "document", "name": "invoice.pdf" },
        })));
        assert_eq!(row["text"], "[document invoice.pdf] the invoice");
        assert_eq!(columns_of(&[row]), ["id", "text"]);
    }

    #[test]
    fn people_and_moments_are_short() {
        assert_eq!(shown(&json!({ "id": "7", "name": "Alice" })), "Alice (7)");
        assert_eq!(shown(&json!("2026-11-21T09:30:59Z")), "2026-11-21 09:30");
        assert_eq!(shown(&json!("2026-11-21")), "2026-11-21");
    }

    #[test]
    fn what_is_in_an_answer_is_shown_by_its_path() {
        let fields = flattened(&object(&json!({ "state": "sent", "rights": { "send": true, "pin": false } })));
        assert_eq!(fields, [("state".to_owned(), "sent".to_owned()), ("rights.send".to_owned(), "yes".to_owned())]);
    }
}
