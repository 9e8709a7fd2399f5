//! Messages of bots that are still being written: shown to one person while they grow, and gone after a while or when a real one comes.

use std::sync::Arc;
use std::time::Duration;

use grammers_tl_types as tl;

use super::World;
use super::bots::BotEvent;
use super::peers::Peer;
use super::posting::TEXT_MAX;
use super::refusal::{Allowed, RpcError};
use super::rich::Rich;
use super::telling::Cause;
use super::view::rich::view_rich;

/// How long a draft is shown after its last change.
pub const LIFE: Duration = Duration::from_secs(30);

/// A message that a bot is writing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveDraft {
    /// The bot's number for it: the same number is the same message, growing.
    pub id: i64,
    /// The words so far; none means that the bot thinks.
    pub text: String,
    /// Their formatting.
    pub entities: Vec<tl::enums::MessageEntity>,
    /// The words in blocks; the text is their plain copy.
    pub rich: Option<Arc<Rich>>,
    /// The thread that it will be in.
    pub thread: Option<i32>,
    /// The person may stop it.
    pub can_stop: bool,
    /// When the person stops it, it stays.
    pub keep_on_stop: bool,
    /// When it was changed last, in milliseconds.
    pub changed_at: i64,
}

impl LiveDraft {
    /// What the person's clients are shown.
    fn action(&self) -> tl::enums::SendMessageAction {
        let Self { id: random_id, can_stop, keep_on_stop, .. } = *self;
        if let Some(rich) = &self.rich {
            let rich_message = view_rich(rich);
            return tl::types::SendMessageRichMessageDraftAction { can_stop, keep_on_stop, random_id, rich_message }
                .into();
        }
        let text = tl::types::TextWithEntities { text: self.text.clone(), entities: self.entities.clone() }.into();
        tl::types::SendMessageTextDraftAction { can_stop, keep_on_stop, random_id, text }.into()
    }
}

impl World {
    /// Shows a person what a bot is writing.
    pub fn write_draft(&mut self, cause: &Cause, person: i64, draft: LiveDraft) -> Allowed<()> {
        if draft.id == 0 {
            return Err(RpcError::bad_request("RANDOM_ID_EMPTY"));
        }
        if draft.rich.is_none() && draft.text.encode_utf16().count() > TEXT_MAX {
            return Err(RpcError::bad_request("MESSAGE_TOO_LONG"));
        }
        self.may_post(cause.account, Peer::User(person), None)?;
        let draft = LiveDraft { changed_at: self.clock.millis(), ..draft };
        let (thread, action) = (draft.thread, draft.action());
        self.drafts.insert((cause.account, person), draft);
        self.show_typing(cause, Peer::User(person), thread, &action);
        Ok(())
    }

    /// What a bot is writing to a person at this moment.
    pub fn live_draft(&self, bot: i64, person: i64) -> Option<&LiveDraft> {
        let now = self.clock.millis();
        self.drafts.get(&(bot, person)).filter(|draft| now < draft.changed_at + millis(LIFE))
    }

    /// Makes a person stop what a bot is writing; the bot is told.
    pub fn stop_draft(&mut self, person: i64, bot: i64) -> Allowed<()> {
        let draft = self.live_draft(bot, person).filter(|draft| draft.can_stop);
        let draft = draft.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?.clone();
        if !draft.keep_on_stop {
            self.drafts.remove(&(bot, person));
        }
        self.tell_bot(bot, BotEvent::Stopped { person, thread: draft.thread, draft: draft.id });
        Ok(())
    }

    /// A real message takes the place of what was being written.
    pub(crate) fn dismiss_draft(&mut self, author: i64, to: Peer) {
        if let Peer::User(person) = to {
            self.drafts.remove(&(author, person));
        }
    }

    /// Forgets what was not written on.
    pub(crate) fn drop_old_drafts(&mut self) {
        let now = self.clock.millis();
        self.drafts.retain(|_, draft| now < draft.changed_at + millis(LIFE));
    }

    /// When the next draft is forgotten, in milliseconds.
    pub(crate) fn next_draft_deadline(&self) -> Option<i64> {
        self.drafts.values().map(|draft| draft.changed_at + millis(LIFE)).min()
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
