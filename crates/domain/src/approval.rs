//! A question that waits for a human's decision, and what it is bound to.
//!
//! The first valid decision wins. Expired, denied, cancelled and undeliverable are different ends, and none of them
//! allows anything. What was allowed is allowed for the exact tool and arguments that were shown, to the requester that
//! asked, and once. Texts lie apart, sealed; events carry their ids. Start with [`ApprovalState`].

mod choice;
mod deciders;
mod event;
mod refusal;
mod subject;
#[cfg(test)]
mod tests;

pub use choice::{CHOICES_MAX, Choice, Meaning};
pub use deciders::{DECIDERS_MAX, Deciders, Risk};
pub use event::ApprovalEvent;
pub use refusal::Refusal;
pub use subject::{Fingerprint, Requester, Subject};

use crate::{Aggregate, ApprovalId, ChatId, ContentId, MessageId, SessionId, Timestamp, UserId};

/// More cards than this are not remembered.
pub const CARDS_MAX: usize = 32;

/// A question that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its id; random, so that nobody can name one that they were not shown.
    pub id: ApprovalId,
    /// Who asks.
    pub requester: Requester,
    /// What exactly is asked for.
    pub subject: Subject,
    /// What can be answered, in the order shown.
    pub choices: Vec<Choice>,
    /// Who may answer.
    pub deciders: Deciders,
    /// How much is at stake.
    pub risk: Risk,
    /// The question and everything that belongs to it.
    pub content: ContentId,
    /// When it was asked.
    pub created: Timestamp,
    /// When nobody needs to answer any more.
    pub expires: Timestamp,
    /// Where it was shown.
    pub cards: Vec<Card>,
    /// Who said yes so far, where more than one has to.
    pub votes: Vec<UserId>,
    /// Whether a reminder was sent.
    pub is_reminded: bool,
    /// Until when quiet hours keep it from being shown.
    pub held_until: Option<Timestamp>,
    /// Where it stands.
    pub state: ApprovalState,
}

/// Where a question stands.
///
/// ```text
/// pending ──> decided ──> executed
///    ├──────> expired
///    ├──────> cancelled
///    └──────> undeliverable
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Nobody has decided yet.
    Pending,
    /// Somebody has.
    Decided(Decided),
    /// What was allowed has been taken up, and cannot be again.
    Executed(Decided),
    /// Nobody decided in time.
    Expired,
    /// Nobody needs to know any more.
    Cancelled(Cancellation),
    /// Nobody could be asked.
    Undeliverable {
        /// For people, without texts.
        reason: String,
    },
}

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Which of the choices, from 0.
    pub choice: usize,
    /// What that means.
    pub meaning: Meaning,
    /// Who.
    pub by: Decider,
    /// Why, by its id.
    pub reason: Option<ContentId>,
    /// What is allowed in place of what was asked for, where the decider changed it.
    pub edited: Option<Edited>,
    /// When.
    pub at: Timestamp,
}

/// Arguments that a decider wrote in place of the requester's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edited {
    /// What is allowed now.
    pub arguments: Fingerprint,
    /// The arguments, by their id.
    pub content: ContentId,
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decider {
    /// A person in Telegram.
    Person(UserId),
    /// The operating system's user at the requester's own client, where policy names them.
    Local(u32),
    /// A rule that a person has made before.
    Rule(uuid::Uuid),
}

/// Why nobody needs to know any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cancellation {
    /// The requester took it back.
    Requester,
    /// The requester is gone and nobody waits.
    RequesterGone,
    /// An operator ended it.
    Operator,
}

/// A message that shows the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Card {
    /// Through which login.
    pub session: SessionId,
    /// In which chat.
    pub chat: ChatId,
    /// Which message.
    pub message: MessageId,
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub requester: Requester,
    /// What exactly is asked for.
    pub subject: Subject,
    /// What can be answered.
    pub choices: Vec<Choice>,
    /// Who may answer.
    pub deciders: Deciders,
    /// How much is at stake.
    pub risk: Risk,
    /// The question, by its id.
    pub content: ContentId,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// An answer as it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which of the choices, from 0.
    pub choice: usize,
    /// Who.
    pub by: Decider,
    /// Why, by its id.
    pub reason: Option<ContentId>,
    /// Arguments written in place of the requester's.
    pub edited: Option<Edited>,
}

