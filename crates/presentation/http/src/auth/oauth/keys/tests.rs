use std::sync::atomic::Ordering;

use serde_json::json;

use super::*;
use crate::auth::oauth::tests::Documents;

const ISSUER: &str = "https://id.example.org/realms/one";

fn key(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
}

fn issuer(kids: &[&str]) -> (Arc<Documents>, Arc<KeyRing>) {
    let documents = Arc::new(Documents::default());
    set(&documents, kids);
    let ring = KeyRing::new(ISSUER.into(), None, documents.fetch());
    (documents, ring)
}

fn set(documents: &Documents, kids: &[&str]) {
    *documents.keys.lock().expect("nobody panics") = kids.iter().map(|kid| key(kid)).collect();
}

async fn finds(ring: &Arc<KeyRing>, kid: &str) -> Result<(), NoKey> {
    ring.key(Some(kid), SignedBy::EdDsa).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_and_a_new_one_when_a_token_names_it_but_once_a_minute() {
    let (documents, ring) = issuer(&["one"]);
    for _ in 0..5 {
        assert_eq!(finds(&ring, "one").await, Ok(()));
    }
    assert_eq!(documents.count(), 1);
    set(&documents, &["two"]);
    assert_eq!(finds(&ring, "two").await, Err(NoKey::Unknown), "somebody just asked");
    tokio::time::advance(PAUSE).await;
    assert_eq!(finds(&ring, "two").await, Ok(()));
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unknown), "the old one is gone");
    for n in 0..100 {
        assert_eq!(finds(&ring, &format!("guess-{n}")).await, Err(NoKey::Unknown));
    }
    assert_eq!(documents.count(), 2, "guesses do not reach the issuer");
}

#[tokio::test(start_paused = true)]
async fn many_who_come_at_once_cause_one_fetch() {
    let (documents, ring) = issuer(&["one"]);
    let all = (0..50).map(|_| finds(&ring, "one"));
    assert!(futures::future::join_all(all).await.into_iter().all(|found| found == Ok(())));
    assert_eq!(documents.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_down_or_hangs_keeps_its_keys_for_a_day_and_is_not_waited_for() {
    let (documents, ring) = issuer(&["one"]);
    *documents.hangs.lock().expect("nobody panics") = true;
    let begun = Instant::now();
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unavailable));
    assert_eq!(begun.elapsed(), FETCH_MAX, "a fetch that hangs is given up");
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unavailable));
    assert_eq!(begun.elapsed(), FETCH_MAX, "and not begun again at once");
    *documents.hangs.lock().expect("nobody panics") = false;
    tokio::time::advance(PAUSE_WITHOUT_KEYS).await;
    assert_eq!(finds(&ring, "one").await, Ok(()));

    *documents.is_down.lock().expect("nobody panics") = true;
    tokio::time::advance(Duration::from_hours(24).saturating_sub(Duration::from_secs(1))).await;
    assert_eq!(finds(&ring, "one").await, Ok(()));
    assert_eq!(finds(&ring, "other").await, Err(NoKey::Unavailable), "it may be a new one");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unavailable), "what was taken back must end some time");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_does_not_end_a_fetch_or_start_another() {
    let (documents, ring) = issuer(&["one"]);
    *documents.hangs.lock().expect("nobody panics") = true;
    for _ in 0..10 {
        assert!(tokio::time::timeout(Duration::from_millis(10), finds(&ring, "one")).await.is_err());
    }
    *documents.hangs.lock().expect("nobody panics") = false;
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unavailable), "the one that hangs is the only one");
    assert_eq!(documents.fetched.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn metadata_of_another_issuer_are_not_believed() {
    let (documents, ring) = issuer(&["one"]);
    *documents.named.lock().expect("nobody panics") = Some("https://id.example.org/realms/two".into());
    assert_eq!(finds(&ring, "one").await, Err(NoKey::Unavailable));
    assert_eq!(documents.count(), 0);
}

#[test]
fn a_set_gives_the_keys_that_sign_and_no_others() {
    let mut other = key("enc");
    other["use"] = "enc".into();
    let mut wraps = key("wrap");
    wraps["key_ops"] = json!(["wrapKey"]);
    let mut mislabelled = key("mislabelled");
    mislabelled["alg"] = "RS256".into();
    let set = json!({ "keys": [
        key("good"), other, wraps, mislabelled,
        { "kty": "oct", "kid": "secret", "k": "c2VjcmV0" },
        { "kty": "EC", "crv": "P-384", "kid": "large", "x": "AA", "y": "AA" },
        { "kty": "unheard-of", "kid": "new" }, "nonsense",
    ] });
    let keys = read(set.to_string().as_bytes()).expect("a set");
    let names: Vec<_> = keys.keys().map(|(kid, by)| (kid.clone().unwrap_or_default(), *by)).collect();
    assert_eq!(names, [("good".to_owned(), SignedBy::EdDsa)]);
    assert!(read(b"{\"keys\":[]}").expect("a set").is_empty(), "all were taken back");
    assert!(read(b"[]").is_err() && read(b"").is_err());
}

#[test]
fn metadata_are_looked_for_where_both_standards_put_them() {
    assert_eq!(
        metadata_of("https://id.example.org"),
        [
            "https://id.example.org/.well-known/oauth-authorization-server",
            "https://id.example.org/.well-known/openid-configuration"
        ]
    );
    assert_eq!(
        metadata_of("https://id.example.org/a/"),
        [
            "https://id.example.org/.well-known/oauth-authorization-server/a",
            "https://id.example.org/a/.well-known/openid-configuration",
            "https://id.example.org/.well-known/openid-configuration/a"
        ]
    );
}
