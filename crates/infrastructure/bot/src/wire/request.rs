use serde::Serialize;
use serde_json::{Map, Value};
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;
use teloxide::requests::Payload;

use super::form::Upload;

/// A method of the Bot API and what it is called with.
pub(crate) struct Request {
    /// As the documentation spells it.
    pub(crate) method: String,
    /// The arguments, but for the content of files.
    pub(crate) arguments: Map<String, Value>,
    /// Files that arguments name as `attach://<name>`.
    pub(crate) files: Vec<Upload>,
}

/// The arguments that hold formatting.
const FORMATTING: [&str; 2] = ["entities", "caption_entities"];

impl Request {
    /// A payload of teloxide's, or one of ours, as a request.
    pub(crate) fn of<P: Payload + Serialize>(payload: &P) -> Self {
        let arguments = match serde_json::to_value(payload) {
            Ok(Value::Object(arguments)) => arguments,
            Ok(Value::Null) => Map::new(),
            Ok(_) | Err(_) => unreachable!("payloads are structs of plain data"),
        };
        Self { method: camel_case(P::NAME), arguments, files: Vec::new() }
    }

    /// A method whose arguments are added one by one: those that carry files are not teloxide's to say.
    pub(crate) fn named(method: &str) -> Self {
        Self { method: method.to_owned(), arguments: Map::new(), files: Vec::new() }
    }

    /// The same with one more argument: for what is newer than teloxide.
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("arguments are plain data");
        self.arguments.insert(name.to_owned(), value);
        self
    }

    /// The same with files.
    pub(crate) fn with_files(mut self, files: Vec<Upload>) -> Self {
        self.files = files;
        self
    }

    /// The same once more; none where it has files, which can be read only once.
    pub(crate) fn again(&self) -> Option<Self> {
        let is_plain = self.files.is_empty();
        is_plain.then(|| Self { method: self.method.clone(), arguments: self.arguments.clone(), files: Vec::new() })
    }

    /// Whether it has a text with formatting.
    pub(crate) fn is_formatted(&self) -> bool {
        FORMATTING.iter().any(|name| self.arguments.contains_key(*name))
    }

    /// The text without its formatting.
    pub(crate) fn unformatted(mut self) -> Self {
        for name in FORMATTING {
            self.arguments.remove(name);
        }
        self
    }

    /// The chat that it is about, as far as a number names it.
    pub(crate) fn chat(&self) -> Option<ChatId> {
        self.arguments.get("chat_id").and_then(Value::as_i64).map(ChatId)
    }

    /// Takes it to the supergroup that its group has become; false where that would mean something else. Messages have
    /// other numbers there: what names one of the group itself cannot be moved, and an answer goes as a plain message.
    pub(crate) fn move_to(&mut self, chat: ChatId) -> bool {
        let is_group = |id: &Value| id.as_i64().is_some_and(|id| matches!(ChatId(id).unmarked(), Bare::Group(_)));
        let names_message = ["message_id", "message_ids"].iter().any(|name| self.arguments.contains_key(*name));
        let from = self.arguments.get("from_chat_id");
        let is_elsewhere = from.is_some_and(|from| !is_group(from));
        let is_moved = self.arguments.get("chat_id").is_some_and(is_group) && (!names_message || is_elsewhere);
        if is_moved {
            self.arguments.insert("chat_id".to_owned(), chat.0.into());
            self.arguments.remove("reply_parameters");
        }
        is_moved
    }
}

/// `GetMe` as `getMe`: servers take either, people and logs know the second.
fn camel_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teloxide::payloads;
    use teloxide::types;

    use super::*;

    const GROUP: i64 = -500;
    const SUPERGROUP: ChatId = ChatId(-1_000_000_000_700);

    fn arguments(request: &Request) -> Value {
        Value::Object(request.arguments.clone())
    }

    #[test]
    fn a_payload_of_teloxide_becomes_what_the_bot_api_documents() {
        let mut payload = payloads::SendMessage::new(types::ChatId(7), "hello");
        payload.message_thread_id = Some(types::ThreadId(types::MessageId(3)));
        payload.reply_parameters = Some(types::ReplyParameters::new(types::MessageId(5)));
        payload.entities = Some(vec![types::MessageEntity::bold(0, 5)]);
        let request = Request::of(&payload).with("reply_markup", json!({"inline_keyboard": []}));
        assert_eq!(request.method, "sendMessage");
        let wanted = json!({
            "chat_id": 7,
            "text": "hello",
            "message_thread_id": 3,
            "reply_parameters": {"message_id": 5},
            "entities": [{"type": "bold", "offset": 0, "length": 5}],
            "reply_markup": {"inline_keyboard": []},
        });
        assert_eq!(arguments(&request), wanted);
        let edit = payloads::EditMessageText::new(types::ChatId(7), types::MessageId(5), "x");
        assert_eq!(arguments(&Request::of(&edit)), json!({"chat_id": 7, "message_id": 5, "text": "x"}));
        assert_eq!(arguments(&Request::of(&payloads::GetMe::new())), json!({}));
    }

    #[test]
    fn a_message_follows_its_group_and_an_answer_goes_as_a_plain_message() {
        let mut payload = payloads::SendMessage::new(types::ChatId(GROUP), "hello");
        payload.reply_parameters = Some(types::ReplyParameters::new(types::MessageId(5)));
        let mut request = Request::of(&payload);
        assert!(request.move_to(SUPERGROUP));
        assert_eq!(arguments(&request), json!({"chat_id": SUPERGROUP.0, "text": "hello"}));
        assert_eq!(request.chat(), Some(SUPERGROUP));
    }

    #[test]
    fn what_names_a_message_of_the_group_stays() {
        let edit = payloads::EditMessageText::new(types::ChatId(GROUP), types::MessageId(5), "x");
        let mut edit = Request::of(&edit);
        assert!(!edit.move_to(SUPERGROUP));
        assert_eq!(edit.chat(), Some(ChatId(GROUP)));
        let forward = |from| {
            let payload =
                payloads::ForwardMessages::new(types::ChatId(GROUP), types::ChatId(from), [types::MessageId(5)]);
            Request::of(&payload).move_to(SUPERGROUP)
        };
        assert!(!forward(GROUP));
        assert!(forward(1002));
    }
}
