//! The operator's door: who comes in there, and what is done from there.

use std::sync::Arc;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use telegraphist_application::access::{NewToken, Preset};
use telegraphist_application::grants::Effects;
use telegraphist_application::operation::Scope;
use telegraphist_application::ports::AuditLog as _;
use telegraphist_application::security::NotLetIn;
use telegraphist_application::{Application, Caller, Scopes};
use telegraphist_http::{AdminOptions, Auth, Gateway, GatewayOptions, Listen, NotAuthenticated};
use telegraphist_mcp::EndpointOptions;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::world::{ALICE, Answer, Door, World, answer, in_time};

/// By tokens of the store, as the server does.
fn by_token(app: &Application) -> GatewayOptions {
    let app = app.clone();
    let auth = Auth::Bearer(Arc::new(move |token| {
        let app = app.clone();
        Box::pin(
            async move { app.authenticate(&token).await.map_err(|_| NotAuthenticated::Refused(NotLetIn::UnknownKey)) },
        )
    }));
    GatewayOptions { auth, ..GatewayOptions::default() }
}

/// The operator's door of a world.
struct Office {
    base: String,
    client: Client,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Office {
    async fn open(world: &World) -> Self {
        Door::provide_tls();
        let at = Listen::Tcp(([127, 0, 0, 1], 0).into());
        let gateway = Gateway::bind(at, by_token(&world.app)).await.expect("a port");
        let base = format!("http://{}/admin/v1", gateway.address());
        let stop = CancellationToken::new();
        let options = AdminOptions { is_tool: |name| name == "send_message" };
        let serving = tokio::spawn(gateway.serve_admin(world.app.clone(), options, stop.clone()));
        Self { base, client: Client::builder().no_proxy().build().expect("a client"), stop, serving }
    }

    async fn ask(&self, token: &str, method: Method, path: &str) -> Answer {
        answer(self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token)).await
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.ask(token, Method::GET, path).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")), "{path}");
        answer.body
    }

    async fn create(&self, token: &str, wanted: &Value) -> Answer {
        answer(self.client.post(format!("{}/tokens", self.base)).bearer_auth(token).json(wanted)).await
    }

    async fn close(self) {
        self.stop.cancel();
        in_time(self.serving).await.expect("it does not break");
    }
}

/// A token with these scopes.
async fn token(world: &World, name: &str, scopes: Scopes, is_read_only: bool) -> String {
    let (name, quotas) = (name.to_owned(), [].into());
    let new = NewToken {
        name,
        scopes,
        is_read_only,
        is_locked_down: false,
        needs_approval: Effects::none(),
        quotas,
        sessions: None,
        allow_chats: Vec::new(),
        deny_chats: Vec::new(),
        lifetime: None,
    };
    let issued = world.app.create_token(&Caller::owner(), new).await.expect("it is made");
    issued.secret.expose().to_owned()
}

async fn admin(world: &World) -> String {
    token(world, "admin", Preset::Admin.scopes(), false).await
}

#[tokio::test]
async fn only_a_token_with_the_scope_admin_opens_the_operators_door() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let writer = token(&world, "writer", Preset::Writer.scopes(), false).await;
    for path in ["/stats", "/sessions", "/tokens", "/people", "/configuration", "/openapi.json", "/nothing"] {
        let nobody = answer(office.client.get(format!("{}{path}", office.base))).await;
        assert_eq!(nobody.failure(401), "forbidden", "{path}");
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"telegraphist\""));
        let refused = office.ask(&writer, Method::GET, path).await;
        assert_eq!(refused.failure(403), "forbidden", "{path}");
        let challenge = refused.header("www-authenticate").expect("a challenge");
        assert!(challenge.contains("error=\"insufficient_scope\", scope=\"admin\""), "{challenge}");
    }
    let rows = world.store.rows(1, 100).await.expect("memory");
    assert!(rows.iter().any(|row| row.entry.operation == "administer" && row.entry.outcome == "forbidden"));
    let only = token(&world, "only", [Scope::Admin].into_iter().collect(), false).await;
    assert_eq!(office.ask(&only, Method::GET, "/stats").await.status, 200);
    let foreign = office.client.get(format!("{}/stats", office.base)).bearer_auth(&only).header("host", "evil.example");
    assert_eq!(answer(foreign).await.failure(403), "forbidden");
    let page = office.client.get(format!("{}/stats", office.base)).bearer_auth(&only).header("origin", "https://evil");
    assert_eq!(answer(page).await.failure(403), "forbidden");
    office.close().await;
}

