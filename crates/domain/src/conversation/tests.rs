use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const AT: Timestamp = Timestamp(1_700_000_000_000);
const ID: ConversationId = ConversationId(Uuid::nil());
const PLACE: Place = Place { session: SessionId(Uuid::nil()), chat: ChatId(1), topic: None, user: None };

fn given(more: &[ConversationEvent]) -> Conversation {
    let mut events = Conversation::start(ID, PLACE, "claude-code".into(), AT);
    events.extend_from_slice(more);
    Conversation::replay(&events).unwrap()
}

fn by(author: Author) -> Said {
    Said { author, content: ContentId(Uuid::nil()), message: None, reply_to: None }
}

const AGENT: Author = Author::Agent(DeliveryId(Uuid::nil()));
const ADA: Author = Author::Person(UserId(1));

#[test]
fn messages_are_counted_each_way() {
    let mut conversation = given(&[]);
    for author in [AGENT, ADA, AGENT] {
        for event in conversation.say(by(author), AT).unwrap() {
            conversation = Conversation::evolve(Some(conversation), &event).unwrap();
        }
    }
    assert_eq!((conversation.written, conversation.answered), (2, 1));
}

#[test]
fn a_paused_agent_goes_on_first_and_people_are_always_heard() {
    let paused = given(&[ConversationEvent::Paused { at: AT }]);
    assert_eq!(paused.say(by(AGENT), AT), Err(Refusal::Paused));
    assert_eq!(paused.say(by(ADA), AT).unwrap().len(), 1);
}

#[test]
fn whoever_writes_after_the_end_opens_it_again() {
    for end in [ConversationEvent::Completed { at: AT }, ConversationEvent::Failed { reason: "blocked".into(), at: AT }]
    {
        let over = given(&[end]);
        let events = over.say(by(ADA), AT).unwrap();
        assert_eq!(events[0], ConversationEvent::Resumed { at: AT });
        assert_eq!(over.pause(AT), Err(Refusal::Over));
    }
}

#[test]
fn an_end_is_not_turned_into_another() {
    let completed = given(&[ConversationEvent::Completed { at: AT }]);
    assert_eq!(completed.fail("too late".into(), AT), Err(Refusal::Over));
    assert_eq!(completed.complete(AT), NOTHING);
}

proptest! {
    #[test]
    fn any_history_replays(tries in prop::collection::vec(0..6_u8, 0..60)) {
        let mut events = Conversation::start(ID, PLACE, "claude-code".into(), AT);
        for attempt in tries {
            let conversation = Conversation::replay(&events).unwrap();
            let decision = match attempt {
                0 => conversation.say(by(AGENT), AT),
                1 => conversation.say(by(ADA), AT),
                2 => conversation.pause(AT),
                3 => Ok(conversation.resume(AT)),
                4 => conversation.complete(AT),
                _ => conversation.fail("why".into(), AT),
            };
            events.extend(decision.unwrap_or_default());
        }
        let added = events.iter().filter(|event| matches!(event, ConversationEvent::MessageAdded { .. })).count() as u64;
        let conversation = Conversation::replay(&events).unwrap();
        prop_assert_eq!(conversation.written + conversation.answered, added);
    }
}
