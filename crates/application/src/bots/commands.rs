//! Commands that people give a bot, by names that Telegram allows. The old ones of other bridges still work.

use std::fmt::Write as _;

use telegraphist_domain::approval::ApprovalState;

use super::Update;
use super::update::Asked;
use crate::arguments::ChatKind;
use crate::failure::Failure;
use crate::people::{By, PeopleError};
use crate::ports::{ApprovalQuery, BotCommand, HeardMessage, Role, Speaker};
use crate::text::Writing;

/// What the app offers when somebody types `/`.
pub(super) const OFFERED: &[BotCommand] = &[
    offered("help", "What this bot does, and its commands"),
    offered("status", "How delivery stands"),
    offered("tasks", "How far agents are with what they have to do"),
    offered("todo", "What agents have to do"),
    offered("pending", "Questions that wait for you"),
    offered("mode", "Choose how you are told: local, nomad or muted"),
    offered("quiet", "Choose quiet hours, as in /quiet 22:00-07:00"),
    offered("pair", "Let somebody in, as in /pair K7M2QX"),
    offered("restart", "Start delivery anew"),
    offered("cancel", "Leave a question that waits for your words"),
];

/// So many questions are shown at once.
const SHOWN_MAX: usize = 5;

const fn offered(name: &'static str, description: &'static str) -> BotCommand {
    BotCommand { name, description }
}

/// A message that begins with a slash.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// For this bot, or for whoever listens.
    Given {
        /// In lower case, without the slash.
        name: String,
        /// What follows.
        rest: String,
    },
    /// For another bot in the same group.
    OfAnother,
}

impl Command {
    /// The command in a message; nothing for other messages.
    pub(super) fn of(text: &str, username: Option<&str>) -> Option<Self> {
        let text = text.trim_start().strip_prefix('/')?;
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (name, bot) = word.split_once('@').unwrap_or((word, ""));
        let is_name = (1..=32).contains(&name.len())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            return None;
        }
        if !bot.is_empty() && username.is_some_and(|username| !username.eq_ignore_ascii_case(bot)) {
            return Some(Self::OfAnother);
        }
        Some(Self::Given { name: name.to_ascii_lowercase(), rest: rest.trim().to_owned() })
    }
}

impl Update<'_> {
    /// Somebody who was let in gave a command.
    pub(super) async fn commanded(
        &self,
        message: &HeardMessage,
        from: &Speaker,
        role: Role,
        name: &str,
        rest: &str,
    ) -> Result<(), Failure> {
        let may_choose = matches!(role, Role::Owner | Role::Admin);
        let text = match name {
            "start" => greeting(from, role),
            "help" => help(role),
            "cancel" => self.cancelled(message, from).await?,
            "status" | "bridge" => self.app.status_for_people().await?,
            // The lists of all agents: not everybody in an allowed group was let in to see them.
            "tasks" | "todo" if message.at.kind != ChatKind::Private => Writing::default()
                .text(&format!("Send me /{name} in our private chat; I do not show what agents have to do in groups.")),
            "tasks" => self.app.tasks_for_people().await?,
            "todo" => self.app.todo_for_people().await?,
            "pending" if role != Role::Guest => return self.show_pending(message, from).await,
            "pair" if may_choose => self.paired(message, from, rest).await?,
            "mode" | "mode_local" | "mode_nomad" | "mode_muted" | "quiet" | "restart" | "pending" | "pair" => {
                return self.commanded_about_notices(message, from, role, name, rest).await;
            }
            // In a group, another bot may know it.
            _ if message.at.kind != ChatKind::Private => return Ok(()),
            _ => Writing::default().text("I do not know this command. /help lists those that I know."),
        };
        self.reply_with(message, 0, text).await
    }

    /// A group that is not allowed hears nothing from the bot, but somebody who may can allow it.
    pub(super) async fn heard_in_strange_group(
        &self,
        message: HeardMessage,
        from: &Speaker,
        role: Role,
    ) -> Result<(), Failure> {
        let is_pair = matches!(
            Command::of(&message.text, self.bot.username.as_deref()),
            Some(Command::Given { ref name, .. }) if name == "pair"
        );
        if !is_pair || !matches!(role, Role::Owner | Role::Admin) {
            return Ok(());
        }
        let title = message.at.title.clone().unwrap_or_default();
        match self.app.allow_group(By::Person(from.user), message.at.chat, &title).await {
            Ok(_) => {}
            Err(PeopleError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(error.into()),
        }
        let text = Writing::default().text("From now on I speak in this group. Notices for everybody come here, too.");
        self.reply_with(&message, 0, text).await
    }

    async fn cancelled(&self, message: &HeardMessage, from: &Speaker) -> Result<Writing, Failure> {
        let asked = Asked { chat: message.at.chat, user: from.user };
        let was_awaited = self.awaited(asked).await?.is_some();
        self.expect(asked, None).await?;
        let words = if was_awaited {
            "I wait for your words no more. The question itself is still open: /pending shows it."
        } else {
            "I was not waiting for anything from you."
        };
        Ok(Writing::default().text(words))
    }

    async fn paired(&self, message: &HeardMessage, from: &Speaker, rest: &str) -> Result<Writing, Failure> {
        let mut words = rest.split_whitespace();
        let (code, role) = (words.next(), words.next());
        let Some(code) = code else {
            let text = if message.at.kind == ChatKind::Private {
                "Send the code that somebody was shown, as in /pair K7M2QX. They become a user; /pair K7M2QX admin or guest gives them another role."
            } else {
                "I speak in this group already."
            };
            return Ok(Writing::default().text(text));
        };
        let role = match role.map(str::to_ascii_lowercase).as_deref() {
            None | Some("user") => Role::User,
            Some("guest") => Role::Guest,
            Some("admin") => Role::Admin,
            Some(_) => return Ok(Writing::default().text("A role is user, guest or admin.")),
        };
        match self.app.pair(By::Person(from.user), code, role).await {
            Ok(person) => Ok(Writing::default().bold(&person.name).text(&format!(" is let in as {}.", role.as_str()))),
            Err(PeopleError::Store(error)) => Err(error.into()),
            Err(error) => {
                let failure = Failure::from(error);
                Ok(Writing::default().text(&format!("{} {}", failure.message, failure.action)))
            }
        }
    }

    /// Shows the questions that wait for this person, the oldest first.
    async fn show_pending(&self, message: &HeardMessage, from: &Speaker) -> Result<(), Failure> {
        let query = ApprovalQuery { is_pending: true, principal: None, before: None };
        let mut pending = self.app.ports().approvals.approvals(&query, 200).await?;
        pending
            .retain(|approval| approval.check_decider(from.user).is_ok() && approval.state == ApprovalState::Pending);
        pending.reverse();
        if pending.is_empty() {
            return self.reply_with(message, 0, Writing::default().text("No question waits for you.")).await;
        }
        for (at, approval) in pending.iter().take(SHOWN_MAX).enumerate() {
            self.app.show_again(self.bot, from.user, approval, self.once(at + 1)).await?;
        }
        let mut words = String::new();
        let shown = pending.len().min(SHOWN_MAX);
        if pending.len() > shown {
            write!(words, "These are {shown} of {} questions that wait for you.", pending.len())
                .expect("writing to a String cannot fail");
        } else if message.at.kind != ChatKind::Private {
            words.push_str("I sent them to you alone.");
        }
        if words.is_empty() { Ok(()) } else { self.reply_with(message, 0, Writing::default().text(&words)).await }
    }
}

