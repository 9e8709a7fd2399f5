use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const AT: Timestamp = Timestamp(1_700_000_000_000);
const EXPIRES: Timestamp = Timestamp(AT.0 + 60_000);
const ID: ApprovalId = ApprovalId(Uuid::nil());
const CONTENT: ContentId = ContentId(Uuid::nil());
const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);
const EVE: UserId = UserId(666);

fn later(seconds: i64) -> Timestamp {
    Timestamp(AT.0 + seconds * 1_000)
}

fn requester() -> Requester {
    Requester { principal: "owner".into(), agent: "claude-code".into(), generation: "one".into() }
}

fn subject(arguments: u8) -> Subject {
    Subject { tool: "bash".into(), arguments: Fingerprint([arguments; 32]), rule: None }
}

fn question() -> Question {
    let choices = [
        Meaning::AllowOnce,
        Meaning::AllowForSession,
        Meaning::AllowAlways,
        Meaning::AllowEdited,
        Meaning::Deny,
        Meaning::DenyWithReason,
        Meaning::Custom,
    ];
    Question {
        requester: requester(),
        subject: subject(1),
        choices: choices.map(|meaning| Choice { meaning }).into(),
        deciders: Deciders::any_of([ADA, BOB]),
        risk: Risk::High,
        content: CONTENT,
        expires: EXPIRES,
    }
}

fn asked(question: Question) -> Vec<ApprovalEvent> {
    Approval::request(ID, question, AT).unwrap()
}

fn given(more: &[ApprovalEvent]) -> Approval {
    let mut events = asked(question());
    events.extend_from_slice(more);
    Approval::replay(&events).unwrap()
}

fn and(approval: &Approval, decision: Decision) -> Approval {
    decision.unwrap().iter().fold(Some(approval.clone()), Approval::evolve).unwrap()
}

fn says(choice: usize, by: UserId) -> Verdict {
    Verdict { choice, by: Decider::Person(by), reason: None, edited: None }
}

const YES: usize = 0;
const EDIT: usize = 3;
const NO: usize = 4;

#[test]
fn the_first_decision_wins_and_later_ones_are_told_so() {
    let approval = given(&[]);
    let decided = and(&approval, approval.decide(says(NO, BOB), later(5)));
    let told = Refusal::AlreadyDecided { choice: NO, by: Decider::Person(BOB), at: later(5) };
    assert_eq!(decided.decide(says(YES, ADA), later(6)), Err(told));
    assert_eq!(decided.cancel(Cancellation::Requester, later(6)), Err(told));
    assert_eq!(decided.expire(EXPIRES), Err(told));
}

#[test]
fn only_named_deciders_count() {
    let approval = given(&[]);
    assert_eq!(approval.decide(says(YES, EVE), AT), Err(Refusal::NotADecider));
    assert_eq!(approval.decide(says(NO, EVE), AT), Err(Refusal::NotADecider));
}

#[test]
fn expired_denied_cancelled_and_undeliverable_are_different_and_allow_nothing() {
    let open = given(&[]);
    let ends = [
        (and(&open, open.expire(EXPIRES)), Refusal::Expired),
        (and(&open, open.decide(says(NO, ADA), AT)), Refusal::Denied),
        (and(&open, open.cancel(Cancellation::Requester, AT)), Refusal::Cancelled),
        (and(&open, open.give_up("blocked".into(), AT)), Refusal::NotDelivered),
    ];
    for (end, refusal) in &ends {
        assert_eq!(end.execute(&requester(), &subject(1), AT), Err(*refusal));
        assert!(end.decide(says(YES, ADA), AT).is_err(), "{refusal:?}");
    }
    let states: Vec<_> = ends.iter().map(|(end, _)| std::mem::discriminant(&end.state)).collect();
    assert!((1..states.len()).all(|n| !states[n..].contains(&states[n - 1])));
}

