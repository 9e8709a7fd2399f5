//! What can be said about policy.

use clap::{Args, Subcommand};

use super::Output;

/// `policy`
#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Say what would become of a call with a token, and why; nothing is
    /// done, spent or written down
    Explain(ExplainCall),
}

/// `policy explain`
#[derive(Args)]
pub(crate) struct ExplainCall {
    /// The token's name or id
    pub(crate) token: String,
    /// The tool's name
    pub(crate) tool: String,
    /// Arguments of the tool
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) arguments: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}
