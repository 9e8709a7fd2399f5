//! An issuer's keys: fetched where it says, kept for a while, and fetched again when a token names one that is not there.
//!
//! One fetch is under way at a time, and what strangers send starts one a minute at most. A key that the issuer took back
//! counts for ten minutes more, or for a day while the issuer cannot be reached. Start with [`KeyRing::key`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{Fetch, SignedBy};

/// Keys younger than this are not asked for again.
const FRESH: Duration = Duration::from_mins(10);
/// Older ones do not count.
const KEPT_MAX: Duration = Duration::from_hours(24);
/// So long after a fetch no token causes another one,
const PAUSE: Duration = Duration::from_mins(1);
/// unless there are no keys at all.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(5);
/// For all that one fetch asks.
const FETCH_MAX: Duration = Duration::from_secs(10);
/// More keys than this are not looked at.
const KEYS_MAX: usize = 64;

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has none of that name.
    Unknown,
    /// It cannot be told now.
    Unavailable,
}

/// A key, and of which fetch it is.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) key: Arc<DecodingKey>,
    pub(super) edition: u64,
}

/// What tokens call a key, and how it signs.
type KeyName = (Option<String>, SignedBy);

/// Keys by what tokens call them.
type Keys = HashMap<KeyName, Arc<DecodingKey>>;

/// An issuer's keys.
pub(super) struct KeyRing {
    issuer: String,
    /// Where they are, if the issuer's metadata are not to be asked.
    at: Option<String>,
    fetch: Fetch,
    kept: Mutex<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    keys: Keys,
    edition: u64,
    /// When they came.
    since: Option<Instant>,
    /// When they were asked for last, and whether they came.
    asked: Option<(Instant, bool)>,
}

impl Kept {
    fn are_any(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() < KEPT_MAX)
    }

    fn is_due(&self) -> bool {
        let pause = if self.are_any() { PAUSE } else { PAUSE_WITHOUT_KEYS };
        self.asked.is_none_or(|(at, _)| at.elapsed() >= pause)
    }

    /// The key of a token; one that does not name it is understood where there is only one.
    fn find(&self, kid: Option<&str>, by: SignedBy) -> Option<Found> {
        if !self.are_any() {
            return None;
        }
        let key = if let Some(kid) = kid {
            self.keys.get(&(Some(kid.to_owned()), by))
        } else {
            let mut all = self.keys.iter().filter(|((_, of), _)| *of == by);
            all.next().filter(|_| all.next().is_none()).map(|(_, key)| key)
        };
        key.map(|key| Found { key: Arc::clone(key), edition: self.edition })
    }
}

impl KeyRing {
    pub(super) fn new(issuer: String, at: Option<String>, fetch: Fetch) -> Arc<Self> {
        Arc::new(Self { issuer, at, fetch, kept: Mutex::default(), fetching: tokio::sync::Mutex::default() })
    }

    /// The key that a token names.
    pub(super) async fn key(self: &Arc<Self>, kid: Option<&str>, by: SignedBy) -> Result<Found, NoKey> {
        let (found, is_stale) = {
            let kept = self.kept();
            (kept.find(kid, by), kept.since.is_none_or(|since| since.elapsed() >= FRESH) && kept.is_due())
        };
        if let Some(found) = found {
            if is_stale {
                // Beside the call: it does not wait for what it has.
                tokio::spawn(Arc::clone(self).renew());
            }
            return Ok(found);
        }
        // In a task of its own: who sent the token may go, and the fetch was begun for everybody.
        let renewing = tokio::spawn(Arc::clone(self).renew()).await;
        debug_assert!(renewing.is_ok(), "nothing here panics");
        let kept = self.kept();
        let can_tell = kept.are_any() && kept.asked.is_some_and(|(_, did_come)| did_come);
        kept.find(kid, by).ok_or(if can_tell { NoKey::Unknown } else { NoKey::Unavailable })
    }

