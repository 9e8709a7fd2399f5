//! Topics of forums.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::chats::{Channel, Topic};
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::view::{Cast, count};

fn forum_arg<'a>(world: &'a World, me: i64, peer: &tl::enums::InputPeer) -> Allowed<&'a Channel> {
    let channel = match world.peer_arg(me, peer)? {
        Peer::Channel(id) => world.channel(id)?,
        Peer::User(_) | Peer::Group(_) => return Err(RpcError::bad_request("CHANNEL_FORUM_MISSING")),
    };
    channel.is_forum().then_some(channel).ok_or_else(|| RpcError::bad_request("CHANNEL_FORUM_MISSING"))
}

fn answer(
    world: &World,
    me: i64,
    forum: &Channel,
    topics: &[&Topic],
    total: usize,
) -> tl::enums::messages::ForumTopics {
    let peer = Peer::Channel(forum.id);
    let newest = |topic: &&Topic| Some(world.view_message(me, peer, forum.strand_messages(topic.id).next()?));
    let messages: Vec<_> = topics.iter().filter_map(newest).collect();
    let mut cast = Cast::of_messages(&messages);
    cast.peer(peer);
    for topic in topics {
        cast.peer(Peer::User(topic.creator));
    }
    tl::types::messages::ForumTopics {
        order_by_create_date: false,
        count: count(total),
        topics: topics.iter().map(|topic| world.view_topic(me, forum, topic)).collect(),
        messages,
        chats: cast.chats(world, me),
        users: cast.users(world, me),
        pts: forum.log.pts(),
    }
    .into()
}

/// The pinned topic first, then those with the newest messages.
pub(crate) fn get_forum_topics(
    world: &mut World,
    caller: &Caller,
    request: messages::GetForumTopics,
) -> Outcome<messages::GetForumTopics> {
    let me = caller.me()?;
    let forum = forum_arg(world, me, &request.peer)?;
    let wanted = request.q.as_deref().unwrap_or_default().to_lowercase();
    let mut topics: Vec<&Topic> =
        forum.topics.values().filter(|topic| topic.title.to_lowercase().contains(&wanted)).collect();
    topics.sort_by_key(|topic| {
        let newest = forum.strand_messages(topic.id).next().map_or(topic.date, |message| message.date);
        std::cmp::Reverse((topic.pinned, newest, topic.id))
    });
    let total = topics.len();
    let start = topics.iter().position(|topic| topic.id == request.offset_topic).map_or(0, |last| last + 1);
    let limit = usize::try_from(request.limit.clamp(1, 100)).unwrap_or(1);
    let page: Vec<&Topic> = topics.into_iter().skip(start).take(limit).collect();
    Ok(answer(world, me, forum, &page, total))
}

pub(crate) fn get_forum_topics_by_id(
    world: &mut World,
    caller: &Caller,
    request: messages::GetForumTopicsById,
) -> Outcome<messages::GetForumTopicsById> {
    let me = caller.me()?;
    let forum = forum_arg(world, me, &request.peer)?;
    let topics: Vec<&Topic> = request.topics.iter().filter_map(|id| forum.topic(*id)).collect();
    Ok(answer(world, me, forum, &topics, topics.len()))
}
