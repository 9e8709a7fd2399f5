use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::CodeWay;

/// What the page shows of an enrolment. Not `Debug`: the form token and the link of a QR code are secrets.
pub struct EnrolmentView {
    /// The session's name.
    pub session: String,
    /// Where it stands.
    pub stage: EnrolmentStage,
    /// What every form of its pages must bring along.
    pub form_token: String,
    /// When it ends by itself.
    pub expires: DateTime<Utc>,
}

/// Where an enrolment stands.
#[derive(Clone)]
pub enum EnrolmentStage {
    /// The person has yet to say how to sign in.
    Choosing,
    /// A code is under way.
    Code {
        /// The number, but for its end unreadable.
        phone: String,
        /// Where to look for the code.
        way: CodeWay,
        /// Its length, where known.
        digits: Option<u32>,
    },
    /// A QR code waits to be scanned.
    Qr {
        /// The link to draw.
        url: String,
        /// When another has to be drawn.
        expires: DateTime<Utc>,
    },
    /// The account has a password.
    Password {
        /// The owner's hint.
        hint: Option<String>,
    },
    /// Nothing more can be done.
    Ended(EnrolmentEnd),
}

/// How an enrolment ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentEnd {
    /// Somebody signed in.
    SignedIn {
        /// For people: `Alice (@alice)`.
        account: String,
    },
    /// Codes or passwords were wrong too often.
    TooManyTries,
    /// Nobody signed in in time.
    Expired,
}

impl EnrolmentEnd {
    /// For the audit log.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "ok",
            Self::TooManyTries => "too_many_tries",
            Self::Expired => "expired",
        }
    }
}

/// A phone number of which only the end can be read: enough to see a slip, too little to call.
pub(super) fn masked(phone: &str) -> String {
    const SHOWN: usize = 2;
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let hidden = digits.len().saturating_sub(SHOWN);
    std::iter::repeat_n('•', hidden).chain(digits[hidden..].iter().copied()).collect()
}
