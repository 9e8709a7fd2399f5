//! Whole pages.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Item;
use super::face::{Icon, icon, own_face};
use super::head::heading;
use crate::phone::calendar::counted;
use crate::phone::eyes::Eyes;
use crate::phone::view::{Main, Snapshot};
use crate::phone::window::Talk;
use crate::world::accounts::Account;
use crate::world::peers::Peer;
use crate::world::reactions::REACTIONS;

/// What every page needs to know beside what it shows.
#[derive(Clone, Copy)]
pub(in crate::phone) struct Frame<'a> {
    /// Proves that a request comes from a page of the phone.
    pub(in crate::phone) token: &'a str,
    /// `light`, `dark`, or `auto` for what the system prefers.
    pub(in crate::phone) theme: &'a str,
}

impl Frame<'_> {
    fn page(&self, title: &str, body: &Markup) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-theme=(self.theme) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content";
                    meta name="token" content=(self.token);
                    meta name="referrer" content="same-origin";
                    title { (title) }
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/assets/phone.css";
                    script src="/assets/phone.js" type="module" {}
                }
                body { (body) }
            }
        };
        page.into_string()
    }
}

/// The choice of whom to be.
pub(in crate::phone) fn people(frame: &Frame<'_>, eyes: &Eyes<'_>, unread: impl Fn(i64) -> i32) -> String {
    let (bots, people): (Vec<&Account>, Vec<&Account>) = eyes.world.accounts.iter().partition(|account| account.bot);
    let body = html! {
        main class="people" {
            h1 { "Who do you want to be?" }
            p class="lead" {
                "A phone of the sandbox. Choose a person, and see and answer what bots and agents write to them. Open several tabs to be several people."
            }
            ul class="people-list" {
                @for account in people {
                    @let unread = unread(account.user_id);
                    li {
                        a class="person" href=(format!("/{}", account.user_id)) {
                            (own_face(eyes, account.user_id))
                            span class="row-body" {
                                bdi class="row-title" { (account.full_name()) }
                                span class="row-text" {
                                    @match &account.username {
                                        Some(username) => { "@" (username) },
                                        None => { "+" (account.phone) },
                                    }
                                }
                            }
                            @if unread > 0 { span class="count" { (unread) span class="quiet" { " unread" } } }
                        }
                    }
                }
            }
            @if !bots.is_empty() {
                p class="lead" {
                    "Bots are programs and play themselves: "
                    @for (place, bot) in bots.iter().enumerate() {
                        @if place > 0 { ", " }
                        bdi { (bot.full_name()) }
                    }
                    "."
                }
            }
        }
    };
    frame.page("Telegram in a box", &body)
}

/// Somebody's phone, with what is open on it.
pub(in crate::phone) fn phone(
    frame: &Frame<'_>,
    eyes: &Eyes<'_>,
    main: Main,
    snapshot: &Snapshot,
    side: Side<'_>,
) -> String {
    let title = match main {
        Main::Nothing => "Chats".to_owned(),
        Main::Topics(peer) => eyes.title(peer),
        Main::Talk(talk, ..) => heading(eyes, talk),
    };
    let is_open = main != Main::Nothing;
    let (talk, mark) = match main {
        Main::Talk(talk, _, mark) => (Some(talk), mark),
        Main::Nothing | Main::Topics(_) => (None, None),
    };
    let body = html! {
        div class="app" data-app data-open[is_open] data-stamp=(snapshot.stamp()) data-account=(eyes.viewer)
            data-chat=[main.peer().map(Peer::marked)] data-topic=[talk.and_then(|talk| talk.topic)]
            data-from=[snapshot.window.from] data-to=[snapshot.window.to] data-mark=[mark] data-read=[talk.map(|talk| eyes.read_mark(talk))]
            data-older[snapshot.has_older] data-newer[snapshot.has_newer] {
            (side_column(eyes, snapshot, side))
            main class="chat" data-main {
                @match main {
                    Main::Nothing => (nothing_open()),
                    Main::Topics(_) => (topics(eyes, snapshot)),
                    Main::Talk(talk, ..) => (conversation(eyes, talk, snapshot)),
                }
            }
        }
        (furniture())
    };
    frame.page(&title, &body)
}

/// What the column of chats shows instead of the chats.
#[derive(Clone, Copy)]
pub(in crate::phone) enum Side<'a> {
    Chats,
    /// Rows under headings.
    Rows(&'a Markup),
}

