//! Deciding: who taps is looked at first, the first valid decision wins, and everybody else is told who was faster.

use serde::{Deserialize, Serialize};
use telegraphist_domain::approval::{
    ApprovalState, Card as Shown, Decided, Decider, Edited, Meaning, Refusal, Verdict,
};
use telegraphist_domain::{Approval, ApprovalId, UserId};
use uuid::Uuid;

use super::card::{TAP, moment, pretty, shortened};
use super::change::Unchanged;
use crate::application::Application;
use crate::failure::Failure;
use crate::people::person;
use crate::ports::{Content, Loaded, TapAnswer, Together};

/// What a press of a button, or a message that followed one, came to.
pub(crate) enum Heeded {
    /// The person is to be told this.
    Told(TapAnswer),
    /// The question is over. The person is to be told this at once; [`Application::follow_decision`] comes after, before
    /// what they did counts as handled.
    Decided {
        /// What they are told.
        answer: TapAnswer,
        /// The question as it is now.
        approval: Box<Approval>,
    },
    /// The person is to write something first.
    WantsWords {
        /// What they are told.
        answer: TapAnswer,
        /// What they are asked to write.
        wanted: Wanted,
    },
}

/// Words that a decision waits for. Kept for the person until they write or leave it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The question.
    pub(crate) approval: Uuid,
    /// The choice.
    pub(crate) choice: usize,
    /// Whether arguments are wanted, rather than a reason.
    pub(crate) is_edit: bool,
}

