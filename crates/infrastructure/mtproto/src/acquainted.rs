//! What chat policy asks of an account: whom it knows, and how it sorts its chats.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use grammers_tl_types as tl;
use telegraphist_application::grants::{Circle, Folder, FolderKinds, Place};
use telegraphist_application::ports::{Acquainted, Execution, TelegramError};
use telegraphist_domain::{ChatId, ChatRef};

use crate::account::Account;
use crate::operations::{id_of_input, name_of};
use crate::peers::chat_id;

/// How long what was learnt is used.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(1);

/// What was learnt last.
#[derive(Default)]
pub(crate) struct KeptCircle(Mutex<Option<(DateTime<Utc>, Arc<Circle>)>>);

impl KeptCircle {
    fn get(&self, now: DateTime<Utc>) -> Option<Arc<Circle>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back makes nothing last longer.
        let is_fresh = |at: DateTime<Utc>| now >= at && now - at < KEPT_FOR;
        kept.as_ref().filter(|(at, _)| is_fresh(*at)).map(|(_, circle)| Arc::clone(circle))
    }

    fn put(&self, now: DateTime<Utc>, circle: &Arc<Circle>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(circle)));
    }
}

#[async_trait]
impl Acquainted for Account {
    async fn circle(&self, call: &Execution) -> Result<Arc<Circle>, TelegramError> {
        let now = self.clock().now();
        if let Some(circle) = self.circle.get(now) {
            return Ok(circle);
        }
        let (contacts, folders) = futures::future::try_join(self.contact_ids(call), self.folders(call)).await?;
        let circle = Arc::new(Circle { own: Some(self.own.id), contacts, folders });
        self.circle.put(now, &circle);
        Ok(circle)
    }

    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        Ok((&self.resolve(call, chat).await?).into())
    }
}

impl Account {
    /// Refuses a message by a stranger, where those are withheld. Whoever forwarded it, it is not known whose it is.
    pub(crate) fn check_author(call: &Execution, message: &tl::enums::Message) -> Result<(), TelegramError> {
        let author = match message {
            tl::enums::Message::Message(message) if message.fwd_from.is_some() => None,
            tl::enums::Message::Message(message) if message.out => return Ok(()),
            tl::enums::Message::Message(message) => Some(message.from_id.as_ref().unwrap_or(&message.peer_id)),
            tl::enums::Message::Service(message) => Some(message.from_id.as_ref().unwrap_or(&message.peer_id)),
            tl::enums::Message::Empty(_) => None,
        };
        call.reach.check_author(author.map(chat_id))
    }

    async fn contact_ids(&self, call: &Execution) -> Result<HashSet<ChatId>, TelegramError> {
        match self.read(call, &tl::functions::contacts::GetContacts { hash: 0 }).await? {
            tl::enums::contacts::Contacts::Contacts(all) => {
                let ids = all.contacts.iter().map(|contact| {
                    let tl::enums::Contact::Contact(contact) = contact;
                    ChatId(contact.user_id)
                });
                Ok(ids.collect())
            }
            // Only an answer to a request with a hash; ours carries none.
            tl::enums::contacts::Contacts::NotModified => Ok(HashSet::new()),
        }
    }

    async fn folders(&self, call: &Execution) -> Result<Vec<Folder>, TelegramError> {
        let request = tl::functions::messages::GetDialogFilters {};
        let tl::enums::messages::DialogFilters::Filters(answer) = self.read(call, &request).await?;
        Ok(answer.filters.iter().filter_map(|filter| self.folder_of(filter)).collect())
    }

    fn folder_of(&self, filter: &tl::enums::DialogFilter) -> Option<Folder> {
        let (_, title) = name_of(filter)?;
        let ids = |peers: &[tl::enums::InputPeer]| -> HashSet<ChatId> {
            peers.iter().filter_map(|peer| id_of_input(peer, self.own_id())).collect()
        };
        let named = |pinned: &[tl::enums::InputPeer], included: &[tl::enums::InputPeer]| {
            let mut named = ids(pinned);
            named.extend(ids(included));
            named
        };
        let folder = match filter {
            tl::enums::DialogFilter::Default => return None,
            tl::enums::DialogFilter::Chatlist(list) => {
                Folder { named: named(&list.pinned_peers, &list.include_peers), ..Folder::default() }
            }
            tl::enums::DialogFilter::Filter(filter) => Folder {
                named: named(&filter.pinned_peers, &filter.include_peers),
                left_out: ids(&filter.exclude_peers),
                kinds: FolderKinds {
                    contacts: filter.contacts,
                    non_contacts: filter.non_contacts,
                    groups: filter.groups,
                    channels: filter.broadcasts,
                    bots: filter.bots,
                },
                is_fleeting: filter.exclude_muted || filter.exclude_read || filter.exclude_archived,
                ..Folder::default()
            },
        };
        Some(Folder { title: title.into(), ..folder })
    }
}
