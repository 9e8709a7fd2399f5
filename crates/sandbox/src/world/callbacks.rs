//! Buttons that were pressed and wait for their bot's answer.
//!
//! The person's client shows a spinner until the bot answers or [`PATIENCE`] is over. The bot may answer for as long as the query lives; each
//! query takes one answer.

use std::collections::BTreeMap;
use std::time::Duration;

use grammers_tl_types as tl;

use super::World;
use super::bots::BotEvent;
use super::keyboards::Keyboard;
use super::peers::{Peer, mix};
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

/// How long a person's client waits for the answer. ASSUMED.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// How long a bot may answer.
pub const LIFE: Duration = Duration::from_secs(150);
/// Letters of an answer's text.
pub const TEXT_MAX: usize = 200;

/// A button that somebody pressed.
#[derive(Clone)]
pub struct Callback {
    /// The query's id.
    pub id: i64,
    /// Who pressed.
    pub by: i64,
    /// Whose button it is.
    pub bot: i64,
    /// The message as the person holds it.
    pub pressed_at: (Peer, i32),
    /// The message as the bot holds it; id 0 if the bot's copy is gone.
    pub place: (Peer, i32),
    /// What stands behind the button.
    pub data: Vec<u8>,
    /// The same for all queries from one chat.
    pub chat_instance: i64,
    made: i64,
    state: State,
}

/// What a bot answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// Shown to the person.
    pub text: Option<String>,
    /// In a box that has to be closed, rather than in passing.
    pub alert: bool,
    /// Opened by the person's client.
    pub url: Option<String>,
    /// For how many seconds the client may answer by itself.
    pub cache_time: i32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The person's client waits.
    Open,
    /// The client has given up; the bot has not.
    Overdue,
    Answered,
}

/// How a wait for an answer ended: with it, or without one.
pub type Settled = (i64, Option<CallbackAnswer>);

/// All buttons that were pressed lately.
#[derive(Default)]
pub struct Callbacks {
    by_id: BTreeMap<i64, Callback>,
    last_id: i64,
    settled: Vec<Settled>,
}

impl Callbacks {
    /// The query with this id, for as long as it lives.
    pub fn get(&self, id: i64) -> Option<&Callback> {
        self.by_id.get(&id)
    }

    /// The query that a person's client waits for at this message: its button shows a spinner.
    pub fn waiting_at(&self, person: i64, peer: Peer, message: i32) -> Option<&Callback> {
        let is_meant = |callback: &&Callback| {
            callback.by == person && callback.pressed_at == (peer, message) && callback.state == State::Open
        };
        self.by_id.values().rev().find(is_meant)
    }

    /// Which waits ended since the last call.
    pub(crate) fn take_settled(&mut self) -> Vec<Settled> {
        std::mem::take(&mut self.settled)
    }

    /// When the next wait or life ends, in milliseconds.
    pub(crate) fn next_deadline(&self) -> Option<i64> {
        self.by_id.values().map(Callback::deadline).min()
    }

    /// Ends the waits and lives that are over.
    pub(crate) fn expire(&mut self, now: i64) {
        for callback in self.by_id.values_mut() {
            if callback.state == State::Open && callback.made + millis(PATIENCE) <= now {
                callback.state = State::Overdue;
                self.settled.push((callback.id, None));
            }
        }
        self.by_id.retain(|_, callback| callback.made + millis(LIFE) > now);
    }

    fn answer(&mut self, bot: i64, id: i64, answer: CallbackAnswer) -> Allowed<()> {
        let callback = self.by_id.get_mut(&id).filter(|callback| callback.bot == bot);
        let open = callback.filter(|callback| callback.state != State::Answered);
        let callback = open.ok_or_else(|| RpcError::bad_request("QUERY_ID_INVALID"))?;
        if callback.state == State::Open {
            self.settled.push((id, Some(answer)));
        }
        callback.state = State::Answered;
        Ok(())
    }
}

impl Callback {
    fn deadline(&self) -> i64 {
        self.made + millis(if self.state == State::Open { PATIENCE } else { LIFE })
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl World {
    /// Presses a callback button under a message; returns the query's id. How it ends is told by [`Callbacks`].
    pub fn press(&mut self, cause: &Cause, peer: Peer, id: i32, data: &[u8]) -> Allowed<i64> {
        let message = self.thread(cause.account, peer).get(id);
        let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let inline = message.keyboard().and_then(Keyboard::inline);
        if inline.is_none_or(|inline| inline.with_data(data).is_none()) {
            return Err(RpcError::bad_request("DATA_INVALID"));
        }
        self.press_anything(cause, peer, id, data)
    }

    /// The same with data that need not stand behind any button: the Bot API warns that a bad client can send anything.
    pub(crate) fn press_anything(&mut self, cause: &Cause, peer: Peer, id: i32, data: &[u8]) -> Allowed<i64> {
        self.callbacks.expire(self.clock.millis());
        let message = self.thread(cause.account, peer).get(id);
        let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let bot = message.writer().filter(|writer| self.accounts.get(*writer).is_some_and(|account| account.bot));
        let bot = bot.ok_or_else(|| RpcError::bad_request("BOT_INVALID"))?;
        let place = self.place_for_bot(cause.account, bot, peer, message.uid, id);
        self.callbacks.last_id += 1;
        // Real ids are long and say nothing.
        let query = mix(&[self.secret, 4, self.callbacks.last_id]).unsigned_abs().cast_signed().max(1);
        let callback = Callback {
            id: query,
            by: cause.account,
            bot,
            pressed_at: (peer, id),
            place,
            data: data.to_vec(),
            chat_instance: mix(&[self.secret, 5, bot, place.0.marked()]),
            made: self.clock.millis(),
            state: State::Open,
        };
        let update = view_callback(&callback);
        self.callbacks.by_id.insert(query, callback);
        self.tell(cause, bot, update);
        self.tell_bot(bot, BotEvent::Callback(query));
        Ok(query)
    }

    /// The same message under the bot's name and number for it.
    fn place_for_bot(&self, person: i64, bot: i64, peer: Peer, uid: u64, id: i32) -> (Peer, i32) {
        match peer {
            Peer::Channel(_) => (peer, id),
            Peer::User(_) | Peer::Group(_) => {
                let name = if let Peer::User(_) = peer { Peer::User(person) } else { peer };
                (name, self.thread(bot, name).by_uid(uid).map_or(0, |copy| copy.id))
            }
        }
    }

    /// Lets a bot answer a button that was pressed.
    pub fn answer_callback(&mut self, bot: i64, query: i64, answer: CallbackAnswer) -> Allowed<()> {
        self.callbacks.expire(self.clock.millis());
        if answer.text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
            return Err(RpcError::bad_request("MESSAGE_TOO_LONG"));
        }
        self.callbacks.answer(bot, query, answer)
    }
}

/// What a bot that is signed in as a client is told.
fn view_callback(callback: &Callback) -> tl::enums::Update {
    tl::types::UpdateBotCallbackQuery {
        query_id: callback.id,
        user_id: callback.by,
        peer: callback.place.0.into(),
        msg_id: callback.place.1,
        chat_instance: callback.chat_instance,
        data: Some(callback.data.clone()),
        game_short_name: None,
    }
    .into()
}
