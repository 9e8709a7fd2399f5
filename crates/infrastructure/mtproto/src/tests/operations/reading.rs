use serde_json::json;
use telegraphist_application::Code;
use telegraphist_application::operations::{GetMessages, LinkMessage, ListTopics, ReadMessages};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{MessageView, Messages};

use super::desk::Desk;

const BOB: &str = "@bob_lindqvist";
const FORUM: &str = "@product_team_hub";
const CHANNEL: &str = "@lantern_weekly";

fn ids(messages: &Messages) -> Vec<i32> {
    messages.items.iter().map(|message| message.id).collect()
}

fn texts(messages: &[MessageView]) -> Vec<&str> {
    messages.iter().filter_map(|message| message.text.as_ref()).map(Foreign::as_str).collect()
}

#[tokio::test]
async fn a_history_is_read_page_by_page_without_gaps() {
    let desk = Desk::open().await;
    let first = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 100})).await;
    let mut paged = Vec::new();
    let mut cursor = None;
    while paged.len() < 100 {
        let page = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 30, "cursor": cursor})).await;
        assert!(page.has_more);
        paged.extend(ids(&page));
        cursor = page.next_cursor;
    }
    paged.truncate(100);
    assert_eq!(paged, ids(&first));
    assert!(first.total.is_some_and(|total| total > 100));
    assert!(texts(&first.items)[0].contains("before the meeting tomorrow"));
}

#[tokio::test]
async fn a_history_ends() {
    let desk = Desk::open().await;
    let mut cursor = None;
    let mut count = 0;
    let total = loop {
        let page = desk.perform::<ReadMessages>(json!({"chat": "me", "limit": 100, "cursor": cursor})).await;
        count += page.items.len();
        cursor = page.next_cursor;
        if cursor.is_none() {
            break page.total.unwrap();
        }
    };
    assert_eq!(count, usize::try_from(total).unwrap());
}

#[tokio::test]
async fn newer_messages_come_oldest_first_and_end_at_the_newest() {
    let desk = Desk::open().await;
    let newest = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 10})).await;
    let newest = ids(&newest);
    let after = newest[9];
    let page = desk.perform::<ReadMessages>(json!({"chat": BOB, "after": after, "limit": 5})).await;
    let mut read = ids(&page);
    let page = desk
        .perform::<ReadMessages>(json!({"chat": BOB, "after": after, "limit": 5, "cursor": page.next_cursor}))
        .await;
    assert!(!page.has_more);
    read.extend(ids(&page));
    let mut wanted = newest[..9].to_vec();
    wanted.reverse();
    assert_eq!(read, wanted);
}

#[tokio::test]
async fn around_shows_both_sides() {
    let desk = Desk::open().await;
    let newest = ids(&desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 20})).await);
    let page = desk.perform::<ReadMessages>(json!({"chat": BOB, "around": newest[10], "limit": 7})).await;
    assert_eq!(ids(&page), newest[7..14]);
    let hits: Vec<i32> = page.items.iter().filter(|item| item.is_hit == Some(true)).map(|item| item.id).collect();
    assert_eq!(hits, [newest[10]]);
    assert!(page.has_more);
    let older = desk
        .perform::<ReadMessages>(json!({"chat": BOB, "around": newest[10], "limit": 7, "cursor": page.next_cursor}))
        .await;
    assert_eq!(ids(&older)[..6], newest[14..20]);
}

#[tokio::test]
async fn a_span_of_time_is_exact() {
    let desk = Desk::open().await;
    let all = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 100})).await;
    let (since, until) = (all.items[60].date, all.items[20].date);
    let inside: Vec<i32> =
        all.items.iter().filter(|item| item.date >= since && item.date <= until).map(|item| item.id).collect();
    let span = desk.perform::<ReadMessages>(json!({"chat": BOB, "since": since, "until": until, "limit": 100})).await;
    assert_eq!(ids(&span), inside);
    assert!(!span.has_more);
    // A message bound and a date bound together: whichever is tighter holds.
    let before = all.items[30].id;
    let both = json!({"chat": BOB, "since": since, "until": until, "before": before, "limit": 100});
    let inside: Vec<i32> = inside.into_iter().filter(|id| *id < before).collect();
    assert_eq!(ids(&desk.perform::<ReadMessages>(both).await), inside);
    let after = all.items[90].id;
    let both = json!({"chat": BOB, "since": since, "until": until, "after": after, "limit": 100});
    let oldest_first: Vec<i32> = ids(&span).into_iter().rev().collect();
    assert_eq!(ids(&desk.perform::<ReadMessages>(both).await), oldest_first);
    // The same in pages.
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let arguments = json!({"chat": BOB, "since": since, "until": until, "limit": 7, "cursor": cursor});
        let page = desk.perform::<ReadMessages>(arguments).await;
        paged.extend(ids(&page));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, ids(&span));
}

#[tokio::test]
async fn one_sender_is_read_alone() {
    let desk = Desk::open().await;
    let page = desk.perform::<ReadMessages>(json!({"chat": FORUM, "from": BOB, "limit": 20})).await;
    assert_eq!(page.items.len(), 20);
    assert!(page.items.iter().all(|item| item.from.as_ref().is_some_and(|from| from.id == "1002")));
    let mine = desk.perform::<ReadMessages>(json!({"chat": BOB, "from": "me", "limit": 5})).await;
    assert!(mine.items.iter().all(|item| item.is_mine));
    let since = page.items[9].date;
    let recent = desk.perform::<ReadMessages>(json!({"chat": FORUM, "from": BOB, "since": since})).await;
    assert_eq!(ids(&recent), ids(&page)[..10]);
}

