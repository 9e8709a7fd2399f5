//! Polls.

use std::collections::BTreeSet;

use grammers_tl_types::enums::MessageEntity;
use serde_json::Value;

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read, narrow};
use crate::bot_api::keyboards::lower;
use crate::bot_api::text::Words;
use crate::world::editing::Change;
use crate::world::media::Media;
use crate::world::polls::Poll;

/// Letters of a question, of an answer, of an explanation.
const QUESTION_MAX: usize = 300;
const ANSWER_MAX: usize = 100;
const EXPLANATION_MAX: usize = 200;
/// How many answers there are.
const ANSWERS: std::ops::RangeInclusive<usize> = 1..=12;
/// For how many seconds a poll may be open.
const OPEN_SECONDS: std::ops::RangeInclusive<i32> = 5..=2_628_000;

pub(super) fn send_poll(call: &mut Call<'_>) -> Outcome {
    let question =
        call.read_words(call.given.text("question").unwrap_or_default(), "question_parse_mode", "question_entities")?;
    let answers = call.answers()?;
    let mut poll = Poll {
        public: call.given.text("is_anonymous").is_some() && !call.given.flag("is_anonymous"),
        multiple: call.given.flag("allows_multiple_answers"),
        closed: call.given.flag("is_closed"),
        creator: call.bot,
        ..Poll::default()
    };
    match call.given.text("type").unwrap_or("regular") {
        "quiz" => call.add_quiz(&mut poll, answers.len())?,
        "regular" => {}
        _ => return Err(ApiError::bad_request("unsupported poll type specified")),
    }
    check(&question, &answers)?;
    (poll.question, poll.question_entities) = (question.text, question.entities);
    let numbered = |(place, words): (usize, Words)| ((words.text, place.to_string().into_bytes()), words.entities);
    (poll.answers, poll.answer_entities) = answers.into_iter().enumerate().map(numbered).unzip();
    call.add_deadline(&mut poll)?;
    let delivery = call.delivery()?;
    let id = call.world.polls.add(poll);
    let sent = call.post(&delivery, Media::Poll(id).into())?;
    call.sent(delivery.peer, sent)
}

fn check(question: &Words, answers: &[Words]) -> Result<(), ApiError> {
    let bad = ApiError::bad_request;
    let units = |words: &Words| words.text.encode_utf16().count();
    if question.text.is_empty() {
        return Err(bad("poll question must be non-empty"));
    }
    if units(question) > QUESTION_MAX {
        return Err(bad(&format!("poll question length must not exceed {QUESTION_MAX}")));
    }
    if answers.len() < *ANSWERS.start() {
        return Err(bad(&format!("poll must have at least {} option", ANSWERS.start())));
    }
    if answers.len() > *ANSWERS.end() {
        return Err(bad(&format!("poll can't have more than {} options", ANSWERS.end())));
    }
    if answers.iter().any(|answer| answer.text.is_empty()) {
        return Err(bad("poll options must be non-empty"));
    }
    if answers.iter().any(|answer| units(answer) > ANSWER_MAX) {
        return Err(bad(&format!("poll options length must not exceed {ANSWER_MAX}")));
    }
    Ok(())
}

impl Call<'_> {
    fn answers(&self) -> Result<Vec<Words>, ApiError> {
        let options = self.given.json("options", "options")?.unwrap_or_default();
        let wrong = || ApiError::bad_request("expected an Array of String as options");
        options.as_array().ok_or_else(wrong)?.iter().map(|option| self.answer(option)).collect()
    }

    fn answer(&self, option: &Value) -> Result<Words, ApiError> {
        if let Value::String(text) = option {
            return self.words_of(text, None, &Value::Null);
        }
        let wrong = |reason: String| ApiError::bad_request(&lower(&reason));
        let fields = Fields::of(option, "Expected an option to be of type String").map_err(wrong)?;
        let read =
            || -> Read<(String, String)> { Ok((fields.text("text")?, fields.optional_text("text_parse_mode")?)) };
        let (text, mode) = read().map_err(wrong)?;
        self.words_of(&text, Some(&mode), &fields.get("text_entities").cloned().unwrap_or_default())
    }

    fn add_quiz(&self, poll: &mut Poll, answers: usize) -> Result<(), ApiError> {
        let one = self.given.integer::<i64>("correct_option_id");
        let several =
            self.given.text("correct_option_ids").and_then(|text| serde_json::from_str::<Vec<i64>>(text).ok());
        let correct: BTreeSet<usize> = several
            .or(one.map(|one| vec![one]))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|id| usize::try_from(id).ok())
            .collect();
        if correct.is_empty() || correct.iter().any(|place| *place >= answers) {
            return Err(ApiError::bad_request("wrong correct option ID specified"));
        }
        poll.correct = Some(correct);
        let explanation = self.given.text("explanation").unwrap_or_default();
        let Words { text, entities } =
            self.read_words(explanation, "explanation_parse_mode", "explanation_entities")?;
        if text.encode_utf16().count() > EXPLANATION_MAX {
            return Err(ApiError::bad_request("message is too long"));
        }
        let words: (String, Vec<MessageEntity>) = (text, entities);
        poll.explanation = words;
        Ok(())
    }

    fn add_deadline(&self, poll: &mut Poll) -> Result<(), ApiError> {
        let now = self.world.now();
        let period = self.given.integer::<i64>("open_period").map(narrow).filter(|period| *period != 0);
        let date = self.given.integer::<i64>("close_date").map(narrow).filter(|date| *date != 0);
        if let Some(period) = period {
            if !OPEN_SECONDS.contains(&period) {
                return Err(ApiError::bad_request("invalid open_period specified"));
            }
            (poll.open_period, poll.close_date) = (Some(period), Some(now.saturating_add(period)));
        } else if let Some(date) = date {
            if !OPEN_SECONDS.contains(&(date.saturating_sub(now))) {
                return Err(ApiError::bad_request("invalid close_date specified"));
            }
            poll.close_date = Some(date);
        }
        Ok(())
    }
}

pub(super) fn stop_poll(call: &mut Call<'_>) -> Outcome {
    let keyboard = call.given.inline_keyboard()?;
    let (peer, id) = call.message("message with poll to stop")?;
    let message = call.world.thread(call.bot, peer).get(id);
    let Some(Media::Poll(poll)) = message.and_then(|message| message.media()).cloned() else {
        return Err(ApiError::bad_request("message is not a poll"));
    };
    if message.is_none_or(|message| message.writer() != Some(call.bot)) {
        return Err(ApiError::bad_request("poll can't be stopped"));
    }
    let has_same_buttons = message.is_some_and(|message| message.keyboard() == keyboard.as_ref());
    let cause = call.cause();
    call.world.close_poll(&cause, peer, poll).map_err(|_| ApiError::bad_request("poll has already been closed"))?;
    if !has_same_buttons {
        call.world.edit(&cause, peer, id, Change { keyboard, ..Change::default() })?;
    }
    let poll = call.world.polls.get(poll).ok_or_else(|| ApiError::bad_request("message is not a poll"))?;
    Ok(call.view().poll(poll).into())
}