#[tokio::test]
async fn the_gateway_has_none_of_the_operators_routes() {
    let world = World::deaf().await;
    let door = world.open_with(by_token(&world.app), EndpointOptions::default()).await;
    let admin = admin(&world).await;
    for path in ["/admin/v1/stats", "/admin/v1/tokens", "/admin/v1/openapi.json"] {
        let answer = answer(door.request(Method::GET, path).bearer_auth(&admin)).await;
        assert_eq!(answer.failure(404), "invalid_argument", "{path}");
    }
    door.close().await;
}

#[tokio::test]
async fn who_only_looks_changes_nothing() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let looks = token(&world, "looks", [Scope::Admin].into_iter().collect(), true).await;
    assert_eq!(office.get(&looks, "/stats").await["sessions"]["total"], 1);
    for (method, path) in [
        (Method::POST, "/sessions/bot/close"),
        (Method::POST, "/sessions/bot/disconnect"),
        (Method::POST, "/people/7/block"),
        (Method::DELETE, "/tokens/looks"),
    ] {
        assert_eq!(office.ask(&looks, method, path).await.failure(403), "forbidden", "{path}");
    }
    assert_eq!(office.get(&looks, "/sessions/bot").await["state"], "ready");
    office.close().await;
}

#[tokio::test]
async fn a_token_is_made_told_once_and_taken_back() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let admin = admin(&world).await;
    let wanted = json!({
        "name": "deputy", "scopes": ["admin", "chats:read"], "quotas": ["calls=100/m", "send_message=5/h"],
        "sessions": ["bot"], "expires_in_s": 3600.0,
    });
    let limited = office.create(&admin, &wanted).await;
    assert_eq!((limited.status.as_u16(), limited.body["token"]["sessions"][0].as_str()), (201, Some("bot")));
    let secret = limited.body["secret"].as_str().expect("it is told").to_owned();
    // It runs nothing whose sessions are only some.
    assert_eq!(office.ask(&secret, Method::GET, "/stats").await.failure(403), "forbidden");
    assert_eq!(office.create(&admin, &wanted).await.failure(409), "invalid_argument");
    let shown = office.get(&admin, "/tokens").await;
    assert_eq!(shown["items"].as_array().map(Vec::len), Some(2));
    assert!(!shown.to_string().contains(&secret), "it is told twice");
    assert_eq!(office.get(&admin, "/tokens/deputy").await["quotas"], json!(["calls=100/m", "send_message=5/h"]));
    assert_eq!(office.ask(&admin, Method::DELETE, "/tokens/deputy").await.body["state"], "revoked");
    assert_eq!(office.ask(&secret, Method::GET, "/stats").await.failure(401), "forbidden");
    assert_eq!(office.ask(&admin, Method::GET, "/tokens/nobody").await.status, 404);
    office.close().await;
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_and_not_quoted() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let admin = admin(&world).await;
    for (wanted, status) in [
        (json!({ "name": "x" }), 400),
        (json!({ "name": "x", "scopes": [] }), 400),
        (json!({ "name": "Not A Name", "scopes": ["admin"] }), 400),
        (json!({ "name": "x", "scopes": ["s3cret"] }), 400),
        (json!({ "name": "x", "scopes": ["admin"], "s3cret": 1 }), 400),
        (json!({ "name": "x", "scopes": ["admin"], "expires_in_s": 0 }), 400),
        (json!({ "name": "x", "scopes": ["admin"], "expires_in_s": 1.5 }), 400),
        (json!({ "name": "x", "scopes": ["admin"], "quotas": ["calls = 1/m"] }), 400),
        (json!({ "name": "x", "scopes": ["admin"], "quotas": ["s3cret=1/m"] }), 404),
        (json!({ "name": "x", "scopes": ["admin"], "sessions": ["nowhere"] }), 404),
        (json!([]), 400),
    ] {
        let refused = office.create(&admin, &wanted).await;
        refused.failure(status);
        assert!(!refused.body["message"].to_string().contains("s3cret=1"), "{refused:?}");
    }
    let only = token(&world, "only", [Scope::Admin].into_iter().collect(), false).await;
    let more = office.create(&only, &json!({ "name": "x", "scopes": ["messages:read"] })).await;
    assert_eq!(more.failure(403), "forbidden");
    assert_eq!(office.get(&admin, "/tokens").await["items"].as_array().map(Vec::len), Some(2));
    office.close().await;
}