    /// Whether keys of that fetch are still what there is.
    pub(super) fn is_current(&self, edition: u64) -> bool {
        let kept = self.kept();
        kept.edition == edition && kept.since.is_some_and(|since| since.elapsed() < FRESH)
    }

    /// Asks the issuer, unless somebody just did.
    async fn renew(self: Arc<Self>) {
        let _one = self.fetching.lock().await;
        if !self.kept().is_due() {
            return;
        }
        self.kept().asked = Some((Instant::now(), false));
        let fetched = tokio::time::timeout(FETCH_MAX, self.fetched()).await;
        match fetched.unwrap_or_else(|_| Err("it takes too long".to_owned())) {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the issuer's keys were fetched");
                let mut kept = self.kept();
                let edition = kept.edition + 1;
                *kept = Kept { keys, edition, since: Some(Instant::now()), asked: Some((Instant::now(), true)) };
            }
            Err(problem) => {
                self.kept().asked = Some((Instant::now(), false));
                tracing::error!(problem, "the issuer's keys could not be fetched");
            }
        }
    }

    async fn fetched(&self) -> Result<Keys, String> {
        let at = match &self.at {
            Some(at) => at.clone(),
            None => self.told().await?,
        };
        read(&(self.fetch)(at).await?)
    }

    /// Where the issuer's metadata say that the keys are: those of OAuth, else those of OpenID Connect.
    async fn told(&self) -> Result<String, String> {
        let mut problem = "the issuer is no address".to_owned();
        for at in metadata_of(&self.issuer) {
            match (self.fetch)(at).await.and_then(|document| self.jwks_uri(&document)) {
                Ok(at) => return Ok(at),
                Err(why) => problem = why,
            }
        }
        Err(format!("its metadata: {problem}"))
    }

    fn jwks_uri(&self, document: &[u8]) -> Result<String, String> {
        #[derive(Deserialize)]
        struct Metadata {
            issuer: String,
            jwks_uri: String,
        }
        let metadata: Metadata = serde_json::from_slice(document).map_err(|_| "they cannot be read".to_owned())?;
        // Else whoever can place a document somewhere could speak for somebody else.
        if metadata.issuer == self.issuer { Ok(metadata.jwks_uri) } else { Err("they are another issuer's".to_owned()) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an issuer's metadata may be: RFC 8414 puts the well-known part before the issuer's path, OpenID behind it.
fn metadata_of(issuer: &str) -> Vec<String> {
    let Ok(url) = Url::parse(issuer) else { return Vec::new() };
    let path = url.path().trim_end_matches('/');
    let origin = url.origin().ascii_serialization();
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    if !path.is_empty() {
        places.push(format!("{origin}/.well-known/openid-configuration{path}"));
    }
    places
}

/// The keys of a set that can be used here. Sets hold keys of kinds that nobody here knows, too.
fn read(document: &[u8]) -> Result<Keys, String> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(document).map_err(|_| "they are no key set".to_owned())?;
    // A set without keys is an answer, too: whoever takes all of them back means it.
    Ok(set.keys.into_iter().take(KEYS_MAX).filter_map(usable).collect())
}

fn usable(key: Value) -> Option<(KeyName, Arc<DecodingKey>)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let by = match &key.algorithm {
        AlgorithmParameters::RSA(_) => SignedBy::Rs256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => SignedBy::Es256,
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => SignedBy::EdDsa,
        // Shared secrets among them.
        _ => return None,
    };
    let common = &key.common;
    let is_meant = common.key_algorithm.is_none_or(|algorithm| {
        algorithm
            == match by {
                SignedBy::Rs256 => KeyAlgorithm::RS256,
                SignedBy::Es256 => KeyAlgorithm::ES256,
                SignedBy::EdDsa => KeyAlgorithm::EdDSA,
            }
    });
    let verifies = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !is_meant || !verifies {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    Some(((key.common.key_id, by), Arc::new(decoding)))
}

#[cfg(test)]
mod tests;
