//! Questions as an operator sees them: whoever asked.

use telegraphist_domain::ApprovalId;
use telegraphist_domain::approval::Cancellation;

use super::change::unknown;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::ports::ApprovalQuery;
use crate::sessions::authorise;
use crate::views::ApprovalView;

impl Application {
    /// The newest questions of everybody.
    pub async fn all_approvals(
        &self,
        caller: &Caller,
        is_pending: bool,
        limit: usize,
    ) -> Result<Vec<ApprovalView>, Failure> {
        authorise(caller)?;
        let query = ApprovalQuery { is_pending, principal: None, before: None };
        let mut views = Vec::new();
        for approval in self.ports().approvals.approvals(&query, limit).await? {
            views.push(self.view_of_approval(&approval).await?);
        }
        Ok(views)
    }

    /// Anybody's question.
    pub async fn any_approval(&self, caller: &Caller, id: &str) -> Result<ApprovalView, Failure> {
        authorise(caller)?;
        let id: ApprovalId = id.trim().parse().map_err(|_| unknown())?;
        let approval = self.approval(id).await?.ok_or_else(unknown)?;
        self.view_of_approval(&approval).await
    }

    /// Ends anybody's question; one that ended before stays as it is.
    pub async fn end_approval(&self, caller: &Caller, id: &str) -> Result<ApprovalView, Failure> {
        let view = self.any_approval(caller, id).await?;
        let id: ApprovalId = view.approval_id.parse().map_err(|_| unknown())?;
        self.cancelled(id, Cancellation::Operator).await?;
        self.any_approval(caller, &view.approval_id).await
    }

    /// Whether something goes on here that must not stop when nobody is connected: a bot that listens, something to be
    /// sent, a question that waits.
    pub async fn has_duties(&self) -> Result<bool, Failure> {
        if !self.ready_bots().await?.is_empty() {
            return Ok(true);
        }
        let backlog = self.ports().deliveries.backlog(None).await?;
        let (pending, _) = self.ports().approvals.pending_approvals().await?;
        Ok(backlog.queued + backlog.sending + pending > 0)
    }
}
