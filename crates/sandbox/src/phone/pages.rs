//! Pages and the pieces that a page asks for while it is open.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Phone;
use super::draw::page::{self, Frame, Side};
use super::draw::rows;
use super::eyes::Eyes;
use super::view::{Main, Snapshot};
use super::window::{Talk, Window};
use crate::world::accounts::Account;
use crate::world::chats::GENERAL_TOPIC;
use crate::world::messages::Message;
use crate::world::peers::Peer;
use crate::world::searching::Query as Wanted;

/// So many messages are found at most.
const FOUND_MAX: usize = 50;

/// How a conversation is opened.
#[derive(Default, Deserialize)]
pub(super) struct Opening {
    /// Show this message.
    at: Option<i32>,
}

/// What a page does not find.
pub(super) struct Lost {
    told: &'static str,
    home: String,
    theme: String,
}

impl IntoResponse for Lost {
    fn into_response(self) -> Response {
        let frame = Frame { token: "", theme: &self.theme };
        (StatusCode::NOT_FOUND, Html(page::lost(&frame, self.told, &self.home))).into_response()
    }
}

impl Phone {
    pub(super) fn frame<'a>(&'a self, theme: &'a str) -> Frame<'a> {
        Frame { token: &self.token, theme }
    }

    /// The account of an address, if it is a person's.
    fn person(&self, account: &str, headers: &HeaderMap) -> Result<i64, Lost> {
        let found = self.see(0, |eyes| person_of(eyes, account));
        found.ok_or_else(|| Lost { told: "There is nobody like this.", home: "/".to_owned(), theme: theme(headers) })
    }
}

fn person_of(eyes: &Eyes<'_>, account: &str) -> Option<i64> {
    let id = account.parse().ok()?;
    eyes.account(id).filter(|account| !account.bot).map(|account| account.user_id)
}

/// The theme that the reader has chosen; the pages remember it in a cookie.
fn theme(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let chosen = pairs.find(|(name, _)| *name == "theme").map(|(_, theme)| theme);
    chosen.filter(|theme| matches!(*theme, "light" | "dark")).unwrap_or("auto").to_owned()
}

pub(super) async fn people(State(phone): State<Phone>, headers: HeaderMap) -> Html<String> {
    let theme = theme(&headers);
    let unread = |eyes: &Eyes<'_>, viewer| rows::unread_total(&Eyes { viewer, ..*eyes });
    Html(phone.see(0, |eyes| page::people(&phone.frame(&theme), eyes, |viewer| unread(eyes, viewer))))
}

pub(super) async fn lost(asked: Uri, headers: HeaderMap) -> Response {
    let home = asked.path().split('/').nth(1).filter(|account| account.parse::<i64>().is_ok());
    let home = home.map_or_else(|| "/".to_owned(), |account| format!("/{account}"));
    Lost { told: "There is no such page.", home, theme: theme(&headers) }.into_response()
}

pub(super) async fn chats(
    State(phone): State<Phone>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Html<String>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    Ok(show(&phone, viewer, &headers, Main::Nothing, None))
}

pub(super) async fn everybody(
    State(phone): State<Phone>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Html<String>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    let rows = phone.see(viewer, page::everybody);
    Ok(show(&phone, viewer, &headers, Main::Nothing, Some(&rows)))
}

fn show(phone: &Phone, viewer: i64, headers: &HeaderMap, main: Main, rows: Option<&Markup>) -> Html<String> {
    let theme = theme(headers);
    let side = rows.map_or(Side::Chats, Side::Rows);
    Html(phone.see(viewer, |eyes| {
        let snapshot = Snapshot::take(eyes, main);
        page::phone(&phone.frame(&theme), eyes, main, &snapshot, side)
    }))
}

pub(super) async fn chat(
    State(phone): State<Phone>,
    Path((account, chat)): Path<(String, String)>,
    Query(opening): Query<Opening>,
    headers: HeaderMap,
) -> Response {
    open_talk(&phone, &account, &chat, None, &opening, &headers)
}

