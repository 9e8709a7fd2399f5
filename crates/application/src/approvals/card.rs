//! What a question looks like: whole, or with the whole of it attached. There is no card with half a request on it that
//! could be approved.

use chrono::{DateTime, Utc};
use telegraphist_domain::approval::{ApprovalState, Cancellation, Decided, Decider, Meaning, Risk};
use telegraphist_domain::{Approval, ApprovalId, Timestamp, UserId};

use super::asked::Asked;
use crate::application::Application;
use crate::arguments::TextFormat;
use crate::cards::{Attachment, Button, Card, Does, Style};
use crate::failure::Failure;
use crate::notices::Zone;
use crate::text::{self, ENTITIES_MAX, Formatted, TEXT_MAX, Writing, utf16_len};

/// What the buttons of questions begin with.
pub(super) const TAP: &str = "a1";
/// The longest title, in UTF-16 code units; it has to fit into the caption of the attached whole.
pub(crate) const TITLE_MAX: usize = 200;
/// Buttons with longer labels get a row of their own.
const SHORT_LABEL: usize = 18;

impl Application {
    /// The card as the question stands now: with buttons while it is pending, with its outcome after.
    pub(super) async fn card_of(&self, approval: &Approval, asked: &Asked) -> Result<Card, Failure> {
        let zone = self.zone().await?;
        let outcome = self.outcome_line(approval, asked, zone).await?;
        let buttons = if approval.is_pending() { buttons(approval, asked) } else { Vec::new() };
        let text = whole(approval, asked, outcome.as_ref(), zone);
        if utf16_len(&text.text) <= TEXT_MAX && text.entities.len() <= ENTITIES_MAX {
            return Ok(Card { text, buttons, document: None });
        }
        let document = Some(Attachment { name: "request.md".to_owned(), content: as_document(approval, asked) });
        Ok(Card { text: head_only(approval, asked, outcome.as_ref(), zone), buttons, document })
    }

    /// How it ended, or how many voices there are so far.
    async fn outcome_line(&self, approval: &Approval, asked: &Asked, zone: Zone) -> Result<Option<Formatted>, Failure> {
        let line = Writing::default();
        let line = match &approval.state {
            ApprovalState::Pending if approval.votes.is_empty() => return Ok(None),
            ApprovalState::Pending => {
                let (have, need) = (approval.votes.len(), approval.deciders.quorum);
                line.text(&format!("🗳 {have} of {need} have said yes"))
            }
            ApprovalState::Decided(decided) | ApprovalState::Executed(decided) => {
                let mark = if decided.meaning.allows() { "✅ " } else { "❌ " };
                let who = self.name_of(decided.by).await?;
                let line = line.text(mark).bold(asked.label(decided.choice));
                let line = line.text(&format!(" · {who} · {}", zone.clock(moment(decided.at))));
                self.with_reason(line, decided).await?
            }
            ApprovalState::Expired => {
                line.text("⌛ ").bold("Expired").text(" · nobody decided in time; nothing was done")
            }
            ApprovalState::Cancelled(why) => line.text("🚫 ").bold("Taken back").text(" · ").text(match why {
                Cancellation::Requester => "the agent does not need an answer any more",
                Cancellation::RequesterGone => "the agent that asked is gone; nothing was done",
                Cancellation::Operator => "ended by hand",
            }),
            ApprovalState::Undeliverable { .. } => line.text("🚫 ").bold("Not delivered"),
        };
        Ok(Some(line.finish()))
    }

    async fn with_reason(&self, line: Writing, decided: &Decided) -> Result<Writing, Failure> {
        let Some(reason) = decided.reason else { return Ok(line) };
        let reason = self.stored_text(reason).await?.unwrap_or_default();
        Ok(line.lines(1).text("Reason: ").italic(&shortened(&reason, 300)))
    }

    /// Who decided, for people.
    pub(crate) async fn name_of(&self, by: Decider) -> Result<String, Failure> {
        Ok(match by {
            Decider::Person(user) => self.name_of_person(user).await?,
            Decider::Local(_) => "at the agent's own client".to_owned(),
            Decider::Rule(_) => "by a rule made before".to_owned(),
        })
    }

    /// What a person is called here.
    pub(crate) async fn name_of_person(&self, user: UserId) -> Result<String, Failure> {
        let person = self.ports().people.person(user).await?;
        let name = person.map(|person| person.name).filter(|name| !name.trim().is_empty());
        Ok(name.unwrap_or_else(|| format!("person {user}")))
    }
}

