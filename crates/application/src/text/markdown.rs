//! Markdown as chat models write it: CommonMark with strikethrough, tables and task lists, plus `||spoilers||` and the
//! HTML tags that Telegram knows. What is no markup stays as it was written.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::builder::Builder;
use super::table::Table;
use super::{EntityKind, Formatted, tags};

/// Text and entities of markdown.
pub(super) fn markdown(source: &str) -> Formatted {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut writer = Writer { source, ..Writer::default() };
    // A text that the parser cut in pieces is put together again, so that `||` is always seen whole; but bars that were
    // escaped are text.
    let mut text = String::new();
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        if let Event::Text(piece) = event {
            let is_escaped = source[..range.start].ends_with('\\') && piece.starts_with('|');
            if is_escaped {
                writer.text(&std::mem::take(&mut text));
                writer.push(&piece[..1]);
            }
            text.push_str(&piece[usize::from(is_escaped)..]);
            continue;
        }
        writer.text(&std::mem::take(&mut text));
        writer.event(event, &range);
    }
    writer.text(&text);
    writer.out.finish()
}

#[derive(Default)]
struct Writer<'a> {
    source: &'a str,
    out: Builder,
    /// The number of the next item of each list that is open, where it is numbered.
    lists: Vec<Option<u64>>,
    /// Quotations cannot be nested; only the outermost is one.
    quotes: usize,
    links: Vec<Link>,
    table: Option<Table>,
    is_code: bool,
    /// Right after the mark of an item, where its first paragraph goes on the same line.
    is_item_start: bool,
    /// Where an opening `||` was written that may find its end.
    spoiler: Option<usize>,
}

/// A link whose text is being written.
struct Link {
    start: usize,
    /// `None` for what Telegram would not take as an address.
    kind: Option<EntityKind>,
    address: String,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            // Gathered by the caller.
            Event::Text(_) => {}
            Event::Code(code) => self.code(&code),
            Event::Html(html) => self.html(&html),
            Event::InlineHtml(tag) => self.tag(&tag),
            Event::SoftBreak | Event::HardBreak => self.line_break(),
            Event::Rule => {
                self.block(range);
                self.push("———");
            }
            Event::TaskListMarker(is_done) => self.push(if is_done { "☑ " } else { "☐ " }),
            // Switched off; their source is text.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.push(&text),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.block(range),
            Tag::Heading { .. } => {
                self.block(range);
                self.out.open("heading", EntityKind::Bold);
            }
            Tag::BlockQuote(_) => {
                self.block(range);
                self.quotes += 1;
                if self.quotes == 1 {
                    self.out.open("quote", EntityKind::Blockquote { collapsed: false });
                }
            }
            Tag::CodeBlock(kind) => {
                self.block(range);
                self.is_code = true;
                self.out.open("code block", EntityKind::Pre { language: language(&kind) });
            }
            Tag::List(first) => {
                self.block(range);
                self.lists.push(first);
            }
            Tag::Item => self.item(range),
            Tag::Table(_) => {
                self.block(range);
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => self.in_table(Table::start_row),
            Tag::TableCell => self.in_table(Table::start_cell),
            Tag::Emphasis => self.out.open("*", EntityKind::Italic),
            Tag::Strong => self.out.open("**", EntityKind::Bold),
            Tag::Strikethrough => self.out.open("~~", EntityKind::Strikethrough),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.links.push(Link {
                start: self.out.len(),
                kind: tags::link(&dest_url),
                address: dest_url.into_string(),
            }),
            // Switched off.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::Item => self.spoiler = None,
            TagEnd::Heading(_) => {
                self.spoiler = None;
                self.out.close("heading");
            }
            TagEnd::BlockQuote(_) => {
                self.quotes -= 1;
                if self.quotes == 0 {
                    self.out.close("quote");
                }
            }
            TagEnd::CodeBlock => {
                self.is_code = false;
                self.out.close("code block");
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let start = self.out.len();
                    self.out.push(&table.into_text());
                    self.out.span(EntityKind::Pre { language: String::new() }, start..self.out.len());
                }
            }
            TagEnd::Emphasis => self.out.close("*"),
            TagEnd::Strong => self.out.close("**"),
            TagEnd::Strikethrough => self.out.close("~~"),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// Starts a block on a line of its own, a blank line before it where the source has one.
    fn block(&mut self, range: &Range<usize>) {
        self.spoiler = None;
        if self.is_item_start {
            return;
        }
        let breaks = if has_blank_line_before(self.source, range.start) { 2 } else { 1 };
        self.out.break_lines(breaks);
        // What belongs to an item stands below its text; code and tables keep the whole width.
        if !self.lists.is_empty() && !self.out.is_empty() {
            let is_indented = self.out.since(0).ends_with('\n');
            if is_indented {
                self.out.push(&"  ".repeat(self.lists.len()));
            }
        }
    }

