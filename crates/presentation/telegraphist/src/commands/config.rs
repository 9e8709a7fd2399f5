//! `telegraphist config check|show`

use super::Context;
use crate::arguments::Config;
use crate::places;
use crate::settings::Origin;
use crate::terminal::Screen;

/// By the time this runs the configuration has been read: what could be wrong with it was said by then.
pub(crate) fn run(context: &Context, command: &Config) -> anyhow::Result<()> {
    match command {
        Config::Check => check(context),
        Config::Show => show(context),
    }
}

fn check(context: &Context) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let settings = &context.settings;
    let changed = settings.shown().iter().filter(|(key, _)| settings.origin(key) != Origin::BuiltIn).count();
    screen.line(format!("The configuration is valid; {changed} of its keys differ from the defaults."))?;
    screen.line(format!("File: {}", file(context)?))?;
    if let Err(problem) = settings.http.check_for_profile() {
        screen.line(format!("`telegraphist serve` would refuse it as it is: {problem}."))?;
    }
    if !settings.has_api_credentials() {
        screen.line("To sign in, telegram.api_id and telegram.api_hash are still needed.")?;
    }
    Ok(())
}

fn show(context: &Context) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    screen.line(format!("# {}", file(context)?))?;
    let mut section = "";
    for (key, value) in context.settings.shown() {
        let (of, name) = key.split_once('.').unwrap_or(("", key));
        if of != section {
            screen.line(format!("\n[{of}]"))?;
            section = of;
        }
        let origin = context.settings.origin(key).as_str();
        screen.line(format!("{:<48} # {origin}", format!("{name} = {value}")))?;
    }
    Ok(())
}

fn file(context: &Context) -> anyhow::Result<String> {
    let path = match &context.config {
        Some(path) => path.clone(),
        None => places::configuration_file(&context.environment)?,
    };
    let exists = if path.exists() { "" } else { " (not there; defaults are used)" };
    Ok(format!("{}{exists}", path.display()))
}
