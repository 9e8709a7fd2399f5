//! `key=value` as the tool's schema wants it.

use serde_json::{Map, Value};

use crate::exit::Usage;

/// Reads one argument.
pub(super) fn argument(schema: &Map<String, Value>, text: &str) -> Result<(String, Value), Usage> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| Usage(format!("`{text}` is no argument; write KEY=VALUE")))?;
    let properties = schema.get("properties").and_then(Value::as_object);
    let known = |name: &str| properties.and_then(|properties| properties.get(name));
    // The one alias that the tools themselves accept.
    let name = if name == "chat_id" && known(name).is_none() { "chat" } else { name };
    let Some(schema) = known(name) else {
        return Err(unknown(name, properties));
    };
    let value = value_of(schema, value).map_err(|problem| Usage(format!("{name}: {problem}")))?;
    Ok((name.to_owned(), value))
}

fn unknown(name: &str, properties: Option<&Map<String, Value>>) -> Usage {
    let names: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let nearest = names
        .iter()
        .map(|known| (*known, strsim::jaro_winkler(known, name)))
        .filter(|(_, likeness)| *likeness > 0.75)
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    let hint = match nearest {
        Some((nearest, _)) => format!("did you mean `{nearest}`?"),
        None => format!("it takes {}", names.join(", ")),
    };
    Usage(format!("the tool takes no argument `{name}`; {hint}"))
}

fn value_of(schema: &Value, text: &str) -> Result<Value, String> {
    match type_of(schema) {
        Some("integer") => text.parse::<i64>().map(Value::from).map_err(|_| format!("`{text}` is no whole number")),
        Some("number") => text.parse::<f64>().map(Value::from).map_err(|_| format!("`{text}` is no number")),
        Some("boolean") => match text {
            "true" | "yes" | "1" => Ok(true.into()),
            "false" | "no" | "0" => Ok(false.into()),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        Some("array") if !text.starts_with('[') => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| value_of(schema.get("items").unwrap_or(&Value::Null), part))
            .collect(),
        Some("array" | "object") => {
            serde_json::from_str(text).map_err(|problem| format!("this is not JSON: {problem}"))
        }
        Some(_) | None => Ok(text.into()),
    }
}

/// The type that a schema names; of several, the first that is not `null`.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Map<String, Value> {
        let schema = json!({ "properties": {
            "chat": { "type": "string" },
            "limit": { "type": "integer" },
            "silent": { "type": "boolean" },
            "message_ids": { "type": "array", "items": { "type": "integer" } },
            "files": { "type": "array", "items": { "type": "object" } },
        }});
        schema.as_object().expect("an object").clone()
    }

    fn read(text: &str) -> Value {
        argument(&schema(), text).expect("it fits the schema").1
    }

    fn problem(text: &str) -> String {
        argument(&schema(), text).expect_err("refused").to_string()
    }

    #[test]
    fn values_get_the_type_of_the_schema() {
        assert_eq!(read("chat=-100123"), json!("-100123"));
        assert_eq!(read("chat_id=@someone"), json!("@someone"));
        assert_eq!(read("chat=a=b"), json!("a=b"));
        assert_eq!(read("limit=5"), json!(5));
        assert_eq!(read("silent=true"), json!(true));
        assert_eq!(read("message_ids=1, 2,3"), json!([1, 2, 3]));
        assert_eq!(read("message_ids=[1,2]"), json!([1, 2]));
        assert_eq!(read(r#"files=[{"path":"/a"}]"#), json!([{ "path": "/a" }]));
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        assert!(problem("limit=many").contains("limit: `many` is no whole number"));
        assert!(problem("limt=5").contains("did you mean `limit`?"));
        assert!(problem("zzz=5").contains("it takes chat"));
        assert!(problem("silent").contains("KEY=VALUE"));
        assert!(problem("silent=perhaps").contains("neither true nor false"));
    }
}
