//! Blocking: who may not write to whom.

use grammers_tl_types as tl;

use super::World;
use super::bots::BotEvent;
use super::moderation::MemberChange;
use super::peers::Peer;
use super::refusal::{Allowed, RpcError};
use super::rights::Standing;
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
            self.tell_blocked_bot(cause, peer, blocked);
        }
        Ok(())
    }

    /// To a bot, a block looks as if it were thrown out of the private chat.
    fn tell_blocked_bot(&mut self, cause: &Cause, peer: Peer, blocked: bool) {
        let Some(bot) = peer.user().filter(|user| self.is_bot(*user)) else { return };
        let (inside, outside) = (Standing::Member, Standing::Banned { until: 0 });
        let (before, after) = if blocked { (inside, outside) } else { (outside, inside) };
        let (by, peer) = (cause.account, Peer::User(cause.account));
        let change = MemberChange { peer, by, user: bot, before, after, link: None };
        self.tell_bot(bot, BotEvent::Member(Box::new(change)));
    }
}
