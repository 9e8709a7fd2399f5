//! Bots and people over MTProto: keyboards, pressed buttons, and what bots see of groups.

use tl::enums::{ReplyMarkup, Update};
use tl::functions::messages;

use super::*;
use crate::world::callbacks::{LIFE, PATIENCE};
use crate::world::seed::{HIKERS, INVOICE_BOT, PRODUCT_TEAM};
use crate::world::telling::Cause;

fn keyboard() -> ReplyMarkup {
    let action = tl::types::InlineButtonTypeCallback { requires_password: false, data: b"yes".to_vec() };
    let button = tl::types::KeyboardInlineButton { style: None, text: "Yes".to_owned(), r#type: action.into() };
    let row = tl::types::KeyboardInlineButtonRow { buttons: vec![button.into()] };
    tl::types::ReplyInlineMarkup { force_reply: false, rows: vec![row.into()] }.into()
}

/// The bot sends a button to the person, who presses it; returns the query and the message's id for the person.
pub(super) fn press(stage: &mut Stage, robot: &Caller, person: &Caller) -> (i64, i32) {
    let me = person.account.expect("signed in");
    stage.world.start_bot(&Cause::by(me), robot.account.expect("signed in"), "").expect("anybody may");
    let to = stage.input(robot, Peer::User(me));
    let random_id = stage.world.clock.millis();
    let request = messages::SendMessage { reply_markup: Some(keyboard()), ..text_to(to, "Pay?", random_id) };
    stage.ask(robot, &request).expect("she has started the bot");
    let bot = Peer::User(robot.account.expect("signed in"));
    let message = stage.world.thread(me, bot).newest().expect("it has arrived");
    let msg_id = message.id;
    let peer = stage.input(person, bot);
    let data = Some(b"yes".to_vec());
    let request = messages::GetBotCallbackAnswer { game: false, peer, msg_id, data, password: None };
    match dispatch(&mut stage.world, person, &request.to_bytes()) {
        Reply::WithCallback(query) => (query, msg_id),
        Reply::Now(answer) => panic!("the answer is the bot's, not {:?}", answer.map_err(|error| error.text)),
    }
}

#[test]
fn a_bot_that_is_a_client_gets_the_query_and_answers_it() {
    let mut stage = Stage::new();
    let (robot, alice) = (stage.client(INVOICE_BOT), stage.client(ALICE));
    let (query, _) = press(&mut stage, &robot, &alice);
    let pushes = stage.pushes_to(INVOICE_BOT);
    let told = pushes.iter().flat_map(|push| updates_of(&push.updates)).find_map(|update| match update {
        Update::BotCallbackQuery(update) => Some(update.clone()),
        _ => None,
    });
    let told = told.expect("the bot is told");
    assert_eq!((told.query_id, told.user_id, told.data.as_deref()), (query, ALICE, Some(b"yes".as_slice())));
    let answer = |message: &str| messages::SetBotCallbackAnswer {
        alert: true,
        query_id: query,
        message: Some(message.to_owned()),
        url: None,
        cache_time: 0,
    };
    stage.ask(&robot, &answer("Paid")).expect("it may answer");
    assert_eq!(stage.refusal(&robot, &answer("Paid")), "QUERY_ID_INVALID");
    let settled = stage.world.callbacks.take_settled();
    assert_eq!(settled[0].1.as_ref().and_then(|answer| answer.text.as_deref()), Some("Paid"));
}

#[test]
fn a_person_waits_for_a_while_and_a_query_lives_longer() {
    let mut stage = Stage::new();
    let (robot, alice) = (stage.client(INVOICE_BOT), stage.client(ALICE));
    let (first, message) = press(&mut stage, &robot, &alice);
    let bot = Peer::User(INVOICE_BOT);
    assert!(stage.world.callbacks.waiting_at(ALICE, bot, message).is_some());
    stage.world.clock.advance(PATIENCE);
    stage.world.tick();
    assert_eq!(stage.world.callbacks.take_settled(), [(first, None)]);
    assert!(stage.world.callbacks.waiting_at(ALICE, bot, message).is_none());
    let late =
        |query_id| messages::SetBotCallbackAnswer { alert: false, query_id, message: None, url: None, cache_time: 0 };
    stage.ask(&robot, &late(first)).expect("late, but alive");
    assert_eq!(stage.world.callbacks.take_settled(), []);
    let (second, _) = press(&mut stage, &robot, &alice);
    stage.world.clock.advance(LIFE);
    assert_eq!(stage.refusal(&robot, &late(second)), "QUERY_ID_INVALID");
}

#[test]
fn only_buttons_that_are_there_are_pressed() {
    let mut stage = Stage::new();
    let (robot, alice) = (stage.client(INVOICE_BOT), stage.client(ALICE));
    let (_, msg_id) = press(&mut stage, &robot, &alice);
    let peer = stage.input(&alice, Peer::User(INVOICE_BOT));
    let mut refused = |msg_id, data: &[u8]| {
        let data = Some(data.to_vec());
        let request = messages::GetBotCallbackAnswer { game: false, peer: peer.clone(), msg_id, data, password: None };
        match dispatch(&mut stage.world, &alice, &request.to_bytes()) {
            Reply::Now(answer) => answer.map_or_else(|error| error.text, |_| String::new()),
            Reply::WithCallback(_) => "pressed".to_owned(),
        }
    };
    assert_eq!(refused(msg_id, b"no"), "DATA_INVALID");
    assert_eq!(refused(1, b"yes"), "MESSAGE_ID_INVALID");
    assert_eq!(refused(msg_id, b"yes"), "pressed");
}

#[test]
fn people_have_no_keyboards_to_give() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let request =
        messages::SendMessage { reply_markup: Some(keyboard()), ..text_to(stage.input(&alice, HIKERS), "Mine", 1) };
    stage.ask(&alice, &request).expect("the words are sent");
    assert!(stage.world.thread(ALICE, HIKERS).newest().expect("sent").keyboard().is_none());
}

