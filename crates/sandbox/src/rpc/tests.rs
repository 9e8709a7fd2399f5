//! What requests do, asked as a client asks: bytes in, bytes out.

mod answers;
mod bots;
mod catching_up;
mod finding;
mod permissions;
mod sending;
mod signing_in;

use grammers_tl_types::{self as tl, Cursor, Deserializable, RemoteCall, Serializable};

use super::{Caller, Reply, RpcError, dispatch};
use crate::world::peers::Peer;
use crate::world::seed::{ALICE, BOB};
use crate::world::view::blank;
use crate::world::{Push, Seed, World};

/// `inputPeerEmpty`, for requests that begin as a run of zeros.
const EMPTY_PEER: u32 = 0x7f3b_18ea;
/// An empty list.
const EMPTY_LIST: u32 = 0x1cb5_c415;

/// A world with clients in it.
struct Stage {
    world: World,
}

impl Stage {
    fn new() -> Self {
        Self { world: World::seeded(&Seed { seed: 1, messages: 400 }) }
    }

    /// A new client of an account.
    fn client(&mut self, account: i64) -> Caller {
        let key_id = self.world.keys.create(2, Some(account));
        Caller { key_id, account: Some(account), dc: 2, layer: tl::LAYER }
    }

    /// Sends a request as bytes and reads the answer as bytes, to the last one.
    fn ask<R: RemoteCall>(&mut self, caller: &Caller, request: &R) -> Result<R::Return, RpcError> {
        let Reply::Now(answer) = dispatch(&mut self.world, caller, &request.to_bytes()) else {
            panic!("the answer comes at once");
        };
        let answer = answer?;
        let mut cursor = Cursor::from_slice(&answer);
        let read = R::Return::deserialize(&mut cursor).expect("the answer has its method's type");
        assert_eq!(cursor.pos(), answer.len(), "nothing is left over");
        Ok(read)
    }

    /// The name of the refusal.
    fn refusal<R: RemoteCall>(&mut self, caller: &Caller, request: &R) -> String {
        self.ask(caller, request).err().map(|error| error.text).unwrap_or_default()
    }

    /// How a caller addresses a peer.
    fn input(&self, caller: &Caller, peer: Peer) -> tl::enums::InputPeer {
        self.world.input_peer(caller.account.expect("signed in"), peer)
    }

    fn channel(&self, caller: &Caller, peer: Peer) -> tl::enums::InputChannel {
        let access_hash = self.world.access_hash(caller.account.expect("signed in"), peer);
        tl::types::InputChannel { channel_id: peer.id(), access_hash }.into()
    }

    fn user(&self, caller: &Caller, user_id: i64) -> tl::enums::InputUser {
        let access_hash = self.world.access_hash(caller.account.expect("signed in"), Peer::User(user_id));
        tl::types::InputUser { user_id, access_hash }.into()
    }

    /// The id of the newest message that `accept` likes.
    fn newest(&self, account: i64, peer: Peer, accept: impl Fn(&crate::world::messages::Message) -> bool) -> i32 {
        let found = self.world.thread(account, peer).newest_first().find(|message| accept(message));
        found.expect("the world has such a message").id
    }

    fn pushes_to(&mut self, account: i64) -> Vec<Push> {
        let mut pushes = self.world.take_pushes();
        pushes.retain(|push| push.account == account);
        pushes
    }
}

/// A plain message.
fn text_to(peer: tl::enums::InputPeer, message: &str, random_id: i64) -> tl::functions::messages::SendMessage {
    let message = message.to_owned();
    tl::functions::messages::SendMessage { peer, message, random_id, ..blank(&[0, EMPTY_PEER]) }
}

/// A page of a conversation.
fn history(peer: tl::enums::InputPeer, offset_id: i32, limit: i32) -> tl::functions::messages::GetHistory {
    tl::functions::messages::GetHistory {
        peer,
        offset_id,
        offset_date: 0,
        add_offset: 0,
        limit,
        max_id: 0,
        min_id: 0,
        hash: 0,
    }
}

/// An answer to a message, or a place in a topic.
fn reply_to(reply_to_msg_id: i32) -> tl::types::InputReplyToMessage {
    tl::types::InputReplyToMessage { reply_to_msg_id, ..blank(&[]) }
}

/// The updates of an answer or of a push.
fn updates_of(updates: &tl::enums::Updates) -> &[tl::enums::Update] {
    match updates {
        tl::enums::Updates::Updates(updates) => &updates.updates,
        other => panic!("the box only makes plain updates, not {other:?}"),
    }
}

/// The messages of an answer.
fn messages_of(answer: tl::enums::messages::Messages) -> Vec<tl::types::Message> {
    let messages = match answer {
        tl::enums::messages::Messages::Messages(whole) => whole.messages,
        tl::enums::messages::Messages::Slice(slice) => slice.messages,
        tl::enums::messages::Messages::ChannelMessages(channel) => channel.messages,
        tl::enums::messages::Messages::NotModified(_) => Vec::new(),
    };
    messages.into_iter().filter_map(words_of).collect()
}

fn words_of(message: tl::enums::Message) -> Option<tl::types::Message> {
    match message {
        tl::enums::Message::Message(message) => Some(message),
        tl::enums::Message::Service(_) | tl::enums::Message::Empty(_) => None,
    }
}
