//! Where a message goes, and everything about it but its content.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read, narrow};
use crate::bot_api::keyboards::lower;
use crate::bot_api::text::Words;
use crate::world::chats::GENERAL_TOPIC;
use crate::world::keyboards::Keyboard;
use crate::world::messages::{Media, MediaLook, Preview};
use crate::world::peers::Peer;
use crate::world::posting::Draft;

/// Where a message goes, and how.
pub(crate) struct Delivery {
    /// To this chat.
    pub(crate) peer: Peer,
    topic: Option<i32>,
    reply_to: Option<i32>,
    quote: Option<String>,
    silent: bool,
    protected: bool,
    effect: Option<i64>,
    keyboard: Option<Keyboard>,
}

/// What a message says and carries.
#[derive(Default)]
pub(crate) struct Content {
    /// Its words.
    pub(crate) words: Words,
    /// What it carries.
    pub(crate) media: Option<Media>,
    /// How that is shown.
    pub(crate) look: MediaLook,
    /// How the preview of a link is shown.
    pub(crate) preview: Option<Preview>,
}

impl From<Media> for Content {
    fn from(media: Media) -> Self {
        Self { media: Some(media), ..Self::default() }
    }
}

impl Delivery {
    /// The message to be sent.
    pub(crate) fn draft(&self, content: Content) -> Draft {
        self.addressed(Draft {
            text: content.words.text,
            entities: content.words.entities,
            media: content.media,
            look: content.look,
            preview: content.preview,
            ..Draft::default()
        })
    }

    /// The same for a message whose content is there already.
    pub(crate) fn addressed(&self, content: Draft) -> Draft {
        Draft {
            keyboard: self.keyboard.clone(),
            reply_to: self.reply_to,
            quote: self.quote.clone(),
            topic: self.topic,
            silent: self.silent,
            protected: self.protected,
            effect: self.effect,
            ..content
        }
    }
}

/// The message that is to be answered, as the bot says.
#[derive(Default)]
struct Answered {
    id: i32,
    /// The chat that it is in, if the bot names one.
    chat: String,
    may_be_missing: bool,
    quote: Option<String>,
}

impl Call<'_> {
    /// Sends a message to wherever the call says, and answers with it.
    pub(crate) fn send(&mut self, content: Content) -> Outcome {
        let delivery = self.delivery()?;
        let id = self.post(&delivery, content)?;
        self.sent(delivery.peer, id)
    }

    /// Sends one message.
    pub(crate) fn post(&mut self, delivery: &Delivery, content: Content) -> Result<i32, ApiError> {
        let cause = self.cause();
        let draft = delivery.draft(content);
        self.world.post(&cause, delivery.peer, draft).map_err(|refusal| self.explain(delivery.peer, refusal))
    }

    /// Reads where a message goes. The order of the checks is the real server's.
    pub(crate) fn delivery(&self) -> Result<Delivery, ApiError> {
        let answered = self.answered()?;
        let keyboard = self.given.keyboard()?;
        let peer = self.chat()?;
        let reply_to = self.check_answered(peer, &answered)?;
        let topic = self.check_thread(peer)?;
        Ok(Delivery {
            peer,
            topic,
            reply_to,
            quote: answered.quote.filter(|_| reply_to.is_some()),
            silent: self.given.flag("disable_notification"),
            protected: self.given.flag("protect_content"),
            effect: self.given.integer("message_effect_id"),
            keyboard,
        })
    }

    fn answered(&self) -> Result<Answered, ApiError> {
        let Some(parameters) = self.given.json("reply_parameters", "reply parameters")? else {
            return Ok(Answered {
                id: self.given.integer("reply_to_message_id").unwrap_or(0),
                may_be_missing: self.given.flag("allow_sending_without_reply"),
                ..Answered::default()
            });
        };
        let wrong = |reason: String| ApiError::bad_request(&lower(&reason));
        let fields = Fields::of(&parameters, "Object expected as reply parameters").map_err(wrong)?;
        if fields.0.is_empty() {
            return Ok(Answered::default());
        }
        let (mut answered, quote) = read_parameters(fields).map_err(wrong)?;
        let mode = fields.optional_text("quote_parse_mode").map_err(wrong)?;
        let entities = fields.get("quote_entities").cloned().unwrap_or_default();
        let quote = self.words_of(&quote, Some(&mode), &entities)?.text;
        answered.quote = Some(quote).filter(|quote| !quote.is_empty());
        Ok(answered)
    }

    fn check_answered(&self, peer: Peer, answered: &Answered) -> Result<Option<i32>, ApiError> {
        if answered.id <= 0 {
            return Ok(None);
        }
        let is_elsewhere = !answered.chat.is_empty() && self.find_chat(&answered.chat)? != peer;
        let is_there = !is_elsewhere && self.world.thread(self.bot, peer).get(answered.id).is_some();
        match (is_there, answered.may_be_missing) {
            (true, _) => Ok(Some(answered.id)),
            (false, true) => Ok(None),
            (false, false) => Err(ApiError::bad_request("message to be replied not found")),
        }
    }

    /// The forum topic or the thread that the call names.
    fn check_thread(&self, peer: Peer) -> Result<Option<i32>, ApiError> {
        let Some(thread) = self.given.integer::<i32>("message_thread_id").filter(|thread| *thread > 0) else {
            return Ok(None);
        };
        let Peer::Channel(id) = peer else { return Err(ApiError::bad_request("message thread not found")) };
        let channel = self.world.channels.get(&id);
        let is_there = channel.is_some_and(|channel| {
            if channel.is_forum() {
                channel.topic(thread).is_some() || thread == GENERAL_TOPIC
            } else {
                channel.thread.get(thread).is_some()
            }
        });
        is_there.then_some(Some(thread)).ok_or_else(|| ApiError::bad_request("message thread not found"))
    }

    /// How the preview of a link is shown, in either of its two arguments.
    pub(crate) fn preview(&self) -> Result<Option<Preview>, ApiError> {
        let Some(options) = self.given.json("link_preview_options", "link preview options")? else {
            let disabled = self.given.flag("disable_web_page_preview");
            return Ok(disabled.then(|| Preview { disabled, ..Preview::default() }));
        };
        let wrong = |reason: String| ApiError::bad_request(&lower(&reason));
        let fields = Fields::of(&options, "Object expected as link preview options").map_err(wrong)?;
        read_preview(fields).map(Some).map_err(wrong)
    }
}

fn read_parameters(fields: Fields<'_>) -> Read<(Answered, String)> {
    let answered = Answered {
        chat: fields.optional_text("chat_id")?,
        id: narrow(fields.number("message_id")?).max(0),
        may_be_missing: fields.flag("allow_sending_without_reply")?,
        quote: None,
    };
    Ok((answered, fields.optional_text("quote")?))
}

fn read_preview(fields: Fields<'_>) -> Read<Preview> {
    Ok(Preview {
        disabled: fields.flag("is_disabled")?,
        url: Some(fields.optional_text("url")?).filter(|url| !url.is_empty()),
        small: fields.flag("prefer_small_media")?,
        large: fields.flag("prefer_large_media")?,
        above: fields.flag("show_above_text")?,
    })
}
