use super::{Lines, Readable, minute};
use crate::views::{Accepted, Arrives};

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
