//! Sending: text, files, albums, forwards. Each message is known by the sender's `random_id`, so that none is sent twice.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::args::ReplyArgs;
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::forwarding::Passing;
use crate::world::messages::{Media, MediaLook, Message};
use crate::world::peers::{Peer, mix};
use crate::world::posting::Draft;
use crate::world::refusal::Allowed;
use crate::world::telling::Cause;

/// An album holds no more.
const ALBUM_MAX: usize = 10;
/// So many messages are forwarded at once.
const FORWARDS_MAX: usize = 100;

/// Several messages that go to the same place at the same time.
struct Delivery {
    to: Peer,
    due: Option<i32>,
    drafts: Vec<(i64, Draft)>,
}

impl World {
    /// Sends or schedules, and answers with the new ids.
    fn deliver(&mut self, cause: &Cause, delivery: Delivery) -> Allowed<tl::enums::Updates> {
        let Delivery { to, due, drafts } = delivery;
        let me = cause.account;
        let later = self.is_later(due)?;
        for (place, (random_id, draft)) in drafts.iter().enumerate() {
            self.fresh_random_id(me, *random_id)?;
            let is_twice = drafts[..place].iter().any(|(other, _)| other == random_id);
            if is_twice {
                return Err(RpcError::new(500, "RANDOM_ID_DUPLICATE"));
            }
            // All or nothing: an album must not break in the middle.
            self.may_post(me, to, draft.topic)?;
            draft.check()?;
        }
        let mut updates = Vec::new();
        for (random_id, draft) in drafts {
            let id = match later {
                Some(due) => self.schedule(cause, to, due, draft)?,
                None => self.post(cause, to, draft)?,
            };
            self.mailbox_mut(me).sent.insert(random_id);
            updates.push(tl::types::UpdateMessageId { id, random_id }.into());
        }
        updates.extend(self.take_echo());
        Ok(self.view_updates(me, updates))
    }
}

fn page_of(text: &str, no_webpage: bool) -> Option<Media> {
    World::first_link(text).filter(|_| !no_webpage).map(|url| Media::Page(url.to_owned()))
}

pub(crate) fn send_message(
    world: &mut World,
    caller: &Caller,
    request: messages::SendMessage,
) -> Outcome<messages::SendMessage> {
    let cause = caller.cause()?;
    let to = world.peer_arg(cause.account, &request.peer)?;
    let ReplyArgs { reply_to, topic, quote } = world.reply_args(cause.account, to, request.reply_to.as_ref())?;
    let entities = world.entities_arg(cause.account, request.entities)?;
    let media = page_of(&request.message, request.no_webpage);
    let keyboard = world.keyboard_arg(cause.account, request.reply_markup)?;
    let (text, silent) = (request.message, request.silent);
    let draft = Draft { text, entities, media, keyboard, reply_to, quote, topic, silent, ..Draft::default() };
    let drafts = vec![(request.random_id, draft)];
    let answer = world.deliver(&cause, Delivery { to, due: request.schedule_date, drafts })?;
    world.clear_draft(cause.account, to, request.clear_draft);
    Ok(answer)
}

pub(crate) fn send_media(
    world: &mut World,
    caller: &Caller,
    request: messages::SendMedia,
) -> Outcome<messages::SendMedia> {
    let cause = caller.cause()?;
    let to = world.peer_arg(cause.account, &request.peer)?;
    world.fresh_random_id(cause.account, request.random_id)?;
    world.may_post(cause.account, to, None)?;
    let ReplyArgs { reply_to, topic, quote } = world.reply_args(cause.account, to, request.reply_to.as_ref())?;
    let entities = world.entities_arg(cause.account, request.entities)?;
    let keyboard = world.keyboard_arg(cause.account, request.reply_markup)?;
    let look = MediaLook { spoiler: is_hidden(&request.media), caption_above: request.invert_media };
    let media = Some(world.media_arg(cause.account, request.media)?);
    let draft = Draft {
        text: request.message,
        entities,
        media,
        keyboard,
        reply_to,
        quote,
        topic,
        silent: request.silent,
        protected: request.noforwards,
        look,
        ..Draft::default()
    };
    let drafts = vec![(request.random_id, draft)];
    let answer = world.deliver(&cause, Delivery { to, due: request.schedule_date, drafts })?;
    world.clear_draft(cause.account, to, request.clear_draft);
    Ok(answer)
}

