//! What the control side lets people do to others and to bots: bring them, make them admins, block them, vote, use their keyboards, send files.

use grammers_tl_types as tl;
use tl::enums::DocumentAttribute;

use super::World;
use super::files::image_size;
use super::keyboards::{Keyboard, Reply, ReplyAction};
use super::media::Media;
use super::messages::Message;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::rights::Rights;
use super::view::blank;

/// What a file is sent as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture.
    Photo,
    /// Something that was spoken.
    Voice,
    /// Any file.
    #[default]
    Document,
}

/// A file that somebody is made to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// What it is sent as.
    pub kind: FileKind,
    /// Its name; empty for none.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// The words beside it.
    pub caption: String,
    /// For how many seconds it speaks.
    pub seconds: i32,
    /// The message to answer.
    pub reply_to: Option<i32>,
    /// The forum topic, or the thread.
    pub topic: Option<i32>,
}

impl World {
    /// Makes somebody block the other side of a private chat, or take the block away.
    pub fn block_as(&mut self, actor: &str, chat: &str, blocked: bool) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        self.set_blocked(&cause, peer, blocked)
    }

    /// Makes somebody bring another into a chat.
    pub fn bring_as(&mut self, actor: &str, chat: &str, user: &str) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let user = self.find_account(user).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
        self.bring(&cause, peer, user)
    }

    /// Makes somebody throw another out of a chat.
    pub fn ban_as(&mut self, actor: &str, chat: &str, user: &str) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let user = self.find_account(user).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
        self.ban(&cause, peer, user, 0)
    }

    /// Makes somebody make another an admin with every right, or take that back.
    pub fn appoint_as(&mut self, actor: &str, chat: &str, user: &str, is_admin: bool) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let user = self.find_account(user).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
        let rights =
            if is_admin { Rights::all().set(super::rights::Right::Anonymous, false) } else { Rights::default() };
        self.promote(&cause, peer, user, rights)
    }

    /// Makes somebody come by an invite link.
    pub fn come_as(&mut self, actor: &str, link: &str) -> Allowed<()> {
        let (cause, _) = self.scene(actor, "me")?;
        self.come_by_invite(&cause, link).map(drop)
    }

    /// Makes somebody vote in a poll, by the places of the answers; none takes the vote back.
    pub fn vote_as(&mut self, actor: &str, chat: &str, id: i32, places: &[usize]) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let poll = self.poll_of(cause.account, peer, id)?;
        let poll = self.polls.get(poll).ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let options: Option<Vec<Vec<u8>>> =
            places.iter().map(|place| poll.answers.get(*place).map(|(_, bytes)| bytes.clone())).collect();
        let options = options.ok_or_else(|| RpcError::bad_request("OPTION_INVALID"))?;
        self.vote(&cause, peer, id, &options)
    }

    /// The keyboard that stands in place of somebody's own in a chat: the newest that was not taken away.
    pub fn reply_keyboard(&self, account: i64, chat: super::peers::Peer) -> Option<&Reply> {
        let newest =
            self.thread(account, chat).newest_first().filter_map(Message::keyboard).find(|keyboard| match keyboard {
                Keyboard::Reply(_) | Keyboard::Remove { .. } => true,
                Keyboard::Inline(_) | Keyboard::ForceReply { .. } => false,
            });
        match newest? {
            Keyboard::Reply(reply) => Some(reply),
            Keyboard::Inline(_) | Keyboard::Remove { .. } | Keyboard::ForceReply { .. } => None,
        }
    }

    /// Makes somebody tap a button of the keyboard that stands in place of their own; returns the id of what is sent.
    pub fn tap_as(&mut self, actor: &str, chat: &str, button: &str) -> Allowed<i32> {
        let (cause, peer) = self.scene(actor, chat)?;
        let keyboard = self.reply_keyboard(cause.account, peer);
        let found = keyboard.and_then(|keyboard| keyboard.buttons().find(|found| found.text == button));
        let action = found.ok_or_else(|| RpcError::bad_request("BUTTON_INVALID"))?.action.clone();
        let draft = match action {
            ReplyAction::Text => Draft::text(button),
            ReplyAction::Contact => {
                let account =
                    self.accounts.get(cause.account).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
                let contact = tl::types::MessageMediaContact {
                    phone_number: account.phone.clone(),
                    first_name: account.first_name.clone(),
                    last_name: account.last_name.clone(),
                    vcard: String::new(),
                    user_id: account.user_id,
                };
                Draft { media: Some(Media::Contact(Box::new(contact))), ..Draft::default() }
            }
            // The others ask the person for something that the control side has to say in another way.
            ReplyAction::Location
            | ReplyAction::Poll(_)
            | ReplyAction::Users(_)
            | ReplyAction::Chat(_)
            | ReplyAction::WebApp(_) => return Err(RpcError::bad_request("BUTTON_TYPE_INVALID")),
        };
        self.post(&cause, peer, draft)
    }

    /// Makes somebody send a file; returns the id of the message.
    pub fn send_as(&mut self, actor: &str, chat: &str, sending: Sending) -> Allowed<i32> {
        let (cause, peer) = self.scene(actor, chat)?;
        let now = self.now();
        let Sending { kind, name, bytes, caption: text, seconds, reply_to, topic } = sending;
        if bytes.is_empty() {
            return Err(RpcError::bad_request("FILE_PARTS_INVALID"));
        }
        let named: Vec<DocumentAttribute> = Some(name)
            .filter(|name| !name.is_empty())
            .map(|file_name| tl::types::DocumentAttributeFilename { file_name }.into())
            .into_iter()
            .collect();
        let media = match kind {
            FileKind::Photo => Media::Photo(self.files.add_photo(now, bytes)?),
            FileKind::Voice => {
                let voice: tl::types::DocumentAttributeAudio = blank(&[]);
                let voice = tl::types::DocumentAttributeAudio { voice: true, duration: seconds, ..voice };
                Media::Document(self.files.add_document(now, bytes, "audio/ogg", vec![voice.into()]))
            }
            FileKind::Document => {
                let mime_type = if image_size(&bytes).is_some() { "image/jpeg" } else { "application/octet-stream" };
                Media::Document(self.files.add_document(now, bytes, mime_type, named))
            }
        };
        self.post(&cause, peer, Draft { text, media: Some(media), reply_to, topic, ..Draft::default() })
    }
}
