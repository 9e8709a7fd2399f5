//! What the owner answers to each request of the command line.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use telegraphist_application::approvals::Life;
use telegraphist_application::operations::ListSessions;
use telegraphist_application::ports::{self, ApiCredentials, CodeWay, Progress, Verification};
use telegraphist_application::session_strings::{self, StringKind};
use telegraphist_application::{CallContext, Caller, Code, Failure};
use telegraphist_mcp::Catalogue;
use telegraphist_relay::greeting::VERSION;

use super::control::{Cancel, value};
use super::{House, Stay};
use crate::arguments::StringForm;
use crate::control::{Agent, Api, AuditState, Called, CodeSent, QrStep, Request, SignInStep, Status};

/// A QR code is looked at again after this, so that a command that is gone is noticed.
const SCAN_WAIT: Duration = Duration::from_secs(20);

/// Rows of the audit log that are given at once.
const AUDIT_ROWS_MAX: usize = 1_000;

/// Everything about a request besides what it asks.
pub(super) struct Asked {
    pub(super) progress: Arc<dyn Progress>,
    pub(super) cancel: Cancel,
}

impl House {
    /// Answers a request.
    pub(super) async fn answer(&self, request: Request, asked: Asked) -> Result<Value, Failure> {
        let app = &self.app;
        let caller = &Caller::owner();
        match request {
            Request::Status => self.status().await.map(value),
            Request::Stop => Ok(Value::Null),
            Request::Call { tool, arguments, timeout, agent } => {
                self.call(&tool, &arguments, timeout, life(agent), asked).await.map(value)
            }
            Request::Sessions => {
                let sessions = app.list_sessions(caller, ListSessions {}, CallContext::default());
                sessions.await.map(value)
            }
            Request::MakeDefault { session } => {
                app.set_default_session(caller, &session).await.map(value).map_err(Failure::from)
            }
            Request::Export { session, form } => {
                let string = app.export_session_string(caller, &session, kind(form)).await.map_err(Failure::from)?;
                Ok(value(string.expose_secret()))
            }
            Request::LogOut { session } => app.log_out(caller, &session).await.map(value).map_err(Failure::from),
            Request::Remove { session } => app.remove_session(caller, &session).await.map(value).map_err(Failure::from),
            Request::SendCode { session, api, phone } => {
                app.ensure_session(caller, &session).await.map_err(Failure::from)?;
                let sent = app.request_code(caller, &session, &credentials(api), &phone).await;
                sent.map(|sent| value(code_sent(&sent))).map_err(Failure::from)
            }
            Request::SubmitCode { session, code } => {
                let step = app.submit_code(caller, &session, &code).await.map_err(Failure::from)?;
                Ok(value(sign_in_step(session, step)))
            }
            Request::SubmitPassword { session, password } => {
                let password = SecretString::from(password);
                let who = app.submit_password(caller, &session, &password).await.map_err(Failure::from)?;
                Ok(value(sign_in_step(session, ports::SignInStep::Done(who))))
            }
            Request::Qr { session, api } => self.qr(session, api, &asked.cancel).await.map(value),
            Request::Enrol { session, api } => self.enrol(&session, api).await.map(value),
            Request::EnrolmentEnd { id } => tokio::select! {
                end = app.enrolment_end(&id) => Ok(value(end)),
                () = asked.cancel.cancelled() => Err(given_up()),
            },
            Request::Import { session, api, form, string } => self.import(session, api, form, string).await.map(value),
            Request::SignInBot { session, token } => self.sign_in_bot(&session, token).await.map(value),
            Request::Desk(request) => self.answer_desk(request).await,
            Request::Tokens(request) => self.answer_tokens(request).await,
            Request::Examine => Ok(value(self.examine().await)),
            Request::AuditRows { from, limit } => {
                let rows = app.ports().audit.rows(from, limit.min(AUDIT_ROWS_MAX)).await;
                rows.map(value).map_err(Failure::from)
            }
            Request::VaultStatus => self.vault_state().await.map(value),
            Request::VaultMove { place } => self.move_vault_key(place).await.map(value),
            Request::VaultRotate => self.rotate_vault_key().await.map(value),
            Request::AuditVerify => match app.ports().audit.verify().await.map_err(Failure::from)? {
                Verification::Whole { rows } => Ok(value(AuditState::Whole { rows })),
                Verification::Broken(breach) => Ok(value(AuditState::Broken(breach))),
            },
        }
    }

