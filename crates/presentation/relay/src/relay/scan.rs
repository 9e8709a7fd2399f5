//! Reads off a JSON-RPC line who it is from: id, method, tool name; without parsing the rest, and piece by piece.
//!
//! A line that is not JSON is passed on like any other; the server says what is wrong with it.

/// What a line says about itself. Values are raw JSON: an id keeps its quotes.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// `id`
    pub(super) id: Option<Vec<u8>>,
    /// `method`, without quotes.
    pub(super) method: Option<Vec<u8>>,
    /// `params.name`, without quotes.
    pub(super) name: Option<Vec<u8>>,
    /// `params.requestId`
    pub(super) request_id: Option<Vec<u8>>,
}

/// The lines of `bytes`, each with its end.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let unended = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1)..bytes.len();
    let ended = memchr::memchr_iter(b'\n', bytes).map(move |end| {
        let line = &bytes[start..=end];
        start = end + 1;
        line
    });
    ended.chain((!unended.is_empty()).then(|| &bytes[unended]))
}

/// A longer key, name or id is not ours to know.
const VALUE_BYTES_MAX: usize = 1024;

/// The state in the middle of a line.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one bit of where the scanner is, and they combine")]
pub(super) struct Scanner {
    facts: Facts,
    depth: usize,
    /// Whether the containers at depth 1 and 2 are objects.
    is_object: [bool; 2],
    in_string: bool,
    is_escaped: bool,
    /// The next string at this depth is a key.
    is_key_next: bool,
    /// The keys we are under, at depth 1 and 2.
    keys: [Key; 2],
    /// The bytes of a key, or of a value that is wanted.
    recorded: Vec<u8>,
    is_recording: bool,
    /// An answer whose id is known: its result, which may be long, tells nothing more.
    is_settled: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Other,
    Id,
    Method,
    Params,
    Name,
    RequestId,
    /// `result` or `error`.
    Outcome,
}

impl Key {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            b"id" => Self::Id,
            b"method" => Self::Method,
            b"params" => Self::Params,
            b"name" => Self::Name,
            b"requestId" => Self::RequestId,
            b"result" | b"error" => Self::Outcome,
            _ => Self::Other,
        }
    }
}

impl Scanner {
    /// The facts of a line that is all there.
    pub(super) fn whole_line(&mut self, line: &[u8]) -> Facts {
        self.feed(line);
        self.finish()
    }

    /// The facts of the line whose last piece was fed; ready for the next.
    pub(super) fn finish(&mut self) -> Facts {
        self.end_scalar();
        let facts = std::mem::take(&mut self.facts);
        let recorded = std::mem::take(&mut self.recorded);
        *self = Self { recorded, ..Self::default() };
        self.recorded.clear();
        facts
    }

    /// Goes on with a piece of a line.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        let mut at = 0;
        while at < piece.len() && !self.is_settled {
            if self.in_string && !self.is_recording && !self.is_escaped {
                // Most bytes of most lines are inside strings that nobody asked for.
                match piece[at..].iter().position(|byte| matches!(byte, b'"' | b'\\')) {
                    Some(skip) => at += skip,
                    None => return,
                }
            }
            self.step(piece[at]);
            at += 1;
        }
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            self.step_in_string(byte);
            return;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                let is_key = self.is_key_next && self.is_in_known_object();
                self.is_recording = is_key || self.wanted().is_some();
                self.record(byte);
            }
            b'{' | b'[' => {
                self.depth += 1;
                if let Some(is_object) = self.is_object.get_mut(self.depth - 1) {
                    *is_object = byte == b'{';
                }
                self.is_key_next = byte == b'{';
            }
            b'}' | b']' => {
                self.end_scalar();
                self.depth = self.depth.saturating_sub(1);
            }
            b',' => {
                self.end_scalar();
                self.is_key_next = self.is_in_known_object();
            }
            b':' => self.is_key_next = false,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if self.wanted().is_some() => {
                self.is_recording = true;
                self.record(byte);
            }
            _ => {}
        }
    }

    fn step_in_string(&mut self, byte: u8) {
        self.record(byte);
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            self.is_escaped = true;
        } else if byte == b'"' {
            self.in_string = false;
            self.end_string();
        }
    }

    fn record(&mut self, byte: u8) {
        if self.is_recording && self.recorded.len() <= VALUE_BYTES_MAX {
            self.recorded.push(byte);
        }
    }

    fn end_string(&mut self) {
        if !self.is_recording {
            return;
        }
        if self.is_key_next {
            let end = self.recorded.len().saturating_sub(1);
            let key = Key::of(self.recorded.get(1..end).unwrap_or_default());
            self.keys[self.depth - 1] = key;
            self.is_settled = key == Key::Outcome && self.depth == 1 && self.facts.id.is_some();
            self.recorded.clear();
            self.is_recording = false;
        } else {
            self.end_scalar();
        }
    }

    /// A value that was wanted is complete.
    fn end_scalar(&mut self) {
        if !self.is_recording {
            return;
        }
        self.is_recording = false;
        let value = std::mem::take(&mut self.recorded);
        let Some(key) = self.wanted() else { return };
        if value.len() > VALUE_BYTES_MAX {
            return;
        }
        match key {
            Key::Id if value != b"null" => self.facts.id = Some(canonical(value)),
            Key::RequestId => self.facts.request_id = Some(canonical(value)),
            Key::Method => self.facts.method = unquoted(&value),
            Key::Name => self.facts.name = unquoted(&value),
            Key::Id | Key::Params | Key::Outcome | Key::Other => {}
        }
    }

    fn is_in_known_object(&self) -> bool {
        match self.depth {
            1 => self.is_object[0],
            2 => self.is_object[1] && self.keys[0] == Key::Params,
            _ => false,
        }
    }

    /// The key whose value we are at, if it is one to keep.
    fn wanted(&self) -> Option<Key> {
        if self.is_key_next || !self.is_in_known_object() {
            return None;
        }
        let key = self.keys[self.depth - 1];
        let is_wanted = match self.depth {
            1 => matches!(key, Key::Id | Key::Method),
            _ => matches!(key, Key::Name | Key::RequestId),
        };
        is_wanted.then_some(key)
    }
}

