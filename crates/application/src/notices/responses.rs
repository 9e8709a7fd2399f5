//! What people answered, for the agent that they answered.
//!
//! Every agent has a mark of its own up to which it has taken note; what lies after it is given again and again, so that
//! no answer is lost with a broken connection. Answers to other agents are left to them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{ConversationId, UserId};

use super::accept::reader_of;
use super::buttons::action_of;
use crate::application::Application;
use crate::bots::Reply;
use crate::failure::Failure;
use crate::grants::Sessions;
use crate::pipeline::HereCall;
use crate::ports::{Lane, Spoken, SpokenQuery, StoreError};
use crate::text::Foreign;
use crate::views::{AnsweredNotice, ResponseView};

/// The stream in which marks of answers are kept.
const STREAM: &str = "responses";
/// So many messages are looked at together.
const BATCH: usize = 200;

/// Answers after a position.
pub(crate) struct Responses {
    pub(crate) items: Vec<ResponseView>,
    /// Where to go on; nothing where that was all.
    pub(crate) next: Option<u64>,
}

impl Application {
    /// Up to where this agent has taken note of answers.
    pub(crate) async fn noted_responses(&self, call: &HereCall) -> Result<u64, Failure> {
        Ok(self.ports().marks.mark(&reader_of(call), STREAM).await?)
    }

    /// Notes that this agent has taken note of answers up to this one; never goes back.
    pub(crate) async fn note_responses(&self, call: &HereCall, position: u64) -> Result<(), Failure> {
        // What is not there yet was not read.
        let position = position.min(self.ports().conversations.newest_spoken().await?);
        Ok(self.ports().marks.set_mark(&reader_of(call), STREAM, position).await?)
    }

    /// At most `limit` answers to this agent after a position, oldest first; all since a moment where one is named.
    pub(crate) async fn responses_after(
        &self,
        call: &HereCall,
        position: u64,
        since: Option<DateTime<Utc>>,
        limit: usize,
    ) -> Result<Responses, Failure> {
        let query = SpokenQuery { by_people: true, conversation: None, since };
        let (reader, mut agents) = (reader_of(call), HashMap::new());
        let (mut items, mut position) = (Vec::new(), position);
        loop {
            let spoken = self.ports().conversations.spoken_after(&query, position, BATCH).await?;
            for one in &spoken {
                let is_ours = self.agent_of(one.conversation, &call.caller.grants.sessions, &mut agents).await?;
                if is_ours.as_deref().is_some_and(|agent| agent.is_empty() || agent == reader)
                    && let Some(view) = self.view_of_response(one).await?
                {
                    // There is one more than fits: the next page begins with it.
                    if items.len() == limit {
                        return Ok(Responses { items, next: Some(position) });
                    }
                    items.push(view);
                }
                position = one.position;
            }
            if spoken.len() < BATCH {
                return Ok(Responses { items, next: None });
            }
        }
    }

    /// Deletes what was answered to this agent before a moment, as far as it has taken note of it; what belongs to no
    /// agent, as far as everybody has. Answers how many there were.
    pub(crate) async fn clear_responses(&self, call: &HereCall, before: DateTime<Utc>) -> Result<usize, Failure> {
        let (reader, mut agents) = (reader_of(call), HashMap::new());
        let noted = self.noted_responses(call).await?;
        let by_all = self.ports().marks.lowest_mark(STREAM).await?.unwrap_or_default();
        let query = SpokenQuery { by_people: true, conversation: None, since: None };
        let (mut position, mut cleared) = (0, 0);
        loop {
            let spoken = self.ports().conversations.spoken_after(&query, position, BATCH).await?;
            let mut old = Vec::new();
            for one in spoken.iter().filter(|one| one.at < before && one.position <= noted) {
                let granted = &call.caller.grants.sessions;
                let Some(agent) = self.agent_of(one.conversation, granted, &mut agents).await? else { continue };
                let is_read = agent == reader || (agent.is_empty() && one.position <= by_all);
                if is_read && self.ports().contents.content(one.content).await?.is_some() {
                    old.push(one.content);
                }
            }
            self.ports().contents.forget(&old).await?;
            cleared += old.len();
            match spoken.last() {
                Some(last) if spoken.len() == BATCH && last.position < noted => position = last.position,
                Some(_) | None => return Ok(cleared),
            }
        }
    }

    /// The agent of a conversation; nothing where it is held through a session that is not there for the caller.
    async fn agent_of(
        &self,
        id: ConversationId,
        granted: &Sessions,
        known: &mut HashMap<ConversationId, Option<String>>,
    ) -> Result<Option<String>, StoreError> {
        if let Some(agent) = known.get(&id) {
            return Ok(agent.clone());
        }
        let conversation = self.ports().conversation_events.load(id).await?.map(|loaded| loaded.state);
        let agent = conversation.filter(|it| granted.contains(it.place.session)).map(|it| it.agent);
        known.insert(id, agent.clone());
        Ok(agent)
    }

    /// An answer; nothing where its text was forgotten.
    async fn view_of_response(&self, spoken: &Spoken) -> Result<Option<ResponseView>, Failure> {
        let Author::Person(user) = spoken.author else { return Ok(None) };
        let Some(content) = self.ports().contents.content(spoken.content).await? else { return Ok(None) };
        let reply: Reply =
            serde_json::from_slice(content.expose_secret()).map_err(|error| StoreError::Unavailable(error.into()))?;
        let answers = self.answered(spoken, reply.button).await?;
        Ok(Some(ResponseView {
            response_id: spoken.position.to_string(),
            at: spoken.at,
            from: Foreign::new(self.name_of_person(user).await?),
            user_id: UserId::to_string(&user),
            chat: spoken.place.chat.to_string(),
            text: Foreign::new(reply.text),
            button: reply.button,
            media: reply.media,
            is_edited: reply.is_edited,
            is_forwarded: reply.is_forwarded,
            approval_id: reply.approval.map(|id| id.to_string()),
            answers,
        }))
    }

    /// The notice that it answers, if it answers one.
    async fn answered(&self, spoken: &Spoken, button: Option<usize>) -> Result<Option<AnsweredNotice>, Failure> {
        let Some(message) = spoken.reply_to else { return Ok(None) };
        let lane = Lane { session: spoken.place.session, chat: spoken.place.chat };
        let Some(delivery) = self.ports().deliveries.of_message(lane, message.0).await? else { return Ok(None) };
        // Questions and answers of the bot are cards, too, but no notices.
        if !delivery.once.as_ref().is_some_and(|once| once.key.starts_with(super::accept::KEY)) {
            return Ok(None);
        }
        let Some(notice) = self.notice_of(delivery.id).await? else { return Ok(None) };
        Ok(Some(AnsweredNotice {
            action: button.and_then(|button| action_of(&notice.data, button)),
            event_id: notice.event_id,
            title: notice.title,
            task_id: notice.task_id,
        }))
    }
}
