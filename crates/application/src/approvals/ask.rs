//! Asking: stored first, then shown.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use telegraphist_domain::approval::{
    Choice, Decider, Deciders, Meaning, Question, Refusal, Requester, Risk, Subject, Verdict,
};
use telegraphist_domain::{Aggregate as _, Approval, ApprovalEvent, ApprovalId, ChatId, DeliveryId, Timestamp, UserId};

use super::asked::Asked;
use crate::application::Application;
use crate::cards::SendCard;
use crate::delivery;
use crate::failure::{Code, Failure};
use crate::notices::{NoticeClass, Ringing};
use crate::operation::Operation as _;
use crate::people::Place;
use crate::pipeline::KnownSession;
use crate::ports::{AppendError, Lane, NewDelivery, Once, RuleQuestion, StoreError, Together, Urgency, Version};

/// A question on its way to people.
pub(crate) struct Ask {
    pub(crate) requester: Requester,
    pub(crate) asked: Asked,
    /// What each of the labels means.
    pub(crate) meanings: Vec<Meaning>,
    /// The requester's words for what "always" is about, where that is wider than the exact arguments.
    pub(crate) rule: Option<String>,
    pub(crate) risk: Risk,
    pub(crate) life: Duration,
    /// Those who may decide; the usual ones if empty.
    pub(crate) deciders: Vec<UserId>,
    /// Through which bot.
    pub(crate) bot: KnownSession,
    /// Where it is shown instead of to each decider.
    pub(crate) chat: Option<ChatId>,
    /// The same key twice is one question.
    pub(crate) key: Option<String>,
}

impl Application {
    /// Asks. Where a rule of somebody allows it already, it is decided at once and nobody is disturbed.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<Approval, Failure> {
        let deciders = if ask.deciders.is_empty() { self.usual_deciders().await? } else { ask.deciders.clone() };
        let now = self.ports().clock.now();
        let id = ApprovalId(self.ports().ids.unguessable());
        let content = self.fresh_content(&ask.asked);
        let subject = Subject {
            tool: ask.asked.bound_tool().to_owned(),
            arguments: ask.asked.fingerprint(self),
            rule: ask.rule.clone(),
        };
        let rule = self.rule_allowing(&ask, &subject, now).await?;
        let quorum = if ask.risk == Risk::High { self.inner.settings.approvals.quorum_high } else { 1 };
        let question = Question {
            requester: ask.requester.clone(),
            subject,
            choices: ask.meanings.iter().map(|meaning| Choice { meaning: *meaning }).collect(),
            deciders: Deciders { people: deciders.iter().copied().collect(), quorum },
            risk: ask.risk,
            content: content.id,
            expires: Timestamp((now + TimeDelta::from_std(ask.life).unwrap_or(TimeDelta::MAX)).timestamp_millis()),
        };
        let mut events = Approval::request(id, question, self.moment()).map_err(|refusal| unaskable(&refusal))?;
        let mut together = Together { contents: vec![content], deliveries: Vec::new() };
        if let Some((rule, choice)) = rule {
            let approval = replayed(&events);
            let verdict = Verdict { choice, by: Decider::Rule(rule), reason: None, edited: None };
            events.extend(approval.decide(verdict, self.moment()).map_err(|refusal| unaskable(&refusal))?);
        } else {
            self.put_to(&ask, id, &deciders, &mut events, &mut together).await?;
        }
        self.append_ask(id, &ask, &events, &together).await
    }

    /// Adds the cards, and the hold if quiet hours keep them back.
    async fn put_to(
        &self,
        ask: &Ask,
        id: ApprovalId,
        deciders: &[UserId],
        events: &mut Vec<ApprovalEvent>,
        together: &mut Together,
    ) -> Result<(), Failure> {
        let ringing = self.ringing(NoticeClass::Approval).await?;
        let held = match ringing {
            Ringing::Held(until) => Some(until),
            Ringing::Aloud | Ringing::Silent | Ringing::Skip => None,
        };
        if let Some(until) = held {
            let held_back = replayed(events).hold(Timestamp(until.timestamp_millis()), self.moment());
            events.extend(held_back.map_err(|refusal| unaskable(&refusal))?);
        }
        let approval = replayed(events);
        let card = self.card_of(&approval, &ask.asked).await?;
        let places: Vec<Place> = match ask.chat {
            Some(chat) => vec![Place { lane: Lane { session: ask.bot.id, chat }, topic: None }],
            None => deciders.iter().map(|user| Place::of_person(&ask.bot, *user)).collect(),
        };
        for place in places {
            let mut send = SendCard::new(place.lane.session, place.lane.chat, card.clone());
            send.silent = ringing == Ringing::Silent;
            let mut delivery = self.delivery_of_card(place.lane, &send, Urgency::Interactive);
            delivery.approval = Some(id);
            delivery.not_before = held;
            delivery.expires = DateTime::from_timestamp_millis(approval.expires.0);
            delivery.once = ask
                .key
                .as_ref()
                .map(|key| Once { principal: ask.requester.principal.clone(), key: format!("approval/{key}") });
            together.deliveries.push(delivery);
        }
        Ok(())
    }

    async fn append_ask(
        &self,
        id: ApprovalId,
        ask: &Ask,
        events: &[ApprovalEvent],
        together: &Together,
    ) -> Result<Approval, Failure> {
        let appended = self.ports().approval_events.append(id, Version(0), events, together).await;
        match delivery::rung(self, appended) {
            Ok(_) => {
                self.inner.decisions.tell(id);
                self.telemetry().approval_requested(risk_word(ask.risk));
                self.note_act(&ask.requester.principal, "ask", &id.to_string(), "ok").await;
                let approval = replayed(events);
                if !approval.is_pending() {
                    self.note_end(&approval).await;
                }
                Ok(approval)
            }
            Err(AppendError::AlreadyQueued(earlier)) => self.asked_before(earlier, ask).await,
            Err(AppendError::Conflict | AppendError::NameTaken) => {
                Err(Failure::new(Code::Overloaded, "The question could not be stored now.", "Repeat the call."))
            }
            Err(AppendError::Store(error)) => Err(error.into()),
        }
    }

    /// The question that was asked under the same key.
    async fn asked_before(&self, earlier: DeliveryId, ask: &Ask) -> Result<Approval, Failure> {
        let delivery = self.ports().deliveries.delivery(earlier).await?;
        let id = delivery.and_then(|delivery| delivery.approval);
        let approval = match id {
            Some(id) => self.approval(id).await?,
            None => None,
        };
        let approval = approval.ok_or_else(|| StoreError::Unavailable("an earlier question is gone".into()))?;
        let is_same = approval.requester.principal == ask.requester.principal
            && approval.subject.tool == ask.asked.bound_tool()
            && approval.subject.arguments == ask.asked.fingerprint(self);
        if is_same { Ok(approval) } else { Err(key_reused()) }
    }

    /// A rule that allows it, and the choice that says so.
    async fn rule_allowing(
        &self,
        ask: &Ask,
        subject: &Subject,
        now: DateTime<Utc>,
    ) -> Result<Option<(uuid::Uuid, usize)>, Failure> {
        let Some(choice) = ask.meanings.iter().position(|meaning| *meaning == Meaning::AllowOnce) else {
            return Ok(None);
        };
        let words = subject.rule.as_ref().map(|words| self.fingerprint_of_rule(&subject.tool, words));
        let question = RuleQuestion {
            principal: ask.requester.principal.clone(),
            generation: ask.requester.generation.clone(),
            tool: subject.tool.clone(),
            about: std::iter::once(subject.arguments).chain(words).collect(),
        };
        let Some(rule) = self.ports().rules.rule_for(&question, now).await? else { return Ok(None) };
        // Whoever made the rule must still be somebody whose word counts.
        Ok(if self.may_decide(rule.made_by).await? { Some((rule.id, choice)) } else { None })
    }

    /// Something to be sent through a bot.
    pub(crate) fn delivery_of_card(&self, lane: Lane, send: &SendCard, urgency: Urgency) -> NewDelivery {
        NewDelivery {
            id: DeliveryId(self.ports().ids.ordered()),
            lane,
            urgency,
            operation: SendCard::FACTS.name.to_owned(),
            body: serde_json::to_vec(send).expect("cards are plain data"),
            once: None,
            replaces: None,
            conversation: None,
            approval: None,
            not_before: None,
            expires: None,
        }
    }
}