#[test]
fn nothing_is_decided_after_its_time_even_before_anybody_noticed() {
    let approval = given(&[]);
    assert_eq!(approval.decide(says(YES, ADA), EXPIRES), Err(Refusal::Expired));
    assert_eq!(approval.expire(later(59)), Err(Refusal::NotYetExpired));
}

#[test]
fn what_was_allowed_is_allowed_for_exactly_that_to_who_asked_and_once() {
    let open = given(&[]);
    assert_eq!(open.execute(&requester(), &subject(1), AT), Err(Refusal::NotDecided));
    let allowed = and(&open, open.decide(says(YES, ADA), AT));
    assert_eq!(allowed.execute(&requester(), &subject(2), AT), Err(Refusal::AnotherSubject));
    let other_tool = Subject { tool: "rm".into(), ..subject(1) };
    assert_eq!(allowed.execute(&requester(), &other_tool, AT), Err(Refusal::AnotherSubject));
    let another_life = Requester { generation: "two".into(), ..requester() };
    assert_eq!(allowed.execute(&another_life, &subject(1), AT), Err(Refusal::AnotherSubject));
    let done = and(&allowed, allowed.execute(&requester(), &subject(1), AT));
    assert_eq!(done.execute(&requester(), &subject(1), AT), Err(Refusal::AlreadyExecuted));
}

#[test]
fn edited_arguments_replace_what_was_asked_for() {
    let open = given(&[]);
    assert_eq!(open.decide(says(EDIT, ADA), AT), Err(Refusal::EditMissing));
    let edited = Some(Edited { arguments: Fingerprint([9; 32]), content: CONTENT });
    assert_eq!(open.decide(Verdict { edited, ..says(YES, ADA) }, AT), Err(Refusal::NotEditable));
    let allowed = and(&open, open.decide(Verdict { edited, ..says(EDIT, ADA) }, AT));
    assert_eq!(allowed.execute(&requester(), &subject(1), AT), Err(Refusal::AnotherSubject));
    assert!(allowed.execute(&requester(), &subject(9), AT).is_ok());
}

#[test]
fn a_quorum_needs_several_voices_for_yes_and_one_for_no() {
    let two = Question { deciders: Deciders { quorum: 2, ..question().deciders }, ..question() };
    let open = Approval::replay(&asked(two)).unwrap();
    let one = and(&open, open.decide(says(YES, ADA), AT));
    assert!(one.is_pending());
    assert_eq!(one.decide(says(YES, ADA), AT), Err(Refusal::AlreadySupported));
    assert!(!and(&one, one.decide(says(YES, BOB), AT)).is_pending());
    assert!(matches!(and(&one, one.decide(says(NO, BOB), AT)).state, ApprovalState::Decided(_)));
}

#[test]
fn a_question_that_nobody_can_answer_is_not_asked() {
    let ask = |question| Approval::request(ID, question, AT).unwrap_err();
    assert_eq!(ask(Question { choices: Vec::new(), ..question() }), Refusal::NoChoices);
    let many = vec![Choice { meaning: Meaning::Custom }; 11];
    assert_eq!(ask(Question { choices: many, ..question() }), Refusal::TooManyChoices { most: 10 });
    assert_eq!(ask(Question { deciders: Deciders::any_of([]), ..question() }), Refusal::NoDeciders);
    let three = Deciders { quorum: 3, ..question().deciders };
    assert_eq!(ask(Question { deciders: three, ..question() }), Refusal::QuorumOutOfReach);
    assert_eq!(ask(Question { expires: AT, ..question() }), Refusal::ExpiresInThePast);
}

#[test]
fn one_card_that_arrived_is_enough_to_wait_on() {
    let card = Card { session: SessionId(Uuid::nil()), chat: ChatId(1), message: MessageId(5) };
    let shown = given(&[ApprovalEvent::Shown { card, at: AT }]);
    assert_eq!(shown.give_up("one of two was blocked".into(), AT), NOTHING);
    assert_eq!(shown.show(card, AT), []);
}