pub(super) async fn topic(
    State(phone): State<Phone>,
    Path((account, chat, topic)): Path<(String, String, String)>,
    Query(opening): Query<Opening>,
    headers: HeaderMap,
) -> Response {
    match topic.parse() {
        Ok(topic) => open_talk(&phone, &account, &chat, Some(topic), &opening, &headers),
        Err(_) => Lost { told: "There is no such page.", home: "/".to_owned(), theme: theme(&headers) }.into_response(),
    }
}

fn open_talk(
    phone: &Phone,
    account: &str,
    chat: &str,
    topic: Option<i32>,
    opening: &Opening,
    headers: &HeaderMap,
) -> Response {
    let viewer = match phone.person(account, headers) {
        Ok(viewer) => viewer,
        Err(lost) => return lost.into_response(),
    };
    let opened = phone.see(viewer, |eyes| {
        let talk = Talk { peer: peer_of(eyes, chat)?, topic };
        if !exists(eyes, talk) {
            return None;
        }
        if eyes.is_forum(talk.peer) && topic.is_none() {
            let place = opening.at.and_then(|at| eyes.world.thread(viewer, talk.peer).get(at)).and_then(|message| {
                let topic = rows::topic_of(eyes, talk.peer, message)?;
                Some(eyes.href_of(talk.peer, Some(topic), message.id))
            });
            return Some(place.ok_or(Main::Topics(talk.peer)));
        }
        let window = opening.at.map_or_else(Window::default, |at| eyes.window_around(talk, at));
        Some(Err(Main::Talk(talk, window, eyes.border(talk))))
    });
    match opened {
        Some(Err(main)) => show(phone, viewer, headers, main, None).into_response(),
        Some(Ok(place)) => Redirect::to(&place).into_response(),
        None => {
            let home = format!("/{viewer}");
            Lost { told: "This chat cannot be opened.", home, theme: theme(headers) }.into_response()
        }
    }
}

/// The chat of an address, if the viewer may open it.
pub(super) fn peer_of(eyes: &Eyes<'_>, chat: &str) -> Option<Peer> {
    let peer = Peer::from_marked(chat.parse().ok()?);
    eyes.may_open(peer).then_some(peer)
}

/// Whether there is such a topic or thread.
fn exists(eyes: &Eyes<'_>, talk: Talk) -> bool {
    let Some(topic) = talk.topic else { return true };
    let is_topic = eyes.channel(talk.peer).is_some_and(|channel| {
        if channel.is_forum() {
            channel.topics.contains_key(&topic)
        } else {
            topic != GENERAL_TOPIC && channel.thread.get(topic).is_some()
        }
    });
    is_topic || (eyes.channel(talk.peer).is_none() && eyes.world.thread(eyes.viewer, talk.peer).get(topic).is_some())
}

/// The part of a conversation that a page shows, and where it wants more.
#[derive(Deserialize)]
pub(super) struct More {
    topic: Option<i32>,
    from: Option<i32>,
    to: Option<i32>,
    mark: Option<i32>,
    #[serde(default)]
    newer: bool,
}

pub(super) async fn more(
    State(phone): State<Phone>,
    Path((account, chat)): Path<(String, String)>,
    Query(asked): Query<More>,
    headers: HeaderMap,
) -> Result<Json<Value>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    let changes = phone.see(viewer, |eyes| {
        let talk = Talk { peer: peer_of(eyes, &chat)?, topic: asked.topic };
        let window = Window { from: asked.from, to: asked.to };
        let wider = if asked.newer { eyes.window_after(talk, window) } else { eyes.window_before(talk, window) };
        let before = Snapshot::take(eyes, Main::Talk(talk, window, asked.mark));
        Some(Snapshot::take(eyes, Main::Talk(talk, wider, asked.mark)).changes_since(Some(&before)))
    });
    let home = format!("/{viewer}");
    changes.map(Json).ok_or_else(|| Lost { told: "This chat cannot be opened.", home, theme: theme(&headers) })
}

/// How many messages wait: asked for by pages that nobody looks at.
pub(super) async fn unread(
    State(phone): State<Phone>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    Ok(Json(json!({ "count": phone.see(viewer, rows::unread_total) })))
}

