use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const AT: Timestamp = Timestamp(1_700_000_000_000);
const ID: SessionId = SessionId(Uuid::nil());

fn name(text: &str) -> SessionName {
    text.parse().unwrap()
}

fn ada() -> Identity {
    Identity { user_id: UserId(1), username: Some("ada".into()) }
}

fn given(more: &[SessionEvent]) -> Session {
    let mut events = Session::create(ID, name("work"), SessionKind::User, AT);
    events.extend_from_slice(more);
    Session::replay(&events).unwrap()
}

fn signed_in() -> SessionEvent {
    SessionEvent::SignedIn { identity: ada(), at: AT }
}

fn lost() -> SessionEvent {
    SessionEvent::LoginLost { reason: "SESSION_REVOKED".into(), at: AT }
}

#[test]
fn a_new_session_waits_to_be_signed_in() {
    let session = given(&[]);
    assert_eq!(session.state, SessionState::Created);
    assert_eq!(
        session.start_sign_in(Awaited::Code, AT),
        Ok(vec![SessionEvent::SignInStarted { awaited: Awaited::Code, at: AT }])
    );
}

#[test]
fn asking_for_the_same_way_again_changes_nothing_and_another_way_does() {
    let session = given(&[SessionEvent::SignInStarted { awaited: Awaited::Qr, at: AT }]);
    assert_eq!(session.start_sign_in(Awaited::Qr, AT), NOTHING);
    assert_eq!(
        session.start_sign_in(Awaited::Code, AT),
        Ok(vec![SessionEvent::SignInStarted { awaited: Awaited::Code, at: AT }])
    );
}

#[test]
fn a_password_is_only_asked_for_during_a_sign_in() {
    assert_eq!(given(&[]).ask_password(AT), Err(Refusal::NoSignIn));
    let session = given(&[SessionEvent::SignInStarted { awaited: Awaited::Code, at: AT }]);
    assert_eq!(session.ask_password(AT), Ok(vec![SessionEvent::PasswordAsked { at: AT }]));
    let session = given(&[SessionEvent::PasswordAsked { at: AT }]);
    assert_eq!(session.ask_password(AT), NOTHING);
}

#[test]
fn a_session_that_is_signed_in_refuses_another_sign_in() {
    let session = given(&[signed_in()]);
    assert_eq!(session.start_sign_in(Awaited::Code, AT), Err(Refusal::AlreadySignedIn));
    assert_eq!(session.sign_in(ada(), SessionKind::User, AT), NOTHING);
}

#[test]
fn a_new_username_of_the_same_account_is_noted() {
    let renamed = Identity { username: Some("lovelace".into()), ..ada() };
    let events = given(&[signed_in()]).sign_in(renamed.clone(), SessionKind::User, AT);
    assert_eq!(events, Ok(vec![SessionEvent::SignedIn { identity: renamed, at: AT }]));
}

#[test]
fn a_session_belongs_to_one_account_for_ever() {
    let session = given(&[signed_in(), lost()]);
    let other = Identity { user_id: UserId(2), username: None };
    assert_eq!(session.sign_in(other, SessionKind::User, AT), Err(Refusal::AnotherAccount));
}

#[test]
fn a_bot_cannot_sign_in_as_a_person() {
    assert_eq!(
        given(&[]).sign_in(ada(), SessionKind::Bot, AT),
        Err(Refusal::AnotherKind { expected: SessionKind::User })
    );
}

#[test]
fn a_lost_login_is_a_state_with_a_reason_and_can_be_mended() {
    let session = given(&[signed_in()]);
    assert_eq!(session.lose_login("SESSION_REVOKED".into(), AT), vec![lost()]);
    let session = given(&[signed_in(), lost()]);
    assert_eq!(session.state, SessionState::NeedsLogin { reason: "SESSION_REVOKED".into() });
    assert_eq!(session.lose_login("AGAIN".into(), AT), vec![]);
    assert_eq!(session.identity, Some(ada()));
    assert!(session.start_sign_in(Awaited::Qr, AT).is_ok());
}

#[test]
fn logging_out_passes_through_closing_also_from_a_revoked_login() {
    for before in [vec![], vec![signed_in()], vec![signed_in(), lost()]] {
        let session = given(&before);
        assert_eq!(session.finish_log_out(AT), Err(Refusal::NotClosing));
        assert_eq!(session.start_log_out(AT), vec![SessionEvent::LogOutStarted { at: AT }]);
    }
    let closing = given(&[signed_in(), SessionEvent::LogOutStarted { at: AT }]);
    assert_eq!(closing.start_log_out(AT), vec![]);
    assert_eq!(closing.start_sign_in(Awaited::Code, AT), Err(Refusal::Closing));
    assert_eq!(closing.sign_in(ada(), SessionKind::User, AT), Err(Refusal::Closing));
    assert_eq!(closing.finish_log_out(AT), Ok(vec![SessionEvent::LoggedOut { at: AT }]));
}

