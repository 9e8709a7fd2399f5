//! What else a bot can do, in a group of the sandbox that it is in.

use serde_json::json;
use telegraphist_application::arguments::{ChatKind, MemberRole};
use telegraphist_application::operations::{
    AddContact, BlockUser, DeleteContact, FindChats, ForwardMessages, GetChat, GetMessages, LinkMessage, ListChats,
    ListContacts, ListMembers, ListTopics, MarkRead, PinMessage, ReactToMessage, ReadMessages, ResolveLink,
    SearchMessages, SendMessage, UnblockUser,
};
use telegraphist_application::ports::{Bots as _, TelegramError};
use telegraphist_application::views::{Page, SentState};

use super::stage::*;

const TEAM: &str = "@product_team_hub";

async fn send(stage: &Stage, chat: &str, text: &str) -> i32 {
    let sent = stage.perform::<SendMessage>(json!({"chat": chat, "text": text})).await;
    sent.items[0].message_id.expect("an id")
}

#[tokio::test]
async fn a_chat_is_told_in_full() {
    let stage = Stage::new().await;
    let team = stage.perform::<GetChat>(json!({"chat": TEAM})).await;
    assert_eq!((team.chat.kind, team.chat.is_forum), (ChatKind::Supergroup, Some(true)));
    assert_eq!(team.chat.chat.title.as_str(), "Product Team");
    assert!(team.chat.is_mine && team.chat.members.is_some_and(|members| members > 3) && team.admins == Some(2));
    assert!(team.about.expect("a description").as_str().starts_with("Where the work"));
    assert_eq!(team.my_rights.role, Some(MemberRole::Member));
    assert!(team.my_rights.can_send && !team.my_rights.can_delete);
    let alice = stage.perform::<GetChat>(json!({"chat": ALICE})).await;
    assert_eq!((alice.chat.kind, alice.my_rights.can_send), (ChatKind::Private, true));
    assert!(alice.person.expect("a person").name.as_str().starts_with("Alice"));
    let nobody = stage.try_to::<GetChat>(json!({"chat": "@nobody_here_at_all"})).await.err().expect("there is none");
    assert!(matches!(nobody, TelegramError::UnknownChat), "{nobody:?}");
}

#[tokio::test]
async fn only_administrators_are_listed() {
    let stage = Stage::new().await;
    let admins = stage.perform::<ListMembers>(json!({"chat": TEAM, "role": "admin"})).await;
    let roles: Vec<MemberRole> = admins.items.iter().map(|member| member.role).collect();
    assert_eq!(roles.iter().filter(|role| **role == MemberRole::Owner).count(), 1);
    assert_eq!(roles.len(), 2);
    let owner = stage.perform::<ListMembers>(json!({"chat": TEAM, "role": "owner", "query": "bo"})).await;
    assert_eq!(owner.items.len(), 1);
    assert_eq!(owner.items[0].user.id, BOB.to_string());
    let page = stage.perform::<ListMembers>(json!({"chat": TEAM, "role": "admin", "limit": 1})).await;
    assert!(page.items.len() == 1 && page.has_more);
    let members = stage.try_to::<ListMembers>(json!({"chat": TEAM})).await.err().expect("bots may not");
    assert!(matches!(members, TelegramError::Unsupported { .. }));
}

#[tokio::test]
async fn a_chat_is_found_by_its_exact_name_and_by_a_link() {
    let stage = Stage::new().await;
    let found: Page<_> = stage.perform::<FindChats>(json!({"query": TEAM})).await;
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.items[0].kind, ChatKind::Supergroup);
    assert!(stage.perform::<FindChats>(json!({"query": TEAM, "kind": "channel"})).await.items.is_empty());
    assert!(stage.perform::<FindChats>(json!({"query": "@nobody_here_at_all"})).await.items.is_empty());
    let part = stage.try_to::<FindChats>(json!({"query": "product team"})).await.err().expect("bots may not");
    assert!(matches!(part, TelegramError::Unsupported { .. }));
    let id = send(&stage, TEAM, "a note").await;
    let link = stage.perform::<LinkMessage>(json!({"chat": TEAM, "message_id": id})).await;
    assert_eq!((link.link.clone(), link.is_public), (format!("https://t.me/product_team_hub/{id}"), true));
    let resolved = stage.perform::<ResolveLink>(json!({"link": link.link})).await;
    assert_eq!(resolved.chat.chat.title.as_str(), "Product Team");
    assert!(resolved.message.is_none());
    let private = stage.try_to::<LinkMessage>(json!({"chat": ALICE, "message_id": 1})).await.err().expect("no links");
    assert!(matches!(private, TelegramError::Invalid(_)));
}

