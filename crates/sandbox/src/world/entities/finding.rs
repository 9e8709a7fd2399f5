//! Words that stand for something although nobody marked them: links, addresses, names, tags, commands, phone numbers.

use std::ops::Range;

/// What such a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A link.
    Url,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// `@name`.
    Mention,
    /// `#tag`.
    Hashtag,
    /// `$TAG`.
    Cashtag,
    /// `/command`.
    Command,
}

/// Schemes that make a link of what follows. The second says whether a host has to follow.
const SCHEMES: [(&str, bool); 6] = [
    ("https://", true),
    ("http://", true),
    ("ftp://", true),
    ("tonsite://", true),
    ("tg://", false),
    ("ton://", false),
];
/// Names under which a bare host is a link. Two letters are always a country.
const TOP_LEVEL: [&str; 44] = [
    "com",
    "org",
    "net",
    "edu",
    "gov",
    "mil",
    "int",
    "info",
    "biz",
    "name",
    "pro",
    "app",
    "dev",
    "page",
    "blog",
    "cloud",
    "shop",
    "store",
    "site",
    "online",
    "website",
    "tech",
    "space",
    "live",
    "news",
    "media",
    "agency",
    "digital",
    "email",
    "link",
    "wiki",
    "xyz",
    "club",
    "art",
    "design",
    "studio",
    "world",
    "group",
    "team",
    "tools",
    "games",
    "ton",
    "рф",
    "москва",
];

/// All such words with their byte ranges, in the order of the text.
pub(crate) fn findings(text: &str) -> Vec<(Range<usize>, Found)> {
    let mut found = Vec::new();
    let mut place = 0;
    let mut before = None;
    while let Some(letter) = text[place..].chars().next() {
        let length = if let Some((kind, length)) = recognise(&text[place..], letter, before) {
            found.push((place..place + length, kind));
            length
        } else {
            letter.len_utf8()
        };
        before = text[place..place + length].chars().next_back();
        place += length;
    }
    found
}

fn recognise(rest: &str, letter: char, before: Option<char>) -> Option<(Found, usize)> {
    let begins_word = !before.is_some_and(is_word);
    let kind = match letter {
        _ if !begins_word => return None,
        '@' => Found::Mention,
        '#' => Found::Hashtag,
        '$' => Found::Cashtag,
        '/' if !matches!(before, Some('/' | '<' | '>')) => Found::Command,
        '+' => Found::Phone,
        _ if letter.is_alphanumeric() && !matches!(before, Some('.' | '-' | '@' | '/' | '+')) => return address(rest),
        _ => return None,
    };
    let length = match kind {
        Found::Mention => mention(rest),
        Found::Hashtag => hashtag(rest),
        Found::Cashtag => cashtag(rest),
        Found::Command => command(rest),
        _ => phone(rest),
    };
    length.map(|length| (kind, length))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// How many bytes at the beginning consist of such letters.
fn run(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !accept(letter)).unwrap_or(text.len())
}

fn ends_word(rest: &str) -> bool {
    !rest.chars().next().is_some_and(is_word)
}

fn mention(rest: &str) -> Option<usize> {
    let length = run(&rest[1..], is_name);
    ((4..=32).contains(&length) && ends_word(&rest[1 + length..])).then_some(1 + length)
}

fn hashtag(rest: &str) -> Option<usize> {
    let name = &rest[1..][..run(&rest[1..], is_word)];
    let is_tag = name.chars().any(|letter| !letter.is_numeric()) && name.chars().count() <= 256;
    (is_tag && !rest[1 + name.len()..].starts_with('#')).then_some(1 + name.len())
}

fn cashtag(rest: &str) -> Option<usize> {
    let length = run(&rest[1..], |letter| letter.is_ascii_uppercase());
    let after = &rest[1 + length..];
    ((3..=8).contains(&length) && ends_word(after) && !after.starts_with('$')).then_some(1 + length)
}

fn command(rest: &str) -> Option<usize> {
    let length = run(&rest[1..], is_name);
    if !(1..=64).contains(&length) {
        return None;
    }
    let mut end = 1 + length;
    if rest[end..].starts_with('@') {
        let name = run(&rest[end + 1..], is_name);
        end += if (3..=32).contains(&name) { 1 + name } else { 0 };
    }
    let after = &rest[end..];
    (ends_word(after) && !after.starts_with(['/', '<', '>'])).then_some(end)
}

/// A plus, and seven to fifteen digits in groups.
fn phone(rest: &str) -> Option<usize> {
    let (mut digits, mut end) = (0, 0);
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '0'..='9' => (digits, end) = (digits + 1, at + 1),
            ' ' | '-' | '(' | ')' if at - end <= 1 => {}
            _ => break,
        }
    }
    ((7..=15).contains(&digits) && ends_word(&rest[end..])).then_some(end)
}