/// The moment of an event, as a date.
pub(crate) fn moment(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

/// What the button of a choice sends back: well below Telegram's 64 bytes.
pub(super) fn tap_data(id: ApprovalId, choice: usize) -> String {
    format!("{TAP}:{}:{choice}", id.0.simple())
}

fn buttons(approval: &Approval, asked: &Asked) -> Vec<Vec<Button>> {
    let mut rows: Vec<Vec<Button>> = Vec::new();
    for (at, choice) in approval.choices.iter().enumerate() {
        let text = asked.label(at).to_owned();
        let is_short = utf16_len(&text) <= SHORT_LABEL;
        let style = match choice.meaning {
            Meaning::AllowOnce => Some(Style::Success),
            Meaning::Deny => Some(Style::Danger),
            Meaning::AllowForSession
            | Meaning::AllowAlways
            | Meaning::AllowEdited
            | Meaning::DenyWithReason
            | Meaning::Custom => None,
        };
        let button = Button { text, does: Does::Tap(tap_data(approval.id, at)), style };
        match rows.last_mut() {
            Some(row) if is_short && row.len() == 1 && utf16_len(&row[0].text) <= SHORT_LABEL => row.push(button),
            _ => rows.push(vec![button]),
        }
    }
    rows
}

/// Title, who asks and how much is at stake.
fn head(approval: &Approval, asked: &Asked, outcome: Option<&Formatted>) -> Writing {
    let mut card = Writing::default();
    if let Some(outcome) = outcome {
        card = card.formatted(outcome).lines(2);
    }
    let mark = match approval.risk {
        Risk::Low | Risk::Medium => "❓ ",
        Risk::High => "⚠️ ",
    };
    card = card.text(mark).bold(&asked.title).lines(1);
    card = card.text(&format!("{} asks", approval.requester.agent));
    if approval.risk == Risk::High {
        card = card.text(" · ").bold("high risk");
    }
    card
}

fn foot(card: Writing, approval: &Approval, zone: Zone) -> Writing {
    if !approval.is_pending() {
        return card;
    }
    card.lines(2)
        .italic(&format!("Answer until {}", zone.clock_and_day(moment(approval.expires), moment(approval.created))))
}

fn whole(approval: &Approval, asked: &Asked, outcome: Option<&Formatted>, zone: Zone) -> Formatted {
    let mut card = head(approval, asked, outcome);
    if let Some(description) = &asked.description {
        card = card
            .lines(2)
            .formatted(&text::format(&text::Foreign::new(description.as_str()).to_string(), TextFormat::Markdown));
    }
    if let Some(tool) = &asked.tool {
        card = card.lines(2).text("Tool: ").code(tool);
    }
    if let Some(arguments) = &asked.arguments {
        card = card.pre("json", &pretty(arguments));
    }
    foot(card, approval, zone).finish()
}

fn head_only(approval: &Approval, asked: &Asked, outcome: Option<&Formatted>, zone: Zone) -> Formatted {
    let mut card = head(approval, asked, outcome);
    if let Some(tool) = &asked.tool {
        card = card.lines(2).text("Tool: ").code(&shortened(tool, 100));
    }
    card = card.lines(2).text("📎 The whole request is in the attached file. Read it before you decide.");
    foot(card, approval, zone).finish()
}

/// Everything, for reading in full.
fn as_document(approval: &Approval, asked: &Asked) -> String {
    let shown = |words: &str| text::Foreign::new(words).to_string();
    let mut document = format!("# {}\n\nAsked by {}\n", shown(&asked.title), shown(&approval.requester.agent));
    if let Some(tool) = &asked.tool {
        document.extend(["\nTool: `", &shown(tool), "`\n"]);
    }
    if let Some(arguments) = &asked.arguments {
        document.extend(["\n```json\n", &shown(&pretty(arguments)), "\n```\n"]);
    }
    if let Some(description) = &asked.description {
        document.extend(["\n", &shown(description), "\n"]);
    }
    document
}

/// Arguments as a person reads them.
pub(super) fn pretty(arguments: &serde_json::Value) -> String {
    serde_json::to_string_pretty(arguments).expect("JSON can be written")
}

/// At most so many characters of a line that is shown whole elsewhere.
pub(crate) fn shortened(words: &str, max: usize) -> String {
    match words.char_indices().nth(max) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}…", &words[..end]),
    }
}
