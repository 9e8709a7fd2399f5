//! One update on its way through the desk.

use telegraphist_domain::{ContentId, DeliveryId, MessageId, SessionId};
use uuid::Uuid;

use crate::application::Application;
use crate::cards::{Button, Card, SendCard};
use crate::failure::Failure;
use crate::people::Place;
use crate::pipeline::KnownSession;
use crate::ports::{Lane, Once, StoreError, Urgency};
use crate::text::Formatted;

/// An update that a bot heard, and everything that keeps what follows from happening twice.
pub(crate) struct Update<'a> {
    pub(crate) app: &'a Application,
    /// The bot that heard it.
    pub(crate) bot: &'a KnownSession,
    /// Its place in the inbox.
    pub(crate) position: u64,
}

/// What a bot says about an update.
pub(super) struct Saying {
    /// What.
    pub(super) text: Formatted,
    /// What can be pressed.
    pub(super) buttons: Vec<Vec<Button>>,
    /// Which message it answers; shown in groups.
    pub(super) reply_to: Option<MessageId>,
}

impl Update<'_> {
    /// The key under which the `nth` thing that follows from this update is sent.
    pub(super) fn once(&self, nth: usize) -> Once {
        let key = format!("update/{}/{}/{nth}", self.bot.id, self.position);
        Once { principal: "telegraphist".to_owned(), key }
    }

    /// The id of what this update says: the same each time it is read.
    pub(super) fn content_id(&self) -> ContentId {
        let name = format!("{}/{}", self.bot.id, self.position);
        let hash = self.app.inner.keyed_hash(b"telegraphist update", name.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        ContentId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The place of somebody's chat.
    pub(super) fn lane(&self, chat: telegraphist_domain::ChatId) -> Lane {
        Lane { session: self.bot.id, chat }
    }

    /// Says something, once.
    pub(super) async fn say(&self, place: Place, nth: usize, saying: Saying) -> Result<(), Failure> {
        let card = Card { text: saying.text, buttons: saying.buttons, document: None };
        let mut send = SendCard::new(place.lane.session, place.lane.chat, card);
        send.topic = place.topic.map(|topic| topic.0);
        send.reply_to = saying.reply_to.map(|message| message.0);
        let mut delivery = self.app.delivery_of_card(place.lane, &send, Urgency::Interactive);
        delivery.once = Some(self.once(nth));
        self.app.enqueue(&[delivery]).await?;
        Ok(())
    }

    /// What somebody is expected to write next.
    pub(super) async fn awaited(&self, who: Asked) -> Result<Option<String>, StoreError> {
        let value = self.app.ports().preferences.preference(&who.name(self.bot.id)).await?;
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// Notes what somebody is expected to write next; nothing any more if `None`.
    pub(super) async fn expect(&self, who: Asked, what: Option<&str>) -> Result<(), StoreError> {
        self.app.ports().preferences.prefer(&who.name(self.bot.id), what.unwrap_or_default()).await
    }
}

/// Who is expected to write something, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) chat: telegraphist_domain::ChatId,
    pub(super) user: telegraphist_domain::UserId,
}

impl Asked {
    fn name(self, bot: SessionId) -> String {
        format!("awaiting/{bot}/{}/{}", self.chat, self.user)
    }
}

/// The delivery whose id a button carries.
pub(super) fn delivery_named(simple: &str) -> Option<DeliveryId> {
    Some(DeliveryId(Uuid::parse_str(simple).ok()?))
}
