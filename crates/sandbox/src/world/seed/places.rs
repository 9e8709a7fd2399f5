//! A basic group, a forum, a channel with comments, and a public channel that Alice has not joined.

use std::collections::{BTreeMap, HashMap};

use grammers_tl_types as tl;

use super::*;
use crate::world::chats::{Channel, GENERAL_TOPIC, Group, Kind, Member, Role, Topic};
use crate::world::mailboxes::FIRST_ID;
use crate::world::messages::{Action, Extra, Text};
use crate::world::rights::Permissions;
use crate::world::thread::Thread;
use crate::world::view::blank;

/// An empty list on the wire.
const EMPTY_LIST: u32 = 0x1cb5_c415;

/// The topics of the forum, in the order in which they began.
pub(super) const TOPICS: [(&str, i32); 4] =
    [("Invoices", 0xff_d67e), ("Deployments", 0x6f_b9f0), ("Travel", 0x8e_ee98), ("Meetings", 0xcb_86db)];

/// Alice keeps her work in a folder.
pub(super) fn sort(world: &mut World) {
    let peer = |peer: Peer| world.input_peer(ALICE, peer);
    let title = tl::types::TextWithEntities { text: "Work".to_owned(), entities: Vec::new() };
    // A flag word, an id, a title without text and entities, three empty lists of peers.
    let words = [0, 0, 0x751f_3146, 0, EMPTY_LIST, 0, EMPTY_LIST, 0, EMPTY_LIST, 0, EMPTY_LIST, 0];
    let folder = tl::types::DialogFilter {
        id: 2,
        title: title.into(),
        include_peers: vec![peer(PRODUCT_TEAM), peer(Peer::User(BOB)), peer(Peer::User(DMITRI))],
        ..blank(&words)
    };
    world.mailbox_mut(ALICE).filters.push(folder.into());
}

/// Builds all of them.
pub(super) fn build(gardener: &mut Gardener) {
    let world = &mut gardener.world;
    world.groups.insert(HIKERS.id(), hikers());
    let channels = [
        channel(
            PRODUCT_TEAM,
            Kind::Forum,
            "Product Team",
            Some("product_team_hub"),
            "Where the work is talked about.",
            None,
        ),
        channel(
            LANTERN,
            Kind::Broadcast,
            "Lantern Weekly",
            Some("lantern_weekly"),
            "A slow newspaper. Every post is open for comments.",
            Some(LANTERN_CHAT),
        ),
        channel(
            LANTERN_CHAT,
            Kind::Supergroup,
            "Lantern Weekly Chat",
            None,
            "Comments on Lantern Weekly.",
            Some(LANTERN),
        ),
        channel(OPEN_TRAILS, Kind::Broadcast, "Open Trails", Some("open_trails"), "Walks for everybody.", None),
    ];
    for mut channel in channels {
        seat(&mut channel);
        world.channels.insert(channel.id, channel);
    }
    let portrait = gardener.gallery.sunset;
    if let Some(lantern) = gardener.world.channels.get_mut(&LANTERN.id()) {
        lantern.photo = Some(portrait);
    }
    open(gardener);
}

fn member(role: Role) -> Member {
    Member::new(role, BOB, BEGIN)
}

fn hikers() -> Group {
    let mut members: BTreeMap<i64, Member> =
        [BOB, CAROL, EMI, FARID, GRACE].map(|id| (id, member(Role::Member))).into();
    members.insert(ALICE, member(Role::Creator));
    Group {
        id: HIKERS.id(),
        title: "Weekend Hikers".to_owned(),
        about: "Where to, when, and who brings the tea.".to_owned(),
        date: BEGIN,
        members,
        banned: BTreeMap::new(),
        permissions: Permissions::all(),
        invite: "weekendHikers01".to_owned(),
        invites: Vec::new(),
        version: 1,
    }
}

fn channel(peer: Peer, kind: Kind, title: &str, username: Option<&str>, about: &str, linked: Option<Peer>) -> Channel {
    Channel {
        id: peer.id(),
        kind,
        title: title.to_owned(),
        username: username.map(str::to_owned),
        about: about.to_owned(),
        date: BEGIN,
        members: BTreeMap::new(),
        banned: BTreeMap::new(),
        restricted: BTreeMap::new(),
        permissions: Permissions::usual(),
        linked: linked.map(Peer::id),
        invite: format!("sandboxInvite{}", peer.id()),
        invites: Vec::new(),
        requests: BTreeMap::new(),
        photo: None,
        thread: Thread::default(),
        next_id: FIRST_ID,
        topics: BTreeMap::new(),
        strands: HashMap::new(),
        log: Log::default(),
    }
}

fn seat(channel: &mut Channel) {
    let (creator, admins, members): (i64, &[i64], &[i64]) = match Peer::Channel(channel.id) {
        PRODUCT_TEAM => (BOB, &[ALICE], &[CAROL, DMITRI, EMI, FARID, GRACE, DEPLOY_BOT, INVOICE_BOT]),
        LANTERN => (CAROL, &[EMI], &[ALICE, BOB, FARID, GRACE, HUGO]),
        LANTERN_CHAT => (CAROL, &[], &[ALICE, BOB, EMI, FARID, GRACE, HUGO]),
        _ => (GRACE, &[], &[BOB, HUGO]),
    };
    channel.members.extend(members.iter().map(|id| (*id, member(Role::Member))));
    channel.members.extend(admins.iter().map(|id| (*id, member(Role::Admin))));
    channel.members.insert(creator, member(Role::Creator));
}

/// The messages with which chats and topics begin.
fn open(gardener: &mut Gardener) {
    let others = vec![BOB, CAROL, EMI, FARID, GRACE];
    announce(gardener, ALICE, HIKERS, Action::GroupCreated("Weekend Hikers".to_owned(), others));
    for (creator, peer, title) in [
        (BOB, PRODUCT_TEAM, "Product Team"),
        (CAROL, LANTERN, "Lantern Weekly"),
        (CAROL, LANTERN_CHAT, "Lantern Weekly Chat"),
        (GRACE, OPEN_TRAILS, "Open Trails"),
    ] {
        announce(gardener, creator, peer, Action::ChannelCreated(title.to_owned()));
    }
    add_topic(gardener, GENERAL_TOPIC, "General", 0x6f_b9f0);
    for (title, colour) in TOPICS {
        let id =
            announce(gardener, BOB, PRODUCT_TEAM, Action::TopicCreated { title: title.to_owned(), colour, icon: None });
        add_topic(gardener, id, title, colour);
    }
}

fn add_topic(gardener: &mut Gardener, id: i32, title: &str, colour: i32) {
    let topic = Topic {
        id,
        title: title.to_owned(),
        creator: BOB,
        date: gardener.clock,
        closed: false,
        pinned: id == GENERAL_TOPIC,
        colour,
        icon: None,
        hidden: false,
    };
    if let Some(forum) = gardener.world.channels.get_mut(&PRODUCT_TEAM.id()) {
        forum.topics.insert(id, topic);
    }
}

fn announce(gardener: &mut Gardener, author: i64, peer: Peer, action: Action) -> i32 {
    let date = gardener.wait(600);
    let extra = Extra { action: Some(action), ..Extra::default() };
    gardener.world.remember(author, peer, date, Text::new(""), Some(extra))
}

impl Gardener {
    /// The id of a forum topic by its title.
    pub(super) fn topic(&self, title: &str) -> i32 {
        let forum = &self.world.channels[&PRODUCT_TEAM.id()];
        let found = forum.topics.values().find(|topic| topic.title == title);
        found.map_or(GENERAL_TOPIC, |topic| topic.id)
    }
}