#[test]
fn a_closed_session_can_be_signed_in_again() {
    let closed = given(&[signed_in(), SessionEvent::LoggedOut { at: AT }]);
    assert_eq!(closed.state, SessionState::Closed);
    assert_eq!(closed.finish_log_out(AT), NOTHING);
    assert!(closed.start_sign_in(Awaited::Code, AT).is_ok());
}

#[test]
fn a_rename_to_the_same_name_is_nothing() {
    let session = given(&[]);
    assert_eq!(session.rename(name("work"), AT), vec![]);
    let renamed = SessionEvent::Renamed { name: name("home"), at: AT };
    assert_eq!(session.rename(name("home"), AT), vec![renamed.clone()]);
    assert_eq!(given(&[renamed]).name, name("home"));
}

#[test]
fn only_removal_ends_a_session() {
    let mut events = Session::create(ID, name("work"), SessionKind::User, AT);
    events.extend(given(&[]).remove(AT));
    assert_eq!(Session::replay(&events), None);
    assert_eq!(Session::evolve(None, &signed_in()), None);
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    SignIn(Awaited),
    Password,
    Accept(i64, SessionKind),
    Lose,
    StartLogOut,
    FinishLogOut,
    Rename(u8),
    Default,
    Remove,
}

fn ask() -> impl Strategy<Value = Ask> {
    let awaited = prop_oneof![Just(Awaited::Code), Just(Awaited::Password), Just(Awaited::Qr)];
    let kind = prop_oneof![Just(SessionKind::User), Just(SessionKind::Bot)];
    prop_oneof![
        3 => awaited.prop_map(Ask::SignIn),
        2 => Just(Ask::Password),
        4 => (1_i64..3, kind).prop_map(|(user, kind)| Ask::Accept(user, kind)),
        2 => Just(Ask::Lose),
        2 => Just(Ask::StartLogOut),
        2 => Just(Ask::FinishLogOut),
        1 => (0_u8..3).prop_map(Ask::Rename),
        1 => Just(Ask::Default),
        1 => Just(Ask::Remove),
    ]
}

fn decide(session: &Session, ask: Ask) -> Decision {
    match ask {
        Ask::SignIn(awaited) => session.start_sign_in(awaited, AT),
        Ask::Password => session.ask_password(AT),
        Ask::Accept(user, kind) => session.sign_in(Identity { user_id: UserId(user), username: None }, kind, AT),
        Ask::Lose => Ok(session.lose_login("SESSION_REVOKED".into(), AT)),
        Ask::StartLogOut => Ok(session.start_log_out(AT)),
        Ask::FinishLogOut => session.finish_log_out(AT),
        Ask::Rename(number) => Ok(session.rename(name(&format!("name{number}")), AT)),
        Ask::Default => Ok(session.make_default(AT)),
        Ask::Remove => Ok(session.remove(AT)),
    }
}

proptest! {
    #[test]
    fn any_sequence_of_decisions_replays_and_keeps_the_invariants(asks in proptest::collection::vec(ask(), 0..60)) {
        let mut events = Session::create(ID, name("work"), SessionKind::User, AT);
        let mut accounts = std::collections::BTreeSet::new();
        for ask in asks {
            let Some(session) = Session::replay(&events) else { break };
            let is_removal = matches!(ask, Ask::Remove);
            events.extend(decide(&session, ask).unwrap_or_default());
            let Some(after) = Session::replay(&events) else {
                prop_assert!(is_removal, "only removal ends a session");
                break;
            };
            accounts.extend(after.identity.as_ref().map(|identity| identity.user_id));
            prop_assert!(accounts.len() <= 1, "one account for ever");
            prop_assert_eq!((after.id, after.kind, after.created), (ID, SessionKind::User, AT));
            let was_accepted = matches!(after.state, SessionState::Ready | SessionState::NeedsLogin { .. });
            prop_assert!(!was_accepted || after.identity.is_some(), "a login has an owner");
        }
    }

    #[test]
    fn folding_in_two_steps_is_folding_in_one(asks in proptest::collection::vec(ask(), 0..20), cut in 0_usize..20) {
        let mut events = Session::create(ID, name("work"), SessionKind::User, AT);
        for ask in asks {
            let Some(session) = Session::replay(&events) else { break };
            events.extend(decide(&session, ask).unwrap_or_default());
        }
        let (early, late) = events.split_at(cut.min(events.len()));
        let stepwise = late.iter().fold(Session::replay(early), Session::evolve);
        prop_assert_eq!(stepwise, Session::replay(&events));
    }
}
