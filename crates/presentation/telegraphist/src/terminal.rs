//! What people see: tables, fields, progress, QR codes, questions.
//!
//! Everything but [`progress`](Watch) and questions goes to standard output, through [`Screen`], which ends the command
//! quietly when the reader (`| head`) is gone. Control characters in what is shown never reach the terminal.

mod progress;
mod qr;
mod question;
mod table;

use std::io::{self, IsTerminal as _, Write as _};

pub(crate) use progress::Watch;
pub(crate) use qr::QrCode;
pub(crate) use question::{confirmed, secret, visible};
pub(crate) use table::Table;

/// Standard output of a command that people or scripts read.
pub(crate) struct Screen {
    output: io::StdoutLock<'static>,
    /// Whether somebody looks at it.
    pub(crate) is_terminal: bool,
}

impl Screen {
    /// The screen of this process.
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        Self { is_terminal: stdout.is_terminal(), output: stdout.lock() }
    }

    /// Prints a line.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> anyhow::Result<()> {
        self.raw(&printable(text.as_ref()))?;
        self.raw("\n")
    }

    /// Prints a text of ours as it is.
    pub(crate) fn raw(&mut self, text: &str) -> anyhow::Result<()> {
        match self.output.write_all(text.as_bytes()) {
            Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            outcome => Ok(outcome?),
        }
    }

    /// Prints `name  value`, the names in a column.
    pub(crate) fn fields(&mut self, fields: &[(&str, String)]) -> anyhow::Result<()> {
        let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in fields {
            self.line(format!("{name:width$}  {value}"))?;
        }
        Ok(())
    }

    /// Prints a value as JSON, for programs.
    pub(crate) fn json(&mut self, value: &serde_json::Value) -> anyhow::Result<()> {
        let text = if self.is_terminal { serde_json::to_string_pretty(value)? } else { value.to_string() };
        self.line(text)
    }

    /// Makes what was printed visible before a wait.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.output.flush()?)
    }
}

/// The text without what a terminal would obey: strangers can put escape sequences into a message.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Says something to the person on standard error.
pub(crate) fn note(text: impl AsRef<str>) {
    // Standard error may be closed; then there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", printable(text.as_ref()));
}

/// Columns of the terminal, at most 120 and at least 60; 80 where there is none.
pub(crate) fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.map_or(80, |size| match size.ws_col {
        0 => 80,
        columns => usize::from(columns).clamp(60, 120),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_never_reaches_the_terminal() {
        let shown = printable("before\u{1b}[31mred\u{9b}2J\rafter\u{7}\n\tnext");
        assert_eq!(shown, "before\u{fffd}[31mred\u{fffd}2J\u{fffd}after\u{fffd}\n\tnext");
    }
}
