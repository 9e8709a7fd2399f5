//! `telegraphist completions SHELL`

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::terminal::Screen;

/// Prints them.
pub(crate) fn run(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "telegraphist", &mut script);
    Screen::new().raw(&String::from_utf8(script)?)
}
