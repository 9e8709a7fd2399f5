//! Leading a person to the page where a session signs in, where a call finds that it has to.
//!
//! A client that opens pages is given a link that counts once: in the stateless era by an answer that requires input,
//! sealed to this caller, tool and arguments; before that by a question on the open connection. The link is for the
//! person alone and stands in no result, so no model reads it. Whoever cannot be led there is told what everybody is.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitationAction, InputRequest, InputRequests,
    InputRequiredResult, SealOptions,
};
use rmcp::service::RequestContext;
use telegraphist_application::enrolments::EnrolmentEnd;
use telegraphist_application::{CallContext, Caller, Code, Failure};

use super::confirmation::binding;
use super::handler::is_stateless;
use super::{Inner, Room};
use crate::catalogue::Tool;

/// A link to the page where somebody signs a session in. Not `Debug`: whoever has it can.
pub struct SignInLink {
    /// By which its end can be waited for; no secret.
    pub id: String,
    /// What the person opens.
    pub url: String,
}

/// Makes a link for a caller and a session's name; `None` where nobody can be led there.
pub type SignInLinks =
    Arc<dyn Fn(Caller, String) -> Pin<Box<dyn Future<Output = Option<SignInLink>> + Send>> + Send + Sync>;

/// The one question.
const SIGN_IN: &str = "sign_in";

/// How long a call waits for a person at the page: many clients give up after a minute.
const WAIT_MAX: Duration = Duration::from_secs(45);

/// How a call that found no login goes on.
pub(super) enum Led {
    /// The client is to open the page and call again.
    Ask(InputRequiredResult),
    /// Somebody signed in; it can be made again.
    SignedIn,
}

impl Room {
    /// Before a call that was made again after its client opened the page: waits for the person there.
    pub(super) async fn wait_at_page(&self, tool: &Tool, params: &CallToolRequestParams, context: &CallContext) {
        if let Some(id) = opened(&self.inner, tool, params) {
            self.is_signed_in(&id, context).await;
        }
    }

    /// After a call that failed: leads the person to the page if that helps, and has not been done for this call before.
    pub(super) async fn lead_to_page(
        &self,
        tool: &Tool,
        params: &CallToolRequestParams,
        request: &RequestContext<RoleServer>,
        failure: &Failure,
    ) -> Option<Led> {
        let session = failure.details.as_ref()?.get("session")?.as_str()?;
        let make = self.inner.options.sign_in_links.as_ref()?;
        let may_help = failure.code == Code::NeedsLogin && opens_pages(request);
        if !may_help || opened(&self.inner, tool, params).is_some() {
            return None;
        }
        let link = make(self.inner.caller.clone(), session.to_owned()).await?;
        if is_stateless(request) {
            return Some(Led::Ask(question(&self.inner, tool, params, session, link)));
        }
        let id = link.id.clone();
        let wait = self.inner.options.confirm_max;
        let asked = request.peer.create_elicitation_with_timeout(page(session, link), Some(wait));
        let answer = tokio::select! {
            answer = asked => answer.ok()?,
            () = request.ct.cancelled() => return None,
        };
        let context = super::call::context(request).ok()?;
        let is_done = answer.action == ElicitationAction::Accept && self.is_signed_in(&id, &context).await;
        is_done.then_some(Led::SignedIn)
    }

    /// Waits for the end of a sign-in, no longer than the client does.
    async fn is_signed_in(&self, id: &str, context: &CallContext) -> bool {
        let app = &self.inner.app;
        let left = context.deadline.map(|until| (until - app.ports().clock.now()).to_std().unwrap_or_default());
        tokio::select! {
            end = app.enrolment_end(id) => matches!(end, EnrolmentEnd::SignedIn { .. }),
            () = context.cancel.cancelled() => false,
            () = self.closing.cancelled() => false,
            () = tokio::time::sleep(left.map_or(WAIT_MAX, |left| left.min(WAIT_MAX))) => false,
        }
    }
}

/// Whether the client shows links to people and opens them when they agree.
fn opens_pages(request: &RequestContext<RoleServer>) -> bool {
    let elicitation = request.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    elicitation.is_some_and(|modes| modes.url.is_some())
}

/// Whose end is to be waited for, if this very call has led to a page before.
fn opened(inner: &Inner, tool: &Tool, params: &CallToolRequestParams) -> Option<String> {
    params.input_responses.as_ref()?.get(SIGN_IN)?;
    let sealed = params.request_state.as_ref()?;
    let state = inner.options.state.open_with(sealed, &sealed_for(inner, tool, params)).ok()?;
    String::from_utf8(state).ok()
}

fn sealed_for(inner: &Inner, tool: &Tool, params: &CallToolRequestParams) -> Vec<u8> {
    let arguments = params.arguments.clone().unwrap_or_default();
    // Another question's state is none of ours.
    [SIGN_IN.as_bytes(), &binding(inner, tool, &arguments)].concat()
}

fn question(
    inner: &Inner,
    tool: &Tool,
    params: &CallToolRequestParams,
    session: &str,
    link: SignInLink,
) -> InputRequiredResult {
    let bound = sealed_for(inner, tool, params);
    let options = SealOptions::new().associated_data(&bound).ttl(inner.options.confirm_max);
    let sealed = inner.options.state.seal_with(link.id.as_bytes(), &options);
    let asked = InputRequest::Elicitation(ElicitRequest::new(page(session, link)));
    let requests = InputRequests::from([(SIGN_IN.to_owned(), asked)]);
    InputRequiredResult::new(Some(requests), Some(sealed)).with_meta(inner.identity.clone())
}

fn page(session: &str, link: SignInLink) -> ElicitRequestParams {
    ElicitRequestParams::UrlElicitationParams {
        meta: None,
        message: format!(
            "Session `{session}` is not signed in to Telegram. Sign in on this server's page, then come back."
        ),
        url: link.url,
        elicitation_id: link.id,
    }
}
