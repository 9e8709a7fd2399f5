/// Why something was not added to, or done with, a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The agent waits; it goes on first.
    #[error("the conversation is paused")]
    Paused,
    /// It has ended otherwise.
    #[error("the conversation is over")]
    Over,
}
