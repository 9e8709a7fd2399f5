//! Configuration: what is built in < the file < the environment < flags.
//!
//! A key that does not exist is an error that names the nearest one, wherever it was written. Secrets are typed as such
//! and never shown. `config/default.toml` is the list of keys, their defaults and their documentation at once.

mod admin;
mod http;
mod keys;
mod limits;
mod oauth;
mod session_bus;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use config::{Config, FileFormat};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use telegraphist_application::approvals::ApprovalSettings;
use telegraphist_domain::UserId;
use telegraphist_http::{Auth, Authenticate, Fetch, GatewayOptions, ListenError, NotAuthenticated, TlsFiles};
use telegraphist_relay::greeting::Choice;

pub(crate) use values::{Address, AuthChoice, Clock, Commas, DcAddress, KeyPlaceChoice, ListenAt, PublicUrl, Span};

use crate::environment::Environment;
use crate::places;
use limits::LimitKeys;

/// The built-in layer, which documents every key.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// More accounts than this are not for one process; it is tried with a thousand.
const SESSIONS_MAX: usize = 10_000;
/// Who is busy disconnects at the earliest after so long.
const SESSION_IDLE_MIN: Duration = Duration::from_secs(1);

/// Everything that can be configured.
#[derive(Deserialize)]
pub(crate) struct Settings {
    pub(crate) telegram: Telegram,
    pub(crate) files: Files,
    pub(crate) daemon: Daemon,
    pub(crate) store: Store,
    pub(crate) tools: Tools,
    pub(crate) limits: LimitKeys,
    pub(crate) people: People,
    pub(crate) approvals: Approvals,
    pub(crate) bots: Bots,
    pub(crate) http: Http,
    pub(crate) oauth: oauth::OAuthSettings,
    pub(crate) metrics: Metrics,
    pub(crate) admin: Admin,
    pub(crate) log: Log,
    /// Where the desktop's bus is; no key, but of the same environment.
    #[serde(skip)]
    pub(crate) session_bus: Option<String>,
    /// Where each key got its value.
    #[serde(skip)]
    origins: BTreeMap<String, Origin>,
}

/// `[telegram]`
#[derive(Deserialize)]
pub(crate) struct Telegram {
    pub(crate) api_id: i32,
    #[serde(deserialize_with = "values::secret")]
    pub(crate) api_hash: SecretString,
    pub(crate) dc_options: Commas<DcAddress>,
    pub(crate) wait_max: Span,
    pub(crate) max_active_sessions: usize,
    pub(crate) session_idle: Span,
    pub(crate) bot_api_url: Address,
}

/// `[files]`
#[derive(Deserialize)]
pub(crate) struct Files {
    pub(crate) read: Commas<PathBuf>,
    pub(crate) write: Commas<PathBuf>,
}

/// `[daemon]`
#[derive(Deserialize)]
pub(crate) struct Daemon {
    pub(crate) idle: Span,
}

/// `[store]`
#[derive(Deserialize)]
pub(crate) struct Store {
    pub(crate) key_place: KeyPlaceChoice,
}

/// `[tools]`
#[derive(Deserialize)]
pub(crate) struct Tools {
    pub(crate) toolsets: Commas<String>,
    pub(crate) include: Commas<String>,
    pub(crate) exclude: Commas<String>,
    pub(crate) read_only: bool,
}

impl Tools {
    /// What a client says of it.
    pub(crate) fn choice(&self) -> Choice {
        Choice {
            toolsets: self.toolsets.0.clone(),
            tools: self.include.0.clone(),
            exclude: self.exclude.0.clone(),
            read_only: self.read_only,
        }
    }
}

/// `[people]`
#[derive(Deserialize)]
pub(crate) struct People {
    pub(crate) owner: i64,
    pub(crate) zone: Clock,
}

impl People {
    /// Who owns this server in Telegram, too.
    pub(crate) fn owner(&self) -> Option<UserId> {
        (self.owner != 0).then_some(UserId(self.owner))
    }
}

/// `[approvals]`
#[derive(Deserialize)]
pub(crate) struct Approvals {
    pub(crate) prompt_wait: Span,
    pub(crate) quorum_high: u8,
    pub(crate) rule_life: Span,
}

