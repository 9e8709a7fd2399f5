use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::approval::{Card, Fingerprint};
use telegraphist_domain::{Approval, ApprovalEvent, ApprovalId};

use super::streams::Streams;
use super::{MemoryStore, lock};
use crate::ports::{AppendError, ApprovalQuery, Approvals, EventStore, Loaded, StoreError, Together, Version};
use crate::stored::date_of;

/// The streams, the order in which was asked, and which message shows what.
#[derive(Default)]
pub(super) struct Questions {
    streams: Streams<Approval>,
    asked: Vec<ApprovalId>,
    cards: HashMap<Card, ApprovalId>,
}

impl Questions {
    /// The one asked last first.
    fn newest_first(&self) -> impl Iterator<Item = &Approval> {
        self.asked.iter().rev().filter_map(|id| self.streams.state(*id))
    }

    fn note(&mut self, id: ApprovalId, approval: &Approval, expected: Version) {
        if expected == Version(0) {
            self.asked.push(id);
        }
        self.cards.extend(approval.cards.iter().map(|card| (*card, id)));
    }
}

#[async_trait]
impl EventStore<Approval> for MemoryStore {
    async fn load(&self, id: ApprovalId) -> Result<Option<Loaded<Approval>>, StoreError> {
        Ok(lock(&self.state.approvals).streams.load(id))
    }

    async fn append(
        &self,
        id: ApprovalId,
        expected: Version,
        events: &[ApprovalEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let mut questions = lock(&self.state.approvals);
        let grown = questions.streams.grown(id, expected, events)?;
        self.keep_together(together)?;
        if let Some(approval) = &grown.state {
            questions.note(id, approval, expected);
        }
        Ok(questions.streams.put(id, grown))
    }
}

#[async_trait]
impl Approvals for MemoryStore {
    async fn approvals(&self, query: &ApprovalQuery, limit: usize) -> Result<Vec<Approval>, StoreError> {
        let questions = lock(&self.state.approvals);
        let is_meant = |approval: &&Approval| {
            (!query.is_pending || approval.is_pending())
                && query.principal.as_ref().is_none_or(|principal| approval.requester.principal == *principal)
        };
        let newer = questions.newest_first().take_while(|approval| Some(approval.id) != query.before).count();
        let skipped = if query.before.is_some() { newer + 1 } else { 0 };
        Ok(questions.newest_first().skip(skipped).filter(is_meant).take(limit).cloned().collect())
    }

    async fn approval_on(&self, card: Card) -> Result<Option<ApprovalId>, StoreError> {
        Ok(lock(&self.state.approvals).cards.get(&card).copied())
    }

    async fn pending_about(
        &self,
        principal: &str,
        generation: &str,
        tool: &str,
        arguments: Fingerprint,
    ) -> Result<Option<ApprovalId>, StoreError> {
        let questions = lock(&self.state.approvals);
        let mut pending = questions.newest_first().filter(|approval| approval.is_pending());
        let found = pending.find(|approval| {
            let (requester, subject) = (&approval.requester, &approval.subject);
            (requester.principal.as_str(), requester.generation.as_str()) == (principal, generation)
                && (subject.tool.as_str(), subject.arguments) == (tool, arguments)
        });
        Ok(found.map(|approval| approval.id))
    }

    async fn pending_approvals(&self) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
        let questions = lock(&self.state.approvals);
        let pending = || questions.streams.states().filter(|approval| approval.is_pending());
        let next = pending().map(|approval| approval.expires).min();
        Ok((pending().count() as u64, next.map(date_of)))
    }
}
