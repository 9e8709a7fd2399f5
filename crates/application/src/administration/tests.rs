use telegraphist_domain::UserId;

use super::*;
use crate::access::{NewToken, TokenError};
use crate::grants::{Effects, Grants, Scopes};
use crate::people::PeopleError;
use crate::ports::Role;
use crate::stage::Stage;

fn with(scopes: &[Scope]) -> Caller {
    let scopes: Scopes = scopes.iter().copied().collect();
    Caller { principal: "token:ops.0".into(), grants: Grants { scopes, ..Grants::everything() } }
}

/// What was done, by whom, about whom, and how it ended.
async fn rows(stage: &Stage, operation: &str) -> Vec<(String, String)> {
    let rows = stage.app.ports().audit.rows(1, usize::MAX).await.expect("memory");
    let entries = rows.into_iter().map(|row| row.entry).filter(|entry| entry.operation == operation);
    entries.map(|entry| (entry.principal, entry.outcome)).collect()
}

#[tokio::test]
async fn whoever_lacks_the_scope_is_denied_and_it_is_recorded() {
    let stage = Stage::new().await;
    let reader = with(&[Scope::OpsRead, Scope::MessagesRead]);
    assert!(stage.app.admit_administrator(&reader, Effect::Reads).await.is_err());
    assert!(stage.app.stats(&reader).await.is_err());
    assert!(stage.app.sessions(&reader).await.is_err() && stage.app.people(&reader).await.is_err());
    assert!(stage.app.disconnect_session(&reader, "operator").await.is_err());
    let blocked = stage.app.block_person(&reader, UserId(7)).await;
    assert!(matches!(blocked, Err(PeopleError::NotAllowed)));
    let denied = [("token:ops.0".to_owned(), "forbidden".to_owned())];
    assert_eq!((rows(&stage, "administer").await, rows(&stage, "stats").await), (denied.to_vec(), denied.to_vec()));
}

#[tokio::test]
async fn who_only_looks_sees_everything_and_changes_nothing() {
    let stage = Stage::new().await;
    let admin = with(&[Scope::Admin]);
    let looks = Caller { grants: Grants { is_read_only: true, ..admin.grants }, ..admin };
    assert!(stage.app.stats(&looks).await.is_ok() && stage.app.tokens(&looks).await.is_ok());
    assert!(stage.app.admit_administrator(&looks, Effect::Reads).await.is_ok());
    assert!(stage.app.admit_administrator(&looks, Effect::Writes).await.is_err());
    assert!(stage.app.block_person(&looks, UserId(7)).await.is_err());
    assert!(stage.app.log_out(&looks, "operator").await.is_err());
}

#[tokio::test]
async fn an_administrator_gives_no_more_than_it_has() {
    let stage = Stage::new().await;
    let new = |scopes: &[Scope]| NewToken {
        name: "ci".to_owned(),
        scopes: scopes.iter().copied().collect(),
        is_read_only: false,
        is_locked_down: false,
        needs_approval: Effects::none(),
        quotas: [].into(),
        sessions: None,
        allow_chats: Vec::new(),
        deny_chats: Vec::new(),
        lifetime: None,
    };
    let admin = with(&[Scope::Admin, Scope::ChatsRead]);
    let refused = stage.app.create_token(&admin, new(&[Scope::ChatsRead, Scope::MessagesRead])).await;
    assert!(matches!(refused, Err(TokenError::MoreThanYours)));
    let issued = stage.app.create_token(&admin, new(&[Scope::ChatsRead])).await.expect("it has that");
    assert_eq!(issued.token.scopes, ["chats:read"]);
}

#[tokio::test]
async fn who_is_blocked_is_not_heard_and_has_to_knock_again() {
    let stage = Stage::new().await;
    let admin = with(&[Scope::Admin]);
    stage.app.block_person(&admin, UserId(77)).await.expect("anybody can be");
    assert_eq!(stage.app.role_of(UserId(77)).await.expect("memory"), Some(Role::Blocked));
    stage.app.unblock_person(&admin, UserId(77)).await.expect("they were");
    assert_eq!(stage.app.role_of(UserId(77)).await.expect("memory"), None);
    let again = stage.app.unblock_person(&admin, UserId(77)).await;
    assert!(matches!(again, Err(PeopleError::UnknownPerson)));
    let done = [("token:ops.0".to_owned(), "ok".to_owned())];
    assert_eq!(
        (rows(&stage, "block_person").await, rows(&stage, "unblock_person").await),
        (done.to_vec(), done.to_vec())
    );
}

#[tokio::test]
async fn the_configuration_is_for_who_sees_how_the_server_does_or_runs_it() {
    let stage = Stage::new().await;
    for scopes in [[Scope::OpsRead], [Scope::Admin]] {
        assert!(stage.app.configuration(&with(&scopes)).await.is_ok());
    }
    assert!(stage.app.configuration(&with(&[Scope::ChatsRead, Scope::MessagesRead])).await.is_err());
}

#[tokio::test]
async fn stats_count_what_there_is() {
    let stage = Stage::new().await;
    let stats = stage.app.stats(&Caller::owner()).await.expect("the owner may");
    assert_eq!(stats.sessions.by_state.values().sum::<u64>(), stats.sessions.total);
    assert!(stats.sessions.by_state.contains_key("ready"), "{stats:?}");
    assert_eq!(stats.people.by_role.values().sum::<u64>(), stats.people.total);
}
