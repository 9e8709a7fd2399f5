use std::collections::HashSet;

use serde_json::json;
use telegraphist_application::operations::{ListTopics, SearchMessages};
use telegraphist_application::text::Foreign;

use super::desk::Desk;

#[tokio::test]
async fn a_search_in_all_chats_goes_on_to_its_end() {
    let desk = Desk::open().await;
    let mut seen = HashSet::new();
    let mut chats = HashSet::new();
    let mut cursor = None;
    let mut total;
    loop {
        let page = desk.perform::<SearchMessages>(json!({"query": "invoice", "limit": 7, "cursor": cursor})).await;
        total = page.total.unwrap();
        for item in &page.items {
            let chat = item.chat.as_ref().unwrap().id.clone();
            assert!(item.text.as_ref().unwrap().as_str().to_lowercase().contains("invoice"));
            assert!(seen.insert((chat.clone(), item.id)), "nothing comes twice");
            chats.insert(chat);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(chats.len() >= 3);
    assert_eq!(seen.len(), usize::try_from(total).unwrap());
}

#[tokio::test]
async fn a_search_in_one_chat_is_narrowed_by_sender_topic_media_and_time() {
    let desk = Desk::open().await;
    let forum = "@product_team_hub";
    let all = desk.perform::<SearchMessages>(json!({"chat": forum, "query": "invoice", "limit": 100})).await;
    assert!(!all.items.is_empty());
    let from = json!({"chat": forum, "query": "invoice", "from": "@grace_kim_ops"});
    let from = desk.perform::<SearchMessages>(from).await;
    assert!(from.items.iter().all(|item| item.from.as_ref().unwrap().id == "1007"));
    assert!(!from.items.is_empty());
    let topics = desk.perform::<ListTopics>(json!({"chat": forum, "query": "Travel"})).await;
    let documents = json!({"chat": forum, "topic": topics.items[0].id, "media": "document"});
    let documents = desk.perform::<SearchMessages>(documents).await;
    let names: Vec<&str> =
        documents.items.iter().filter_map(|item| item.media.as_ref()?.name.as_ref()).map(Foreign::as_str).collect();
    assert_eq!(names, ["travel-costs.csv"]);
    let (since, until) = (all.items.last().unwrap().date, all.items[0].date);
    let span = json!({"chat": forum, "query": "invoice", "since": since, "until": until, "limit": 100});
    assert_eq!(desk.perform::<SearchMessages>(span).await.items.len(), all.items.len());
    let later = until + chrono::TimeDelta::seconds(1);
    let none = json!({"chat": forum, "query": "invoice", "since": later});
    assert!(desk.perform::<SearchMessages>(none).await.items.is_empty());
}

#[tokio::test]
async fn a_search_in_one_chat_goes_on() {
    let desk = Desk::open().await;
    let whole = desk.perform::<SearchMessages>(json!({"chat": "@bob_lindqvist", "media": "photo", "limit": 100})).await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = json!({"chat": "@bob_lindqvist", "media": "photo", "limit": 1, "cursor": cursor});
        let page = desk.perform::<SearchMessages>(page).await;
        seen.extend(page.items.iter().map(|item| item.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, whole.items.iter().map(|item| item.id).collect::<Vec<_>>());
}