/// What a decision gives.
pub type Decision = Result<Vec<ApprovalEvent>, Refusal>;

/// Nothing happened: what was asked for is so already.
const NOTHING: Decision = Ok(Vec::new());

impl Aggregate for Approval {
    type Id = ApprovalId;
    type Event = ApprovalEvent;
    const NAME: &'static str = "approval";

    fn evolve(state: Option<Self>, event: &ApprovalEvent) -> Option<Self> {
        let Some(mut approval) = state else {
            return Self::born(event);
        };
        match event {
            ApprovalEvent::Requested { .. } => {}
            ApprovalEvent::Held { until, .. } => approval.held_until = Some(*until),
            ApprovalEvent::Shown { card, .. } => {
                approval.held_until = None;
                if approval.cards.len() < CARDS_MAX {
                    approval.cards.push(*card);
                }
            }
            ApprovalEvent::Reminded { .. } => approval.is_reminded = true,
            ApprovalEvent::Supported { by, .. } => approval.votes.push(*by),
            ApprovalEvent::Decided { decided } => approval.state = ApprovalState::Decided(*decided),
            ApprovalEvent::Executed { .. } => {
                if let ApprovalState::Decided(decided) = approval.state {
                    approval.state = ApprovalState::Executed(decided);
                }
            }
            ApprovalEvent::Expired { .. } => approval.state = ApprovalState::Expired,
            ApprovalEvent::Cancelled { why, .. } => approval.state = ApprovalState::Cancelled(*why),
            ApprovalEvent::Undeliverable { reason, .. } => {
                approval.state = ApprovalState::Undeliverable { reason: reason.clone() };
            }
        }
        Some(approval)
    }
}

impl Approval {
    /// Asks a question. Refuses one that nobody could answer, or that is over before it is asked.
    pub fn request(id: ApprovalId, question: Question, at: Timestamp) -> Decision {
        choice::check(&question.choices)?;
        question.deciders.check()?;
        if question.expires <= at {
            return Err(Refusal::ExpiresInThePast);
        }
        Ok(vec![ApprovalEvent::Requested { id, question, at }])
    }

    /// Keeps it from being shown until then; the requester is told.
    pub fn hold(&self, until: Timestamp, at: Timestamp) -> Decision {
        self.check_pending()?;
        if self.held_until == Some(until) {
            return NOTHING;
        }
        Ok(vec![ApprovalEvent::Held { until, at }])
    }

    /// Notes where it was shown.
    pub fn show(&self, card: Card, at: Timestamp) -> Vec<ApprovalEvent> {
        if self.cards.contains(&card) || self.cards.len() >= CARDS_MAX {
            return Vec::new();
        }
        vec![ApprovalEvent::Shown { card, at }]
    }

    /// Notes that it was said that time is short.
    pub fn remind(&self, at: Timestamp) -> Decision {
        self.check_pending()?;
        if self.is_reminded {
            return NOTHING;
        }
        Ok(vec![ApprovalEvent::Reminded { at }])
    }

    /// Decides, or adds one voice where several are needed. A single no is enough. What comes too late is refused with
    /// how it ended.
    pub fn decide(&self, verdict: Verdict, at: Timestamp) -> Decision {
        self.check_pending()?;
        if at >= self.expires {
            return Err(Refusal::Expired);
        }
        let choice = self.choices.get(verdict.choice).ok_or(Refusal::NoSuchChoice)?;
        if let Decider::Person(user) = verdict.by {
            self.check_decider(user)?;
        }
        if verdict.edited.is_some() && choice.meaning != Meaning::AllowEdited {
            return Err(Refusal::NotEditable);
        }
        if verdict.edited.is_none() && choice.meaning == Meaning::AllowEdited {
            return Err(Refusal::EditMissing);
        }
        let decided = ApprovalEvent::Decided {
            decided: Decided {
                choice: verdict.choice,
                meaning: choice.meaning,
                by: verdict.by,
                reason: verdict.reason,
                edited: verdict.edited,
                at,
            },
        };
        match verdict.by {
            Decider::Person(user) if choice.meaning.allows() && self.deciders.quorum > 1 => {
                self.support(user, decided, at)
            }
            Decider::Person(_) | Decider::Local(_) | Decider::Rule(_) => Ok(vec![decided]),
        }
    }

