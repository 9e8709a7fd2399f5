//! The tags that stand for entities, and which addresses may be followed.

use std::fmt::Write;

use grammers_tl_types as tl;
use maud::Escaper;
use tl::enums::MessageEntity;

use super::links::{inner_address, web_address};
use crate::phone::calendar::Calendar;
use crate::phone::eyes::Eyes;
use crate::world::peers::Peer;

/// What stands outside of what, wherever they cross.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Quotes stand outside of everything.
    Quote,
    /// Blocks of code.
    Code,
    /// All that is part of a line.
    Inline,
}

impl Rank {
    pub(super) fn of(entity: &MessageEntity) -> Self {
        match entity {
            MessageEntity::Blockquote(_) => Self::Quote,
            MessageEntity::Pre(_) => Self::Code,
            _ => Self::Inline,
        }
    }
}

/// How an entity is opened and closed.
pub(super) struct Tag {
    pub(super) open: String,
    pub(super) close: &'static str,
    /// It answers to a press, so that nothing inside of it may.
    pub(super) is_interactive: bool,
    /// Where it leads.
    href: Option<String>,
}

impl Tag {
    fn plain(open: &str, close: &'static str) -> Self {
        Self { open: open.to_owned(), close, is_interactive: false, href: None }
    }

    fn link(href: &str, more: &str) -> Self {
        let href = escaped(href);
        Self { open: format!("<a href=\"{href}\"{more}>"), close: "</a>", is_interactive: true, href: Some(href) }
    }

    /// The same, where something around it answers to the press: a spoiler gives its links back once it is open.
    fn inside_interactive(self) -> Self {
        let href = self.href.map(|href| format!(" data-href=\"{href}\"")).unwrap_or_default();
        Self::plain(&format!("<span class=\"linklike\"{href}>"), "</span>")
    }
}

/// What stands for an entity that covers `covered`. Inside of something that answers to a press it only looks like what it is.
pub(super) fn tag_of(eyes: &Eyes<'_>, entity: &MessageEntity, covered: &str, inside_interactive: bool) -> Tag {
    let tag = match entity {
        MessageEntity::Bold(_) => return Tag::plain("<b>", "</b>"),
        MessageEntity::Italic(_) => return Tag::plain("<i>", "</i>"),
        MessageEntity::Underline(_) => return Tag::plain("<u>", "</u>"),
        MessageEntity::Strike(_) => return Tag::plain("<s>", "</s>"),
        MessageEntity::Code(_) => return Tag::plain("<code>", "</code>"),
        MessageEntity::Pre(pre) => return code_block(&pre.language),
        MessageEntity::Blockquote(quote) => return quote_block(quote.collapsed),
        MessageEntity::DiffInsert(_) => return Tag::plain("<ins>", "</ins>"),
        MessageEntity::DiffDelete(_) => return Tag::plain("<del>", "</del>"),
        MessageEntity::DiffReplace(diff) => {
            return Tag { open: format!("<del>{}</del><ins>", escaped(&diff.old_text)), ..Tag::plain("", "</ins>") };
        }
        MessageEntity::CustomEmoji(_) => {
            return Tag::plain("<span class=\"custom-emoji\" title=\"Custom emoji\">", "</span>");
        }
        MessageEntity::FormattedDate(date) => return date_tag(eyes, date, covered),
        MessageEntity::Spoiler(_) => spoiler(),
        MessageEntity::Url(_) => web_link(eyes, covered, ""),
        MessageEntity::TextUrl(link) => {
            let title = format!(" title=\"{}\" data-hides-target", escaped(&link.url));
            let is_plain = covered == link.url || web_address(covered).is_some_and(|shown| shown == link.url);
            web_link(eyes, &link.url, if is_plain { "" } else { &title })
        }
        MessageEntity::Email(_) => Tag::link(&format!("mailto:{covered}"), ""),
        MessageEntity::Phone(_) => {
            let digits: String = covered.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
            Tag::link(&format!("tel:{digits}"), "")
        }
        MessageEntity::Mention(_) => mention(eyes, eyes.world.by_username(covered)),
        MessageEntity::MentionName(mentioned) => mention(eyes, Some(Peer::User(mentioned.user_id))),
        MessageEntity::InputMessageEntityMentionName(_) => mention(eyes, None),
        MessageEntity::Hashtag(_) | MessageEntity::Cashtag(_) => pressed("data-find", covered),
        MessageEntity::BotCommand(_) => pressed("data-say", covered),
        MessageEntity::BankCard(_) | MessageEntity::TonAddress(_) => {
            return Tag::plain("<span class=\"number\">", "</span>");
        }
        MessageEntity::Unknown(_) => return Tag::plain("<span>", "</span>"),
    };
    if inside_interactive { tag.inside_interactive() } else { tag }
}

