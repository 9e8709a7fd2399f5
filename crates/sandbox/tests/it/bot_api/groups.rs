//! Bots in groups and channels: members, rights, invite links, topics, and what bots are told of them.

use serde_json::{Value, json};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, BOB};

const TEAM: i64 = -1_000_000_000_701;
const HUGO: i64 = 1008;
const DMITRI: i64 = 1004;

impl Robot {
    /// The invoice bot as an admin of the team's forum.
    async fn admin() -> Self {
        let robot = Self::new().await;
        let bob = robot.sandbox.acting(BOB, TEAM).expect("it is Bob's");
        bob.appoint(INVOICE_BOT, true).expect("he may");
        robot
    }
}

#[tokio::test]
async fn a_bot_learns_what_it_becomes() {
    let robot = Robot::admin().await;
    let change = robot.update("my_chat_member").await;
    assert_eq!(
        (change["old_chat_member"]["status"].as_str(), change["from"]["id"].as_i64()),
        (Some("member"), Some(BOB))
    );
    assert_eq!(change["new_chat_member"]["status"], "administrator");
    assert_eq!(change["new_chat_member"]["can_manage_topics"], true);
    let me = robot.ok("getChatMember", json!({ "chat_id": TEAM, "user_id": INVOICE_BOT })).await;
    assert_eq!((me["status"].as_str(), me["can_be_edited"].as_bool()), (Some("administrator"), Some(false)));
    let admins = robot.ok("getChatAdministrators", json!({ "chat_id": TEAM })).await;
    let ids: Vec<_> = admins.as_array().expect("a list").iter().map(|admin| admin["user"]["id"].as_i64()).collect();
    assert_eq!(ids, [Some(ALICE), Some(BOB), Some(INVOICE_BOT)]);
}

#[tokio::test]
async fn members_are_thrown_out_let_in_again_and_restricted() {
    let robot = Robot::admin().await;
    robot.ok("getUpdates", json!({ "allowed_updates": ["chat_member"], "offset": -1 })).await;
    let dmitri = json!({ "chat_id": TEAM, "user_id": DMITRI });
    let before = robot.ok("getChatMemberCount", json!({ "chat_id": TEAM })).await.as_u64().expect("a number");
    robot.ok("banChatMember", dmitri.clone()).await;
    assert_eq!(robot.ok("getChatMember", dmitri.clone()).await["status"], "kicked");
    assert_eq!(robot.ok("getChatMemberCount", json!({ "chat_id": TEAM })).await, before - 1);
    let told = robot.update("chat_member").await;
    assert_eq!(
        (told["new_chat_member"]["status"].as_str(), told["from"]["id"].as_i64()),
        (Some("kicked"), Some(INVOICE_BOT))
    );
    robot.ok("unbanChatMember", json!({ "chat_id": TEAM, "user_id": DMITRI, "only_if_banned": true })).await;
    assert_eq!(robot.ok("getChatMember", dmitri).await["status"], "left");

    let silent = json!({ "chat_id": TEAM, "user_id": 1005, "permissions": { "can_send_photos": true }, "use_independent_chat_permissions": true });
    robot.ok("restrictChatMember", silent).await;
    let member = robot.ok("getChatMember", json!({ "chat_id": TEAM, "user_id": 1005 })).await;
    assert_eq!((member["status"].as_str(), member["can_send_messages"].as_bool()), (Some("restricted"), Some(false)));
    assert!(robot.sandbox.acting(1005, TEAM).expect("a member").say("Am I heard?").is_err());
    let owner = json!({ "chat_id": TEAM, "user_id": BOB });
    assert_eq!(robot.no("banChatMember", owner).await, (400, "Bad Request: can't remove chat owner".to_owned()));
}

#[tokio::test]
async fn a_bot_without_rights_is_told_so() {
    let robot = Robot::new().await;
    let rights = "Bad Request: not enough rights to";
    let refusals = [
        ("banChatMember", json!({ "user_id": DMITRI }), format!("{rights} restrict/unrestrict chat member")),
        ("setChatTitle", json!({ "title": "Ours" }), format!("{rights} change chat title")),
        ("setChatDescription", json!({ "description": "Ours" }), format!("{rights} set chat description")),
        ("createChatInviteLink", json!({}), format!("{rights} manage chat invite link")),
        ("createForumTopic", json!({ "name": "Ours" }), format!("{rights} manage forum topics in the chat")),
    ];
    for (method, mut arguments, words) in refusals {
        arguments["chat_id"] = json!(TEAM);
        assert_eq!(robot.no(method, arguments).await, (400, words), "{method}");
    }
}

#[tokio::test]
async fn chats_are_described_and_renamed() {
    let robot = Robot::admin().await;
    robot.ok("setChatTitle", json!({ "chat_id": TEAM, "title": "Team" })).await;
    robot.ok("setChatDescription", json!({ "chat_id": TEAM, "description": "All of us" })).await;
    let again = robot.no("setChatDescription", json!({ "chat_id": TEAM, "description": "All of us" })).await;
    assert_eq!(again, (400, "Bad Request: chat description is not modified".to_owned()));
    let chat = robot.ok("getChat", json!({ "chat_id": TEAM })).await;
    assert_eq!((chat["title"].as_str(), chat["description"].as_str()), (Some("Team"), Some("All of us")));
    assert_eq!((chat["is_forum"].as_bool(), chat["type"].as_str()), (Some(true), Some("supergroup")));
    assert!(chat["invite_link"].as_str().is_some_and(|link| link.starts_with("https://t.me/+")));
    let alice = robot.ok("getChat", json!({ "chat_id": ALICE })).await;
    assert_eq!(alice["type"], "private");
    let photos = robot.ok("getUserProfilePhotos", json!({ "user_id": ALICE })).await;
    assert_eq!(photos["total_count"].as_u64(), photos["photos"].as_array().map(|photos| photos.len() as u64));
    robot.ok("leaveChat", json!({ "chat_id": TEAM })).await;
    let gone = robot.no("getChat", json!({ "chat_id": TEAM })).await;
    assert_eq!(gone, (403, "Forbidden: bot is not a member of the supergroup chat".to_owned()));
}

