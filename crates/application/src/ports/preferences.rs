use async_trait::async_trait;

use crate::ports::StoreError;

/// What was chosen at run time, by name, as JSON: the mode, quiet hours.
#[async_trait]
pub trait Preferences: Send + Sync {
    /// The value, if one was chosen. MUST be cheap: every notice asks.
    async fn preference(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// MUST be durable when it returns.
    async fn prefer(&self, name: &str, value: &str) -> Result<(), StoreError>;
}

/// How far each reader has read a stream.
#[async_trait]
pub trait Marks: Send + Sync {
    /// The position up to which `reader` has read `stream`, 0 if it never did.
    async fn mark(&self, reader: &str, stream: &str) -> Result<u64, StoreError>;
    /// MUST be durable when it returns; MUST NOT go back.
    async fn set_mark(&self, reader: &str, stream: &str, position: u64) -> Result<(), StoreError>;
    /// The lowest position of all readers of `stream`; `None` if it has none.
    async fn lowest_mark(&self, stream: &str) -> Result<Option<u64>, StoreError>;
}
