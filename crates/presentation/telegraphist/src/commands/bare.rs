//! `telegraphist` without a command: MCP on standard input and output.

use std::io::IsTerminal as _;
use telegraphist_relay::Errand;
use telegraphist_relay::greeting::Hello;

use super::Context;
use crate::daemon::{self, Stay};
use crate::telemetry;
use crate::terminal::note;

/// As a relay to the profile's daemon: what every client starts.
pub(crate) fn relay(context: &Context) -> anyhow::Result<()> {
    tell_a_person();
    let hello = Hello::mcp(&context.places, context.settings.tools.choice());
    Ok(Errand::new(context.link()?, hello).go()?)
}

/// As the profile's owner, with this one client and whoever comes over the socket.
pub(crate) fn in_process(context: &Context) -> anyhow::Result<()> {
    tell_a_person();
    telemetry::start(&context.settings.log)?;
    daemon::runtime()?.block_on(async {
        let hello = Hello::mcp(&context.places, context.settings.tools.choice());
        let owner = daemon::Owner::open(&context.places, &context.settings, Stay::Foreground.into()).await?;
        owner.serve_stdio(&hello).await
    })
}

/// Somebody who types the bare name is looking for something else.
fn tell_a_person() {
    if std::io::stdin().is_terminal() {
        note("This is an MCP server; a client starts it and speaks JSON to it. Ctrl-D ends it.");
        note("For people: telegraphist --help, or telegraphist demo to look around.");
    }
}