fn unquoted(value: &[u8]) -> Option<Vec<u8>> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"").map(<[u8]>::to_vec)
}

/// An id in the form in which the server will repeat it: escapes may be written in several ways.
fn canonical(value: Vec<u8>) -> Vec<u8> {
    if !value.contains(&b'\\') {
        return value;
    }
    match serde_json::from_slice::<String>(&value) {
        Ok(text) => serde_json::to_vec(&text).unwrap_or(value),
        Err(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(line: &str) -> Facts {
        Scanner::default().whole_line(line.as_bytes())
    }

    fn text(value: Option<&Vec<u8>>) -> Option<&str> {
        value.map(|bytes| std::str::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn a_call_tells_its_id_and_its_tool_in_any_order() {
        for line in [
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_me","arguments":{}}}"#,
            r#"{"params":{"arguments":{"id":1,"name":"x"},"name":"get_me"},"method":"tools/call","id": 7 }"#,
        ] {
            let facts = facts(line);
            assert_eq!(text(facts.id.as_ref()), Some("7"), "{line}");
            assert_eq!(text(facts.method.as_ref()), Some("tools/call"), "{line}");
            assert_eq!(text(facts.name.as_ref()), Some("get_me"), "{line}");
        }
    }

    #[test]
    fn only_the_line_s_own_fields_count() {
        let facts = facts(r#"{"result":{"id":1,"method":"x","params":{"name":"y"},"items":[{"id":2}]},"id":"a\"b"}"#);
        assert_eq!(text(facts.id.as_ref()), Some(r#""a\"b""#));
        assert_eq!(facts.method, None);
        assert_eq!(facts.name, None);
    }

    #[test]
    fn what_stands_in_a_result_is_not_looked_at() {
        let mut scanner = Scanner::default();
        let facts = scanner.whole_line(br#"{"jsonrpc":"2.0","id":7,"result":{"id":8},"method":"x"}"#);
        assert_eq!((text(facts.id.as_ref()), facts.method), (Some("7"), None));
        let next = scanner.whole_line(br#"{"id":9,"method":"ping"}"#);
        assert_eq!((text(next.id.as_ref()), text(next.method.as_ref())), (Some("9"), Some("ping")));
    }

    #[test]
    fn ids_are_compared_in_one_form() {
        assert_eq!(facts(r#"{"id":"\u0061"}"#).id, facts(r#"{"id":"a"}"#).id);
        assert_eq!(facts(r#"{"id":null}"#).id, None);
    }

    #[test]
    fn a_cancellation_tells_what_it_cancels() {
        let facts = facts(r#"{"method":"notifications/cancelled","params":{"requestId":3,"reason":"x"}}"#);
        assert_eq!(text(facts.request_id.as_ref()), Some("3"));
    }

    #[test]
    fn what_is_not_json_rpc_tells_nothing() {
        for line in ["", "nonsense", "[1,2]", "{", "}}}}", "\"id\"", "{\"id\"", "[{\"id\":1}]"] {
            assert_eq!(facts(line), Facts::default(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_split_at_their_ends(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..60)) {
            let expected: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            prop_assert_eq!(lines(&bytes).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn pieces_and_wholes_tell_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let cut = cut.min(bytes.len());
            let mut scanner = Scanner::default();
            scanner.feed(&bytes[..cut]);
            scanner.feed(&bytes[cut..]);
            let in_pieces = scanner.finish();
            prop_assert_eq!(in_pieces, Scanner::default().whole_line(&bytes));
        }

        #[test]
        fn it_agrees_with_a_parser(id in "\\PC{0,20}", name in "\\PC{0,20}", text in "\\PC{0,80}") {
            let line = serde_json::json!({
                "arguments": {"id": 1, "params": {"name": text}},
                "id": id, "method": "tools/call", "params": {"a": [text, {"name": 2}], "name": name, "z": {"name": 1}},
            }).to_string();
            let facts = Scanner::default().whole_line(line.as_bytes());
            prop_assert_eq!(facts.id, Some(serde_json::to_vec(&id).expect("text")));
            let quoted = serde_json::to_vec(&name).expect("text");
            prop_assert_eq!(facts.name, Some(quoted[1..quoted.len() - 1].to_vec()));
        }
    }
}
