use std::borrow::Cow;
use std::fmt::{self, Write as _};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation as _;

/// Text that came from Telegram: data from strangers, made safe to show.
///
/// Characters that change how other text looks without being seen are made visible on the way in, as `⟨U+202E⟩`:
/// bidirectional controls, zero-width runs, tags, and controls. What writing needs stays whole: joined emoji, flags,
/// and the joiners of Persian, Arabic and Indic scripts. `Debug` says only how long it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Foreign(String);

impl Foreign {
    /// Takes text as Telegram gave it.
    pub fn new(raw: impl Into<String>) -> Self {
        let raw = raw.into();
        // Most texts are of one kind of letters, and bytes are looked at many at a time.
        if raw.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) || !raw.chars().any(is_suspect) {
            return Self(raw);
        }
        let mut safe = String::with_capacity(raw.len() + 16);
        for grapheme in raw.graphemes(true) {
            write_safely(&mut safe, grapheme);
        }
        Self(safe)
    }

    /// The text, safe to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character can deceive; a reason to look closer.
fn is_suspect(letter: char) -> bool {
    !is_plain(letter) && is_odd(letter)
}

/// Blocks without anything odd, among them the letters of most messages; every letter is looked at, so this counts.
fn is_plain(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{0370}'..='\u{05FF}' | '\u{3200}'..='\u{D7FF}')
}

fn is_odd(letter: char) -> bool {
    (letter.is_control() && letter != '\n' && letter != '\t')
        || is_bidi(letter)
        || is_invisible(letter)
        || is_joiner(letter)
}

/// Reorders what stands around it. The plain marks are among them: they are rare in real text, and a run of them
/// hides as well as an override does.
fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Takes no room and has no place in ordinary writing.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0D}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Takes no room but joins or parts letters in some scripts, and makes one emoji of several.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}')
}

fn write_safely(safe: &mut String, grapheme: &str) {
    let letters: Vec<char> = grapheme.chars().collect();
    let is_flag = is_tagged_flag(&letters);
    for (at, letter) in letters.iter().copied().enumerate() {
        // What was written, not what was read: a joiner after something that was made visible joins nothing.
        let before = safe.chars().rev().find(|before| *before != '\u{FE0F}');
        let is_deceptive = if is_joiner(letter) {
            !joins(before, letters.get(at + 1).copied())
        } else {
            is_suspect(letter) && !(is_flag && is_tag(letter))
        };
        if is_deceptive {
            // Writing to a String cannot fail.
            let _ = write!(safe, "⟨U+{:04X}⟩", letter as u32);
        } else {
            safe.push(letter);
        }
    }
}

/// Whether a joiner has something to do after `before`. Scripts without joiners have no use for one, and two in a row
/// say no more than one.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if is_joining_script(before) {
        return true;
    }
    is_emoji_part(before) && after.is_some_and(is_emoji_part)
}

/// Letters of scripts in which joiners change what is written: Arabic and its kin, the Indic scripts, Khmer, Mongolian.
fn is_joining_script(letter: char) -> bool {
    matches!(letter, '\u{0600}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{0E80}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
        | '\u{1B00}'..='\u{1C4F}' | '\u{A800}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10A00}'..='\u{10FFF}' | '\u{11000}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
        && !is_suspect(letter)
}

/// Emoji, their variation mark and their skin tones.
fn is_emoji_part(letter: char) -> bool {
    matches!(letter, '\u{FE0F}' | '\u{00A9}' | '\u{00AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2194}'..='\u{21AA}' | '\u{231A}'..='\u{23FF}' | '\u{24C2}' | '\u{25AA}'..='\u{25FE}'
        | '\u{2600}'..='\u{27BF}' | '\u{2934}' | '\u{2935}' | '\u{2B05}'..='\u{2B55}' | '\u{3030}' | '\u{303D}'
        | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

fn is_tag(letter: char) -> bool {
    matches!(letter, '\u{E0020}'..='\u{E007F}')
}

/// The flags of England, Scotland and Wales: a black flag, at most six tags, the end mark.
fn is_tagged_flag(letters: &[char]) -> bool {
    match letters {
        ['\u{1F3F4}', tags @ .., '\u{E007F}'] => {
            (1..=6).contains(&tags.len())
                && tags.iter().all(|tag| matches!(tag, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'))
        }
        _ => false,
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Foreign({} bytes)", self.0.len())
    }
}

impl JsonSchema for Foreign {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Foreign".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_writing_needs_stays_whole() {
        for text in [
            "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 ❤️‍🔥 🧑🏿‍❤️‍💋‍🧑🏻",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} 🇩🇪",
            "می‌خواهم کتاب‌ها",
            "क्‍ष श्री ශ්‍රී",
            "العربية עברית, a\tb\nc",
            "☺️ ✈️ 1️⃣ नमस्ते",
        ] {
            assert_eq!(Foreign::new(text).as_str(), text);
        }
    }

    #[test]
    fn what_deceives_is_shown() {
        for (raw, safe) in [
            ("invoice\u{202E}fdp.exe", "invoice⟨U+202E⟩fdp.exe"),
            ("a\u{2066}b\u{2069}", "a⟨U+2066⟩b⟨U+2069⟩"),
            ("pay\u{200B}pal", "pay⟨U+200B⟩pal"),
            ("p\u{200D}q \u{200C}", "p⟨U+200D⟩q ⟨U+200C⟩"),
            ("\u{FEFF}x", "⟨U+FEFF⟩x"),
            ("hi\u{E0068}\u{E0069}", "hi⟨U+E0068⟩⟨U+E0069⟩"),
            ("a\u{7}b\u{1B}[31m", "a⟨U+0007⟩b⟨U+001B⟩[31m"),
            ("می\u{200C}\u{200C}خ", "می\u{200C}⟨U+200C⟩خ"),
            ("😀\u{200D}", "😀⟨U+200D⟩"),
        ] {
            assert_eq!(Foreign::new(raw).as_str(), safe);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_reorders_or_hides_is_left(raw in any::<String>()) {
            let safe = Foreign::new(raw);
            prop_assert!(!safe.as_str().chars().any(is_bidi));
            prop_assert!(!safe.as_str().chars().any(|c| is_invisible(c) && !is_tag(c)));
        }

        #[test]
        fn a_second_look_changes_nothing(raw in "[a\u{200B}-\u{200F}\u{202E}😀ی👩🏴\u{E0067}\u{E007F}\u{FE0F}]{0,20}") {
            let once = Foreign::new(raw);
            prop_assert_eq!(Foreign::new(once.as_str()), once.clone());
        }
    }
}
