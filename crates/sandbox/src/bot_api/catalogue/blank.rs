//! Values that say nothing but have the right type: what methods answer that the box does not perform.

use serde_json::{Map, Value, json};

use super::{Catalogue, Kind};

/// A value of a type with nothing in it but what has to be there.
pub(crate) fn blank(kind: &Kind) -> Value {
    match kind {
        Kind::Integer => json!(0),
        Kind::Float => json!(0.0),
        Kind::Text | Kind::File => json!(""),
        Kind::Boolean => json!(false),
        Kind::True => json!(true),
        Kind::List(_) => json!([]),
        Kind::OneOf(kinds) => kinds.first().map_or(Value::Null, blank),
        Kind::Object(name) => blank_object(name),
    }
}

fn blank_object(name: &str) -> Value {
    let Some(found) = Catalogue::get().type_of(name) else { return json!({}) };
    if let Some(first) = found.one_of.first() {
        return blank_object(first);
    }
    let required = found.fields.iter().filter(|field| field.required);
    let field = |field: &super::Field| {
        let known = known(name, &field.name).map(Value::from);
        (field.name.clone(), known.unwrap_or_else(|| blank(&field.kind)))
    };
    Value::Object(required.map(field).collect::<Map<_, _>>())
}

/// Texts that clients turn into something of their own, and must therefore know.
fn known(name: &str, field: &str) -> Option<&'static str> {
    match (name, field) {
        ("Chat" | "ChatFullInfo", "type") => Some("private"),
        ("StickerSet", "sticker_type") | ("Sticker" | "Poll", "type") => Some("regular"),
        ("ChatMemberOwner", "status") => Some("creator"),
        ("MenuButtonCommands", "type") => Some("commands"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::conforming::{Rigour, conforms};
    use super::*;

    #[test]
    fn every_method_has_an_answer_of_its_type() {
        for method in Catalogue::get().methods() {
            let answer = blank(&method.returns);
            let wrong = conforms(&answer, &method.returns, Rigour::Answer).err();
            assert_eq!(wrong, None, "{}: {answer}", method.name);
        }
    }
}
