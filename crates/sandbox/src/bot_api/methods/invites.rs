//! Invite links.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::invites::{Invite, InviteTerms};
use crate::world::peers::Peer;
use crate::world::refusal::RpcError;

pub(super) fn export_chat_invite_link(call: &mut Call<'_>) -> Outcome {
    let peer = call.shared_chat()?;
    let cause = call.cause();
    let link = call.world.renew_invite(&cause, peer).map_err(explain)?;
    Ok(link.into())
}

pub(super) fn create_chat_invite_link(call: &mut Call<'_>) -> Outcome {
    let terms = call.terms();
    let peer = call.shared_chat()?;
    let cause = call.cause();
    let made = call.world.add_invite(&cause, peer, terms);
    call.link(made)
}

pub(super) fn edit_chat_invite_link(call: &mut Call<'_>) -> Outcome {
    let terms = call.terms();
    let (peer, link) = call.named_link()?;
    let cause = call.cause();
    let changed = call.world.change_invite(&cause, peer, &link, terms);
    call.link(changed)
}

pub(super) fn revoke_chat_invite_link(call: &mut Call<'_>) -> Outcome {
    let (peer, link) = call.named_link()?;
    let cause = call.cause();
    let revoked = call.world.revoke_invite(&cause, peer, &link);
    call.link(revoked)
}

impl Call<'_> {
    fn terms(&self) -> InviteTerms {
        InviteTerms {
            name: self.given.text("name").unwrap_or_default().to_owned(),
            expires: self.given.integer("expire_date").unwrap_or(0),
            limit: self.given.integer("member_limit").unwrap_or(0),
            needs_approval: self.given.flag("creates_join_request"),
        }
    }

    fn named_link(&self) -> Result<(Peer, String), ApiError> {
        let peer = self.shared_chat()?;
        Ok((peer, self.given.required("invite_link")?.to_owned()))
    }

    fn link(&self, done: Result<Invite, RpcError>) -> Outcome {
        let invite = done.map_err(explain)?;
        Ok(self.view().invite(&invite).into())
    }
}

fn explain(refusal: RpcError) -> ApiError {
    match refusal.text.as_str() {
        "CHAT_ADMIN_REQUIRED" => ApiError::bad_request("not enough rights to manage chat invite link"),
        _ => refusal.into(),
    }
}
