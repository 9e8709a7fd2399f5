//! What people have allowed beyond one call: listed, taken back, and over after a while.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::Approval;
use telegraphist_domain::approval::{Decider, Meaning};
use uuid::Uuid;

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::ports::Rule;
use crate::sessions::authorise;

/// A rule, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleView {
    /// Its id.
    pub id: String,
    /// For whom.
    pub principal: String,
    /// Which tool.
    pub tool: String,
    /// What it is about: the requester's words, or `these exact arguments`.
    pub about: String,
    /// `session` or `always`.
    pub lasts: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made: DateTime<Utc>,
    /// Until when it counts.
    pub expires: Option<DateTime<Utc>>,
    /// `active`, `expired` or `revoked`.
    pub state: String,
}

impl Application {
    /// Makes the rule that a decision speaks of.
    pub(super) async fn make_rule_of(&self, approval: &Approval) -> Result<(), Failure> {
        let Some(decided) = Self::decision_of(approval) else { return Ok(()) };
        let Decider::Person(made_by) = decided.by else { return Ok(()) };
        let generation = match decided.meaning {
            Meaning::AllowForSession => Some(approval.requester.generation.clone()),
            Meaning::AllowAlways => None,
            Meaning::AllowOnce | Meaning::AllowEdited | Meaning::Deny | Meaning::DenyWithReason | Meaning::Custom => {
                return Ok(());
            }
        };
        let now = self.ports().clock.now();
        let subject = &approval.subject;
        let about = subject.rule.as_ref().map(|words| self.fingerprint_of_rule(&subject.tool, words));
        let life = TimeDelta::from_std(self.inner.settings.approvals.rule_life).unwrap_or(TimeDelta::MAX);
        let rule = Rule {
            id: self.ports().ids.ordered(),
            principal: approval.requester.principal.clone(),
            generation,
            tool: subject.tool.clone(),
            about: about.unwrap_or(subject.arguments),
            words: subject.rule.clone(),
            made_by,
            approval: approval.id,
            made: now,
            expires: now.checked_add_signed(life),
            revoked: None,
        };
        self.ports().rules.make_rule(&rule).await?;
        self.note_act(&crate::people::person(made_by), "make_rule", &rule.id.to_string(), "ok").await;
        Ok(())
    }

    /// All rules, newest first.
    pub async fn rules(&self, caller: &Caller) -> Result<Vec<RuleView>, Failure> {
        authorise(caller)?;
        let now = self.ports().clock.now();
        let mut views = Vec::new();
        for rule in self.ports().rules.rules().await? {
            let made_by = self.name_of_person(rule.made_by).await?;
            views.push(view_of(rule, made_by, now));
        }
        Ok(views)
    }

    /// Takes a rule back: from now on is asked again.
    pub async fn revoke_rule(&self, caller: &Caller, id: &str) -> Result<(), Failure> {
        authorise(caller)?;
        let parsed = Uuid::parse_str(id.trim()).map_err(|_| no_such_rule())?;
        if !self.ports().rules.revoke_rule(parsed, self.ports().clock.now()).await? {
            return Err(no_such_rule());
        }
        self.note_act(&caller.principal, "revoke_rule", &parsed.to_string(), "ok").await;
        Ok(())
    }
}

fn view_of(rule: Rule, made_by: String, now: DateTime<Utc>) -> RuleView {
    let state = match (rule.revoked, rule.expires) {
        (Some(_), _) => "revoked",
        (None, Some(expires)) if expires <= now => "expired",
        (None, _) => "active",
    };
    RuleView {
        id: rule.id.to_string(),
        principal: rule.principal,
        tool: rule.tool,
        about: rule.words.unwrap_or_else(|| "these exact arguments".to_owned()),
        lasts: if rule.generation.is_some() { "session" } else { "always" }.to_owned(),
        made_by,
        made: rule.made,
        expires: rule.expires,
        state: state.to_owned(),
    }
}

fn no_such_rule() -> Failure {
    Failure::new(
        Code::InvalidArgument,
        "There is no such rule, or it was taken back before.",
        "Run `telegraphist approvals rules` to see them.",
    )
}
