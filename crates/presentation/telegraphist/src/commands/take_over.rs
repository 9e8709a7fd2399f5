//! Taking a profile over from a daemon in the background; one that a person looks at, or a service manager keeps, stays.

use anyhow::bail;
use telegraphist_relay::Link;

use crate::claim::AlreadyServed;
use crate::control::{Control, Request, Status};

/// How often it is tried.
const TRIES_MAX: usize = 8;

/// Opens a profile as soon as nobody has it. A relay whose daemon makes way starts another at once, which may be quicker
/// than we are; that one is asked to make way too.
pub(super) async fn opened<T>(link: &Link, open: impl AsyncFn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    for _ in 1..TRIES_MAX {
        make_way(link)?;
        match open().await {
            Err(problem) if problem.is::<AlreadyServed>() => {}
            outcome => return outcome,
        }
    }
    make_way(link)?;
    open().await
}

fn make_way(link: &Link) -> anyhow::Result<()> {
    let Some(mut control) = Control::existing(link)? else {
        return Ok(());
    };
    let status: Status = control.ask(Request::Status)?;
    if status.does_stay {
        let profile = link.places.profile.as_str();
        bail!(
            "profile {profile} is served already, by process {}; end it there with Ctrl-C, or with: telegraphist --profile {profile} daemon stop",
            status.pid
        );
    }
    let (): () = control.ask(Request::Stop)?;
    control.wait_for_the_end();
    Ok(())
}
