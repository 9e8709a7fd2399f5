//! What can be said about tokens.

use clap::{Args, Subcommand};
use telegraphist_application::access::Preset;
use telegraphist_application::grants::Quota;
use telegraphist_application::operation::Scope;

use super::Output;
use crate::settings::Span;

/// `tokens`
#[derive(Subcommand)]
pub(crate) enum Tokens {
    /// Make a token; its secret is printed once and kept nowhere
    #[command(after_help = CREATE_HELP)]
    Create(CreateToken),
    /// List tokens, newest first
    List {
        /// How to print them
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Show what a token may do
    Show {
        /// Its name or id
        token: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Take a token back: it lets nobody in from now on
    Revoke {
        /// Its name or id
        token: String,
    },
}

const CREATE_HELP: &str = "\
What it may do is a preset, scopes, or both:

  notifier  tells people things and asks them; sees no chat
  reader    reads chats, messages and files, and changes nothing
  writer    also sends, edits and marks as read; deletes nothing
  admin     everything

  telegraphist tokens create ci --preset notifier --expires 90d
  telegraphist tokens create claude --preset reader --session work
  telegraphist tokens create bot --preset writer --quota send_message=20/h

`serve --auth bearer` lets its holder in, by the header
`Authorization: Bearer SECRET`.";

/// `tokens create`
#[derive(Args)]
pub(crate) struct CreateToken {
    /// What to call it: lower-case letters, digits, - and _
    pub(crate) name: String,
    /// What it is for: notifier, reader, writer or admin
    #[arg(long, value_name = "PRESET", required_unless_present = "scopes")]
    pub(crate) preset: Option<Preset>,
    /// Scopes besides the preset's, like messages:read,contacts:read
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = scope)]
    pub(crate) scopes: Vec<Scope>,
    /// Only with this session, by name or id; repeat it for several
    #[arg(long = "session", value_name = "NAME")]
    pub(crate) sessions: Vec<String>,
    /// Change nothing, whatever the scopes say
    #[arg(long)]
    pub(crate) read_only: bool,
    /// At most so many calls, like calls=1000/d, search=30/m or
    /// send_message=20/h; repeat it for several
    #[arg(long = "quota", value_name = "KIND=NUMBER/UNIT")]
    pub(crate) quotas: Vec<Quota>,
    /// How long it counts, like 12h or 90d; for ever if left out
    #[arg(long, value_name = "DURATION")]
    pub(crate) expires: Option<Span>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::named(name).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", known.join(", "))
    })
}
