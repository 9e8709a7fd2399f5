//! Rich messages: texts that are laid out as articles are, with headings, lists, tables and pictures between the paragraphs.
//!
//! They come in the blocks of Telegram's own pages. What a phone in a browser cannot show says so in its place; nothing is left out silently.

mod line;
mod lists;
mod table;

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::{PageBlock, PageCaption, RichText};

use super::cards;
use super::keyboard;
use super::links::web_address;
use super::media::{document, gone};
use super::pictures;
use crate::phone::calendar::Calendar;
use crate::phone::eyes::Eyes;
use crate::world::keyboards::{InlineButton, Look};
use crate::world::media::Place;
use crate::world::messages::Message;
use line::{plain, single_line};

/// Blocks may stand in each other so deep. Telegram allows sixteen; whatever is deeper is not drawn.
const DEPTH_MAX: usize = 24;

/// Draws a rich message, or one that is still being written.
pub(in crate::phone) fn rich(eyes: &Eyes<'_>, message: Option<&Message>, rich: &tl::types::RichMessage) -> Markup {
    let desk = Desk { eyes, message, depth: 0, is_pressed: false };
    html! { div class="words rich" dir=(if rich.rtl { "rtl" } else { "auto" }) { (desk.blocks(&rich.blocks)) } }
}

/// Where blocks are drawn.
#[derive(Clone, Copy)]
struct Desk<'a> {
    eyes: &'a Eyes<'a>,
    /// The message that they belong to, once it is sent: its buttons can be pressed.
    message: Option<&'a Message>,
    depth: usize,
    /// Something around it answers to a press.
    is_pressed: bool,
}

