//! `telegraphist serve [--listen ADDRESS]`

use super::Context;
use crate::commands::{daemon, take_over};
use crate::daemon::{Face, Stay, runtime};
use crate::settings::Http;
use crate::telemetry;
use crate::terminal::note;

/// Serves the profile until it is told to end, over HTTP besides the socket.
pub(crate) fn run(context: &Context) -> anyhow::Result<()> {
    telemetry::start(&context.settings.log)?;
    let listen = context.settings.http.listen.0.clone();
    let metrics = context.settings.metrics.listen.0.clone();
    let admin = context.settings.admin.door();
    let face = Face { stay: Stay::Foreground, http: Some(listen), metrics: Some(metrics), admin };
    runtime()?.block_on(async {
        let owner = take_over::opened(&context.link()?, async || daemon::open(context, face.clone()).await).await?;
        note(format!("Serving profile {} at {}", context.places.profile.as_str(), context.places.socket.display()));
        tell_where(owner.http(), &context.settings.http);
        tell_metrics(owner.metrics());
        tell_admin(owner.admin(), &context.settings.http);
        owner.serve().await
    })
}

/// Says where the numbers are.
pub(super) fn tell_metrics(metrics: Option<&telegraphist_http::Listen>) {
    if let Some(at) = metrics {
        note(format!("Metrics are at http://{at}/metrics"));
    }
}

/// Says where the operator comes in.
pub(super) fn tell_admin(admin: Option<&telegraphist_http::Listen>, settings: &Http) {
    let scheme = if settings.tls().is_some() { "https" } else { "http" };
    if let Some(at) = admin {
        note(format!("Administration is at {scheme}://{at}/admin/v1"));
    }
}

/// Says where HTTP is.
pub(super) fn tell_where(http: Option<&telegraphist_http::Listen>, settings: &Http) {
    let scheme = if settings.tls().is_some() { "https" } else { "http" };
    match http {
        Some(at @ telegraphist_http::Listen::Tcp(_)) => note(format!("HTTP is at {scheme}://{at}")),
        Some(telegraphist_http::Listen::Unix(path)) => {
            note(format!(
                "HTTP is at the socket {0}: curl --unix-socket {0} http://localhost/v1/approvals",
                path.display()
            ));
        }
        None => {}
    }
}
