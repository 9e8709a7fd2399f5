//! Answers as text: what a model or a person reads when the structured form is not looked at.

mod answers;

use std::fmt::Write as _;

/// An answer that can be read as text and alone is enough to act on: every item with its id, and the cursor.
pub trait Readable {
    /// Writes the answer in compact lines.
    fn read(&self, lines: &mut Lines);

    /// Media that the model should see itself, for clients that take it.
    fn media(&self) -> Option<Media<'_>> {
        None
    }
}

/// Bytes to be shown to the model as image or audio content.
#[derive(Clone, Copy)]
pub struct Media<'a> {
    /// MIME type, `image/…` or `audio/…`.
    pub mime_type: &'a str,
    /// The bytes in base64.
    pub base64: &'a str,
}

/// A text made of lines.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    /// Adds one line. A line break inside `text` starts a continuation line, indented, so that nothing a stranger
    /// wrote can look like a line of ours.
    pub fn line(&mut self, text: impl AsRef<str>) {
        for (n, part) in text.as_ref().lines().enumerate() {
            if n > 0 {
                self.0.push_str("    ");
            }
            self.0.push_str(part);
            self.0.push('\n');
        }
    }

    /// Adds `name: value` if there is a value.
    pub fn field(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            let mut text = String::new();
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}: {value}");
            self.line(text);
        }
    }

    /// The whole text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The text of an answer.
pub fn text_of(answer: &impl Readable) -> String {
    let mut lines = Lines::default();
    answer.read(&mut lines);
    lines.into_string()
}
