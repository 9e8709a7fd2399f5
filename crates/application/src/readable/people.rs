use super::{Lines, List, Readable, minute, named, page};
use crate::views::{Me, MemberView, Page, SessionView, UserView};

impl Readable for Me {
    fn read(&self, lines: &mut Lines) {
        lines.put(format_args!("session {}: ", self.session));
        // The account's own name was written by nobody else, so it goes without the notice.
        let is_foreign = lines.is_foreign;
        user_words(&self.user, &mut lines.list(", "));
        lines.is_foreign = is_foreign;
        lines.end();
    }
}

impl Readable for Page<SessionView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "sessions; run `telegraphist login` in a terminal to add one", lines, |session, lines| {
            lines.push(&session.name);
            lines.push(if session.is_default { " (default), " } else { ", " });
            let mut words = lines.list(", ");
            words.next().push(&session.kind);
            words.next().push(&session.state);
            if let Some(reason) = &session.reason {
                words.next().push(reason);
            }
            if let Some(connection) = &session.connection {
                words.next().push(connection);
            }
            if let Some(username) = &session.username {
                words.add(format_args!("@{username}"));
            }
            if let Some(id) = &session.user_id {
                words.add(format_args!("user {id}"));
            }
            words.add(format_args!("id {}", session.id));
        });
    }
}

impl Readable for Page<UserView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "people", lines, |user, lines| user_words(user, &mut lines.list(", ")));
    }
}

impl Readable for Page<MemberView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "members", lines, |member, lines| {
            let mut words = lines.list(", ");
            user_words(&member.user, &mut words);
            words.next().push(super::chats::role_name(member.role));
            if let Some(rank) = &member.rank {
                words.next().push("\"");
                words.lines.name(rank);
                words.lines.push("\"");
            }
            if let Some(date) = member.joined {
                words.next().push("joined ");
                minute(date, words.lines);
            }
        });
    }
}

fn user_words(user: &UserView, words: &mut List<'_>) {
    named(&user.name, &user.id, user.username.as_deref(), words.next());
    add_what_is_known(user, words);
}

/// What is known of a user besides the name.
pub(super) fn add_what_is_known(user: &UserView, words: &mut List<'_>) {
    words.add_if(user.is_bot, "bot");
    words.add_if(user.is_contact, "contact");
    words.add_if(user.is_blocked == Some(true), "blocked");
    words.add_if(user.is_premium == Some(true), "premium");
    if let Some(phone) = &user.phone {
        words.add(format_args!("+{}", phone.trim_start_matches('+')));
    }
    if let Some(seen) = &user.last_seen {
        words.add(format_args!("last seen {seen}"));
    }
}
