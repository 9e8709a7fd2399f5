use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://id.example.org/realms/one";
const RESOURCE: &str = "https://mcp.example.org/mcp";
const NOW: i64 = 1_800_000_000;

/// Who signs.
enum Signer {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
}

impl Signer {
    fn ed() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
        Self::Ed(Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key"))
    }

    fn ec() -> Self {
        let (random, curve) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(curve, &random).expect("randomness");
        Self::Ec(EcdsaKeyPair::from_pkcs8(curve, document.as_ref(), &random).expect("a key"))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed(_) => "EdDSA",
            Self::Ec(_) => "ES256",
        }
    }

    fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": text(pair.public_key().as_ref()) })
            }
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": text(x), "y": text(y) })
            }
        }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
        let signature = match self {
            Self::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Self::Ec(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).expect("signed").as_ref().to_vec(),
        };
        format!("{message}.{}", text(&signature))
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer in memory.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) keys: Mutex<Vec<Value>>,
    pub(super) is_down: Mutex<bool>,
    pub(super) hangs: Mutex<bool>,
    pub(super) fetched: AtomicUsize,
    /// Whose metadata it has.
    pub(super) named: Mutex<Option<String>>,
}

impl Documents {
    pub(super) fn fetch(self: &Arc<Self>) -> Fetch {
        let documents = Arc::clone(self);
        Arc::new(move |url| {
            let documents = Arc::clone(&documents);
            Box::pin(async move {
                if *documents.hangs.lock().expect("nobody panics") {
                    std::future::pending::<()>().await;
                }
                if *documents.is_down.lock().expect("nobody panics") {
                    return Err("it is down".to_owned());
                }
                let document = match url.as_str() {
                    "https://id.example.org/realms/one/.well-known/openid-configuration" => {
                        let named = documents.named.lock().expect("nobody panics").clone();
                        json!({ "issuer": named.unwrap_or(ISSUER.into()), "jwks_uri": "https://id.example.org/keys" })
                    }
                    "https://id.example.org/keys" => {
                        documents.fetched.fetch_add(1, Ordering::Relaxed);
                        json!({ "keys": *documents.keys.lock().expect("nobody panics") })
                    }
                    _ => return Err("there is no such document".to_owned()),
                };
                Ok(document.to_string().into_bytes())
            })
        })
    }

    pub(super) fn count(&self) -> usize {
        self.fetched.load(Ordering::Relaxed)
    }
}

fn oauth(documents: &Arc<Documents>, algorithms: &[SignedBy]) -> OAuth {
    OAuth::new(OAuthOptions {
        issuer: ISSUER.into(),
        resource: RESOURCE.into(),
        algorithms: algorithms.to_vec(),
        jwks_uri: None,
        leeway: Duration::from_secs(30),
        admission: Admission::default(),
        fetch: documents.fetch(),
    })
}

fn with_key(signer: &Signer) -> Arc<Documents> {
    let documents = Arc::new(Documents::default());
    documents.keys.lock().expect("nobody panics").push(signer.jwk("one"));
    documents
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).expect("a time")
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": RESOURCE, "sub": "alice", "exp": NOW + 60, "nbf": NOW - 60, "scope": "messages:read openid" })
}

/// The usual token with other claims or another header.
fn bent(signer: &Signer, header: &[(&str, Value)], changed: &[(&str, Value)]) -> String {
    let mut head = json!({ "alg": signer.algorithm(), "kid": "one", "typ": "at+jwt" });
    let mut body = claims();
    for (into, changes) in [(&mut head, header), (&mut body, changed)] {
        for (name, value) in changes {
            into[*name] = value.clone();
        }
    }
    signer.token(&head, &body)
}

#[tokio::test]
async fn a_token_for_this_server_counts_by_every_algorithm_that_is_configured() {
    for (signer, by) in [(Signer::ed(), SignedBy::EdDsa), (Signer::ec(), SignedBy::Es256)] {
        let documents = with_key(&signer);
        let token = bent(&signer, &[], &[]);
        let vouched = oauth(&documents, &[by]).vouched(&token, now()).await.expect("it is good");
        assert_eq!(
            (vouched.subject.as_str(), vouched.scopes),
            ("alice", vec!["messages:read".into(), "openid".into()])
        );
        let others = [SignedBy::Rs256, SignedBy::Es256, SignedBy::EdDsa].into_iter().filter(|other| *other != by);
        let refused = oauth(&documents, &others.collect::<Vec<_>>()).vouched(&token, now()).await;
        assert_eq!(refused, Err(NotVouched::Refused(NotLetIn::UnknownKey)), "{by}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_for_this_server_or_not_for_now_does_not_count() {
    let signer = Signer::ed();
    let oauth = oauth(&with_key(&signer), &[SignedBy::EdDsa]);
    let foreign = NotLetIn::Foreign;
    let cases: Vec<(Vec<(&str, Value)>, NotLetIn)> = vec![
        (vec![("aud", "https://mcp.example.org".into())], foreign),
        (vec![("aud", "https://mcp.example.org/mcp/".into())], foreign),
        (vec![("aud", json!(["https://other", "https://another"]))], foreign),
        (vec![("aud", Value::Null)], foreign),
        (vec![("aud", 7.into())], foreign),
        (vec![("iss", "https://id.example.org/realms/two".into())], foreign),
        (vec![("iss", json!([ISSUER, "https://evil"]))], foreign),
        (vec![("iss", Value::Null)], foreign),
        (vec![("sub", Value::Null)], foreign),
        (vec![("sub", "".into())], foreign),
        (vec![("exp", Value::Null)], foreign),
        (vec![("exp", "never".into())], foreign),
        (vec![("nbf", "never".into())], foreign),
        (vec![("cnf", json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }))], foreign),
        (vec![("exp", (NOW - 30).into())], NotLetIn::Expired),
        (vec![("nbf", (NOW + 31).into())], NotLetIn::NotYetValid),
    ];
    for (changed, why) in cases {
        let refused = oauth.vouched(&bent(&signer, &[], &changed), now()).await;
        assert_eq!(refused, Err(NotVouched::Refused(why)), "{changed:?}");
    }
    for changed in [
        vec![("aud", json!(["https://other", RESOURCE]))],
        vec![("exp", json!(NOW as f64 - 29.5))],
        vec![("nbf", (NOW + 30).into())],
        vec![("nbf", Value::Null)],
    ] {
        assert!(oauth.vouched(&bent(&signer, &[], &changed), now()).await.is_ok(), "{changed:?}");
    }
}