fn side_column(eyes: &Eyes<'_>, snapshot: &Snapshot, side: Side<'_>) -> Markup {
    let home = format!("/{}", eyes.viewer);
    let is_everybody = matches!(side, Side::Rows(_));
    html! {
        nav class="side" aria-label="Chats" data-side {
            div class="side-head" {
                a class="me" href="/" title="Be somebody else" {
                    (own_face(eyes, eyes.viewer))
                    span class="me-name" { bdi { (eyes.name(Peer::User(eyes.viewer))) } span class="quiet" { ", be somebody else" } }
                }
                button type="button" class="icon-button" data-theme-switch aria-label="Switch between light and dark" { (icon(Icon::Moon)) }
                @if is_everybody {
                    a class="icon-button" href=(home) aria-label="Back to the chats" { (icon(Icon::Close)) }
                } @else {
                    a class="icon-button" href=(format!("{home}/new")) aria-label="New chat" { (icon(Icon::Pencil)) }
                }
            }
            div class="search" role="search" {
                (icon(Icon::Search))
                input type="search" data-search placeholder="Search" autocomplete="off" aria-label="Search chats, people and messages" enterkeyhint="search";
            }
            div class="scroll" data-side-scroll {
                @match side {
                    Side::Chats => ol class="rows" data-list="chats" data-rows { (items(snapshot.list("chats"))) },
                    Side::Rows(rows) => div data-rows { (rows) },
                }
                div data-found hidden {}
            }
            span hidden data-part="count" { (snapshot.part_of("count")) }
        }
    }
}

fn items(items: &[Item]) -> Markup {
    // Items were drawn before; everything in them is escaped already.
    PreEscaped(items.iter().map(|item| item.html.as_str()).collect())
}

fn part(snapshot: &Snapshot, name: &str, class: &str) -> Markup {
    html! { div class=(class) data-part=(name) { (PreEscaped(snapshot.part_of(name))) } }
}

fn nothing_open() -> Markup {
    html! {
        div class="empty" {
            (icon(Icon::Comments))
            h1 { "No chat is open" }
            p { "Choose one on the left, or begin a new one." }
        }
    }
}

fn bar(snapshot: &Snapshot, back: &str, tools: &Markup) -> Markup {
    html! {
        header class="bar" {
            a class="icon-button back" href=(back) data-back aria-label="Back" { (icon(Icon::Back)) }
            (part(snapshot, "head", "head"))
            (tools)
        }
    }
}

fn topics(eyes: &Eyes<'_>, snapshot: &Snapshot) -> Markup {
    let home = format!("/{}", eyes.viewer);
    html! {
        (bar(snapshot, &home, &html! {}))
        div class="scroll topics" {
            ol class="rows" data-list="topics" aria-label="Topics" data-topics { (items(snapshot.list("topics"))) }
        }
    }
}

fn conversation(eyes: &Eyes<'_>, talk: Talk, snapshot: &Snapshot) -> Markup {
    let home = format!("/{}", eyes.viewer);
    let is_in_forum = talk.topic.is_some() && eyes.is_forum(talk.peer);
    let back = if is_in_forum { eyes.href(talk.peer, None) } else { home };
    html! {
        (bar(snapshot, &back, &tools(eyes, talk)))
        (part(snapshot, "pins", "pins-place"))
        div class="history scroll" data-history {
            @if snapshot.list("units").is_empty() {
                (beginning(eyes, talk))
            }
            ol class="units" data-list="units" aria-label="Messages" { (items(snapshot.list("units"))) }
        }
        div class="foot" {
            button type="button" class="round-button to-newest" data-to-newest hidden aria-label="To the newest message" {
                (icon(Icon::Down)) span class="count" data-unseen hidden {}
            }
            (part(snapshot, "notice", "notice-place"))
            (composer(snapshot))
            (part(snapshot, "keyboard", "keyboard-place"))
        }
    }
}

/// What stands in a conversation that has no messages.
fn beginning(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let about =
        talk.peer.user().and_then(|id| eyes.account(id)).map(|account| account.about.as_str()).unwrap_or_default();
    html! {
        div class="empty" data-beginning {
            @if eyes.is_bot(talk.peer) {
                h2 { "What can this bot do?" }
                p dir="auto" { @if about.is_empty() { "It has not said." } @else { (about) } }
            } @else {
                h2 { "No messages yet" }
                p { "Say hello." }
            }
        }
    }
}

fn tools(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let is_user = matches!(talk.peer, Peer::User(id) if id != eyes.viewer);
    html! {
        button type="button" class="icon-button" data-find-open aria-expanded="false" aria-label="Search in this chat" { (icon(Icon::Search)) }
        @if is_user {
            button type="button" class="icon-button" data-chat-menu aria-haspopup="menu" aria-label="More" { (icon(Icon::Dots)) }
            div class="menu" role="menu" popover="auto" data-chat-menu-box aria-label="This chat" {
                button type="button" role="menuitem" tabindex="-1" data-act="block" { "Block" }
                button type="button" role="menuitem" tabindex="-1" data-act="unblock" { "Unblock" }
            }
        }
        div class="find-bar" data-find-bar hidden role="search" {
            input type="search" data-find-input placeholder="Search in this chat" autocomplete="off" aria-label="Search in this chat";
            button type="button" class="icon-button" data-find-close aria-label="Close the search" { (icon(Icon::Close)) }
            div class="find-results" data-find-results {}
        }
    }
}

