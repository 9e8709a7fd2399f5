//! Where a marked piece of text may lead.

use super::Parsed;
use super::output::{Date, Mark};

/// The mark that an address makes of a text; nothing if it leads nowhere.
pub(super) fn link(address: &str) -> Option<Mark> {
    person(address).map(Mark::Person).or_else(|| checked(address).map(Mark::Link))
}

/// `tg://user?id=…`
fn person(address: &str) -> Option<i64> {
    address.strip_prefix("tg://user?id=")?.parse().ok().filter(|id| *id > 0)
}

/// An address in its full form; nothing if it is none.
pub(super) fn checked(address: &str) -> Option<String> {
    let address = address.trim();
    let parsed = url::Url::parse(address).ok().filter(url::Url::has_host);
    let parsed = match parsed {
        Some(parsed) => parsed,
        None if address.contains("://") => return None,
        None => url::Url::parse(&format!("http://{address}")).ok()?,
    };
    match parsed.scheme() {
        "tg" | "ton" | "tonsite" => Some(address.to_owned()),
        "http" | "https" | "ftp" => {
            parsed.host_str().filter(|host| host.contains('.') || *host == "localhost").map(|_| parsed.to_string())
        }
        _ => None,
    }
}

/// What stands in the brackets after `![…]`: a custom emoji or a moment.
pub(super) fn special(address: &str) -> Parsed<Mark> {
    if let Some(query) = address.strip_prefix("tg://time?") {
        let value = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let moment = value("unix").and_then(|moment| moment.parse().ok());
        let date = moment.and_then(|moment| Date::with_format(moment, &value("format").unwrap_or_default()));
        return date.map(Mark::Date).ok_or_else(|| "Invalid date specified".to_owned());
    }
    let query = address.strip_prefix("tg://emoji?");
    let query = query.ok_or_else(|| "Custom emoji URL must have scheme tg".to_owned())?;
    let id = query.split('&').find_map(|pair| pair.strip_prefix("id="));
    let id = id.ok_or_else(|| "Custom emoji URL must have an emoji identifier".to_owned())?;
    let id = id.parse().ok().filter(|id| *id != 0);
    id.map(Mark::Emoji).ok_or_else(|| "Invalid custom emoji identifier specified".to_owned())
}
