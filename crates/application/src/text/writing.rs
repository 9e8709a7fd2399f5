use super::builder::Builder;
use super::spans::in_bytes;
use super::{EntityKind, Foreign, Formatted, without_controls};

/// A text of ours that is being written, with the formatting where it belongs. What others gave stands in it as it is,
/// with everything visible that would hide or reorder.
#[derive(Default)]
pub(crate) struct Writing {
    builder: Builder,
}

impl Writing {
    /// Words as they are.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.push(text);
        self
    }

    /// Bold words.
    pub(crate) fn bold(self, text: &str) -> Self {
        self.kind(EntityKind::Bold, text)
    }

    /// Words in italics.
    pub(crate) fn italic(self, text: &str) -> Self {
        self.kind(EntityKind::Italic, text)
    }

    /// Something to be copied or typed.
    pub(crate) fn code(self, text: &str) -> Self {
        self.kind(EntityKind::Code, text)
    }

    /// A block in fixed width, on lines of its own.
    pub(crate) fn pre(self, language: &str, text: &str) -> Self {
        let language = language.to_owned();
        self.lines(1).kind(EntityKind::Pre { language }, text.trim_matches('\n')).lines(1)
    }

    /// Something formatted before.
    pub(crate) fn formatted(mut self, formatted: &Formatted) -> Self {
        self.append(formatted);
        self
    }

    /// Something formatted before, as a quotation that is folded until it is tapped, on lines of its own.
    pub(crate) fn folded(mut self, formatted: &Formatted) -> Self {
        self = self.lines(1);
        let start = self.builder.len();
        self.append(formatted);
        self.builder.span(EntityKind::Blockquote { collapsed: true }, start..self.builder.len());
        self.lines(1)
    }

    /// What follows starts after at least so many line breaks, unless it starts the text.
    pub(crate) fn lines(mut self, count: usize) -> Self {
        self.builder.break_lines(count);
        self
    }

    /// The whole text.
    pub(crate) fn finish(self) -> Formatted {
        self.builder.finish()
    }

    fn kind(mut self, kind: EntityKind, text: &str) -> Self {
        let start = self.builder.len();
        self.push(text);
        self.builder.span(kind, start..self.builder.len());
        self
    }

    fn push(&mut self, text: &str) {
        let text = without_controls(text);
        self.builder.push(Foreign::new(text).as_str());
    }

    fn append(&mut self, formatted: &Formatted) {
        let start = self.builder.len();
        self.builder.push(&formatted.text);
        for span in in_bytes(formatted) {
            self.builder.span(span.kind, start + span.range.start..start + span.range.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Entity;

    #[test]
    fn formatting_lies_where_it_was_written() {
        let inner = Writing::default().text("👍 ").bold("all").finish();
        let text = Writing::default().bold("Build").text(" done").lines(2).folded(&inner).text("end").finish();
        assert_eq!(text.text, "Build done\n\n👍 all\nend");
        let bold = |offset, length| Entity { kind: EntityKind::Bold, offset, length };
        let quote = Entity { kind: EntityKind::Blockquote { collapsed: true }, offset: 12, length: 6 };
        assert_eq!(text.entities, [bold(0, 5), quote, bold(15, 3)]);
    }

    #[test]
    fn what_would_hide_or_reorder_is_shown() {
        let text = Writing::default().text("rm\u{202E}\u{7}").pre("", "\u{200B}x").finish();
        assert_eq!(text.text, "rm⟨U+202E⟩\n⟨U+200B⟩x");
    }
}
