//! What of `[http]` its types alone cannot say.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use telegraphist_http::Auth;

use super::{AuthChoice, Http};

/// More connections than a process has files for; sessions are no connections, and cost more.
const CONNECTIONS: RangeInclusive<usize> = 1..=100_000;
const SESSIONS: RangeInclusive<usize> = 1..=10_000;

/// Less would not hold a message of usual length, and a few bodies are held in memory at once.
const BODY_BYTES: RangeInclusive<usize> = 64 * 1024..=256 * 1024 * 1024;

/// Nobody keeps a session who has less time than this between two requests.
const IDLE_LEAST: Duration = Duration::from_secs(1);

impl Http {
    /// What keeps it from being used, whoever uses it.
    pub(super) fn check(&self, auth: Auth) -> Result<(), String> {
        within("http.connections_max", &self.connections_max, &CONNECTIONS)?;
        within("http.sessions_max", &self.sessions_max, &SESSIONS)?;
        within("http.body_max", &self.body_max, &BODY_BYTES)?;
        if self.session_idle.0 < IDLE_LEAST {
            return Err(format!("http.session_idle is at least 1s, not {}; write it like 30m", self.session_idle));
        }
        if self.tls_cert.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            return Err("http.tls_cert and http.tls_key belong together; set both or none".to_owned());
        }
        let options = self.gateway(auth);
        options.check().map_err(|problem| problem.to_string())?;
        self.listen.0.check(&options).map_err(|problem| format!("http.listen: {problem}"))
    }

    /// What keeps it from being the door of a profile. A demo is behind any proxy what it is elsewhere: a toy.
    pub(crate) fn check_for_profile(&self) -> Result<(), &'static str> {
        if self.trust_proxy && self.auth == AuthChoice::None {
            return Err("http.trust_proxy lets in whoever reaches the proxy, and without tokens they may do what you \
                        may; start with `--auth bearer`, or set http.auth");
        }
        Ok(())
    }
}

fn within<T: PartialOrd + Display>(key: &str, value: &T, range: &RangeInclusive<T>) -> Result<(), String> {
    if range.contains(value) {
        return Ok(());
    }
    Err(format!("{key} is {} to {}, not {value}", range.start(), range.end()))
}
