//! What an operator should look at: few kinds, each typed, logged under one target and counted.
//!
//! Somebody fails to say who they are again and again; somebody presses a button that is not theirs to press; a key is
//! used from a network where it never was; somebody asks for more than they were granted. Networks, people and keys are
//! told as pseudonyms that only this server can make. Start with [`Application::authentication_failed`] and
//! [`Application::authenticated`], which whoever checks keys calls.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use telegraphist_domain::{ApprovalId, UserId};
use tokio::time::Instant;

use crate::application::{Application, Inner};
use crate::operation::Scope;
use crate::telemetry::Telemetry;

/// So many failures from one network
const BURST: usize = 10;
/// within this are a burst.
const BURST_WINDOW: Duration = Duration::from_mins(1);
/// More networks than this are not watched at once; the oldest is forgotten.
const NETWORKS_MAX: usize = 1_024;
/// Networks of one key that are remembered; the oldest is forgotten.
const PLACES_MAX: usize = 32;
/// Keys whose networks are kept in memory.
const KEYS_MAX: usize = 4_096;

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityKind {
    /// Many failures to authenticate from one network.
    AuthenticationFailureBurst,
    /// Somebody who is not asked pressed a button of a question.
    UnknownApprover,
    /// A key was used from a network where it never was.
    KeyFromNewPlace,
    /// A caller asked for what it was not granted.
    ScopeDenied,
}

impl SecurityKind {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::AuthenticationFailureBurst, Self::UnknownApprover, Self::KeyFromNewPlace, Self::ScopeDenied];

    /// Its name in logs, labels and alerts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticationFailureBurst => "authentication_failure_burst",
            Self::UnknownApprover => "unknown_approver",
            Self::KeyFromNewPlace => "key_from_new_place",
            Self::ScopeDenied => "scope_denied",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecurityEvent<'a> {
    AuthenticationFailureBurst { network: String, failures: usize },
    UnknownApprover { approval: ApprovalId, person: String },
    KeyFromNewPlace { principal: &'a str, network: String },
    ScopeDenied { principal: &'a str, operation: &'static str, scope: Option<Scope> },
}

impl SecurityEvent<'_> {
    fn kind(&self) -> SecurityKind {
        match self {
            Self::AuthenticationFailureBurst { .. } => SecurityKind::AuthenticationFailureBurst,
            Self::UnknownApprover { .. } => SecurityKind::UnknownApprover,
            Self::KeyFromNewPlace { .. } => SecurityKind::KeyFromNewPlace,
            Self::ScopeDenied { .. } => SecurityKind::ScopeDenied,
        }
    }
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotLetIn {
    /// There was no key.
    NoKey,
    /// There is no such key.
    UnknownKey,
    /// It is not valid any more.
    Expired,
    /// It was taken back.
    Revoked,
    /// It is for somebody else, or somebody else made it.
    Foreign,
    /// It does not count yet.
    NotYetValid,
    /// It counts, and nothing was granted to whom it is about.
    Unmapped,
    /// A webhook's secret is not right.
    WebhookSecret,
}

impl NotLetIn {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::UnknownKey => "unknown_key",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Foreign => "foreign",
            Self::NotYetValid => "not_yet_valid",
            Self::Unmapped => "unmapped",
            Self::WebhookSecret => "webhook_secret",
        }
    }
}

/// What is remembered to tell what is unusual.
#[derive(Default)]
pub(crate) struct Watch {
    failures: Mutex<HashMap<String, VecDeque<Instant>>>,
    places: Mutex<HashMap<String, Vec<String>>>,
}

impl Application {
    /// Counts a caller that was not let in, and notices when there are many from one network.
    pub fn authentication_failed(&self, why: NotLetIn, from: Option<IpAddr>) {
        self.telemetry().authentication_failed(why.as_str());
        tracing::info!(target: "telegraphist::security", reason = why.as_str(), "a caller was not let in");
        let network = self.inner.network(from);
        let failures = self.inner.watch.failed(&network, Instant::now());
        if failures == BURST {
            self.security(&SecurityEvent::AuthenticationFailureBurst { network, failures });
        }
    }

