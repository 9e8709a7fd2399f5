//! How far a long call is: a bar where a person watches, a line now and then elsewhere.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::note;
use crate::control::ProgressReport;

/// Shows progress on standard error.
pub(crate) struct Watch {
    bar: Option<ProgressBar>,
    is_terminal: bool,
    /// Tenths that were told already, for plain lines.
    told: Option<u64>,
}

impl Watch {
    /// A watcher that shows nothing until there is something.
    pub(crate) fn new() -> Self {
        Self { bar: None, is_terminal: stderr().is_terminal(), told: None }
    }

    /// Shows how far it is.
    pub(crate) fn show(&mut self, report: &ProgressReport) {
        if self.is_terminal {
            self.show_bar(report);
        } else {
            self.tell(report);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn show_bar(&mut self, report: &ProgressReport) {
        let bar = self.bar.get_or_insert_with(|| match report.total {
            Some(_) => ProgressBar::new(0).with_style(
                ProgressStyle::with_template("{bar:30} {percent:>3}% {msg} {eta}").expect("a valid template"),
            ),
            None => ProgressBar::new_spinner(),
        });
        if let Some(total) = report.total {
            bar.set_length(total);
        }
        bar.set_message(super::printable(&report.message));
        bar.set_position(report.done);
    }

    /// One line for every tenth, so that a log stays readable.
    fn tell(&mut self, report: &ProgressReport) {
        let tenth = match report.total {
            Some(total) if total > 0 => report.done.saturating_mul(10) / total,
            Some(_) | None => report.done,
        };
        if self.told == Some(tenth) {
            return;
        }
        self.told = Some(tenth);
        match report.total {
            Some(total) => note(format!("{} ({} of {total})", report.message, report.done)),
            None => note(format!("{} ({})", report.message, report.done)),
        }
    }
}
