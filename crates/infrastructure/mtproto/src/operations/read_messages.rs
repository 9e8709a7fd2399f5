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

use super::asking::numbers_its_messages;
use super::batch::Batch;
use super::span::Span;
use super::window::{Cut, Edge, Paging, Window};
use crate::account::Account;
use crate::convert::{Directory, Rendering, brief_of, id_of, peer_of};
use crate::peers::chat_id;

/// Where the next page starts.
#[derive(Serialize, Deserialize, Clone, Copy)]
struct Position {
    edge: Edge,
    /// The thread below a post, so that it is looked up once.
    comments: Option<Comments>,
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
    paging: Paging,
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
            paging: Paging { span: Span::new(operation.since, operation.until), limit },
        };
        let edge = position.map_or_else(|| first_edge(operation), |position| position.edge);
        let batch = self.read_page(call, &reading, edge, position.is_none()).await?;
        let cut = reading.paging.cut(&batch.messages, edge);
        let next = cut.next.map(|edge| call.cursors.seal(&Position { edge, comments }));
        Ok(self.page_of_messages(operation, &reading, batch, &cut, next))
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
        let group = self.peer(call, &ChatRef::Id(chat_id(at))).await?;
        call.reach.check((&group).into(), TelegramError::UnknownMessage)?;
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
            if !reading.paging.is_beyond(&batch.messages, edge) {
                return Ok(batch);
            }
        }
        self.window(call, reading, reading.paging.window(edge)).await
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
                    min_date: reading.paging.span.min_date(),
                    max_date: reading.paging.span.max_date(),
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
        mut batch: Batch,
        cut: &Cut,
        next_cursor: Option<String>,
    ) -> Messages {
        let directory = Directory::new(&batch.users, &batch.chats, self.own_id());
        let rendering = Rendering { directory: &directory, format: operation.response_format, names_chat: false };
        let mut drawing = rendering.drawing(cut.kept.len());
        for index in &cut.kept {
            drawing.add(&mut batch.messages[*index]);
        }
        let mut items = drawing.views();
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
            total: batch.total.filter(|_| !reading.paging.span.is_bounded()),
            missing: Vec::new(),
        }
    }
}

impl Reading {
    /// The window of the bound that time sets, where Telegram takes dates as a start: a search takes them as bounds.
    fn window_by_date(&self, edge: Edge) -> Option<Window> {
        match self.source {
            Source::History | Source::Thread(_) => self.paging.window_by_date(edge),
            Source::From { .. } => None,
        }
    }
}