#[derive(Deserialize)]
pub(super) struct Find {
    #[serde(default)]
    words: String,
    topic: Option<i32>,
}

/// Chats, people and messages by words.
pub(super) async fn find(
    State(phone): State<Phone>,
    Path(account): Path<String>,
    Query(asked): Query<Find>,
    headers: HeaderMap,
) -> Result<Html<String>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    Ok(Html(phone.see(viewer, |eyes| found(eyes, &asked.words)).into_string()))
}

fn found(eyes: &Eyes<'_>, words: &str) -> Markup {
    let wanted = Wanted::words(words);
    let has_all = |name: &str| {
        let name = name.to_lowercase();
        !wanted.words.is_empty() && wanted.words.iter().all(|word| name.contains(word.trim_start_matches('@')))
    };
    let chats = eyes.world.ordered_conversations(eyes.viewer, None);
    let by_name: Vec<Peer> = chats.iter().copied().filter(|peer| has_all(&eyes.title(*peer))).collect();
    let is_known = |peer: &Peer| by_name.contains(peer);
    let named =
        |account: &&Account| has_all(&format!("{} {}", account.full_name(), account.username.as_deref().unwrap_or("")));
    let people = eyes.world.accounts.iter().filter(named).map(|account| Peer::User(account.user_id));
    let public = eyes.world.channels.values().filter(|channel| {
        channel.username.as_deref().is_some_and(|name| has_all(&format!("{} {name}", channel.title)))
    });
    let others = people.chain(public.map(|channel| Peer::Channel(channel.id)));
    let others: Vec<Peer> = others.filter(|peer| !is_known(peer) && eyes.may_open(*peer)).collect();
    let mut messages: Vec<(Peer, &Message)> = Vec::new();
    if !wanted.words.is_empty() {
        for peer in chats {
            let thread = eyes.world.thread(eyes.viewer, peer);
            let hits = thread.newest_first().filter(|message| eyes.world.matches(eyes.viewer, message, &wanted));
            messages.extend(hits.take(FOUND_MAX).map(|message| (peer, message)));
        }
    }
    messages.sort_by_key(|(_, message)| std::cmp::Reverse((message.date, message.uid)));
    messages.truncate(FOUND_MAX);
    html! {
        (page::section("Chats", by_name.iter().map(|peer| rows::entry(eyes, *peer, &eyes.status(*peer)))))
        (page::section("People, bots and channels", others.iter().map(|peer| rows::entry(eyes, *peer, &eyes.status(*peer)))))
        (page::section("Messages", messages.iter().map(|(peer, message)| {
            rows::finding(eyes, Talk { peer: *peer, topic: None }, message)
        })))
        @if by_name.is_empty() && others.is_empty() && messages.is_empty() {
            p class="nothing" { "Nothing found." }
        }
    }
}

/// Messages of one conversation by words.
pub(super) async fn find_here(
    State(phone): State<Phone>,
    Path((account, chat)): Path<(String, String)>,
    Query(asked): Query<Find>,
    headers: HeaderMap,
) -> Result<Html<String>, Lost> {
    let viewer = phone.person(&account, &headers)?;
    let found = phone.see(viewer, |eyes| {
        let talk = Talk { peer: peer_of(eyes, &chat)?, topic: asked.topic };
        let wanted = Wanted::words(&asked.words);
        let hits: Vec<&Message> = eyes
            .messages(talk)
            .filter(|message| !wanted.words.is_empty() && eyes.world.matches(viewer, message, &wanted))
            .take(FOUND_MAX)
            .collect();
        Some(html! {
            @if hits.is_empty() {
                p class="nothing" { "Nothing found." }
            } @else {
                ol class="rows" { @for message in hits { (rows::finding_here(eyes, talk, message)) } }
            }
        })
    });
    let home = format!("/{viewer}");
    let found = found.ok_or_else(|| Lost { told: "This chat cannot be opened.", home, theme: theme(&headers) })?;
    Ok(Html(found.into_string()))
}
