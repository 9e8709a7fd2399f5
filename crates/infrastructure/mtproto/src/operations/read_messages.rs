//! Reading one chat: its history, a topic, the replies to a message, the comments below a post, or what one person
//! wrote; older or newer than a message, around it, within a span of time.

use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::limit;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ReadMessages;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, PeerKind, TelegramError};
use telegraphist_application::views::Messages;
use telegraphist_domain::{ChatId, ChatRef};

use super::PAGE_MAX;
use super::asking::numbers_its_messages;
use super::batch::Batch;
use super::span::Span;
use crate::account::Account;
use crate::convert::{brief_of, date_of, id_of, peer_of};
use crate::peers::chat_id;

/// Where the next page starts.
#[derive(Serialize, Deserialize, Clone, Copy)]
struct Position {
    edge: Edge,
    /// The thread below a post, so that it is looked up once.
    comments: Option<Comments>,
}

/// From which message, and in which direction.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
enum Edge {
    /// Older than this message, newest first; 0 is the end of the chat.
    Before(i32),
    /// Newer than this message, oldest first.
    After(i32),
    /// Both sides of this message, newest first.
    Around(i32),
}

/// The discussion of a post.
#[derive(Serialize, Deserialize, Clone, Copy)]
struct Comments {
    group: i64,
    root: i32,
}

/// Whose messages.
enum Source {
    History,
    Thread(i32),
    From { sender: tl::enums::InputPeer, topic: Option<i32> },
}

/// One reading, prepared.
struct Reading {
    peer: KnownPeer,
    source: Source,
    span: Span,
    limit: usize,
}

/// What Telegram is asked for.
#[derive(Clone, Copy, Default)]
struct Window {
    offset_id: i32,
    offset_date: i32,
    add_offset: i32,
    limit: i32,
    min_id: i32,
}

/// What of an answer is given on.
#[derive(Debug, PartialEq, Eq)]
struct Cut {
    /// Indexes into the answer, in the order to be shown.
    kept: Vec<usize>,
    /// Where to go on.
    next: Option<Edge>,
}

#[async_trait]
impl Execute<ReadMessages> for Account {
    async fn execute(&self, call: &Execution, operation: &ReadMessages) -> Result<Messages, TelegramError> {
        let limit = limit(operation.limit, 30)?;
        let position: Option<Position> = call.cursors.position()?;
        let peer = self.chat(call, &operation.chat).await?;
        let comments = match position {
            Some(position) => position.comments,
            None => self.comments(call, &peer, operation).await?,
        };
        let reading = Reading {
            source: self.source(call, operation, &peer, comments).await?,
            peer: match comments {
                Some(comments) => self.resolve(call, &ChatRef::Id(ChatId(comments.group))).await?,
                None => peer,
            },
            span: Span::new(operation.since, operation.until),
            limit,
        };
        let edge = position.map_or_else(|| first_edge(operation), |position| position.edge);
        let batch = self.read_page(call, &reading, edge, position.is_none()).await?;
        let cut = reading.cut(&batch, edge);
        let next = cut.next.map(|edge| call.cursors.seal(&Position { edge, comments }));
        Ok(self.page_of_messages(operation, &reading, &batch, &cut, next))
    }
}

fn first_edge(operation: &ReadMessages) -> Edge {
    match (operation.after, operation.around) {
        (Some(after), _) => Edge::After(after.0),
        (None, Some(around)) => Edge::Around(around.0),
        (None, None) => Edge::Before(operation.before.map_or(0, |before| before.0)),
    }
}

impl Account {
    /// The discussion of the post that was asked for. Replies to a post are its comments.
    async fn comments(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        operation: &ReadMessages,
    ) -> Result<Option<Comments>, TelegramError> {
        let is_channel = peer.kind == PeerKind::Channel;
        let post = match (operation.comments_of, operation.replies_to) {
            (Some(_), _) if !is_channel => {
                let problem = "needs a channel; use replies_to in a group";
                return Err(Refused::new("comments_of", problem).into());
            }
            (Some(post), _) => post,
            (None, Some(post)) if is_channel => post,
            (None, _) => return Ok(None),
        };
        self.discussion_of(call, peer, post.0).await.map(Some)
    }