/// The state after its first events.
fn replayed(events: &[ApprovalEvent]) -> Approval {
    Approval::replay(events).expect("a question begins with being asked")
}

fn unaskable(refusal: &Refusal) -> Failure {
    let action = match refusal {
        Refusal::NoChoices | Refusal::TooManyChoices { .. } => "Give 1 to 10 options.",
        Refusal::NoDeciders | Refusal::TooManyDeciders { .. } => "Name 1 to 50 deciders, or leave them out.",
        Refusal::QuorumOutOfReach => {
            "More people have to say yes than may decide: name more deciders, or lower approvals.quorum_high."
        }
        Refusal::ExpiresInThePast => "Give a longer time to answer.",
        Refusal::AlreadyDecided { .. }
        | Refusal::Expired
        | Refusal::Cancelled
        | Refusal::NotDelivered
        | Refusal::NotDecided
        | Refusal::NotYetExpired
        | Refusal::Denied
        | Refusal::AnotherSubject
        | Refusal::AlreadyExecuted
        | Refusal::NotADecider
        | Refusal::AlreadySupported
        | Refusal::NoSuchChoice
        | Refusal::NotEditable
        | Refusal::EditMissing => "Change the question.",
    };
    Failure::new(Code::InvalidArgument, format!("The question cannot be asked: {refusal}."), action)
}

fn key_reused() -> Failure {
    Failure::new(
        Code::IdempotencyKeyReused,
        "This idempotency key was used for another question.",
        "Use a new key for a new question.",
    )
}

const fn risk_word(risk: Risk) -> &'static str {
    match risk {
        Risk::Low => "low",
        Risk::Medium => "medium",
        Risk::High => "high",
    }
}
