//! Leading people to the page where a session signs in.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use telegraphist_application::Caller;
use telegraphist_application::ports::ApiCredentials;
use telegraphist_domain::session::SessionKind;
use telegraphist_mcp::SignInLink;
use tokio::sync::Mutex;

use crate::script::Manner;
use crate::wire::{ERAS, Era, Wire, failure_of};
use crate::world::World;

/// The links that were made: their secrets.
type Made = Arc<Mutex<Vec<SecretString>>>;

/// A world with a session that nobody has signed in, and a page where that can be done.
async fn world() -> (World, Made) {
    let mut world = World::new(Manner::Answers).await;
    world.app.create_session(&Caller::owner(), "new", SessionKind::User).await.expect("created");
    let (made, app) = (Made::default(), world.app.clone());
    let kept = Arc::clone(&made);
    world.options.sign_in_links = Some(Arc::new(move |caller, session| {
        let (app, kept) = (app.clone(), Arc::clone(&kept));
        Box::pin(async move {
            let api = ApiCredentials { id: 1, hash: "hash".into() };
            let link = app.enrol(&caller, &session, api).await.ok()?;
            let url = format!("https://mcp.example.org/login#{}", link.secret.expose_secret());
            kept.lock().await.push(link.secret);
            Some(SignInLink { id: link.id, url })
        })
    }));
    (world, made)
}

async fn with_pages(world: &World, era: Era) -> Wire {
    let mut wire = world.wire();
    wire.capabilities = json!({ "elicitation": { "url": {} } });
    wire.open(era).await
}

fn call() -> Value {
    json!({ "name": "get_me", "arguments": { "session": "new" } })
}

fn again(question: &Value, answer: &str) -> Value {
    let mut call = call();
    call["requestState"] = question["requestState"].clone();
    call["inputResponses"] = json!({ "sign_in": { "action": answer } });
    call
}

/// The link that a question gives; it names the session, and is good.
async fn link(world: &World, made: &Made, question: &Value) -> String {
    assert_eq!((&question["mode"], question["url"].is_string()), (&json!("url"), true), "{question}");
    assert!(question["message"].as_str().is_some_and(|text| text.contains("`new`")), "{question}");
    let made = made.lock().await;
    let secret = made.last().expect("a link was made").expose_secret();
    assert_eq!(question["url"], format!("https://mcp.example.org/login#{secret}"));
    world.app.open_enrolment(secret).expect("it counts").expose_secret().to_owned()
}

#[tokio::test]
async fn a_client_that_opens_no_pages_is_told_that_nobody_is_signed_in() {
    let (world, made) = world().await;
    for era in ERAS {
        for capabilities in [json!({}), json!({ "elicitation": {} }), json!({ "elicitation": { "form": {} } })] {
            let mut wire = world.wire();
            wire.capabilities = capabilities;
            let mut wire = wire.open(era).await;
            assert_eq!(failure_of(&wire.result("tools/call", call()).await)["code"], "needs_login");
            wire.leave().await;
        }
    }
    assert!(made.lock().await.is_empty(), "a link that nobody sees");
}

#[tokio::test]
async fn a_stateless_client_opens_the_page_and_calls_again() {
    let (world, made) = world().await;
    let mut wire = with_pages(&world, Era::Stateless).await;
    let question = wire.result("tools/call", call()).await;
    assert_eq!(question["resultType"], "input_required", "{question}");
    let asked = &question["inputRequests"]["sign_in"];
    assert_eq!(asked["method"], "elicitation/create", "{question}");
    let key = link(&world, &made, &asked["params"]).await;

    // The second round waits until the page's work is done, here by its end; nobody is asked twice.
    let id = wire.request("tools/call", again(&question, "accept")).await;
    for _ in 0..6 {
        let _ = world.app.enrol_by_phone(&key, "+15550001234").await;
    }
    let failed = wire.receive().await;
    assert_eq!(failed["id"], id);
    assert_eq!(failure_of(&failed["result"])["code"], "needs_login");
    assert_eq!(made.lock().await.len(), 1);
    wire.leave().await;
}

#[tokio::test]
async fn a_question_is_good_for_its_own_call_only() {
    let (world, made) = world().await;
    let mut wire = with_pages(&world, Era::Stateless).await;
    let question = wire.result("tools/call", call()).await;
    let mut other_tool = again(&question, "accept");
    other_tool["name"] = "list_chats".into();
    let mut forged = again(&question, "accept");
    forged["requestState"] = "rs1.forged.state".into();
    for (made_before, call) in [other_tool, forged].into_iter().enumerate() {
        let asked = wire.result("tools/call", call).await;
        assert_eq!(asked["resultType"], "input_required", "{asked}");
        assert_eq!(made.lock().await.len(), made_before + 2);
    }
    wire.leave().await;
}

#[tokio::test]
async fn a_client_with_a_session_is_asked_on_its_connection_and_may_refuse() {
    let (world, made) = world().await;
    let mut wire = with_pages(&world, Era::Sessions).await;
    let id = wire.request("tools/call", call()).await;
    let question = wire.receive().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    link(&world, &made, &question["params"]).await;
    let no = json!({ "jsonrpc": "2.0", "id": question["id"], "result": { "action": "decline" } });
    wire.send(&no.to_string()).await;
    let failed = wire.receive().await;
    assert_eq!(failed["id"], id);
    let failure = failure_of(&failed["result"]);
    assert_eq!(failure["code"], "needs_login");
    assert!(!failure.to_string().contains("/login#"), "the model is given the link: {failure}");
    wire.leave().await;
}

#[tokio::test]
async fn nobody_is_led_to_a_page_by_who_may_not_sign_sessions_in() {
    let (mut world, made) = world().await;
    world.caller.grants.is_read_only = true;
    for era in ERAS {
        let mut wire = with_pages(&world, era).await;
        assert_eq!(failure_of(&wire.result("tools/call", call()).await)["code"], "needs_login");
        wire.leave().await;
    }
    assert!(made.lock().await.is_empty());
}
