//! Who has an access token of the operator's issuer is let in for what it grants, and nobody else: an issuer that nobody here
//! wrote, and one that is led astray.

use std::net::TcpListener;
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Answer, Gateway, HttpDemo, Issuer, node_modules, repository};

/// Who gets at what. Bob is not among them.
const SUBJECTS: &str = r#"[
    { claim = "sub", value = "alice-rsa", sessions = ["*"] },
    { claim = "client_id", value = "alice-ec", sessions = ["*"], read_only = true },
    { claim = "sub", value = "alice-ed", sessions = ["nobody-has-this"] },
]"#;

struct Stage {
    issuer: Issuer,
    gateway: Gateway,
    resource: String,
}

impl Stage {
    fn start() -> anyhow::Result<Self> {
        let issuer = Issuer::start()?;
        // Free now; nobody else here asks for it by number.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let resource = format!("http://127.0.0.1:{port}/mcp");
        let variables = [
            ("TELEGRAPHIST_HTTP__AUTH", "oauth"),
            ("TELEGRAPHIST_OAUTH__ISSUER", issuer.url()),
            ("TELEGRAPHIST_OAUTH__RESOURCE", &resource),
            ("TELEGRAPHIST_OAUTH__PRIVATE_ISSUER", "true"),
            ("TELEGRAPHIST_OAUTH__SCOPES", "tg.read=reader"),
            ("TELEGRAPHIST_OAUTH__SUBJECTS", SUBJECTS),
        ];
        let gateway = Gateway(HttpDemo::start_at(&format!("127.0.0.1:{port}"), &variables)?);
        Ok(Self { issuer, gateway, resource })
    }

    fn token(&self, client: &str, scopes: &str) -> anyhow::Result<String> {
        self.issuer.token(client, &self.resource, scopes)
    }

    fn listed(&self, token: &str) -> anyhow::Result<Answer> {
        self.gateway.mcp(Some(token), &[], "tools/list", json!({}))
    }

    /// What a token of Alice says, with something changed.
    fn claims(&self, changed: &[(&str, Value)]) -> anyhow::Result<Value> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        let mut claims = json!({
            "iss": self.issuer.url(), "aud": self.resource, "sub": "alice-rsa", "client_id": "alice-rsa",
            "iat": now, "nbf": now, "exp": now + 600, "scope": "tg.read",
        });
        for (name, value) in changed {
            claims[*name] = value.clone();
        }
        Ok(claims)
    }

    fn signed(&self, by: &str, changed: &[(&str, Value)]) -> anyhow::Result<String> {
        self.issuer.signed(by, &json!({}), &self.claims(changed)?)
    }

    fn document(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.gateway.0.base());
        let output = Command::new("curl").args(["--silent", "--show-error", &url]).output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

#[test]
fn tokens_of_the_issuer_let_in_for_what_they_grant() -> anyhow::Result<()> {
    let stage = Stage::start()?;
    let metadata = stage.document("/.well-known/oauth-protected-resource/mcp")?;
    assert_eq!(metadata, stage.document("/.well-known/oauth-protected-resource")?);
    assert_eq!(
        (&metadata["resource"], &metadata["authorization_servers"][0]),
        (&json!(stage.resource), &json!(stage.issuer.url()))
    );
    let stranger = stage.gateway.mcp(None, &[], "tools/list", json!({}))?;
    let at = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"", stage.gateway.0.base());
    assert!(stranger.status == 401 && stranger.challenge.contains(&at), "{stranger:?}");
    assert!(stranger.challenge.contains("scope=\"tg.read\""), "{stranger:?}");

    for client in ["alice-rsa", "alice-ec", "alice-ed"] {
        let tools = stage.gateway.tools(&stage.token(client, "tg.read messages:write")?, &[])?;
        assert!(tools.iter().any(|tool| tool == "read_messages"), "{client}: {tools:?}");
        let may_write = tools.iter().any(|tool| tool == "send_message");
        assert_eq!(may_write, client != "alice-ec", "{client} has a rule of its own");
    }
    let reader = stage.token("alice-rsa", "tg.read")?;
    assert_eq!(stage.gateway.call(&reader, "get_me", &json!({}))?.body["result"]["isError"], false);
    let refused = stage.gateway.call(&reader, "send_message", &json!({ "chat": "me", "text": "no" }))?;
    assert!(refused.status == 403 && refused.challenge.contains("error=\"insufficient_scope\""), "{refused:?}");
    assert!(refused.challenge.contains(&at), "{refused:?}");

    let nowhere = stage.gateway.call(&stage.token("alice-ed", "tg.read")?, "list_sessions", &json!({}))?;
    assert_eq!(nowhere.body["result"]["structuredContent"]["items"], json!([]), "no session is hers");
    let bob = stage.listed(&stage.token("bob-rsa", "tg.read")?)?;
    assert_eq!((bob.status, bob.challenge.as_str()), (403, ""), "whom no rule names gets nothing");
    let rows = stage.gateway.0.home().ok(&["--profile", "demo", "audit", "export"], "");
    assert!(rows.contains("oauth:bob-rsa.") && rows.contains("\"outcome\":\"unmapped\""), "{rows}");
    Ok(())
}

