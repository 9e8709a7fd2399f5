use std::time::Duration;

use chrono::TimeDelta;

use telegraphist_domain::SessionId;

use super::*;
use crate::caller::{CallContext, Caller};
use crate::failure::{Code, Failure};
use crate::grants::{Effects, Grants, Scopes};
use crate::operation::{Operation as _, Scope};
use crate::operations::{GetMe, ListSessions, SendTelegramMessage, StopBridge};
use crate::stage::Stage;

fn owner() -> Caller {
    Caller::owner()
}

fn new(name: &str, preset: Preset) -> NewToken {
    NewToken {
        name: name.to_owned(),
        scopes: preset.scopes(),
        is_read_only: preset.is_read_only(),
        is_locked_down: false,
        needs_approval: Effects::none(),
        quotas: [].into(),
        sessions: None,
        allow_chats: Vec::new(),
        deny_chats: Vec::new(),
        lifetime: None,
    }
}

async fn issue(stage: &Stage, new: NewToken) -> IssuedToken {
    stage.app.create_token(&owner(), new).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn is_refused(stage: &Stage, secret: &str) -> bool {
    matches!(stage.app.authenticate(secret).await, Err(Unauthenticated::Refused(_)))
}

/// Operation, principal, what it is about, outcome of the rows since there were `count`.
async fn rows(stage: &Stage) -> Vec<(String, String, String, String)> {
    let rows = stage.app.ports().audit.rows(1, usize::MAX).await.expect("memory");
    let about = ["create_token", "revoke_token", "sign_in"];
    let rows = rows.into_iter().map(|row| row.entry).filter(|entry| about.contains(&entry.operation.as_str()));
    rows.map(|entry| (entry.operation, entry.principal, entry.correlation_id, entry.outcome)).collect()
}

#[tokio::test]
async fn a_token_lets_its_holder_in_with_its_grants() {
    let stage = Stage::new().await;
    let issued = issue(&stage, new("ci", Preset::Reader)).await;
    let caller = stage.app.authenticate(issued.secret.expose()).await.expect("let in");
    assert_eq!(caller.grants, Preset::Reader.grants());
    assert!(caller.principal.starts_with("token:ci."), "{}", caller.principal);
    let kept = stage.app.ports().tokens.tokens().await.expect("memory");
    assert!(!format!("{kept:?}").contains(&issued.secret.expose()[4..]));
}

#[tokio::test]
async fn nobody_else_is_let_in_and_nothing_is_left_behind() {
    let stage = Stage::new().await;
    let issued = issue(&stage, new("ci", Preset::Reader)).await;
    let stranger = Secret::random();
    let last = if issued.secret.expose().ends_with('A') { 'B' } else { 'A' };
    let bent = format!("{}{last}", &issued.secret.expose()[..50]);
    for secret in [stranger.expose(), &bent, "", "tgp_", "Bearer x", &"a".repeat(100_000)] {
        assert!(is_refused(&stage, secret).await);
    }
    assert_eq!(stage.app.ports().tokens.tokens().await.expect("memory").len(), 1);
    assert!(rows(&stage).await.iter().all(|(_, _, about, _)| !about.contains(&stranger.expose()[4..])));
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over_or_it_is_taken_back() {
    let stage = Stage::new().await;
    let short = issue(&stage, NewToken { lifetime: Some(TimeDelta::days(30)), ..new("short", Preset::Writer) }).await;
    let long = issue(&stage, new("long", Preset::Writer)).await;
    stage.clock.advance(Duration::from_hours(30 * 24 - 1));
    assert!(!is_refused(&stage, short.secret.expose()).await);
    stage.clock.advance(Duration::from_hours(1));
    assert!(is_refused(&stage, short.secret.expose()).await);
    assert!(!is_refused(&stage, long.secret.expose()).await);
    let view = stage.app.revoke_token(&owner(), "long").await.expect("taken back");
    assert_eq!(view.state, TokenState::Revoked);
    assert!(is_refused(&stage, long.secret.expose()).await);
    let written = rows(&stage).await;
    let about = |id: &str| -> Vec<(String, String)> {
        let about = written.iter().filter(|(_, _, about, _)| about == id);
        about.map(|(operation, _, _, outcome)| (operation.clone(), outcome.clone())).collect()
    };
    let row = |operation: &str, outcome: &str| (operation.to_owned(), outcome.to_owned());
    assert_eq!(about(&short.token.id), [row("create_token", "ok"), row("sign_in", "expired")]);
    let expected = [row("create_token", "ok"), row("revoke_token", "ok"), row("sign_in", "revoked")];
    assert_eq!(about(&long.token.id), expected);
}

#[tokio::test]
async fn a_name_can_be_given_again_and_is_somebody_else_then() {
    let stage = Stage::new().await;
    let first = issue(&stage, new("ci", Preset::Reader)).await;
    let taken = stage.app.create_token(&owner(), new("ci", Preset::Reader)).await;
    assert!(matches!(taken, Err(TokenError::NameTaken)));
    let earlier = stage.app.authenticate(first.secret.expose()).await.expect("let in").principal;
    stage.app.revoke_token(&owner(), &first.token.id).await.expect("taken back");
    let second = issue(&stage, new("ci", Preset::Reader)).await;
    let later = stage.app.authenticate(second.secret.expose()).await.expect("let in").principal;
    assert_ne!(earlier, later);
    assert_eq!(stage.app.token(&owner(), "ci").await.expect("known").id, second.token.id);
}

#[tokio::test]
async fn those_who_are_turned_away_do_not_fill_the_log() {
    let stage = Stage::new().await;
    for _ in 0..50 {
        assert!(is_refused(&stage, Secret::random().expose()).await);
    }
    assert_eq!(rows(&stage).await.len(), 10);
    stage.clock.advance(Duration::from_mins(1));
    assert!(is_refused(&stage, "tgp_").await);
    let row = rows(&stage).await.pop().expect("a row");
    assert_eq!((row.1.as_str(), row.3.as_str()), ("nobody", "malformed"));
}

#[tokio::test]
async fn the_last_use_is_written_once_a_minute() {
    let stage = Stage::new().await;
    let issued = issue(&stage, new("ci", Preset::Reader)).await;
    let start = stage.app.ports().clock.now();
    let used = || async {
        stage.app.inner.writes.close();
        stage.app.inner.writes.wait().await;
        stage.app.token(&owner(), "ci").await.expect("known").last_used
    };
    assert_eq!(used().await, None);
    for (seconds, noted) in [(0, 0), (59, 0), (1, 60), (30, 60)] {
        stage.clock.advance(Duration::from_secs(seconds));
        assert!(!is_refused(&stage, issued.secret.expose()).await);
        assert_eq!(used().await, Some(start + TimeDelta::seconds(noted)), "{seconds}");
    }
}

#[tokio::test]
async fn only_who_may_do_everything_makes_tokens() {
    let stage = Stage::new().await;
    let writer = Caller { grants: Preset::Writer.grants(), ..owner() };
    let locked = owner().narrowed(&Grants { is_locked_down: true, ..Grants::everything() });
    for caller in [writer, locked] {
        let refused = stage.app.create_token(&caller, new("ci", Preset::Reader)).await;
        assert!(matches!(refused, Err(TokenError::NotTheOwner)));
        assert!(matches!(stage.app.tokens(&caller).await, Err(TokenError::NotTheOwner)));
        assert!(matches!(stage.app.revoke_token(&caller, "ci").await, Err(TokenError::NotTheOwner)));
    }
}

#[tokio::test]
async fn a_token_is_for_sessions_that_are_there() {
    let stage = Stage::new().await;
    let sessions = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let issued = issue(&stage, NewToken { sessions: sessions(&["operator"]), ..new("ci", Preset::Writer) }).await;
    let grants = stage.app.authenticate(issued.secret.expose()).await.expect("let in").grants;
    assert!(grants.sessions.contains(stage.bot));
    assert_eq!(issued.token.sessions, sessions(&["operator"]));
    let refused = |new| async {
        let error = stage.app.create_token(&owner(), new).await.err().expect("refused");
        Failure::from(error).code
    };
    let nowhere = NewToken { sessions: sessions(&["operator", "nope"]), ..new("two", Preset::Reader) };
    assert_eq!(refused(nowhere).await, Code::UnknownSession);
    assert_eq!(
        refused(NewToken { lifetime: Some(TimeDelta::zero()), ..new("two", Preset::Reader) }).await,
        Code::InvalidArgument
    );
    for name in ["", "Two", "two words", &"a".repeat(41)] {
        assert_eq!(refused(new(name, Preset::Reader)).await, Code::InvalidArgument, "{name}");
    }
}

/// A caller for whom there are no sessions but those named by their ids.
fn only(sessions: &[SessionId], preset: Preset) -> Caller {
    let grants = Grants { sessions: sessions.iter().copied().collect(), ..preset.grants() };
    Caller { principal: "token:ci.0".into(), grants }
}

#[tokio::test]
async fn another_tokens_session_is_not_there() {
    let stage = Stage::new().await;
    let nobody = only(&[], Preset::Writer);
    let listed = stage.app.list_sessions(&nobody, ListSessions {}, CallContext::default()).await.expect("lists");
    assert!(listed.items.is_empty());
    let whose = |session: &str| GetMe { session: Some(session.to_owned()) };
    let closed = stage.app.perform(&nobody, whose("operator"), CallContext::default()).await.err().expect("refused");
    let absent = stage.app.perform(&nobody, whose("nope"), CallContext::default()).await.err().expect("refused");
    assert_eq!(closed.code, Code::UnknownSession);
    assert_eq!((closed.message, closed.action, closed.details), (absent.message, absent.action, absent.details));
}

#[tokio::test]
async fn a_bot_speaks_only_for_those_whose_session_it_is() {
    let stage = Stage::new().await;
    let telling =
        || serde_json::from_value::<SendTelegramMessage>(serde_json::json!({ "message": "Done." })).expect("fits");
    let nobody = only(&[], Preset::Notifier);
    let refused = stage.app.perform_here(&nobody, telling(), CallContext::default()).await.err().expect("refused");
    assert_eq!(refused.code, Code::UnknownSession);
    let holder = only(&[stage.bot], Preset::Notifier);
    assert!(stage.app.perform_here(&holder, telling(), CallContext::default()).await.is_ok());
}

#[tokio::test]
async fn who_has_some_sessions_changes_nothing_for_all() {
    let stage = Stage::new().await;
    let some = only(&[stage.bot], Preset::Admin);
    let refused = stage.app.perform_here(&some, StopBridge {}, CallContext::default()).await.err().expect("refused");
    assert_eq!(refused.code, Code::Forbidden);
    assert!(!some.grants.offer(&StopBridge::FACTS) && some.grants.offer(&GetMe::FACTS));
}

#[test]
fn presets_grant_as_little_as_their_purpose_needs() {
    let has = |preset: Preset, scope| preset.scopes().contains(scope);
    for preset in Preset::ALL {
        let is_admin = *preset == Preset::Admin;
        assert_eq!(preset.as_str().parse(), Ok(*preset));
        for scope in [Scope::Admin, Scope::OpsRead, Scope::MessagesDelete, Scope::ContactsWrite, Scope::NotifyAdmin] {
            assert_eq!(has(*preset, scope), is_admin, "{} {}", preset.as_str(), scope.as_str());
        }
    }
    assert!(Preset::Reader.scopes().iter().all(|scope| scope.as_str().ends_with(":read")));
    assert_eq!(Preset::Writer.scopes().intersection(Preset::Notifier.scopes()), Scopes::none());
    assert_eq!(Preset::Admin.grants(), Grants::everything());
}
