use super::{Cancellation, Card, Decided, Question};
use crate::{ApprovalId, Timestamp, UserId};

/// What can have happened to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalEvent {
    /// It was asked.
    Requested {
        /// Its id.
        id: ApprovalId,
        /// What is asked.
        question: Question,
        /// When.
        at: Timestamp,
    },
    /// Quiet hours keep it from being shown.
    Held {
        /// Until then.
        until: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// A card with it arrived.
    Shown {
        /// Where.
        card: Card,
        /// When.
        at: Timestamp,
    },
    /// It was said that time is short.
    Reminded {
        /// When.
        at: Timestamp,
    },
    /// One of several needed voices said yes.
    Supported {
        /// Whose.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// It is decided.
    Decided {
        /// How.
        decided: Decided,
    },
    /// What was allowed was taken up.
    Executed {
        /// When.
        at: Timestamp,
    },
    /// Nobody decided in time.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Nobody needs to know any more.
    Cancelled {
        /// Why.
        why: Cancellation,
        /// When.
        at: Timestamp,
    },
    /// Nobody could be asked.
    Undeliverable {
        /// For people, without texts.
        reason: String,
        /// When.
        at: Timestamp,
    },
}
