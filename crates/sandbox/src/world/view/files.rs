//! Photos, documents, polls and link previews as they travel inside a message.

use grammers_tl_types as tl;

use super::blank;
use crate::world::World;
use crate::world::files::FILES_DC;
use crate::world::media::{Live, Media, Place};
use crate::world::peers::mix;
use crate::world::polls::Poll;

impl World {
    /// A photo and the one size in which it is kept.
    pub fn view_photo(&self, id: i64) -> Option<tl::enums::Photo> {
        let photo = self.files.photo(id)?;
        let size = |kind: &str| {
            tl::types::PhotoSize {
                r#type: kind.to_owned(),
                w: photo.width,
                h: photo.height,
                size: super::count(photo.bytes.len()),
            }
            .into()
        };
        let view = tl::types::Photo {
            has_stickers: false,
            id,
            access_hash: self.files.access_hash(id),
            file_reference: self.files.reference(id),
            date: photo.date,
            sizes: vec![size("m"), size("x")],
            video_sizes: None,
            dc_id: FILES_DC,
        };
        Some(view.into())
    }

    /// A document and its attributes.
    pub fn view_document(&self, id: i64) -> Option<tl::enums::Document> {
        let document = self.files.document(id)?;
        let view = tl::types::Document {
            id,
            access_hash: self.files.access_hash(id),
            file_reference: self.files.reference(id),
            date: document.date,
            mime_type: document.mime_type.clone(),
            size: i64::try_from(document.bytes.len()).unwrap_or(i64::MAX),
            thumbs: document.thumb.and_then(|thumb| self.view_thumb(thumb)),
            video_thumbs: None,
            dc_id: FILES_DC,
            attributes: document.attributes.clone(),
        };
        Some(view.into())
    }