#[tokio::test]
async fn a_session_is_looked_at_disconnected_and_closed() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let admin = admin(&world).await;
    let listed = office.get(&admin, "/sessions").await;
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["state"]), (&json!("bot"), &json!("ready")));
    let disconnected = office.ask(&admin, Method::POST, "/sessions/bot/disconnect").await;
    assert_eq!((disconnected.status.as_u16(), &disconnected.body["state"]), (200, &json!("ready")));
    let closed = office.ask(&admin, Method::POST, "/sessions/bot/close").await;
    assert_eq!((closed.status.as_u16(), &closed.body["state"]), (200, &json!("closed")));
    assert_eq!(office.get(&admin, "/stats").await["sessions"]["by_state"], json!({ "closed": 1 }));
    assert_eq!(office.ask(&admin, Method::GET, "/sessions/nobody").await.failure(404), "unknown_session");
    let rows = world.store.rows(1, 100).await.expect("memory");
    for done in ["disconnect_session", "log_out"] {
        let row = rows.iter().find(|row| row.entry.operation == done).expect("it is written down");
        assert!(row.entry.principal.starts_with("token:admin."), "{:?}", row.entry);
    }
    office.close().await;
}

#[tokio::test]
async fn who_is_blocked_is_not_heard_until_they_are_let_knock_again() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let admin = admin(&world).await;
    let blocked = office.ask(&admin, Method::POST, "/people/1002/block").await;
    assert_eq!((&blocked.body["user"], &blocked.body["role"]), (&json!(1002), &json!("blocked")));
    assert_eq!(office.get(&admin, "/stats").await["people"]["by_role"]["blocked"], 1);
    let unblock = office.client.post(format!("{}/people/1002/unblock", office.base)).bearer_auth(&admin);
    assert_eq!(in_time(unblock.send()).await.expect("an answer").status(), 204);
    assert_eq!(office.ask(&admin, Method::POST, "/people/1002/unblock").await.status, 404);
    let owner = office.ask(&admin, Method::POST, &format!("/people/{ALICE}/block")).await;
    assert_eq!(owner.failure(409), "invalid_argument");
    assert_eq!(office.get(&admin, "/people").await["items"][0]["role"], "owner");
    for nobody in ["0", "-1", "alice", "%ff", "99999999999999999999"] {
        let refused = office.ask(&admin, Method::POST, &format!("/people/{nobody}/block")).await;
        assert_eq!(refused.failure(400), "invalid_argument", "{nobody}");
    }
    office.close().await;
}

#[tokio::test]
async fn the_document_names_every_route_and_what_is_not_in_it_is_not_there() {
    let world = World::deaf().await;
    let office = Office::open(&world).await;
    let admin = admin(&world).await;
    let document = office.get(&admin, "/openapi.json").await;
    assert_eq!((&document["openapi"], &document), (&json!("3.1.0"), &telegraphist_http::openapi()));
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 12);
    for (path, methods) in paths {
        let path = path.strip_prefix("/admin/v1").expect("the prefix").replace("{user}", "7").replace(['{', '}'], "");
        let missing = office.ask(&admin, Method::PATCH, &path).await;
        assert_eq!(missing.failure(405), "invalid_argument", "{path}");
        let allowed = missing.header("allow").expect("what is allowed").to_ascii_lowercase();
        for method in methods.as_object().expect("methods").keys() {
            assert!(allowed.contains(method), "{path}: {method} is not among {allowed}");
        }
    }
    assert_eq!(office.ask(&admin, Method::GET, "/nothing").await.failure(404), "invalid_argument");
    office.close().await;
}
