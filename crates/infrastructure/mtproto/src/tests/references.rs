//! How chats are found, through the whole application.

use std::sync::Arc;

use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::memory::{NoBots, NoFiles};
use telegraphist_application::operations::{GetChat, GetMe};
use telegraphist_application::ports::SignIn;
use telegraphist_application::{
    AnnouncedInbox, Application, Budgets, CallContext, Caller, Code, Failure, Outside, Ports, Settings,
};

use super::stage::*;

async fn application(stage: &Stage) -> Application {
    let store = Arc::new(stage.store.clone());
    let outside = Outside {
        inbox: AnnouncedInbox::new(store.clone()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        connections: stage.mtproto.clone(),
        sign_in: stage.mtproto.clone(),
        bots: Arc::new(NoBots),
        files: Arc::new(NoFiles),
    };
    let ports = Ports::on(&store, outside);
    let settings = Settings { budgets: Budgets::unlimited(), ..Settings::new(Box::new([7; 32]).into()) };
    let application = Application::new(ports, settings);
    let caller = Caller::owner();
    application.import_session(&caller, "alice", api(), stage.key_of(ALICE)).await.unwrap();
    application
}

/// The id of the chat that a reference leads to.
async fn find(application: &Application, chat: &str) -> Result<String, Failure> {
    let operation: GetChat = serde_json::from_value(serde_json::json!({ "chat": chat })).unwrap();
    let found = application.perform(&Caller::owner(), operation, CallContext::default()).await?;
    let found = serde_json::to_value(found).unwrap();
    Ok(found["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_chat_is_found_under_each_of_its_names() {
    let stage = Stage::empty().await;
    let application = application(&stage).await;
    let get_me: GetMe = serde_json::from_value(serde_json::json!({})).unwrap();
    application.perform(&Caller::owner(), get_me, CallContext::default()).await.unwrap();
    for name in ["@bob_lindqvist", "https://t.me/Bob_Lindqvist", "+15550002", "1002"] {
        assert_eq!(find(&application, name).await.unwrap(), BOB.to_string(), "{name}");
    }
    assert_eq!(find(&application, "me").await.unwrap(), ALICE.to_string());
    assert_eq!(find(&application, "https://t.me/+weekendHikers01").await.unwrap(), "-501");
    assert_eq!(find(&application, "-501").await.unwrap(), "-501");
}

#[tokio::test]
async fn a_name_is_asked_for_once() {
    let stage = Stage::empty().await;
    let application = application(&stage).await;
    for _ in 0..5 {
        find(&application, "@bob_lindqvist").await.unwrap();
    }
    assert_eq!(stage.sandbox.counters().calls_of("contacts.resolveUsername"), 1);
    assert_eq!(stage.sandbox.counters().calls_of("messages.getDialogs"), 0);
}

#[tokio::test]
async fn what_cannot_be_found_says_so() {
    let stage = Stage::empty().await;
    let application = application(&stage).await;
    for name in
        ["@nobody_has_this_name", "+19998887766", "987654321", "-1009876543210", "-987654", "t.me/+noSuchInvite"]
    {
        let failure = find(&application, name).await.unwrap_err();
        assert_eq!(failure.code, Code::UnknownChat, "{name}: {failure}");
    }
}

#[tokio::test]
async fn a_session_that_was_revoked_says_which_command_to_run() {
    let stage = Stage::empty().await;
    let application = application(&stage).await;
    find(&application, "me").await.unwrap();
    stage.sandbox.revoke(ALICE, telegraphist_sandbox::Revocation::SessionRevoked).unwrap();
    let failure = find(&application, "@bob_lindqvist").await.unwrap_err();
    assert_eq!(failure.code, Code::NeedsLogin);
    assert!(stage.mtproto.export(stage.session).await.unwrap().is_none(), "only the imported session has a key");
}
