//! Pages of the list of chats.

use std::collections::HashMap;

use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::ports::{Execution, KnownPeer, TelegramError};
use telegraphist_application::views::ChatView;
use telegraphist_domain::ChatId;

use crate::account::Account;
use crate::convert::{Directory, Rendering, date_of, id_of, peer_of};
use crate::peers::chat_id;

/// The folder that Telegram calls the archive.
pub(super) const ARCHIVE: i32 = 1;

/// Chats with their newest messages and everybody they name.
#[derive(Default)]
pub(super) struct Dialogs {
    pub(super) all: Vec<tl::types::Dialog>,
    messages: HashMap<(ChatId, i32), tl::enums::Message>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// How many entries the answer had, counting those that are not chats.
    pub(super) len: usize,
    /// Whether Telegram said that this is all.
    pub(super) is_whole: bool,
}

impl Dialogs {
    fn new(
        dialogs: Vec<tl::enums::Dialog>,
        messages: Vec<tl::enums::Message>,
        users: Vec<tl::enums::User>,
        chats: Vec<tl::enums::Chat>,
        is_whole: bool,
    ) -> Self {
        let len = dialogs.len();
        let dialogs = dialogs
            .into_iter()
            .filter_map(|dialog| match dialog {
                tl::enums::Dialog::Dialog(dialog) => Some(dialog),
                // The archive as an entry of the main list, and communities, are no chats.
                tl::enums::Dialog::Folder(_) | tl::enums::Dialog::Community(_) => None,
            })
            .collect();
        let messages = messages
            .into_iter()
            .filter_map(|message| Some(((chat_id(peer_of(&message)?), id_of(&message)), message)))
            .collect();
        Self { all: dialogs, messages, users, chats, len, is_whole }
    }

    /// Who is who.
    pub(super) fn directory(&self, account: &Account) -> Directory<'_> {
        Directory::new(&self.users, &self.chats, account.own_id())
    }

    /// When a chat last had a message.
    pub(super) fn date_of(&self, dialog: &tl::types::Dialog) -> Option<i32> {
        self.top_message(dialog).and_then(date_of)
    }

    fn top_message(&self, dialog: &tl::types::Dialog) -> Option<&tl::enums::Message> {
        self.messages.get(&(chat_id(&dialog.peer), dialog.top_message))
    }

    /// A chat as it stands in the list.
    pub(super) fn view(
        &self,
        dialog: &tl::types::Dialog,
        directory: &Directory<'_>,
        format: ResponseFormat,
        now: i32,
    ) -> ChatView {
        let rendering = Rendering { directory, format, names_chat: false };
        let view = directory.chat_view(&dialog.peer);
        let has_dialogue = dialog.top_message != 0 && matches!(dialog.peer, tl::enums::Peer::User(_));
        ChatView {
            is_mine: view.is_mine || has_dialogue,
            unread: Some(dialog.unread_count),
            unread_mentions: Some(dialog.unread_mentions_count).filter(|count| *count > 0),
            is_pinned: dialog.pinned.then_some(true),
            is_archived: (dialog.folder_id == Some(ARCHIVE)).then_some(true),
            is_muted: is_muted(dialog, now).then_some(true),
            last_message: self.top_message(dialog).and_then(|message| rendering.view(message)),
            ..view
        }
    }
}

/// Whether notifications of a chat are off.
pub(super) fn is_muted(dialog: &tl::types::Dialog, now: i32) -> bool {
    let tl::enums::PeerNotifySettings::Settings(settings) = &dialog.notify_settings;
    settings.mute_until.is_some_and(|until| until > now)
}

/// Whether a chat has something to read; a person can also mark it so by hand.
pub(super) const fn is_unread(dialog: &tl::types::Dialog) -> bool {
    dialog.unread_count > 0 || dialog.unread_mark
}

impl Account {
    /// One page of the list of chats.
    pub(super) async fn dialogs(
        &self,
        call: &Execution,
        request: &tl::functions::messages::GetDialogs,
    ) -> Result<Dialogs, TelegramError> {
        use tl::enums::messages::Dialogs as Answer;
        let page = match self.read(call, request).await? {
            Answer::Dialogs(all) => Dialogs::new(all.dialogs, all.messages, all.users, all.chats, true),
            Answer::Slice(slice) => Dialogs::new(slice.dialogs, slice.messages, slice.users, slice.chats, false),
            // Only an answer to a request with a hash; ours carry none.
            Answer::NotModified(_) => Dialogs { is_whole: true, ..Dialogs::default() },
        };
        self.learn(&page.users, &page.chats).await?;
        self.newest.note(page.messages.values());
        Ok(page)
    }

    /// These chats as they stand in the list.
    pub(super) async fn peer_dialogs(
        &self,
        call: &Execution,
        peers: Vec<tl::enums::InputPeer>,
    ) -> Result<Dialogs, TelegramError> {
        let peers = peers.into_iter().map(|peer| tl::types::InputDialogPeer { peer }.into()).collect();
        let request = tl::functions::messages::GetPeerDialogs { peers };
        let tl::enums::messages::PeerDialogs::Dialogs(all) = self.read(call, &request).await?;
        let page = Dialogs::new(all.dialogs, all.messages, all.users, all.chats, true);
        self.learn(&page.users, &page.chats).await?;
        Ok(page)
    }

    /// One chat as it stands in the list, or would.
    pub(super) async fn chat_in_list(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        format: ResponseFormat,
    ) -> Result<ChatView, TelegramError> {
        let page = self.peer_dialogs(call, vec![Self::input_peer(peer)]).await?;
        let dialog = page.all.iter().find(|dialog| chat_id(&dialog.peer) == peer.id);
        let dialog = dialog.ok_or(TelegramError::UnknownChat)?;
        Ok(page.view(dialog, &page.directory(self), format, self.now()))
    }

    /// Now, in Telegram's dates.
    pub(super) fn now(&self) -> i32 {
        i32::try_from(self.clock().now().timestamp()).unwrap_or(i32::MAX)
    }
}
