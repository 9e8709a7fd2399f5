//! The control port, as another program uses it.

use reqwest::Method;
use serde_json::{Value, json};
use telegraphist_sandbox::{Options, Sandbox};

use super::client::{ALICE, Connected, a_box, soon};

struct Control {
    sandbox: Sandbox,
    http: reqwest::Client,
}

impl Control {
    async fn new() -> Self {
        let control = Some(([127, 0, 0, 1], 0).into());
        let sandbox = Sandbox::start(Options { control, ..Options::default() }).await.expect("a box starts");
        // The HTTP client wants a TLS provider even where it never speaks TLS; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { sandbox, http }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let address = self.sandbox.control_address().expect("it is open");
        let mut request = self.http.request(method, format!("http://{address}{path}"));
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = soon(request.send()).await.expect("an answer");
        (response.status().as_u16(), soon(response.json()).await.expect("JSON"))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

#[tokio::test]
async fn the_people_are_listed_with_what_a_test_has_to_type() {
    let control = Control::new().await;
    let info = control.get("/v1/info").await;
    let accounts = info["accounts"].as_array().expect("a list");
    assert_eq!(accounts.iter().filter(|account| account["bot"] == true).count(), 2);
    assert_eq!(accounts.iter().filter(|account| account["bot"] == false).count(), 8);
    assert!(accounts.iter().any(|account| account["password"] == "correct horse"));
    assert!(accounts.iter().any(|account| account["id"] == ALICE && account["phone"] == "15550001"));
}

#[tokio::test]
async fn keys_lead_to_loopback_in_every_data_centre() {
    let control = Control::new().await;
    let keys = control.post("/v1/keys", json!({ "account": ALICE })).await;
    for dc in 1..=5 {
        let centre = &keys["dcs"][dc.to_string()];
        assert_eq!(centre["host"], "127.0.0.1");
        assert_eq!(centre["port"], control.sandbox.mtproto_address().port());
        assert_eq!(centre["auth_key_hex"].as_str().map(str::len), Some(512));
    }
    control.post("/v1/keys", json!({ "account": null })).await;
    control.post("/v1/keys", Value::Null).await;
}

#[tokio::test]
async fn session_strings_are_written_for_three_libraries() {
    let control = Control::new().await;
    for (kind, length) in [("telethon", 353), ("gramjs", 361), ("pyrogram", 362)] {
        let made = control.post("/v1/provision", json!({ "account": ALICE, "kind": kind })).await;
        assert_eq!(made["session"].as_str().map(str::len), Some(length), "{kind}");
    }
}

#[tokio::test]
async fn people_act_and_their_mailboxes_show_it() {
    let control = Control::new().await;
    let scene = |more: Value| {
        let mut body = json!({ "as": "bob_lindqvist", "chat": "alice_moreau" });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let said = control.post("/v1/say", scene(json!({ "text": "one" }))).await;
    let id = said["id"].as_i64().expect("an id");
    let answer = control.post("/v1/say", scene(json!({ "text": "two", "reply_to": id }))).await;
    control.post("/v1/edit", scene(json!({ "id": id, "text": "one, edited" }))).await;
    control.post("/v1/react", scene(json!({ "id": id, "emoji": "👍" }))).await;
    control.post("/v1/pin", scene(json!({ "id": id }))).await;
    control.post("/v1/typing", scene(json!({}))).await;
    control.post("/v1/read", scene(json!({}))).await;
    let mailbox = control.get("/v1/mailbox?account=1002&chat=1001&limit=3").await;
    let messages = mailbox["messages"].as_array().expect("a list");
    let of = |text: &str| messages.iter().find(|message| message["text"] == text).expect("it is there");
    assert_eq!(of("two")["reply_to"], id);
    assert_eq!(
        (of("one, edited")["edited"].as_bool(), of("one, edited")["pinned"].as_bool()),
        (Some(true), Some(true))
    );
    let deleted = control.post("/v1/delete", scene(json!({ "ids": [answer["id"]] }))).await;
    assert_eq!(deleted["count"], 1);
}

#[tokio::test]
async fn trouble_is_ordered_and_counted() {
    let control = Control::new().await;
    control.post("/v1/faults", json!({ "method": "*", "code": 420, "text": "FLOOD_WAIT_2", "times": 1 })).await;
    control.call(Method::DELETE, "/v1/faults", Value::Null).await;
    control
        .post("/v1/faults", json!({ "method": "users.getUsers", "code": 500, "text": "INTERNAL", "times": 1 }))
        .await;
    control.post("/v1/cut_after", json!({ "method": "messages.sendMessage", "times": 1 })).await;
    control.post("/v1/delay", json!({ "method": "messages.getHistory", "ms": 1, "times": 1 })).await;
    control.post("/v1/gap", json!({ "account": ALICE, "count": 1 })).await;
    control.post("/v1/kick", json!({})).await;
    let alice = Connected::new(&control.sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect_err("the fault");
    soon(alice.client.get_me()).await.expect("once");
    let counters = control.get("/v1/counters").await;
    assert_eq!(counters["calls"]["users.getUsers"], 2);
    assert_eq!(counters["errors"]["INTERNAL"], 1);
    assert_eq!(counters["connections_open"], 1);
    assert_eq!(counters["transports"]["full"], 1);
    control.post("/v1/outage", json!({ "on": true })).await;
    control.post("/v1/outage", json!({ "on": false })).await;
    control.post("/v1/revoke", json!({ "account": ALICE, "error": "USER_DEACTIVATED" })).await;
    control.post("/v1/drop_key", json!({ "account": ALICE })).await;
    control.post("/v1/move", json!({ "account": ALICE, "dc": 4 })).await;
    control.post("/v1/reset", Value::Null).await;
}

#[tokio::test]
async fn a_code_is_read_where_the_phone_would_show_it() {
    let control = Control::new().await;
    assert_eq!(control.get("/v1/code?phone=15550002").await["code"], Value::Null);
    let client = Connected::new(&control.sandbox, None).await;
    soon(client.client.request_login_code("15550002", "hash")).await.expect("a code is sent");
    let code = control.get("/v1/code?phone=15550002").await;
    assert_eq!(code["code"].as_str().map(str::len), Some(5));
}

#[tokio::test]
async fn wrong_orders_are_refused_with_a_reason() {
    let control = Control::new().await;
    let wrong = [
        ("/v1/say", json!({ "as": 1, "chat": 2, "text": "x" }), "no account"),
        ("/v1/say", json!({ "as": ALICE, "chat": "nobody_at_all", "text": "x" }), "no chat"),
        ("/v1/say", json!({ "as": ALICE, "chat": 1002, "text": "" }), "MESSAGE_EMPTY"),
        ("/v1/faults", json!({ "method": "no.such", "code": 400, "text": "X" }), "no method"),
        ("/v1/faults", json!({ "methode": "*" }), "methode"),
        ("/v1/keys", json!({ "account": 5 }), "no account"),
        ("/v1/move", json!({ "account": ALICE, "dc": 9 }), "data centre"),
        ("/v1/qr/accept", json!({ "account": ALICE, "token": "!" }), "token"),
    ];
    for (path, body, reason) in wrong {
        let (status, answer) = control.call(Method::POST, path, body).await;
        assert_eq!(status, 400, "{path}: {answer}");
        assert!(answer["error"].as_str().expect("a reason").contains(reason), "{path}: {answer}");
    }
    let (status, _) = control.call(Method::GET, "/v2/nothing", Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_box_that_shuts_down_frees_its_ports() {
    let sandbox = a_box().await;
    let address = sandbox.mtproto_address();
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("connected");
    soon(sandbox.shutdown()).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn bots_and_those_who_use_them_are_steered() {
    const INVOICE_BOT: i64 = 1101;
    const TEAM: i64 = -1_000_000_000_701;
    let control = Control::new().await;
    let alice = |more: Value| {
        let mut body = json!({ "as": ALICE, "chat": INVOICE_BOT });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    control.post("/v1/start", alice(json!({}))).await;
    assert_eq!(control.post("/v1/draft", alice(json!({}))).await, json!({ "text": null }));
    let (status, _) = control.call(Method::POST, "/v1/stop", alice(json!({}))).await;
    assert_eq!(status, 400, "there is nothing to stop");
    let sent = control.post("/v1/send", alice(json!({ "base64": "dGV4dA==", "name": "a.txt" }))).await;
    let page = control.get(&format!("/v1/mailbox?account={ALICE}&chat={INVOICE_BOT}")).await;
    assert_eq!(
        (page["messages"][0]["id"].as_i64(), &page["messages"][0]["media"]),
        (sent["id"].as_i64(), &json!("document"))
    );
    let (status, _) = control.call(Method::POST, "/v1/tap", alice(json!({ "button": "Pay" }))).await;
    assert_eq!(status, 400, "there is no keyboard");
    control.post("/v1/block", alice(json!({}))).await;
    assert_eq!(control.call(Method::POST, "/v1/say", alice(json!({ "text": "x" }))).await.0, 400);
    control.post("/v1/block", alice(json!({ "unblock": true }))).await;
    control.post("/v1/say", alice(json!({ "text": "x" }))).await;

    control.post("/v1/appoint", json!({ "as": 1002, "chat": TEAM, "user": INVOICE_BOT })).await;
    control.post("/v1/bring", json!({ "as": 1002, "chat": TEAM, "user": 1008 })).await;
    control.post("/v1/ban", json!({ "as": 1002, "chat": TEAM, "user": 1008 })).await;
    let (status, answer) =
        control.call(Method::POST, "/v1/come", json!({ "as": 1008, "link": "https://t.me/+nowhere" })).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("refused: 400 INVITE_HASH_INVALID")));

    control.post("/v1/flood", json!({ "model": "scripted", "waits": [0, 5] })).await;
    control.post("/v1/flood", json!({ "model": "off" })).await;
    control
        .post("/v1/bot_faults", json!({ "trouble": "html", "status": 502, "method": "bot.getMe", "times": 1 }))
        .await;
    control.post("/v1/bot_faults", json!({ "trouble": "twice" })).await;
    let misspelt = json!({ "trouble": "lost_before", "method": "bot.getme" });
    assert_eq!(control.call(Method::POST, "/v1/bot_faults", misspelt).await.0, 400);
    let renewed = control.post("/v1/revoke_token", json!({ "bot": INVOICE_BOT })).await;
    assert_eq!(renewed["token"].as_str(), Some(control.sandbox.bot_token(INVOICE_BOT).expect("a bot").as_str()));
}
