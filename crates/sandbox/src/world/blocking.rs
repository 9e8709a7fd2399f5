//! Blocking: who may not write to whom.

use grammers_tl_types as tl;

use super::World;
use super::peers::Peer;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

impl World {
    /// Blocks somebody, or takes the block away.
    pub fn set_blocked(&mut self, cause: &Cause, peer: Peer, blocked: bool) -> Allowed<()> {
        if peer == Peer::User(cause.account) {
            return Err(RpcError::bad_request("CONTACT_ID_INVALID"));
        }
        let now = self.now();
        let list = &mut self.mailbox_mut(cause.account).blocked;
        let is_news = if blocked { list.insert(peer, now).is_none() } else { list.remove(&peer).is_some() };
        if is_news {
            let update = tl::types::UpdatePeerBlocked { blocked, blocked_my_stories_from: false, peer_id: peer.into() };
            self.tell(cause, cause.account, update.into());
        }
        Ok(())
    }
}
