//! What only bots have: who started them, what their programs have to be told, and how they present themselves.

use std::collections::BTreeSet;

use grammers_tl_types as tl;
use tl::enums::MessageEntity;

use super::World;
use super::chats::Role;
use super::invites::Invite;
use super::logs::Event;
use super::messages::Message;
use super::moderation::MemberChange;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

/// Something that a bot's program has to be told. What it is about is looked up in the world at once, before anything else happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BotEvent {
    /// A message arrived, as the bot holds it.
    New(Peer, i32),
    /// A message was changed.
    Edited(Peer, i32),
    /// Somebody pressed a button.
    Callback(i64),
    /// Somebody's place in a chat has changed.
    Member(Box<MemberChange>),
    /// Somebody asks to be let into a channel, through a link.
    JoinRequest(i64, i64, Box<Invite>),
}

/// What is known of a bot beyond its account.
#[derive(Clone, Debug, Default)]
pub struct BotProfile {
    /// People who have written to it; it may write to nobody else in private.
    pub started_by: BTreeSet<i64>,
    /// In groups it sees everything, not only what is meant for it.
    pub reads_all: bool,
}

impl World {
    /// Whether this account is a bot.
    pub fn is_bot(&self, account: i64) -> bool {
        self.accounts.get(account).is_some_and(|account| account.bot)
    }

    /// What is known of a bot beyond its account.
    pub fn bot(&self, id: i64) -> Option<&BotProfile> {
        self.bots.get(&id)
    }

    /// The same, to change it.
    pub fn bot_mut(&mut self, id: i64) -> &mut BotProfile {
        self.bots.entry(id).or_default()
    }

    /// Whether somebody has written to a bot, so that it may write back.
    pub fn has_started(&self, bot: i64, person: i64) -> bool {
        self.bot(bot).is_some_and(|bot| bot.started_by.contains(&person))
    }

    /// Notes that somebody writes to a bot, if `to` is one.
    pub(crate) fn note_start(&mut self, author: i64, to: Peer) {
        if let Some(bot) = to.user().filter(|bot| self.is_bot(*bot)) {
            self.bot_mut(bot).started_by.insert(author);
        }
    }

    /// Keeps an event for a bot's program.
    pub(crate) fn tell_bot(&mut self, bot: i64, event: BotEvent) {
        self.bot_events.push((bot, event));
    }

    /// What bots' programs have to be told since the last call.
    pub(crate) fn take_bot_events(&mut self) -> Vec<(i64, BotEvent)> {
        std::mem::take(&mut self.bot_events)
    }

    /// Turns an event of a bot's mailbox or channel into what its program is told; its own doings are no news to it.
    pub(crate) fn note_for_bot(&mut self, cause: &Cause, account: i64, event: &Event) {
        if account == cause.account || !self.is_bot(account) {
            return;
        }
        let (peer, id, told) = match event {
            Event::New(peer, id) => (*peer, *id, BotEvent::New(*peer, *id)),
            Event::Edited(peer, id) => (*peer, *id, BotEvent::Edited(*peer, *id)),
            _ => return,
        };
        let is_seen = self.thread(account, peer).get(id).is_some_and(|message| self.sees(account, peer, message));
        if is_seen {
            self.tell_bot(account, told);
        }
    }

    /// Whether an account sees a message of a chat that it is in. Bots see less than people: in groups only what is meant for them, unless they
    /// are admins or were set up to read everything; and never what other bots say.
    pub(crate) fn sees(&self, account: i64, peer: Peer, message: &Message) -> bool {
        if !self.is_bot(account) || message.writer() == Some(account) {
            return true;
        }
        let is_group = match peer {
            Peer::User(_) => return true,
            Peer::Group(_) => true,
            Peer::Channel(id) => self.channels.get(&id).is_some_and(|channel| !channel.is_broadcast()),
        };
        if is_group && message.from.user().is_some_and(|writer| self.is_bot(writer)) && !message.is_service() {
            return false;
        }
        !is_group
            || message.is_service()
            || self.bot(account).is_some_and(|bot| bot.reads_all)
            || matches!(self.role_in(account, peer), Some(Role::Admin | Role::Creator))
            || self.is_meant_for(account, peer, message)
    }

    /// What somebody may do in a group or channel; nothing if they are not in it.
    pub fn role_in(&self, account: i64, peer: Peer) -> Option<Role> {
        match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get(&id)?.role(account),
            Peer::Channel(id) => self.channels.get(&id)?.role(account),
        }
    }

    fn is_meant_for(&self, bot: i64, peer: Peer, message: &Message) -> bool {
        let answers_it = || {
            let answered = message.reply().and_then(|reply| self.thread(bot, peer).get(reply.to));
            answered.is_some_and(|answered| answered.writer() == Some(bot))
        };
        message.mentions(bot) || self.has_command_for(bot, message) || answers_it()
    }

    /// Whether a command stands in the message that names this bot or no bot at all.
    fn has_command_for(&self, bot: i64, message: &Message) -> bool {
        let own_name = self.accounts.get(bot).and_then(|account| account.username.as_deref()).unwrap_or_default();
        let units: Vec<u16> = message.text.shown.encode_utf16().collect();
        message.entities().iter().any(|entity| {
            let MessageEntity::BotCommand(command) = entity else { return false };
            let start = usize::try_from(command.offset).unwrap_or(0);
            let end = start + usize::try_from(command.length).unwrap_or(0);
            let words = String::from_utf16_lossy(units.get(start..end).unwrap_or_default());
            words.split_once('@').is_none_or(|(_, name)| name.eq_ignore_ascii_case(own_name))
        })
    }

    /// Lets somebody press a bot's start button; returns the id of their message.
    pub fn start_bot(&mut self, cause: &Cause, bot: i64, parameter: &str) -> Allowed<i32> {
        if !self.is_bot(bot) {
            return Err(RpcError::bad_request("BOT_INVALID"));
        }
        let is_valid = parameter.len() <= 64
            && parameter.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
        if !is_valid {
            return Err(RpcError::bad_request("START_PARAM_INVALID"));
        }
        let text = format!("/start {parameter}");
        self.post(cause, Peer::User(bot), Draft::text(text.trim_end()))
    }
}
