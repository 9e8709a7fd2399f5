//! `telegraphist doctor`: what is wrong, and how to mend it.
//!
//! It never makes anything: what is missing is reported. What only the owner can know, it is asked.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::bail;
use telegraphist_relay::greeting::VERSION;

use super::Context;
use crate::control::{Control, Finding, Health, Request, Status};
use crate::terminal::{Screen, width};

/// Examines and reports.
pub(crate) fn run(context: &Context) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let mut findings = vec![api(context), data(context), private_file("store", &context.places.database())];
    findings.extend(key_file(context));
    findings.extend(owner(context));
    let mut bad = 0;
    for finding in &findings {
        print(&mut screen, finding)?;
        bad += usize::from(finding.health == Health::Bad);
    }
    match bad {
        0 => screen.line("\nNothing is wrong."),
        1 => bail!("one thing is wrong"),
        many => bail!("{many} things are wrong"),
    }
}

fn print(screen: &mut Screen, finding: &Finding) -> anyhow::Result<()> {
    let mark = match finding.health {
        Health::Good => "ok  ",
        Health::Notable => "note",
        Health::Bad => "BAD ",
    };
    screen.line(format!("{mark}  {:<14}{}", finding.subject, finding.what))?;
    if let Some(remedy) = &finding.remedy {
        let indent = if remedy.len() + 20 > width() { "      " } else { "                    " };
        screen.line(format!("{indent}-> {remedy}"))?;
    }
    Ok(())
}

impl Finding {
    fn good(subject: &str, what: impl Into<String>) -> Self {
        Self::of(Health::Good, subject, what, None)
    }

    fn bad(subject: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self::of(Health::Bad, subject, what, Some(remedy))
    }

    fn notable(subject: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self::of(Health::Notable, subject, what, Some(remedy))
    }

    fn of(health: Health, subject: &str, what: impl Into<String>, remedy: Option<&str>) -> Self {
        Self { health, subject: subject.to_owned(), what: what.into(), remedy: remedy.map(str::to_owned) }
    }
}

fn api(context: &Context) -> Finding {
    if context.settings.has_api_credentials() {
        return Finding::good("API id", format!("{}, with a hash", context.settings.telegram.api_id));
    }
    Finding::notable(
        "API id",
        "not configured; needed only to sign in",
        "https://my.telegram.org, then `telegraphist login --help`",
    )
}

fn data(context: &Context) -> Finding {
    let path = &context.places.data;
    let shown = path.display().to_string();
    match mode(path) {
        None => Finding::notable("data", format!("{shown} is not there yet"), "it is made at the first use"),
        Some(mode) if mode & 0o077 != 0 => {
            Finding::bad("data", format!("{shown} is open to other users ({mode:03o})"), &format!("chmod 700 {shown}"))
        }
        Some(_) => Finding::good("data", shown),
    }
}

fn private_file(subject: &str, path: &Path) -> Finding {
    let shown = path.display().to_string();
    match mode(path) {
        None => Finding::notable(subject, "not there yet", "it is made at the first use"),
        Some(mode) if mode & 0o077 != 0 => {
            Finding::bad(subject, format!("open to other users ({mode:03o})"), &format!("chmod 600 {shown}"))
        }
        Some(_) => Finding::good(subject, shown),
    }
}

/// A store without the file has its key elsewhere, or has lost it: that the owner knows.
fn key_file(context: &Context) -> Option<Finding> {
    let path = context.places.key();
    (path.exists() || !context.places.database().exists()).then(|| private_file("vault key", &path))
}

fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

/// The daemon, and what it finds.
fn owner(context: &Context) -> Vec<Finding> {
    let mut control = match context.link().and_then(|link| Control::open(&link)) {
        Ok(control) => control,
        Err(problem) => {
            let remedy = format!("its log is {}", context.places.log().display());
            return vec![Finding::bad("daemon", format!("{problem}"), &remedy)];
        }
    };
    let mut findings = vec![Finding::good("socket", context.places.socket.display().to_string())];
    findings.push(match control.ask::<Status>(Request::Status) {
        Ok(status) if status.version == VERSION => {
            Finding::good("daemon", format!("version {VERSION}, process {}", status.pid))
        }
        Ok(status) => Finding::notable(
            "daemon",
            format!("version {} while this is {VERSION}", status.version),
            "telegraphist daemon stop",
        ),
        Err(problem) => Finding::bad("daemon", format!("{problem}"), "telegraphist daemon stop"),
    });
    match control.ask::<Vec<Finding>>(Request::Examine) {
        Ok(found) => findings.extend(found),
        Err(problem) => findings.push(Finding::bad("daemon", format!("{problem}"), "telegraphist daemon stop")),
    }
    findings
}