    async fn discussion_of(&self, call: &Execution, channel: &KnownPeer, post: i32) -> Result<Comments, TelegramError> {
        let (group, root) = self.discussion(call, channel, post).await?;
        Ok(Comments { group: group.id.0, root })
    }

    /// The group where a post is discussed and the post's copy there.
    pub(super) async fn discussion(
        &self,
        call: &Execution,
        channel: &KnownPeer,
        post: i32,
    ) -> Result<(KnownPeer, i32), TelegramError> {
        let request = tl::functions::messages::GetDiscussionMessage { peer: Self::input_peer(channel), msg_id: post };
        let tl::enums::messages::DiscussionMessage::Message(answer) = self.read(call, &request).await?;
        self.learn(&answer.users, &answer.chats).await?;
        // An album is several messages; the first of them is the root.
        let root = answer.messages.iter().min_by_key(|message| id_of(message));
        let root = root.ok_or(TelegramError::UnknownMessage)?;
        let at = peer_of(root).ok_or(TelegramError::UnknownMessage)?;
        let group = self.resolve(call, &ChatRef::Id(chat_id(at))).await?;
        Ok((group, id_of(root)))
    }

    async fn source(
        &self,
        call: &Execution,
        operation: &ReadMessages,
        peer: &KnownPeer,
        comments: Option<Comments>,
    ) -> Result<Source, TelegramError> {
        let thread = match comments {
            Some(comments) => Some(comments.root),
            None => operation.topic.or(operation.replies_to).map(|id| id.0),
        };
        if thread.is_some() && !numbers_its_messages(peer) {
            let problem = "only supergroups and channels have topics and reply threads";
            return Err(Refused::new("chat", problem).into());
        }
        match (&operation.from, thread) {
            (Some(from), topic) => {
                let sender = self.chat(call, from).await?;
                Ok(Source::From { sender: Self::input_peer(&sender), topic })
            }
            (None, Some(root)) => Ok(Source::Thread(root)),
            (None, None) => Ok(Source::History),
        }
    }

    /// One request; two where a message and a date both bound the start and the date turns out to be the looser one.
    async fn read_page(
        &self,
        call: &Execution,
        reading: &Reading,
        edge: Edge,
        is_first: bool,
    ) -> Result<Batch, TelegramError> {
        if is_first && let Some(window) = reading.window_by_date(edge) {
            let batch = self.window(call, reading, window).await?;
            if !reading.is_beyond(&batch, edge) {
                return Ok(batch);
            }
        }
        self.window(call, reading, reading.window(edge)).await
    }

    async fn window(&self, call: &Execution, reading: &Reading, window: Window) -> Result<Batch, TelegramError> {
        let peer = Self::input_peer(&reading.peer);
        let Window { offset_id, offset_date, add_offset, limit, min_id } = window;
        match &reading.source {
            Source::History => {
                let request = tl::functions::messages::GetHistory {
                    peer,
                    offset_id,
                    offset_date,
                    add_offset,
                    limit,
                    max_id: 0,
                    min_id,
                    hash: 0,
                };
                self.messages(call, &request).await
            }
            Source::Thread(root) => {
                let request = tl::functions::messages::GetReplies {
                    peer,
                    msg_id: *root,
                    offset_id,
                    offset_date,
                    add_offset,
                    limit,
                    max_id: 0,
                    min_id,
                    hash: 0,
                };
                self.messages(call, &request).await
            }
            Source::From { sender, topic } => {
                let request = tl::functions::messages::Search {
                    peer,
                    q: String::new(),
                    from_id: Some(sender.clone()),
                    saved_peer_id: None,
                    saved_reaction: None,
                    top_msg_id: *topic,
                    filter: tl::enums::MessagesFilter::InputMessagesFilterEmpty,
                    min_date: reading.span.min_date(),
                    max_date: reading.span.max_date(),
                    offset_id,
                    add_offset,
                    limit,
                    max_id: 0,
                    min_id,
                    hash: 0,
                };
                self.messages(call, &request).await
            }
        }
    }

