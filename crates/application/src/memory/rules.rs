use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{MemoryStore, lock};
use crate::ports::{Rule, RuleQuestion, Rules, StoreError};

/// Rules in the order they were made.
pub(super) type Made = Vec<Rule>;

impl Rule {
    fn counts(&self, now: DateTime<Utc>) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }

    fn allows(&self, question: &RuleQuestion) -> bool {
        self.principal == question.principal
            && self.tool == question.tool
            && self.generation.as_ref().is_none_or(|generation| *generation == question.generation)
            && question.about.contains(&self.about)
    }
}

#[async_trait]
impl Rules for MemoryStore {
    async fn make_rule(&self, rule: &Rule) -> Result<(), StoreError> {
        let mut rules = lock(&self.state.rules);
        if rules.iter().all(|other| other.id != rule.id) {
            rules.push(rule.clone());
        }
        Ok(())
    }

    async fn rule_for(&self, question: &RuleQuestion, now: DateTime<Utc>) -> Result<Option<Rule>, StoreError> {
        let rules = lock(&self.state.rules);
        Ok(rules.iter().rev().find(|rule| rule.counts(now) && rule.allows(question)).cloned())
    }

    async fn rules(&self) -> Result<Vec<Rule>, StoreError> {
        Ok(lock(&self.state.rules).iter().rev().cloned().collect())
    }

    async fn revoke_rule(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut rules = lock(&self.state.rules);
        let found = rules.iter_mut().find(|rule| rule.id == id && rule.revoked.is_none());
        Ok(found.map(|rule| rule.revoked = Some(now)).is_some())
    }
}