/// A link or an e-mail address.
fn address(rest: &str) -> Option<(Found, usize)> {
    for (scheme, needs_host) in SCHEMES {
        let has_scheme = rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if has_scheme {
            let after = &rest[scheme.len()..];
            let length = if needs_host { link(after, |_| true) } else { Some(path(after)) };
            return length.filter(|length| *length > 0).map(|length| (Found::Url, scheme.len() + length));
        }
    }
    let name = run(rest, |letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '+' | '-'));
    if (1..=64).contains(&name) && rest[name..].starts_with('@') && !rest[..name].ends_with('.') {
        let host = host(&rest[name + 1..], is_known)?;
        return Some((Found::Email, name + 1 + host));
    }
    link(rest, is_known).map(|length| (Found::Url, length))
}

/// A host with whatever follows it.
fn link(rest: &str, accept: impl Fn(&str) -> bool) -> Option<usize> {
    let mut length = host(rest, accept)?;
    if let Some(port) = rest[length..].strip_prefix(':') {
        let digits = run(port, |letter| letter.is_ascii_digit());
        length += if (1..=5).contains(&digits) { 1 + digits } else { 0 };
    }
    if rest[length..].starts_with(['/', '?', '#']) {
        length += path(&rest[length..]);
    }
    Some(length)
}

/// A host name of at least two parts, the last of which is accepted.
fn host(rest: &str, accept: impl Fn(&str) -> bool) -> Option<usize> {
    let whole = run(rest, |letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'));
    let name = rest[..whole].trim_end_matches(['.', '-', '_']);
    let (domain, top) = name.rsplit_once('.')?;
    let is_right = domain.split('.').all(|part| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-'));
    let is_number = top.chars().all(|letter| letter.is_ascii_digit());
    let is_machine = is_number && name.parse::<std::net::Ipv4Addr>().is_ok();
    (is_right && (is_machine || (!is_number && top.chars().count() >= 2 && accept(top)))).then_some(name.len())
}

fn is_known(top: &str) -> bool {
    let is_country = top.len() == 2 && top.chars().all(|letter| letter.is_ascii_alphabetic());
    is_country || TOP_LEVEL.contains(&top.to_lowercase().as_str())
}

/// The rest of a link: up to a space, without the marks that end a sentence.
fn path(rest: &str) -> usize {
    let whole =
        &rest[..run(rest, |letter| !letter.is_whitespace() && !matches!(letter, '<' | '>' | '"' | '«' | '»' | '`'))];
    let mut kept = whole;
    loop {
        let trimmed = kept.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…']);
        let is_open = |open: char, close: char| trimmed.matches(open).count() < trimmed.matches(close).count();
        let closes = (trimmed.ends_with(')') && is_open('(', ')')) || (trimmed.ends_with(']') && is_open('[', ']'));
        let trimmed = if closes { &trimmed[..trimmed.len() - 1] } else { trimmed };
        if trimmed == kept {
            return kept.len();
        }
        kept = trimmed;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(&str, Found)> {
        findings(text).into_iter().map(|(range, kind)| (&text[range], kind)).collect()
    }

    #[test]
    fn links_are_found_with_and_without_a_scheme() {
        for link in [
            "https://example.org/a?b=c#d",
            "http://user.example:8080/x(y)",
            "t.me/name",
            "telegram.org",
            "EXAMPLE.COM/A",
            "tg://resolve?domain=x",
            "127.0.0.1:80/x",
            "пример.рф",
        ] {
            assert_eq!(found(&format!("(see {link}).")), [(link, Found::Url)], "{link}");
        }
        for text in ["3.14", "e.g. this", "file.unheardof", "a..org", "http://nohost", "x.y.z"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn names_and_tags_stand_at_the_beginning_of_a_word() {
        let text = "@alice_m x@alice_m #tag #1 $USD $usd /go /go@some_bot a/b //c +1 555 000-1234 a.b+c@example.org";
        let wanted = [
            ("@alice_m", Found::Mention),
            ("#tag", Found::Hashtag),
            ("$USD", Found::Cashtag),
            ("/go", Found::Command),
            ("/go@some_bot", Found::Command),
            ("+1 555 000-1234", Found::Phone),
            ("a.b+c@example.org", Found::Email),
        ];
        assert_eq!(found(text), wanted);
    }

    #[test]
    fn what_is_too_short_or_too_long_is_nothing() {
        let long = format!("@{} /{}", "x".repeat(33), "y".repeat(65));
        for text in ["@bob", "$US", "$TOOLONGTAG", "+12345", "/", "#", "# tag", long.as_str()] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_ordered_words_of_itself(text in "[@#$/+.:a-zA-Z0-9 _é😀-]{0,60}") {
            let mut end = 0;
            for (range, _) in findings(&text) {
                prop_assert!(range.start >= end && range.end > range.start);
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                end = range.end;
            }
        }
    }
}