    fn page_of_messages(
        &self,
        operation: &ReadMessages,
        reading: &Reading,
        batch: &Batch,
        cut: &Cut,
        next_cursor: Option<String>,
    ) -> Messages {
        let directory = batch.directory(self);
        let rendering =
            crate::convert::Rendering { directory: &directory, format: operation.response_format, names_chat: false };
        let kept = cut.kept.iter().map(|index| &batch.messages[*index]);
        let mut items = rendering.views(kept);
        if let Some(around) = operation.around {
            for item in &mut items {
                item.is_hit = Some(item.id == around.0);
            }
        }
        Messages {
            chat: Some(brief_of(&reading.peer)),
            items,
            has_more: next_cursor.is_some(),
            next_cursor,
            total: batch.total.filter(|_| !reading.span.is_bounded()),
            missing: Vec::new(),
        }
    }
}

impl Reading {
    /// One more than is wanted tells whether there is more, as far as Telegram's page allows.
    fn ask(&self) -> i32 {
        (self.limit + 1).min(PAGE_MAX) as i32
    }

    /// The window of an edge given by a message.
    fn window(&self, edge: Edge) -> Window {
        let limit = self.ask();
        match edge {
            Edge::Before(id) => Window { offset_id: id, limit, ..Window::default() },
            Edge::After(id) => {
                Window { offset_id: id.saturating_add(1), add_offset: -limit, limit, min_id: id, ..Window::default() }
            }
            Edge::Around(id) => Window {
                offset_id: id.saturating_add(1),
                add_offset: -newer_side(self.limit),
                limit: self.limit as i32,
                ..Window::default()
            },
        }
    }

    /// The window of the bound that time sets on the start, where Telegram takes dates as a start.
    fn window_by_date(&self, edge: Edge) -> Option<Window> {
        if matches!(self.source, Source::From { .. }) {
            return None;
        }
        let limit = self.ask();
        match edge {
            Edge::Before(_) => {
                self.span.until.map(|_| Window { offset_date: self.span.max_date(), limit, ..Window::default() })
            }
            Edge::After(_) => self.span.since.map(|since| Window {
                offset_date: since,
                add_offset: -limit,
                limit,
                ..Window::default()
            }),
            Edge::Around(_) => None,
        }
    }

    /// Whether an answer by date starts outside of what the message bounds, so that the message is the tighter bound.
    fn is_beyond(&self, batch: &Batch, edge: Edge) -> bool {
        match edge {
            Edge::Before(0) | Edge::Around(_) => false,
            Edge::Before(id) => batch.messages.first().is_some_and(|newest| id_of(newest) >= id),
            Edge::After(id) => {
                let mut oldest_first = batch.messages.iter().rev();
                let start =
                    oldest_first.find(|message| date_of(message).is_some_and(|date| !self.span.is_before(date)));
                start.is_some_and(|oldest| id_of(oldest) <= id)
            }
        }
    }

    /// What of an answer is inside the bounds, and where to go on.
    fn cut(&self, batch: &Batch, edge: Edge) -> Cut {
        let rows: Vec<(i32, i32)> =
            batch.messages.iter().map(|message| (id_of(message), date_of(message).unwrap_or_default())).collect();
        match edge {
            Edge::Before(id) => self.cut_older(&rows, id),
            Edge::After(id) => self.cut_newer(&rows, id),
            Edge::Around(id) => self.cut_around(&rows, id),
        }
    }

    /// `rows` are `(id, date)`, newest first.
    fn cut_older(&self, rows: &[(i32, i32)], before: i32) -> Cut {
        let mut kept = Vec::new();
        let mut last = None;
        for (index, (id, date)) in rows.iter().enumerate() {
            if self.span.is_before(*date) {
                return Cut { kept, next: None };
            }
            if kept.len() == self.limit {
                return Cut { kept, next: last.map(Edge::Before) };
            }
            last = Some(*id);
            if (before == 0 || *id < before) && !self.span.is_after(*date) {
                kept.push(index);
            }
        }
        let is_full = rows.len() >= self.ask() as usize;
        Cut { kept, next: last.filter(|_| is_full).map(Edge::Before) }
    }

