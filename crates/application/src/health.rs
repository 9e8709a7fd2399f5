//! How the server does, in the form of the health+json draft: pass, warn or fail, by component.
//!
//! Only who may see it is told; that the server is alive and ready is all that anybody else learns. What is not
//! configured is not listed: there is no cache that is fine because there is none. Start with [`Application::health`].

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use telegraphist_domain::SessionId;

use crate::application::Application;
use crate::caller::{CallContext, Caller};
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Scope, Toolset};
use crate::ports::{ReceptionState, Usage};
use crate::telemetry::observed::ShortId;
use crate::views::SessionView;

/// A store that takes longer is not ready.
const STORE_MAX: Duration = Duration::from_secs(2);

/// From how much on a component is warned of, and fails, in percent.
const DISK: (f64, f64) = (85.0, 97.0);
const MEMORY: (f64, f64) = (80.0, 95.0);
/// A busy processor is slow, not broken.
const CPU: (f64, f64) = (90.0, f64::INFINITY);

/// What a caller needs, and by what name it is denied.
const FACTS: Facts = Facts {
    name: "health",
    title: "Health",
    toolset: Toolset::Account,
    effect: Effect::Reads,
    scope: Scope::OpsRead,
    class: Class::Local,
    is_idempotent: true,
    is_keyed: false,
};

/// How something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// Well.
    Pass,
    /// Somebody should look at it.
    Warn,
    /// Not at all.
    Fail,
}

/// How the server does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The worst of what matters to all.
    pub status: HealthStatus,
    /// Which version runs.
    pub release_id: &'static str,
    /// What it is.
    pub service_id: &'static str,
    /// By component.
    pub checks: BTreeMap<&'static str, Vec<HealthCheck>>,
}

/// How one component does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// Which, where there are several: the short id of a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_id: Option<String>,
    /// `component`, `datastore` or `system`.
    pub component_type: &'static str,
    /// What was measured or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_value: Option<serde_json::Value>,
    /// In what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_unit: Option<&'static str>,
    /// How it does.
    pub status: HealthStatus,
    /// When it was looked at.
    pub time: String,
    /// What is wrong, and what to do; nothing where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl HealthCheck {
    fn of(component_type: &'static str, now: DateTime<Utc>) -> Self {
        Self {
            component_id: None,
            component_type,
            observed_value: None,
            observed_unit: None,
            status: HealthStatus::Pass,
            time: now.to_rfc3339_opts(SecondsFormat::Millis, true),
            output: None,
        }
    }

    fn observed(mut self, value: impl Into<serde_json::Value>, unit: &'static str) -> Self {
        self.observed_value = Some(value.into());
        self.observed_unit = Some(unit);
        self
    }

    fn judged(self, status: HealthStatus, output: impl Into<String>) -> Self {
        let output = (status != HealthStatus::Pass).then(|| output.into());
        Self { status, output, ..self }
    }
}

impl Application {
    /// Whether calls can be answered now: the store answers, and the server is not on its way out.
    pub async fn is_ready(&self) -> bool {
        !self.inner.writes.is_closed() && self.store_answers().await.is_ok()
    }

    /// Everything about how the server does, for who may see it.
    pub async fn health(&self, caller: &Caller, context: &CallContext) -> Result<Health, Failure> {
        let correlation_id = context.correlation_id.clone().unwrap_or_else(|| self.correlation());
        self.admit(caller, FACTS, false, &correlation_id).await.map_err(|mut failure| {
            failure.correlation_id = correlation_id;
            failure
        })?;
        let now = self.ports().clock.now();
        let mut checks = BTreeMap::new();
        checks.insert("store:responseTime", vec![self.check_store(now).await]);
        self.check_telegram(now, &mut checks).await;
        check_machine(&self.inner.settings.machine.usage(), now, &mut checks);
        let status = overall(&checks);
        Ok(Health { status, release_id: env!("CARGO_PKG_VERSION"), service_id: "telegraphist", checks })
    }

    async fn store_answers(&self) -> Result<Duration, String> {
        let started = tokio::time::Instant::now();
        // The outbox is not answered from memory, unlike much else.
        match tokio::time::timeout(STORE_MAX, self.ports().deliveries.backlog(None)).await {
            Ok(Ok(_)) => Ok(started.elapsed()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_elapsed) => Err(format!("the store did not answer within {} s", STORE_MAX.as_secs())),
        }
    }

