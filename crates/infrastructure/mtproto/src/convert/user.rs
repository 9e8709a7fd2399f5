use chrono::SecondsFormat;
use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::UserView;

use super::moment;

/// First and last name; Telegram leaves both empty for accounts that are gone.
pub(crate) fn display_name(user: &tl::types::User) -> String {
    if user.deleted {
        return "Deleted account".to_owned();
    }
    let first = user.first_name.as_deref().unwrap_or_default().trim();
    let last = user.last_name.as_deref().unwrap_or_default().trim();
    match (first, last) {
        ("", "") => user.id.to_string(),
        (first, "") => first.to_owned(),
        ("", last) => last.to_owned(),
        (first, last) => format!("{first} {last}"),
    }
}

/// The public name, without `@`.
pub(crate) fn username_of(user: &tl::types::User) -> Option<String> {
    public_name(user.username.as_deref(), user.usernames.as_deref())
}

/// The one public name, or the first active of several.
pub(super) fn public_name(single: Option<&str>, several: Option<&[tl::enums::Username]>) -> Option<String> {
    single.map(str::to_owned).or_else(|| {
        several.unwrap_or_default().iter().find_map(|name| {
            let tl::enums::Username::Username(name) = name;
            name.active.then(|| name.username.clone())
        })
    })
}

/// A user as it stands in a list. Phone number and last visit only in detail.
pub(crate) fn user_view(user: &tl::types::User, format: ResponseFormat) -> UserView {
    let is_detailed = format == ResponseFormat::Detailed;
    UserView {
        id: user.id.to_string(),
        name: Foreign::new(display_name(user)),
        username: username_of(user),
        phone: user.phone.as_ref().filter(|_| is_detailed).map(|phone| format!("+{phone}")),
        is_bot: user.bot,
        is_contact: user.contact,
        is_blocked: None,
        last_seen: user.status.as_ref().filter(|_| is_detailed).and_then(last_seen),
        is_premium: (is_detailed && user.premium).then_some(true),
    }
}

fn last_seen(status: &tl::enums::UserStatus) -> Option<String> {
    match status {
        tl::enums::UserStatus::Empty => None,
        tl::enums::UserStatus::Online(_) => Some("online".to_owned()),
        tl::enums::UserStatus::Offline(offline) => {
            Some(moment(offline.was_online).to_rfc3339_opts(SecondsFormat::Secs, true))
        }
        tl::enums::UserStatus::Recently(_) => Some("recently".to_owned()),
        tl::enums::UserStatus::LastWeek(_) => Some("last week".to_owned()),
        tl::enums::UserStatus::LastMonth(_) => Some("last month".to_owned()),
    }
}
