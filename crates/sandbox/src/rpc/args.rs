//! Reads what requests name: peers with their access hashes, messages to answer, links to previews. Whatever is wrong is refused in Telegram's words.

use grammers_tl_types as tl;
use tl::enums::{InputChannel, InputDialogPeer, InputPeer, InputReplyTo, InputUser, MessageEntity};

use super::{Caller, RpcError};
use crate::world::World;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::telling::Cause;

impl Caller {
    /// Who is signed in with the caller's key.
    pub(crate) fn me(&self) -> Allowed<i64> {
        self.account.ok_or_else(|| RpcError::new(401, "AUTH_KEY_UNREGISTERED"))
    }

    /// The same, as the cause of what happens next.
    pub(crate) fn cause(&self) -> Allowed<Cause> {
        Ok(Cause { account: self.me()?, key: Some(self.key_id) })
    }
}

/// What a message shall answer, and where it belongs.
#[derive(Debug, Default)]
pub(super) struct ReplyArgs {
    pub(super) reply_to: Option<i32>,
    pub(super) topic: Option<i32>,
    pub(super) quote: Option<String>,
}

impl World {
    fn check_hash(&self, me: i64, peer: Peer, hash: i64, refusal: &str) -> Allowed<Peer> {
        (hash == self.access_hash(me, peer)).then_some(peer).ok_or_else(|| RpcError::bad_request(refusal))
    }

    /// A peer that the caller may read.
    pub(super) fn peer_arg(&self, me: i64, peer: &InputPeer) -> Allowed<Peer> {
        let invalid = || RpcError::bad_request("PEER_ID_INVALID");
        match peer {
            InputPeer::Empty => Err(invalid()),
            InputPeer::PeerSelf => Ok(Peer::User(me)),
            InputPeer::User(user) => {
                self.known_user(me, user.user_id, user.access_hash, "PEER_ID_INVALID").map(Peer::User)
            }
            InputPeer::Chat(chat) => {
                let peer = Peer::Group(chat.chat_id);
                let group = self.groups.get(&chat.chat_id).ok_or_else(invalid)?;
                let was_there = group.role(me).is_some() || !self.thread(me, peer).is_empty();
                was_there.then_some(peer).ok_or_else(invalid)
            }
            InputPeer::Channel(channel) => {
                let found = self.known_channel(me, channel.channel_id, channel.access_hash)?;
                self.readable(me, found).map(Peer::Channel)
            }
            InputPeer::UserFromMessage(min) => self.met_in(me, &min.peer, min.msg_id, Peer::User(min.user_id)),
            InputPeer::ChannelFromMessage(min) => self.met_in(me, &min.peer, min.msg_id, Peer::Channel(min.channel_id)),
        }
    }

