//! The HTML tags that Telegram knows, and what they stand for.

use super::EntityKind;

/// What an inline tag formats; the name is the one that closes it.
pub(super) fn inline(name: &str, attribute: impl Fn(&str) -> Option<String>) -> Option<(&'static str, EntityKind)> {
    Some(match name {
        "b" => ("b", EntityKind::Bold),
        "strong" => ("strong", EntityKind::Bold),
        "i" => ("i", EntityKind::Italic),
        "em" => ("em", EntityKind::Italic),
        "u" => ("u", EntityKind::Underline),
        "ins" => ("ins", EntityKind::Underline),
        "s" => ("s", EntityKind::Strikethrough),
        "strike" => ("strike", EntityKind::Strikethrough),
        "del" => ("del", EntityKind::Strikethrough),
        "tg-spoiler" => ("tg-spoiler", EntityKind::Spoiler),
        "span" if attribute("class").as_deref() == Some("tg-spoiler") => ("span", EntityKind::Spoiler),
        "code" => ("code", EntityKind::Code),
        "a" => ("a", link(&attribute("href")?)?),
        "tg-emoji" => ("tg-emoji", EntityKind::CustomEmoji { id: attribute("emoji-id")?.parse().ok()? }),
        _ => return None,
    })
}

/// What an address formats: `None` if Telegram would not take it as one.
pub(super) fn link(address: &str) -> Option<EntityKind> {
    let address = address.trim();
    if let Some(id) = address.strip_prefix("tg://user?id=") {
        return id.parse().ok().map(|user_id| EntityKind::MentionName { user_id });
    }
    if let Some(id) = address.strip_prefix("tg://emoji?id=") {
        return id.parse().ok().map(|id| EntityKind::CustomEmoji { id });
    }
    let url = || EntityKind::Link { url: address.to_owned() };
    if let Ok(parsed) = url::Url::parse(address) {
        return matches!(parsed.scheme(), "http" | "https" | "tg" | "ton" | "mailto" | "tel").then(url);
    }
    // Telegram completes `example.org/page` itself.
    let host = address.split(['/', '?', '#', ':']).next()?;
    let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    (is_host && !address.contains(char::is_whitespace)).then(url)
}

/// One tag as it stands in a text: its name, whether it closes, and its attributes as written.
pub(super) struct Tag<'a> {
    pub(super) name: String,
    pub(super) is_closing: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads `<name …>` or `</name>`; `source` is exactly the tag.
    pub(super) fn read(source: &'a str) -> Option<Self> {
        let inside = source.strip_prefix('<')?.strip_suffix('>')?;
        let (inside, is_closing) = match inside.strip_prefix('/') {
            Some(rest) => (rest, true),
            None => (inside.strip_suffix('/').unwrap_or(inside), false),
        };
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(end);
        let is_tag = !name.is_empty() && (attributes.is_empty() || attributes.starts_with(char::is_whitespace));
        is_tag.then(|| Self { name: name.to_ascii_lowercase(), is_closing, attributes })
    }

    /// The value of an attribute, quotes removed.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let at = rest.find(name)?;
            let is_whole = rest[..at].ends_with(char::is_whitespace);
            rest = &rest[at + name.len()..];
            let Some(value) = rest.trim_start().strip_prefix('=').filter(|_| is_whole) else { continue };
            let value = value.trim_start();
            let value = match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next()?,
                _ => value.split_whitespace().next()?,
            };
            return Some(value.replace("&amp;", "&").replace("&quot;", "\""));
        }
    }
}
