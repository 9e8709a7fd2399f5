//! Every documented method, called with the least that it wants.

use serde_json::{Map, Value, json};

use super::robot::Robot;
use crate::client::ALICE;

const DATA: &str = include_str!("../../../data/bot-api-10.3.json");

/// What the documentation says, read by this test for itself.
struct Documented(Value);

impl Documented {
    /// A value of a type: of several types the first, of an object the fields that have to be there.
    fn sample(&self, kind: &str, name: &str) -> Value {
        if kind.starts_with("Array of ") {
            return json!([]);
        }
        if name == "chat_id" || name == "from_chat_id" || name == "user_id" {
            return json!(ALICE);
        }
        let first = kind.split(" or ").next().unwrap_or(kind);
        match first {
            "Integer" => json!(1),
            "Float" | "Float number" => json!(1.5),
            "String" | "InputFile" => json!("1"),
            "Boolean" | "True" => json!(true),
            object => self.object(object),
        }
    }

    fn object(&self, name: &str) -> Value {
        let found = &self.0["types"][name];
        if let Some(first) = found["oneOf"].as_array().and_then(|kinds| kinds.first()) {
            return self.object(first.as_str().expect("a name"));
        }
        self.required(found["f"].as_array().map(Vec::as_slice).unwrap_or_default())
    }

    fn required(&self, fields: &[Value]) -> Value {
        let required = fields.iter().filter(|field| field["r"] == true);
        let text = |field: &Value, key: &str| field[key].as_str().expect("a text").to_owned();
        let field = |field: &Value| (text(field, "n"), self.sample(&text(field, "t"), &text(field, "n")));
        Value::Object(required.map(field).collect::<Map<_, _>>())
    }
}

/// A robot complains at its end of every answer that is not as documented.
#[tokio::test]
async fn every_method_answers() {
    let robot = Robot::new().await;
    let documented = Documented(serde_json::from_str(DATA).expect("the catalogue"));
    let page = telegraphist_sandbox::bot_api_page();
    let stubs = page.split("## Stubs").nth(1).expect("the page lists them");
    let methods = documented.0["methods"].as_object().expect("methods");
    // What ends the bot's session is called last.
    let ends = |name: &str| matches!(name, "close" | "logOut");
    let mut names: Vec<&String> = methods.keys().collect();
    names.sort_by_key(|name| ends(name));
    assert_eq!(names.len(), 185);
    for name in names {
        let arguments = documented.required(methods[name]["p"].as_array().expect("a list"));
        let answered = robot.call(name, arguments.clone()).await;
        match answered {
            Ok(_) => {}
            Err(no) => {
                assert!(!stubs.contains(&format!("`{name}`")), "a stub says no: {name} {arguments}: {no:?}");
                assert!(matches!(no.code, 400 | 403), "{name} {arguments}: {no:?}");
            }
        }
    }
}
