//! Files and other things beside the words: what a request names, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use grammers_tl_types as tl;
use tl::enums::{InputDocument, InputGeoPoint, InputMedia, InputPhoto};
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::media::{Media, Place, Venue};
use crate::world::polls::Poll;
use crate::world::refusal::Allowed;
use crate::world::view::files::view_page;

/// A poll has two to twelve answers.
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=12;

impl World {
    /// Makes what a message shall carry, out of an upload or of something that exists.
    pub(super) fn media_arg(&mut self, me: i64, media: InputMedia) -> Allowed<Media> {
        let now = self.now();
        match media {
            InputMedia::Empty => Err(RpcError::bad_request("MEDIA_EMPTY")),
            InputMedia::UploadedPhoto(upload) => {
                let bytes = self.files.finish_upload(me, &upload.file)?;
                self.files.add_photo(now, bytes).map(Media::Photo)
            }
            InputMedia::UploadedDocument(upload) => {
                let bytes = self.files.finish_upload(me, &upload.file)?;
                let attributes = with_file_name(upload.attributes, &upload.file);
                Ok(Media::Document(self.files.add_document(now, bytes, &upload.mime_type, attributes)))
            }
            InputMedia::Photo(photo) => self.photo_arg(&photo.id).map(Media::Photo),
            InputMedia::Document(document) => self.document_arg(&document.id).map(Media::Document),
            InputMedia::GeoPoint(place) => match place.geo_point {
                InputGeoPoint::Point(point) => Ok(Media::Place(Box::new(place_of(&point)))),
                InputGeoPoint::Empty => Err(RpcError::bad_request("GEO_POINT_INVALID")),
            },
            InputMedia::Venue(venue) => {
                let InputGeoPoint::Point(point) = venue.geo_point else {
                    return Err(RpcError::bad_request("GEO_POINT_INVALID"));
                };
                let tl::types::InputMediaVenue { title, address, provider, venue_id: id, venue_type: kind, .. } = venue;
                Ok(Media::Venue(Box::new(Venue { place: place_of(&point), title, address, provider, id, kind })))
            }
            InputMedia::Dice(dice) => self.roll(&dice.emoticon),
            InputMedia::Contact(contact) => {
                let user_id = self.accounts.by_phone(&contact.phone_number).map_or(0, |account| account.user_id);
                let tl::types::InputMediaContact { phone_number, first_name, last_name, vcard } = contact;
                let contact = tl::types::MessageMediaContact { phone_number, first_name, last_name, vcard, user_id };
                Ok(Media::Contact(Box::new(contact)))
            }
            InputMedia::Poll(poll) => self.poll_arg(me, &poll).map(|poll| Media::Poll(self.polls.add(poll))),
            InputMedia::WebPage(page) => Ok(Media::Page(page.url)),
            InputMedia::PhotoExternal(_) | InputMedia::DocumentExternal(_) => {
                // The box has no way out to the web.
                Err(RpcError::bad_request("WEBPAGE_CURL_FAILED"))
            }
            InputMedia::Game(_)
            | InputMedia::Invoice(_)
            | InputMedia::GeoLive(_)
            | InputMedia::Story(_)
            | InputMedia::PaidMedia(_)
            | InputMedia::Todo(_)
            | InputMedia::StakeDice(_) => Err(RpcError::bad_request("MEDIA_INVALID")),
        }
    }

    fn photo_arg(&self, photo: &InputPhoto) -> Allowed<i64> {
        let InputPhoto::Photo(photo) = photo else { return Err(RpcError::bad_request("PHOTO_INVALID")) };
        self.files.check(photo.id, photo.access_hash, &photo.file_reference)?;
        self.files.photo(photo.id).map(|found| found.id).ok_or_else(|| RpcError::bad_request("PHOTO_INVALID"))
    }

    fn document_arg(&self, document: &InputDocument) -> Allowed<i64> {
        let InputDocument::Document(document) = document else {
            return Err(RpcError::bad_request("DOCUMENT_INVALID"));
        };
        self.files.check(document.id, document.access_hash, &document.file_reference)?;
        self.files.document(document.id).map(|found| found.id).ok_or_else(|| RpcError::bad_request("DOCUMENT_INVALID"))
    }

