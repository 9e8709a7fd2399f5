//! What is attached to a message, in one look.

use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::MediaView;

/// Descriptions of links are cut here: they are long and somebody else's.
const DESCRIPTION_MAX: usize = 200;

/// What is attached; none where Telegram says that nothing is.
pub(crate) fn view(media: &tl::enums::MessageMedia, format: ResponseFormat) -> Option<MediaView> {
    use tl::enums::MessageMedia as Media;
    let view = match media {
        Media::Empty => return None,
        Media::Photo(photo) => match &photo.photo {
            Some(tl::enums::Photo::Photo(photo)) => of_photo(photo),
            Some(tl::enums::Photo::Empty(_)) | None => told("photo", "no longer available"),
        },
        Media::Document(document) => match &document.document {
            Some(tl::enums::Document::Document(document)) => of_document(document),
            Some(tl::enums::Document::Empty(_)) | None => told("document", "no longer available"),
        },
        Media::WebPage(page) => of_web_page(&page.webpage)?,
        Media::Poll(poll) => told("poll", poll_line(poll)),
        Media::Geo(place) => told("location", coordinates(&place.geo)),
        Media::GeoLive(place) => told("live_location", coordinates(&place.geo)),
        Media::Venue(venue) => {
            told("location", format!("{}, {} ({})", venue.title, venue.address, coordinates(&venue.geo)))
        }
        Media::Contact(contact) => told(
            "contact",
            format!("{} {} +{}", contact.first_name, contact.last_name, contact.phone_number.trim_start_matches('+')),
        ),
        Media::Dice(dice) => told("dice", format!("{} {}", dice.emoticon, dice.value)),
        Media::Game(game) => {
            let tl::enums::Game::Game(game) = &game.game;
            told("game", game.title.as_str())
        }
        Media::Invoice(invoice) => told(
            "invoice",
            format!("{}: {} {} (smallest units)", invoice.title, invoice.total_amount, invoice.currency),
        ),
        Media::ToDo(list) => told("checklist", checklist_line(list)),
        Media::PaidMedia(paid) => told("paid_media", format!("{} stars", paid.stars_amount)),
        Media::Giveaway(giveaway) => told("giveaway", format!("{} prizes", giveaway.quantity)),
        Media::GiveawayResults(results) => told("giveaway_results", format!("{} winners", results.winners_count)),
        Media::Story(story) => told("story", format!("story {}", story.id)),
        Media::VideoStream(_) => told("video_stream", "a live stream"),
        Media::Unsupported => told("unsupported", "newer than this version knows"),
    };
    Some(match format {
        ResponseFormat::Detailed => view,
        ResponseFormat::Concise => MediaView { width: None, height: None, ..view },
    })
}

fn told(kind: &str, summary: impl Into<String>) -> MediaView {
    MediaView {
        kind: kind.to_owned(),
        name: None,
        mime_type: None,
        size: None,
        seconds: None,
        width: None,
        height: None,
        summary: Some(Foreign::new(summary)),
    }
}

fn of_photo(photo: &tl::types::Photo) -> MediaView {
    let largest = photo.sizes.iter().filter_map(dimensions).max_by_key(|size| size.0);
    MediaView {
        kind: "photo".to_owned(),
        name: None,
        mime_type: None,
        size: largest.map(|(_, _, bytes)| bytes),
        seconds: None,
        width: largest.map(|(width, _, _)| width),
        height: largest.map(|(_, height, _)| height),
        summary: None,
    }
}

/// Width, height and bytes of a size that can be fetched.
fn dimensions(size: &tl::enums::PhotoSize) -> Option<(u32, u32, u64)> {
    use tl::enums::PhotoSize as Size;
    let (width, height, bytes) = match size {
        Size::Size(size) => (size.w, size.h, size.size),
        Size::Progressive(size) => (size.w, size.h, size.sizes.iter().copied().max()?),
        Size::Empty(_) | Size::PhotoCachedSize(_) | Size::PhotoStrippedSize(_) | Size::PhotoPathSize(_) => return None,
    };
    Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?, u64::try_from(bytes).ok()?))
}

