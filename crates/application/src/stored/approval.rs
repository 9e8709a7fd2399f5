use serde::{Deserialize, Serialize};
use telegraphist_domain::approval::{
    Cancellation, Card, Choice, Decided, Decider, Deciders, Edited, Fingerprint, Meaning, Question, Requester, Risk,
    Subject,
};
use telegraphist_domain::{ApprovalEvent, ApprovalId, ChatId, ContentId, MessageId, SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::{Form, Stored, Unreadable, form_of, tagged_of, unreadable};

/// Every form ever written. `at` is in Unix milliseconds; hashes are hex. A question has few events and they are
/// bounded, so no state is stored beside them.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", content = "body")]
enum ApprovalForm {
    #[serde(rename = "approval.requested/1")]
    Requested1 { id: Uuid, question: Box<Question1>, at: i64 },
    #[serde(rename = "approval.held/1")]
    Held1 { until: i64, at: i64 },
    #[serde(rename = "approval.shown/1")]
    Shown1 { session: Uuid, chat: i64, message: i32, at: i64 },
    #[serde(rename = "approval.reminded/1")]
    Reminded1 { at: i64 },
    #[serde(rename = "approval.supported/1")]
    Supported1 { by: i64, at: i64 },
    #[serde(rename = "approval.decided/1")]
    Decided1 { choice: usize, meaning: Meaning1, by: Decider1, reason: Option<Uuid>, edited: Option<Edited1>, at: i64 },
    #[serde(rename = "approval.executed/1")]
    Executed1 { at: i64 },
    #[serde(rename = "approval.expired/1")]
    Expired1 { at: i64 },
    #[serde(rename = "approval.cancelled/1")]
    Cancelled1 { why: Cancellation1, at: i64 },
    #[serde(rename = "approval.undeliverable/1")]
    Undeliverable1 { reason: String, at: i64 },
}

#[derive(Serialize, Deserialize)]
struct Question1 {
    principal: String,
    agent: String,
    generation: String,
    tool: String,
    arguments: String,
    rule: Option<String>,
    choices: Vec<Meaning1>,
    people: Vec<i64>,
    quorum: u8,
    risk: Risk1,
    content: Uuid,
    expires: i64,
}

#[derive(Serialize, Deserialize)]
struct Edited1 {
    arguments: String,
    content: Uuid,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Meaning1 {
    AllowOnce,
    AllowForSession,
    AllowAlways,
    AllowEdited,
    Deny,
    DenyWithReason,
    Custom,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Risk1 {
    Low,
    Medium,
    High,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decider1 {
    Person(i64),
    Local(u32),
    Rule(Uuid),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cancellation1 {
    Requester,
    RequesterGone,
    Operator,
}

impl Stored for ApprovalEvent {
    fn form(&self) -> Form {
        form_of(&ApprovalForm::from(self))
    }

    fn read(form: &Form) -> Result<Self, Unreadable> {
        let stored: ApprovalForm = tagged_of(form)?;
        stored.into_event().map_err(|problem| unreadable(form, problem))
    }
}

impl From<Meaning> for Meaning1 {
    fn from(meaning: Meaning) -> Self {
        match meaning {
            Meaning::AllowOnce => Self::AllowOnce,
            Meaning::AllowForSession => Self::AllowForSession,
            Meaning::AllowAlways => Self::AllowAlways,
            Meaning::AllowEdited => Self::AllowEdited,
            Meaning::Deny => Self::Deny,
            Meaning::DenyWithReason => Self::DenyWithReason,
            Meaning::Custom => Self::Custom,
        }
    }
}

impl From<Meaning1> for Meaning {
    fn from(meaning: Meaning1) -> Self {
        match meaning {
            Meaning1::AllowOnce => Self::AllowOnce,
            Meaning1::AllowForSession => Self::AllowForSession,
            Meaning1::AllowAlways => Self::AllowAlways,
            Meaning1::AllowEdited => Self::AllowEdited,
            Meaning1::Deny => Self::Deny,
            Meaning1::DenyWithReason => Self::DenyWithReason,
            Meaning1::Custom => Self::Custom,
        }
    }
}

impl From<&Question> for Question1 {
    fn from(question: &Question) -> Self {
        Self {
            principal: question.requester.principal.clone(),
            agent: question.requester.agent.clone(),
            generation: question.requester.generation.clone(),
            tool: question.subject.tool.clone(),
            arguments: hex::encode(question.subject.arguments.0),
            rule: question.subject.rule.clone(),
            choices: question.choices.iter().map(|choice| choice.meaning.into()).collect(),
            people: question.deciders.people.iter().map(|user| user.0).collect(),
            quorum: question.deciders.quorum,
            risk: match question.risk {
                Risk::Low => Risk1::Low,
                Risk::Medium => Risk1::Medium,
                Risk::High => Risk1::High,
            },
            content: question.content.0,
            expires: question.expires.0,
        }
    }
}

impl Question1 {
    fn into_question(self) -> Result<Question, serde_json::Error> {
        Ok(Question {
            requester: Requester { principal: self.principal, agent: self.agent, generation: self.generation },
            subject: Subject { tool: self.tool, arguments: fingerprint(&self.arguments)?, rule: self.rule },
            choices: self.choices.into_iter().map(|meaning| Choice { meaning: meaning.into() }).collect(),
            deciders: Deciders { people: self.people.into_iter().map(UserId).collect(), quorum: self.quorum },
            risk: match self.risk {
                Risk1::Low => Risk::Low,
                Risk1::Medium => Risk::Medium,
                Risk1::High => Risk::High,
            },
            content: ContentId(self.content),
            expires: Timestamp(self.expires),
        })
    }
}

fn fingerprint(hex: &str) -> Result<Fingerprint, serde_json::Error> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex, &mut bytes).map_err(serde::de::Error::custom)?;
    Ok(Fingerprint(bytes))
}

impl From<&ApprovalEvent> for ApprovalForm {
    fn from(event: &ApprovalEvent) -> Self {
        match event {
            ApprovalEvent::Requested { id, question, at } => {
                Self::Requested1 { id: id.0, question: Box::new(question.into()), at: at.0 }
            }
            ApprovalEvent::Held { until, at } => Self::Held1 { until: until.0, at: at.0 },
            ApprovalEvent::Shown { card: Card { session, chat, message }, at } => {
                Self::Shown1 { session: session.0, chat: chat.0, message: message.0, at: at.0 }
            }
            ApprovalEvent::Reminded { at } => Self::Reminded1 { at: at.0 },
            ApprovalEvent::Supported { by, at } => Self::Supported1 { by: by.0, at: at.0 },
            ApprovalEvent::Decided { decided: Decided { choice, meaning, by, reason, edited, at } } => Self::Decided1 {
                choice: *choice,
                meaning: (*meaning).into(),
                by: match by {
                    Decider::Person(user) => Decider1::Person(user.0),
                    Decider::Local(user) => Decider1::Local(*user),
                    Decider::Rule(rule) => Decider1::Rule(*rule),
                },
                reason: reason.map(|id| id.0),
                edited: edited
                    .map(|edited| Edited1 { arguments: hex::encode(edited.arguments.0), content: edited.content.0 }),
                at: at.0,
            },
            ApprovalEvent::Executed { at } => Self::Executed1 { at: at.0 },
            ApprovalEvent::Expired { at } => Self::Expired1 { at: at.0 },
            ApprovalEvent::Cancelled { why, at } => Self::Cancelled1 {
                why: match why {
                    Cancellation::Requester => Cancellation1::Requester,
                    Cancellation::RequesterGone => Cancellation1::RequesterGone,
                    Cancellation::Operator => Cancellation1::Operator,
                },
                at: at.0,
            },
            ApprovalEvent::Undeliverable { reason, at } => Self::Undeliverable1 { reason: reason.clone(), at: at.0 },
        }
    }
}

impl ApprovalForm {
    fn into_event(self) -> Result<ApprovalEvent, serde_json::Error> {
        Ok(match self {
            Self::Requested1 { id, question, at } => {
                ApprovalEvent::Requested { id: ApprovalId(id), question: question.into_question()?, at: Timestamp(at) }
            }
            Self::Held1 { until, at } => ApprovalEvent::Held { until: Timestamp(until), at: Timestamp(at) },
            Self::Shown1 { session, chat, message, at } => ApprovalEvent::Shown {
                card: Card { session: SessionId(session), chat: ChatId(chat), message: MessageId(message) },
                at: Timestamp(at),
            },
            Self::Reminded1 { at } => ApprovalEvent::Reminded { at: Timestamp(at) },
            Self::Supported1 { by, at } => ApprovalEvent::Supported { by: UserId(by), at: Timestamp(at) },
            Self::Decided1 { choice, meaning, by, reason, edited, at } => ApprovalEvent::Decided {
                decided: Decided {
                    choice,
                    meaning: meaning.into(),
                    by: match by {
                        Decider1::Person(user) => Decider::Person(UserId(user)),
                        Decider1::Local(user) => Decider::Local(user),
                        Decider1::Rule(rule) => Decider::Rule(rule),
                    },
                    reason: reason.map(ContentId),
                    edited: edited
                        .map(|edited| {
                            let content = ContentId(edited.content);
                            Ok::<_, serde_json::Error>(Edited { arguments: fingerprint(&edited.arguments)?, content })
                        })
                        .transpose()?,
                    at: Timestamp(at),
                },
            },
            Self::Executed1 { at } => ApprovalEvent::Executed { at: Timestamp(at) },
            Self::Expired1 { at } => ApprovalEvent::Expired { at: Timestamp(at) },
            Self::Cancelled1 { why, at } => ApprovalEvent::Cancelled {
                why: match why {
                    Cancellation1::Requester => Cancellation::Requester,
                    Cancellation1::RequesterGone => Cancellation::RequesterGone,
                    Cancellation1::Operator => Cancellation::Operator,
                },
                at: Timestamp(at),
            },
            Self::Undeliverable1 { reason, at } => ApprovalEvent::Undeliverable { reason, at: Timestamp(at) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(by: Decider, reason: Option<ContentId>, edited: Option<Edited>) -> ApprovalEvent {
        let at = Timestamp(1_700_000_000_123);
        ApprovalEvent::Decided { decided: Decided { choice: 1, meaning: Meaning::AllowOnce, by, reason, edited, at } }
    }

    fn one_of_each() -> Vec<ApprovalEvent> {
        let at = Timestamp(1_700_000_000_123);
        let content = ContentId(Uuid::from_u128(9));
        let card = Card { session: SessionId(Uuid::from_u128(8)), chat: ChatId(-5), message: MessageId(3) };
        let choices = [
            Meaning::AllowOnce,
            Meaning::AllowForSession,
            Meaning::AllowAlways,
            Meaning::AllowEdited,
            Meaning::Deny,
            Meaning::DenyWithReason,
            Meaning::Custom,
        ];
        let question = |risk, rule: Option<&str>| Question {
            requester: Requester { principal: "owner".into(), agent: "ci".into(), generation: "g1".into() },
            subject: Subject { tool: "bash".into(), arguments: Fingerprint([0xab; 32]), rule: rule.map(str::to_owned) },
            choices: choices.map(|meaning| Choice { meaning }).into(),
            deciders: Deciders { people: [UserId(2), UserId(1)].into(), quorum: 2 },
            risk,
            content,
            expires: Timestamp(1_700_000_060_000),
        };
        let id = ApprovalId(Uuid::from_u128(7));
        let edited = Edited { arguments: Fingerprint([1; 32]), content };
        vec![
            ApprovalEvent::Requested { id, question: question(Risk::Low, None), at },
            ApprovalEvent::Requested { id, question: question(Risk::Medium, Some("npm test")), at },
            ApprovalEvent::Requested { id, question: question(Risk::High, None), at },
            ApprovalEvent::Held { until: Timestamp(1_700_000_030_000), at },
            ApprovalEvent::Shown { card, at },
            ApprovalEvent::Reminded { at },
            ApprovalEvent::Supported { by: UserId(1), at },
            decided(Decider::Person(UserId(1)), Some(content), Some(edited)),
            decided(Decider::Local(1000), None, None),
            decided(Decider::Rule(Uuid::from_u128(6)), None, None),
            ApprovalEvent::Executed { at },
            ApprovalEvent::Expired { at },
            ApprovalEvent::Cancelled { why: Cancellation::Requester, at },
            ApprovalEvent::Cancelled { why: Cancellation::RequesterGone, at },
            ApprovalEvent::Cancelled { why: Cancellation::Operator, at },
            ApprovalEvent::Undeliverable { reason: "blocked".into(), at },
        ]
    }

    /// A difference here means that stored data of users would be read otherwise than it was meant: add a form instead.
    #[test]
    fn stored_forms_are_for_ever() {
        let forms: Vec<String> = one_of_each()
            .iter()
            .map(|event| {
                let form = event.form();
                format!("{} {}", form.name, String::from_utf8(form.body).unwrap())
            })
            .collect();
        insta::assert_snapshot!(forms.join("\n"));
    }

    #[test]
    fn every_event_comes_back_as_it_was() {
        for event in one_of_each() {
            assert_eq!(ApprovalEvent::read(&event.form()).unwrap(), event);
        }
    }

    #[test]
    fn a_hash_that_is_none_is_not_guessed() {
        let form = one_of_each()[0].form();
        let body = String::from_utf8(form.body).unwrap().replace("abab", "zz");
        assert!(ApprovalEvent::read(&Form { body: body.into_bytes(), ..form }).is_err());
    }
}
