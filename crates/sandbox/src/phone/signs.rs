//! Who is seen doing something at this moment: typing, recording, choosing a photo.
//!
//! Signs come and go without leaving anything in the world, so they are picked out of what clients are pushed. Each fades by itself.

use grammers_tl_types as tl;
use tl::enums::{SendMessageAction, Update};

use crate::world::Push;
use crate::world::peers::Peer;

/// A client that goes on typing says so again before this has passed.
const FADES_AFTER: i64 = 6_000;
/// What a bot is writing is shown so long after it has added something.
const DRAFT_FADES_AFTER: i64 = 30_000;
/// More signs are not kept; the oldest go first.
const SIGNS_MAX: usize = 1_000;

/// Somebody who is doing something in a conversation, as one account sees it.
pub(crate) struct Sign {
    /// Who sees it.
    viewer: i64,
    /// Where, as the viewer names it.
    peer: Peer,
    /// In which topic.
    pub(super) topic: Option<i32>,
    /// Who does it.
    pub(super) by: i64,
    /// What is done.
    pub(super) action: SendMessageAction,
    /// When it fades, in milliseconds of the world's clock.
    until: i64,
}

/// All signs that have not faded.
#[derive(Default)]
pub(crate) struct Signs {
    shown: Vec<Sign>,
}

impl Signs {
    /// Picks up what a push says about signs. `now` is in milliseconds of the world's clock, here and below.
    pub(crate) fn notice(&mut self, push: &Push, now: i64) {
        let tl::enums::Updates::Updates(updates) = &push.updates else { return };
        for update in &updates.updates {
            match update {
                Update::UserTyping(typing) => {
                    let by = typing.user_id;
                    self.show(push.account, Peer::User(by), typing.top_msg_id, by, &typing.action, now);
                }
                Update::ChatUserTyping(typing) => {
                    let Some(by) = Peer::from(&typing.from_id).user() else { continue };
                    self.show(push.account, Peer::Group(typing.chat_id), None, by, &typing.action, now);
                }
                Update::ChannelUserTyping(typing) => {
                    let Some(by) = Peer::from(&typing.from_id).user() else { continue };
                    let peer = Peer::Channel(typing.channel_id);
                    self.show(push.account, peer, typing.top_msg_id, by, &typing.action, now);
                }
                Update::NewMessage(new) => self.take_away(push.account, &new.message),
                Update::NewChannelMessage(new) => self.take_away(push.account, &new.message),
                _ => {}
            }
        }
    }

    fn show(&mut self, viewer: i64, peer: Peer, topic: Option<i32>, by: i64, action: &SendMessageAction, now: i64) {
        // Somebody who types on takes nothing away from what they have written already.
        let is_same = |sign: &Sign| {
            let is_theirs = sign.viewer == viewer && sign.peer == peer && sign.by == by;
            is_theirs && sign.topic == topic && is_draft(&sign.action) == is_draft(action)
        };
        self.shown.retain(|sign| sign.until > now && !is_same(sign));
        if matches!(action, SendMessageAction::SendMessageCancelAction) {
            return;
        }
        if self.shown.len() >= SIGNS_MAX {
            self.shown.remove(0);
        }
        let until = now + if is_draft(action) { DRAFT_FADES_AFTER } else { FADES_AFTER };
        self.shown.push(Sign { viewer, peer, topic, by, action: action.clone(), until });
    }

    /// What somebody was doing has become a message.
    fn take_away(&mut self, viewer: i64, message: &tl::enums::Message) {
        let tl::enums::Message::Message(message) = message else { return };
        let peer = Peer::from(&message.peer_id);
        // In a private chat only one's own messages name their author.
        let by = message.from_id.as_ref().map_or(peer, Peer::from);
        self.shown.retain(|sign| !(sign.viewer == viewer && sign.peer == peer && by == Peer::User(sign.by)));
    }

    /// What `viewer` sees others do in a conversation.
    pub(super) fn seen(&self, viewer: i64, peer: Peer, now: i64) -> impl Iterator<Item = &Sign> {
        self.shown.iter().filter(move |sign| sign.viewer == viewer && sign.peer == peer && sign.until > now)
    }

    /// When the next sign of `viewer` fades.
    pub(super) fn next_to_fade(&self, viewer: i64, now: i64) -> Option<i64> {
        let own = self.shown.iter().filter(|sign| sign.viewer == viewer);
        own.map(|sign| sign.until).filter(|until| *until > now).min()
    }
}

/// Whether a sign shows the words themselves while they are being written.
fn is_draft(action: &SendMessageAction) -> bool {
    matches!(
        action,
        SendMessageAction::SendMessageTextDraftAction(_) | SendMessageAction::SendMessageRichMessageDraftAction(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::telling::Cause;
    use crate::world::verbs::Saying;
    use crate::world::{Seed, World};

    const ALICE: i64 = 1001;
    const BOB: i64 = 1002;

    fn watched() -> World {
        let mut world = World::seeded(&Seed { messages: 100, ..Seed::default() });
        world.watchers = 1;
        world
    }

    fn names(signs: &Signs, peer: Peer, now: i64) -> Vec<i64> {
        signs.seen(ALICE, peer, now).map(|sign| sign.by).collect()
    }

    #[test]
    fn typing_is_seen_by_the_other_and_fades() {
        let (mut world, mut signs, now) = (watched(), Signs::default(), 1_000);
        world.typing_as("1002", "1001").expect("allowed");
        for push in world.take_pushes() {
            signs.notice(&push, now);
        }
        assert_eq!(names(&signs, Peer::User(BOB), now), [BOB]);
        assert_eq!(signs.next_to_fade(ALICE, now), Some(now + FADES_AFTER));
        assert!(names(&signs, Peer::User(BOB), now + FADES_AFTER).is_empty());
        assert_eq!(signs.seen(BOB, Peer::User(ALICE), now).count(), 0, "nobody sees themselves typing");
    }

    #[test]
    fn a_message_takes_its_sign_away() {
        let (mut world, mut signs, now) = (watched(), Signs::default(), 1_000);
        world.typing_as("1002", "-501").expect("allowed");
        world.typing_as("1005", "-501").expect("allowed");
        world.say("1002", "-501", Saying { text: "done".to_owned(), ..Saying::default() }).expect("allowed");
        for push in world.take_pushes() {
            signs.notice(&push, now);
        }
        assert_eq!(names(&signs, Peer::Group(501), now), [1005]);
    }

    #[test]
    fn somebody_who_stops_is_seen_no_more() {
        let (mut world, mut signs, now) = (watched(), Signs::default(), 1_000);
        world.typing_as("1002", "1001").expect("allowed");
        let stop = SendMessageAction::SendMessageCancelAction;
        world.show_typing(&Cause::by(BOB), Peer::User(ALICE), None, &stop);
        for push in world.take_pushes() {
            signs.notice(&push, now);
        }
        assert!(names(&signs, Peer::User(BOB), now).is_empty());
    }
}