impl Approvals {
    /// How questions are asked.
    pub(crate) fn settings(&self) -> ApprovalSettings {
        ApprovalSettings { prompt_wait: self.prompt_wait.0, quorum_high: self.quorum_high, rule_life: self.rule_life.0 }
    }
}

/// `[bots]`
#[derive(Deserialize)]
pub(crate) struct Bots {
    pub(crate) webhook_url: PublicUrl,
}

/// `[http]`
#[derive(Deserialize)]
pub(crate) struct Http {
    pub(crate) listen: ListenAt,
    pub(crate) public_url: PublicUrl,
    pub(crate) auth: AuthChoice,
    pub(crate) allowed_hosts: Commas<String>,
    pub(crate) allowed_origins: Commas<String>,
    pub(crate) trust_proxy: bool,
    pub(crate) tls_cert: PathBuf,
    pub(crate) tls_key: PathBuf,
    pub(crate) connections_max: usize,
    pub(crate) body_max: usize,
    pub(crate) sessions_max: usize,
    pub(crate) session_idle: Span,
}

impl Http {
    /// How the gateway is set up.
    pub(crate) fn gateway(&self, auth: Auth) -> GatewayOptions {
        GatewayOptions {
            connections_max: self.connections_max,
            body_max: self.body_max,
            allowed_hosts: self.allowed_hosts.0.clone(),
            allowed_origins: self.allowed_origins.0.clone(),
            trust_proxy: self.trust_proxy,
            tls: self.tls(),
            auth,
        }
    }

    /// Certificate and key, where there are any.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let is_set = !self.tls_cert.as_os_str().is_empty();
        is_set.then(|| TlsFiles { cert: self.tls_cert.clone(), key: self.tls_key.clone() })
    }
}

/// `[metrics]`
#[derive(Deserialize)]
pub(crate) struct Metrics {
    pub(crate) listen: ListenAt,
}

/// `[admin]`
#[derive(Deserialize)]
pub(crate) struct Admin {
    pub(crate) enabled: bool,
    pub(crate) listen: ListenAt,
}

/// `[log]`
#[derive(Deserialize)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Which layer a value is from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    BuiltIn,
    File,
    Environment,
    Flag,
}

impl Origin {
    /// For people.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Why there is no configuration. The texts are whole: they say what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path} is not TOML: {problem}")]
    NotToml { path: PathBuf, problem: String },
    #[error("{place}: there is no key `{key}`{hint}")]
    UnknownKey { place: String, key: String, hint: String },
    #[error("the configuration cannot be used: {0}")]
    Invalid(String),
    #[error("{0}")]
    NoHome(String),
}

/// The layers besides the built-in one.
pub(crate) struct Layers<'a> {
    /// The file of `--config`; it must exist.
    pub(crate) file: Option<&'a Path>,
    /// The environment.
    pub(crate) environment: &'a Environment,
    /// What flags say: key and value.
    pub(crate) flags: Vec<(&'static str, config::Value)>,
}

