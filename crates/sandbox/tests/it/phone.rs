//! The phone over HTTP: who may ask, what is answered, and what an open page is told.

use futures::StreamExt;
use reqwest::{Method, Response, StatusCode, multipart};
use serde_json::{Value, json};
use telegraphist_sandbox::{Options, Sandbox, SandboxError};

use super::bot_api::robot::Robot;
use super::client::{ALICE, BOB, soon};

const BOT: i64 = 1101;

/// A browser's side of the phone, without the browser.
struct Visitor {
    sandbox: Sandbox,
    http: reqwest::Client,
}

impl Visitor {
    async fn new() -> Self {
        let anywhere = Some(([127, 0, 0, 1], 0).into());
        let options = Options { phone: anywhere, bot_api: anywhere, ..Options::default() };
        let sandbox = Sandbox::start(options).await.expect("a box starts");
        // The HTTP client wants a TLS provider even where it never speaks TLS; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { sandbox, http }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.sandbox.phone_address().expect("it is open"))
    }

    async fn get(&self, path: &str) -> Response {
        soon(self.http.get(self.origin() + path).send()).await.expect("an answer")
    }

    async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        soon(response.text()).await.expect("a page")
    }

    /// The token that a page carries.
    async fn token(&self) -> String {
        let page = self.page(&format!("/{ALICE}")).await;
        let (_, rest) = page.split_once("<meta name=\"token\" content=\"").expect("pages carry a token");
        rest.split('"').next().expect("an attribute ends").to_owned()
    }

    /// A request as a page of the phone makes it.
    async fn ask(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(Method::POST, self.origin() + path);
        request.header("origin", self.origin()).header("x-phone-token", self.token().await)
    }

    async fn act(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let response = soon(self.ask(path).await.json(&body).send()).await.expect("an answer");
        (response.status(), soon(response.json()).await.expect("JSON"))
    }

    async fn send(&self, chat: i64, form: multipart::Form) -> (StatusCode, Value) {
        let request = self.ask(&format!("/{ALICE}/{chat}/send")).await;
        let response = soon(request.multipart(form).send()).await.expect("an answer");
        (response.status(), soon(response.json()).await.expect("JSON"))
    }

    /// What an open page is told next.
    async fn told(&self, stream: &mut (impl StreamExt<Item = reqwest::Result<bytes::Bytes>> + Unpin)) -> Value {
        let mut heard = String::new();
        loop {
            let piece = soon(stream.next()).await.expect("the stream goes on").expect("it is not cut");
            heard.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
            let data = heard.lines().find_map(|line| line.strip_prefix("data: "));
            if let Some(data) = data.filter(|_| heard.ends_with("\n\n")) {
                return serde_json::from_str(data).expect("JSON");
            }
        }
    }
}

#[tokio::test]
async fn pages_are_served_with_rules_for_the_browser() {
    let visitor = Visitor::new().await;
    for path in
        ["/", "/1001", "/1001/new", "/1001/1002", "/1001/-501", "/1001/-1000000000701", "/1001/-1000000000701/1"]
    {
        let response = visitor.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().expect("ASCII").to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = soon(response.text()).await.expect("a page");
        assert!(!page.contains(" style=\"") && !page.contains(" onclick"), "{path} has something inline");
        assert_eq!(page.matches("<script").count(), 1, "{path}");
    }
    for (name, kind) in [("phone.css", "text/css"), ("phone.js", "text/javascript"), ("icon.svg", "image/svg+xml")] {
        let response = visitor.get(&format!("/assets/{name}")).await;
        assert!(response.headers()["content-type"].to_str().expect("ASCII").starts_with(kind), "{name}");
    }
}

