//! Texts by strangers are withheld from callers that are locked down: what is not read cannot mislead.
//!
//! A stranger is whoever is neither the account itself, nor in its address book, nor named by the caller's allow list
//! (by id, or by a folder that names them). What a group or channel is called and says of itself is by strangers unless
//! the list names it, and what was forwarded is by strangers whoever forwarded it. Ids, dates, kinds, sizes and public
//! names stay. Every answer says by itself what of it is whose: [`Withhold`] has no default.

mod chats;
mod messages;
mod ours;

use crate::grants::Reach;
use crate::text::Foreign;
use crate::views::ChatBrief;

/// An answer that can leave out what strangers wrote.
pub trait Withhold {
    /// Puts a note in the place of everything that strangers wrote.
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>);
}

/// Who is no stranger.
pub struct Acquaintances<'a> {
    reach: &'a Reach,
}

impl<'a> Acquaintances<'a> {
    /// Those whom a caller may read; `None` if that is everybody.
    pub(crate) fn of(reach: &'a Reach) -> Option<Self> {
        reach.is_locked_down().then_some(Self { reach })
    }

    /// Whether a person, group or channel is no stranger, by its id as answers have it.
    fn know(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id| self.reach.knows(telegraphist_domain::ChatId(id)))
    }

    fn name(&self, id: &str, name: &mut Foreign) {
        if !self.know(id) {
            *name = stranger();
        }
    }

    fn chat(&self, chat: &mut ChatBrief) {
        self.name(&chat.id, &mut chat.title);
    }
}

/// What is shown instead of a text.
fn withheld() -> Foreign {
    Foreign::new("withheld: written by a stranger")
}

/// What is shown instead of a name.
fn stranger() -> Foreign {
    Foreign::new("[name withheld]")
}
