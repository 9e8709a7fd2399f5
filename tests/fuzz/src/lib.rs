//! Inputs for what reads strangers' bytes. Each target has a folder of kept inputs in `corpus`: what it is made for, and what
//! once broke it or nearly did. They are tried as they are, changed, spliced with each other, and among noise.
//!
//! A failure is shrunk, and its seed is written beside the source (`proptest-regressions`), to be committed with the mend;
//! the input itself belongs into the corpus. `FUZZ_CASES` says how many are tried.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

/// How many inputs a target is given, if nothing else is said: together about a minute in a debug build.
const CASES: u32 = 20_000;

/// The longest run that a change adds.
const RUN_MAX: usize = 300;

/// What grammars hang on.
const TOKENS: [&[u8]; 40] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"-0",
    b"1e999",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00",
    b"\0",
    b"\r\n",
    b"\x1b[",
    b"\xEF\xBB\xBF",
    b"\xC0\x80",
    b"\xED\xA0\x80",
    b"\xFF",
    "\u{202E}".as_bytes(),
    "\u{200B}".as_bytes(),
    "👩🏽‍🚀".as_bytes(),
    "e\u{301}".as_bytes(),
    b"*",
    b"_",
    b"`",
    b"```",
    b"||",
    b"[a](b)",
    b"<b>",
    b"</b>",
    b"&#x1F600;",
    b"/",
    b"?",
    b"=",
];

/// The inputs that are kept for a target.
pub fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut paths: Vec<_> = fs_err::read_dir(&folder)
        .expect("every target has a corpus")
        .map(|entry| entry.expect("folders are readable").path())
        .collect();
    paths.sort();
    let inputs: Vec<_> = paths.iter().map(|path| fs_err::read(path).expect("files are readable")).collect();
    assert!(!inputs.is_empty(), "the corpus of {target} is empty");
    inputs
}

/// How a target is run.
pub fn config() -> ProptestConfig {
    let wanted = std::env::var("FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(CASES), max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// Kept inputs, changed ones, and noise.
pub fn inputs(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let kept = kept(target);
    let one = proptest::sample::select(kept.clone());
    let changed = (one.clone(), prop::collection::vec(change(kept), 1..8)).prop_map(|(mut input, changes)| {
        for change in changes {
            change.apply(&mut input);
        }
        input
    });
    prop_oneof![
        1 => one,
        8 => changed,
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => any::<String>().prop_map(String::into_bytes),
    ]
}

/// The same where only text can come.
pub fn texts(target: &str) -> impl Strategy<Value = String> + use<> {
    inputs(target).prop_map(|input| String::from_utf8_lossy(&input).into_owned())
}

/// One thing that happens to an input.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Cut(Index),
    Remove(Index, Index),
    Repeat(Index, Index, usize),
    Insert(Index, Vec<u8>),
    Splice(Index, Vec<u8>, Index),
}

fn change(kept: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let token = proptest::sample::select(TOKENS.map(<[u8]>::to_vec).to_vec());
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(place, byte)| Change::Set(place, byte)),
        at().prop_map(Change::Cut),
        (at(), at()).prop_map(|(from, to)| Change::Remove(from, to)),
        (at(), at(), 2..RUN_MAX).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        (at(), token).prop_map(|(place, token)| Change::Insert(place, token)),
        (at(), proptest::sample::select(kept), at())
            .prop_map(|(place, other, from)| Change::Splice(place, other, from)),
    ]
}

impl Change {
    fn apply(self, input: &mut Vec<u8>) {
        let place = |index: Index, length: usize| index.index(length + 1);
        let span = |one: Index, other: Index, length: usize| {
            let (one, other) = (place(one, length), place(other, length));
            one.min(other)..one.max(other)
        };
        let length = input.len();
        match self {
            Self::Set(at, byte) if length > 0 => input[at.index(length)] = byte,
            Self::Set(..) => {}
            Self::Cut(at) => input.truncate(place(at, length)),
            Self::Remove(from, to) => drop(input.drain(span(from, to, length))),
            Self::Repeat(from, to, times) => {
                let mut span = span(from, to, length);
                // Long runs of little, not little runs of much.
                span.end = span.end.min(span.start + 8);
                let run = input[span.clone()].repeat(times);
                input.splice(span, run);
            }
            Self::Insert(at, token) => {
                let at = place(at, length);
                input.splice(at..at, token);
            }
            Self::Splice(at, other, from) => {
                input.truncate(place(at, length));
                input.extend_from_slice(&other[place(from, other.len())..]);
            }
        }
    }
}