    async fn status(&self) -> Result<Status, Failure> {
        let sessions = self.app.ports().views.sessions().await.map_err(Failure::from)?;
        Ok(Status {
            version: VERSION.to_owned(),
            pid: std::process::id(),
            does_stay: self.stay == Stay::Foreground,
            since: self.since,
            clients: self.presence.clients(),
            sessions: sessions.len(),
        })
    }

    async fn call(
        &self,
        tool: &str,
        arguments: &Map<String, Value>,
        timeout: Option<Duration>,
        life: Life,
        asked: Asked,
    ) -> Result<Called, Failure> {
        let context =
            CallContext { timeout, life, progress: asked.progress, cancel: asked.cancel, ..CallContext::default() };
        let called = Catalogue::get().call(&self.app, &Caller::owner(), tool, arguments, context).await?;
        let structured = serde_json::from_str(&called.structured).expect("it was written as JSON just now");
        Ok(Called { structured, text: called.text })
    }

    async fn qr(&self, session: String, api: Api, cancel: &Cancel) -> Result<QrStep, Failure> {
        let (caller, credentials) = (Caller::owner(), credentials(api));
        self.app.ensure_session(&caller, &session).await.map_err(Failure::from)?;
        let waiting = self.app.sign_in_by_qr(&caller, &session, &credentials, SCAN_WAIT);
        let step = tokio::select! {
            step = waiting => step.map_err(Failure::from)?,
            () = cancel.cancelled() => {
                return Err(given_up());
            }
        };
        Ok(match step {
            ports::QrStep::Show { url, expires: _ } => QrStep::Show { url },
            ports::QrStep::Scanned(step) => QrStep::Scanned(sign_in_step(session, step)),
        })
    }

    async fn import(&self, session: String, api: Api, form: StringForm, string: String) -> Result<SignInStep, Failure> {
        let string = SecretString::from(string);
        let key = session_strings::read(kind(form), string.expose_secret()).map_err(|problem| {
            Failure::new(
                Code::InvalidArgument,
                format!("{problem} (it was read as one of {})", kind(form).as_str()),
                "give the whole session string, and the library that wrote it",
            )
        })?;
        let imported = self.app.import_session(&Caller::owner(), &session, credentials(api), key).await;
        let view = imported.map_err(Failure::from)?;
        let account = match (view.username, view.user_id) {
            (Some(username), _) => format!("@{username}"),
            (None, Some(id)) => format!("user {id}"),
            (None, None) => "somebody".to_owned(),
        };
        Ok(SignInStep::Done { session: view.name, account })
    }
}

pub(super) fn given_up() -> Failure {
    Failure::new(Code::Cancelled, "the sign-in was given up", "start it again")
}

/// A call of the command line is one of a person, unless it says which agent it is for.
fn life(agent: Option<Agent>) -> Life {
    match agent {
        Some(Agent { name, generation }) => Life { agent: name, generation },
        None => Life { agent: "command line".to_owned(), generation: String::new() },
    }
}

pub(super) fn credentials(api: Api) -> ApiCredentials {
    ApiCredentials { id: api.id, hash: api.hash.into() }
}

fn kind(form: StringForm) -> StringKind {
    match form {
        StringForm::Telethon => StringKind::Telethon,
        StringForm::Gramjs => StringKind::GramJs,
        StringForm::Pyrogram => StringKind::Pyrogram,
    }
}

fn code_sent(sent: &ports::CodeSent) -> CodeSent {
    let way = match sent.way {
        CodeWay::App => "to Telegram on your other devices",
        CodeWay::Sms => "as a text message",
        CodeWay::Call => "by a phone call",
        CodeWay::Email => "by e-mail",
        CodeWay::Other => "to you",
    };
    CodeSent { way: way.to_owned(), digits: sent.digits }
}

fn sign_in_step(session: String, step: ports::SignInStep) -> SignInStep {
    match step {
        ports::SignInStep::Done(who) => {
            let public = who.username.map(|username| format!(" (@{username})")).unwrap_or_default();
            SignInStep::Done { session, account: format!("{}{public}", who.name) }
        }
        ports::SignInStep::PasswordNeeded { hint } => SignInStep::PasswordNeeded { hint },
    }
}
