//! Members of chats: who they are, who is thrown out, restricted, made an admin, let in.

use super::Call;
use crate::bot_api::answer::{Answer, ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read};
use crate::world::peers::Peer;
use crate::world::refusal::RpcError;
use crate::world::rights::{Permission, Permissions, Right, Rights, Standing};

/// What an admin may do, by the names of the arguments.
const RIGHTS: [(&str, Right); 18] = [
    ("is_anonymous", Right::Anonymous),
    ("can_manage_chat", Right::ManageChat),
    ("can_delete_messages", Right::Delete),
    ("can_manage_video_chats", Right::VideoChats),
    ("can_restrict_members", Right::Restrict),
    ("can_promote_members", Right::Promote),
    ("can_change_info", Right::ChangeInfo),
    ("can_invite_users", Right::Invite),
    ("can_post_stories", Right::PostStories),
    ("can_edit_stories", Right::EditStories),
    ("can_delete_stories", Right::DeleteStories),
    ("can_post_messages", Right::Post),
    ("can_edit_messages", Right::EditOthers),
    ("can_pin_messages", Right::Pin),
    ("can_manage_topics", Right::Topics),
    ("can_manage_direct_messages", Right::Direct),
    ("can_manage_tags", Right::Tags),
    ("can_send_welcome_messages", Right::Welcome),
];

/// What members may do, by the names of the fields.
const PERMISSIONS: [(&str, Permission); 16] = [
    ("can_send_messages", Permission::Text),
    ("can_send_audios", Permission::Audio),
    ("can_send_documents", Permission::Document),
    ("can_send_photos", Permission::Photo),
    ("can_send_videos", Permission::Video),
    ("can_send_video_notes", Permission::VideoNote),
    ("can_send_voice_notes", Permission::Voice),
    ("can_send_polls", Permission::Poll),
    ("can_send_other_messages", Permission::Other),
    ("can_add_web_page_previews", Permission::Preview),
    ("can_react_to_messages", Permission::React),
    ("can_edit_tag", Permission::EditTag),
    ("can_change_info", Permission::ChangeInfo),
    ("can_invite_users", Permission::Invite),
    ("can_pin_messages", Permission::Pin),
    ("can_manage_topics", Permission::Topics),
];

/// What a permission to send anything but words brings with it.
const MEDIA: [Permission; 6] = [
    Permission::Audio,
    Permission::Document,
    Permission::Photo,
    Permission::Video,
    Permission::VideoNote,
    Permission::Voice,
];

impl Call<'_> {
    /// A group or a channel, where the bot is.
    pub(super) fn shared_chat(&self) -> Result<Peer, ApiError> {
        let peer = self.readable_chat()?;
        match peer {
            Peer::User(_) => Err(ApiError::bad_request("chat not found")),
            Peer::Group(_) | Peer::Channel(_) => Ok(peer),
        }
    }

    /// A supergroup or a channel, where the bot is.
    fn large_chat(&self) -> Result<Peer, ApiError> {
        match self.shared_chat()? {
            Peer::Channel(id) => Ok(Peer::Channel(id)),
            Peer::User(_) | Peer::Group(_) => {
                Err(ApiError::bad_request("method is available for supergroup and channel chats only"))
            }
        }
    }

    /// The person of the argument `user_id`.
    pub(super) fn person(&self) -> Result<i64, ApiError> {
        let user = self.given.integer::<i64>("user_id").filter(|user| *user > 0);
        let user = user.ok_or_else(|| ApiError::bad_request("invalid user_id specified"))?;
        self.world.accounts.get(user).map(|_| user).ok_or_else(|| ApiError::bad_request("user not found"))
    }

    fn permissions(&self) -> Result<Permissions, ApiError> {
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse chat permissions: {reason}"));
        let given = self.given.json("permissions", "chat permissions")?.unwrap_or_default();
        let fields = Fields::of(&given, "Object expected").map_err(wrong)?;
        read_permissions(fields, self.given.flag("use_independent_chat_permissions")).map_err(wrong)
    }
}

fn read_permissions(fields: Fields<'_>, independent: bool) -> Read<Permissions> {
    let mut permissions = Permissions::default();
    for (name, permission) in PERMISSIONS {
        permissions = permissions.set(permission, fields.flag(name)?);
    }
    // An old name that stands for all files.
    let media = fields.flag("can_send_media_messages")?;
    let follows = permissions.has(Permission::Other) || permissions.has(Permission::Preview);
    if media || (follows && !independent) {
        permissions = MEDIA.into_iter().fold(permissions, |permissions, one| permissions.set(one, true));
    }
    let brings_words = MEDIA.into_iter().any(|one| permissions.has(one)) || permissions.has(Permission::Poll);
    if brings_words && !independent {
        permissions = permissions.set(Permission::Text, true);
    }
    // Whoever may write may react, unless told.
    if !fields.has("can_react_to_messages") {
        permissions = permissions.set(Permission::React, permissions.has(Permission::Text));
    }
    Ok(permissions)
}

pub(super) fn get_chat_member(call: &mut Call<'_>) -> Outcome {
    let peer = call.readable_chat()?;
    let user = call.person()?;
    Ok(call.view().member(peer, user, &call.world.standing(peer, user)).into())
}

pub(super) fn get_chat_administrators(call: &mut Call<'_>) -> Outcome {
    let peer = call.readable_chat()?;
    if let Peer::User(_) = peer {
        return Err(ApiError::bad_request("there are no administrators in the private chat"));
    }
    let with_bots = call.given.flag("return_bots");
    Ok(call.view().admins(peer, with_bots).into())
}