/// The question and the choice that a button's data names; nothing for buttons of other things.
pub(crate) fn tap_of(data: &str) -> Option<(ApprovalId, usize)> {
    let mut parts = data.split(':');
    let (TAP, id, choice, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    Some((ApprovalId(Uuid::parse_str(id).ok()?), choice.parse().ok()?))
}

impl Application {
    /// Somebody pressed a button of a question.
    pub(crate) async fn tapped(
        &self,
        user: UserId,
        shown: Option<Shown>,
        id: ApprovalId,
        choice: usize,
    ) -> Result<Heeded, Failure> {
        let Some(loaded) = self.ports().approval_events.load(id).await? else {
            self.note_act(&person(user), "decide", &id.to_string(), "unknown_approval").await;
            return Ok(alert("This question is not known here any more; nothing was done."));
        };
        let approval = &loaded.state;
        if let Some(refused) = self.refuse_decider(approval, user).await? {
            return Ok(refused);
        }
        // A card whose arrival was never confirmed is known now.
        if let Some(shown) = shown
            && !approval.show(shown, self.moment()).is_empty()
        {
            self.note_shown(id, shown).await?;
        }
        let Some(meaning) = approval.choices.get(choice).map(|choice| choice.meaning) else {
            return Ok(alert("This button belongs to nothing here; nothing was done."));
        };
        if meaning.needs_words() && approval.is_pending() && self.moment() < approval.expires {
            return Ok(wants_words(id, choice, meaning));
        }
        let verdict = Verdict { choice, by: Decider::Person(user), reason: None, edited: None };
        self.decided(loaded, verdict, Vec::new()).await
    }

    /// Somebody wrote what their decision waited for.
    pub(crate) async fn decided_with_words(
        &self,
        user: UserId,
        wanted: &Wanted,
        words: &str,
    ) -> Result<Heeded, Failure> {
        let id = ApprovalId(wanted.approval);
        let Some(loaded) = self.ports().approval_events.load(id).await? else {
            return Ok(alert("This question is not known here any more; nothing was done."));
        };
        let approval = &loaded.state;
        if let Some(refused) = self.refuse_decider(approval, user).await? {
            return Ok(refused);
        }
        let by = Decider::Person(user);
        if !wanted.is_edit {
            let reason = self.fresh_text(words.trim());
            let verdict = Verdict { choice: wanted.choice, by, reason: Some(reason.id), edited: None };
            return self.decided(loaded, verdict, vec![reason]).await;
        }
        let Ok(arguments @ serde_json::Value::Object(_)) = serde_json::from_str(unfenced(words)) else {
            let answer = TapAnswer {
                text: "These are no arguments: send one JSON object, or /cancel.".to_owned(),
                is_alert: true,
            };
            return Ok(Heeded::WantsWords { answer, wanted: wanted.clone() });
        };
        let content = self.fresh_text(&pretty(&arguments));
        let fingerprint = self.fingerprint_of(&approval.subject.tool, &arguments);
        let edited = Edited { arguments: fingerprint, content: content.id };
        let verdict = Verdict { choice: wanted.choice, by, reason: None, edited: Some(edited) };
        self.decided(loaded, verdict, vec![content]).await
    }

    /// Decides, and says how that went.
    async fn decided(
        &self,
        loaded: Loaded<Approval>,
        verdict: Verdict,
        contents: Vec<Content>,
    ) -> Result<Heeded, Failure> {
        let id = loaded.state.id;
        let change = self
            .change_approval_with(
                id,
                Some(loaded),
                |approval, at| approval.decide(verdict, at),
                |_| Together { contents: contents.clone(), deliveries: Vec::new() },
            )
            .await;
        match change {
            Ok(after) if after.approval.is_pending() => {
                self.note_voice(&after.approval, &super::ending::decided_by(verdict.by)).await?;
                self.redraw(&after.approval).await?;
                Ok(told("Noted. Somebody else has to say yes, too."))
            }
            Ok(after) => {
                let approval = Box::new(after.approval);
                let asked = match self.asked_of(&approval).await {
                    Ok(asked) => asked,
                    Err(failure) => {
                        self.follow_decision(&approval).await?;
                        return Err(failure);
                    }
                };
                let text = shortened(asked.label(verdict.choice), 150);
                Ok(Heeded::Decided { answer: TapAnswer { text, is_alert: false }, approval })
            }
            Err(Unchanged::Refused(refusal)) => self.too_late(id, verdict, refusal).await,
            Err(Unchanged::Unknown) => Ok(alert("This question is not known here any more; nothing was done.")),
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => Err(other.into()),
        }
    }

    /// What a decision is followed by: the rule that it makes, its row, and cards that show it.
    pub(crate) async fn follow_decision(&self, approval: &Approval) -> Result<(), Failure> {
        self.make_rule_of(approval).await?;
        self.conclude(approval).await;
        Ok(())
    }

    /// Says why a press changed nothing, and lets an old card say how it ended.
    async fn too_late(&self, id: ApprovalId, verdict: Verdict, refusal: Refusal) -> Result<Heeded, Failure> {
        self.note_act(&super::ending::decided_by(verdict.by), "decide", &id.to_string(), "too_late").await;
        if refusal == Refusal::Expired {
            self.expire(id).await?;
        }
        let Some(approval) = self.approval(id).await? else {
            return Ok(alert("This question is not known here any more; nothing was done."));
        };
        if !approval.is_pending() {
            self.redraw(&approval).await?;
        }
        let words = match refusal {
            Refusal::AlreadyDecided { choice, by, at } => {
                let asked = self.asked_of(&approval).await?;
                let (who, when) = (self.name_of(by).await?, self.zone().await?.clock(moment(at)));
                let label = shortened(asked.label(choice), 60);
                format!("Already decided by {who} at {when}: {label}.")
            }
            Refusal::Expired => "This has expired: nobody decided in time, and nothing was done.".to_owned(),
            Refusal::Cancelled => "The agent does not wait for this any more; nothing was done.".to_owned(),
            Refusal::NotDelivered => "This question was given up before it arrived; nothing was done.".to_owned(),
            Refusal::AlreadySupported => "You have said yes already. Somebody else has to, too.".to_owned(),
            Refusal::NotADecider => "You are not asked to decide this.".to_owned(),
            other => format!("Nothing was done: {other}."),
        };
        Ok(alert(&words))
    }

    /// Somebody who is not asked is told so, and it is recorded.
    async fn refuse_decider(&self, approval: &Approval, user: UserId) -> Result<Option<Heeded>, Failure> {
        if approval.check_decider(user).is_ok() && self.may_decide(user).await? {
            return Ok(None);
        }
        self.not_a_decider(approval.id, user);
        self.note_act(&person(user), "decide", &approval.id.to_string(), "not_a_decider").await;
        Ok(Some(alert("You are not asked to decide this; nothing was done.")))
    }

    async fn note_shown(&self, id: ApprovalId, shown: Shown) -> Result<(), Failure> {
        match self.change_approval(id, |approval, at| Ok(approval.show(shown, at))).await {
            Ok(_) | Err(Unchanged::Unknown | Unchanged::Refused(_)) => Ok(()),
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => Err(other.into()),
        }
    }

    /// Whether what was decided may be taken up now: the decider must still be somebody whose word counts.
    pub(super) async fn still_counts(&self, decided: &Decided) -> Result<bool, Failure> {
        match decided.by {
            Decider::Person(user) => self.may_decide(user).await,
            // Nobody is asked there, so such a word comes from elsewhere.
            Decider::Local(_) => Ok(false),
            Decider::Rule(_) => Ok(true),
        }
    }

    /// What a decided question says to do, for those who only read it.
    pub(super) fn decision_of(approval: &Approval) -> Option<&Decided> {
        match &approval.state {
            ApprovalState::Decided(decided) | ApprovalState::Executed(decided) => Some(decided),
            ApprovalState::Pending
            | ApprovalState::Expired
            | ApprovalState::Cancelled(_)
            | ApprovalState::Undeliverable { .. } => None,
        }
    }
}

fn wants_words(id: ApprovalId, choice: usize, meaning: Meaning) -> Heeded {
    let is_edit = meaning == Meaning::AllowEdited;
    let text = if is_edit { "Send the changed arguments as a message." } else { "Write the reason as a message." };
    let answer = TapAnswer { text: text.to_owned(), is_alert: false };
    Heeded::WantsWords { answer, wanted: Wanted { approval: id.0, choice, is_edit } }
}

/// JSON that somebody may have put into a code block.
fn unfenced(words: &str) -> &str {
    let words = words.trim();
    let inner = words.strip_prefix("```json").or_else(|| words.strip_prefix("```"));
    inner.and_then(|inner| inner.strip_suffix("```")).unwrap_or(words).trim()
}

fn told(text: &str) -> Heeded {
    Heeded::Told(TapAnswer { text: text.to_owned(), is_alert: false })
}

fn alert(text: &str) -> Heeded {
    Heeded::Told(TapAnswer { text: shortened(text, 190), is_alert: true })
}