#[tokio::test]
async fn what_nobody_signed_with_a_key_of_the_issuer_does_not_count() {
    let (signer, stranger) = (Signer::ed(), Signer::ed());
    let documents = with_key(&signer);
    let oauth = oauth(&documents, &[SignedBy::EdDsa, SignedBy::Es256, SignedBy::Rs256]);
    let good = bent(&signer, &[], &[]);
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let own_key = stranger.jwk("one");
    let tokens = [
        bent(&stranger, &[], &[]),
        bent(&stranger, &[("jwk", own_key)], &[]),
        bent(&stranger, &[("jku", "https://evil.example/keys".into())], &[]),
        bent(&signer, &[("alg", "none".into())], &[]),
        bent(&signer, &[("alg", "ES256".into())], &[]),
        bent(&signer, &[("crit", json!(["b64"])), ("b64", false.into())], &[]),
        bent(&signer, &[("typ", "logout+jwt".into())], &[]),
        format!("{message}."),
        message.to_owned(),
        format!("{good}.{signature}"),
        format!("{message}A.{signature}"),
        String::new(),
        "..".to_owned(),
        "a".repeat(TOKEN_MAX),
    ];
    for token in tokens {
        let refused = oauth.vouched(&token, now()).await;
        assert_eq!(refused, Err(NotVouched::Refused(NotLetIn::UnknownKey)), "{token}");
    }
    for (algorithm, secret) in [("HS256", own_bytes(&signer)), ("none", Vec::new())] {
        let head = text(json!({ "alg": algorithm, "kid": "one" }).to_string().as_bytes());
        let message = format!("{head}.{}", text(claims().to_string().as_bytes()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        let signature = ring::hmac::sign(&key, message.as_bytes());
        let token = format!("{message}.{}", text(signature.as_ref()));
        assert_eq!(oauth.vouched(&token, now()).await, Err(NotVouched::Refused(NotLetIn::UnknownKey)), "{algorithm}");
    }
    assert!(oauth.vouched(&good, now()).await.is_ok());
}

fn own_bytes(signer: &Signer) -> Vec<u8> {
    match signer {
        Signer::Ed(pair) => pair.public_key().as_ref().to_vec(),
        Signer::Ec(pair) => pair.public_key().as_ref().to_vec(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_good_ends_with_its_time_and_with_its_key() {
    let signer = Signer::ed();
    let documents = with_key(&signer);
    let oauth = oauth(&documents, &[SignedBy::EdDsa]);
    let token = bent(&signer, &[], &[]);
    assert!(oauth.vouched(&token, now()).await.is_ok());
    assert!(oauth.remembered.contains_key::<[u8; 32]>(&Sha256::digest(token.as_bytes()).into()));
    let later = now() + chrono::TimeDelta::seconds(91);
    assert_eq!(oauth.vouched(&token, later).await, Err(NotVouched::Refused(NotLetIn::Expired)));
    *documents.keys.lock().expect("nobody panics") = vec![Signer::ed().jwk("two")];
    tokio::time::advance(Duration::from_mins(11)).await;
    // The first call after a while starts the fetch and does not wait for it.
    assert!(oauth.vouched(&token, now()).await.is_ok());
    while documents.count() < 2 {
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(oauth.vouched(&token, now()).await, Err(NotVouched::Refused(NotLetIn::UnknownKey)));
}

#[test]
fn metadata_say_whose_tokens_count_and_where_they_are_found() {
    let oauth = oauth(&Arc::default(), &[SignedBy::EdDsa]);
    assert_eq!(oauth.metadata_url(), "https://mcp.example.org/.well-known/oauth-protected-resource/mcp");
    let told = serde_json::to_value(oauth.metadata()).expect("plain data");
    assert_eq!((&told["resource"], &told["authorization_servers"]), (&json!(RESOURCE), &json!([ISSUER])));
    assert!(told["scopes_supported"].as_array().is_some_and(|names| names.contains(&json!("messages:read"))));
    assert_eq!(oauth.scopes_to_begin_with(), "account:read chats:read messages:read media:read");
}