    /// Notes from where a key is used, and notices a network where it never was. The first one is learnt; what is known is
    /// kept beside the other choices, so that a restart forgets nothing.
    pub async fn authenticated(&self, principal: &str, from: Option<IpAddr>) {
        let Some(from) = from else { return };
        let network = self.inner.network(Some(from));
        if self.inner.watch.is_known(principal, &network) {
            return;
        }
        let name = format!("security.places.{}", self.inner.pseudonym(b"key", principal.as_bytes()));
        let preferences = &self.ports().preferences;
        let mut known: Vec<String> = match preferences.preference(&name).await {
            Ok(Some(kept)) => serde_json::from_str(&kept).unwrap_or_default(),
            Ok(None) => Vec::new(),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the networks of a key could not be read");
                return;
            }
        };
        if !known.contains(&network) {
            if !known.is_empty() {
                self.security(&SecurityEvent::KeyFromNewPlace { principal, network: network.clone() });
            }
            known.push(network);
            let surplus = known.len().saturating_sub(PLACES_MAX);
            known.drain(..surplus);
            let kept = serde_json::to_string(&known).expect("words are plain data");
            if let Err(error) = preferences.prefer(&name, &kept).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the networks of a key could not be kept");
            }
        }
        self.inner.watch.learn(principal, known);
    }

    /// Somebody pressed a button that is not theirs.
    pub(crate) fn not_a_decider(&self, approval: ApprovalId, user: UserId) {
        let person = self.inner.pseudonym(b"person", &user.0.to_be_bytes());
        self.security(&SecurityEvent::UnknownApprover { approval, person });
    }

    fn security(&self, event: &SecurityEvent<'_>) {
        self.inner.security(event);
    }

    /// What counts.
    pub fn telemetry(&self) -> &Telemetry {
        &self.inner.settings.telemetry
    }
}

impl Inner {
    /// Tells it where operators look.
    pub(crate) fn security(&self, event: &SecurityEvent<'_>) {
        let kind = event.kind();
        self.settings.telemetry.security_event(kind);
        let name = kind.as_str();
        match event {
            SecurityEvent::AuthenticationFailureBurst { network, failures } => {
                tracing::warn!(target: "telegraphist::security", event = name, network, failures, "many callers from one network were not let in");
            }
            SecurityEvent::UnknownApprover { approval, person } => {
                tracing::warn!(target: "telegraphist::security", event = name, %approval, person, "somebody who is not asked pressed a button");
            }
            SecurityEvent::KeyFromNewPlace { principal, network } => {
                tracing::warn!(target: "telegraphist::security", event = name, principal, network, "a key was used from a new network");
            }
            SecurityEvent::ScopeDenied { principal, operation, scope } => {
                let scope = scope.map(Scope::as_str);
                tracing::warn!(target: "telegraphist::security", event = name, principal, operation, scope, "a caller asked for more than it was granted");
            }
        }
    }

    /// A network as it is told: not an address, but the same word for the same neighbourhood.
    fn network(&self, from: Option<IpAddr>) -> String {
        match from {
            None => "local".to_owned(),
            Some(address) if address.is_loopback() => "loopback".to_owned(),
            Some(IpAddr::V4(address)) => self.pseudonym(b"network", &address.octets()[..3]),
            Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => self.network(Some(address.into())),
                None => self.pseudonym(b"network", &address.octets()[..6]),
            },
        }
    }

    fn pseudonym(&self, of: &[u8], what: &[u8]) -> String {
        let hash = self.keyed_hash(&[b"telegraphist security ", of].concat(), what);
        URL_SAFE_NO_PAD.encode(&hash[..9])
    }
}

impl Watch {
    /// Notes a failure; how many there were from there within the window.
    fn failed(&self, network: &str, now: Instant) -> usize {
        let mut failures = locked(&self.failures);
        if !failures.contains_key(network) && failures.len() >= NETWORKS_MAX {
            let oldest = failures.iter().min_by_key(|(_, times)| times.back().copied()).map(|(name, _)| name.clone());
            failures.remove(&oldest.unwrap_or_default());
        }
        let times = failures.entry(network.to_owned()).or_default();
        times.retain(|at| now.duration_since(*at) < BURST_WINDOW);
        // One more than a burst is enough to tell that it goes on.
        if times.len() <= BURST {
            times.push_back(now);
        }
        times.len()
    }

    fn is_known(&self, principal: &str, network: &str) -> bool {
        locked(&self.places).get(principal).is_some_and(|known| known.iter().any(|one| one == network))
    }

    fn learn(&self, principal: &str, known: Vec<String>) {
        let mut places = locked(&self.places);
        if places.len() >= KEYS_MAX {
            // What is forgotten here is read again.
            places.clear();
        }
        places.insert(principal.to_owned(), known);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