    /// A peer that is named by a message in which it appears.
    fn met_in(&self, me: i64, home: &InputPeer, msg_id: i32, wanted: Peer) -> Allowed<Peer> {
        let home = self.peer_arg(me, home)?;
        let message = self.thread(me, home).get(msg_id).ok_or_else(|| RpcError::bad_request("MSG_ID_INVALID"))?;
        let appears = message.from == wanted
            || message.forward().is_some_and(|forward| forward.from == wanted)
            || wanted.user().is_some_and(|user| message.mentions(user));
        appears.then_some(wanted).ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))
    }

    fn known_user(&self, me: i64, id: i64, hash: i64, refusal: &str) -> Allowed<i64> {
        if id != me {
            self.check_hash(me, Peer::User(id), hash, refusal)?;
        }
        self.accounts.get(id).map(|account| account.user_id).ok_or_else(|| RpcError::bad_request(refusal))
    }

    fn known_channel(&self, me: i64, id: i64, hash: i64) -> Allowed<i64> {
        self.check_hash(me, Peer::Channel(id), hash, "CHANNEL_INVALID")?;
        self.channel(id).map(|channel| channel.id)
    }

    fn readable(&self, me: i64, id: i64) -> Allowed<i64> {
        let is_readable = self.channel(id)?.is_readable_by(me) || self.is_open_discussion(me, id);
        is_readable.then_some(id).ok_or_else(|| RpcError::bad_request("CHANNEL_PRIVATE"))
    }

    /// Comments can be read by everybody who can read the channel.
    fn is_open_discussion(&self, me: i64, id: i64) -> bool {
        let linked = self.channels.get(&id).and_then(|channel| self.channels.get(&channel.linked?));
        linked.is_some_and(|channel| channel.is_broadcast() && channel.is_readable_by(me))
    }

    /// A user that the caller has met.
    pub(super) fn user_arg(&self, me: i64, user: &InputUser) -> Allowed<i64> {
        match user {
            InputUser::Empty => Err(RpcError::bad_request("USER_ID_INVALID")),
            InputUser::UserSelf => Ok(me),
            InputUser::User(user) => self.known_user(me, user.user_id, user.access_hash, "USER_ID_INVALID"),
            InputUser::FromMessage(min) => {
                self.met_in(me, &min.peer, min.msg_id, Peer::User(min.user_id)).map(|_| min.user_id)
            }
        }
    }

    /// A channel that the caller has met, readable or not.
    pub(super) fn met_channel_arg(&self, me: i64, channel: &InputChannel) -> Allowed<i64> {
        match channel {
            InputChannel::Empty => Err(RpcError::bad_request("CHANNEL_INVALID")),
            InputChannel::Channel(channel) => self.known_channel(me, channel.channel_id, channel.access_hash),
            InputChannel::FromMessage(min) => {
                self.met_in(me, &min.peer, min.msg_id, Peer::Channel(min.channel_id)).map(Peer::id)
            }
        }
    }

    /// A channel that the caller may read.
    pub(super) fn channel_arg(&self, me: i64, channel: &InputChannel) -> Allowed<i64> {
        let id = self.met_channel_arg(me, channel)?;
        self.readable(me, id)
    }

    /// A conversation of the list.
    pub(super) fn dialog_arg(&self, me: i64, peer: &InputDialogPeer) -> Allowed<Peer> {
        match peer {
            InputDialogPeer::Peer(dialog) => self.peer_arg(me, &dialog.peer),
            InputDialogPeer::Folder(_) | InputDialogPeer::Community(_) => Err(RpcError::bad_request("PEER_ID_INVALID")),
        }
    }

    /// What a new message shall answer.
    pub(super) fn reply_args(&self, me: i64, to: Peer, reply: Option<&InputReplyTo>) -> Allowed<ReplyArgs> {
        let message = match reply {
            None => return Ok(ReplyArgs::default()),
            Some(InputReplyTo::Message(message)) => message,
            Some(InputReplyTo::Story(_) | InputReplyTo::MonoForum(_) | InputReplyTo::EphemeralMessage(_)) => {
                return Err(RpcError::bad_request("REPLY_TO_INVALID"));
            }
        };
        if let Some(elsewhere) = &message.reply_to_peer_id
            && self.peer_arg(me, elsewhere)? != to
        {
            return Err(RpcError::bad_request("REPLY_TO_INVALID"));
        }
        let is_topic = |id: i32| {
            matches!(to, Peer::Channel(channel)
            if self.channels.get(&channel).is_some_and(|channel| channel.topic(id).is_some()))
        };
        let reply_to = Some(message.reply_to_msg_id).filter(|id| *id != 0);
        let topic = message.top_msg_id.or(reply_to.filter(|id| is_topic(*id)));
        Ok(ReplyArgs { reply_to: reply_to.filter(|id| !is_topic(*id)), topic, quote: message.quote_text.clone() })
    }

    /// Formatting as it will be stored: names of users become their ids.
    pub(super) fn entities_arg(&self, me: i64, entities: Option<Vec<MessageEntity>>) -> Allowed<Vec<MessageEntity>> {
        let resolve = |entity| match entity {
            MessageEntity::InputMessageEntityMentionName(mention) => {
                let user_id = self.user_arg(me, &mention.user_id)?;
                let (offset, length) = (mention.offset, mention.length);
                Ok(tl::types::MessageEntityMentionName { offset, length, user_id }.into())
            }
            entity => Ok(entity),
        };
        entities.unwrap_or_default().into_iter().map(resolve).collect()
    }

    /// Refuses a `random_id` that was used before: the message was sent already.
    pub(super) fn fresh_random_id(&self, me: i64, random_id: i64) -> Allowed<()> {
        let is_used = self.mailbox(me).sent.contains(random_id);
        (!is_used).then_some(()).ok_or_else(|| RpcError::new(500, "RANDOM_ID_DUPLICATE"))
    }

    /// How a client addresses a peer that it has met.
    pub(crate) fn input_peer(&self, me: i64, peer: Peer) -> InputPeer {
        let access_hash = self.access_hash(me, peer);
        match peer {
            Peer::User(user_id) => tl::types::InputPeerUser { user_id, access_hash }.into(),
            Peer::Group(chat_id) => tl::types::InputPeerChat { chat_id }.into(),
            Peer::Channel(channel_id) => tl::types::InputPeerChannel { channel_id, access_hash }.into(),
        }
    }

    /// The answer of a request that changes something: what the caller's other clients are being pushed.
    pub(super) fn answer_echo(&mut self, me: i64) -> tl::enums::Updates {
        let updates = self.take_echo();
        self.view_updates(me, updates)
    }

    /// The number of the log that a conversation belongs to.
    pub(super) fn pts_of(&self, me: i64, peer: Peer) -> i32 {
        match peer {
            Peer::Channel(id) => self.channels.get(&id).map_or(1, |channel| channel.log.pts()),
            Peer::User(_) | Peer::Group(_) => self.mailbox(me).log.pts(),
        }
    }

    /// How far a change of a conversation moved its log on.
    pub(super) fn affected(&self, me: i64, peer: Peer, pts_count: usize) -> tl::types::messages::AffectedMessages {
        let pts_count = crate::world::view::count(pts_count);
        tl::types::messages::AffectedMessages { pts: self.pts_of(me, peer), pts_count }
    }

    /// The same for requests that may have to be repeated; the box always does everything at once.
    pub(super) fn affected_history(
        &self,
        me: i64,
        peer: Peer,
        pts_count: usize,
    ) -> tl::enums::messages::AffectedHistory {
        let pts_count = crate::world::view::count(pts_count);
        tl::types::messages::AffectedHistory { pts: self.pts_of(me, peer), pts_count, offset: 0 }.into()
    }
}
