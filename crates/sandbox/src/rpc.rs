//! Requests of the Telegram API, each answered by one typed function.
//!
//! The compiler checks every answer against its request: a function that is registered for a request has to return that request's type.
//! Start at [`dispatch`].

#![expect(
    clippy::needless_pass_by_value,
    reason = "every method's function takes its request as the dispatch table hands it over"
)]

pub(crate) mod auth;

mod args;
mod channels;
mod contacts;
mod help;
pub(crate) mod messages;
#[cfg(test)]
mod tests;
mod updates;
mod uploads;
mod users;

use grammers_tl_types::{self as tl, Deserializable, Identifiable, RemoteCall, Serializable};

use crate::world::World;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The key of the connection.
    pub key_id: u64,
    /// Who is signed in with that key.
    pub account: Option<i64>,
    /// The data centre that the key was made for.
    pub dc: i32,
    /// The schema layer of the client.
    pub layer: i32,
}

pub use crate::world::refusal::RpcError;

/// The serialised answer, boxed, or a refusal.
pub type Answer = Result<Vec<u8>, RpcError>;

/// When the answer of a request is there.
pub enum Reply {
    /// At once.
    Now(Answer),
    /// When the wait for a pressed button ends, by this query's answer or without one.
    WithCallback(i64),
}

/// What a method's function returns before serialisation.
pub type Outcome<R> = Result<<R as RemoteCall>::Return, RpcError>;

fn parse<R: Deserializable>(body: &[u8]) -> Result<R, RpcError> {
    R::from_bytes(body).map_err(|_| RpcError::bad_request("INPUT_FETCH_ERROR"))
}

/// Registers methods: each line is `module::Type => function`, where the function takes `(&mut World, &Caller, request)`.
macro_rules! methods {
    ($($module:ident :: $name:ident => $function:path,)*) => {
        fn answer(world: &mut World, caller: &Caller, id: u32, body: &[u8]) -> Answer {
            match id {
                $(tl::functions::$module::$name::CONSTRUCTOR_ID => {
                    let request = parse::<tl::functions::$module::$name>(body)?;
                    let outcome: Outcome<tl::functions::$module::$name> = $function(world, caller, request);
                    outcome.map(|answer| answer.to_bytes())
                })*
                _ => Err(RpcError::bad_request("INPUT_METHOD_INVALID")),
            }
        }

        /// The constructor ids that [`dispatch`] knows.
        pub const METHODS: &[u32] = &[
            tl::functions::messages::GetBotCallbackAnswer::CONSTRUCTOR_ID,
            $(tl::functions::$module::$name::CONSTRUCTOR_ID),*
        ];
    };
}

/// Answers one request: a constructor id and its fields, already taken out of its wrappers.
pub fn dispatch(world: &mut World, caller: &Caller, request: &[u8]) -> Reply {
    let Some((id, body)) = request.split_first_chunk::<4>() else {
        return Reply::Now(Err(RpcError::bad_request("INPUT_METHOD_INVALID")));
    };
    world.send_all_due();
    match u32::from_le_bytes(*id) {
        tl::functions::messages::GetBotCallbackAnswer::CONSTRUCTOR_ID => {
            let pressed =
                parse(body).and_then(|request| messages::callbacks::get_bot_callback_answer(world, caller, request));
            pressed.map_or_else(|refusal| Reply::Now(Err(refusal)), Reply::WithCallback)
        }
        id => Reply::Now(answer(world, caller, id, body)),
    }
}