fn of_document(document: &tl::types::Document) -> MediaView {
    use tl::enums::DocumentAttribute as Attribute;
    let mut view = MediaView {
        kind: "document".to_owned(),
        name: document_name(document).map(Foreign::new),
        mime_type: Some(document.mime_type.clone()),
        size: u64::try_from(document.size).ok(),
        seconds: None,
        width: None,
        height: None,
        summary: None,
    };
    let mut is_animated = false;
    for attribute in &document.attributes {
        match attribute {
            Attribute::ImageSize(size) => {
                view.width = u32::try_from(size.w).ok();
                view.height = u32::try_from(size.h).ok();
            }
            Attribute::Animated => is_animated = true,
            Attribute::Sticker(sticker) => {
                "sticker".clone_into(&mut view.kind);
                view.summary = Some(Foreign::new(sticker.alt.as_str()));
            }
            Attribute::Video(video) => {
                if view.kind == "document" {
                    let kind = if video.round_message { "video_note" } else { "video" };
                    kind.clone_into(&mut view.kind);
                }
                view.seconds = Some(video.duration.max(0.0).round() as u32);
                view.width = u32::try_from(video.w).ok();
                view.height = u32::try_from(video.h).ok();
            }
            Attribute::Audio(audio) => {
                let kind = if audio.voice { "voice" } else { "audio" };
                kind.clone_into(&mut view.kind);
                view.seconds = u32::try_from(audio.duration).ok();
                view.summary = track(audio.performer.as_deref(), audio.title.as_deref());
            }
            Attribute::Filename(_) | Attribute::HasStickers | Attribute::CustomEmoji(_) => {}
        }
    }
    if is_animated && view.kind != "sticker" {
        "gif".clone_into(&mut view.kind);
    }
    view
}

fn track(performer: Option<&str>, title: Option<&str>) -> Option<Foreign> {
    match (performer, title) {
        (Some(performer), Some(title)) => Some(Foreign::new(format!("{performer} – {title}"))),
        (Some(one), None) | (None, Some(one)) => Some(Foreign::new(one)),
        (None, None) => None,
    }
}

/// The original name of a file.
pub(crate) fn document_name(document: &tl::types::Document) -> Option<&str> {
    document.attributes.iter().find_map(|attribute| match attribute {
        tl::enums::DocumentAttribute::Filename(name) => Some(name.file_name.as_str()),
        _ => None,
    })
}

/// The photo that is attached, also as the picture of a link.
pub(crate) fn photo_of(media: &tl::enums::MessageMedia) -> Option<&tl::types::Photo> {
    let photo = match media {
        tl::enums::MessageMedia::Photo(media) => media.photo.as_ref(),
        tl::enums::MessageMedia::WebPage(media) => match &media.webpage {
            tl::enums::WebPage::Page(page) => page.photo.as_ref(),
            _ => None,
        },
        _ => None,
    };
    match photo? {
        tl::enums::Photo::Photo(photo) => Some(photo),
        tl::enums::Photo::Empty(_) => None,
    }
}

/// The file that is attached, also as the file of a link.
pub(crate) fn document_of(media: &tl::enums::MessageMedia) -> Option<&tl::types::Document> {
    let document = match media {
        tl::enums::MessageMedia::Document(media) => media.document.as_ref(),
        tl::enums::MessageMedia::WebPage(media) => match &media.webpage {
            tl::enums::WebPage::Page(page) => page.document.as_ref(),
            _ => None,
        },
        _ => None,
    };
    match document? {
        tl::enums::Document::Document(document) => Some(document),
        tl::enums::Document::Empty(_) => None,
    }
}

fn of_web_page(page: &tl::enums::WebPage) -> Option<MediaView> {
    match page {
        tl::enums::WebPage::Page(page) => {
            let mut line = page.url.clone();
            for part in [&page.site_name, &page.title, &page.description].into_iter().flatten() {
                line.push_str(" | ");
                line.extend(part.chars().take(DESCRIPTION_MAX));
            }
            Some(told("link", line))
        }
        tl::enums::WebPage::Pending(page) => page.url.as_ref().map(|url| told("link", url.as_str())),
        tl::enums::WebPage::Empty(_) | tl::enums::WebPage::NotModified(_) => None,
    }
}

fn coordinates(point: &tl::enums::GeoPoint) -> String {
    match point {
        tl::enums::GeoPoint::Point(point) => format!("{:.6}, {:.6}", point.lat, point.long),
        tl::enums::GeoPoint::Empty => "unknown place".to_owned(),
    }
}

