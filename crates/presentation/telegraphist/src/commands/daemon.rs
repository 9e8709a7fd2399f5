//! `telegraphist daemon [stop|status|install]`

mod install;

use std::io::Write as _;
use telegraphist_relay::StartReport;

use super::Context;
use crate::arguments::{Daemon, DaemonCommand, Output};
use crate::claim::AlreadyServed;
use crate::control::{Control, Request, Status};
use crate::daemon::{self, Face, Owner, Stay};
use crate::telemetry;
use crate::terminal::{Screen, note};

/// Runs the daemon, or does something about the one that runs.
pub(crate) fn run(context: &Context, command: &Daemon) -> anyhow::Result<()> {
    match &command.command {
        None if command.on_demand => on_demand(context),
        None => foreground(context, command.stay),
        Some(DaemonCommand::Stop) => stop(context),
        Some(DaemonCommand::Status { output }) => status(context, *output),
        Some(DaemonCommand::Install) => install::run(context),
    }
}

/// Started by a client, which waits for one line on our standard output and outlives nothing.
fn on_demand(context: &Context) -> anyhow::Result<()> {
    // A session of its own, so that Ctrl-C in the client's terminal is not ours. It fails only for a process that
    // leads a group already, and is then as far from the terminal as it can be.
    let _ = rustix::process::setsid();
    telemetry::start(&context.settings.log)?;
    daemon::runtime()?.block_on(async {
        match open(context, Stay::UntilIdle(context.settings.daemon.idle.0).into()).await {
            Ok(owner) => {
                report(&StartReport::Ready);
                owner.serve().await
            }
            // Another was faster: whoever waits for us can use that one.
            Err(problem) if problem.is::<AlreadyServed>() => {
                report(&StartReport::Ready);
                Ok(())
            }
            Err(problem) => {
                report(&StartReport::Problem(format!("{problem:#}")));
                Err(problem)
            }
        }
    })
}

/// The profile of the demo is never opened as it was left: its Telegram is gone with the process that held it.
pub(super) async fn open(context: &Context, face: Face) -> anyhow::Result<Owner> {
    #[cfg(feature = "demo")]
    if context.places.profile.is_demo() {
        return Ok(crate::demo::open(&context.places, &context.settings, face).await?.owner);
    }
    Owner::open(&context.places, &context.settings, face).await
}

fn report(report: &StartReport) {
    let line = serde_json::to_string(report).expect("a report is plain data");
    // The client may be gone already; others will come.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn foreground(context: &Context, does_stay: bool) -> anyhow::Result<()> {
    telemetry::start(&context.settings.log)?;
    let stay = if does_stay { Stay::Foreground } else { Stay::UntilIdle(context.settings.daemon.idle.0) };
    daemon::runtime()?.block_on(async {
        let owner = open(context, stay.into()).await?;
        note(format!("Serving profile {} at {}", context.places.profile.as_str(), context.places.socket.display()));
        owner.serve().await
    })
}

fn stop(context: &Context) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let Some(mut control) = Control::existing(&context.link()?)? else {
        return screen.line("No daemon runs.");
    };
    let (): () = control.ask(Request::Stop)?;
    control.wait_for_the_end();
    screen.line("The daemon has ended.")
}

fn status(context: &Context, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let Some(mut control) = Control::existing(&context.link()?)? else {
        if output == Output::Json {
            return screen.json(&serde_json::Value::Null);
        }
        return screen.line("No daemon runs; the next client or command starts one.");
    };
    let status: Status = control.ask(Request::Status)?;
    if output == Output::Json {
        return screen.json(&serde_json::to_value(&status)?);
    }
    let idle = if status.does_stay {
        "stays".to_owned()
    } else {
        format!("ends {} after the last client", context.settings.daemon.idle)
    };
    screen.fields(&[
        ("profile", context.places.profile.as_str().to_owned()),
        ("version", status.version),
        ("process", status.pid.to_string()),
        ("since", status.since.format("%Y-%m-%d %H:%M UTC").to_string()),
        ("clients", status.clients.to_string()),
        ("sessions", status.sessions.to_string()),
        ("when idle", idle),
        ("data", context.places.data.display().to_string()),
        ("socket", context.places.socket.display().to_string()),
    ])
}
