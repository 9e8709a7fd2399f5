use super::{Lines, Readable, minute, named, page};
use crate::views::{Me, MemberView, Page, SessionView, UserView};

impl Readable for Me {
    fn read(&self, lines: &mut Lines) {
        // The account's own name was written by nobody else, so it goes without the notice.
        let user = user_line(&self.user, &mut Lines::default());
        lines.line(format!("session {}: {user}", self.session));
    }
}

impl Readable for Page<SessionView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "sessions; run `telegraphist login` in a terminal to add one", lines, |session, lines| {
            let default = if session.is_default { " (default)" } else { "" };
            let words = [
                Some(format!("{}{default}", session.name)),
                Some(session.kind.clone()),
                Some(session.state.clone()),
                session.reason.clone(),
                session.username.as_ref().map(|username| format!("@{username}")),
                session.user_id.as_ref().map(|id| format!("user {id}")),
                Some(format!("id {}", session.id)),
            ];
            lines.line(words.into_iter().flatten().collect::<Vec<_>>().join(", "));
        });
    }
}

impl Readable for Page<UserView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "people", lines, |user, lines| {
            let words = user_line(user, lines);
            lines.line(words);
        });
    }
}

impl Readable for Page<MemberView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "members", lines, |member, lines| {
            let rank = member.rank.as_ref().map(|rank| format!("\"{}\"", lines.name(rank)));
            let joined = member.joined.map(|date| format!("joined {}", minute(date)));
            let role = super::chats::role_name(member.role).to_owned();
            let words = [user_line(&member.user, lines), role].into_iter().chain(rank).chain(joined);
            lines.line(words.collect::<Vec<_>>().join(", "));
        });
    }
}

fn user_line(user: &UserView, lines: &mut Lines) -> String {
    let name = named(&user.name, &user.id, user.username.as_deref(), lines);
    std::iter::once(name).chain(user_words(user)).collect::<Vec<_>>().join(", ")
}

/// What is known of a user besides the name.
pub(super) fn user_words(user: &UserView) -> Vec<String> {
    [
        user.is_bot.then(|| "bot".to_owned()),
        user.is_contact.then(|| "contact".to_owned()),
        user.is_blocked.filter(|is| *is).map(|_| "blocked".to_owned()),
        user.is_premium.filter(|is| *is).map(|_| "premium".to_owned()),
        user.phone.as_ref().map(|phone| format!("+{}", phone.trim_start_matches('+'))),
        user.last_seen.as_ref().map(|seen| format!("last seen {seen}")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
