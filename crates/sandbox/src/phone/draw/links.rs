//! Addresses that people and bots wrote: where they may lead, and whether that is a page of the phone.

use crate::phone::eyes::Eyes;
use crate::world::peers::Peer;

/// An address that a browser may follow: of the web, of a mailbox or of a phone, and nothing else.
pub(in crate::phone) fn web_address(url: &str) -> Option<String> {
    let url = url.trim();
    let parsed = url::Url::parse(url).or_else(|_| url::Url::parse(&format!("https://{url}"))).ok()?;
    // Without a scheme, a host and a port would read as a scheme and a path.
    let parsed = if parsed.cannot_be_a_base() && !matches!(parsed.scheme(), "mailto" | "tel") {
        url::Url::parse(&format!("https://{url}")).ok().filter(|parsed| parsed.port().is_some())?
    } else {
        parsed
    };
    matches!(parsed.scheme(), "http" | "https" | "mailto" | "tel").then(|| parsed.to_string())
}

/// The page of the phone that an address of Telegram leads to: `t.me/name`, `t.me/bot?start=word`, `tg://user?id=1`, `tg://resolve?domain=name`.
pub(in crate::phone) fn inner_address(eyes: &Eyes<'_>, url: &str) -> Option<String> {
    let url = url.trim();
    let url = url.strip_prefix("t.me/").map_or_else(|| url.to_owned(), |rest| format!("https://t.me/{rest}"));
    let parsed = url::Url::parse(&url).ok()?;
    let argument = |name: &str| {
        let found = parsed.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    let peer = match (parsed.scheme(), parsed.host_str()?) {
        ("tg", "user") => Peer::User(argument("id")?.parse().ok()?),
        ("tg", "resolve") => eyes.world.by_username(&argument("domain")?)?,
        ("http" | "https", "t.me" | "telegram.me") => {
            let mut steps = parsed.path_segments()?;
            let (name, rest) = (steps.next()?, steps.next().filter(|rest| !rest.is_empty()));
            // Anything deeper is a post or something that the box does not know.
            if rest.is_some() {
                return None;
            }
            eyes.world.by_username(name)?
        }
        _ => return None,
    };
    let href = eyes.may_open(peer).then(|| eyes.href(peer, None))?;
    Some(match argument("start").filter(|_| eyes.is_bot(peer)) {
        Some(word) => {
            format!("{href}?start={}", url::form_urlencoded::byte_serialize(word.as_bytes()).collect::<String>())
        }
        None => href,
    })
}
