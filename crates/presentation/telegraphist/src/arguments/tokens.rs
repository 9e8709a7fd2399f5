//! What can be said about tokens.

use clap::{Args, Subcommand};
use telegraphist_application::access::Preset;
use telegraphist_application::grants::{ChatRule, Quota};
use telegraphist_application::operation::{Effect, Scope};

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
  telegraphist tokens create desk --preset writer --allow-chat folder:Work \
      --deny-chat @boss --deny-chat write:@news

A chat that is kept from it is not there for it: not found, not listed.

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
    /// Only this chat: an id, @name, t.me link, me or folder:TITLE; with
    /// read: or write: in front for one of both; repeat it for several
    #[arg(long = "allow-chat", value_name = "CHAT")]
    pub(crate) allow_chats: Vec<ChatRule<String>>,
    /// Never this chat, whatever is allowed; repeat it for several
    #[arg(long = "deny-chat", value_name = "CHAT")]
    pub(crate) deny_chats: Vec<ChatRule<String>>,
    /// Change nothing, whatever the scopes say
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Show it nothing that strangers wrote: texts, captions, titles and
    /// names by anybody but the account itself, its contacts, and whom
    /// --allow-chat names
    #[arg(long)]
    pub(crate) lockdown: bool,
    /// Ask a person in Telegram each time before it does this: writes,
    /// destroys (what cannot be undone), spends
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = effect)]
    pub(crate) approve: Vec<Effect>,
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

fn effect(name: &str) -> Result<Effect, String> {
    // Reading is withheld by scopes and lists; nobody wants to be asked about each page.
    let changing = Effect::named(name).filter(|effect| *effect != Effect::Reads);
    changing.ok_or_else(|| "what can be asked about is writes, destroys and spends".to_owned())
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::named(name).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", known.join(", "))
    })
}