fn plain(text: &tl::enums::TextWithEntities) -> &str {
    let tl::enums::TextWithEntities::Entities(text) = text;
    &text.text
}

/// The question, each answer with its votes where they may be seen, and the state.
fn poll_line(media: &tl::types::MessageMediaPoll) -> String {
    let tl::enums::Poll::Poll(poll) = &media.poll;
    let tl::enums::PollResults::Results(results) = &media.results;
    let votes_for = |option: &[u8]| {
        results.results.iter().flatten().find_map(|voters| {
            let tl::enums::PollAnswerVoters::Voters(voters) = voters;
            (voters.option == option).then_some((voters.voters.unwrap_or(0), voters.chosen))
        })
    };
    let answers: Vec<String> = poll
        .answers
        .iter()
        .filter_map(|answer| match answer {
            tl::enums::PollAnswer::Answer(answer) => Some(answer),
            tl::enums::PollAnswer::InputPollAnswer(_) => None,
        })
        .map(|answer| match votes_for(&answer.option) {
            Some((votes, true)) => format!("{}: {votes} (mine)", plain(&answer.text)),
            Some((votes, false)) => format!("{}: {votes}", plain(&answer.text)),
            None => plain(&answer.text).to_owned(),
        })
        .collect();
    let state = if poll.closed { ", closed" } else { "" };
    format!("{} [{}] {} votes{state}", plain(&poll.question), answers.join("; "), results.total_voters.unwrap_or(0))
}

fn checklist_line(media: &tl::types::MessageMediaToDo) -> String {
    let tl::enums::TodoList::List(list) = &media.todo;
    let is_done = |id: i32| {
        media.completions.iter().flatten().any(|completion| {
            let tl::enums::TodoCompletion::Completion(completion) = completion;
            completion.id == id
        })
    };
    let items: Vec<String> = list
        .list
        .iter()
        .map(|tl::enums::TodoItem::Item(item)| {
            let mark = if is_done(item.id) { "x" } else { " " };
            format!("[{mark}] {}", plain(&item.title))
        })
        .collect();
    format!("{}: {}", plain(&list.title), items.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(attributes: Vec<tl::enums::DocumentAttribute>) -> tl::enums::MessageMedia {
        tl::types::MessageMediaDocument {
            nopremium: false,
            spoiler: false,
            video: false,
            round: false,
            voice: false,
            document: Some(
                tl::types::Document {
                    id: 1,
                    access_hash: 2,
                    file_reference: Vec::new(),
                    date: 0,
                    mime_type: "audio/ogg".to_owned(),
                    size: 1234,
                    thumbs: None,
                    video_thumbs: None,
                    dc_id: 2,
                    attributes,
                }
                .into(),
            ),
            alt_documents: None,
            video_cover: None,
            video_timestamp: None,
            ttl_seconds: None,
        }
        .into()
    }

    #[test]
    fn a_voice_note_is_told_apart_from_music() {
        let audio = |voice| {
            document(vec![
                tl::types::DocumentAttributeAudio {
                    voice,
                    duration: 7,
                    title: Some("Song".to_owned()),
                    performer: Some("Band".to_owned()),
                    waveform: None,
                }
                .into(),
            ])
        };
        let voice = view(&audio(true), ResponseFormat::Concise).unwrap();
        assert_eq!((voice.kind.as_str(), voice.seconds), ("voice", Some(7)));
        let music = view(&audio(false), ResponseFormat::Concise).unwrap();
        assert_eq!(music.kind, "audio");
        assert_eq!(music.summary.unwrap().as_str(), "Band – Song");
    }

    #[test]
    fn a_file_keeps_its_name_and_size() {
        let media = document(vec![tl::types::DocumentAttributeFilename { file_name: "notes.txt".to_owned() }.into()]);
        let file = view(&media, ResponseFormat::Concise).unwrap();
        assert_eq!(file.kind, "document");
        assert_eq!(file.name.unwrap().as_str(), "notes.txt");
        assert_eq!(file.size, Some(1234));
    }

    #[test]
    fn pixels_are_for_detail() {
        let media = document(vec![tl::types::DocumentAttributeImageSize { w: 640, h: 480 }.into()]);
        assert_eq!(view(&media, ResponseFormat::Concise).unwrap().width, None);
        assert_eq!(view(&media, ResponseFormat::Detailed).unwrap().width, Some(640));
    }
}
