//! Word that whoever asked does not count any more.

use tokio_util::sync::CancellationToken;

/// Goes along with a request whose answer may take long. It fires when whoever sent it does not count any more: a token
/// was taken back, or expired. What only listens ends then.
#[derive(Debug, Clone, Default)]
pub struct Dismissal(CancellationToken);

impl Dismissal {
    /// Says that whoever asked does not count any more.
    pub fn dismiss(&self) {
        self.0.cancel();
    }

    /// Whether that was said.
    pub fn is_dismissed(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns when that is said.
    pub async fn dismissed(&self) {
        self.0.cancelled().await;
    }
}