impl Settings {
    /// Reads all layers.
    pub(crate) fn read(layers: Layers<'_>) -> Result<Self, SettingsError> {
        let mut origins: BTreeMap<String, Origin> =
            keys::known().map(|key| (key.to_owned(), Origin::BuiltIn)).collect();
        let mut builder = Config::builder().add_source(config::File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some((path, text)) = file_text(layers.file, layers.environment)? {
            for key in keys::of_file(&path, &text)? {
                origins.insert(key, Origin::File);
            }
            builder = builder.add_source(config::File::from_str(&text, FileFormat::Toml));
        }
        for key in keys::of_environment(layers.environment)? {
            origins.insert(key, Origin::Environment);
        }
        builder = builder.add_source(environment_source(layers.environment));
        for (key, value) in layers.flags {
            origins.insert(key.to_owned(), Origin::Flag);
            builder = builder.set_override(key, value).map_err(invalid)?;
        }
        let config = builder.build().map_err(invalid)?;
        let mut settings: Self = config.try_deserialize().map_err(invalid)?;
        settings.origins = origins;
        settings.session_bus = session_bus::address(layers.environment);
        settings.check()?;
        Ok(settings)
    }

    /// What types alone cannot say.
    fn check(&self) -> Result<(), SettingsError> {
        for (key, folders) in [("files.read", &self.files.read), ("files.write", &self.files.write)] {
            if let Some(folder) = folders.0.iter().find(|folder| !folder.is_absolute()) {
                let problem = format!("{key} holds `{}`, which is not an absolute path", folder.display());
                return Err(SettingsError::Invalid(problem));
            }
        }
        if self.http.auth == AuthChoice::OAuth {
            self.oauth.check()?;
        }
        let auth = self.auth(nobody(), Arc::new(|_| Box::pin(async { Err("nothing is fetched".to_owned()) })))?;
        self.http.check(auth).map_err(SettingsError::Invalid)?;
        let metrics = self.metrics.listen.0.check(&GatewayOptions::default());
        metrics.map_err(|problem| invalid_listen("metrics.listen", &problem))?;
        self.admin
            .listen
            .0
            .check(&self.admin_door(nobody()))
            .map_err(|problem| invalid_listen("admin.listen", &problem))?;
        if self.people.owner < 0 {
            return Err(SettingsError::Invalid("people.owner is a person's user id, a positive number".to_owned()));
        }
        if !(1..=10).contains(&self.approvals.quorum_high) {
            return Err(SettingsError::Invalid("approvals.quorum_high is 1 to 10".to_owned()));
        }
        if self.telegram.api_id < 0 {
            return Err(SettingsError::Invalid("telegram.api_id is a positive number".to_owned()));
        }
        if !(1..=SESSIONS_MAX).contains(&self.telegram.max_active_sessions) {
            let problem = format!("telegram.max_active_sessions is 1 to {SESSIONS_MAX}");
            return Err(SettingsError::Invalid(problem));
        }
        if self.telegram.session_idle.0 < SESSION_IDLE_MIN {
            let problem = format!("telegram.session_idle is {} s or more", SESSION_IDLE_MIN.as_secs());
            return Err(SettingsError::Invalid(problem));
        }
        self.limits.check().map_err(SettingsError::Invalid)?;
        if let Err(problem) = tracing_subscriber::EnvFilter::try_new(&self.log.filter) {
            return Err(SettingsError::Invalid(format!("log.filter: {problem}")));
        }
        Ok(())
    }

    /// How the gateway knows who calls: by tokens of its own, or by those of an issuer whose keys are fetched.
    pub(crate) fn auth(&self, own: Authenticate, fetch: Fetch) -> Result<Auth, SettingsError> {
        Ok(match self.http.auth {
            AuthChoice::None => Auth::None,
            AuthChoice::Bearer => Auth::Bearer(own),
            AuthChoice::OAuth => Auth::OAuth(self.oauth.open(fetch)?),
        })
    }

    /// Whether an API id and hash are configured.
    pub(crate) fn has_api_credentials(&self) -> bool {
        self.telegram.api_id != 0 && !self.telegram.api_hash.expose_secret().is_empty()
    }

    /// Where a key got its value.
    pub(crate) fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).copied().unwrap_or(Origin::BuiltIn)
    }

    /// Every key with its effective value as TOML, in order; secrets are hidden.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let hash = match self.telegram.api_hash.expose_secret() {
            "" => "\"\"".to_owned(),
            _ => "\"(hidden)\"".to_owned(),
        };
        vec![
            ("telegram.api_id", self.telegram.api_id.to_string()),
            ("telegram.api_hash", hash),
            ("telegram.dc_options", self.telegram.dc_options.shown()),
            ("telegram.wait_max", quoted(&self.telegram.wait_max)),
            ("telegram.max_active_sessions", self.telegram.max_active_sessions.to_string()),
            ("telegram.session_idle", quoted(&self.telegram.session_idle)),
            ("telegram.bot_api_url", quoted(&self.telegram.bot_api_url)),
            ("files.read", paths(&self.files.read)),
            ("files.write", paths(&self.files.write)),
            ("daemon.idle", quoted(&self.daemon.idle)),
            ("store.key_place", quoted(&self.store.key_place)),
            ("tools.toolsets", self.tools.toolsets.shown()),
            ("tools.include", self.tools.include.shown()),
            ("tools.exclude", self.tools.exclude.shown()),
            ("tools.read_only", self.tools.read_only.to_string()),
            ("limits.calls_per_caller", quoted(&self.limits.calls_per_caller)),
            ("limits.calls_per_tool", quoted(&self.limits.calls_per_tool)),
            ("limits.calls_per_session", quoted(&self.limits.calls_per_session)),
            ("limits.calls_per_server", quoted(&self.limits.calls_per_server)),
            ("limits.calls_max", self.limits.calls_max.to_string()),
            ("limits.session_calls_max", self.limits.session_calls_max.to_string()),
            ("limits.call_wait", quoted(&self.limits.call_wait)),
            ("limits.memory_max", self.limits.memory_max.to_string()),
            ("limits.memory_share", self.limits.memory_share.to_string()),
            ("people.owner", self.people.owner.to_string()),
            ("people.zone", quoted(&self.people.zone)),
            ("approvals.prompt_wait", quoted(&self.approvals.prompt_wait)),
            ("approvals.quorum_high", self.approvals.quorum_high.to_string()),
            ("approvals.rule_life", quoted(&self.approvals.rule_life)),
            ("bots.webhook_url", quoted(&self.bots.webhook_url)),
            ("http.listen", quoted(&self.http.listen)),
            ("http.auth", quoted(&self.http.auth)),
            ("http.allowed_hosts", self.http.allowed_hosts.shown()),
            ("http.allowed_origins", self.http.allowed_origins.shown()),
            ("http.trust_proxy", self.http.trust_proxy.to_string()),
            ("http.public_url", quoted(&self.http.public_url)),
            ("http.tls_cert", quoted(&self.http.tls_cert.display())),
            ("http.tls_key", quoted(&self.http.tls_key.display())),
            ("http.connections_max", self.http.connections_max.to_string()),
            ("http.body_max", self.http.body_max.to_string()),
            ("http.sessions_max", self.http.sessions_max.to_string()),
            ("http.session_idle", quoted(&self.http.session_idle)),
            ("oauth.issuer", quoted(&self.oauth.issuer)),
            ("oauth.resource", quoted(&self.oauth.resource)),
            ("oauth.algorithms", self.oauth.algorithms.shown()),
            ("oauth.jwks_uri", quoted(&self.oauth.jwks_uri)),
            ("oauth.leeway", quoted(&self.oauth.leeway)),
            ("oauth.private_issuer", self.oauth.private_issuer.to_string()),
            ("oauth.scopes", self.oauth.scopes.shown()),
            ("oauth.subjects", self.oauth.subjects_shown()),
            ("metrics.listen", quoted(&self.metrics.listen)),
            ("admin.enabled", self.admin.enabled.to_string()),
            ("admin.listen", quoted(&self.admin.listen)),
            ("log.filter", quoted(&self.log.filter)),
            ("log.format", quoted(&self.log.format)),
        ]
    }
}

