//! Members of groups and channels. Telegram can filter by a role or by a name, not by both: the other is applied here,
//! a bounded number of pages at a time, and the cursor goes on after the last member that was looked at.

use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::{MemberRole, limit};
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ListMembers;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, PeerKind, TelegramError};
use telegraphist_application::views::{MemberView, Page};
use telegraphist_domain::references::Bare;

use super::{PAGE_MAX, PAGES_PER_CALL_MAX};
use crate::account::Account;
use crate::convert::{Directory, basic_group_member, channel_member};

/// How many members were looked at already.
#[derive(Serialize, Deserialize)]
struct Position(usize);

/// What is wanted of the members.
struct Wanted {
    role: Option<MemberRole>,
    /// Lower case; none is everybody.
    query: Option<String>,
    limit: usize,
}

#[async_trait]
impl Execute<ListMembers> for Account {
    async fn execute(&self, call: &Execution, operation: &ListMembers) -> Result<Page<MemberView>, TelegramError> {
        let query = operation.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
        let wanted =
            Wanted { role: operation.role, query: query.map(str::to_lowercase), limit: limit(operation.limit, 50)? };
        let Position(from) = call.cursors.position()?.unwrap_or(Position(0));
        let peer = self.chat(call, &operation.chat).await?;
        match peer.kind {
            PeerKind::User | PeerKind::Bot => {
                Err(Refused::new("chat", "is a person; only groups and channels have members").into())
            }
            PeerKind::Group => self.members_of_group(call, &peer, &wanted, from).await,
            PeerKind::Supergroup | PeerKind::Channel => self.members_of_channel(call, &peer, &wanted, from).await,
        }
    }
}

impl Wanted {
    /// Whether a member is of the role; an administrator may be a bot as well.
    fn is_of_role(&self, member: &MemberView) -> bool {
        match self.role {
            None => true,
            Some(MemberRole::Bot) => member.user.is_bot,
            Some(role) => role == member.role,
        }
    }

    fn is_of_name(&self, member: &MemberView) -> bool {
        let Some(query) = &self.query else {
            return true;
        };
        let username = member.user.username.as_deref().unwrap_or_default();
        member.user.name.as_str().to_lowercase().contains(query)
            || username.to_lowercase().contains(query.trim_start_matches('@'))
    }

    /// Whether names are left to be looked at here: Telegram finds them in its own way where it does.
    const fn is_name_ours(&self) -> bool {
        matches!(self.role, Some(MemberRole::Owner | MemberRole::Admin | MemberRole::Bot))
    }

    /// What Telegram filters itself.
    fn filter(&self) -> tl::enums::ChannelParticipantsFilter {
        use tl::enums::ChannelParticipantsFilter as Filter;
        let q = self.query.clone().unwrap_or_default();
        match self.role {
            Some(MemberRole::Owner | MemberRole::Admin) => Filter::ChannelParticipantsAdmins,
            Some(MemberRole::Bot) => Filter::ChannelParticipantsBots,
            Some(MemberRole::Banned) => tl::types::ChannelParticipantsKicked { q }.into(),
            Some(MemberRole::Member) | None if self.query.is_some() => {
                tl::types::ChannelParticipantsSearch { q }.into()
            }
            Some(MemberRole::Member) | None => Filter::ChannelParticipantsRecent,
        }
    }

    /// Whether Telegram's filter leaves something to be filtered here.
    const fn is_filtered_here(&self) -> bool {
        match self.role {
            None | Some(MemberRole::Banned) => false,
            Some(MemberRole::Bot | MemberRole::Admin) => self.query.is_some(),
            Some(MemberRole::Owner | MemberRole::Member) => true,
        }
    }
}

impl Account {
    async fn members_of_channel(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        wanted: &Wanted,
        from: usize,
    ) -> Result<Page<MemberView>, TelegramError> {
        let asked = if wanted.is_filtered_here() { PAGE_MAX } else { wanted.limit };
        let mut offset = from;
        let mut items = Vec::new();
        for _ in 0..PAGES_PER_CALL_MAX {
            let request = tl::functions::channels::GetParticipants {
                channel: Self::input_channel(peer)?,
                filter: wanted.filter(),
                offset: offset as i32,
                limit: asked as i32,
                hash: 0,
            };
            let page = match self.read(call, &request).await? {
                tl::enums::channels::ChannelParticipants::Participants(page) => page,
                // Only an answer to a request with a hash; ours carry none.
                tl::enums::channels::ChannelParticipants::NotModified => break,
            };
            self.learn(&page.users, &page.chats).await?;
            let directory = Directory::new(&page.users, &page.chats, self.own_id());
            let total = usize::try_from(page.count).unwrap_or_default();
            for participant in &page.participants {
                if items.len() == wanted.limit {
                    return Ok(Page::new(items, Some(call.cursors.seal(&Position(offset)))));
                }
                offset += 1;
                let member = channel_member(participant, &directory);
                items.extend(member.filter(|member| {
                    wanted.is_of_role(member) && (!wanted.is_name_ours() || wanted.is_of_name(member))
                }));
            }
            if page.participants.is_empty() || offset >= total {
                return Ok(Page::new(items, None));
            }
            if items.len() == wanted.limit {
                break;
            }
        }
        Ok(Page::new(items, Some(call.cursors.seal(&Position(offset)))))
    }

    /// Telegram tells the members of a basic group all at once.
    async fn members_of_group(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        wanted: &Wanted,
        from: usize,
    ) -> Result<Page<MemberView>, TelegramError> {
        let Bare::Group(chat_id) = peer.id.unmarked() else {
            return Err(TelegramError::UnknownChat);
        };
        let request = tl::functions::messages::GetFullChat { chat_id };
        let tl::enums::messages::ChatFull::Full(full) = self.read(call, &request).await?;
        self.learn(&full.users, &full.chats).await?;
        let directory = Directory::new(&full.users, &full.chats, self.own_id());
        let members: Vec<MemberView> = participants(&full.full_chat)?
            .iter()
            .filter_map(|participant| basic_group_member(participant, &directory))
            .filter(|member| wanted.is_of_role(member) && wanted.is_of_name(member))
            .collect();
        let next = from + wanted.limit;
        let has_more = members.len() > next;
        let items = members.into_iter().skip(from).take(wanted.limit).collect();
        Ok(Page::new(items, has_more.then(|| call.cursors.seal(&Position(next)))))
    }
}

fn participants(full: &tl::enums::ChatFull) -> Result<&[tl::enums::ChatParticipant], TelegramError> {
    let tl::enums::ChatFull::Full(full) = full else {
        return Err(TelegramError::UnknownChat);
    };
    match &full.participants {
        tl::enums::ChatParticipants::Participants(all) => Ok(&all.participants),
        tl::enums::ChatParticipants::Forbidden(_) => {
            Err(TelegramError::Forbidden { telegram: "CHAT_FORBIDDEN".to_owned() })
        }
    }
}