#[test]
fn a_token_with_anything_wrong_about_it_lets_nobody_in() -> anyhow::Result<()> {
    let stage = Stage::start()?;
    for by in ["rsa", "ec", "ed"] {
        assert_eq!(stage.listed(&stage.signed(by, &[])?)?.status, 200, "as it should be, by {by}");
    }
    let now = stage.claims(&[])?["iat"].as_u64().context("a time")?;
    let wrong: [(&str, Value); 10] = [
        ("aud", "https://another.example/mcp".into()),
        ("aud", json!([])),
        ("iss", "https://another.example".into()),
        ("iss", format!("{}/", stage.issuer.url()).into()),
        ("exp", (now - 120).into()),
        ("exp", Value::Null),
        ("nbf", (now + 300).into()),
        ("sub", Value::Null),
        ("cnf", json!({ "jkt": "x" })),
        ("exp", "soon".into()),
    ];
    for (claim, value) in wrong {
        let refused = stage.listed(&stage.signed("rsa", &[(claim, value.clone())])?)?;
        assert!(refused.status == 401 && refused.challenge.contains("invalid_token"), "{claim} {value}: {refused:?}");
    }
    for by in ["nobody", "public-key", "stranger"] {
        assert_eq!(stage.listed(&stage.signed(by, &[])?)?.status, 401, "signed by {by}");
    }
    for header in [json!({ "kid": "nobody-knows" }), json!({ "typ": "logout+jwt" }), json!({ "alg": "RS512" })] {
        let by = if header["alg"].is_null() { "rsa" } else { "public-key" };
        let token = stage.issuer.signed(by, &header, &stage.claims(&[])?)?;
        assert_eq!(stage.listed(&token)?.status, 401, "{header}");
    }
    let huge = stage.signed("rsa", &[("padding", "x".repeat(20_000).into())])?;
    assert_eq!(stage.listed(&huge)?.status, 401, "a huge token is not looked at");
    let own = stage.gateway.token(&["ci", "--preset", "admin"]);
    assert_eq!(stage.listed(&own)?.status, 401, "a token of this server's own is none of the issuer's");
    Ok(())
}

#[test]
fn keys_are_asked_for_when_they_are_new_and_an_issuer_that_is_led_astray_is_not_followed() -> anyhow::Result<()> {
    for mode in ["redirect", "flood"] {
        let stage = Stage::start()?;
        stage.issuer.mode(mode)?;
        let refused = stage.listed(&stage.signed("rsa", &[])?)?;
        assert_eq!(refused.status, 503, "{mode}: it cannot be told, and is not made up");
    }
    let stage = Stage::start()?;
    let before = stage.signed("rsa", &[])?;
    assert_eq!(stage.listed(&before)?.status, 200);
    stage.issuer.renew()?;
    let after = stage.signed("rsa", &[])?;
    let refused = stage.listed(&after)?;
    assert_eq!((refused.status, stage.issuer.fetched()?), (401, 1), "within a minute of the last look nobody asks");
    for n in 0..20 {
        let guess = stage.issuer.signed("rsa", &json!({ "kid": format!("guess-{n}") }), &stage.claims(&[])?)?;
        assert_eq!(stage.listed(&guess)?.status, 401);
    }
    assert_eq!(stage.issuer.fetched()?, 1, "strangers do not make this server ask");
    Ok(())
}

#[test]
fn clients_find_the_issuer_by_themselves_and_get_a_token_for_this_server() -> anyhow::Result<()> {
    let stage = Stage::start()?;
    let folder = tempfile::tempdir()?;
    std::os::unix::fs::symlink(node_modules(), folder.path().join("node_modules"))?;
    let here = folder.path().join("http_oauth.mjs");
    fs_err::copy(repository().join("tests/clients/http_oauth.mjs"), &here)?;
    let output = Command::new(node_modules().join(".bin/node"))
        .arg(&here)
        .args([stage.resource.as_str(), stage.issuer.url(), "alice-rsa", stage.issuer.secret()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("v1: ok") && said.contains("v2: ok"), "{said}{errors}");
    Ok(())
}
