//! Collects the peers that an answer mentions, because clients must get each of them with it.

use std::collections::BTreeSet;

use grammers_tl_types as tl;

use crate::world::World;
use crate::world::peers::Peer;

/// Everybody who appears in an answer.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    peers: BTreeSet<Peer>,
}

impl Cast {
    /// The cast of these messages.
    pub fn of_messages(messages: &[tl::enums::Message]) -> Self {
        let mut cast = Self::default();
        for message in messages {
            cast.message(message);
        }
        cast
    }

    /// A cast of these peers.
    pub fn of_peers(peers: impl IntoIterator<Item = Peer>) -> Self {
        Self { peers: peers.into_iter().collect() }
    }

    /// Adds somebody.
    pub fn peer(&mut self, peer: Peer) {
        self.peers.insert(peer);
    }

    fn wire_peer(&mut self, peer: &tl::enums::Peer) {
        self.peer(peer.into());
    }

    fn wire_peers<'a>(&mut self, peers: impl IntoIterator<Item = &'a tl::enums::Peer>) {
        peers.into_iter().for_each(|peer| self.wire_peer(peer));
    }

    fn user_ids<'a>(&mut self, users: impl IntoIterator<Item = &'a i64>) {
        users.into_iter().for_each(|user| self.peer(Peer::User(*user)));
    }

    /// Adds everybody whom a message mentions.
    pub fn message(&mut self, message: &tl::enums::Message) {
        match message {
            tl::enums::Message::Empty(empty) => self.wire_peers(&empty.peer_id),
            tl::enums::Message::Service(service) => {
                self.wire_peer(&service.peer_id);
                self.wire_peers(&service.from_id);
                self.action(&service.action);
            }
            tl::enums::Message::Message(message) => {
                self.wire_peer(&message.peer_id);
                self.wire_peers(&message.from_id);
                if let Some(tl::enums::MessageFwdHeader::Header(forward)) = &message.fwd_from {
                    self.wire_peers(forward.from_id.iter().chain(&forward.saved_from_peer));
                }
                if let Some(tl::enums::MessageReplies::Replies(replies)) = &message.replies {
                    self.wire_peers(replies.recent_repliers.iter().flatten());
                    replies.channel_id.iter().for_each(|id| self.peer(Peer::Channel(*id)));
                }
                if let Some(reactions) = &message.reactions {
                    self.reactions(reactions);
                }
                for entity in message.entities.iter().flatten() {
                    if let tl::enums::MessageEntity::MentionName(mention) = entity {
                        self.peer(Peer::User(mention.user_id));
                    }
                }
            }
        }
    }

    fn action(&mut self, action: &tl::enums::MessageAction) {
        match action {
            tl::enums::MessageAction::ChatCreate(created) => self.user_ids(&created.users),
            tl::enums::MessageAction::ChatAddUser(added) => self.user_ids(&added.users),
            tl::enums::MessageAction::ChatDeleteUser(left) => self.user_ids([&left.user_id]),
            tl::enums::MessageAction::ChatJoinedByLink(joined) => self.user_ids([&joined.inviter_id]),
            _ => {}
        }
    }

    fn reactions(&mut self, reactions: &tl::enums::MessageReactions) {
        let tl::enums::MessageReactions::Reactions(reactions) = reactions;
        for tl::enums::MessagePeerReaction::Reaction(recent) in reactions.recent_reactions.iter().flatten() {
            self.wire_peer(&recent.peer_id);
        }
    }

    /// Adds everybody whom an update mentions. Only updates that the box makes are looked into.
    pub fn update(&mut self, update: &tl::enums::Update) {
        use tl::enums::Update;
        match update {
            Update::NewMessage(update) => self.message(&update.message),
            Update::EditMessage(update) => self.message(&update.message),
            Update::NewChannelMessage(update) => self.message(&update.message),
            Update::EditChannelMessage(update) => self.message(&update.message),
            Update::NewScheduledMessage(update) => self.message(&update.message),
            Update::DeleteScheduledMessages(update) => self.wire_peer(&update.peer),
            Update::ReadHistoryInbox(update) => self.wire_peer(&update.peer),
            Update::ReadHistoryOutbox(update) => self.wire_peer(&update.peer),
            Update::PinnedMessages(update) => self.wire_peer(&update.peer),
            Update::MessagePoll(update) => self.wire_peers(&update.peer),
            Update::BotCallbackQuery(update) => {
                self.peer(Peer::User(update.user_id));
                self.wire_peer(&update.peer);
            }
            Update::DraftMessage(update) => self.wire_peer(&update.peer),
            Update::PeerBlocked(update) => self.wire_peer(&update.peer_id),
            Update::PeerSettings(update) => self.wire_peer(&update.peer),
            Update::UserTyping(update) => self.peer(Peer::User(update.user_id)),
            Update::UserStatus(update) => self.peer(Peer::User(update.user_id)),
            Update::UserName(update) => self.peer(Peer::User(update.user_id)),
            Update::ChatUserTyping(update) => {
                self.peer(Peer::Group(update.chat_id));
                self.wire_peer(&update.from_id);
            }
            Update::ChannelUserTyping(update) => {
                self.peer(Peer::Channel(update.channel_id));
                self.wire_peer(&update.from_id);
            }
            Update::MessageReactions(update) => {
                self.wire_peer(&update.peer);
                self.reactions(&update.reactions);
            }
            Update::Channel(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::ReadChannelInbox(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::ReadChannelOutbox(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::DeleteChannelMessages(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::PinnedChannelMessages(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::ReadChannelDiscussionInbox(update) => self.peer(Peer::Channel(update.channel_id)),
            Update::FolderPeers(update) => {
                for tl::enums::FolderPeer::Peer(moved) in &update.folder_peers {
                    self.wire_peer(&moved.peer);
                }
            }
            Update::DialogPinned(update) => self.dialog_peer(&update.peer),
            Update::DialogUnreadMark(update) => self.dialog_peer(&update.peer),
            _ => {}
        }
    }

    fn dialog_peer(&mut self, peer: &tl::enums::DialogPeer) {
        if let tl::enums::DialogPeer::Peer(dialog) = peer {
            self.wire_peer(&dialog.peer);
        }
    }

    /// The users of the cast as `viewer` sees them.
    pub fn users(&self, world: &World, viewer: i64) -> Vec<tl::enums::User> {
        self.peers.iter().filter_map(|peer| world.view_user(viewer, peer.user()?)).collect()
    }

    /// The groups and channels of the cast as `viewer` sees them.
    pub fn chats(&self, world: &World, viewer: i64) -> Vec<tl::enums::Chat> {
        self.peers.iter().filter_map(|peer| world.view_chat(viewer, *peer)).collect()
    }
}
