//! Basic groups, supergroups, channels and forum topics: who is in them and what they may do.

use std::collections::{BTreeMap, HashMap};

use super::invites::Invite;
use super::logs::Log;
use super::messages::Message;
use super::rights::{Permissions, Right, Rights};
use super::thread::Thread;

/// The topic that every forum has and that no message has to name.
pub const GENERAL_TOPIC: i32 = 1;

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Read and, where everybody may, write.
    Member,
    /// Also post, pin, delete and invite.
    Admin,
    /// All of it.
    Creator,
}

/// Somebody's place in a chat.
#[derive(Clone, Debug)]
pub struct Member {
    /// What they may do.
    pub role: Role,
    /// Who brought them, or made them an admin.
    pub inviter: i64,
    /// Since when.
    pub since: i32,
    /// What they may do as an admin.
    pub rights: Rights,
    /// What they are called instead of "admin" or "owner".
    pub title: Option<String>,
}

impl Member {
    /// Somebody in a role, with the rights that go with it.
    pub fn new(role: Role, inviter: i64, since: i32) -> Self {
        let rights = match role {
            Role::Member => Rights::default(),
            Role::Admin => Rights::usual(),
            Role::Creator => Rights::usual().set(Right::Promote, true),
        };
        Self { role, inviter, since, rights, title: None }
    }
}

/// Who threw somebody out, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Ban {
    /// By whom.
    pub by: i64,
    /// Since when.
    pub since: i32,
    /// Until when; 0 for ever.
    pub until: i32,
}

/// What somebody may do instead of what members may.
#[derive(Clone, Copy, Debug)]
pub struct Restriction {
    /// What they may do.
    pub permissions: Permissions,
    /// By whom.
    pub by: i64,
    /// Since when.
    pub since: i32,
    /// Until when; 0 for ever.
    pub until: i32,
}

/// A basic group: every member has an own copy of each message.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// When it began.
    pub date: i32,
    /// Members by user id.
    pub members: BTreeMap<i64, Member>,
    /// Who was thrown out.
    pub banned: BTreeMap<i64, Ban>,
    /// What members may do.
    pub permissions: Permissions,
    /// The secret part of its invite link.
    pub invite: String,
    /// Other invite links.
    pub invites: Vec<Invite>,
    /// Grows with each change of the members.
    pub version: i32,
}

/// What kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Admins post, others read.
    Broadcast,
    /// Everybody writes.
    Supergroup,
    /// A supergroup whose messages are sorted into topics.
    Forum,
}

/// A supergroup or a broadcast channel: one copy of each message for all.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: i64,
    /// Broadcast, supergroup or forum.
    pub kind: Kind,
    /// Its name.
    pub title: String,
    /// Public name; a channel without one is private.
    pub username: Option<String>,
    /// What it is about.
    pub about: String,
    /// When it began.
    pub date: i32,
    /// Members by user id.
    pub members: BTreeMap<i64, Member>,
    /// Who was thrown out.
    pub banned: BTreeMap<i64, Ban>,
    /// Who may do less than others.
    pub restricted: BTreeMap<i64, Restriction>,
    /// What members may do.
    pub permissions: Permissions,
    /// The discussion group of a channel, or the channel of a discussion group.
    pub linked: Option<i64>,
    /// The secret part of its invite link.
    pub invite: String,
    /// Other invite links.
    pub invites: Vec<Invite>,
    /// Who asks to be let in, and through which link.
    pub requests: BTreeMap<i64, String>,
    /// The photo, as an id in the files.
    pub photo: Option<i64>,
    /// All messages.
    pub thread: Thread,
    /// The id of the next message.
    pub next_id: i32,
    /// Topics by the id of the message that began them.
    pub topics: BTreeMap<i32, Topic>,
    /// Ids of the messages that hang on a topic or under a message, oldest first.
    pub strands: HashMap<i32, Vec<i32>>,
    /// What happened, for clients that were away.
    pub log: Log,
}

/// A topic of a forum.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The id of the message that began it.
    pub id: i32,
    /// Its name.
    pub title: String,
    /// Who began it.
    pub creator: i64,
    /// When.
    pub date: i32,
    /// No more messages are accepted, except from admins.
    pub closed: bool,
    /// Shown before the others.
    pub pinned: bool,
    /// One of the six colours that Telegram knows.
    pub colour: i32,
    /// A custom emoji instead of the first letter.
    pub icon: Option<i64>,
    /// Not shown; only the general one can be hidden.
    pub hidden: bool,
}

impl Group {
    /// What somebody may do here; nothing if they are not in it.
    pub fn role(&self, user: i64) -> Option<Role> {
        self.members.get(&user).map(|member| member.role)
    }
}

impl Channel {
    /// What somebody may do here; nothing if they are not in it.
    pub fn role(&self, user: i64) -> Option<Role> {
        self.members.get(&user).map(|member| member.role)
    }

    /// Whether somebody may post in its name, pin, delete and invite.
    pub fn is_admin(&self, user: i64) -> bool {
        matches!(self.role(user), Some(Role::Admin | Role::Creator))
    }

    /// Whether only admins post.
    pub fn is_broadcast(&self) -> bool {
        self.kind == Kind::Broadcast
    }

    /// Whether messages are sorted into topics.
    pub fn is_forum(&self) -> bool {
        self.kind == Kind::Forum
    }

    /// Whether somebody may read here: members, and everybody where there is a public name.
    pub fn is_readable_by(&self, user: i64) -> bool {
        !self.banned.contains_key(&user) && (self.members.contains_key(&user) || self.username.is_some())
    }

    /// The ids of the messages that hang on a topic or under a message, oldest first.
    pub fn strand(&self, top: i32) -> &[i32] {
        self.strands.get(&top).map_or(&[], Vec::as_slice)
    }

    /// The messages of a topic or under a message, newest first. To the general topic belongs what hangs on no other.
    pub fn strand_messages(&self, top: i32) -> Box<dyn Iterator<Item = &Message> + '_> {
        if self.is_forum() && top == GENERAL_TOPIC {
            return Box::new(self.thread.newest_first().filter(|message| message.thread().is_none()));
        }
        Box::new(self.strand(top).iter().rev().filter_map(|id| self.thread.get(*id)))
    }

    /// Finds a topic; the general one is always there.
    pub fn topic(&self, id: i32) -> Option<&Topic> {
        self.topics.get(&id).filter(|_| self.is_forum())
    }
}
