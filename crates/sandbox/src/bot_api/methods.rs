//! The methods of the Bot API, each performed by one function.
//!
//! A method that is not in [`METHODS`] answers with a value of its type that says nothing.

mod attachments;
mod chats;
mod delivery;
mod editing;
mod files;
mod forwarding;
mod invites;
mod marks;
mod members;
mod messages;
mod polls;
mod profiles;
mod queries;
mod this_bot;
mod topics;
mod words;

use super::answer::{Answer, Outcome};
use super::catalogue::Catalogue;
use super::catalogue::blank::blank;
use super::json::Node;
use super::request::Given;
use super::view::View;
use crate::server::State;
use crate::world::World;
use crate::world::telling::Cause;

pub(crate) use files::download;

/// One call, while the box is locked.
pub(crate) struct Call<'a> {
    /// Everything that exists.
    pub(crate) world: &'a mut World,
    /// Who calls.
    pub(crate) bot: i64,
    /// With what.
    pub(crate) given: Given,
}

impl Call<'_> {
    /// The bot as the cause of what happens.
    pub(crate) fn cause(&self) -> Cause {
        Cause::by(self.bot)
    }

    /// The world as the bot sees it.
    pub(crate) fn view(&self) -> View<'_> {
        View { world: self.world, bot: self.bot }
    }
}

/// What performs a method.
type Method = fn(&mut Call<'_>) -> Outcome;

/// The methods that do what they should.
const METHODS: &[(&str, Method)] = &[
    ("getMe", this_bot::get_me),
    ("sendMessage", messages::send_message),
    ("sendLocation", messages::send_location),
    ("sendVenue", messages::send_venue),
    ("sendContact", messages::send_contact),
    ("sendDice", messages::send_dice),
    ("sendPhoto", attachments::send_photo),
    ("sendAudio", attachments::send_audio),
    ("sendDocument", attachments::send_document),
    ("sendVideo", attachments::send_video),
    ("sendAnimation", attachments::send_animation),
    ("sendVoice", attachments::send_voice),
    ("sendVideoNote", attachments::send_video_note),
    ("sendSticker", attachments::send_sticker),
    ("sendLivePhoto", attachments::send_live_photo),
    ("sendMediaGroup", attachments::send_media_group),
    ("getFile", files::get_file),
    ("editMessageText", editing::edit_message_text),
    ("sendPoll", polls::send_poll),
    ("stopPoll", polls::stop_poll),
    ("forwardMessage", forwarding::forward_message),
    ("forwardMessages", forwarding::forward_messages),
    ("copyMessage", forwarding::copy_message),
    ("copyMessages", forwarding::copy_messages),
    ("editMessageCaption", editing::edit_message_caption),
    ("editMessageMedia", editing::edit_message_media),
    ("editMessageReplyMarkup", editing::edit_message_reply_markup),
    ("deleteMessage", marks::delete_message),
    ("deleteMessages", marks::delete_messages),
    ("setMessageReaction", marks::set_message_reaction),
    ("pinChatMessage", marks::pin_chat_message),
    ("unpinChatMessage", marks::unpin_chat_message),
    ("unpinAllChatMessages", marks::unpin_all_chat_messages),
    ("answerCallbackQuery", queries::answer_callback_query),
    ("getChat", profiles::get_chat),
    ("setChatTitle", profiles::set_chat_title),
    ("setChatDescription", profiles::set_chat_description),
    ("getUserProfilePhotos", profiles::get_user_profile_photos),
    ("getChatMember", members::get_chat_member),
    ("getChatAdministrators", members::get_chat_administrators),
    ("getChatMemberCount", members::get_chat_member_count),
    ("banChatMember", members::ban_chat_member),
    ("unbanChatMember", members::unban_chat_member),
    ("restrictChatMember", members::restrict_chat_member),
    ("promoteChatMember", members::promote_chat_member),
    ("setChatAdministratorCustomTitle", members::set_chat_administrator_custom_title),
    ("setChatPermissions", members::set_chat_permissions),
    ("leaveChat", members::leave_chat),
    ("approveChatJoinRequest", members::approve_chat_join_request),
    ("declineChatJoinRequest", members::decline_chat_join_request),
    ("exportChatInviteLink", invites::export_chat_invite_link),
    ("createChatInviteLink", invites::create_chat_invite_link),
    ("editChatInviteLink", invites::edit_chat_invite_link),
    ("revokeChatInviteLink", invites::revoke_chat_invite_link),
    ("createForumTopic", topics::create_forum_topic),
    ("editForumTopic", topics::edit_forum_topic),
    ("closeForumTopic", topics::close_forum_topic),
    ("reopenForumTopic", topics::reopen_forum_topic),
    ("deleteForumTopic", topics::delete_forum_topic),
    ("unpinAllForumTopicMessages", topics::unpin_all_forum_topic_messages),
    ("editGeneralForumTopic", topics::edit_general_forum_topic),
    ("closeGeneralForumTopic", topics::close_general_forum_topic),
    ("reopenGeneralForumTopic", topics::reopen_general_forum_topic),
    ("hideGeneralForumTopic", topics::hide_general_forum_topic),
    ("unhideGeneralForumTopic", topics::unhide_general_forum_topic),
    ("unpinAllGeneralForumTopicMessages", topics::unpin_all_general_forum_topic_messages),
];

/// Performs a method by its name in the documentation's spelling; its arguments have been checked.
pub(crate) fn perform(state: &mut State, bot: i64, name: &str, given: Given) -> Outcome {
    let method = METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| method);
    let Some(method) = method else { return Ok(stub(name)) };
    state.world.tick();
    method(&mut Call { world: &mut state.world, bot, given })
}

/// The answer of a method that the box does not perform.
fn stub(name: &str) -> Answer {
    let result = Catalogue::get().method(name).map(|method| blank(&method.returns)).unwrap_or_default();
    Node::Leaf(result).into()
}
