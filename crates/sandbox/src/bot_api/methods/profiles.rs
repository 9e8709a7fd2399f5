//! What chats are and what they are called.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::json::{Node, Object};
use crate::world::refusal::RpcError;

pub(super) fn get_chat(call: &mut Call<'_>) -> Outcome {
    let peer = call.readable_chat()?;
    Ok(call.view().full_chat(peer).into())
}

pub(super) fn set_chat_title(call: &mut Call<'_>) -> Outcome {
    let peer = call.shared_chat()?;
    let title = call.given.text("title").unwrap_or_default().to_owned();
    let cause = call.cause();
    finish(call.world.set_title(&cause, peer, &title), "change chat title")
}

pub(super) fn set_chat_description(call: &mut Call<'_>) -> Outcome {
    let peer = call.shared_chat()?;
    let about = call.given.text("description").unwrap_or_default().to_owned();
    let cause = call.cause();
    finish(call.world.set_about(&cause, peer, &about), "set chat description")
}

fn finish(done: Result<(), RpcError>, what: &str) -> Outcome {
    match done {
        Ok(()) => Ok(true.into()),
        Err(refusal) => Err(match refusal.text.as_str() {
            "CHAT_NOT_MODIFIED" => return Ok(true.into()),
            "CHAT_ADMIN_REQUIRED" => ApiError::bad_request(&format!("not enough rights to {what}")),
            "CHAT_TITLE_EMPTY" => ApiError::bad_request("title must be non-empty"),
            "CHAT_ABOUT_NOT_MODIFIED" => ApiError::bad_request("chat description is not modified"),
            _ => refusal.into(),
        }),
    }
}

pub(super) fn get_user_profile_photos(call: &mut Call<'_>) -> Outcome {
    let user = call.person()?;
    let photo = call.world.accounts.get(user).and_then(|account| account.photo);
    let sizes = photo.map(|photo| call.view().photo(photo)).filter(|sizes| !sizes.is_empty());
    let total = u32::from(sizes.is_some());
    let is_wanted = call.given.clamped("offset", 0, 0..=i64::MAX) == 0 && call.given.clamped("limit", 100, 1..=100) > 0;
    let photos: Vec<Node> = sizes.filter(|_| is_wanted).map(Node::from).into_iter().collect();
    Ok(Object::new().with("total_count", total).with("photos", Node::List(photos)).into())
}