fn composer(snapshot: &Snapshot) -> Markup {
    html! {
        form class="composer" data-composer autocomplete="off" {
            div class="about" data-about-bar hidden {
                span class="about-icon" data-about-icon {}
                span class="about-body" { span class="about-title" data-about-title {} span class="about-text" data-about-text {} }
                button type="button" class="icon-button" data-about-close aria-label="Cancel" { (icon(Icon::Close)) }
            }
            div class="attached" data-attached hidden {
                ul data-attached-list {}
                label class="attached-as" { "Send as " select data-attached-as {} }
            }
            div class="composer-row" {
                label class="icon-button" title="Attach files" {
                    (icon(Icon::Plus)) span class="quiet" { "Attach files" }
                    input type="file" class="quiet" multiple data-files;
                }
                (part(snapshot, "commands", "commands-place"))
                button type="button" class="icon-button" data-keys-switch hidden aria-expanded="true" aria-label="Keyboard of the bot" { (icon(Icon::Keyboard)) }
                textarea rows="1" data-text placeholder="Message" aria-label="Message" dir="auto" enterkeyhint="send" {}
                button type="button" class="icon-button" data-record aria-label="Record a voice message" { (icon(Icon::Microphone)) }
                button type="submit" class="round-button send" data-send aria-label="Send" { (icon(Icon::Send)) }
            }
            p class="left" data-left hidden role="status" {}
        }
    }
}

/// What pages use for a moment: menus, notes, questions.
fn furniture() -> Markup {
    html! {
        div class="menu" role="menu" popover="auto" data-message-menu aria-label="This message" {
            div class="menu-reactions" role="group" aria-label="React" {
                @for emoji in REACTIONS {
                    button type="button" role="menuitem" tabindex="-1" data-choose=(emoji) aria-label=(format!("React with {emoji}")) { (emoji) }
                }
            }
            button type="button" role="menuitem" tabindex="-1" data-do="reply" { (icon(Icon::Reply)) "Reply" }
            button type="button" role="menuitem" tabindex="-1" data-do="copy" { (icon(Icon::File)) "Copy the text" }
            button type="button" role="menuitem" tabindex="-1" data-do="edit" { (icon(Icon::Pencil)) "Edit" }
            button type="button" role="menuitem" tabindex="-1" data-do="pin" { (icon(Icon::Pin)) span data-pin-label { "Pin" } }
            button type="button" role="menuitem" tabindex="-1" data-do="delete" class="danger" { (icon(Icon::Trash)) "Delete" }
        }
        div class="toast" role="status" aria-live="polite" data-toast {}
        div class="quiet" aria-live="polite" data-news {}
        dialog class="alert" data-alert aria-labelledby="alert-text" {
            p id="alert-text" data-alert-text dir="auto" {}
            div class="alert-buttons" {
                button type="button" class="plain-button" data-alert-no hidden { "Cancel" }
                button type="button" class="wide-button" data-alert-yes { "OK" }
            }
        }
        dialog class="viewer" data-viewer aria-label="Picture" {
            img alt="" data-viewer-picture;
            button type="button" class="icon-button" data-viewer-close aria-label="Close" { (icon(Icon::Close)) }
        }
        noscript { p class="noscript" { "This page needs its script to be kept up to date and to send." } }
    }
}

/// What is shown where a page does not exist.
pub(in crate::phone) fn lost(frame: &Frame<'_>, told: &str, home: &str) -> String {
    let body = html! {
        main class="empty lost" {
            (icon(Icon::Search))
            h1 { (told) }
            p { a class="wide-button" href=(home) { "Back" } }
        }
    };
    frame.page("Not found", &body)
}

/// Everybody whom one can write to, under headings.
pub(in crate::phone) fn everybody(eyes: &Eyes<'_>) -> Markup {
    let contacts: Vec<i64> = eyes.world.mailbox(eyes.viewer).contacts.keys().copied().collect();
    let others = eyes.world.accounts.iter().filter(|account| account.user_id != eyes.viewer);
    let (bots, people): (Vec<&Account>, Vec<&Account>) = others.partition(|account| account.bot);
    let (known, unknown): (Vec<&Account>, Vec<&Account>) =
        people.into_iter().partition(|account| contacts.contains(&account.user_id));
    let channels = eyes.world.channels.values().filter(|channel| channel.username.is_some());
    html! {
        (section("Contacts", known.iter().map(|account| account_entry(eyes, account))))
        (section("Bots", bots.iter().map(|account| account_entry(eyes, account))))
        (section("Other people", unknown.iter().map(|account| account_entry(eyes, account))))
        (section("Public channels and groups", channels.filter(|channel| eyes.may_open(Peer::Channel(channel.id))).map(|channel| {
            let members = counted(i64::try_from(channel.members.len()).unwrap_or(i64::MAX), "member");
            super::rows::entry(eyes, Peer::Channel(channel.id), &members)
        })))
    }
}

fn account_entry(eyes: &Eyes<'_>, account: &Account) -> Markup {
    let named = account.username.as_ref().map(|username| format!("@{username}"));
    super::rows::entry(eyes, Peer::User(account.user_id), &named.unwrap_or_else(|| account.about.clone()))
}

/// Rows under a heading; nothing where there are none.
pub(in crate::phone) fn section(title: &str, rows: impl Iterator<Item = Markup>) -> Markup {
    let rows: Vec<Markup> = rows.collect();
    html! {
        @if !rows.is_empty() {
            h2 class="rows-title" { (title) }
            ol class="rows" { @for row in rows { (row) } }
        }
    }
}
