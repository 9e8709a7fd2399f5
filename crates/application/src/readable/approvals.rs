use super::{Lines, Readable, minute, page};
use crate::views::{ApprovalStateName, ApprovalView, Page};

impl Readable for Page<ApprovalView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "questions", lines, |approval, lines| {
            lines.put(format_args!("{} · {} · {} · ", approval.approval_id, approval.state.as_str(), approval.title));
            if let Some(decision) = &approval.decision {
                lines.put(format_args!("{} by ", decision.choice));
                lines.name(&decision.by);
            } else {
                lines.push("expires ");
                minute(approval.expires, lines);
            }
        });
    }
}

impl Readable for ApprovalView {
    fn read(&self, lines: &mut Lines) {
        lines.line(format!("approval {}: {} · {}", self.approval_id, self.state.as_str(), self.title));
        if let Some(tool) = &self.tool {
            lines.line(format!("tool: {tool}"));
        }
        match &self.decision {
            Some(decision) => {
                let allowed = if decision.is_allowed { "allowed" } else { "not allowed" };
                lines.put(format_args!("decision: {} (option {}, {allowed}) by ", decision.choice, decision.index));
                lines.name(&decision.by);
                lines.push(" at ");
                minute(decision.at, lines);
                lines.end();
                if let Some(reason) = &decision.reason {
                    lines.push("reason: ");
                    lines.quoted(reason);
                    lines.end();
                }
                if let Some(arguments) = &decision.arguments {
                    lines.line(format!("arguments to use: {arguments}"));
                }
            }
            None if self.state == ApprovalStateName::Pending => self.pending(lines),
            None => {}
        }
        lines.field("why", self.why.as_ref());
    }
}

impl ApprovalView {
    fn pending(&self, lines: &mut Lines) {
        lines.put(format_args!("options: {}; shown to {}; expires ", self.options.join(" | "), self.shown_to));
        minute(self.expires, lines);
        lines.end();
        if let Some(held) = self.held_until {
            lines.push("held back by quiet hours until ");
            minute(held, lines);
            lines.end();
        }
        if self.voices > 0 {
            lines.line(format!("{} have said yes; more have to", self.voices));
        }
        lines.line("nothing is allowed yet: call wait_for_approval with this approval_id");
    }
}
