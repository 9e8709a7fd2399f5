//! One message as a bubble: who, what it answers, what it carries and says, and what became of it.

use grammers_tl_types as tl;
use maud::{Markup, html};

use super::face::{Icon, face, icon};
use super::keyboard;
use super::media::{self, is_bare, is_picture};
use super::pictures;
use super::rich::rich;
use super::snippet::snippet;
use super::tags::Rank;
use super::words::words;
use crate::phone::calendar::Calendar;
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;
use crate::world::messages::{Forward, Media, Message, Reply};
use crate::world::peers::Peer;
use crate::world::rights::Right;
use crate::world::view::rich::view_rich;

/// Messages that are shown in one bubble: one, or the pictures of an album.
pub(super) struct Bubble<'a> {
    pub(super) talk: Talk,
    pub(super) messages: &'a [&'a Message],
    /// The first of several by the same author.
    pub(super) begins_run: bool,
    /// The last of several by the same author.
    pub(super) ends_run: bool,
}

impl<'a> Bubble<'a> {
    /// The message that speaks for all: the one with the words.
    fn speaker(&self) -> &'a Message {
        let with_words = self.messages.iter().find(|message| !message.text.shown.is_empty());
        with_words.or(self.messages.first()).expect("a bubble holds at least one message")
    }

    pub(super) fn key(&self) -> String {
        format!("m{}", self.messages.first().map_or(0, |message| message.id))
    }

    pub(super) fn draw(&self, eyes: &Eyes<'_>) -> Markup {
        let message = self.speaker();
        let is_out = is_out(eyes, self.talk.peer, message);
        let shows_author = eyes.is_shared(self.talk.peer) && !is_out;
        let class = self.class(eyes, message, is_out);
        let ids: Vec<String> = self.messages.iter().map(|message| message.id.to_string()).collect();
        html! {
            li class=(class) data-key=(self.key()) data-id=(message.id) data-ids=(ids.join(" ")) tabindex="-1"
                data-own[message.writer() == Some(eyes.viewer)]
                data-edit=[may_edit(eyes, self.talk.peer, message).then_some(&message.text.shown)]
                data-pinned[message.is_pinned()]
                data-delete[may_delete(eyes, self.talk.peer, message)]
                data-about=(format!("{}: {}", eyes.short_name(message.from), snippet(eyes, self.talk.peer, message))) {
                @if shows_author {
                    div class="beside" { @if self.ends_run { (face(eyes, message.from)) } }
                }
                div class="body" {
                    div class="bubble" {
                        @if shows_author && self.begins_run {
                            (author(eyes, self.talk.peer, message))
                        }
                        (self.inside(eyes, message))
                        button type="button" class="menu-button" data-menu tabindex="-1" aria-haspopup="menu" aria-label="Actions for this message" { (icon(Icon::Down)) }
                    }
                    (keyboard::inline(eyes, message))
                }
            }
        }
    }

    fn class(&self, eyes: &Eyes<'_>, message: &Message, is_out: bool) -> String {
        let mut class = format!("unit message {}", if is_out { "out" } else { "in" });
        let mut add = |holds: bool, name: &str| {
            if holds {
                class.push(' ');
                class.push_str(name);
            }
        };
        add(self.begins_run, "first");
        add(self.ends_run, "last");
        let media = message.media();
        add(media.is_some_and(|media| is_picture(eyes, media)), "pictured");
        add(media.is_some_and(|media| is_bare(eyes, media)), "bare");
        add(message.text.shown.is_empty(), "wordless");
        add(media.is_none() && message.rich().is_none() && is_emoji_only(&message.text.shown), "huge");
        add(is_tucked(message), "tucked");
        class
    }

    fn inside(&self, eyes: &Eyes<'_>, message: &Message) -> Markup {
        let carried = self.carried(eyes, message);
        let is_page = matches!(message.media(), Some(Media::Page(_)));
        let preview_stands_above =
            message.extra.as_ref().and_then(|extra| extra.preview.as_deref()).is_some_and(|preview| preview.above);
        let stands_above = if is_page { preview_stands_above } else { !message.look().caption_above };
        html! {
            @if let Some(forward) = message.forward() {
                (forwarded(eyes, forward))
            }
            @if let Some(reply) = message.reply() {
                (quoted(eyes, self.talk, reply))
            }
            @if stands_above { (carried) }
            (said(eyes, message))
            @if !stands_above { (carried) }
            (reactions(eyes, message))
            (footer(eyes, self.talk.peer, message))
            (comments(eyes, message))
        }
    }
}

