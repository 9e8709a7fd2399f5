//! Refusals of the world, in words for people.

use crate::world::refusal::RpcError;

/// What a person is told instead of a name in capitals.
pub(super) fn sentence(refusal: &RpcError) -> String {
    let told = match refusal.text.as_str() {
        "MESSAGE_EMPTY" => "Write something first.",
        "MESSAGE_TOO_LONG" => "This text is too long. A message has at most 4,096 characters.",
        "MEDIA_CAPTION_TOO_LONG" => "This text is too long. Beside a file there is room for 1,024 characters.",
        "MESSAGE_NOT_MODIFIED" => "Nothing has changed.",
        "MESSAGE_EDIT_TIME_EXPIRED" => "This message is too old to be edited.",
        "MESSAGE_AUTHOR_REQUIRED" => "Only its author can edit this message.",
        "MESSAGE_DELETE_FORBIDDEN" => "You cannot delete this message.",
        "MESSAGE_ID_INVALID" | "MSG_ID_INVALID" => "This message is gone.",
        "REPLY_MESSAGE_ID_INVALID" => "The message that you answer is gone.",
        "USER_IS_BLOCKED" => "They do not take messages from you.",
        "YOU_BLOCKED_USER" => "Unblock them first.",
        "CHAT_WRITE_FORBIDDEN" => "You cannot write here.",
        "CHAT_ADMIN_REQUIRED" => "Only admins can do this.",
        "CHANNEL_PRIVATE" | "CHANNEL_INVALID" | "PEER_ID_INVALID" => "This chat cannot be opened.",
        "USER_BANNED_IN_CHANNEL" => "You were removed from this chat.",
        "TOPIC_CLOSED" => "This topic is closed.",
        "TOPIC_DELETED" => "This topic is gone.",
        "MESSAGE_POLL_CLOSED" => "This poll is closed.",
        "OPTIONS_TOO_MUCH" => "Choose one answer only.",
        "REVOTE_NOT_ALLOWED" => "You have voted already.",
        "IMAGE_PROCESS_FAILED" => "This is not a picture that can be sent as a photo. Send it as a file.",
        "REACTION_INVALID" => "This reaction cannot be used here.",
        _ => return format!("That was refused: {}", refusal.text),
    };
    told.to_owned()
}
