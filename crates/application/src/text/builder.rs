use std::ops::Range;

use super::spans::{Span, settle};
use super::{EntityKind, Formatted};

/// A text that is being made from markup. What is opened and never closed ends with the text.
#[derive(Default)]
pub(super) struct Builder {
    text: String,
    spans: Vec<Span>,
    open: Vec<Open>,
}

/// A span whose end was not met yet.
struct Open {
    /// What closes it: the name of a tag.
    name: &'static str,
    kind: EntityKind,
    start: usize,
}

impl Builder {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What was written from `start` on.
    pub(super) fn since(&self, start: usize) -> &str {
        &self.text[start..]
    }

    pub(super) fn open(&mut self, name: &'static str, kind: EntityKind) {
        self.open.push(Open { name, kind, start: self.text.len() });
    }

    /// Closes the innermost open span of that name, if there is one.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            let Open { kind, start, .. } = self.open.remove(at);
            self.span(kind, start..self.text.len());
        }
    }

    /// The kind of the innermost open span of that name.
    pub(super) fn opened(&mut self, name: &str) -> Option<&mut EntityKind> {
        self.open.iter_mut().rev().find(|open| open.name == name).map(|open| &mut open.kind)
    }

    pub(super) fn span(&mut self, kind: EntityKind, range: Range<usize>) {
        self.spans.push(Span { kind, range });
    }

    /// Makes sure that what follows starts after at least `count` line breaks, unless it starts the text.
    pub(super) fn break_lines(&mut self, count: usize) {
        if self.text.trim_end().is_empty() {
            return;
        }
        let present = self.text.len() - self.text.trim_end_matches('\n').len();
        for _ in present..count {
            self.text.push('\n');
        }
    }

    /// Takes back what was written at `range`, as if it had never been there.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.text.replace_range(range.clone(), "");
        let moved = |place: usize| match place {
            place if place >= range.end => place - range.len(),
            place => place.min(range.start),
        };
        for open in &mut self.open {
            open.start = moved(open.start);
        }
        for span in &mut self.spans {
            span.range = moved(span.range.start)..moved(span.range.end);
        }
    }

    pub(super) fn finish(mut self) -> Formatted {
        while let Some(Open { kind, start, .. }) = self.open.pop() {
            self.span(kind, start..self.text.len());
        }
        settle(&self.text, self.spans)
    }
}
