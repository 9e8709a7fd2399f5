//! Answers in which nothing is by strangers: what this server says of itself, and what people wrote who were let in.

use super::{Acquaintances, Withhold};
use crate::cards::{CardEdited, CardSent};
use crate::operations::ToolUseDecision;
use crate::views::*;

macro_rules! nothing_by_strangers {
    ($($answer:ty),* $(,)?) => {
        $(impl Withhold for $answer {
            fn withhold(&mut self, _acquaintances: &Acquaintances<'_>) {}
        })*
    };
}

nothing_by_strangers! {
    Accepted,
    ApprovalView,
    BridgeStatus,
    CardEdited,
    CardSent,
    Cleared,
    Link,
    Page<ApprovalView>,
    Page<EventTypeView>,
    Page<SessionView>,
    RegisteredTodos,
    Responses,
    TaskStatus,
    TodoLists,
    ToolUseDecision,
    // Whose picture it is was asked before it was fetched.
    Viewed,
}