#[tokio::test]
async fn topics_are_read_alone() {
    let desk = Desk::open().await;
    let topics = desk.perform::<ListTopics>(json!({"chat": FORUM, "query": "Invoices"})).await;
    let topic = topics.items[0].id;
    let page = desk.perform::<ReadMessages>(json!({"chat": FORUM, "topic": topic, "limit": 10})).await;
    assert!(page.items.iter().all(|item| item.topic == Some(topic)));
    assert!(texts(&page.items).iter().any(|text| text.contains("Invoice 2041")));
    let refused = desk.try_to::<ReadMessages>(json!({"chat": BOB, "topic": 5})).await.err().unwrap();
    assert_eq!(refused.code, Code::InvalidArgument);
}

#[tokio::test]
async fn comments_of_a_post_are_read_in_its_group() {
    let desk = Desk::open().await;
    let posts = desk.perform::<ReadMessages>(json!({"chat": CHANNEL, "limit": 10})).await;
    let post = posts.items.iter().find(|post| post.replies.is_some_and(|replies| replies >= 4)).unwrap();
    let page = desk.perform::<ReadMessages>(json!({"chat": CHANNEL, "comments_of": post.id, "limit": 3})).await;
    assert_eq!(page.chat.as_ref().unwrap().title.as_str(), "Lantern Weekly Chat");
    assert_eq!(page.items.len(), 3);
    let rest = json!({"chat": CHANNEL, "comments_of": post.id, "limit": 3, "cursor": page.next_cursor});
    let rest = desk.perform::<ReadMessages>(rest).await;
    assert!(texts(&rest.items).contains(&"Which lake is it?"));
    assert!(!rest.has_more);
    // The same thread, named by its root in the group.
    let group = page.chat.unwrap().id;
    let first = rest.items.iter().find(|item| item.text.as_ref().is_some_and(|t| t.as_str() == "Which lake is it?"));
    let root = first.unwrap().reply_to.unwrap();
    let replies = desk.perform::<ReadMessages>(json!({"chat": group, "replies_to": root})).await;
    assert_eq!(replies.items.len(), 4);
}

#[tokio::test]
async fn detail_shows_formatting_and_reactions() {
    let desk = Desk::open().await;
    let arguments = |format: &str| json!({"chat": CHANNEL, "limit": 10, "response_format": format});
    let concise = desk.perform::<ReadMessages>(arguments("concise")).await;
    assert!(concise.items.iter().all(|item| item.reactions.is_empty()));
    let detailed = desk.perform::<ReadMessages>(arguments("detailed")).await;
    let lake = detailed.items.iter().find(|item| !item.reactions.is_empty()).unwrap();
    assert!(lake.reactions.iter().any(|reaction| reaction.is_mine));
    let bold = json!({"chat": BOB, "limit": 5, "response_format": "detailed"});
    let bold = desk.perform::<ReadMessages>(bold).await;
    assert!(texts(&bold.items).iter().any(|text| text.contains("**Bold plan**")), "{:?}", texts(&bold.items));
}

#[tokio::test]
async fn messages_are_got_by_id_and_what_is_missing_is_told() {
    let desk = Desk::open().await;
    let newest = ids(&desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 20})).await);
    let wanted = json!({"chat": BOB, "message_ids": [newest[3], newest[1], 2_000_000_000]});
    let found = desk.perform::<GetMessages>(wanted).await;
    assert_eq!(ids(&found), [newest[3], newest[1]]);
    assert_eq!(found.missing, [2_000_000_000]);
    // An id of the mailbox that belongs to another chat is not there.
    let foreign = desk.perform::<GetMessages>(json!({"chat": "@emi_tanaka", "message_ids": [newest[0]]})).await;
    assert!(foreign.items.is_empty());
    assert_eq!(foreign.missing, [newest[0]]);
    let around = json!({"chat": BOB, "message_ids": [newest[5], newest[7]], "context": 2});
    let around = desk.perform::<GetMessages>(around).await;
    let mut expected = newest[3..10].to_vec();
    expected.reverse();
    assert_eq!(ids(&around), expected);
    let hits: Vec<i32> = around.items.iter().filter(|item| item.is_hit == Some(true)).map(|item| item.id).collect();
    assert_eq!(hits, [newest[7], newest[5]]);
}

#[tokio::test]
async fn links_to_messages_lead_back() {
    let desk = Desk::open().await;
    let posts = desk.perform::<ReadMessages>(json!({"chat": CHANNEL, "limit": 3})).await;
    let forum = desk.perform::<ReadMessages>(json!({"chat": FORUM, "limit": 1})).await;
    let mut links = Vec::new();
    for (chat, id) in [(CHANNEL, posts.items[0].id), (FORUM, forum.items[0].id)] {
        let link = desk.perform::<LinkMessage>(json!({"chat": chat, "message_id": id})).await;
        assert!(link.is_public);
        links.push(link.link);
    }
    let found = desk.perform::<GetMessages>(json!({"links": links})).await;
    assert_eq!(ids(&found), [posts.items[0].id, forum.items[0].id]);
    assert!(found.items.iter().all(|item| item.chat.is_some()));
    let private = desk.try_to::<LinkMessage>(json!({"chat": BOB, "message_id": 5})).await.err().unwrap();
    assert_eq!(private.code, Code::InvalidArgument);
}
