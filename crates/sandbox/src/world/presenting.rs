//! How bots present themselves: names and descriptions by language, commands by scope and language, the button beside the text field.

use std::collections::BTreeMap;

use super::World;
use super::chats::Role;
use super::peers::Peer;
use super::refusal::{Allowed, RpcError};

/// Commands of one scope.
const COMMANDS_MAX: usize = 100;
/// Letters of a command, and of what it does.
const COMMAND_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 256;

/// A command and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without the slash.
    pub command: String,
    /// For people.
    pub description: String,
}

/// Where commands are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Wherever nothing narrower is set.
    #[default]
    Default,
    /// In private.
    Private,
    /// In groups.
    Groups,
    /// To admins of groups.
    Admins,
    /// In one chat.
    Chat(Peer),
    /// To the admins of one chat.
    ChatAdmins(Peer),
    /// To one member of one chat.
    ChatMember(Peer, i64),
}

/// What the button beside the text field of a private chat does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MenuButton {
    /// What the bot does everywhere.
    #[default]
    Default,
    /// Lists the commands.
    Commands,
    /// Opens a web app.
    WebApp {
        /// What stands on it.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// How a bot presents itself. Languages are two letters; an empty one is for everybody else.
#[derive(Clone, Debug, Default)]
pub struct Presentation {
    /// Its name, where it is another than the account's.
    pub names: BTreeMap<String, String>,
    /// What is shown in an empty chat.
    pub descriptions: BTreeMap<String, String>,
    /// What is shown on its profile.
    pub short_descriptions: BTreeMap<String, String>,
    /// Its commands.
    pub commands: BTreeMap<(Scope, String), Vec<Command>>,
    /// Buttons of single people.
    pub buttons: BTreeMap<i64, MenuButton>,
    /// The button of everybody else.
    pub button: MenuButton,
    /// Grows with each change, so that clients ask again.
    pub version: i32,
}

impl Command {
    fn check(&self) -> Allowed<()> {
        let is_fine = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if !(1..=COMMAND_MAX).contains(&self.command.len()) || !self.command.chars().all(is_fine) {
            return Err(RpcError::bad_request("BOT_COMMAND_INVALID"));
        }
        if !(1..=DESCRIPTION_MAX).contains(&self.description.chars().count()) {
            return Err(RpcError::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        Ok(())
    }
}

/// The text of a language, or the one for everybody else.
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<&'a str> {
    texts.get(language).or_else(|| texts.get("")).map(String::as_str)
}

/// Refuses what is no language.
pub fn check_language(language: &str) -> Allowed<()> {
    let is_one =
        language.is_empty() || (language.len() == 2 && language.chars().all(|letter| letter.is_ascii_lowercase()));
    is_one.then_some(()).ok_or_else(|| RpcError::bad_request("LANG_CODE_INVALID"))
}

impl Presentation {
    /// Replaces the commands of a scope and a language; none takes them away.
    pub fn set_commands(&mut self, scope: Scope, language: &str, commands: Vec<Command>) -> Allowed<()> {
        check_language(language)?;
        if commands.len() > COMMANDS_MAX {
            return Err(RpcError::bad_request("BOT_COMMANDS_TOO_MUCH"));
        }
        commands.iter().try_for_each(Command::check)?;
        let place = (scope, language.to_owned());
        if commands.is_empty() {
            self.commands.remove(&place);
        } else {
            self.commands.insert(place, commands);
        }
        self.version += 1;
        Ok(())
    }

    /// The commands of exactly this scope and language.
    pub fn commands_of(&self, scope: Scope, language: &str) -> &[Command] {
        self.commands.get(&(scope, language.to_owned())).map_or(&[], Vec::as_slice)
    }
}

impl World {
    /// The commands that a bot shows to somebody in a chat: those of the narrowest scope that has any.
    pub fn commands_for(&self, bot: i64, peer: Peer, viewer: i64, language: &str) -> &[Command] {
        let Some(presentation) = self.bot(bot).map(|bot| &bot.presentation) else { return &[] };
        let is_admin = matches!(self.role_in(viewer, peer), Some(Role::Admin | Role::Creator));
        let scopes: &[Scope] = match peer {
            Peer::User(_) => &[Scope::Chat(Peer::User(viewer)), Scope::Private, Scope::Default],
            _ if is_admin => &[
                Scope::ChatMember(peer, viewer),
                Scope::ChatAdmins(peer),
                Scope::Chat(peer),
                Scope::Admins,
                Scope::Groups,
                Scope::Default,
            ],
            _ => &[Scope::ChatMember(peer, viewer), Scope::Chat(peer), Scope::Groups, Scope::Default],
        };
        let languages = [language, ""];
        let places = scopes.iter().flat_map(|scope| languages.map(|language| (*scope, language)));
        let found = places.map(|(scope, language)| presentation.commands_of(scope, language));
        found.into_iter().find(|commands| !commands.is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Seed;

    const BOT: i64 = 1101;
    const ALICE: i64 = 1001;

    fn command(name: &str) -> Vec<Command> {
        vec![Command { command: name.to_owned(), description: "It does".to_owned() }]
    }

    #[test]
    fn the_narrowest_scope_is_shown() {
        let mut world = World::seeded(&Seed { seed: 1, messages: 10 });
        let set = |world: &mut World, scope, language: &str, name: &str| {
            world.bot_mut(BOT).presentation.set_commands(scope, language, command(name)).expect("they are fine");
        };
        let shown = |world: &World, language: &str| {
            let commands = world.commands_for(BOT, Peer::User(BOT), ALICE, language);
            commands.first().map(|command| command.command.clone())
        };
        assert_eq!(shown(&world, "en"), None);
        set(&mut world, Scope::Default, "", "default");
        set(&mut world, Scope::Private, "de", "privat");
        assert_eq!(shown(&world, "en").as_deref(), Some("default"));
        assert_eq!(shown(&world, "de").as_deref(), Some("privat"));
        set(&mut world, Scope::Chat(Peer::User(ALICE)), "", "alice");
        assert_eq!(shown(&world, "de").as_deref(), Some("alice"));
        let team = Peer::from_marked(-1_000_000_000_701);
        set(&mut world, Scope::Admins, "", "admins");
        assert_eq!(world.commands_for(BOT, team, ALICE, "")[0].command, "admins");
        assert_eq!(world.commands_for(BOT, team, 1005, "")[0].command, "default");
    }

    #[test]
    fn wrong_commands_are_refused() {
        let mut presentation = Presentation::default();
        let mut refused =
            |commands| presentation.set_commands(Scope::Default, "", commands).err().map(|error| error.text);
        assert_eq!(refused(command("Start")).as_deref(), Some("BOT_COMMAND_INVALID"));
        assert_eq!(refused(command("")).as_deref(), Some("BOT_COMMAND_INVALID"));
        assert_eq!(refused(vec![command("a").remove(0); 101]).as_deref(), Some("BOT_COMMANDS_TOO_MUCH"));
        let mute = vec![Command { command: "a".to_owned(), description: String::new() }];
        assert_eq!(refused(mute).as_deref(), Some("BOT_COMMAND_DESCRIPTION_INVALID"));
        assert_eq!(refused(command("start_1")), None);
    }
}
