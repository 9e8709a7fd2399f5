//! What answers are made of. Ids of 64 bits are strings; texts by strangers are [`Foreign`].

mod answer;
mod approval;
mod author;
mod chat;
mod message;
mod notice;
mod session;
mod tasks;

pub use answer::{Changed, Downloaded, Edited, Link, Me, Messages, Resolved, Sent, SentPart, SentState, Viewed};
pub use approval::{ApprovalStateName, ApprovalView, DecisionView};
pub use author::Author;
pub use chat::{ChatBrief, ChatDetail, ChatView, MemberView, Rights, TopicView, UserView};
pub use message::{MediaView, MessageView, Reaction, Sender};
pub use notice::{
    Accepted, AcceptedAt, AnsweredNotice, Arrives, BotBridge, BridgeStatus, Cleared, EventTypeView, ResponseView,
    Responses,
};
pub use session::SessionView;
pub use tasks::{
    RegisteredTodos, SubtaskView, TaskCounts, TaskListView, TaskStatus, TaskView, TodoList, TodoLists, TodoSection,
};

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// Writes a moment in the form that chrono gives it, without its machinery: a page of messages has a hundred of them.
fn rfc3339<S: Serializer>(date: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    // Parts of a moment without an offset come without adding one each time.
    let moment = date.naive_utc();
    if moment.nanosecond() != 0 || !(0..10_000).contains(&moment.year()) {
        return date.serialize(serializer);
    }
    let mut text = *b"0000-00-00T00:00:00Z";
    let year = moment.year().unsigned_abs();
    for (at, number) in [
        (0, year / 100),
        (2, year % 100),
        (5, moment.month()),
        (8, moment.day()),
        (11, moment.hour()),
        (14, moment.minute()),
        (17, moment.second()),
    ] {
        text[at] += (number / 10) as u8;
        text[at + 1] += (number % 10) as u8;
    }
    serializer.serialize_str(std::str::from_utf8(&text).expect("digits and separators"))
}

/// One page of a list. `has_more` is true exactly when there is a cursor.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items, in the order the operation promises.
    pub items: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
    /// What to pass as `cursor` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page; `next_cursor` decides whether there are more.
    pub fn new(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, has_more: next_cursor.is_some(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize)]
    struct Moment(#[serde(serialize_with = "rfc3339")] DateTime<Utc>);

    proptest! {
        #[test]
        fn moments_are_written_as_chrono_writes_them(seconds in -70_000_000_000_i64..270_000_000_000, nanos in prop_oneof![Just(0_u32), 0..2_000_000_000_u32]) {
            if let Some(date) = Utc.timestamp_opt(seconds, nanos).single() {
                prop_assert_eq!(serde_json::to_value(Moment(date)).unwrap(), serde_json::to_value(date).unwrap());
            }
        }
    }
}