#[test]
fn a_rule_or_the_local_user_decides_alone() {
    let two = Question { deciders: Deciders { quorum: 2, ..question().deciders }, ..question() };
    let open = Approval::replay(&asked(two)).unwrap();
    let verdict = Verdict { by: Decider::Rule(Uuid::nil()), ..says(YES, ADA) };
    assert!(!and(&open, open.decide(verdict, AT)).is_pending());
}

#[test]
fn a_hold_is_told_and_ends_when_it_is_shown() {
    let open = given(&[]);
    let held = and(&open, open.hold(later(30), AT));
    assert_eq!(held.held_until, Some(later(30)));
    assert_eq!(held.hold(later(30), AT), NOTHING);
    let card = Card { session: SessionId(Uuid::nil()), chat: ChatId(1), message: MessageId(5) };
    assert_eq!(and(&held, Ok(held.show(card, later(30)))).held_until, None);
}

/// One thing that somebody may try.
#[derive(Clone, Debug)]
enum Try {
    Hold(i64),
    Show(i32),
    Remind,
    Decide(usize, i64),
    Execute(u8),
    Expire,
    Cancel,
    GiveUp,
}

fn tries() -> impl Strategy<Value = Vec<(Try, i64)>> {
    let one = prop_oneof![
        (0..90_i64).prop_map(Try::Hold),
        (0..50_i32).prop_map(Try::Show),
        Just(Try::Remind),
        (0..9_usize, 1..4_i64).prop_map(|(choice, user)| Try::Decide(choice, user)),
        (0..3_u8).prop_map(Try::Execute),
        Just(Try::Expire),
        Just(Try::Cancel),
        Just(Try::GiveUp),
    ];
    prop::collection::vec((one, 0..90_i64), 0..40)
}

proptest! {
    #[test]
    fn any_history_replays_and_keeps_what_must_hold(tries in tries(), quorum in 1..3_u8) {
        let asked = Question { deciders: Deciders { quorum, ..question().deciders }, ..question() };
        let mut events = Approval::request(ID, asked, AT).unwrap();
        let mut clock = 0;
        for (attempt, seconds) in tries {
            clock = clock.max(seconds);
            let now = later(clock);
            let approval = Approval::replay(&events).unwrap();
            let was_over = !approval.is_pending();
            let decision = match attempt {
                Try::Hold(until) => approval.hold(later(until), now),
                Try::Show(message) => {
                    let session = SessionId(Uuid::nil());
                    Ok(approval.show(Card { session, chat: ChatId(1), message: MessageId(message) }, now))
                }
                Try::Remind => approval.remind(now),
                Try::Decide(choice, user) => approval.decide(says(choice, UserId(user)), now),
                Try::Execute(arguments) => approval.execute(&requester(), &subject(arguments), now),
                Try::Expire => approval.expire(now),
                Try::Cancel => approval.cancel(Cancellation::Requester, now),
                Try::GiveUp => approval.give_up("nobody".into(), now),
            };
            let Ok(news) = decision else { continue };
            if was_over {
                let may_follow = |event: &ApprovalEvent| {
                    matches!(event, ApprovalEvent::Shown { .. } | ApprovalEvent::Executed { .. })
                };
                prop_assert!(news.iter().all(may_follow), "{news:?} after the end");
            }
            events.extend(news);
        }
        let ends = events.iter().filter(|event| matches!(event,
            ApprovalEvent::Decided { .. } | ApprovalEvent::Expired { .. }
            | ApprovalEvent::Cancelled { .. } | ApprovalEvent::Undeliverable { .. }));
        prop_assert!(ends.count() <= 1, "it ends once");
        let executions = events.iter().filter(|event| matches!(event, ApprovalEvent::Executed { .. }));
        prop_assert!(executions.count() <= 1, "it is executed once");
        let approval = Approval::replay(&events).unwrap();
        prop_assert!(approval.cards.len() <= CARDS_MAX);
        if let ApprovalState::Executed(decided) = approval.state {
            prop_assert!(decided.meaning.allows() && decided.at < EXPIRES);
        }
    }
}
