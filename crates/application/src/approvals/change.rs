//! How every use case changes a question: load, decide, append with what is to be sent; and again if somebody was
//! faster. The first to append wins.

use telegraphist_domain::approval::Refusal;
use telegraphist_domain::{Aggregate as _, Approval, ApprovalEvent, ApprovalId, Timestamp};

use crate::application::Application;
use crate::delivery;
use crate::failure::{Code, Failure};
use crate::ports::{AppendError, Loaded, StoreError, Together};

/// How often a decision is taken anew because somebody else was faster; each time somebody made progress.
const ATTEMPTS_MAX: usize = 16;

/// Why a question was not changed.
#[derive(Debug)]
pub(crate) enum Unchanged {
    /// There is none of that id.
    Unknown,
    /// A rule of approvals.
    Refused(Refusal),
    /// The store.
    Store(StoreError),
    /// Others change it all the time.
    Contended,
}

impl From<StoreError> for Unchanged {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Unchanged> for Failure {
    fn from(unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::Unknown => unknown(),
            Unchanged::Refused(refusal) => Self::new(
                Code::InvalidArgument,
                format!("The question cannot be changed: {refusal}."),
                "Look at it with get_approval; ask anew with request_approval if need be.",
            ),
            Unchanged::Store(error) => error.into(),
            Unchanged::Contended => {
                Self::new(Code::Overloaded, "The question is being changed by others.", "Repeat the call.")
            }
        }
    }
}

/// There is no such question, or it is somebody else's.
pub(super) fn unknown() -> Failure {
    Failure::new(
        Code::UnknownApproval,
        "There is no such question, or it was not asked by this caller.",
        "Look for it with list_approvals, or ask anew with request_approval.",
    )
}

/// A question after a change.
pub(crate) struct After {
    pub(crate) approval: Approval,
    /// Whether anything happened.
    pub(crate) is_changed: bool,
}

impl Application {
    pub(crate) fn moment(&self) -> Timestamp {
        Timestamp(self.ports().clock.now().timestamp_millis())
    }

    /// The question of that id.
    pub(crate) async fn approval(&self, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        Ok(self.ports().approval_events.load(id).await?.map(|loaded| loaded.state))
    }

    /// Changes a question.
    pub(crate) async fn change_approval(
        &self,
        id: ApprovalId,
        decide: impl Fn(&Approval, Timestamp) -> Result<Vec<ApprovalEvent>, Refusal> + Send + Sync,
    ) -> Result<After, Unchanged> {
        self.change_approval_with(id, None, decide, |_| Together::default()).await
    }

    /// Changes a question, which may have been loaded already, and keeps texts with the change.
    pub(crate) async fn change_approval_with(
        &self,
        id: ApprovalId,
        mut loaded: Option<Loaded<Approval>>,
        decide: impl Fn(&Approval, Timestamp) -> Result<Vec<ApprovalEvent>, Refusal> + Send + Sync,
        together: impl Fn(&Approval) -> Together + Send + Sync,
    ) -> Result<After, Unchanged> {
        for _ in 0..ATTEMPTS_MAX {
            let loaded = match loaded.take() {
                Some(loaded) => loaded,
                None => self.ports().approval_events.load(id).await?.ok_or(Unchanged::Unknown)?,
            };
            let events = decide(&loaded.state, self.moment()).map_err(Unchanged::Refused)?;
            if events.is_empty() {
                return Ok(After { approval: loaded.state, is_changed: false });
            }
            let evolved = events.iter().try_fold(loaded.state, |state, event| Approval::evolve(Some(state), event));
            let approval = evolved.ok_or(Unchanged::Unknown)?;
            let together = together(&approval);
            let appended = self.ports().approval_events.append(id, loaded.version, &events, &together).await;
            match delivery::rung(self, appended) {
                Ok(_) => {
                    self.inner.decisions.tell(id);
                    return Ok(After { approval, is_changed: true });
                }
                Err(AppendError::Conflict | AppendError::NameTaken | AppendError::AlreadyQueued(_)) => {}
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Unchanged::Contended)
    }
}