#[tokio::test]
async fn nothing_but_a_page_of_this_machine_gets_an_answer() {
    let visitor = Visitor::new().await;
    for host in ["evil.example", "evil.example:80", "127.0.0.1"] {
        let asked = visitor.http.get(visitor.origin() + "/1001").header("host", host).send();
        assert_eq!(soon(asked).await.expect("an answer").status(), StatusCode::FORBIDDEN, "{host}");
    }
    let port = visitor.sandbox.phone_address().expect("it is open").port();
    let by_name = visitor.http.get(visitor.origin() + "/").header("host", format!("localhost:{port}")).send();
    assert_eq!(soon(by_name).await.expect("an answer").status(), StatusCode::OK);

    let path = format!("/{ALICE}/{BOB}/typing");
    let (own, token) = (visitor.origin(), visitor.token().await);
    let try_with = async |origin: Option<&str>, token: Option<&str>| {
        let mut request = visitor.http.post(own.clone() + &path).json(&json!({}));
        request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        request = token.into_iter().fold(request, |request, token| request.header("x-phone-token", token));
        soon(request.send()).await.expect("an answer").status()
    };
    assert_eq!(try_with(Some(&own), Some(&token)).await, StatusCode::OK);
    assert_eq!(try_with(None, Some(&token)).await, StatusCode::FORBIDDEN);
    assert_eq!(try_with(Some("http://evil.example"), Some(&token)).await, StatusCode::FORBIDDEN);
    assert_eq!(try_with(Some("null"), Some(&token)).await, StatusCode::FORBIDDEN);
    assert_eq!(try_with(Some(&own), None).await, StatusCode::FORBIDDEN);
    assert_eq!(try_with(Some(&own), Some("0000")).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_phone_listens_on_loopback_only() {
    let refused = Sandbox::start(Options { phone: Some(([0, 0, 0, 0], 0).into()), ..Options::default() }).await;
    assert!(matches!(refused, Err(SandboxError::NotLoopback(_))));
    assert_eq!(Sandbox::start(Options::default()).await.expect("a box starts").phone_address(), None);
}

#[tokio::test]
async fn what_does_not_exist_is_said_to_be_missing() {
    let visitor = Visitor::new().await;
    for path in [
        "/9",
        "/1101",
        "/x",
        "/1001/9",
        "/1001/x",
        "/1001/-99",
        "/1001/-1000000000701/99",
        "/1001/1002/x",
        "/1001/1002/9/9/9",
        "/assets/x",
    ] {
        assert_eq!(visitor.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    // Hugo is not in the group, and has never been.
    assert_eq!(visitor.get("/1008/-501").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_open_page_is_told_what_has_become_different() {
    let visitor = Visitor::new().await;
    let page = visitor.page(&format!("/{ALICE}/{BOB}")).await;
    let said = ["from", "mark", "stamp"].map(|name| {
        let (_, rest) = page.split_once(&format!("data-{name}=\"")).expect("the page says what it shows");
        format!("{name}={}", rest.split('"').next().expect("an attribute ends"))
    });
    let address = format!("/{ALICE}/live?chat={BOB}&{}", said.join("&"));
    let mut stream = visitor.get(&address).await.bytes_stream();
    visitor.sandbox.say(BOB, ALICE, "<b>hello</b> & welcome").expect("allowed");
    let told = visitor.told(&mut stream).await;
    let units = told["lists"]["units"]["items"].as_object().expect("units");
    let drawn = units.values().find_map(|html| html.as_str().filter(|html| html.contains("welcome")));
    assert!(drawn.expect("the message").contains("&lt;b&gt;hello&lt;/b&gt; &amp; welcome"), "{told}");
    assert!(units.len() <= 3, "more than what has become different: {}", units.len());
    assert_eq!(told["lists"]["chats"]["items"].as_object().map(serde_json::Map::len), Some(1));

    // Who has missed something is told everything.
    let mut late = visitor.get(&address).await.bytes_stream();
    let told = visitor.told(&mut late).await;
    assert!(told["lists"]["units"]["items"].as_object().expect("units").len() > 40);
}

#[tokio::test]
async fn a_box_with_open_pages_shuts_down_all_the_same() {
    let visitor = Visitor::new().await;
    let mut stream = visitor.get(&format!("/{ALICE}/live?stamp=unknown")).await.bytes_stream();
    visitor.told(&mut stream).await;
    soon(visitor.sandbox.clone().shutdown()).await;
    assert!(soon(stream.next()).await.is_none(), "the stream ends with the box");
}

#[tokio::test]
async fn words_and_files_are_sent_as_one_form() {
    let visitor = Visitor::new().await;
    let text = |text: &str| multipart::Form::new().text("text", text.to_owned());
    let file = |name: &'static str, bytes: &'static [u8]| multipart::Part::bytes(bytes).file_name(name);
    assert_eq!(visitor.send(BOB, text("one\r\ntwo")).await.0, StatusCode::OK);
    let png = include_bytes!("../../assets/chart.png");
    let album =
        text("two pictures").text("kind", "photo").part("file", file("a.png", png)).part("file", file("b.png", png));
    assert_eq!(visitor.send(BOB, album).await.0, StatusCode::OK);
    let voice = text("")
        .text("kind", "voice")
        .text("seconds", "2.4")
        .text("levels", "0,31,7")
        .part("file", file("v.ogg", b"x"));
    assert_eq!(visitor.send(BOB, voice).await.0, StatusCode::OK);
    let mails = visitor.sandbox.mailbox(BOB, ALICE, 4).expect("allowed");
    let held: Vec<_> = mails.iter().rev().map(|mail| (mail.text.as_str(), mail.media.as_deref())).collect();
    assert_eq!(
        held,
        [("one\ntwo", None), ("two pictures", Some("photo")), ("", Some("photo")), ("", Some("document"))]
    );
    let page = visitor.page(&format!("/{ALICE}/{BOB}")).await;
    assert!(page.contains("data-count=\"2\"") && page.contains("Play voice message, 0:02"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_in_words() {
    let visitor = Visitor::new().await;
    let text = |text: &str| multipart::Form::new().text("text", text.to_owned());
    let file = || multipart::Part::bytes(b"no picture".as_slice()).file_name("x.png");
    let refusals = [
        (BOB, text(" "), StatusCode::CONFLICT, "Write something"),
        (BOB, text(&"x".repeat(5_000)), StatusCode::CONFLICT, "too long"),
        (BOB, text("x").text("reply_to", "1"), StatusCode::CONFLICT, "is gone"),
        (BOB, text("").text("kind", "photo").part("file", file()), StatusCode::CONFLICT, "not a picture"),
        (BOB, text("x").text("kind", "secret"), StatusCode::BAD_REQUEST, "not the phone's"),
        (BOB, text("x").text("surprise", "1"), StatusCode::BAD_REQUEST, "not the phone's"),
        (9, text("x"), StatusCode::CONFLICT, "cannot be opened"),
        (-1_000_000_000_702, text("x"), StatusCode::CONFLICT, "cannot write here"),
    ];
    for (chat, form, status, told) in refusals {
        let (answered, body) = visitor.send(chat, form).await;
        assert_eq!(answered, status, "{told}: {body}");
        assert!(body["error"].as_str().expect("a reason").contains(told), "{told}: {body}");
    }
    let many = (0..11).fold(text("x"), |form, _| form.part("file", file()));
    assert_eq!(visitor.send(BOB, many).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn verbs_do_what_they_say_and_refuse_what_they_must() {
    let visitor = Visitor::new().await;
    let alice = visitor.sandbox.acting(ALICE, BOB).expect("they are there");
    let id = alice.say("first").expect("allowed");
    let chat = |verb: &str| format!("/{ALICE}/{BOB}/{verb}");
    let newest = || alice.mailbox(1).expect("allowed").remove(0);
    for (verb, body) in [
        ("edit", json!({ "id": id, "text": "second" })),
        ("react", json!({ "id": id, "emoji": "🔥" })),
        ("read", json!({ "max_id": id, "topic": null })),
        ("typing", json!({ "topic": null, "aloud": true })),
    ] {
        assert_eq!(visitor.act(&chat(verb), body).await.0, StatusCode::OK, "{verb}");
    }
    assert_eq!((newest().text.as_str(), newest().reactions), ("second", vec![(ALICE, "🔥".to_owned())]));
    visitor.act(&chat("react"), json!({ "id": id, "emoji": "🔥" })).await;
    assert_eq!(newest().reactions, []);
    visitor.act(&chat("delete"), json!({ "ids": [id] })).await;
    assert_ne!(newest().id, id);
    let (status, body) = visitor.act(&chat("edit"), json!({ "id": id, "text": "third" })).await;
    assert_eq!((status, body["error"].as_str()), (StatusCode::CONFLICT, Some("This message is gone.")));
    // A bot is nobody's phone.
    let (status, _) = visitor.act(&format!("/{BOT}/{ALICE}/typing"), json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(visitor.act(&chat("block"), json!({})).await.0, StatusCode::OK);
    assert!(visitor.page(&format!("/{ALICE}/{BOB}")).await.contains("You have blocked"));
    assert_eq!(visitor.act(&chat("unblock"), json!({})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_vote_counts_until_it_is_taken_back() {
    let visitor = Visitor::new().await;
    let chat = format!("/{ALICE}/-501");
    let hikers = visitor.sandbox.acting(ALICE, -501).expect("they are there");
    let poll = hikers.mailbox(10).expect("allowed").into_iter().find(|mail| mail.media.as_deref() == Some("poll"));
    let id = poll.expect("there is a poll").id;
    let vote = |answers: Value| json!({ "id": id, "answers": answers });
    assert_eq!(visitor.act(&format!("{chat}/vote"), vote(json!([9]))).await.0, StatusCode::CONFLICT);
    assert_eq!(visitor.act(&format!("{chat}/vote"), vote(json!([1]))).await.0, StatusCode::OK);
    assert!(visitor.page(&chat).await.contains("your vote"));
    assert_eq!(visitor.act(&format!("{chat}/vote"), vote(json!([]))).await.0, StatusCode::OK);
    assert!(!visitor.page(&chat).await.contains("your vote"));
}

#[tokio::test]
async fn files_come_in_pieces_and_never_as_pages() {
    let visitor = Visitor::new().await;
    let html = multipart::Part::bytes(b"<script>alert(1)</script>".as_slice()).file_name("päge.html");
    let html = html.mime_str("text/html").expect("a type");
    let form = multipart::Form::new().text("kind", "file").part("file", html);
    assert_eq!(visitor.send(BOB, form).await.0, StatusCode::OK);
    let page = visitor.page(&format!("/{ALICE}/{BOB}")).await;
    let (_, rest) = page.rsplit_once(&format!("/{ALICE}/file/")).expect("a file is linked");
    let address = format!("/{ALICE}/file/{}", rest.split('"').next().expect("an attribute ends"));
    let response = visitor.get(&address).await;
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename*=UTF-8''p%C3%A4ge.html");
    assert_eq!(response.headers()["content-security-policy"], "default-src 'none'; sandbox");
    let piece = visitor.http.get(visitor.origin() + &address).header("range", "bytes=1-6").send();
    let piece = soon(piece).await.expect("an answer");
    assert_eq!(piece.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(piece.headers()["content-range"], "bytes 1-6/25");
    assert_eq!(soon(piece.text()).await.expect("text"), "script");
    assert_eq!(visitor.get(&format!("/{ALICE}/file/1")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pressed_button_waits_for_its_bot_but_not_for_ever() {
    let visitor = Visitor::new().await;
    let robot = Robot::of(&visitor.sandbox, BOT);
    assert_eq!(visitor.act(&format!("/{ALICE}/{BOT}/start"), json!({ "word": "" })).await.0, StatusCode::OK);
    robot.updates(20).await;
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go" }]] });
    let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Shall I?", "reply_markup": keyboard })).await;
    let held = visitor.sandbox.mailbox(ALICE, BOT, 1).expect("allowed").remove(0);
    assert_eq!(held.text, sent["text"]);
    let path = format!("/{ALICE}/{BOT}/press");
    let press = json!({ "id": held.id, "data": "676f" });
    let answering = async {
        let update = robot.updates(20).await.remove(0);
        let query = update["callback_query"]["id"].clone();
        robot
            .ok("answerCallbackQuery", json!({ "callback_query_id": query, "text": "Gone.", "show_alert": true }))
            .await;
    };
    let ((status, told), ()) = tokio::join!(visitor.act(&path, press.clone()), answering);
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told["answer"], json!({ "text": "Gone.", "alert": true, "inner": null, "outer": null }));

    let waiting = async {
        robot.updates(20).await;
        robot.sandbox.advance(std::time::Duration::from_secs(10));
    };
    let ((_, told), ()) = tokio::join!(visitor.act(&path, press), waiting);
    assert_eq!(told["answer"], Value::Null);
    let (status, _) = visitor.act(&path, json!({ "id": held.id, "data": "00" })).await;
    assert_eq!(status, StatusCode::CONFLICT, "there is no such button");
}
