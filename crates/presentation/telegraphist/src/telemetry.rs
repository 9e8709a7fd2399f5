//! What the program tells about itself: to standard error only, and never what people wrote to each other.
//!
//! Libraries write whole messages and requests into their finer levels, so those stay shut whatever `log.filter` says.

use std::io::{IsTerminal as _, stderr};

use anyhow::Context as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, filter};

use crate::settings::{Log, LogFormat};

/// Starts it; once in a process.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    let wanted = EnvFilter::try_new(&log.filter).context("log.filter is checked when it is read")?;
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let discreet = filter::filter_fn(|about| *about.level() <= finest_of(about.target()));
    tracing_subscriber::registry().with(lines.with_filter(discreet).with_filter(wanted)).init();
    Ok(())
}

/// The finest level of a target that cannot hold what people wrote: of ours all, of libraries what is said once.
fn finest_of(target: &str) -> LevelFilter {
    let library = target.split("::").next().unwrap_or_default();
    if library == "rmcp" {
        // It quotes messages that it did not expect.
        return LevelFilter::ERROR;
    }
    if library.starts_with("telegraphist") { LevelFilter::TRACE } else { LevelFilter::INFO }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_that_quote_messages_are_not_let_into_detail() {
        assert_eq!(finest_of("rmcp::service"), LevelFilter::ERROR);
        assert_eq!(finest_of("grammers_session::message_box"), LevelFilter::INFO);
        assert_eq!(finest_of("telegraphist_mtproto::line"), LevelFilter::TRACE);
        assert_eq!(finest_of("telegraphist"), LevelFilter::TRACE);
    }
}