fn invalid_listen(key: &str, problem: &ListenError) -> SettingsError {
    SettingsError::Invalid(format!("{key}: {problem}"))
}

/// Knows no token: for looking at a configuration before there is anything that could.
fn nobody() -> Authenticate {
    Arc::new(|_| Box::pin(async { Err(NotAuthenticated::Unavailable) }))
}

fn quoted(value: &impl ToString) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn paths(paths: &Commas<PathBuf>) -> String {
    let shown: Commas<String> = Commas(paths.0.iter().map(|path| path.display().to_string()).collect());
    shown.shown()
}

/// The text of the configuration file, if there is one. Only a file that was asked for has to exist.
fn file_text(named: Option<&Path>, environment: &Environment) -> Result<Option<(PathBuf, String)>, SettingsError> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => {
            places::configuration_file(environment).map_err(|problem| SettingsError::NoHome(problem.to_string()))?
        }
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(source) => Err(SettingsError::Unreadable { path, source }),
    }
}

fn environment_source(environment: &Environment) -> config::Environment {
    let variables = environment
        .with_prefix(keys::ENVIRONMENT_PREFIX)
        .filter(|(name, _)| name.contains("__"))
        .map(|(name, value)| (format!("{}{name}", keys::ENVIRONMENT_PREFIX), value.to_owned()))
        .collect();
    config::Environment::with_prefix("TELEGRAPHIST").prefix_separator("_").separator("__").source(Some(variables))
}

/// The values that are quoted in these texts are never secrets: an `api_hash` is any string, so nothing about it can
/// be invalid, and [`DcAddress`] leaves out what it could not read.
#[expect(clippy::needless_pass_by_value, reason = "it stands where `map_err` gives it away")]
fn invalid(problem: config::ConfigError) -> SettingsError {
    SettingsError::Invalid(problem.to_string())
}

#[cfg(test)]
mod tests;