methods! {
    // auth:: begin (sign-in)
    auth::SendCode => auth::send_code,
    auth::ResendCode => auth::resend_code,
    auth::CancelCode => auth::cancel_code,
    auth::SignIn => auth::sign_in,
    auth::SignUp => auth::sign_up,
    auth::CheckPassword => auth::check_password,
    account::GetPassword => auth::get_password,
    auth::ExportLoginToken => auth::export_login_token,
    auth::ImportLoginToken => auth::import_login_token,
    auth::AcceptLoginToken => auth::accept_login_token,
    auth::ImportBotAuthorization => auth::import_bot_authorization,
    auth::ExportAuthorization => auth::export_authorization,
    auth::ImportAuthorization => auth::import_authorization,
    auth::LogOut => auth::log_out,
    auth::ResetAuthorizations => auth::reset_authorizations,
    account::GetAuthorizations => auth::get_authorizations,
    account::ResetAuthorization => auth::reset_authorization,
    // auth:: end

    help::GetConfig => help::get_config,
    help::GetNearestDc => help::get_nearest_dc,
    help::GetAppConfig => help::get_app_config,
    langpack::GetLangPack => help::get_lang_pack,
    langpack::GetDifference => help::get_lang_pack_difference,
    updates::GetState => updates::get_state,
    updates::GetDifference => updates::get_difference,
    updates::GetChannelDifference => updates::get_channel_difference,
    users::GetUsers => users::get_users,
    users::GetFullUser => users::get_full_user,
    photos::GetUserPhotos => users::get_user_photos,
    account::UpdateStatus => users::update_status,
    account::UpdateProfile => users::update_profile,
    account::GetNotifySettings => users::get_notify_settings,
    contacts::GetContacts => contacts::get_contacts,
    contacts::GetStatuses => contacts::get_statuses,
    contacts::Search => contacts::search,
    contacts::ResolveUsername => contacts::resolve_username,
    contacts::ResolvePhone => contacts::resolve_phone,
    contacts::AddContact => contacts::add_contact,
    contacts::ImportContacts => contacts::import_contacts,
    contacts::DeleteContacts => contacts::delete_contacts,
    contacts::Block => contacts::block,
    contacts::Unblock => contacts::unblock,
    contacts::GetBlocked => contacts::get_blocked,
    upload::SaveFilePart => uploads::save_file_part,
    upload::SaveBigFilePart => uploads::save_big_file_part,
    upload::GetFile => uploads::get_file,
    messages::GetDialogs => messages::dialogs::get_dialogs,
    messages::GetPeerDialogs => messages::dialogs::get_peer_dialogs,
    messages::GetPinnedDialogs => messages::dialogs::get_pinned_dialogs,
    messages::ToggleDialogPin => messages::dialogs::toggle_dialog_pin,
    messages::MarkDialogUnread => messages::dialogs::mark_dialog_unread,
    messages::GetDialogUnreadMarks => messages::dialogs::get_dialog_unread_marks,
    messages::GetDialogFilters => messages::dialogs::get_dialog_filters,
    messages::UpdateDialogFilter => messages::dialogs::update_dialog_filter,
    messages::SaveDraft => messages::dialogs::save_draft,
    messages::GetAllDrafts => messages::dialogs::get_all_drafts,
    folders::EditPeerFolders => messages::dialogs::edit_peer_folders,
    messages::GetHistory => messages::history::get_history,
    messages::GetMessages => messages::history::get_messages,
    messages::GetReplies => messages::history::get_replies,
    messages::GetDiscussionMessage => messages::history::get_discussion_message,
    messages::ReadDiscussion => messages::history::read_discussion,
    messages::GetMessagesViews => messages::history::get_messages_views,
    messages::Search => messages::searches::search,
    messages::SearchGlobal => messages::searches::search_global,
    messages::GetSearchCounters => messages::searches::get_search_counters,
    messages::SendMessage => messages::sending::send_message,
    messages::SendMedia => messages::sending::send_media,
    messages::SendMultiMedia => messages::sending::send_multi_media,
    messages::ForwardMessages => messages::sending::forward_messages,
    messages::UploadMedia => messages::media::upload_media,
    messages::GetWebPagePreview => messages::media::get_web_page_preview,
    messages::EditMessage => messages::changing::edit_message,
    messages::GetMessageEditData => messages::changing::get_message_edit_data,
    messages::DeleteMessages => messages::changing::delete_messages,
    messages::DeleteHistory => messages::changing::delete_history,
    messages::UpdatePinnedMessage => messages::changing::update_pinned_message,
    messages::UnpinAllMessages => messages::changing::unpin_all_messages,
    messages::ReadHistory => messages::changing::read_history,
    messages::ReadMentions => messages::changing::read_mentions,
    messages::ReadMessageContents => messages::changing::read_message_contents,
    messages::GetUnreadMentions => messages::changing::get_unread_mentions,
    messages::SetTyping => messages::changing::set_typing,
    messages::GetPeerSettings => messages::marks::get_peer_settings,
    messages::GetOnlines => messages::marks::get_onlines,
    messages::SendReaction => messages::reactions::send_reaction,
    messages::GetMessagesReactions => messages::reactions::get_messages_reactions,
    messages::GetMessageReactionsList => messages::reactions::get_message_reactions_list,
    messages::GetAvailableReactions => messages::reactions::get_available_reactions,
    messages::SetBotCallbackAnswer => messages::callbacks::set_bot_callback_answer,
    messages::StartBot => messages::callbacks::start_bot,
    messages::SendVote => messages::reactions::send_vote,
    messages::GetPollResults => messages::reactions::get_poll_results,
    messages::GetForumTopics => messages::forums::get_forum_topics,
    messages::GetForumTopicsById => messages::forums::get_forum_topics_by_id,
    messages::GetScheduledHistory => messages::scheduled::get_scheduled_history,
    messages::GetScheduledMessages => messages::scheduled::get_scheduled_messages,
    messages::SendScheduledMessages => messages::scheduled::send_scheduled_messages,
    messages::DeleteScheduledMessages => messages::scheduled::delete_scheduled_messages,
    messages::GetChats => messages::groups::get_chats,
    messages::GetFullChat => messages::groups::get_full_chat,
    messages::GetCommonChats => messages::groups::get_common_chats,
    messages::AddChatUser => messages::groups::add_chat_user,
    messages::DeleteChatUser => messages::groups::delete_chat_user,
    messages::ExportChatInvite => messages::groups::export_chat_invite,
    messages::CheckChatInvite => messages::groups::check_chat_invite,
    messages::ImportChatInvite => messages::groups::import_chat_invite,
    channels::GetMessages => messages::history::get_channel_messages,
    channels::DeleteMessages => messages::changing::delete_channel_messages,
    channels::ReadHistory => messages::changing::read_channel_history,
    channels::ReadMessageContents => messages::changing::read_channel_message_contents,
    channels::GetChannels => channels::get_channels,
    channels::GetFullChannel => channels::get_full_channel,
    channels::GetParticipants => channels::get_participants,
    channels::GetParticipant => channels::get_participant,
    channels::ExportMessageLink => channels::export_message_link,
    channels::JoinChannel => channels::join_channel,
    channels::LeaveChannel => channels::leave_channel,
    channels::InviteToChannel => channels::invite_to_channel,
}

/// The name of a method in Telegram's spelling, such as `messages.sendMessage`; also of methods that the box does not know.
pub fn method_name(constructor_id: u32) -> Option<&'static str> {
    match tl::name_for_id(constructor_id) {
        "(unknown)" => None,
        name => Some(name),
    }
}
