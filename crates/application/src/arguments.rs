//! Argument types that many operations share; what they accept is wider than what they promise.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use telegraphist_domain::ChatRef;

use crate::operation::Refused;
use crate::text::{self, TEXT_MAX, utf16_len};

/// A chat as the caller named it: id, `@name`, t.me link, `+phone` or `me`. Numbers are accepted at input.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ChatArg(pub String);

impl ChatArg {
    /// The reference, or a refusal that says what to give.
    pub fn parse(&self) -> Result<ChatRef, Refused> {
        self.0
            .parse()
            .map_err(|problem: telegraphist_domain::references::NotAChat| Refused::new("chat", problem.to_string()))
    }
}

impl<'de> Deserialize<'de> for ChatArg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a chat: id, @name, t.me link, +phone or me")]
        enum Wide {
            Text(String),
            Number(i64),
        }
        Ok(Self(match Wide::deserialize(deserializer)? {
            Wide::Text(text) => text,
            Wide::Number(number) => number.to_string(),
        }))
    }
}

impl JsonSchema for ChatArg {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Chat".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A message id. Numeric strings are accepted at input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct MessageIdArg(pub i32);

impl<'de> Deserialize<'de> for MessageIdArg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a message id: a positive whole number")]
        enum Wide {
            Number(i32),
            Text(String),
        }
        let id = match Wide::deserialize(deserializer)? {
            Wide::Number(id) => Some(id),
            Wide::Text(text) => text.parse().ok(),
        };
        id.filter(|id| *id > 0)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a message id is a positive whole number"))
    }
}

impl JsonSchema for MessageIdArg {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "MessageId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

/// How much of each item to answer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ResponseFormat {
    /// What is needed to act.
    #[default]
    Concise,
    /// Everything known.
    Detailed,
}

/// How `text` is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum TextFormat {
    /// Markdown as chat models write it.
    #[default]
    Markdown,
    /// The HTML subset that Telegram knows.
    Html,
    /// As it is.
    Plain,
}

/// A kind of chat.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ChatKind {
    /// A person.
    Private,
    /// A bot.
    Bot,
    /// A basic group.
    Group,
    /// A supergroup, forums included.
    Supergroup,
    /// A broadcast channel.
    Channel,
}

/// A kind of media to search for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MediaKind {
    /// Photos.
    Photo,
    /// Videos.
    Video,
    /// Files.
    Document,
    /// Voice notes.
    Voice,
    /// Music.
    Audio,
    /// Messages with links.
    Link,
    /// Animations.
    Gif,
    /// Polls.
    Poll,
}

/// A role in a group or channel.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MemberRole {
    /// Who made it.
    Owner,
    /// Who runs it.
    Admin,
    /// Everybody else.
    Member,
    /// Who may not come back.
    Banned,
    /// Bots among the members.
    Bot,
}

/// The most items a page may have.
pub const LIMIT_MAX: u32 = 100;

/// The longest text that is split and sent, in UTF-16 code units: fifty messages.
pub const SPLIT_TEXT_MAX: usize = 50 * TEXT_MAX;

/// Refuses a text that would arrive empty, or is longer than `max` UTF-16 code units once it is formatted.
pub fn check_text(argument: &'static str, text: &str, format: TextFormat, max: usize) -> Result<(), Refused> {
    let length = utf16_len(&text::format(text, format).text);
    if length == 0 {
        return Err(Refused::new(argument, "nothing in it can be seen; give a text"));
    }
    if length > max {
        let problem = format!("has {length} characters, {max} at most; shorten it or send it as a file with send_file");
        return Err(Refused::new(argument, problem));
    }
    Ok(())
}

/// Refuses a time span that ends before it starts.
pub fn check_span(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Result<(), Refused> {
    match since.zip(until) {
        Some((since, until)) if since > until => Err(Refused::new("since", "must not be after until")),
        Some(_) | None => Ok(()),
    }
}

/// `limit` as asked for, or `default`; refused outside `1..=LIMIT_MAX`.
pub fn limit(asked: Option<u32>, default: u32) -> Result<usize, Refused> {
    match asked.unwrap_or(default) {
        limit @ 1..=LIMIT_MAX => Ok(limit as usize),
        _ => Err(Refused::new("limit", format!("must be 1 to {LIMIT_MAX}"))),
    }
}
