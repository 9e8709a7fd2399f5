//! Half surrogate pairs: `"\ud800"` is a JSON string, but no text. The parser refuses the whole line, and with it the
//! id that the client waits for; so they are replaced and the request is marked instead.

/// Marks a request whose texts held half surrogate pairs: the tool answers it as an invalid argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BrokenText;

/// `line` with every half surrogate pair replaced, or `None` if it has none.
pub(super) fn repaired(line: &[u8]) -> Option<Vec<u8>> {
    let mut fixed = None::<Vec<u8>>;
    let mut at = 0;
    while at < line.len() {
        if line[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(line, at) {
            Some(0xD800..=0xDBFF) if matches!(unit(line, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                fixed.get_or_insert_with(|| line.to_vec())[at + 2..at + 6].copy_from_slice(b"fffd");
                at += 6;
            }
            // Any other escape is two bytes as far as this scan is concerned.
            Some(_) | None => at += 2,
        }
    }
    fixed
}

/// The UTF-16 unit of a `\uXXXX` escape at `at`.
fn unit(line: &[u8], at: usize) -> Option<u16> {
    let digits = line.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_pair_is_replaced_and_a_whole_pair_is_kept() {
        assert_eq!(repaired(br#""\ud83d\ude00""#), None);
        assert_eq!(repaired(br#""a\ud800b""#).as_deref(), Some(br#""a\ufffdb""#.as_slice()));
        assert_eq!(repaired(br#""\udc00\ud83d""#).as_deref(), Some(br#""\ufffd\ufffd""#.as_slice()));
        assert_eq!(repaired(br#""\ud800\ud83d\ude00""#).as_deref(), Some(br#""\ufffd\ud83d\ude00""#.as_slice()));
    }

    #[test]
    fn an_escaped_backslash_is_not_the_beginning_of_an_escape() {
        assert_eq!(repaired(br#""\\ud800""#), None);
        assert_eq!(repaired(br#""\\\ud800""#).as_deref(), Some(br#""\\\ufffd""#.as_slice()));
    }

    #[test]
    fn a_cut_escape_is_left_to_the_parser() {
        assert_eq!(repaired(br#""\ud8"#), None);
        assert_eq!(repaired(b"\\"), None);
    }
}
