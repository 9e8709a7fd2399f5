//! What a question says, as it is stored: sealed, and apart from the events that carry its id.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use telegraphist_domain::ContentId;
use telegraphist_domain::approval::Fingerprint;

use crate::application::Application;
use crate::failure::Failure;
use crate::ports::{Content, StoreError};

/// What a question says. Stored: a field is added with a default, never changed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// One line.
    pub(crate) title: String,
    /// More of it, in markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The tool that is to be used, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool: Option<String>,
    /// Its exact arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arguments: Option<Value>,
    /// What stands on the buttons, in the order of the choices.
    pub(crate) labels: Vec<String>,
}

impl Asked {
    /// What a choice is called.
    pub(crate) fn label(&self, choice: usize) -> &str {
        self.labels.get(choice).map_or("?", String::as_str)
    }

    /// The name under which the question is bound.
    pub(crate) fn bound_tool(&self) -> &str {
        self.tool.as_deref().unwrap_or("question")
    }

    /// What the decision is bound to: the exact tool and arguments; the question itself where it is about no tool.
    pub(crate) fn fingerprint(&self, app: &Application) -> Fingerprint {
        if let Some(arguments) = &self.arguments {
            return app.fingerprint_of(self.bound_tool(), arguments);
        }
        let words = serde_json::json!({ "title": self.title, "description": self.description });
        app.fingerprint_of(self.bound_tool(), &words)
    }

    fn content(&self, id: ContentId) -> Content {
        Content { id, bytes: serde_json::to_vec(self).expect("a question is plain data") }
    }
}

impl Application {
    /// A keyed hash of a tool and its exact arguments.
    pub(crate) fn fingerprint_of(&self, tool: &str, arguments: &Value) -> Fingerprint {
        let mut message = tool.as_bytes().to_vec();
        message.push(0);
        write_canonical(&mut message, arguments);
        Fingerprint(self.inner.keyed_hash(b"telegraphist approval", &message))
    }

    /// A keyed hash of the requester's words for a rule.
    pub(super) fn fingerprint_of_rule(&self, tool: &str, words: &str) -> Fingerprint {
        let message = format!("{tool}\0{words}");
        Fingerprint(self.inner.keyed_hash(b"telegraphist rule", message.as_bytes()))
    }

    pub(super) fn fresh_content(&self, asked: &Asked) -> Content {
        asked.content(ContentId(self.ports().ids.ordered()))
    }

    /// A text of its own: a reason, edited arguments.
    pub(super) fn fresh_text(&self, text: &str) -> Content {
        Content { id: ContentId(self.ports().ids.ordered()), bytes: text.as_bytes().to_vec() }
    }

    /// What a question says; a short form of it where its text was forgotten.
    pub(crate) async fn asked(&self, id: ContentId) -> Result<Asked, Failure> {
        let Some(content) = self.ports().contents.content(id).await? else {
            let title = "(its text was deleted)".to_owned();
            return Ok(Asked { title, description: None, tool: None, arguments: None, labels: Vec::new() });
        };
        let read = serde_json::from_slice(secrecy::ExposeSecret::expose_secret(&content));
        Ok(read.map_err(|error| StoreError::Unavailable(error.into()))?)
    }

    /// A text at rest, if it was not forgotten.
    pub(crate) async fn stored_text(&self, id: ContentId) -> Result<Option<String>, Failure> {
        let content = self.ports().contents.content(id).await?;
        Ok(content.map(|content| String::from_utf8_lossy(secrecy::ExposeSecret::expose_secret(&content)).into_owned()))
    }
}

/// JSON with the fields of every object in order, so that two ways of writing the same are the same.
fn write_canonical(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            out.push(b'{');
            for (name, value) in fields {
                out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
                out.push(b':');
                write_canonical(out, value);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write_canonical(out, item);
                out.push(b',');
            }
            out.push(b']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn canonical(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        write_canonical(&mut out, value);
        out
    }

    #[test]
    fn the_order_of_fields_does_not_count_and_everything_else_does() {
        let order: Value = serde_json::from_str(r#"{"b":1,"a":[1,{"y":null,"x":false}]}"#).unwrap();
        assert_eq!(canonical(&order), canonical(&json!({"a": [1, {"x": false, "y": null}], "b": 1})));
        for other in [json!({"a": [1, {"x": false}], "b": 1}), json!({"a": [1], "b": 1}), json!({"a": "[1]", "b": 1})] {
            assert_ne!(canonical(&order), canonical(&other));
        }
    }

    #[test]
    fn the_stored_form_is_for_ever() {
        let asked = Asked {
            title: "Deploy?".into(),
            description: Some("to **production**".into()),
            tool: Some("Bash".into()),
            arguments: Some(json!({"command": "make deploy"})),
            labels: vec!["Approve".into(), "Deny".into()],
        };
        insta::assert_snapshot!(serde_json::to_string(&asked).unwrap());
        let oldest: Asked = serde_json::from_str(r#"{"title":"t","labels":["Yes"]}"#).unwrap();
        assert_eq!((oldest.label(0), oldest.label(7)), ("Yes", "?"));
    }
}
