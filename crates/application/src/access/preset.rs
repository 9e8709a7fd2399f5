use std::str::FromStr;

use crate::grants::{Grants, Scopes};
use crate::operation::Scope;

/// A set of grants with a name: as little as what it is for needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Looks at chats, messages and files, and changes nothing.
    Reader,
    /// Also writes, edits and marks as read; deletes nothing.
    Writer,
    /// Tells people things and asks them; sees no chat.
    Notifier,
    /// Everything.
    Admin,
}

impl Preset {
    /// All of them, the least first.
    pub const ALL: &'static [Self] = &[Self::Notifier, Self::Reader, Self::Writer, Self::Admin];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Notifier => "notifier",
            Self::Admin => "admin",
        }
    }

    /// Its scopes.
    pub fn scopes(self) -> Scopes {
        const READS: [Scope; 4] = [Scope::AccountRead, Scope::ChatsRead, Scope::MessagesRead, Scope::MediaRead];
        match self {
            Self::Reader => READS.into_iter().collect(),
            Self::Writer => {
                READS.into_iter().chain([Scope::ChatsWrite, Scope::MessagesWrite, Scope::MediaWrite]).collect()
            }
            Self::Notifier => [Scope::NotifyRead, Scope::NotifySend, Scope::ApprovalsRead, Scope::ApprovalsRequest]
                .into_iter()
                .collect(),
            Self::Admin => Scopes::all(),
        }
    }

    /// Whether whoever has no more than this changes nothing, whatever comes to its scopes later.
    pub const fn is_read_only(self) -> bool {
        matches!(self, Self::Reader)
    }

    /// What it grants in every session and chat.
    pub fn grants(self) -> Grants {
        Grants { scopes: self.scopes(), is_read_only: self.is_read_only(), ..Grants::everything() }
    }
}

/// Why a text is no preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a preset: reader, writer, notifier or admin")]
pub struct NotAPreset;

impl FromStr for Preset {
    type Err = NotAPreset;

    fn from_str(text: &str) -> Result<Self, NotAPreset> {
        Self::ALL.iter().copied().find(|preset| preset.as_str() == text).ok_or(NotAPreset)
    }
}
