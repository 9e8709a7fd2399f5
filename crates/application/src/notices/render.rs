//! What a notice looks like: a title, who tells it, what happened, facts, and details that unfold when they are tapped.
//!
//! Nothing is shown that was not given. What would become more than [`MESSAGES_MAX`] messages goes into a file, with a
//! short card.

use std::fmt::Write as _;

use telegraphist_domain::DeliveryId;

use super::buttons::{self, Planned};
use super::events::EventType;
use super::facts::{Body, Detail, Fact, facts_of, one_line};
use super::notice::Notice;
use crate::arguments::TextFormat;
use crate::cards::{Attachment, Card};
use crate::text::{self, CAPTION_MAX, Foreign, Formatted, TEXT_MAX, Writing, utf16_len};

/// More messages than this nobody reads one after the other.
const MESSAGES_MAX: usize = 3;
/// What stands on a card whose whole is attached.
const ATTACHED: &str = "📎 All of it is in the attached file.";

/// A notice as it looks, before it is known which deliveries carry it.
pub(crate) struct Rendered {
    text: Formatted,
    document: Option<Attachment>,
    buttons: Vec<Planned>,
}

impl Rendered {
    /// The card that this delivery carries.
    pub(crate) fn card(&self, delivery: DeliveryId) -> Card {
        Card {
            text: self.text.clone(),
            buttons: buttons::rows(&self.buttons, delivery),
            document: self.document.clone(),
        }
    }
}

/// What a notice looks like.
pub(crate) fn rendered(notice: &Notice) -> Rendered {
    let facts = facts_of(notice.event(), &notice.data);
    let whole = whole(notice, &facts.lines, &facts.details);
    let buttons = buttons::planned(&notice.data);
    let is_short =
        utf16_len(&whole.text) <= MESSAGES_MAX * TEXT_MAX && text::split(&whole, TEXT_MAX).len() <= MESSAGES_MAX;
    if is_short {
        return Rendered { text: whole, document: None, buttons };
    }
    let document = Attachment {
        name: format!("{}.md", notice.event().name),
        content: as_document(notice, &facts.lines, &facts.details),
    };
    Rendered { text: short(notice, &facts.lines), document: Some(document), buttons }
}

fn head(notice: &Notice) -> Writing {
    let event = notice.event();
    let card = Writing::default().text(EventType::mark(notice.class())).text(" ");
    let (title, source) = (one_line(&notice.title), one_line(&notice.source));
    if title.is_empty() {
        return card.bold(&source);
    }
    card.bold(&title).lines(1).text(event.label).text(" · ").text(&source)
}

fn with_facts(mut card: Writing, notice: &Notice, facts: &[Fact]) -> Writing {
    let task = notice.task_id.as_deref().map(one_line).filter(|task| !task.is_empty());
    if facts.is_empty() && task.is_none() {
        return card;
    }
    card = card.lines(2);
    if let Some(task) = task {
        card = card.bold("Task:").text(" ").code(&task).lines(1);
    }
    for fact in facts {
        card = card.bold(&format!("{}:", fact.label)).text(" ");
        card = if fact.is_code { card.code(&fact.says) } else { card.text(&fact.says) };
        card = card.lines(1);
    }
    card
}

fn whole(notice: &Notice, facts: &[Fact], details: &[Detail]) -> Formatted {
    let mut card = head(notice);
    if !notice.description.trim().is_empty() {
        card = card.lines(2).formatted(&words(&notice.description));
    }
    card = with_facts(card, notice, facts);
    if !details.is_empty() {
        let unfolded = details.iter().fold(Writing::default(), with_detail).finish();
        card = card.lines(2).folded(&unfolded);
    }
    card.finish()
}

fn with_detail(unfolded: Writing, detail: &Detail) -> Writing {
    let unfolded = unfolded.lines(2).bold(detail.label).lines(1);
    match &detail.body {
        // A quotation cannot stand in another.
        Body::Words(markdown) => unfolded.formatted(&without_quotes(words(markdown))),
        Body::Items(items) => items.iter().fold(unfolded, |unfolded, item| unfolded.text(item).lines(1)),
        Body::Block { language, text } => unfolded.pre(language, text),
    }
}

/// Title and as many facts as a caption holds.
fn short(notice: &Notice, facts: &[Fact]) -> Formatted {
    let room = CAPTION_MAX - utf16_len(ATTACHED) - 2;
    let card = with_facts(head(notice), notice, facts).finish();
    let first = text::split(&card, room).into_iter().next().unwrap_or_default();
    Writing::default().formatted(&first).lines(2).text(ATTACHED).finish()
}

/// Markdown of an agent, with everything visible that would hide or reorder.
fn words(markdown: &str) -> Formatted {
    text::format(&Foreign::new(markdown).to_string(), TextFormat::Markdown)
}

fn without_quotes(mut words: Formatted) -> Formatted {
    words.entities.retain(|entity| !matches!(entity.kind, text::EntityKind::Blockquote { .. }));
    words
}

/// Everything, for reading in full.
fn as_document(notice: &Notice, facts: &[Fact], details: &[Detail]) -> String {
    let shown = |text: &str| Foreign::new(text).to_string();
    let mut document = String::new();
    let title = one_line(&notice.title);
    if !title.is_empty() {
        put(&mut document, format_args!("# {title}\n\n{} · ", notice.event().label));
    }
    put(&mut document, format_args!("{}\n", one_line(&notice.source)));
    if !notice.description.trim().is_empty() {
        put(&mut document, format_args!("\n{}\n", shown(notice.description.trim())));
    }
    if let Some(task) = &notice.task_id {
        put(&mut document, format_args!("\n- Task: `{}`", one_line(task)));
    }
    for fact in facts {
        put(&mut document, format_args!("\n- {}: {}", fact.label, fact.says));
    }
    if notice.task_id.is_some() || !facts.is_empty() {
        document.push('\n');
    }
    for detail in details {
        put(&mut document, format_args!("\n## {}\n\n", detail.label));
        match &detail.body {
            Body::Words(words) => put(&mut document, format_args!("{}\n", shown(words.trim()))),
            Body::Items(items) => items.iter().for_each(|item| put(&mut document, format_args!("- {item}\n"))),
            Body::Block { language, text } => put(&mut document, format_args!("```{language}\n{}\n```\n", shown(text))),
        }
    }
    document
}

fn put(document: &mut String, words: std::fmt::Arguments<'_>) {
    document.write_fmt(words).expect("writing to a String cannot fail");
}