#[tokio::test]
async fn messages_are_passed_on_in_order_and_once() {
    let stage = Stage::new().await;
    let (first, second) = (send(&stage, TEAM, "first").await, send(&stage, TEAM, "second").await);
    let both = json!({"from_chat": TEAM, "message_ids": [second, first, second], "chat": ALICE});
    let sent = stage.perform::<ForwardMessages>(both).await;
    assert_eq!((sent.state, sent.items.len()), (SentState::Sent, 2));
    let seen = stage.seen_by_alice();
    assert_eq!((seen[1].text.as_str(), seen[0].text.as_str()), ("first", "second"));
    let copy = json!({"from_chat": TEAM, "message_ids": [first], "chat": ALICE, "as_copy": true});
    assert_eq!(stage.perform::<ForwardMessages>(copy.clone()).await.items.len(), 1);
    let mut shown = copy;
    shown["dry_run"] = true.into();
    assert_eq!(stage.perform::<ForwardMessages>(shown).await.state, SentState::DryRun);
    assert_eq!(stage.seen_by_alice()[0].text, "first");
    let gone = json!({"from_chat": TEAM, "message_ids": [999_999], "chat": ALICE});
    let gone = stage.try_to::<ForwardMessages>(gone).await.err().expect("there is none");
    assert!(matches!(gone, TelegramError::UnknownMessage), "{gone:?}");
}

#[tokio::test]
async fn a_message_is_reacted_to_and_pinned() {
    let stage = Stage::new().await;
    let id = send(&stage, &ALICE.to_string(), "look").await;
    let reacted = stage.perform::<ReactToMessage>(json!({"chat": ALICE, "message_id": id, "emoji": "👍"})).await;
    assert_eq!(reacted.done, "reacted");
    assert_eq!(stage.seen_by_alice()[0].reactions, [(BOT, "👍".to_owned())]);
    stage.perform::<ReactToMessage>(json!({"chat": ALICE, "message_id": id})).await;
    assert!(stage.seen_by_alice()[0].reactions.is_empty());
    let pinned = stage.perform::<PinMessage>(json!({"chat": ALICE, "message_id": id})).await;
    assert_eq!(pinned.done, "pinned");
    let seen = stage.seen_by_alice().into_iter().find(|mail| mail.text == "look").expect("it is there");
    assert!(seen.pinned);
    let unpinned = stage.perform::<PinMessage>(json!({"chat": ALICE, "message_id": id, "unpin": true})).await;
    assert_eq!(unpinned.done, "unpinned");
    let gone = json!({"chat": ALICE, "message_id": 999_999, "emoji": "👍"});
    let gone = stage.try_to::<ReactToMessage>(gone).await.err().expect("there is none");
    assert!(matches!(gone, TelegramError::UnknownMessage), "{gone:?}");
    let rights = json!({"chat": TEAM, "message_id": send(&stage, TEAM, "x").await});
    let rights = stage.try_to::<PinMessage>(rights).await.err().expect("it may not");
    assert!(matches!(rights, TelegramError::Forbidden { .. }), "{rights:?}");
}

#[tokio::test]
async fn a_bot_that_is_blocked_or_thrown_out_says_so() {
    let stage = Stage::new().await;
    stage.sandbox.acting(ALICE, BOT).and_then(|alice| alice.block()).expect("she may");
    let blocked = stage.try_to::<SendMessage>(json!({"chat": ALICE, "text": "x"})).await.err().expect("blocked");
    assert!(matches!(&blocked, TelegramError::Forbidden { telegram } if telegram == "BOT_BLOCKED"), "{blocked:?}");
    stage.sandbox.acting(BOB, "product_team_hub").and_then(|bob| bob.ban(BOT)).expect("he may");
    let thrown_out = stage.try_to::<SendMessage>(json!({"chat": TEAM, "text": "x"})).await.err().expect("thrown out");
    assert!(matches!(&thrown_out, TelegramError::Forbidden { telegram } if telegram == "BOT_KICKED"), "{thrown_out:?}");
}

#[tokio::test]
async fn what_bots_cannot_do_says_what_can_be_done() {
    let stage = Stage::new().await;
    let chat = json!({"chat": ALICE});
    let message = json!({"chat": ALICE, "message_ids": [1]});
    let errors = [
        stage.try_to::<ListChats>(json!({})).await.err(),
        stage.try_to::<ReadMessages>(chat.clone()).await.err(),
        stage.try_to::<SearchMessages>(json!({"query": "x"})).await.err(),
        stage.try_to::<GetMessages>(message).await.err(),
        stage.try_to::<ListTopics>(chat.clone()).await.err(),
        stage.try_to::<MarkRead>(chat.clone()).await.err(),
        stage.try_to::<ListContacts>(json!({})).await.err(),
        stage.try_to::<AddContact>(json!({"chat": ALICE, "first_name": "A"})).await.err(),
        stage.try_to::<DeleteContact>(json!({"chat": ALICE, "confirm": true})).await.err(),
        stage.try_to::<BlockUser>(chat.clone()).await.err(),
        stage.try_to::<UnblockUser>(chat).await.err(),
    ];
    for error in errors {
        match error {
            Some(TelegramError::Unsupported { instead }) => assert!(instead.len() > 30, "{instead}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn commands_are_set_for_private_chats() {
    let stage = Stage::new().await;
    let commands = [telegraphist_application::ports::BotCommand { name: "status", description: "How things stand" }];
    stage.bots.set_commands(session(), &commands).await.expect("they are taken");
    assert_eq!(stage.sandbox.counters().calls_of("bot.setMyCommands"), 1);
}