    async fn check_store(&self, now: DateTime<Utc>) -> HealthCheck {
        let check = HealthCheck::of("datastore", now);
        match self.store_answers().await {
            Ok(took) => check.observed(took.as_secs_f64() * 1_000.0, "ms"),
            Err(problem) => check.judged(HealthStatus::Fail, problem),
        }
    }

    /// One check for each session, by kind.
    async fn check_telegram(&self, now: DateTime<Utc>, checks: &mut BTreeMap<&'static str, Vec<HealthCheck>>) {
        // A store that cannot be read is told of already.
        for view in self.ports().views.sessions().await.unwrap_or_default() {
            let Ok(id) = view.id.parse::<SessionId>() else { continue };
            let is_bot = view.kind == "bot";
            let component = if is_bot { "telegram:bot" } else { "telegram:user" };
            let check =
                HealthCheck { component_id: Some(ShortId(id).to_string()), ..HealthCheck::of("component", now) };
            checks.entry(component).or_default().push(self.check_session(&view, id, is_bot, check));
        }
    }

    fn check_session(&self, view: &SessionView, id: SessionId, is_bot: bool, check: HealthCheck) -> HealthCheck {
        let check = check.observed(view.state.clone(), "state");
        if view.state != "ready" {
            let status = if view.state == "needs_login" { HealthStatus::Fail } else { HealthStatus::Warn };
            return check.judged(status, "not signed in: run `telegraphist login --session NAME`");
        }
        if let Some(rest) = self.inner.circuits.rest(id) {
            let seconds = rest.as_secs();
            return check.judged(HealthStatus::Fail, format!("Telegram could not be reached; rests for {seconds} s"));
        }
        if !is_bot {
            return check;
        }
        let health = self.ports().bots.health(id);
        let (status, word) = reception(health.state);
        let check = check.observed(word, "state");
        check.judged(status, "updates do not come: `telegraphist doctor` tells why")
    }
}

fn reception(state: ReceptionState) -> (HealthStatus, &'static str) {
    match state {
        ReceptionState::Receiving => (HealthStatus::Pass, "receiving"),
        ReceptionState::Starting => (HealthStatus::Warn, "starting"),
        ReceptionState::Stopped => (HealthStatus::Warn, "stopped"),
        ReceptionState::TakenByAnother => (HealthStatus::Fail, "taken_by_another"),
        ReceptionState::TokenRefused => (HealthStatus::Fail, "token_refused"),
        ReceptionState::Unreachable => (HealthStatus::Fail, "unreachable"),
    }
}

fn check_machine(usage: &Usage, now: DateTime<Utc>, checks: &mut BTreeMap<&'static str, Vec<HealthCheck>>) {
    let mut percent = |name: &'static str, value: Option<f64>, (warn, fail): (f64, f64), what: &str| {
        let Some(value) = value else { return };
        let status = match value {
            value if value >= fail => HealthStatus::Fail,
            value if value >= warn => HealthStatus::Warn,
            _ => HealthStatus::Pass,
        };
        let rounded = (value * 10.0).round() / 10.0;
        checks.insert(name, vec![HealthCheck::of("system", now).observed(rounded, "percent").judged(status, what)]);
    };
    let memory = usage.memory_bytes.zip(usage.memory_max_bytes).map(|(used, most)| used as f64 * 100.0 / most as f64);
    percent("disk:utilization", usage.disk_percent, DISK, "free space where the data directory is");
    percent("memory:utilization", memory, MEMORY, "give it more memory, or let fewer sessions be live");
    percent("cpu:utilization", usage.cpu_percent, CPU, "give it more processors, or call less often");
}

/// The worst of the store and the machine; one lost login among many is no outage.
fn overall(checks: &BTreeMap<&'static str, Vec<HealthCheck>>) -> HealthStatus {
    let worst_of = |checks: &[HealthCheck]| checks.iter().map(|check| check.status).max();
    let mut worst = HealthStatus::Pass;
    let mut sessions = Vec::new();
    for (name, checks) in checks {
        if name.starts_with("telegram:") {
            sessions.extend(checks.iter().map(|check| check.status));
        } else {
            worst = worst.max(worst_of(checks).unwrap_or(HealthStatus::Pass));
        }
    }
    let of_sessions = match (sessions.iter().min(), sessions.iter().max()) {
        (Some(HealthStatus::Fail), _) => HealthStatus::Fail,
        (_, Some(HealthStatus::Pass) | None) | (None, _) => HealthStatus::Pass,
        (Some(_), Some(_)) => HealthStatus::Warn,
    };
    worst.max(of_sessions)
}

#[cfg(test)]
mod tests;
