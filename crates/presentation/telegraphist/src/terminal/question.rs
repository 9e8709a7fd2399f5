//! Questions to the person: on the terminal, so that they also work while standard input is a pipe.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stderr, stdin};

use anyhow::{Context as _, ensure};

/// Asks for a line.
pub(crate) fn visible(question: &str) -> anyhow::Result<String> {
    write!(stderr(), "{question}: ")?;
    stderr().flush()?;
    let mut line = String::new();
    let count = stdin().lock().read_line(&mut line)?;
    ensure!(count > 0, "there was no answer to \"{question}\"");
    Ok(line.trim().to_owned())
}

/// Asks for a line that is not shown while it is typed. Read from standard input where that is no terminal, so that
/// scripts can answer.
pub(crate) fn secret(question: &str) -> anyhow::Result<String> {
    if !stdin().is_terminal() {
        return visible(question);
    }
    let answer = rpassword::prompt_password(format!("{question}: "));
    Ok(answer.context("cannot read from the terminal")?.trim().to_owned())
}

/// Asks yes or no; anything but yes is no.
pub(crate) fn confirmed(question: &str) -> anyhow::Result<bool> {
    let answer = visible(&format!("{question} [yes/no]"))?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}