fn code_block(language: &str) -> Tag {
    if language.trim().is_empty() {
        return Tag::plain("<pre><code>", "</code></pre>");
    }
    let language = escaped(language.trim());
    Tag { open: format!("<pre data-language=\"{language}\"><code>"), ..Tag::plain("", "</code></pre>") }
}

fn quote_block(collapsed: bool) -> Tag {
    if !collapsed {
        return Tag::plain("<blockquote>", "</blockquote>");
    }
    Tag::plain(
        "<blockquote data-expandable><div class=\"clamped\">",
        "</div><button type=\"button\" class=\"more\" data-expand aria-expanded=\"false\">Show more</button></blockquote>",
    )
}

fn spoiler() -> Tag {
    let open = "<span class=\"spoiler\" role=\"button\" tabindex=\"0\" data-spoiler aria-label=\"Hidden text, press to show\">";
    Tag { is_interactive: true, ..Tag::plain(open, "</span>") }
}

fn pressed(what: &str, covered: &str) -> Tag {
    let open = format!("<button type=\"button\" class=\"linklike\" {what}=\"{}\">", escaped(covered));
    Tag { is_interactive: true, ..Tag::plain(&open, "</button>") }
}

fn mention(eyes: &Eyes<'_>, peer: Option<Peer>) -> Tag {
    match peer.filter(|peer| eyes.may_open(*peer)) {
        Some(peer) => Tag::link(&eyes.href(peer, None), " class=\"mention\""),
        None => Tag::plain("<span class=\"mention\">", "</span>"),
    }
}

/// A link to the web, or to a page of the phone where it leads to somebody of the box; only its words where it leads to neither.
fn web_link(eyes: &Eyes<'_>, url: &str, more: &str) -> Tag {
    if let Some(href) = inner_address(eyes, url) {
        return Tag::link(&href, "");
    }
    if let Some(address) = web_address(url) {
        return Tag::link(&address, &format!(" target=\"_blank\" rel=\"noopener noreferrer\"{more}"));
    }
    Tag::plain(&format!("<span class=\"linklike\" title=\"{}\">", escaped(url)), "</span>")
}

fn date_tag(eyes: &Eyes<'_>, date: &tl::types::MessageEntityFormattedDate, covered: &str) -> Tag {
    let calendar = eyes.calendar;
    let shown = formatted_date(calendar, date);
    let title = escaped(&calendar.full(date.date));
    let open = format!("<time datetime=\"{}\" title=\"{title}\" class=\"date\">", Calendar::iso(date.date));
    match shown {
        // The text is what clients show that do not know the entity; what it stands for says the same in the reader's own clock.
        Some(shown) if shown != covered => {
            Tag { open: format!("{open}{}<span hidden>", escaped(&shown)), ..Tag::plain("", "</span></time>") }
        }
        _ => Tag { open, ..Tag::plain("", "</time>") },
    }
}

/// A date in the form that it asks for; nothing if it asks for none.
fn formatted_date(calendar: Calendar, date: &tl::types::MessageEntityFormattedDate) -> Option<String> {
    if date.relative {
        return Some(calendar.distance(date.date));
    }
    let day = date.day_of_week.then_some("%A");
    let on = if date.long_date { Some("%-d %B %Y") } else { date.short_date.then_some("%d.%m.%Y") };
    let at = if date.long_time { Some("%H:%M:%S") } else { date.short_time.then_some("%H:%M") };
    let pattern = [day, on, at].into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!pattern.is_empty()).then(|| calendar.format(date.date, &pattern))
}