impl Desk<'_> {
    fn inside(self) -> Option<Self> {
        (self.depth < DEPTH_MAX).then_some(Self { depth: self.depth + 1, ..self })
    }

    fn blocks(self, blocks: &[PageBlock]) -> Markup {
        html! {
            @if let Some(inside) = self.inside() {
                @for block in blocks { (inside.block(block)) }
            } @else {
                p class="gone" { "This goes deeper than the phone shows." }
            }
        }
    }

    fn line(self, text: &RichText) -> Markup {
        line::line(self, text)
    }

    fn block(self, block: &PageBlock) -> Markup {
        if let Some((level, text)) = heading(block) {
            return html! {
                p class=(format!("heading h{level}")) role="heading" aria-level=(level + 2) dir="auto" { (self.line(text)) }
            };
        }
        match block {
            PageBlock::Paragraph(block) => html! { p dir="auto" { (self.line(&block.text)) } },
            PageBlock::Footer(block) => html! { p class="small" dir="auto" { (self.line(&block.text)) } },
            PageBlock::Kicker(block) => html! { p class="small" dir="auto" { (self.line(&block.text)) } },
            PageBlock::AuthorDate(block) => self.author(block),
            PageBlock::Thinking(block) => html! { p class="thinking" dir="auto" { (self.line(&block.text)) } },
            PageBlock::Preformatted(block) => html! {
                pre data-language=[Some(block.language.trim()).filter(|language| !language.is_empty())] { code { (self.line(&block.text)) } }
            },
            PageBlock::Math(block) => html! { p class="math" { code { (block.source) } } },
            PageBlock::Divider => html! { hr; },
            PageBlock::Blockquote(quote) => self.quote(quote),
            PageBlock::Pullquote(quote) => html! {
                blockquote class="pull" dir="auto" { (self.line(&quote.text)) (self.by(&quote.caption)) }
            },
            PageBlock::BlockquoteBlocks(quote) => html! {
                blockquote { (self.blocks(&quote.blocks)) (self.by(&quote.caption)) }
            },
            PageBlock::List(list) => self.list(list),
            PageBlock::OrderedList(list) => self.ordered_list(list),
            PageBlock::Table(table) => self.table(table),
            PageBlock::Details(details) => html! {
                details open[details.open] { summary dir="auto" { (Desk { is_pressed: true, ..self }.line(&details.title)) } (self.blocks(&details.blocks)) }
            },
            PageBlock::Collage(group) => self.group(&group.items, &group.caption),
            PageBlock::Slideshow(group) => self.group(&group.items, &group.caption),
            PageBlock::Cover(cover) => self.blocks(std::slice::from_ref(&cover.cover)),
            PageBlock::ButtonRow(row) => self.buttons(row),
            other => self.carried(other),
        }
    }

    fn author(self, block: &tl::types::PageBlockAuthorDate) -> Markup {
        let date = block.published_date;
        html! {
            p class="small" dir="auto" {
                (self.line(&block.author))
                @if date > 0 { " · " time datetime=(Calendar::iso(date)) { (self.eyes.calendar.full(date)) } }
            }
        }
    }

    fn quote(self, quote: &tl::types::PageBlockBlockquote) -> Markup {
        html! {
            @if quote.collapsed {
                blockquote data-expandable dir="auto" {
                    div class="clamped" { (self.line(&quote.text)) }
                    button type="button" class="more" data-expand aria-expanded="false" { "Show more" }
                    (self.by(&quote.caption))
                }
            } @else {
                blockquote dir="auto" { (self.line(&quote.text)) (self.by(&quote.caption)) }
            }
        }
    }

    /// Whose words a quote holds.
    fn by(self, caption: &RichText) -> Markup {
        html! { @if !plain(caption, 0).is_empty() { p class="small" { (self.line(caption)) } } }
    }

    fn buttons(self, row: &tl::types::PageBlockButtonRow) -> Markup {
        html! {
            div class="keys" { div class="key-row" { @for tl::enums::PageButton::Button(button) in &row.buttons {
                (self.button(&plain(&button.text, 0), &button.r#type))
            } } }
        }
    }

    /// A button in the text. While the message is being written, there is nobody to press it to.
    fn button(self, text: &str, kind: &tl::enums::InlineButtonType) -> Markup {
        let Some((message, action)) = self.message.zip(keyboard::action_of(kind)) else {
            return html! { button type="button" class="key" disabled { bdi { (text) } } };
        };
        keyboard::inline_button(
            self.eyes,
            message,
            &InlineButton { text: text.to_owned(), look: Look::default(), action },
        )
    }

    fn group(self, items: &[PageBlock], caption: &PageCaption) -> Markup {
        html! { figure { div class="album" data-count=(items.len()) { (self.blocks(items)) } (self.caption(caption)) } }
    }

    /// What is carried between the paragraphs.
    fn carried(self, block: &PageBlock) -> Markup {
        let eyes = self.eyes;
        let (shown, caption) = match block {
            PageBlock::Photo(photo) => {
                (pictures::picture(eyes, photo.photo_id, "Photo", photo.spoiler), Some(&photo.caption))
            }
            PageBlock::Video(video) => (self.document(video.video_id, video.spoiler), Some(&video.caption)),
            PageBlock::Audio(audio) => (self.document(audio.audio_id, false), Some(&audio.caption)),
            PageBlock::Document(file) => (self.document(file.document_id, false), Some(&file.caption)),
            PageBlock::Map(map) => {
                let place = match &map.geo {
                    tl::enums::GeoPoint::Point(point) => Place { lat: point.lat, long: point.long, ..Place::default() },
                    tl::enums::GeoPoint::Empty => Place::default(),
                };
                (cards::place(&place), Some(&map.caption))
            }
            PageBlock::Embed(embed) => (elsewhere(embed.url.as_deref()), Some(&embed.caption)),
            PageBlock::EmbedPost(post) => (elsewhere(Some(&post.url)), Some(&post.caption)),
            PageBlock::Anchor(_) => return html! {},
            _ => (html! { p class="gone" { "The phone does not show this part." } }, None),
        };
        html! { figure { (shown) @if let Some(caption) = caption { (self.caption(caption)) } } }
    }

    fn document(self, id: i64, is_covered: bool) -> Markup {
        let found = self.eyes.world.files.document(id);
        found.map_or_else(|| gone("file"), |found| document(self.eyes, found, is_covered))
    }

    fn caption(self, caption: &PageCaption) -> Markup {
        let PageCaption::Caption(caption) = caption;
        let (text, credit) = (plain(&caption.text, 0), plain(&caption.credit, 0));
        html! {
            @if !text.is_empty() || !credit.is_empty() {
                figcaption class="small" dir="auto" {
                    (self.line(&caption.text))
                    @if !text.is_empty() && !credit.is_empty() { " · " }
                    (self.line(&caption.credit))
                }
            }
        }
    }
}

/// Nothing is loaded from elsewhere; it can only be opened there.
fn elsewhere(url: Option<&str>) -> Markup {
    html! {
        @match url.and_then(web_address) {
            Some(href) => a href=(href) target="_blank" rel="noopener noreferrer" { (single_line(&href)) },
            None => p class="gone" { "Something from elsewhere." },
        }
    }
}

/// A block that is a heading, and how high it stands.
fn heading(block: &PageBlock) -> Option<(u8, &RichText)> {
    Some(match block {
        PageBlock::Title(block) => (1, &block.text),
        PageBlock::Heading1(block) => (1, &block.text),
        PageBlock::Header(block) => (2, &block.text),
        PageBlock::Heading2(block) => (2, &block.text),
        PageBlock::Subtitle(block) => (3, &block.text),
        PageBlock::Subheader(block) => (3, &block.text),
        PageBlock::Heading3(block) => (3, &block.text),
        PageBlock::Heading4(block) => (4, &block.text),
        PageBlock::Heading5(block) => (4, &block.text),
        PageBlock::Heading6(block) => (4, &block.text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