    fn item(&mut self, range: &Range<usize>) {
        self.is_item_start = false;
        let depth = self.lists.len();
        let breaks = if has_blank_line_before(self.source, range.start) { 2 } else { 1 };
        self.trim_indent();
        self.out.break_lines(breaks);
        self.out.push(&"  ".repeat(depth.saturating_sub(1)));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                self.out.push(&mark);
            }
            Some(None) | None => self.out.push("• "),
        }
        self.is_item_start = true;
    }

    /// Takes back the indentation of a block that turned out to start with an item.
    fn trim_indent(&mut self) {
        let text = self.out.since(0);
        let end = text.len();
        let start = text.trim_end_matches(' ').len();
        if start < end && text[..start].ends_with('\n') {
            self.out.remove(start..end);
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.is_item_start = false;
        match &mut self.table {
            Some(table) => table.push(text),
            None => self.out.push(text),
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_code || self.table.is_some() {
            return self.push(text);
        }
        let mut rest = text;
        while let Some(at) = rest.find("||") {
            self.push(&rest[..at]);
            let after = &rest[at + 2..];
            self.spoiler_mark(after);
            rest = after;
        }
        self.push(rest);
    }

    /// A `||`: the end of a spoiler, its beginning, or just two bars. Like other marks it has to touch what it hides.
    fn spoiler_mark(&mut self, after: &str) {
        let touches_before = !self.out.since(0).ends_with(char::is_whitespace);
        if let Some(start) = self.spoiler
            && touches_before
            && self.out.len() > start + 2
        {
            self.out.remove(start..start + 2);
            for link in self.links.iter_mut().filter(|link| link.start > start) {
                link.start -= 2;
            }
            self.out.span(EntityKind::Spoiler, start..self.out.len());
            self.spoiler = None;
            return;
        }
        // At the end of a piece an emphasis or a link follows.
        if self.spoiler.is_none() && !after.starts_with(char::is_whitespace) {
            self.spoiler = Some(self.out.len());
        }
        self.push("||");
    }

    fn code(&mut self, code: &str) {
        let start = self.out.len();
        self.push(code);
        if self.table.is_none() {
            self.out.span(EntityKind::Code, start..self.out.len());
        }
    }

    fn line_break(&mut self) {
        self.push("\n");
        if self.table.is_none() {
            self.out.push(&"  ".repeat(self.lists.len()));
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        if self.table.is_some() {
            return;
        }
        match link.kind {
            // An address that is its own text needs no entity: Telegram finds it.
            Some(EntityKind::Link { url }) if self.out.since(link.start) == url => {}
            Some(kind) => {
                if self.out.len() == link.start {
                    self.push(&link.address);
                }
                self.out.span(kind, link.start..self.out.len());
            }
            None if link.address.is_empty() || link.address.starts_with('#') => {}
            None => self.push(&format!(" ({})", link.address)),
        }
    }

    /// A block of HTML: the tags that Telegram knows, and the rest as it stands.
    fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            self.push(&rest[..start]);
            let Some(end) = rest[start..].find('>') else {
                rest = &rest[start..];
                break;
            };
            self.tag(&rest[start..=start + end]);
            rest = &rest[start + end + 1..];
        }
        self.push(rest);
    }

    /// One tag; one that Telegram does not know is text, such as `Vec<String>`.
    fn tag(&mut self, source: &str) {
        let Some(tag) = tags::Tag::read(source).filter(|_| self.table.is_none()) else {
            return self.push(source);
        };
        if tag.name == "br" {
            return self.line_break();
        }
        if tag.is_closing {
            match self.out.opened(&tag.name) {
                Some(_) => self.out.close(&tag.name),
                None => self.push(source),
            }
            return;
        }
        match tags::inline(&tag.name, |name| tag.attribute(name)) {
            Some((name, kind)) => self.out.open(name, kind),
            None => self.push(source),
        }
    }

    fn in_table(&mut self, change: fn(&mut Table)) {
        if let Some(table) = &mut self.table {
            change(table);
        }
    }
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Indented => String::new(),
        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
    }
}

/// Whether the line above the one that holds `at` is blank but for the marks of quotations.
fn has_blank_line_before(source: &str, at: usize) -> bool {
    let Some(line) = source[..at].rfind('\n') else { return false };
    let above = &source[..line];
    let above = &above[above.rfind('\n').map_or(0, |at| at + 1)..];
    above.chars().all(|c| c.is_whitespace() || c == '>')
}
