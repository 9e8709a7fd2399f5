//! Signing in by a link, step by step.

use super::*;
use crate::enrolments::{EnrolmentEnd, EnrolmentError, EnrolmentStage};

const PHONE: &str = "+1 555 000 1234";

impl World {
    /// The key of a page that was opened for a session.
    async fn page(&self, session: &str) -> String {
        let link = self.app.enrol(&owner(), session, api()).await.ok().unwrap();
        self.app.open_enrolment(link.secret.expose_secret()).unwrap().expose_secret().to_owned()
    }

    fn stage(&self, key: &str) -> EnrolmentStage {
        self.app.enrolment(key).ok().unwrap().stage
    }
}

#[tokio::test]
async fn a_link_leads_to_a_session_that_is_signed_in() {
    let world = world();
    let app = &world.app;
    let link = app.enrol(&owner(), "work", api()).await.ok().unwrap();
    let key = app.open_enrolment(link.secret.expose_secret()).unwrap();
    let key = key.expose_secret();
    app.enrol_by_phone(key, PHONE).await.unwrap();
    let EnrolmentStage::Code { phone, .. } = world.stage(key) else { panic!("no code is waited for") };
    assert_eq!(phone, "•••••••••34");
    app.enrol_with_code(key, "12345".into()).await.unwrap();
    assert!(matches!(world.stage(key), EnrolmentStage::Password { .. }));
    app.enrol_with_password(key, "hunter2".into()).await.unwrap();
    let signed_in = EnrolmentEnd::SignedIn { account: "Somebody".into() };
    assert_eq!(app.enrolment_end(&link.id).await, signed_in);
    assert!(matches!(world.stage(key), EnrolmentStage::Ended(end) if end == signed_in));
    assert_eq!(world.state("work").await, "ready");
    let acts = world.acts().await;
    assert_eq!((acts.first().unwrap().as_str(), acts.last().unwrap().as_str()), ("enrol ok", "end_enrolment ok"));
    assert!(matches!(app.enrol_by_phone(key, PHONE).await, Err(EnrolmentError::OutOfTurn)), "it is used up");
    assert!(app.enrol(&owner(), "work", api()).await.is_err(), "somebody is signed in there");
}

#[tokio::test]
async fn a_link_counts_once_and_not_for_long() {
    let world = world();
    let app = &world.app;
    let link = app.enrol(&owner(), "work", api()).await.ok().unwrap();
    let secret = link.secret.expose_secret();
    app.open_enrolment(secret).unwrap();
    assert!(matches!(app.open_enrolment(secret), Err(EnrolmentError::Unknown)));
    assert!(matches!(app.enrolment(secret), Err(EnrolmentError::Unknown)), "a link is no key");

    let late = app.enrol(&owner(), "other", api()).await.ok().unwrap();
    world.clock.advance(Duration::from_mins(15));
    assert!(matches!(app.open_enrolment(late.secret.expose_secret()), Err(EnrolmentError::Unknown)));
    assert_eq!(app.enrolment_end(&late.id).await, EnrolmentEnd::Expired);
}

#[tokio::test]
async fn five_wrong_codes_end_it_whatever_is_done_between_them() {
    let world = world();
    let app = &world.app;
    let key = world.page("work").await;
    for _ in 1..5 {
        app.enrol_otherwise(&key).unwrap();
        app.enrol_by_phone(&key, PHONE).await.unwrap();
        let wrong = app.enrol_with_code(&key, "00000".into()).await;
        assert!(matches!(wrong, Err(EnrolmentError::Session(SessionError::SignIn(SignInError::CodeInvalid)))));
    }
    let last = app.enrol_with_code(&key, "00000".into()).await;
    assert!(matches!(last, Err(EnrolmentError::TooManyTries)));
    assert!(matches!(world.stage(&key), EnrolmentStage::Ended(EnrolmentEnd::TooManyTries)));
    assert!(app.enrol_with_code(&key, "12345".into()).await.is_err(), "the right one comes too late");
    assert_eq!(world.acts().await.last().unwrap(), "end_enrolment too_many_tries");
}

#[tokio::test]
async fn a_scan_ends_it_too() {
    let world = world();
    let key = world.page("work").await;
    world.app.enrol_by_qr(&key, Duration::ZERO).await.unwrap();
    assert!(matches!(world.stage(&key), EnrolmentStage::Qr { .. }));
    world.telegram.scan();
    world.app.enrol_by_qr(&key, Duration::ZERO).await.unwrap();
    assert!(matches!(world.stage(&key), EnrolmentStage::Ended(EnrolmentEnd::SignedIn { .. })));
}

#[tokio::test]
async fn a_newer_link_takes_the_place_of_one_that_nobody_opened() {
    let world = world();
    let app = &world.app;
    let first = app.enrol(&owner(), "work", api()).await.ok().unwrap();
    let other = app.enrol(&owner(), "other", api()).await.ok().unwrap();
    let second = app.enrol(&owner(), "work", api()).await.ok().unwrap();
    assert_eq!(app.enrolment_end(&first.id).await, EnrolmentEnd::Expired);
    assert!(app.open_enrolment(first.secret.expose_secret()).is_err());
    for link in [&second, &other] {
        app.open_enrolment(link.secret.expose_secret()).expect("it counts");
    }
    let key = world.page("work").await;
    assert!(matches!(world.stage(&key), EnrolmentStage::Choosing));
    assert!(app.enrolment(&key).is_ok());
}

#[tokio::test]
async fn there_are_not_many_open_doors() {
    let world = world();
    for number in 0..16 {
        world.app.enrol(&owner(), &format!("s{number}"), api()).await.ok().unwrap();
    }
    assert!(matches!(world.app.enrol(&owner(), "more", api()).await, Err(EnrolmentError::TooMany)));
    world.clock.advance(Duration::from_mins(15));
    assert!(world.app.enrol(&owner(), "more", api()).await.is_ok(), "they close by themselves");
}

#[tokio::test]
async fn only_who_manages_sessions_makes_links() {
    let world = world();
    let caller = Caller { grants: Grants { is_read_only: true, ..Grants::everything() }, ..owner() };
    let made = world.app.enrol(&caller, "work", api()).await;
    assert!(matches!(made, Err(EnrolmentError::Session(SessionError::NotTheOwner))));
}
