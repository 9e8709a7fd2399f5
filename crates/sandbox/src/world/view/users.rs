//! People and bots as others see them.

use grammers_tl_types as tl;

use super::blank;
use crate::world::World;
use crate::world::accounts::Account;
use crate::world::files::FILES_DC;
use crate::world::peers::Peer;

/// How long an account that is online counts as such without a sign of life.
const ONLINE_SECONDS: i32 = 300;

impl World {
    /// One account as another sees it.
    pub fn view_user(&self, viewer: i64, id: i64) -> Option<tl::enums::User> {
        let account = self.accounts.get(id)?;
        let contact = self.mailbox(viewer).contacts.get(&id);
        let mut user: tl::types::User = blank(&[]);
        user.id = id;
        user.access_hash = Some(self.access_hash(viewer, Peer::User(id)));
        user.is_self = viewer == id;
        user.contact = contact.is_some();
        user.mutual_contact = contact.is_some() && self.mailbox(id).contacts.contains_key(&viewer);
        user.bot = account.bot;
        user.bot_info_version = account.bot.then(|| 1 + self.bot(id).map_or(0, |bot| bot.presentation.version));
        let (first, last) = match contact {
            Some(contact) => (&contact.first_name, &contact.last_name),
            None => (&account.first_name, &account.last_name),
        };
        user.first_name = Some(first.clone());
        user.last_name = (!last.is_empty()).then(|| last.clone());
        user.username.clone_from(&account.username);
        let shows_phone = !account.bot && (user.is_self || user.contact);
        user.phone = shows_phone.then(|| account.phone.clone());
        user.photo = account.photo.map(|photo_id| {
            tl::types::UserProfilePhoto {
                has_video: false,
                personal: false,
                photo_id,
                stripped_thumb: None,
                dc_id: FILES_DC,
            }
            .into()
        });
        user.status = (!account.bot).then(|| self.view_status(account));
        Some(user.into())
    }

    /// When somebody was seen last.
    pub fn view_status(&self, account: &Account) -> tl::enums::UserStatus {
        match account.last_seen {
            0 => tl::types::UserStatusOnline { expires: self.now() + ONLINE_SECONDS }.into(),
            was_online => tl::types::UserStatusOffline { was_online }.into(),
        }
    }

    /// The long form of a profile.
    pub fn view_full_user(&self, viewer: i64, id: i64) -> Option<tl::types::UserFull> {
        let account = self.accounts.get(id)?;
        let peer = Peer::User(id);
        let mailbox = self.mailbox(viewer);
        // The fields before the required boxed ones: two flag words and the id.
        let mut full: tl::types::UserFull = blank(&[0, 0, 0, 0, 0xf477_41f7, 0, 0x9962_2c0c]);
        full.id = id;
        full.blocked = mailbox.has_blocked(peer);
        full.can_pin_message = true;
        full.about = (!account.about.is_empty()).then(|| account.about.clone());
        full.profile_photo = account.photo.and_then(|photo| self.view_photo(photo));
        full.bot_info = account.bot.then(|| {
            let mut info: tl::types::BotInfo = blank(&[]);
            info.user_id = Some(id);
            let presentation = self.bot(id).map(|bot| &bot.presentation);
            let described = presentation.and_then(|presentation| presentation.descriptions.get(""));
            info.description = Some(described.unwrap_or(&account.about).clone());
            let commands = self.commands_for(id, peer, viewer, "").iter().map(|command| {
                tl::types::BotCommand {
                    ephemeral: false,
                    command: command.command.clone(),
                    description: command.description.clone(),
                }
                .into()
            });
            info.commands = Some(commands.collect::<Vec<_>>()).filter(|commands| !commands.is_empty());
            info.into()
        });
        full.pinned_msg_id = self.newest_pinned(viewer, peer);
        full.common_chats_count = super::count(self.common_chats(viewer, id).len());
        full.has_scheduled = mailbox.scheduled.get(&peer).is_some_and(|waiting| !waiting.is_empty());
        full.folder_id = mailbox.dialogs.get(&peer).filter(|dialog| dialog.archived).map(|_| 1);
        Some(full)
    }
}
