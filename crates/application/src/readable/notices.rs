use super::{Lines, Readable, minute, named, page};
use crate::delivery::BridgeState;
use crate::views::{Accepted, Arrives, BridgeStatus, Cleared, EventTypeView, Page, Responses};

impl Readable for Accepted {
    fn read(&self, lines: &mut Lines) {
        let how = match (self.is_new, self.arrives) {
            (_, Some(Arrives::Skipped)) => "not sent",
            (false, _) => "accepted before",
            (true, Some(Arrives::Silently)) => "accepted, arrives silently",
            (true, Some(Arrives::Held)) => "accepted, held back by quiet hours",
            (true, Some(Arrives::Aloud) | None) => "accepted",
        };
        lines.put(format_args!("{how}: event {}", self.event_id));
        if let Some(until) = self.held_until {
            lines.push(" until ");
            minute(until, lines);
        }
        lines.end();
        for at in &self.deliveries {
            lines.line(format!("chat {}: {} · delivery {}", at.chat, at.state, at.delivery_id));
        }
        lines.field("note", self.hint.as_ref());
    }
}

impl Readable for Responses {
    fn read(&self, lines: &mut Lines) {
        if self.items.is_empty() {
            lines.line("no responses");
        }
        for one in &self.items {
            lines.put(format_args!("#{} ", one.response_id));
            minute(one.at, lines);
            lines.push(" ");
            named(&one.from, &one.user_id, None, lines);
            lines.push(if one.button.is_some() { " pressed " } else { ": " });
            lines.quoted(&one.text);
            if let Some(media) = &one.media {
                lines.put(format_args!(" [{media}]"));
            }
            if one.is_edited {
                lines.push(" (changed)");
            }
            if one.is_forwarded {
                lines.push(" (forwarded)");
            }
            if let Some(notice) = &one.answers {
                lines.put(format_args!(" · on event {} {}", notice.event_id, notice.title));
                if let Some(action) = &notice.action {
                    lines.put(format_args!(" · action {action}"));
                }
            }
            if let Some(approval) = &one.approval_id {
                lines.put(format_args!(" · decided approval {approval}"));
            }
            lines.end();
        }
        lines.more(self.next_cursor.as_deref());
        if !self.is_noted && !self.items.is_empty() {
            lines.line("given again until you call process_pending_responses");
        }
    }
}

impl Readable for BridgeStatus {
    fn read(&self, lines: &mut Lines) {
        let state = match self.state {
            BridgeState::Running => "running",
            BridgeState::Stopped => "stopped; what is queued waits for start_bridge",
            BridgeState::NoBot => "no bot; sign one in with `telegraphist login --bot`",
        };
        lines.line(format!("delivery: {state}"));
        lines.line(format!("mode {}: {}", self.mode.as_str(), self.mode.meaning()));
        lines.field("quiet hours", self.quiet_hours.as_ref());
        for bot in &self.bots {
            let delivers = if bot.is_delivering { "delivers" } else { "does not deliver" };
            lines.put(format_args!("{}: {delivers}, {}; ", bot.session, bot.hearing));
            lines.put(format_args!("{} queued, {} being sent, {} stuck", bot.queued, bot.sending, bot.stuck));
            if let Some(problem) = &bot.problem {
                lines.put(format_args!("; {problem}"));
            }
            lines.end();
        }
    }
}

impl Readable for Page<EventTypeView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "event types", lines, |event, lines| {
            lines.put(format_args!("{}: {}", event.name, event.data.join(", ")));
        });
    }
}

impl Readable for Cleared {
    fn read(&self, lines: &mut Lines) {
        lines.line(format!("{} responses deleted; what was not processed is kept", self.cleared));
    }
}