pub(super) fn escape_into(out: &mut String, text: &str) {
    // Writing into a string cannot fail.
    let _ = Escaper::new(out).write_str(text);
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::draw::words::words;
    use crate::phone::tests::Looking;

    fn shown(text: &str, entity: impl Into<MessageEntity>) -> String {
        words(&Looking::new().eyes(), text, &[entity.into()]).into_string()
    }

    fn whole(text: &str) -> i32 {
        i32::try_from(text.encode_utf16().count()).expect("short")
    }

    fn text_url(text: &str, url: &str) -> String {
        shown(text, tl::types::MessageEntityTextUrl { offset: 0, length: whole(text), url: url.to_owned() })
    }

    #[test]
    fn only_addresses_that_are_safe_can_be_followed() {
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://a.example/1",
        ] {
            let html = text_url("press", url);
            assert!(!html.contains("href"), "{html}");
        }
        assert!(text_url("press", "https://a.example/?a=1&b=\"").contains("href=\"https://a.example/?a=1&amp;b=%22\""));
        assert!(text_url("press", "a.example:8080/x").contains("href=\"https://a.example:8080/x\""));
    }

    #[test]
    fn a_link_whose_words_hide_its_target_says_so() {
        assert!(text_url("press", "https://a.example/").contains("data-hides-target"));
        let url = "https://a.example/";
        assert!(!text_url(url, url).contains("data-hides-target"));
    }

    #[test]
    fn links_to_somebody_of_the_box_stay_on_the_phone() {
        assert!(text_url("Bob", "https://t.me/bob_lindqvist").contains("href=\"/1001/1002\""));
        assert!(text_url("Bob", "tg://user?id=1002").contains("href=\"/1001/1002\""));
        assert!(text_url("bot", "t.me/invoice_helper_bot?start=a%22b").contains("href=\"/1001/1101?start=a%22b\""));
        assert!(text_url("post", "https://t.me/lantern_weekly/5").contains("href=\"https://t.me/lantern_weekly/5\""));
    }

    #[test]
    fn mentions_lead_to_whom_they_name() {
        let mention = |text: &str| shown(text, tl::types::MessageEntityMention { offset: 0, length: whole(text) });
        assert_eq!(mention("@bob_lindqvist"), "<a href=\"/1001/1002\" class=\"mention\">@bob_lindqvist</a>");
        assert_eq!(mention("@nobody_here"), "<span class=\"mention\">@nobody_here</span>");
    }

    #[test]
    fn nothing_that_answers_to_a_press_is_inside_of_another() {
        let text = "see https://a.example";
        let spoiler = tl::types::MessageEntitySpoiler { offset: 0, length: whole(text) };
        let url = tl::types::MessageEntityUrl { offset: 4, length: 17 };
        let html = words(&Looking::new().eyes(), text, &[spoiler.into(), url.into()]).into_string();
        assert!(html.contains("data-spoiler") && !html.contains("<a "), "{html}");
    }

    #[test]
    fn the_language_of_code_cannot_break_out_of_its_attribute() {
        let pre = tl::types::MessageEntityPre { offset: 0, length: 1, language: "\"><script>".to_owned() };
        assert_eq!(shown("x", pre), "<pre data-language=\"&quot;&gt;&lt;script&gt;\"><code>x</code></pre>");
    }

    #[test]
    fn a_date_is_shown_in_the_form_that_it_asks_for() {
        let date = |short_time, long_date, relative| {
            let moment = 1_793_383_200;
            let (offset, length) = (0, 5);
            shown(
                "later",
                tl::types::MessageEntityFormattedDate {
                    relative,
                    short_time,
                    long_time: false,
                    short_date: false,
                    long_date,
                    day_of_week: false,
                    offset,
                    length,
                    date: moment,
                },
            )
        };
        assert!(date(true, true, false).contains(">30 October 2026, 18:00<"));
        assert!(date(false, false, true).contains(">now<"));
        assert!(date(false, false, false).contains(">later</time>"));
    }

    #[test]
    fn every_style_has_its_tag() {
        let length = 1;
        let offset = 0;
        let cases: [(MessageEntity, &str); 8] = [
            (tl::types::MessageEntityUnderline { offset, length }.into(), "<u>x</u>"),
            (tl::types::MessageEntityStrike { offset, length }.into(), "<s>x</s>"),
            (tl::types::MessageEntityCode { offset, length }.into(), "<code>x</code>"),
            (tl::types::MessageEntityEmail { offset, length }.into(), "<a href=\"mailto:x\">x</a>"),
            (tl::types::MessageEntityPhone { offset, length }.into(), "<a href=\"tel:\">x</a>"),
            (
                tl::types::MessageEntityHashtag { offset, length }.into(),
                "<button type=\"button\" class=\"linklike\" data-find=\"x\">x</button>",
            ),
            (
                tl::types::MessageEntityBotCommand { offset, length }.into(),
                "<button type=\"button\" class=\"linklike\" data-say=\"x\">x</button>",
            ),
            (
                tl::types::MessageEntityCustomEmoji { offset, length, document_id: 1 }.into(),
                "<span class=\"custom-emoji\" title=\"Custom emoji\">x</span>",
            ),
        ];
        for (entity, wanted) in cases {
            assert_eq!(shown("x", entity), wanted);
        }
    }
}