    /// The small picture of a document.
    fn view_thumb(&self, id: i64) -> Option<Vec<tl::enums::PhotoSize>> {
        let photo = self.files.photo(id)?;
        let size = super::count(photo.bytes.len());
        Some(vec![tl::types::PhotoSize { r#type: "m".to_owned(), w: photo.width, h: photo.height, size }.into()])
    }

    /// What a message carries.
    pub fn view_media(&self, viewer: i64, media: &Media) -> tl::enums::MessageMedia {
        match media {
            Media::Photo(id) => {
                let photo = self.view_photo(*id);
                tl::types::MessageMediaPhoto { photo, ..blank(&[]) }.into()
            }
            Media::Document(id) => self.view_document_media(*id),
            Media::Poll(id) => match self.polls.get(*id) {
                Some(poll) => tl::types::MessageMediaPoll {
                    poll: view_poll(viewer, poll),
                    results: view_poll_results(viewer, poll),
                    attached_media: None,
                }
                .into(),
                None => tl::enums::MessageMedia::Empty,
            },
            Media::Contact(contact) => tl::types::MessageMediaContact::clone(contact).into(),
            Media::LivePhoto(photo, video) => {
                let (photo, video) = (self.view_photo(*photo), self.view_document(*video));
                tl::types::MessageMediaPhoto { live_photo: true, photo, video, ..blank(&[]) }.into()
            }
            Media::Place(place) => view_place(place),
            Media::Venue(venue) => tl::types::MessageMediaVenue {
                geo: view_point(&venue.place),
                title: venue.title.clone(),
                address: venue.address.clone(),
                provider: venue.provider.clone(),
                venue_id: venue.id.clone(),
                venue_type: venue.kind.clone(),
            }
            .into(),
            Media::Dice(dice) => {
                let (value, emoticon) = (dice.value, dice.emoji.clone());
                tl::types::MessageMediaDice { value, emoticon, game_outcome: None }.into()
            }
            Media::Page(url) => view_page(url),
        }
    }

    fn view_document_media(&self, id: i64) -> tl::enums::MessageMedia {
        let Some(document) = self.files.document(id) else {
            return tl::enums::MessageMedia::Empty;
        };
        let mut media: tl::types::MessageMediaDocument = blank(&[]);
        for attribute in &document.attributes {
            match attribute {
                tl::enums::DocumentAttribute::Audio(audio) => media.voice |= audio.voice,
                tl::enums::DocumentAttribute::Video(video) => {
                    media.video = !video.round_message;
                    media.round = video.round_message;
                }
                _ => {}
            }
        }
        media.document = self.view_document(id);
        media.into()
    }
}

fn view_point(place: &Place) -> tl::enums::GeoPoint {
    tl::types::GeoPoint { lat: place.lat, long: place.long, access_hash: 0, accuracy_radius: place.accuracy }.into()
}

fn view_place(place: &Place) -> tl::enums::MessageMedia {
    let geo = view_point(place);
    match place.live {
        None => tl::types::MessageMediaGeo { geo }.into(),
        Some(Live { period, heading, proximity }) => {
            tl::types::MessageMediaGeoLive { geo, heading, period, proximity_notification_radius: proximity }.into()
        }
    }
}

fn words(text: &str, entities: &[tl::enums::MessageEntity]) -> tl::enums::TextWithEntities {
    tl::types::TextWithEntities { text: text.to_owned(), entities: entities.to_vec() }.into()
}

/// The question and its answers.
pub(crate) fn view_poll(viewer: i64, poll: &Poll) -> tl::enums::Poll {
    let answer = |(place, (text, option)): (usize, &(String, Vec<u8>))| {
        let entities = poll.answer_entities.get(place).map(Vec::as_slice).unwrap_or_default();
        let (text, option) = (words(text, entities), option.clone());
        tl::types::PollAnswer { text, option, media: None, added_by: None, date: None }.into()
    };
    tl::types::Poll {
        id: poll.id,
        closed: poll.closed,
        public_voters: poll.public,
        multiple_choice: poll.multiple,
        quiz: poll.correct.is_some(),
        open_answers: false,
        revoting_disabled: false,
        shuffle_answers: false,
        hide_results_until_close: false,
        creator: poll.creator == viewer,
        subscribers_only: false,
        question: words(&poll.question, &poll.question_entities),
        answers: poll.answers.iter().enumerate().map(answer).collect(),
        close_period: poll.open_period,
        close_date: poll.close_date,
        countries_iso2: None,
        hash: mix(&[poll.id, i64::from(poll.closed), i64::from(super::count(poll.votes.len()))]),
    }
    .into()
}

/// The votes; how each answer stands is told to those who voted, and to everybody once the poll is closed.
pub(crate) fn view_poll_results(viewer: i64, poll: &Poll) -> tl::enums::PollResults {
    let mine = poll.votes.get(&viewer);
    let visible = mine.is_some() || poll.closed;
    let result = |(place, (_, option)): (usize, &(String, Vec<u8>))| {
        tl::types::PollAnswerVoters {
            chosen: mine.is_some_and(|chosen| chosen.contains(&place)),
            correct: poll.correct.as_ref().is_some_and(|correct| correct.contains(&place)),
            option: option.clone(),
            voters: Some(poll.voters_of(place)),
            recent_voters: Some(Vec::new()),
        }
        .into()
    };
    let has_explanation = visible && !poll.explanation.0.is_empty();
    tl::types::PollResults {
        solution: has_explanation.then(|| poll.explanation.0.clone()),
        solution_entities: has_explanation.then(|| poll.explanation.1.clone()),
        results: visible.then(|| poll.answers.iter().enumerate().map(result).collect()),
        total_voters: Some(super::count(poll.votes.len())),
        ..blank(&[])
    }
    .into()
}

/// The preview of a link. The box knows no web; it shows the host's name.
pub(crate) fn view_page(url: &str) -> tl::enums::MessageMedia {
    let without_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = without_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    // One flag word, the id, empty url and display url, the hash.
    let mut page: tl::types::WebPage = blank(&[]);
    page.id = mix(&[i64::from(super::count(url.len())), url.bytes().map(i64::from).sum()]);
    url.clone_into(&mut page.url);
    without_scheme.trim_end_matches('/').clone_into(&mut page.display_url);
    page.r#type = Some("article".to_owned());
    page.site_name = Some(host.to_owned());
    page.title = Some(format!("A page at {host}"));
    tl::types::MessageMediaWebPage { webpage: page.into(), ..blank(&[0, 0x211a_1788]) }.into()
}
