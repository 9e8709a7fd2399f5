//! Addresses with placeholders: `tg://session/{session}/chat/{chat}`. A placeholder stands for one path segment,
//! percent-encoded.

use std::fmt::Write as _;

/// The names of a template's placeholders, in order.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').filter_map(placeholder)
}

fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The values that make `uri` out of `template`.
pub(super) fn matched(template: &str, uri: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut given = uri.split('/');
    for expected in template.split('/') {
        let segment = given.next()?;
        if placeholder(expected).is_some() {
            values.push(decoded(segment).filter(|value| !value.is_empty())?);
        } else if expected != segment {
            return None;
        }
    }
    given.next().is_none().then_some(values)
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// `value` as one path segment.
pub(super) fn encoded(value: &str) -> String {
    let mut segment = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@+".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHAT: &str = "tg://session/{session}/chat/{chat}";

    #[test]
    fn an_address_gives_its_values() {
        let values = matched(CHAT, "tg://session/my%20work/chat/-1001").expect("matches");
        assert_eq!(values, ["my work", "-1001"]);
        assert_eq!(placeholders(CHAT).collect::<Vec<_>>(), ["session", "chat"]);
    }

    #[test]
    fn other_addresses_do_not_match() {
        for uri in [
            "tg://session/a/chat",
            "tg://session/a/chat/1/message/2",
            "tg://session//chat/1",
            "tg://session/%zz/chat/1",
            "http://x",
        ] {
            assert_eq!(matched(CHAT, uri), None, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back(value in ".+") {
            let uri = format!("tg://session/{}", encoded(&value));
            prop_assert_eq!(matched("tg://session/{session}", &uri), Some(vec![value]));
        }
    }
}
