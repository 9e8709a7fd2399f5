//! Passing messages on, as they are or as the bot's own.

use super::Call;
use crate::bot_api::answer::{Answer, ApiError, Outcome};
use crate::bot_api::fields::narrow;
use crate::bot_api::json::{Node, Object};
use crate::world::forwarding::Passing;
use crate::world::peers::{Peer, mix};
use crate::world::posting::Draft;
use crate::world::refusal::RpcError;

/// So many messages are passed on at once.
const MESSAGES_MAX: usize = 100;

pub(super) fn forward_message(call: &mut Call<'_>) -> Outcome {
    let (from, id) = call.source("message to forward")?;
    let delivery = call.delivery()?;
    let passed = call.world.pass_on(call.bot, from, id, delivery.peer, Passing::default());
    let passed = passed.map_err(|refusal| explain(refusal, "forwarded"))?;
    let sent = call.pass(&delivery, passed)?;
    call.world.count_forwards(from, &[id]);
    call.sent(delivery.peer, sent)
}

pub(super) fn copy_message(call: &mut Call<'_>) -> Outcome {
    let (from, id) = call.source("message to copy")?;
    let caption = call.given.arguments.contains_key("caption").then(|| call.caption()).transpose()?;
    let delivery = call.delivery()?;
    let passing = Passing { as_copy: true, without_caption: false };
    let passed = call.world.pass_on(call.bot, from, id, delivery.peer, passing);
    let mut passed = passed.map_err(|refusal| explain(refusal, "copied"))?;
    if let Some(caption) = caption.filter(|_| passed.media.is_some()) {
        (passed.text, passed.entities) = (caption.text, caption.entities);
        passed.look.caption_above = call.look().caption_above;
    }
    let sent = call.pass(&delivery, passed)?;
    Ok(message_id(sent).into())
}

pub(super) fn forward_messages(call: &mut Call<'_>) -> Outcome {
    many(call, Passing::default())
}

pub(super) fn copy_messages(call: &mut Call<'_>) -> Outcome {
    let without_caption = call.given.flag("remove_caption");
    many(call, Passing { as_copy: true, without_caption })
}

/// Passes on all that can be; the others are left out. Albums stay together.
fn many(call: &mut Call<'_>, passing: Passing) -> Outcome {
    let from = call.given.required("from_chat_id")?.to_owned();
    let ids = call.message_ids(MESSAGES_MAX)?;
    let delivery = call.delivery()?;
    let from = call.find_chat(&from)?;
    call.check_membership(from)?;
    let salt = call.world.clock.millis();
    let mut sent: Vec<Node> = Vec::new();
    let mut passed_on = Vec::new();
    for id in ids {
        let album = call.world.thread(call.bot, from).get(id).and_then(|message| message.extra.as_ref()?.grouped_id);
        let Ok(mut passed) = call.world.pass_on(call.bot, from, id, delivery.peer, passing) else { continue };
        passed.grouped_id = album.map(|album| mix(&[album, salt]).unsigned_abs().cast_signed() >> 1);
        sent.push(message_id(call.pass(&delivery, passed)?).into());
        passed_on.push(id);
    }
    if sent.is_empty() {
        return Err(ApiError::bad_request("there are no messages to forward"));
    }
    if !passing.as_copy {
        call.world.count_forwards(from, &passed_on);
    }
    Ok(Answer::from(Node::List(sent)))
}

fn message_id(id: i32) -> Object {
    Object::new().with("message_id", id)
}

fn explain(refusal: RpcError, done: &str) -> ApiError {
    match refusal.text.as_str() {
        "MESSAGE_ID_INVALID" | "CHAT_FORWARDS_RESTRICTED" => {
            ApiError::bad_request(&format!("the message can't be {done}"))
        }
        _ => refusal.into(),
    }
}

impl Call<'_> {
    /// The message that is to be passed on; `what` is how errors call it.
    fn source(&self, what: &str) -> Result<(Peer, i32), ApiError> {
        let from = self.find_chat(self.given.required("from_chat_id")?)?;
        self.check_membership(from)?;
        let id = self.given.integer("message_id").unwrap_or(0);
        self.check_message(from, id, what)?;
        Ok((from, id))
    }

    fn pass(&mut self, delivery: &super::delivery::Delivery, passed: Draft) -> Result<i32, ApiError> {
        let cause = self.cause();
        let draft = delivery.addressed(passed);
        self.world.post(&cause, delivery.peer, draft).map_err(|refusal| self.explain(delivery.peer, refusal))
    }

    /// The ids of several messages.
    pub(super) fn message_ids(&self, at_most: usize) -> Result<Vec<i32>, ApiError> {
        let bad = ApiError::bad_request;
        let ids = self.given.json("message_ids", "message_ids")?.unwrap_or_default();
        let ids = ids.as_array().ok_or_else(|| bad("expected an Array of message identifiers"))?;
        if ids.len() > at_most {
            return Err(bad("too many message identifiers specified"));
        }
        if ids.is_empty() {
            return Err(bad("message identifiers are not specified"));
        }
        let read = |id: &serde_json::Value| match id {
            serde_json::Value::Number(number) => number.as_i64(),
            serde_json::Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let ids = ids.iter().map(|id| read(id).map(narrow).filter(|id| *id > 0));
        ids.collect::<Option<_>>().ok_or_else(|| bad("invalid message identifier specified"))
    }
}