fn greeting(from: &Speaker, role: Role) -> Writing {
    let can = match role {
        Role::Owner | Role::Admin => "You decide what agents ask, and who is let in.",
        Role::User => "You are told what agents did, and can answer them here.",
        Role::Guest | Role::Blocked => "You are told what agents did.",
    };
    let hello = Writing::default().text("Hello ").text(&from.name).text(". ");
    hello
        .text("I tell you what agents do, and ask you before they do it. ")
        .text(can)
        .text(" /help lists what you can send me.")
}

fn help(role: Role) -> Writing {
    let mut text = Writing::default().text("I tell you what agents do, and ask you before they do it.").lines(2);
    let is_for = |name: &str| match role {
        Role::Owner | Role::Admin => true,
        Role::User => !matches!(name, "pair" | "mode" | "quiet" | "restart"),
        Role::Guest | Role::Blocked => matches!(name, "help" | "status" | "tasks" | "todo"),
    };
    for command in OFFERED.iter().filter(|command| is_for(command.name)) {
        text = text.text(&format!("/{} · {}", command.name, command.description)).lines(1);
    }
    text = match role {
        Role::Guest | Role::Blocked => text,
        Role::Owner | Role::Admin | Role::User => {
            text.lines(2).text("Reply to a message of mine, and the agent that sent it reads your answer.")
        }
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, rest: &str) -> Command {
        Command::Given { name: name.to_owned(), rest: rest.to_owned() }
    }

    #[test]
    fn a_command_is_a_slash_and_a_name() {
        let of = |text: &str| Command::of(text, Some("operator_bot"));
        assert_eq!(of("/pair  K7M2QX admin"), Some(given("pair", "K7M2QX admin")));
        assert_eq!(of("/Status@Operator_Bot\nnow"), Some(given("status", "now")));
        assert_eq!(of("/status@another_bot"), Some(Command::OfAnother));
        for no in ["status", "/", "/ status", "/usr/bin", "/héllo", "a /status"] {
            assert_eq!(of(no), None, "{no}");
        }
    }

    #[test]
    fn what_is_offered_is_what_telegram_takes() {
        for command in OFFERED {
            assert!(command.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", command.name);
            assert!((1..=32).contains(&command.name.len()) && (1..=256).contains(&command.description.len()));
        }
    }
}