#[test]
fn a_bot_writes_only_to_whoever_started_it() {
    let mut stage = Stage::new();
    let robot = stage.client(INVOICE_BOT);
    let bob = text_to(stage.input(&robot, Peer::User(BOB)), "Hello", 1);
    assert_eq!(stage.refusal(&robot, &bob), "PEER_ID_INVALID");
    let client = stage.client(BOB);
    let (bot, peer) = (stage.user(&client, INVOICE_BOT), stage.input(&client, Peer::User(INVOICE_BOT)));
    let start = messages::StartBot { bot, peer, random_id: 2, start_param: "now".to_owned() };
    stage.ask(&client, &start).expect("anybody may start a bot");
    assert_eq!(stage.world.thread(INVOICE_BOT, Peer::User(BOB)).newest().expect("arrived").text.shown, "/start now");
    stage.ask(&robot, &bob).expect("now it may");
}

#[test]
fn in_groups_a_bot_is_told_what_is_meant_for_it() {
    let mut stage = Stage::new();
    let (robot, alice) = (stage.client(INVOICE_BOT), stage.client(ALICE));
    let mut says = |text: &str, random_id: i64| {
        let to = stage.input(&alice, PRODUCT_TEAM);
        stage.ask(&alice, &text_to(to, text, random_id)).expect("she may");
        let words = stage.pushes_to(INVOICE_BOT).iter().flat_map(|push| updates_of(&push.updates).to_vec()).find_map(
            |update| match update {
                Update::NewChannelMessage(update) => words_of(update.message).map(|message| message.message),
                _ => None,
            },
        );
        words.is_some()
    };
    assert_eq!(robot.account, Some(INVOICE_BOT));
    assert!(!says("Nothing for bots", 1));
    assert!(says("Ask @invoice_helper_bot about it", 2));
    assert!(says("/status", 3));
    assert!(says("/status@invoice_helper_bot", 4));
    assert!(!says("/status@deploy_watch_bot", 5));
}
