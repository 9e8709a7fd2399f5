//! The world at its beginning: the same for the same seed, and worth looking at.
//!
//! People and places are invented. First come the messages that tests and demos rely on ([`stories`]), then small talk in several scripts until the
//! wanted number is reached ([`chatter`]). Nothing here tells anybody anything: no client exists yet.

mod chatter;
mod gallery;
mod people;
mod phrases;
mod places;
mod stories;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::logs::Log;
use super::peers::Peer;
use super::{Seed, World};
use gallery::Gallery;

/// The first message: 2 March 2026.
const BEGIN: i32 = 1_772_438_400;
/// Where history ends: 30 October 2026, 18:00 UTC.
pub(crate) const END: i32 = 1_793_383_200;

/// The account that has everything.
pub(crate) const ALICE: i64 = 1001;
pub(crate) const BOB: i64 = 1002;
pub(crate) const CAROL: i64 = 1003;
pub(crate) const DMITRI: i64 = 1004;
pub(crate) const EMI: i64 = 1005;
pub(crate) const FARID: i64 = 1006;
pub(crate) const GRACE: i64 = 1007;
pub(crate) const HUGO: i64 = 1008;
pub(crate) const INVOICE_BOT: i64 = 1101;
pub(crate) const DEPLOY_BOT: i64 = 1102;

pub(crate) const HIKERS: Peer = Peer::Group(501);
pub(crate) const PRODUCT_TEAM: Peer = Peer::Channel(701);
pub(crate) const LANTERN: Peer = Peer::Channel(702);
pub(crate) const LANTERN_CHAT: Peer = Peer::Channel(703);
pub(crate) const OPEN_TRAILS: Peer = Peer::Channel(704);

/// Everything that is needed while the world grows.
struct Gardener {
    world: World,
    random: ChaCha12Rng,
    gallery: Gallery,
    /// The moment of the next message.
    clock: i32,
}

/// Makes the world.
pub(super) fn grow(options: &Seed) -> World {
    let mut world = World::empty(options.seed);
    world.clock.advance_to(END);
    let gallery = gallery::hang(&mut world.files);
    let random = ChaCha12Rng::seed_from_u64(options.seed);
    let mut gardener = Gardener { world, random, gallery, clock: BEGIN };
    people::settle(&mut gardener);
    places::build(&mut gardener);
    chatter::fill(&mut gardener, options.messages.saturating_sub(stories::COUNT));
    stories::tell(&mut gardener);
    places::sort(&mut gardener.world);
    finish(&mut gardener.world);
    gardener.world
}

impl Gardener {
    /// Lets time pass, unevenly.
    fn wait(&mut self, at_most: i32) -> i32 {
        self.clock = (self.clock + self.random.random_range(1..=at_most.max(1))).min(END - 1);
        self.clock
    }
}

/// Most of it was read long ago; the logs begin after all of it.
fn finish(world: &mut World) {
    let accounts: Vec<i64> = world.accounts.iter().map(|account| account.user_id).collect();
    for account in accounts {
        for peer in world.conversations(account) {
            // A few of the newest messages wait to be read, so that lists have something to show.
            let unread = if account == ALICE && peer != Peer::User(DMITRI) { 3 } else { 0 };
            let newest: Vec<i32> =
                world.thread(account, peer).newest_first().take(unread + 1).map(|message| message.id).collect();
            let dialog = world.mailbox_mut(account).dialog(peer);
            dialog.read_inbox = newest.last().copied().unwrap_or(0);
            dialog.read_outbox = newest.first().copied().unwrap_or(0);
            dialog.unread_mentions.retain(|id| newest.contains(id) && *id > dialog.read_inbox);
        }
        let events = world.mailbox(account).message_count();
        world.mailbox_mut(account).log.skip(events);
    }
    for channel in world.channels.values_mut() {
        let events = super::view::count(channel.thread.len());
        channel.log = Log::default();
        channel.log.skip(events);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::searching::Query;
    use crate::world::thread::Page;

    fn texts(world: &World, account: i64) -> Vec<String> {
        let conversations = world.conversations(account);
        let messages = conversations.iter().flat_map(|peer| world.thread(account, *peer).newest_first());
        messages.map(|message| message.text.shown.clone()).collect()
    }

    fn total(world: &World) -> usize {
        let private: BTreeSet<u64> = world
            .accounts
            .iter()
            .flat_map(|account| {
                let mailbox = world.mailbox(account.user_id);
                mailbox.peers().flat_map(|peer| mailbox.thread(peer).newest_first()).map(|message| message.uid)
            })
            .collect();
        private.len() + world.channels.values().map(|channel| channel.thread.len()).sum::<usize>()
    }

    #[test]
    fn the_same_seed_makes_the_same_world() {
        let options = Seed { seed: 7, messages: 800 };
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts
        };
        let one = sorted(texts(&World::seeded(&options), ALICE));
        assert_eq!(one, sorted(texts(&World::seeded(&options), ALICE)));
        assert_ne!(one, sorted(texts(&World::seeded(&Seed { seed: 8, messages: 800 }), ALICE)));
    }

    #[test]
    fn the_world_has_what_is_promised() {
        let world = World::seeded(&Seed::default());
        let count = total(&world);
        assert!((4_950..=5_100).contains(&count), "{count} messages");
        assert_eq!(world.accounts.iter().filter(|account| !account.bot).count(), 8);
        assert_eq!(world.accounts.iter().filter(|account| account.bot).count(), 2);
        let private = world.mailbox(ALICE).peers().filter(|peer| matches!(peer, Peer::User(id) if *id != ALICE));
        assert_eq!(private.count(), 3);
    }

    #[test]
    fn invoices_are_found_in_several_chats() {
        let world = World::seeded(&Seed::default());
        let query = Query::words("invoice");
        let page = Page::newest(20);
        let chats = world.conversations(ALICE);
        let hits = chats.iter().filter(|peer| world.search(ALICE, **peer, &query, &page).count > 0).count();
        assert!(hits >= 4, "only in {hits} chats");
    }

    #[test]
    fn no_message_is_from_the_future_and_none_stands_before_an_older_one() {
        let world = World::seeded(&Seed::default());
        for peer in world.conversations(ALICE) {
            let messages: Vec<_> = world.thread(ALICE, peer).newest_first().collect();
            assert!(messages.windows(2).all(|pair| pair[0].date >= pair[1].date), "{peer:?}");
            assert!(messages[0].date <= END, "{peer:?}");
        }
    }
}