    #[expect(clippy::unused_self, reason = "one form for all that a medium is made of")]
    fn poll_arg(&self, me: i64, media: &tl::types::InputMediaPoll) -> Allowed<Poll> {
        let tl::enums::Poll::Poll(poll) = &media.poll;
        if !ANSWERS.contains(&poll.answers.len()) {
            return Err(RpcError::bad_request("POLL_ANSWERS_INVALID"));
        }
        let tl::enums::TextWithEntities::Entities(question) = &poll.question;
        if question.text.trim().is_empty() {
            return Err(RpcError::bad_request("POLL_QUESTION_INVALID"));
        }
        let answers: Option<Vec<_>> = poll.answers.iter().enumerate().map(answer_of).collect();
        let answers = answers.ok_or_else(|| RpcError::bad_request("POLL_ANSWER_INVALID"))?;
        let (answers, answer_entities) = answers.into_iter().unzip();
        let place = |place: &i32| usize::try_from(*place).ok();
        let correct: Option<BTreeSet<usize>> =
            media.correct_answers.as_ref().map(|places| places.iter().filter_map(place).collect());
        Ok(Poll {
            id: 0,
            question: question.text.clone(),
            question_entities: question.entities.clone(),
            answers,
            answer_entities,
            public: poll.public_voters,
            multiple: poll.multiple_choice,
            correct: correct.filter(|_| poll.quiz),
            explanation: (
                media.solution.clone().unwrap_or_default(),
                media.solution_entities.clone().unwrap_or_default(),
            ),
            open_period: poll.close_period,
            close_date: poll.close_date,
            closed: poll.closed,
            creator: me,
            votes: BTreeMap::new(),
        })
    }
}

fn place_of(point: &tl::types::InputGeoPoint) -> Place {
    Place { lat: point.lat, long: point.long, accuracy: point.accuracy_radius, live: None }
}

type Answer = ((String, Vec<u8>), Vec<tl::enums::MessageEntity>);

fn answer_of((place, answer): (usize, &tl::enums::PollAnswer)) -> Option<Answer> {
    let (text, option) = match answer {
        tl::enums::PollAnswer::Answer(answer) => (&answer.text, answer.option.clone()),
        // Newer clients leave it to the server to number the answers.
        tl::enums::PollAnswer::InputPollAnswer(answer) => (&answer.text, place.to_string().into_bytes()),
    };
    let tl::enums::TextWithEntities::Entities(text) = text;
    (!text.text.trim().is_empty()).then(|| ((text.text.clone(), option), text.entities.clone()))
}

/// A document has the name under which it was uploaded, unless its attributes give another.
fn with_file_name(
    mut attributes: Vec<tl::enums::DocumentAttribute>,
    file: &tl::enums::InputFile,
) -> Vec<tl::enums::DocumentAttribute> {
    let name = match file {
        tl::enums::InputFile::File(file) => &file.name,
        tl::enums::InputFile::Big(file) => &file.name,
        tl::enums::InputFile::StoryDocument(_) => return attributes,
    };
    let has_name = attributes.iter().any(|attribute| matches!(attribute, tl::enums::DocumentAttribute::Filename(_)));
    if !has_name && !name.is_empty() {
        attributes.push(tl::types::DocumentAttributeFilename { file_name: name.clone() }.into());
    }
    attributes
}

/// Keeps a file on the server without sending it; albums are put together that way.
pub(crate) fn upload_media(
    world: &mut World,
    caller: &Caller,
    request: messages::UploadMedia,
) -> Outcome<messages::UploadMedia> {
    let me = caller.me()?;
    world.peer_arg(me, &request.peer)?;
    let media = world.media_arg(me, request.media)?;
    Ok(world.view_media(me, &media))
}

pub(crate) fn get_web_page_preview(
    _world: &mut World,
    caller: &Caller,
    request: messages::GetWebPagePreview,
) -> Outcome<messages::GetWebPagePreview> {
    caller.me()?;
    let media = World::first_link(&request.message).map_or(tl::enums::MessageMedia::Empty, view_page);
    Ok(tl::types::messages::WebPagePreview { media, chats: Vec::new(), users: Vec::new() }.into())
}
