use grammers_tl_types as tl;
use telegraphist_application::arguments::{MemberRole, ResponseFormat};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::MemberView;

use super::{Directory, moment, user_view};

struct Membership<'a> {
    user_id: i64,
    role: MemberRole,
    rank: Option<&'a str>,
    joined: Option<i32>,
}

/// A member of a supergroup or channel; none where the answer does not say who it is, or where it is not a person.
pub(crate) fn channel_member(
    participant: &tl::enums::ChannelParticipant,
    directory: &Directory<'_>,
) -> Option<MemberView> {
    use tl::enums::ChannelParticipant as Participant;
    let membership = match participant {
        Participant::Participant(member) => Membership {
            user_id: member.user_id,
            role: MemberRole::Member,
            rank: member.rank.as_deref(),
            joined: Some(member.date),
        },
        Participant::ParticipantSelf(member) => Membership {
            user_id: member.user_id,
            role: MemberRole::Member,
            rank: member.rank.as_deref(),
            joined: Some(member.date),
        },
        Participant::Creator(owner) => {
            Membership { user_id: owner.user_id, role: MemberRole::Owner, rank: owner.rank.as_deref(), joined: None }
        }
        Participant::Admin(admin) => Membership {
            user_id: admin.user_id,
            role: MemberRole::Admin,
            rank: admin.rank.as_deref(),
            joined: Some(admin.date),
        },
        Participant::Banned(banned) => Membership {
            user_id: user_id_of(&banned.peer)?,
            role: MemberRole::Banned,
            rank: banned.rank.as_deref(),
            joined: None,
        },
        Participant::Left(_) => return None,
    };
    view(&membership, directory)
}

/// A member of a basic group.
pub(crate) fn basic_group_member(
    participant: &tl::enums::ChatParticipant,
    directory: &Directory<'_>,
) -> Option<MemberView> {
    use tl::enums::ChatParticipant as Participant;
    let membership = match participant {
        Participant::Participant(member) => Membership {
            user_id: member.user_id,
            role: MemberRole::Member,
            rank: member.rank.as_deref(),
            joined: Some(member.date),
        },
        Participant::Creator(owner) => {
            Membership { user_id: owner.user_id, role: MemberRole::Owner, rank: owner.rank.as_deref(), joined: None }
        }
        Participant::Admin(admin) => Membership {
            user_id: admin.user_id,
            role: MemberRole::Admin,
            rank: admin.rank.as_deref(),
            joined: Some(admin.date),
        },
    };
    view(&membership, directory)
}

const fn user_id_of(peer: &tl::enums::Peer) -> Option<i64> {
    match peer {
        tl::enums::Peer::User(user) => Some(user.user_id),
        tl::enums::Peer::Chat(_) | tl::enums::Peer::Channel(_) => None,
    }
}

fn view(membership: &Membership<'_>, directory: &Directory<'_>) -> Option<MemberView> {
    let user = directory.user(membership.user_id)?;
    let role = match membership.role {
        MemberRole::Member if user.bot => MemberRole::Bot,
        role => role,
    };
    Some(MemberView {
        user: user_view(user, ResponseFormat::Concise),
        role,
        rank: membership.rank.map(Foreign::new),
        joined: membership.joined.filter(|date| *date > 0).map(moment),
    })
}