    /// The same from the oldest to the newest.
    fn cut_newer(&self, rows: &[(i32, i32)], after: i32) -> Cut {
        let mut kept = Vec::new();
        let mut last = None;
        for (index, (id, date)) in rows.iter().enumerate().rev() {
            if *id <= after || self.span.is_before(*date) {
                continue;
            }
            if self.span.is_after(*date) {
                return Cut { kept, next: None };
            }
            if kept.len() == self.limit {
                return Cut { kept, next: last.map(Edge::After) };
            }
            last = Some(*id);
            kept.push(index);
        }
        let is_full = kept.len() >= self.ask() as usize;
        Cut { kept, next: last.filter(|_| is_full).map(Edge::After) }
    }

    /// Both sides; what is older goes on.
    fn cut_around(&self, rows: &[(i32, i32)], around: i32) -> Cut {
        let mut cut = self.cut_older(rows, 0);
        let older = rows.iter().filter(|(id, _)| *id < around).count();
        let has_hit = rows.iter().any(|(id, _)| *id == around);
        let older_side = self.limit - newer_side(self.limit) as usize - usize::from(has_hit);
        let ended = rows.iter().any(|(_, date)| self.span.is_before(*date));
        if cut.next.is_none() && !ended && older >= older_side {
            cut.next = rows.last().map(|(id, _)| Edge::Before(*id));
        }
        cut
    }
}

/// How many of a window around a message are newer than it.
const fn newer_side(limit: usize) -> i32 {
    (limit / 2) as i32
}

#[cfg(test)]
mod tests {
    use telegraphist_application::ports::PeerKind;

    use super::*;

    fn reading(limit: usize, span: Span) -> Reading {
        Reading {
            peer: KnownPeer {
                id: ChatId(1002),
                kind: PeerKind::User,
                access_hash: Some(1),
                username: None,
                phone: None,
                name: String::new(),
                is_self: false,
            },
            source: Source::History,
            span,
            limit,
        }
    }

    /// Messages with these ids, newest first, each dated by its id.
    fn rows(ids: impl IntoIterator<Item = i32>) -> Vec<(i32, i32)> {
        ids.into_iter().map(|id| (id, id)).collect()
    }

    fn ids(rows: &[(i32, i32)], cut: &Cut) -> Vec<i32> {
        cut.kept.iter().map(|index| rows[*index].0).collect()
    }

    #[test]
    fn one_more_than_asked_for_means_more() {
        let rows = rows([9, 8, 7]);
        let cut = reading(2, Span::default()).cut_older(&rows, 0);
        assert_eq!(ids(&rows, &cut), [9, 8]);
        assert_eq!(cut.next, Some(Edge::Before(8)));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let rows = rows([9, 8]);
        assert_eq!(reading(2, Span::default()).cut_older(&rows, 0).next, None);
    }

    #[test]
    fn a_span_ends_the_list() {
        let span = Span { since: Some(8), until: Some(9) };
        let rows = rows([10, 9, 8, 7]);
        let cut = reading(3, span).cut_older(&rows, 0);
        assert_eq!(ids(&rows, &cut), [9, 8]);
        assert_eq!(cut.next, None);
    }

    #[test]
    fn newer_messages_come_oldest_first() {
        let rows = rows([13, 12, 11, 10]);
        let cut = reading(2, Span::default()).cut_newer(&rows, 10);
        assert_eq!(ids(&rows, &cut), [11, 12]);
        assert_eq!(cut.next, Some(Edge::After(12)));
    }

    #[test]
    fn newer_messages_end_with_the_span() {
        let span = Span { since: None, until: Some(12) };
        let rows = rows([13, 12, 11]);
        let cut = reading(3, span).cut_newer(&rows, 10);
        assert_eq!(ids(&rows, &cut), [11, 12]);
        assert_eq!(cut.next, None);
    }

    #[test]
    fn around_goes_on_to_older_ones() {
        let rows = rows([12, 11, 10, 9]);
        let cut = reading(4, Span::default()).cut_around(&rows, 10);
        assert_eq!(ids(&rows, &cut), [12, 11, 10, 9]);
        assert_eq!(cut.next, Some(Edge::Before(9)));
        let start = [(12, 12), (11, 11), (10, 10)];
        let cut = reading(4, Span::default()).cut_around(&start, 10);
        assert_eq!(cut.next, None);
    }
}
