//! Asking.

use reqwest::Method;
use serde_json::json;
use telegraphist_application::operations::RequestApproval;
use telegraphist_application::{CallContext, Caller};

use crate::world::{World, answer, in_time};

#[tokio::test]
async fn a_wait_ends_with_the_press_of_a_button() {
    let world = World::new().await;
    let door = world.open().await;
    let place = door.ask("Deploy 4.2?").await;
    assert_eq!(door.get(&place).await.body["state"], "pending");
    let waiting = format!("{place}?wait=50");
    let (waited, ()) = tokio::join!(door.get(&waiting), world.press("Deploy 4.2?", "Approve"));
    assert_eq!(waited.status, 200);
    assert_eq!(waited.body["decision"]["is_allowed"], true, "{waited:?}");
    assert_eq!(waited.body["agent"], "deploy-ci");
    let late = door.get(&format!("{place}?wait=0")).await;
    assert_eq!(late.body["state"], waited.body["state"], "what is decided is answered at once");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_wait_without_a_decision_says_so_and_can_be_repeated() {
    let world = World::new().await;
    let door = world.open().await;
    let place = door.ask("Deploy?").await;
    for _ in 0..2 {
        let waited = door.get(&format!("{place}?wait=0")).await;
        assert_eq!((waited.status.as_u16(), &waited.body["state"]), (200, &"pending".into()));
    }
    for wait in ["51", "-1", "soon", ""] {
        let refused = door.get(&format!("{place}?wait={wait}")).await;
        assert_eq!(refused.failure(400), "invalid_argument", "{wait}");
        assert!(refused.body.to_string().contains("wait"), "{refused:?}");
    }
    assert_eq!(door.get(&format!("{place}?patience=1")).await.failure(400), "invalid_argument");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_the_question_open() {
    let world = World::new().await;
    let door = world.open().await;
    let place = door.ask("Deploy later?").await;
    let going = door.client.get(format!("{}{place}?wait=50", door.base)).timeout(std::time::Duration::from_millis(50));
    assert!(going.send().await.is_err(), "it did not wait for the answer");
    world.press("Deploy later?", "Deny").await;
    let waited = door.get(&format!("{place}?wait=50")).await;
    assert_eq!(waited.body["decision"]["is_allowed"], false, "{waited:?}");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_question_is_taken_back_and_its_card_says_so() {
    let world = World::new().await;
    let door = world.open().await;
    let place = door.ask("Deploy or not?").await;
    world.mail("Deploy or not?").await;
    let taken = answer(door.request(Method::DELETE, &place)).await;
    assert_eq!((taken.status.as_u16(), &taken.body["state"]), (200, &"cancelled".into()), "{taken:?}");
    in_time(async {
        while world.mail("Deploy or not?").await.buttons.iter().any(|row| !row.is_empty()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let again = answer(door.request(Method::DELETE, &place)).await;
    assert_eq!(again.body["state"], "cancelled", "what has ended stays ended");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn the_same_key_is_one_question() {
    let world = World::new().await;
    let door = world.open().await;
    let ask = |title: &str| {
        let request = door.request(Method::POST, "/v1/approvals").header("idempotency-key", "release-9");
        answer(request.json(&json!({ "title": title })))
    };
    let first = ask("Release 9?").await;
    let second = ask("Release 9?").await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.header("location"), second.header("location"));
    let other = ask("Release 10?").await;
    assert_eq!(other.failure(422), "idempotency_key_reused");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn the_list_has_the_questions_of_who_asks_page_by_page() {
    let world = World::new().await;
    let door = world.open().await;
    let request: RequestApproval = serde_json::from_value(json!({ "title": "Of an agent" })).expect("arguments");
    let somebody = Caller { principal: "somebody".to_owned(), ..Caller::owner() };
    world.app.perform_here(&somebody, request, CallContext::default()).await.expect("asked");
    for title in ["One?", "Two?", "Three?"] {
        door.ask(title).await;
    }
    let titles = |body: &serde_json::Value| -> Vec<String> {
        let items = body["items"].as_array().expect("a list");
        items.iter().map(|item| item["title"].as_str().expect("a title").to_owned()).collect()
    };
    let page = door.get("/v1/approvals?pending=true&limit=2").await;
    assert_eq!(titles(&page.body), ["Three?", "Two?"], "{page:?}");
    let cursor = page.body["next_cursor"].as_str().expect("there is more");
    let rest = door.get(&format!("/v1/approvals?pending=true&limit=2&cursor={cursor}")).await;
    assert_eq!((titles(&rest.body), &rest.body["has_more"]), (vec!["One?".to_owned()], &false.into()));
    for (query, named) in [("limit=many", "`limit`"), ("page=2", "`page`"), ("limit=1000", "`limit`")] {
        let refused = door.get(&format!("/v1/approvals?{query}")).await;
        assert_eq!(refused.failure(400), "invalid_argument");
        assert!(refused.body.to_string().contains(named), "{query}: {refused:?}");
    }
    assert_eq!(door.get("/v1/approvals?cursor=x").await.failure(400), "invalid_cursor");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn questions_of_others_and_of_nobody_are_unknown() {
    let world = World::new().await;
    let door = world.open().await;
    let request: RequestApproval = serde_json::from_value(json!({ "title": "Of an agent" })).expect("arguments");
    let somebody = Caller { principal: "somebody".to_owned(), ..Caller::owner() };
    let asked = world.app.perform_here(&somebody, request, CallContext::default()).await.expect("asked");
    for id in [asked.approval_id.as_str(), "nonsense", "%FF", "0190f3c4-0000-7000-8000-000000000001"] {
        assert_eq!(door.get(&format!("/v1/approvals/{id}")).await.failure(404), "unknown_approval", "{id}");
        assert_eq!(door.get(&format!("/v1/approvals/{id}?wait=50")).await.failure(404), "unknown_approval", "{id}");
        let taken = answer(door.request(Method::DELETE, &format!("/v1/approvals/{id}"))).await;
        assert_eq!(taken.failure(404), "unknown_approval", "{id}");
    }
    door.close().await;
    world.end().await;
}
