//! Access tokens of an issuer that is not this server: a resource server as RFC 9068 and RFC 8707 describe one.
//!
//! A token counts if the configured issuer signed it with one of its keys and one of the configured algorithms, for this
//! server, and now. What its header says about where a key could be found is not looked at; what it asks to be understood and
//! is not, is refused. Start with [`OAuth::vouched`].

mod keys;
mod metadata;
mod ring_provider;
#[cfg(test)]
mod tests;

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use telegraphist_application::access::{Admission, Vouched};
use telegraphist_application::security::NotLetIn;

use self::keys::{KeyRing, NoKey};

/// The longest token that is looked at.
pub(super) const TOKEN_MAX: usize = 16 * 1024;

/// Tokens of which is remembered that they were good.
const REMEMBERED_MAX: u64 = 1_024;

/// Fetches a small document over https, within limits of time and size and without following anybody elsewhere.
pub type Fetch = Arc<dyn Fn(String) -> Fetching + Send + Sync>;

/// An answer of [`Fetch`] on its way: the document, or why there is none.
pub type Fetching = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

/// How tokens may be signed. There are no others here, `none` and those with a shared secret least of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignedBy {
    /// RSA with SHA-256, by a key of 2048 bits or more.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl SignedBy {
    /// As headers of tokens have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn of(algorithm: Algorithm) -> Option<Self> {
        [Self::Rs256, Self::Es256, Self::EdDsa].into_iter().find(|one| one.algorithm() == algorithm)
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

impl fmt::Display for SignedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no way to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of RS256, ES256 and EdDSA")]
pub struct NotASignature;

impl FromStr for SignedBy {
    type Err = NotASignature;

    fn from_str(text: &str) -> Result<Self, NotASignature> {
        [Self::Rs256, Self::Es256, Self::EdDsa].into_iter().find(|one| one.as_str() == text).ok_or(NotASignature)
    }
}

/// Whose tokens count, and for what.
#[derive(Clone)]
pub struct OAuthOptions {
    /// The issuer, letter for letter as its tokens name it.
    pub issuer: String,
    /// This server as tokens are made for it: the address of `/mcp` from outside.
    pub resource: String,
    /// How they may be signed.
    pub algorithms: Vec<SignedBy>,
    /// Where the issuer's keys are, if its metadata are not to be asked.
    pub jwks_uri: Option<String>,
    /// How far the issuer's clock may be from this one's.
    pub leeway: Duration,
    /// What its people may do.
    pub admission: Admission,
    /// Fetches metadata and keys.
    pub fetch: Fetch,
}

/// An issuer whose tokens count.
pub struct OAuth {
    options: OAuthOptions,
    keys: Arc<KeyRing>,
    remembered: moka::sync::Cache<[u8; 32], Arc<Good>>,
}

/// A token that was good.
struct Good {
    vouched: Vouched,
    edition: u64,
    from: Option<f64>,
    until: f64,
}

/// Why nobody is vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotVouched {
    /// The token does not count.
    Refused(NotLetIn),
    /// It cannot be told now.
    Unavailable,
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").field("issuer", &self.options.issuer).finish_non_exhaustive()
    }
}

impl OAuth {
    /// Nothing is fetched before the first token comes.
    pub fn new(options: OAuthOptions) -> Self {
        ring_provider::install();
        let keys = KeyRing::new(options.issuer.clone(), options.jwks_uri.clone(), Arc::clone(&options.fetch));
        Self { options, keys, remembered: moka::sync::Cache::new(REMEMBERED_MAX) }
    }

    /// Whom the issuer vouches for, and what for.
    pub(super) async fn vouched(&self, token: &str, now: DateTime<Utc>) -> Result<Vouched, NotVouched> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(good) = self.remembered.get(&hash)
            && self.keys.is_current(good.edition)
        {
            self.counts_at(&good, now)?;
            return Ok(good.vouched.clone());
        }
        let good = self.examined(token).await?;
        self.counts_at(&good, now)?;
        let vouched = good.vouched.clone();
        self.remembered.insert(hash, Arc::new(good));
        Ok(vouched)
    }

    /// What its people may do.
    pub(super) fn admission(&self) -> &Admission {
        &self.options.admission
    }

    /// Everything about a token but the time.
    async fn examined(&self, token: &str) -> Result<Good, NotVouched> {
        let header = decode_header(token).map_err(|_| NotVouched::Refused(NotLetIn::UnknownKey))?;
        let by = SignedBy::of(header.alg).filter(|by| self.options.algorithms.contains(by));
        let is_access = header.typ.as_deref().is_none_or(is_for_access);
        // What must be understood and is not, may mean anything.
        let (Some(by), true, None) = (by, is_access, &header.crit) else {
            return Err(NotVouched::Refused(NotLetIn::UnknownKey));
        };
        let found = self.keys.key(header.kid.as_deref(), by).await.map_err(|why| match why {
            NoKey::Unknown => NotVouched::Refused(NotLetIn::UnknownKey),
            NoKey::Unavailable => NotVouched::Unavailable,
        })?;
        let decoded = decode::<Map<String, Value>>(token, &found.key, &self.validation(by));
        let claims = decoded.map_err(|error| NotVouched::Refused(reason(error.kind())))?.claims;
        good(claims, found.edition).ok_or(NotVouched::Refused(NotLetIn::Foreign))
    }

    fn validation(&self, by: SignedBy) -> Validation {
        let mut validation = Validation::new(by.algorithm());
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.options.issuer]);
        validation.set_audience(&[&self.options.resource]);
        // By the clock of the application.
        validation.validate_exp = false;
        validation
    }

    fn counts_at(&self, good: &Good, now: DateTime<Utc>) -> Result<(), NotVouched> {
        let (now, leeway) = (now.timestamp_millis() as f64 / 1_000.0, self.options.leeway.as_secs_f64());
        if now >= good.until + leeway {
            return Err(NotVouched::Refused(NotLetIn::Expired));
        }
        if good.from.is_some_and(|from| now < from - leeway) {
            return Err(NotVouched::Refused(NotLetIn::NotYetValid));
        }
        Ok(())
    }
}

/// What a token says whose signature, issuer and audience are right.
fn good(claims: Map<String, Value>, edition: u64) -> Option<Good> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    // One issuer, not a list that has it, too.
    let (issuer, subject) = (text("iss")?.to_owned(), text("sub")?.to_owned());
    let until = claims.get("exp")?.as_f64()?;
    let from = match claims.get("nbf") {
        None | Some(Value::Null) => None,
        Some(from) => Some(from.as_f64()?),
    };
    // Whoever holds it would have to prove that it is theirs, and nobody here asks for that.
    if claims.get("cnf").is_some_and(|bound| !bound.is_null()) {
        return None;
    }
    let scopes = ["scope", "scp"].iter().filter_map(|name| claims.get(*name)).flat_map(names).collect();
    Some(Good { vouched: Vouched { issuer, subject, scopes, claims }, edition, from, until })
}

/// Other kinds of tokens (of logouts, events, proofs of possession) have names of their own.
fn is_for_access(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt")
}

/// Scopes: in one text, or as a list.
fn names(claim: &Value) -> Vec<String> {
    match claim {
        Value::String(text) => text.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

fn reason(problem: &jsonwebtoken::errors::ErrorKind) -> NotLetIn {
    use jsonwebtoken::errors::ErrorKind;

    match problem {
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience | ErrorKind::MissingRequiredClaim(_) => NotLetIn::Foreign,
        _ => NotLetIn::UnknownKey,
    }
}
