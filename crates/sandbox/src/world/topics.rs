//! Topics of forums: beginning, changing, closing, deleting them.

use super::World;
use super::chats::{Channel, GENERAL_TOPIC, Topic};
use super::messages::Action;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::rights::{Permission, Right};
use super::telling::Cause;

/// The colours that a topic may have.
pub const COLOURS: [i32; 6] = [0x6f_b9f0, 0xff_d67e, 0xcb_86db, 0x8e_ee98, 0xff_93b2, 0xfb_6f5f];
/// Letters of a topic's name.
const TITLE_MAX: usize = 128;

/// What a topic shall become; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicChange {
    /// Its name.
    pub title: Option<String>,
    /// Its icon; 0 takes it away.
    pub icon: Option<i64>,
    /// Whether it takes no more messages.
    pub closed: Option<bool>,
    /// Whether it is not shown; only the general one.
    pub hidden: Option<bool>,
}

fn check_title(title: &str) -> Allowed<()> {
    let length = title.chars().count();
    (1..=TITLE_MAX).contains(&length).then_some(()).ok_or_else(|| RpcError::bad_request("TOPIC_TITLE_EMPTY"))
}

impl World {
    fn forum(&self, peer: Peer) -> Allowed<&Channel> {
        let channel = match peer {
            Peer::Channel(id) => self.channels.get(&id),
            Peer::User(_) | Peer::Group(_) => None,
        };
        channel.filter(|channel| channel.is_forum()).ok_or_else(|| RpcError::bad_request("CHANNEL_FORUM_MISSING"))
    }

    /// Begins a topic; returns its id.
    pub fn begin_topic(
        &mut self,
        cause: &Cause,
        peer: Peer,
        title: &str,
        colour: i32,
        icon: Option<i64>,
    ) -> Allowed<i32> {
        let forum = self.forum(peer)?;
        check_title(title)?;
        let colour = if colour == 0 { COLOURS[0] } else { colour };
        if !COLOURS.contains(&colour) {
            return Err(RpcError::bad_request("TOPIC_ICON_COLOR_INVALID"));
        }
        let (creator, is_in) = (cause.account, forum.role(cause.account).is_some());
        let may = self.may(creator, peer, Right::Topics)
            || (is_in && !self.is_bot(creator) && self.is_permitted(creator, peer, Permission::Topics));
        if !may {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        let action = Some(Action::TopicCreated { title: title.to_owned(), colour, icon });
        let id = self.post(cause, peer, Draft { action, ..Draft::default() })?;
        let (title, date) = (title.to_owned(), self.now());
        let topic = Topic { id, title, creator, date, closed: false, pinned: false, colour, icon, hidden: false };
        self.channels.get_mut(&peer.id()).map(|forum| forum.topics.insert(id, topic));
        Ok(id)
    }

    /// Changes a topic, which is told in it.
    pub fn change_topic(&mut self, cause: &Cause, peer: Peer, id: i32, change: TopicChange) -> Allowed<()> {
        let forum = self.forum(peer)?;
        let topic = forum.topics.get(&id).ok_or_else(|| RpcError::bad_request("TOPIC_ID_INVALID"))?;
        if let Some(title) = &change.title {
            check_title(title)?;
        }
        if !forum.owns_topic(cause.account, id) {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        let news = TopicChange {
            title: change.title.filter(|title| *title != topic.title),
            icon: change.icon.filter(|icon| Some(*icon).filter(|icon| *icon != 0) != topic.icon),
            closed: change.closed.filter(|closed| *closed != topic.closed),
            hidden: change.hidden.filter(|hidden| *hidden != topic.hidden),
        };
        if news == TopicChange::default() {
            return Err(RpcError::bad_request("TOPIC_NOT_MODIFIED"));
        }
        if let Some(topic) = self.channels.get_mut(&peer.id()).and_then(|forum| forum.topics.get_mut(&id)) {
            topic.title = news.title.clone().unwrap_or_else(|| std::mem::take(&mut topic.title));
            topic.icon = news.icon.map_or(topic.icon, |icon| Some(icon).filter(|icon| *icon != 0));
            topic.closed = news.closed.unwrap_or(topic.closed);
            topic.hidden = news.hidden.unwrap_or(topic.hidden);
        }
        let action = Some(Action::TopicChanged(Box::new(news)));
        let topic = Some(id).filter(|id| *id != GENERAL_TOPIC);
        self.post_event(cause, peer, Draft { action, topic, ..Draft::default() })
    }

    /// Deletes a topic with all that was said in it.
    pub fn delete_topic(&mut self, cause: &Cause, peer: Peer, id: i32) -> Allowed<()> {
        let forum = self.forum(peer)?;
        if id == GENERAL_TOPIC || !forum.topics.contains_key(&id) {
            return Err(RpcError::bad_request("TOPIC_ID_INVALID"));
        }
        if !self.may(cause.account, peer, Right::Delete) && !forum.owns_topic(cause.account, id) {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        let mut doomed = forum.strand(id).to_vec();
        doomed.push(id);
        self.discard_from_channel(peer.id(), &doomed);
        self.channels.get_mut(&peer.id()).map(|forum| forum.topics.remove(&id));
        self.happen_in(cause, peer.id(), super::logs::Event::Deleted(peer, doomed));
        Ok(())
    }
}