impl Bubble<'_> {
    /// What the messages carry beside words.
    fn carried(&self, eyes: &Eyes<'_>, message: &Message) -> Markup {
        if self.messages.len() > 1 {
            return pictures::album(eyes, self.messages);
        }
        message.media().map_or_else(|| html! {}, |carried| media::media(eyes, message, carried))
    }
}

/// The words of a message. Those of a rich one are laid out; its plain copy is for clients that cannot do that.
fn said(eyes: &Eyes<'_>, message: &Message) -> Markup {
    if let Some(laid_out) = message.rich() {
        let tl::enums::RichMessage::Message(laid_out) = view_rich(laid_out);
        return rich(eyes, Some(message), &laid_out);
    }
    let text = &message.text.shown;
    html! {
        @if !text.is_empty() {
            div class="words" dir="auto" { (words(eyes, text, message.entities())) }
        }
    }
}

/// Whether a message stands on the viewer's side. Posts of channels never do: nobody talks there.
fn is_out(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> bool {
    let is_post = eyes.channel(peer).is_some_and(crate::world::chats::Channel::is_broadcast);
    !is_post && message.writer() == Some(eyes.viewer)
}

fn may_edit(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> bool {
    let has_words = !message.text.shown.is_empty() || message.media().is_some();
    let is_poll = matches!(message.media(), Some(Media::Poll(_)));
    has_words && !is_poll && eyes.world.may_edit(eyes.viewer, peer, message.id).is_ok()
}

fn may_delete(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> bool {
    let is_own = message.writer() == Some(eyes.viewer);
    match peer {
        Peer::User(_) => true,
        Peer::Group(id) => {
            let role = eyes.world.groups.get(&id).and_then(|group| group.role(eyes.viewer));
            is_own || !matches!(role, None | Some(crate::world::chats::Role::Member))
        }
        Peer::Channel(_) => is_own || eyes.world.may(eyes.viewer, peer, Right::Delete),
    }
}

/// Whether the time fits into the last line of the words: where they come last, run from left to right, and do not end in a block.
fn is_tucked(message: &Message) -> bool {
    let text = message.text.shown.as_str();
    let ends_in_block =
        message.rich().is_some() || message.entities().iter().any(|entity| Rank::of(entity) != Rank::Inline);
    let is_followed = matches!(message.media(), Some(Media::Page(_))) || message.look().caption_above;
    !text.is_empty() && !ends_in_block && !is_followed && message.reactions().is_empty() && !runs_leftwards(text)
}

/// Whether a text begins with a letter of a script that is written from right to left.
fn runs_leftwards(text: &str) -> bool {
    let is_leftward = |letter: char| matches!(u32::from(letter), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff);
    text.chars().find(|letter| letter.is_alphabetic()).is_some_and(is_leftward)
}

/// Up to three emoji and nothing else are shown large.
fn is_emoji_only(text: &str) -> bool {
    const SHOWN_LARGE: usize = 3;
    let is_joiner = |letter: char| matches!(letter, '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{20e3}');
    let is_emoji = |letter: char| matches!(u32::from(letter), 0x2600..=0x27bf | 0x2b50..=0x2b55 | 0x1f000..=0x1faff);
    let mut pictures = 0;
    let mut belongs_to_last = false;
    for letter in text.chars() {
        if is_joiner(letter) {
            belongs_to_last = letter == '\u{200d}';
        } else if is_emoji(letter) {
            pictures += usize::from(!belongs_to_last);
            belongs_to_last = false;
        } else {
            return false;
        }
    }
    (1..=SHOWN_LARGE).contains(&pictures)
}

fn author(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> Markup {
    let name = eyes.name(message.from);
    let is_admin = match peer {
        Peer::Channel(_) => {
            let by = message.from.user();
            eyes.channel(peer).zip(by).is_some_and(|(channel, by)| channel.is_admin(by))
        }
        Peer::User(_) | Peer::Group(_) => false,
    };
    html! {
        div class="author-line" {
            @if eyes.may_open(message.from) {
                a class=(format!("author c{}", Eyes::colour(message.from))) href=(eyes.href(message.from, None)) { bdi { (name) } }
            } @else {
                span class=(format!("author c{}", Eyes::colour(message.from))) { bdi { (name) } }
            }
            @if is_admin { span class="badge" { "admin" } }
            @if eyes.is_bot(message.from) { span class="badge" { "bot" } }
        }
    }
}

fn forwarded(eyes: &Eyes<'_>, forward: &Forward) -> Markup {
    let name = eyes.name(forward.from);
    html! {
        div class="forwarded" {
            "Forwarded from "
            @if eyes.may_open(forward.from) {
                a href=(forward.post.map_or_else(|| eyes.href(forward.from, None), |post| eyes.href_of(forward.from, None, post))) { bdi { (name) } }
            } @else {
                bdi { (name) }
            }
        }
    }
}

/// The message that this one answers, where that is not only the topic that it stands in.
fn quoted(eyes: &Eyes<'_>, talk: Talk, reply: &Reply) -> Markup {
    if talk.topic == Some(reply.to) || (reply.forum && reply.top.is_none()) {
        return html! {};
    }
    let Some(answered) = eyes.world.thread(eyes.viewer, talk.peer).get(reply.to) else {
        return html! { div class="quoted gone" { "Deleted message" } };
    };
    let shown = reply.quote.clone().unwrap_or_else(|| snippet(eyes, talk.peer, answered));
    html! {
        a class=(format!("quoted c{}", Eyes::colour(answered.from))) href=(eyes.href_of(talk.peer, talk.topic, answered.id)) data-goto=(answered.id) {
            span class="quoted-name" { bdi { (eyes.name(answered.from)) } }
            span class="quoted-text" { bdi { (shown) } }
        }
    }
}

/// Reactions counted by emoji, in the order in which they came first.
fn reactions(eyes: &Eyes<'_>, message: &Message) -> Markup {
    let mut counted: Vec<(&str, Vec<i64>)> = Vec::new();
    for reacted in message.reactions() {
        match counted.iter_mut().find(|(emoji, _)| *emoji == reacted.emoji) {
            Some((_, by)) => by.push(reacted.by),
            None => counted.push((&reacted.emoji, vec![reacted.by])),
        }
    }
    html! {
        @if !counted.is_empty() {
            div class="reactions" {
                @for (emoji, by) in counted {
                    @let is_mine = by.contains(&eyes.viewer);
                    @let names: Vec<String> = by.iter().map(|user| eyes.short_name(Peer::User(*user))).collect();
                    button type="button" class="reaction" data-react=(emoji) data-id=(message.id) aria-pressed=(is_mine)
                        title=(names.join(", ")) {
                        span { (emoji) } " " span { (by.len()) }
                        span class="quiet" { " from " (names.join(", ")) }
                    }
                }
            }
        }
    }
}

/// The way to what people wrote under a channel post.
fn comments(eyes: &Eyes<'_>, message: &Message) -> Markup {
    let discussion = message.extra.as_ref().and_then(|extra| extra.discussion);
    let group = match message.from {
        Peer::Channel(id) => eyes.world.channels.get(&id).and_then(|channel| channel.linked),
        Peer::User(_) | Peer::Group(_) => None,
    };
    let Some((top, group)) = discussion.zip(group) else { return html! {} };
    let count = eyes.world.channels.get(&group).map_or(0, |group| group.strand(top).len());
    let label = match count {
        0 => "Leave a comment".to_owned(),
        1 => "1 comment".to_owned(),
        count => format!("{count} comments"),
    };
    html! {
        a class="comments" href=(eyes.href(Peer::Channel(group), Some(top))) { (icon(Icon::Comments)) span { (label) } }
    }
}

fn footer(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> Markup {
    let extra = message.extra.as_deref();
    let is_post = eyes.channel(peer).is_some_and(crate::world::chats::Channel::is_broadcast);
    html! {
        div class="meta" {
            @if message.is_pinned() {
                span class="meta-icon" title="Pinned" { (icon(Icon::Pin)) span class="quiet" { "pinned" } }
            }
            @if let Some(views) = extra.map(|extra| extra.views).filter(|views| is_post && *views > 0) {
                span { (views) " " (if views == 1 { "view" } else { "views" }) }
            }
            @if message.is_edited() {
                span { "edited" }
            }
            time datetime=(Calendar::iso(message.date)) title=(eyes.calendar.full(message.date)) { (eyes.calendar.clock(message.date)) }
            @if is_out(eyes, peer, message) {
                (ticks(is_read(eyes, peer, message)))
            }
        }
    }
}

/// Whether anybody else has read a message of the viewer.
pub(super) fn is_read(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> bool {
    let mark = eyes.world.mailbox(eyes.viewer).dialogs.get(&peer).map_or(0, |dialog| dialog.read_outbox);
    peer == Peer::User(eyes.viewer) || message.id <= mark
}

/// One tick for sent, two for read.
pub(super) fn ticks(is_read: bool) -> Markup {
    let (class, label) = if is_read { ("ticks read", "Read") } else { ("ticks", "Sent") };
    html! {
        span class=(class) title=(label) {
            svg class="icon" viewBox="0 0 24 24" aria-hidden="true" {
                path d="M2 13l4 4L14 7" {}
                @if is_read { path d="M11 15l2 2 8-10" {} }
            }
            span class="quiet" { (label) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::phone::tests::{ALICE, Looking};
    use crate::world::posting::Draft;
    use crate::world::rich::{Block, Cell, Line, Rich};
    use crate::world::telling::Cause;

    const BOT: i64 = 1101;

    fn rich_from_bot(blocks: Vec<Block>) -> String {
        let mut looking = Looking::new();
        looking.world.start_bot(&Cause::by(ALICE), BOT, "").expect("allowed");
        let rich = Rich { blocks, rtl: false };
        let text = rich.plain();
        let id = looking.post(BOT, Peer::User(ALICE), Draft { rich: Some(Arc::new(rich)), ..Draft::text(text) });
        looking.unit(Peer::User(BOT), id)
    }

    #[test]
    fn a_rich_message_is_laid_out_and_said_once() {
        let bold = tl::types::MessageEntityBold { offset: 0, length: 3 }.into();
        let line = Line { text: "ten <b>".to_owned(), entities: vec![bold] };
        let html = rich_from_bot(vec![
            Block::Heading(2, Line::plain("Costs")),
            Block::Paragraph(line),
            Block::Table(vec![vec![Cell { line: Line::plain("Train"), header: true }]]),
        ]);
        assert!(html.contains("aria-level=\"4\" dir=\"auto\">Costs</p>"), "{html}");
        assert!(html.contains("<b>ten</b> &lt;b&gt;"), "{html}");
        assert!(html.contains("<th") && html.contains(">Train</th>"), "{html}");
        assert_eq!(html.matches("class=\"words").count(), 1, "the plain copy stands beside it: {html}");
    }

    #[test]
    fn blocks_are_neither_large_nor_share_a_line_with_the_time() {
        let html = rich_from_bot(vec![Block::Paragraph(Line::plain("🎉"))]);
        let class = html.split('"').nth(1).expect("a class");
        assert!(class.starts_with("unit message"), "{class}");
        assert!(class.split(' ').all(|name| !["huge", "tucked", "wordless"].contains(&name)), "{class}");
    }

    #[test]
    fn the_time_stays_out_of_words_that_run_leftwards() {
        assert!(runs_leftwards("«سأحضر» the tea") && runs_leftwards("שלום"));
        assert!(!runs_leftwards("tea سأحضر") && !runs_leftwards("12 😀"));
    }

    #[test]
    fn a_few_emoji_are_large_and_words_are_not() {
        for text in ["🎉", "👩‍👩‍👧‍👦", "👍🏽", "❤️", "😀😀😀"] {
            assert!(is_emoji_only(text), "{text}");
        }
        for text in ["", "a", "😀 yes", "😀😀😀😀", "5"] {
            assert!(!is_emoji_only(text), "{text}");
        }
    }
}