pub(super) fn get_chat_member_count(call: &mut Call<'_>) -> Outcome {
    let peer = call.readable_chat()?;
    let count = match peer {
        // A private chat is the person and the bot.
        Peer::User(_) => Some(2),
        Peer::Group(id) => call.world.groups.get(&id).map(|group| group.members.len()),
        Peer::Channel(id) => call.world.channels.get(&id).map(|channel| channel.members.len()),
    };
    Ok(Answer::from(u64::try_from(count.unwrap_or(0)).unwrap_or(u64::MAX)))
}

pub(super) fn ban_chat_member(call: &mut Call<'_>) -> Outcome {
    let peer = call.shared_chat()?;
    let user = call.person()?;
    let until = call.given.integer("until_date").unwrap_or(0);
    let cause = call.cause();
    finish(call.world.ban(&cause, peer, user, until))
}

pub(super) fn unban_chat_member(call: &mut Call<'_>) -> Outcome {
    let peer = call.large_chat()?;
    let user = call.person()?;
    let is_banned = matches!(call.world.standing(peer, user), Standing::Banned { .. });
    if call.given.flag("only_if_banned") && !is_banned {
        return Ok(true.into());
    }
    let cause = call.cause();
    finish(call.world.unban(&cause, peer, user))
}

pub(super) fn restrict_chat_member(call: &mut Call<'_>) -> Outcome {
    let permissions = call.permissions()?;
    let peer = call.shared_chat()?;
    let is_supergroup = matches!(peer, Peer::Channel(id) if !call.world.channel(id)?.is_broadcast());
    if !is_supergroup {
        return Err(ApiError::bad_request("method is available only for supergroups"));
    }
    let user = call.person()?;
    let until = call.given.integer("until_date").unwrap_or(0);
    let cause = call.cause();
    finish(call.world.restrict(&cause, peer, user, permissions, until))
}

pub(super) fn promote_chat_member(call: &mut Call<'_>) -> Outcome {
    let peer = call.large_chat()?;
    let user = call.person()?;
    let wanted = RIGHTS.iter().filter(|(name, _)| call.given.flag(name));
    let mut rights = wanted.fold(Rights::default(), |rights, (_, right)| rights.set(*right, true));
    // Any right at all makes an admin, who may do what every admin may.
    if !rights.is_empty() {
        rights = rights.set(Right::ManageChat, true);
    }
    let cause = call.cause();
    finish(call.world.promote(&cause, peer, user, rights))
}

pub(super) fn set_chat_administrator_custom_title(call: &mut Call<'_>) -> Outcome {
    let peer = call.large_chat()?;
    let user = call.person()?;
    let title = call.given.text("custom_title").unwrap_or_default().to_owned();
    let cause = call.cause();
    finish(call.world.set_rank(&cause, peer, user, &title))
}

pub(super) fn set_chat_permissions(call: &mut Call<'_>) -> Outcome {
    let permissions = call.permissions()?;
    let peer = call.shared_chat()?;
    let cause = call.cause();
    match call.world.set_permissions(&cause, peer, permissions) {
        // The same again changes nothing, and that is fine.
        Err(refusal) if refusal.text == "CHAT_NOT_MODIFIED" => Ok(true.into()),
        done => finish(done),
    }
}

pub(super) fn leave_chat(call: &mut Call<'_>) -> Outcome {
    let peer = call.shared_chat()?;
    let cause = call.cause();
    finish(call.world.go(&cause, peer))
}

pub(super) fn approve_chat_join_request(call: &mut Call<'_>) -> Outcome {
    decide(call, true)
}

pub(super) fn decline_chat_join_request(call: &mut Call<'_>) -> Outcome {
    decide(call, false)
}

fn decide(call: &mut Call<'_>, lets_in: bool) -> Outcome {
    let peer = call.shared_chat()?;
    let user = call.person()?;
    let cause = call.cause();
    finish(call.world.decide_request(&cause, peer, user, lets_in))
}

fn finish(done: Result<(), RpcError>) -> Outcome {
    done.map(|()| true.into()).map_err(|refusal| match refusal.text.as_str() {
        "CHAT_ADMIN_REQUIRED" => ApiError::bad_request("not enough rights to restrict/unrestrict chat member"),
        "RIGHT_FORBIDDEN" => ApiError::bad_request("not enough rights"),
        "PARTICIPANT_ID_INVALID" | "USER_CREATOR" => ApiError::bad_request("can't remove chat owner"),
        "USER_ADMIN_INVALID" => ApiError::bad_request("user is an administrator of the chat"),
        "USER_ID_INVALID" => ApiError::bad_request("can't restrict self"),
        _ => refusal.into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: &Value, independent: bool) -> Permissions {
        read_permissions(Fields::of(value, "Object expected").expect("an object"), independent).expect("they are read")
    }

    #[test]
    fn some_permissions_bring_others_with_them() {
        let polls = json!({ "can_send_polls": true });
        assert!(read(&polls, false).has(Permission::Text));
        assert!(!read(&polls, true).has(Permission::Text));
        let old = read(&json!({ "can_send_media_messages": true }), false);
        assert!(MEDIA.into_iter().all(|one| old.has(one)) && old.has(Permission::Text) && old.has(Permission::React));
        let silent = read(&json!({ "can_send_messages": true, "can_react_to_messages": false }), false);
        assert!(silent.has(Permission::Text) && !silent.has(Permission::React));
        assert!(read(&json!({}), false).is_empty());
    }
}
