//! One call of a tool: admitted, confirmed if need be, run with the caller's deadline, watched if the caller watches.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rmcp::RoleServer;
use rmcp::model::{CallToolRequestParams, InputRequiredResult, ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use serde_json::Map;
use telegraphist_application::approvals::Life;
use telegraphist_application::ports::Progress;
use telegraphist_application::{CallContext, Code, Failure, Toolset};
use tokio::sync::{SemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

use super::signing_in::Led;
use super::{Room, confirmation};
use crate::catalogue::{Called, Tool, with_id};
use crate::lines::BrokenText;

/// Where a client says until when it waits.
const DEADLINE: &str = "telegraphist/deadline";

/// The longest name of an agent, in characters.
const NAME_MAX: usize = 60;

/// What became of a call.
pub(super) enum Outcome {
    /// It was answered.
    Called(Called),
    /// The client is to ask the person and call again.
    Ask(InputRequiredResult),
}

type Request = RequestContext<RoleServer>;

impl Room {
    pub(super) async fn call(
        &self,
        tool: &'static Tool,
        params: CallToolRequestParams,
        request: &Request,
    ) -> Result<Outcome, Failure> {
        let result = self.admit_and_call(tool, params, request).await;
        result.map_err(|failure| self.identified(failure))
    }

    /// A failure with the id that finds it in logs; those that reached the pipeline have one.
    pub(super) fn identified(&self, failure: Failure) -> Failure {
        let is_new = failure.correlation_id.is_empty();
        if is_new { with_id(failure, &self.inner.app, None) } else { failure }
    }

    async fn admit_and_call(
        &self,
        tool: &'static Tool,
        mut params: CallToolRequestParams,
        request: &Request,
    ) -> Result<Outcome, Failure> {
        if has_broken_text(request) {
            return Err(Failure::new(
                Code::InvalidArgument,
                "A text holds half of a surrogate pair, which is no character.",
                "Send the text again as valid Unicode.",
            ));
        }
        let mut context = context(request)?;
        // Only what people see or decide is bound to an agent; all else need not know.
        if matches!(tool.facts.toolset, Toolset::Notify | Toolset::Approvals) {
            context.life = self.life(request);
        }
        let _admitted = self.limits.admitted.try_acquire().map_err(|_| overloaded())?;
        self.wait_at_page(tool, &params, &context).await;
        if let Some(asked) = confirmation::obtained(&self.inner, tool, &mut params, request).await? {
            return Ok(Outcome::Ask(asked));
        }
        let called = match self.run(tool, &params, request, context.clone()).await {
            Err(failure) => match self.lead_to_page(tool, &params, request, &failure).await {
                Some(Led::Ask(asked)) => return Ok(Outcome::Ask(asked)),
                Some(Led::SignedIn) => self.run(tool, &params, request, context).await?,
                None => return Err(failure),
            },
            Ok(called) => called,
        };
        if tool.is_read_only() && called.size() > self.inner.options.answer_max {
            return Err(Failure::new(
                Code::InvalidArgument,
                "The answer is too large to be sent.",
                "Ask for less at once, or download the file instead of viewing it.",
            ));
        }
        Ok(Outcome::Called(called))
    }

    /// Runs a call in its turn.
    async fn run(
        &self,
        tool: &'static Tool,
        params: &CallToolRequestParams,
        request: &Request,
        mut context: CallContext,
    ) -> Result<Called, Failure> {
        let _running = self.turn(&context).await?;
        let none = Map::new();
        let arguments = params.arguments.as_ref().unwrap_or(&none);
        let waits_for_people = tool.facts.toolset == Toolset::Approvals;
        if waits_for_people {
            context.cancel = context.cancel.child_token();
        }
        let cancel = context.cancel.clone();
        let call = async {
            match request.meta.get_progress_token() {
                None => tool.call(&self.inner.app, &self.inner.caller, arguments, context).await,
                Some(token) => {
                    let (reports, heard) = mpsc::channel(REPORTS_MAX);
                    context.progress = Arc::new(Reports(reports));
                    let call = tool.call(&self.inner.app, &self.inner.caller, arguments, context);
                    watched(call, heard, token, &request.peer).await
                }
            }
        };
        if waits_for_people { self.until_closing(call, &cancel).await } else { call.await }
    }

    /// A call that may wait for people: where the server ends, it is answered as it stands.
    async fn until_closing<T>(&self, call: impl Future<Output = T>, cancel: &CancellationToken) -> T {
        let mut call = std::pin::pin!(call);
        tokio::select! {
            biased;
            result = call.as_mut() => return result,
            () = self.closing.cancelled() => cancel.cancel(),
        }
        call.await
    }

    /// Which agent calls, by the name that its client gives.
    pub(super) fn life(&self, request: &Request) -> Life {
        let named = request.client_info().map(|client| client.name).unwrap_or_default();
        Life { agent: shown_name(&named), generation: self.generation.clone() }
    }

    /// Waits for a place among the running calls, no longer than the caller waits.
    async fn turn(&self, context: &CallContext) -> Result<SemaphorePermit<'_>, Failure> {
        if let Ok(permit) = self.limits.running.try_acquire() {
            return Ok(permit);
        }
        let left =
            context.deadline.map(|until| (until - self.inner.app.ports().clock.now()).to_std().unwrap_or_default());
        let wait = left.map_or(self.inner.options.turn_max, |left| left.min(self.inner.options.turn_max));
        tokio::select! {
            permit = self.limits.running.acquire() => permit.map_err(|_| overloaded()),
            () = context.cancel.cancelled() => Err(Failure::new(Code::Cancelled, "The call was cancelled.", "Nothing was done.")),
            () = tokio::time::sleep(wait) => Err(Failure::new(
                Code::DeadlineExceeded,
                "The call did not get its turn in time; nothing was changed.",
                "Make fewer calls at once, or give a later deadline.",
            )),
        }
    }
}

/// Whether a text of the call was no text; over HTTP the mark comes with the request's head.
fn has_broken_text(request: &Request) -> bool {
    let head = request.extensions.get::<http::request::Parts>();
    request.extensions.get::<BrokenText>().is_some()
        || head.is_some_and(|head| head.extensions.get::<BrokenText>().is_some())
}

/// A name as people are shown it: what would hide, reorder or fill the screen is left out.
fn shown_name(name: &str) -> String {
    let is_plain = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    name.trim().chars().filter(is_plain).take(NAME_MAX).collect()
}

fn overloaded() -> Failure {
    Failure::new(
        Code::Overloaded,
        "Too many calls are under way on this connection.",
        "Wait for some of them to end, then repeat this one.",
    )
    .retry_after(std::time::Duration::from_secs(1))
}

/// What a request says about its call: until when the client waits, and that it left.
pub(super) fn context(request: &Request) -> Result<CallContext, Failure> {
    let deadline = deadline(request)?;
    Ok(CallContext { deadline, cancel: request.ct.clone(), ..CallContext::default() })
}

/// Until when the client waits, where it says so.
fn deadline(request: &Request) -> Result<Option<DateTime<Utc>>, Failure> {
    let Some(value) = request.meta.get(DEADLINE) else { return Ok(None) };
    let parsed = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    match parsed {
        Some(deadline) => Ok(Some(deadline.to_utc())),
        None => Err(Failure::new(
            Code::InvalidArgument,
            format!("`_meta[\"{DEADLINE}\"]` is not a time."),
            "Give it as RFC 3339, for example 2026-01-31T12:00:00Z, or leave it out.",
        )),
    }
}

/// Reports that wait to be sent; more are dropped, because only the newest matters.
const REPORTS_MAX: usize = 8;

struct Report {
    done: u64,
    total: Option<u64>,
    message: String,
}

struct Reports(mpsc::Sender<Report>);

impl Progress for Reports {
    fn report(&self, done: u64, total: Option<u64>, message: &str) {
        let _ = self.0.try_send(Report { done, total, message: message.to_owned() });
    }
}

/// Runs a call and passes its reports on; all that were made are sent before the call's answer can be.
async fn watched<T>(
    call: impl Future<Output = T>,
    mut reports: mpsc::Receiver<Report>,
    token: ProgressToken,
    peer: &Peer<RoleServer>,
) -> T {
    let mut call = std::pin::pin!(call);
    let mut watcher = Watcher { peer, token, shown: -1.0 };
    loop {
        tokio::select! {
            biased;
            Some(report) = reports.recv() => watcher.tell(report).await,
            result = &mut call => {
                while let Ok(report) = reports.try_recv() {
                    watcher.tell(report).await;
                }
                return result;
            }
        }
    }
}

/// A client that wants to hear how far its call is.
struct Watcher<'a> {
    peer: &'a Peer<RoleServer>,
    token: ProgressToken,
    shown: f64,
}

impl Watcher<'_> {
    #[expect(clippy::cast_precision_loss, reason = "progress is shown to people")]
    async fn tell(&mut self, report: Report) {
        self.shown = progressed(self.shown, report.done);
        let mut param = ProgressNotificationParam::new(self.token.clone(), self.shown).with_message(report.message);
        param.total = report.total.map(|total| total as f64);
        // A client that left needs no progress; its call is cancelled in another way.
        let _ = self.peer.notify_progress(param).await;
    }
}

/// The protocol wants progress that only grows; a new phase that counts from zero moves it a little.
#[expect(clippy::cast_precision_loss, reason = "progress is shown to people")]
fn progressed(shown: f64, done: u64) -> f64 {
    let done = done as f64;
    if done > shown { done } else { shown + 0.001 }
}

#[cfg(test)]
mod tests {
    use super::progressed;

    #[test]
    fn progress_only_grows() {
        let shown = [0, 5, 5, 0, 9].into_iter().scan(-1.0, |shown, done| {
            *shown = progressed(*shown, done);
            Some(*shown)
        });
        assert!(shown.collect::<Vec<f64>>().is_sorted_by(|one, other| one < other));
    }
}
