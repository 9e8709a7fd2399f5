//! What only the owner can find out for `doctor`.

use std::time::Duration;

use telegraphist_application::ports::{SecretName, Verification};
use telegraphist_application::views::SessionView;
use telegraphist_application::{CallContext, Caller, Failure, operations::GetMe};

use super::House;
use crate::control::{Finding, Health};

/// Telegram answers sooner or something is wrong.
const REACH_MAX: Duration = Duration::from_secs(10);

impl House {
    /// Looks at the vault, the audit chain, the clock and every session.
    pub(super) async fn examine(&self) -> Vec<Finding> {
        let mut findings = vec![self.examine_vault().await, self.examine_audit().await, self.tell_clock()];
        match self.app.ports().views.sessions().await {
            Ok(sessions) if sessions.is_empty() => findings.push(Finding {
                health: Health::Notable,
                subject: "sessions".to_owned(),
                what: "none yet".to_owned(),
                remedy: Some("telegraphist login".to_owned()),
            }),
            Ok(sessions) => {
                for session in &sessions {
                    findings.push(self.examine_session(session).await);
                }
            }
            Err(problem) => findings.push(bad("sessions", problem.to_string(), "free disk space, then try again")),
        }
        findings
    }

    /// The key of cursors is sealed like everything else: opening it proves the vault key.
    async fn examine_vault(&self) -> Finding {
        let name = SecretName::new("application.cursor_key", "-");
        match self.app.ports().vault.get(&name).await {
            Ok(_) => good("vault", "opens with its key".to_owned()),
            Err(problem) => {
                bad("vault", problem.to_string(), "put the key back that this store was made with; nothing was changed")
            }
        }
    }

    async fn examine_audit(&self) -> Finding {
        match self.app.ports().audit.verify().await {
            Ok(Verification::Whole { rows }) => good("audit log", format!("whole, {rows} rows")),
            Ok(Verification::Broken(breach)) => {
                bad("audit log", breach.to_string(), "somebody changed the store; compare with a copy")
            }
            Err(problem) => bad("audit log", problem.to_string(), "free disk space, then try again"),
        }
    }

    /// A wrong clock is one reason why Telegram does not answer; it is shown, for there is nobody to compare with.
    fn tell_clock(&self) -> Finding {
        let now = self.app.ports().clock.now();
        good("clock", format!("{} UTC", now.format("%Y-%m-%d %H:%M:%S")))
    }

    async fn examine_session(&self, session: &SessionView) -> Finding {
        let subject = "session";
        let name = &session.name;
        if session.state != "ready" {
            let reason = session.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            return bad(
                subject,
                format!("{name} is {}{reason}", session.state.replace('_', " ")),
                &format!("telegraphist login --session {name}"),
            );
        }
        let context = CallContext { timeout: Some(REACH_MAX), ..CallContext::default() };
        let operation = GetMe { session: Some(session.id.clone()) };
        let started = tokio::time::Instant::now();
        match self.app.perform(&Caller::owner(), operation, context).await {
            Ok(_) => good(subject, format!("{name}: Telegram answers in {} ms", started.elapsed().as_millis())),
            Err(Failure { message, action, .. }) => bad(subject, format!("{name}: {message}"), &action),
        }
    }
}

fn good(subject: &str, what: String) -> Finding {
    Finding { health: Health::Good, subject: subject.to_owned(), what, remedy: None }
}

fn bad(subject: &str, what: String, remedy: &str) -> Finding {
    Finding { health: Health::Bad, subject: subject.to_owned(), what, remedy: Some(remedy.to_owned()) }
}
