use async_trait::async_trait;

use crate::ports::StoreError;
use crate::views::SessionView;

/// Rows that answer queries; written by the store together with the events they follow from.
#[async_trait]
pub trait Views: Send + Sync {
    /// All sessions that were not removed, oldest first. MUST show what this handle appended as soon as `append`
    /// returned, and what others appended soon after. MUST mark at most one as default: the one chosen last.
    async fn sessions(&self) -> Result<Vec<SessionView>, StoreError>;

    /// The session of that name or id, both in any case of letters. MUST be cheap: every call asks.
    async fn session(&self, name_or_id: &str) -> Result<Option<SessionView>, StoreError>;
}