pub(crate) fn send_multi_media(
    world: &mut World,
    caller: &Caller,
    request: messages::SendMultiMedia,
) -> Outcome<messages::SendMultiMedia> {
    let cause = caller.cause()?;
    let to = world.peer_arg(cause.account, &request.peer)?;
    match request.multi_media.len() {
        0 => return Err(RpcError::bad_request("MEDIA_EMPTY")),
        count if count > ALBUM_MAX => return Err(RpcError::bad_request("MULTI_MEDIA_TOO_LONG")),
        _ => {}
    }
    let mut drafts = Vec::new();
    let mut grouped_id = None;
    for tl::enums::InputSingleMedia::Media(single) in request.multi_media {
        world.fresh_random_id(cause.account, single.random_id)?;
        let ReplyArgs { reply_to, topic, quote } = world.reply_args(cause.account, to, request.reply_to.as_ref())?;
        let media = world.media_arg(cause.account, single.media)?;
        if !matches!(media, Media::Photo(_) | Media::Document(_)) {
            return Err(RpcError::bad_request("MEDIA_INVALID"));
        }
        let album = *grouped_id.get_or_insert(mix(&[cause.account, single.random_id]).unsigned_abs() >> 1);
        let draft = Draft {
            text: single.message,
            entities: world.entities_arg(cause.account, single.entities)?,
            media: Some(media),
            reply_to,
            topic,
            quote,
            silent: request.silent,
            grouped_id: Some(album.cast_signed()),
            ..Draft::default()
        };
        drafts.push((single.random_id, draft));
    }
    let answer = world.deliver(&cause, Delivery { to, due: request.schedule_date, drafts })?;
    world.clear_draft(cause.account, to, request.clear_draft);
    Ok(answer)
}

pub(crate) fn forward_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::ForwardMessages,
) -> Outcome<messages::ForwardMessages> {
    let cause = caller.cause()?;
    let me = cause.account;
    let from = world.peer_arg(me, &request.from_peer)?;
    let to = world.peer_arg(me, &request.to_peer)?;
    if request.id.is_empty() || request.id.len() > FORWARDS_MAX {
        return Err(RpcError::bad_request("MESSAGE_IDS_EMPTY"));
    }
    if request.random_id.len() != request.id.len() {
        return Err(RpcError::bad_request("RANDOM_ID_INVALID"));
    }
    let replying = world.reply_args(me, to, request.reply_to.as_ref())?;
    let salt = request.random_id[0];
    let mut drafts = Vec::new();
    for (id, random_id) in request.id.iter().zip(&request.random_id) {
        let passing = Passing { as_copy: request.drop_author, without_caption: request.drop_media_captions };
        let draft = Draft {
            silent: request.silent,
            topic: request.top_msg_id.or(replying.topic),
            reply_to: replying.reply_to,
            // Albums stay together under a new number.
            grouped_id: world
                .thread(me, from)
                .get(*id)
                .and_then(album_of)
                .map(|album| mix(&[album, salt]).unsigned_abs().cast_signed() >> 1),
            ..world.pass_on(me, from, *id, to, passing)?
        };
        drafts.push((*random_id, draft));
    }
    let answer = world.deliver(&cause, Delivery { to, due: request.schedule_date, drafts })?;
    world.count_forwards(from, &request.id);
    Ok(answer)
}

/// Whether a file shall be hidden until it is tapped.
fn is_hidden(media: &tl::enums::InputMedia) -> bool {
    match media {
        tl::enums::InputMedia::UploadedPhoto(photo) => photo.spoiler,
        tl::enums::InputMedia::Photo(photo) => photo.spoiler,
        tl::enums::InputMedia::UploadedDocument(document) => document.spoiler,
        tl::enums::InputMedia::Document(document) => document.spoiler,
        _ => false,
    }
}

fn album_of(message: &Message) -> Option<i64> {
    message.extra.as_ref()?.grouped_id
}

impl World {
    fn clear_draft(&mut self, me: i64, peer: Peer, wanted: bool) {
        if wanted {
            self.mailbox_mut(me).dialog(peer).draft = None;
        }
    }
}