#[tokio::test]
async fn people_come_by_links_and_ask_to_be_let_in() {
    let robot = Robot::admin().await;
    let terms = json!({ "chat_id": TEAM, "name": "Guests", "creates_join_request": true });
    let link = robot.ok("createChatInviteLink", terms).await;
    assert_eq!((link["name"].as_str(), link["creates_join_request"].as_bool()), (Some("Guests"), Some(true)));
    let url = link["invite_link"].as_str().expect("a link").to_owned();
    let hugo = robot.sandbox.acting(HUGO, "me").expect("he is there");
    assert!(hugo.come(&url).expect_err("he has to wait").to_string().contains("INVITE_REQUEST_SENT"));
    let asked = robot.update("chat_join_request").await;
    assert_eq!((asked["from"]["id"].as_i64(), asked["invite_link"]["name"].as_str()), (Some(HUGO), Some("Guests")));
    robot.ok("approveChatJoinRequest", json!({ "chat_id": TEAM, "user_id": HUGO })).await;
    assert_eq!(robot.ok("getChatMember", json!({ "chat_id": TEAM, "user_id": HUGO })).await["status"], "member");
    let revoked = robot.ok("revokeChatInviteLink", json!({ "chat_id": TEAM, "invite_link": url })).await;
    assert_eq!(revoked["is_revoked"], true);
    let edit = json!({ "chat_id": TEAM, "invite_link": url, "name": "x" });
    assert_eq!(robot.no("editChatInviteLink", edit).await, (400, "Bad Request: INVITE_HASH_EXPIRED".to_owned()));
    let first = robot.ok("exportChatInviteLink", json!({ "chat_id": TEAM })).await;
    assert_eq!(robot.ok("getChat", json!({ "chat_id": TEAM })).await["invite_link"], first);
}

#[tokio::test]
async fn topics_are_begun_closed_and_deleted() {
    let robot = Robot::admin().await;
    let topic =
        robot.ok("createForumTopic", json!({ "chat_id": TEAM, "name": "Bills", "icon_color": 0xff_d67e })).await;
    let thread = topic["message_thread_id"].clone();
    let place = json!({ "chat_id": TEAM, "message_thread_id": thread });
    robot.ok("editForumTopic", json!({ "chat_id": TEAM, "message_thread_id": thread, "name": "Invoices" })).await;
    robot.ok("closeForumTopic", place.clone()).await;
    let team = robot.sandbox.acting(1005, TEAM).expect("a member");
    let topic_id = i32::try_from(thread.as_i64().expect("a number")).expect("it is small");
    let words = telegraphist_sandbox::Words { topic: Some(topic_id), .."Hello".into() };
    assert!(team.say(words.clone()).is_err());
    assert_eq!(robot.no("closeForumTopic", place.clone()).await, (400, "Bad Request: TOPIC_NOT_MODIFIED".to_owned()));
    robot.ok("reopenForumTopic", place.clone()).await;
    team.say(words).expect("it is open");
    let heard: Value = robot.update("message").await;
    assert_eq!((heard["message_thread_id"].as_i64(), heard["text"].as_str()), (thread.as_i64(), Some("Hello")));
    robot.ok("closeGeneralForumTopic", json!({ "chat_id": TEAM })).await;
    robot.ok("editGeneralForumTopic", json!({ "chat_id": TEAM, "name": "Hall" })).await;
    robot.ok("deleteForumTopic", place.clone()).await;
    assert_eq!(robot.no("deleteForumTopic", place).await, (400, "Bad Request: TOPIC_ID_INVALID".to_owned()));
    let colour = json!({ "chat_id": TEAM, "name": "x", "icon_color": 1 });
    assert_eq!(robot.no("createForumTopic", colour).await, (400, "Bad Request: TOPIC_ICON_COLOR_INVALID".to_owned()));
}

#[tokio::test]
async fn who_blocks_a_bot_is_not_written_to() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.block().expect("she may");
    let change = robot.update("my_chat_member").await;
    assert_eq!(
        (change["new_chat_member"]["status"].as_str(), change["chat"]["id"].as_i64()),
        (Some("kicked"), Some(ALICE))
    );
    let words = json!({ "chat_id": ALICE, "text": "Hello?" });
    assert_eq!(
        robot.no("sendMessage", words.clone()).await,
        (403, "Forbidden: bot was blocked by the user".to_owned())
    );
    alice.unblock().expect("she may");
    assert_eq!(robot.update("my_chat_member").await["new_chat_member"]["status"], "member");
    robot.ok("sendMessage", words).await;
    let stranger = json!({ "chat_id": HUGO, "text": "Hello?" });
    let never = (403, "Forbidden: bot can't initiate conversation with a user".to_owned());
    assert_eq!(robot.no("sendMessage", stranger).await, never);
}
