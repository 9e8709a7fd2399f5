//! What admins and members may do, each of it apart.

use grammers_tl_types::enums::DocumentAttribute;

use super::World;
use super::chats::{Channel, GENERAL_TOPIC, Role};
use super::media::Media;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};

/// Makes a list of rights and a set of them.
macro_rules! rights {
    ($(#[$one_doc:meta])* $one:ident, $(#[$set_doc:meta])* $set:ident: $($(#[$doc:meta])* $right:ident,)*) => {
        $(#[$one_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $one { $($(#[$doc])* $right,)* }

        $(#[$set_doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $set(u32);

        impl $set {
            /// All of them.
            pub const fn all() -> Self {
                Self(0 $(| 1 << $one::$right as u32)*)
            }

            /// Whether this one is among them.
            pub const fn has(self, one: $one) -> bool {
                self.0 & (1 << one as u32) != 0
            }

            /// The same with or without one.
            #[must_use]
            pub const fn set(self, one: $one, is_in: bool) -> Self {
                if is_in { Self(self.0 | 1 << one as u32) } else { Self(self.0 & !(1 << one as u32)) }
            }

            /// Whether there is none.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }
    };
}

rights! {
    /// Something that an admin may do.
    Right,
    /// What an admin may do.
    Rights:
    /// What every admin may.
    ManageChat,
    /// Change the title, the photo and such.
    ChangeInfo,
    /// Post in a channel.
    Post,
    /// Edit posts of others in a channel.
    EditOthers,
    /// Delete messages of others.
    Delete,
    /// Restrict and ban people.
    Restrict,
    /// Bring people in.
    Invite,
    /// Pin messages.
    Pin,
    /// Begin, change and close topics.
    Topics,
    /// Make others admins.
    Promote,
    /// Begin and end video chats.
    VideoChats,
    /// Post stories.
    PostStories,
    /// Edit stories of others.
    EditStories,
    /// Delete stories of others.
    DeleteStories,
    /// Read and answer direct messages of a channel.
    Direct,
    /// Give members tags.
    Tags,
    /// Greet new members.
    Welcome,
    /// Appear as the chat itself.
    Anonymous,
}

rights! {
    /// Something that a member may do.
    Permission,
    /// What members may do.
    Permissions:
    /// Send words, contacts, places and such.
    Text,
    /// Send music.
    Audio,
    /// Send files.
    Document,
    /// Send photos.
    Photo,
    /// Send videos.
    Video,
    /// Send round videos.
    VideoNote,
    /// Send voice notes.
    Voice,
    /// Send polls.
    Poll,
    /// Send animations, stickers, games and such.
    Other,
    /// Let links show their previews.
    Preview,
    /// React to messages.
    React,
    /// Choose the own tag.
    EditTag,
    /// Change the title, the photo and such.
    ChangeInfo,
    /// Bring people in.
    Invite,
    /// Pin messages.
    Pin,
    /// Begin topics.
    Topics,
}

impl Rights {
    /// What an admin gets unless told: everything but making others admins and hiding behind the chat.
    pub const fn usual() -> Self {
        Self::all().set(Right::Promote, false).set(Right::Anonymous, false)
    }
}

impl Permissions {
    /// What members of a supergroup may do unless told.
    pub const fn usual() -> Self {
        Self::all().set(Permission::ChangeInfo, false).set(Permission::Pin, false)
    }
}

/// Where somebody stands in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is theirs.
    Creator {
        /// What they are called instead of "owner".
        title: Option<String>,
        /// They appear as the chat itself.
        anonymous: bool,
    },
    /// An admin.
    Admin {
        /// What they may do.
        rights: Rights,
        /// What they are called instead of "admin".
        title: Option<String>,
        /// Who made them one.
        by: i64,
    },
    /// Like everybody.
    Member,
    /// Not allowed all that others are.
    Restricted {
        /// What they may do.
        permissions: Permissions,
        /// Until when; 0 for ever.
        until: i32,
        /// They are in the chat.
        inside: bool,
    },
    /// Not in the chat.
    Left,
    /// Thrown out.
    Banned {
        /// Until when; 0 for ever.
        until: i32,
    },
}

impl Standing {
    /// Whether they are in the chat.
    pub fn is_inside(&self) -> bool {
        match self {
            Self::Creator { .. } | Self::Admin { .. } | Self::Member => true,
            Self::Restricted { inside, .. } => *inside,
            Self::Left | Self::Banned { .. } => false,
        }
    }
}

impl World {
    /// Where somebody stands in a chat. In private, both are members, unless one has thrown the other out.
    pub fn standing(&self, peer: Peer, user: i64) -> Standing {
        let now = self.now();
        let is_over = |until: i32| until != 0 && until <= now;
        let (member, banned) = match peer {
            Peer::User(_) => return Standing::Member,
            Peer::Group(id) => match self.groups.get(&id) {
                Some(group) => (group.members.get(&user), group.banned.get(&user)),
                None => return Standing::Left,
            },
            Peer::Channel(id) => match self.channels.get(&id) {
                Some(channel) => (channel.members.get(&user), channel.banned.get(&user)),
                None => return Standing::Left,
            },
        };
        if let Some(ban) = banned.filter(|ban| !is_over(ban.until)) {
            return Standing::Banned { until: ban.until };
        }
        let restriction = match peer {
            Peer::Channel(id) => self.channels.get(&id).and_then(|channel| channel.restricted.get(&user)),
            Peer::User(_) | Peer::Group(_) => None,
        };
        let restriction = restriction.filter(|restriction| !is_over(restriction.until));
        match (member, restriction) {
            (Some(member), _) if member.role == Role::Creator => {
                Standing::Creator { title: member.title.clone(), anonymous: member.rights.has(Right::Anonymous) }
            }
            (Some(member), _) if member.role == Role::Admin => {
                Standing::Admin { rights: member.rights, title: member.title.clone(), by: member.inviter }
            }
            (member, Some(restriction)) => Standing::Restricted {
                permissions: restriction.permissions,
                until: restriction.until,
                inside: member.is_some(),
            },
            (Some(_), None) => Standing::Member,
            (None, None) => Standing::Left,
        }
    }

    /// Whether somebody may do something that is for admins.
    pub fn may(&self, account: i64, peer: Peer, right: Right) -> bool {
        match self.standing(peer, account) {
            Standing::Creator { .. } => true,
            Standing::Admin { rights, .. } => rights.has(right),
            Standing::Member | Standing::Restricted { .. } | Standing::Left | Standing::Banned { .. } => false,
        }
    }

    /// Whether somebody who is in a chat may do what members do.
    pub fn is_permitted(&self, account: i64, peer: Peer, permission: Permission) -> bool {
        let usual = match peer {
            Peer::User(_) => return true,
            Peer::Group(id) => self.groups.get(&id).map(|group| group.permissions),
            Peer::Channel(id) => self.channels.get(&id).map(|channel| channel.permissions),
        };
        let usual = usual.unwrap_or(Permissions::all());
        match self.standing(peer, account) {
            Standing::Creator { .. } | Standing::Admin { .. } => true,
            Standing::Restricted { permissions, .. } => permissions.has(permission) && usual.has(permission),
            Standing::Member | Standing::Left => usual.has(permission),
            Standing::Banned { .. } => false,
        }
    }
}

impl World {
    /// Whether somebody may send this kind of message into a group.
    pub(crate) fn may_say(&self, author: i64, to: Peer, draft: &Draft) -> Allowed<()> {
        let is_broadcast = matches!(to, Peer::Channel(id) if self.channel(id)?.is_broadcast());
        if draft.action.is_some() || is_broadcast {
            return Ok(());
        }
        let (permission, refusal) = self.permission_for(draft.media.as_ref());
        let may = self.is_permitted(author, to, permission);
        may.then_some(()).ok_or_else(|| RpcError::forbidden(refusal))
    }

    /// The permission that a message needs, and the refusal of whoever lacks it.
    fn permission_for(&self, media: Option<&Media>) -> (Permission, &'static str) {
        let document = match media {
            Some(Media::Photo(_) | Media::LivePhoto(..)) => return (Permission::Photo, "CHAT_SEND_PHOTOS_FORBIDDEN"),
            Some(Media::Poll(_)) => return (Permission::Poll, "CHAT_SEND_POLL_FORBIDDEN"),
            Some(Media::Document(id)) => self.files.document(*id),
            _ => None,
        };
        let Some(document) = document else { return (Permission::Text, "CHAT_SEND_PLAIN_FORBIDDEN") };
        let mut found = (Permission::Document, "CHAT_SEND_DOCS_FORBIDDEN");
        for attribute in &document.attributes {
            found = match attribute {
                DocumentAttribute::Sticker(_) => (Permission::Other, "CHAT_SEND_STICKERS_FORBIDDEN"),
                DocumentAttribute::Animated => (Permission::Other, "CHAT_SEND_GIFS_FORBIDDEN"),
                DocumentAttribute::Audio(audio) if audio.voice => (Permission::Voice, "CHAT_SEND_VOICES_FORBIDDEN"),
                DocumentAttribute::Audio(_) => (Permission::Audio, "CHAT_SEND_AUDIOS_FORBIDDEN"),
                DocumentAttribute::Video(video) if video.round_message => {
                    (Permission::VideoNote, "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN")
                }
                DocumentAttribute::Video(_) => (Permission::Video, "CHAT_SEND_VIDEOS_FORBIDDEN"),
                _ => found,
            };
        }
        found
    }
}

impl Channel {
    /// Whether somebody may write into a closed topic, and change it: whoever began it, and admins who may.
    pub fn owns_topic(&self, user: i64, topic: i32) -> bool {
        let may = self.members.get(&user).is_some_and(|member| match member.role {
            Role::Creator => true,
            Role::Admin => member.rights.has(Right::Topics),
            Role::Member => false,
        });
        may || (topic != GENERAL_TOPIC && self.topics.get(&topic).is_some_and(|topic| topic.creator == user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let none = Rights::default();
        assert!(none.is_empty() && !none.has(Right::Pin));
        let one = none.set(Right::Pin, true);
        assert!(one.has(Right::Pin) && !one.has(Right::Delete));
        assert_eq!(one.set(Right::Pin, false), none);
        assert!(Rights::all().has(Right::Anonymous) && !Rights::usual().has(Right::Promote));
        assert!(Permissions::usual().has(Permission::Text) && !Permissions::usual().has(Permission::Pin));
    }
}
