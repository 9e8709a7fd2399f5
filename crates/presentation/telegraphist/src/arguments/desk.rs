//! What can be said about bots, people, questions and what is to be sent.

use clap::{Args, Subcommand, ValueEnum};

use super::Output;
use crate::settings::Span;

pub(super) const NOTIFY_HELP: &str = "\
It goes to everybody who wants notices, through the bot that is signed in, and
is accepted when this command ends; delivery follows.

  telegraphist notify 'The nightly build is **done**.'
  make test 2>&1 | tail -20 | telegraphist notify -";

/// `notify`
#[derive(Args)]
pub(crate) struct Notify {
    /// What to say, in markdown; - reads standard input
    pub(crate) text: String,
    /// Which bot, if there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// Only to this person or group, by id or @name
    #[arg(long, value_name = "CHAT")]
    pub(crate) chat: Option<String>,
    /// The same key twice is one notice
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// How to print what was accepted
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

pub(super) const ASK_HELP: &str = "\
Prints the option that was chosen. The exit code tells the decision:

  0   the first option       20  nobody decided in time
  11  the second option      21  the question was taken back
  12  the third, and so on   22  nobody could be asked
  1   something went wrong

  telegraphist ask 'Deploy to production?' --option Yes --option No && deploy";

/// `ask`
#[derive(Args)]
pub(crate) struct Ask {
    /// The question, one line
    pub(crate) question: String,
    /// What can be answered, 1 to 10 times [default: Approve, Deny]
    #[arg(long = "option", value_name = "LABEL")]
    pub(crate) options: Vec<String>,
    /// Everything needed to decide, in markdown; - reads standard input
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// How long it may take, like 90s, 30m, 8h
    #[arg(long, value_name = "DURATION", default_value = "30m")]
    pub(crate) timeout: Span,
    /// Who may decide, by user id or @name; the owner if left out
    #[arg(long = "decider", value_name = "PERSON")]
    pub(crate) deciders: Vec<String>,
    /// Which bot, if there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// The same key twice is one question
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

/// `hook`
#[derive(Subcommand)]
pub(crate) enum Hook {
    /// Answer a PermissionRequest: its JSON on standard input, the decision on standard output
    #[command(after_help = HOOK_HELP)]
    Permission {
        /// Which bot, if there are several
        #[arg(long, value_name = "NAME")]
        session: Option<String>,
    },
}

const HOOK_HELP: &str = "\
In Claude Code's settings:

  { \"hooks\": { \"PermissionRequest\": [ { \"hooks\": [
      { \"type\": \"command\", \"command\": \"telegraphist hook permission\", \"timeout\": 600 }
  ] } ] } }

Without a decision in time, or if nobody can be asked, it says nothing, and the
agent asks at its own prompt.";

/// `people`
#[derive(Subcommand)]
pub(crate) enum People {
    /// List who is let in, and the groups in which bots speak
    List {
        /// How to print them
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Let in whoever was shown this code: they get it from the bot with /pair
    Pair {
        /// The code
        code: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = PersonRole::User)]
        role: PersonRole,
    },
    /// Give somebody another role
    Role {
        /// Their user id
        user: i64,
        /// What they may do
        role: PersonRole,
    },
    /// Forget somebody: they have to knock again
    Forget {
        /// Their user id
        user: i64,
    },
    /// Leave a group alone again
    ForgetGroup {
        /// Its id
        #[arg(allow_negative_numbers = true)]
        chat: i64,
    },
}

/// What somebody may do; the owner is named in the configuration.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PersonRole {
    /// Decides, chooses modes, lets others in
    Admin,
    /// Is told, answers, decides where named
    User,
    /// Is told
    Guest,
    /// Is not heard
    Blocked,
}

/// How much of a list is shown, and how.
#[derive(Args)]
pub(crate) struct Shown {
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) limit: usize,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

/// `outbox`
#[derive(Subcommand)]
pub(crate) enum Outbox {
    /// List what waits and what is stuck, newest first
    List {
        /// Everything, also what was sent
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show one
    Show {
        /// Its id
        id: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Send once more what failed, is dead or unknown: look first whether it arrived
    Requeue {
        /// Its id
        id: String,
    },
}

/// `inbox`
#[derive(Subcommand)]
pub(crate) enum Inbox {
    /// List updates whose handling failed, newest first
    List {
        /// All that bots heard, also what was handled
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show one
    Show {
        /// Its id
        id: String,
    },
    /// Handle one once more
    Requeue {
        /// Its id
        id: String,
    },
}

/// `approvals`
#[derive(Subcommand)]
pub(crate) enum Approvals {
    /// List questions, newest first
    #[command(mut_arg("limit", |limit| limit.default_value("20")))]
    List {
        /// Only those that nobody has decided yet
        #[arg(long)]
        pending: bool,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show one
    Show {
        /// Its id
        id: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// End one that nobody has decided: nothing is allowed
    Cancel {
        /// Its id
        id: String,
    },
    /// List what was allowed for a session or for good
    Rules {
        /// How to print them
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Take such a rule back: it is asked again from now on
    Revoke {
        /// The rule's id
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    enum Lists {
        #[command(subcommand)]
        Outbox(Outbox),
        #[command(subcommand)]
        Approvals(Approvals),
    }

    fn limit(of: &str, given: &[&str]) -> Option<usize> {
        match Lists::try_parse_from([&["lists", of, "list"], given].concat()).ok()? {
            Lists::Outbox(Outbox::List { shown, .. }) | Lists::Approvals(Approvals::List { shown, .. }) => {
                Some(shown.limit)
            }
            Lists::Outbox(_) | Lists::Approvals(_) => None,
        }
    }

    #[test]
    fn questions_are_listed_in_smaller_numbers() {
        assert_eq!((limit("outbox", &[]), limit("approvals", &[])), (Some(50), Some(20)));
        assert_eq!(limit("approvals", &["--limit", "7"]), Some(7));
    }
}
