//! `[oauth]`: whose access tokens count, and what their people may do.

use std::sync::Arc;

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use telegraphist_application::access::{Admission, AdmissionRule, ScopeName, chat_by_id};
use telegraphist_application::grants::{ChatPolicy, ChatRule};
use telegraphist_files::Reach;
use telegraphist_http::{Fetch, OAuth, OAuthOptions, SignedBy};
use url::{Host, Url};

use super::{Commas, SettingsError, Span, values::Parsed};

/// `[oauth]`
#[derive(Deserialize)]
pub(crate) struct OAuthSettings {
    pub(crate) issuer: String,
    pub(crate) resource: String,
    pub(crate) algorithms: Commas<Parsed<SignedBy>>,
    pub(crate) jwks_uri: String,
    pub(crate) leeway: Span,
    pub(crate) private_issuer: bool,
    pub(crate) scopes: Commas<Parsed<ScopeName>>,
    #[serde(deserialize_with = "rules")]
    pub(crate) subjects: Vec<Subject>,
}

/// One of `oauth.subjects`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    claim: String,
    value: String,
    sessions: Vec<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    allow_chats: Vec<String>,
    #[serde(default)]
    deny_chats: Vec<String>,
}

/// Every session.
const ALL: &str = "*";

impl Subject {
    fn rule(&self) -> Result<AdmissionRule, SettingsError> {
        if self.claim.is_empty() || self.value.is_empty() {
            return Err(invalid("subjects", "claim and value say whom a rule is about; `*` is any value"));
        }
        let chats = |texts: &[String]| {
            let rules = texts.iter().map(|text| chat_by_id(text));
            let rules: Result<Vec<ChatRule>, _> = rules.collect();
            rules.map_err(|_| {
                invalid("subjects", "chats are named by id, me or folder:NAME, with read: or write: in front")
            })
        };
        Ok(AdmissionRule {
            claim: self.claim.clone(),
            value: self.value.clone(),
            sessions: (self.sessions != [ALL]).then(|| self.sessions.clone()),
            is_read_only: self.read_only,
            chats: ChatPolicy::of(chats(&self.allow_chats)?, chats(&self.deny_chats)?),
        })
    }
}

impl OAuthSettings {
    /// What types alone cannot say, where tokens of an issuer are to count.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let is_own = |url: &Url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let mut addresses = vec![("issuer", &self.issuer), ("resource", &self.resource)];
        if !self.jwks_uri.is_empty() {
            addresses.push(("jwks_uri", &self.jwks_uri));
        }
        for (key, text) in addresses {
            let is_fine = Url::parse(text).is_ok_and(|url| {
                let may_be_plain = is_own(&url) && (key == "resource" || self.private_issuer);
                (url.scheme() == "https" || (url.scheme() == "http" && may_be_plain))
                    && url.host().is_some()
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.fragment().is_none()
                    && (key == "jwks_uri" || url.query().is_none())
            });
            if !is_fine {
                return Err(invalid(key, "an address that begins with https:// is needed"));
            }
        }
        if self.algorithms.0.is_empty() {
            return Err(invalid("algorithms", "at least one of RS256, ES256 and EdDSA is needed"));
        }
        if self.leeway.0 > std::time::Duration::from_mins(5) {
            return Err(invalid("leeway", "clocks that are more than 5m apart should be set"));
        }
        self.subjects.iter().try_for_each(|subject| subject.rule().map(drop))
    }

    /// The issuer, with what fetches its keys.
    pub(crate) fn open(&self, fetch: Fetch) -> Result<Arc<OAuth>, SettingsError> {
        Ok(Arc::new(OAuth::new(OAuthOptions {
            issuer: self.issuer.clone(),
            resource: self.resource.clone(),
            algorithms: self.algorithms.0.iter().map(|one| one.0).collect(),
            jwks_uri: (!self.jwks_uri.is_empty()).then(|| self.jwks_uri.clone()),
            leeway: self.leeway.0,
            admission: Admission {
                names: self.scopes.0.iter().map(|one| one.0.clone()).collect(),
                rules: self.subjects.iter().map(Subject::rule).collect::<Result<_, _>>()?,
            },
            fetch,
        })))
    }

    /// Where the issuer may be.
    pub(crate) fn reach(&self) -> Reach {
        if self.private_issuer { Reach::Own } else { Reach::Public }
    }

    /// The rules as TOML, in one line.
    pub(super) fn subjects_shown(&self) -> String {
        toml::Value::try_from(&self.subjects).map(|rules| rules.to_string()).unwrap_or_default()
    }
}

fn invalid(key: &str, problem: &str) -> SettingsError {
    SettingsError::Invalid(format!("oauth.{key}: {problem}"))
}

/// A list of tables in the file; the same as TOML in the environment.
fn rules<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Subject>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Tables(Vec<toml::Table>),
    }
    #[derive(Deserialize)]
    struct Alone {
        subjects: Vec<toml::Table>,
    }
    let tables = match Written::deserialize(deserializer)? {
        Written::Text(text) if text.trim().is_empty() => Vec::new(),
        Written::Text(text) => {
            let alone: Alone = toml::from_str(&format!("subjects = {text}")).map_err(de::Error::custom)?;
            alone.subjects
        }
        Written::Tables(tables) => tables,
    };
    let read = |table: toml::Table| table.try_into().map_err(|problem: toml::de::Error| problem.message().to_owned());
    tables
        .into_iter()
        .map(|table| read(table).map_err(|problem| de::Error::custom(format!("oauth.subjects: {problem}"))))
        .collect()
}