    /// One of several that are needed.
    fn support(&self, user: UserId, decided: ApprovalEvent, at: Timestamp) -> Decision {
        if self.votes.contains(&user) {
            return Err(Refusal::AlreadySupported);
        }
        let mut events = vec![ApprovalEvent::Supported { by: user, at }];
        if self.votes.len() + 1 >= usize::from(self.deciders.quorum) {
            events.push(decided);
        }
        Ok(events)
    }

    /// Takes up what was allowed: the exact thing, by who asked for it, once.
    pub fn execute(&self, requester: &Requester, subject: &Subject, at: Timestamp) -> Decision {
        let decided = match &self.state {
            ApprovalState::Decided(decided) => decided,
            ApprovalState::Executed(_) => return Err(Refusal::AlreadyExecuted),
            ApprovalState::Pending => return Err(Refusal::NotDecided),
            ApprovalState::Expired | ApprovalState::Cancelled(_) | ApprovalState::Undeliverable { .. } => {
                return Err(self.over());
            }
        };
        if !decided.meaning.allows() {
            return Err(Refusal::Denied);
        }
        let allowed = Subject {
            arguments: decided.edited.map_or(self.subject.arguments, |edited| edited.arguments),
            ..self.subject.clone()
        };
        if *requester != self.requester || *subject != allowed {
            return Err(Refusal::AnotherSubject);
        }
        Ok(vec![ApprovalEvent::Executed { at }])
    }

    /// Ends it where nobody decided in time.
    pub fn expire(&self, at: Timestamp) -> Decision {
        self.check_pending()?;
        if at < self.expires {
            return Err(Refusal::NotYetExpired);
        }
        Ok(vec![ApprovalEvent::Expired { at }])
    }

    /// Ends it because nobody needs to know any more.
    pub fn cancel(&self, why: Cancellation, at: Timestamp) -> Decision {
        match &self.state {
            ApprovalState::Pending => Ok(vec![ApprovalEvent::Cancelled { why, at }]),
            ApprovalState::Cancelled(_) => NOTHING,
            ApprovalState::Decided(_)
            | ApprovalState::Executed(_)
            | ApprovalState::Expired
            | ApprovalState::Undeliverable { .. } => Err(self.over()),
        }
    }

    /// Ends it because nobody could be asked. One card that arrived is enough to wait on.
    pub fn give_up(&self, reason: String, at: Timestamp) -> Decision {
        self.check_pending()?;
        if !self.cards.is_empty() {
            return NOTHING;
        }
        Ok(vec![ApprovalEvent::Undeliverable { reason, at }])
    }

    /// Whether nobody has decided yet.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, ApprovalState::Pending)
    }

    /// Whether this person may decide.
    pub fn check_decider(&self, user: UserId) -> Result<(), Refusal> {
        if self.deciders.people.contains(&user) { Ok(()) } else { Err(Refusal::NotADecider) }
    }

    fn check_pending(&self) -> Result<(), Refusal> {
        if self.is_pending() { Ok(()) } else { Err(self.over()) }
    }

    /// How it ended, as a refusal.
    fn over(&self) -> Refusal {
        match &self.state {
            ApprovalState::Pending => Refusal::NotDecided,
            ApprovalState::Decided(decided) | ApprovalState::Executed(decided) => {
                Refusal::AlreadyDecided { choice: decided.choice, by: decided.by, at: decided.at }
            }
            ApprovalState::Expired => Refusal::Expired,
            ApprovalState::Cancelled(_) => Refusal::Cancelled,
            ApprovalState::Undeliverable { .. } => Refusal::NotDelivered,
        }
    }

    fn born(event: &ApprovalEvent) -> Option<Self> {
        let ApprovalEvent::Requested { id, question, at } = event else {
            return None;
        };
        let Question { requester, subject, choices, deciders, risk, content, expires } = question.clone();
        Some(Self {
            id: *id,
            requester,
            subject,
            choices,
            deciders,
            risk,
            content,
            created: *at,
            expires,
            cards: Vec::new(),
            votes: Vec::new(),
            is_reminded: false,
            held_until: None,
            state: ApprovalState::Pending,
        })
    }
}
