//! Polls.

use super::{View, view_entities};
use crate::bot_api::json::Object;
use crate::world::polls::Poll;

impl View<'_> {
    /// A poll as it stands; the right answers are told to whoever made it, and to all once it is closed.
    pub(crate) fn poll(&self, poll: &Poll) -> Object {
        let option = |(place, (text, bytes)): (usize, &(String, Vec<u8>))| {
            let id = String::from_utf8_lossy(bytes).into_owned();
            let entities = poll.answer_entities.get(place).map(Vec::as_slice).unwrap_or_default();
            Object::new()
                .with("persistent_id", id)
                .with("text", text.as_str())
                .with("voter_count", poll.voters_of(place))
                .with_list("text_entities", view_entities(self, entities))
        };
        let correct: Option<Vec<u32>> = poll
            .correct
            .as_ref()
            .filter(|_| poll.closed || poll.creator == self.bot)
            .map(|correct| correct.iter().filter_map(|place| u32::try_from(*place).ok()).collect());
        let first_correct = correct.as_ref().and_then(|correct| correct.first().copied());
        let explanation = Some(&poll.explanation).filter(|(text, _)| !text.is_empty());
        Object::new()
            .with("id", poll.id.to_string())
            .with("question", poll.question.as_str())
            .with_list("question_entities", view_entities(self, &poll.question_entities))
            .with("options", poll.answers.iter().enumerate().map(option).collect::<Vec<_>>())
            .with("total_voter_count", u64::try_from(poll.votes.len()).unwrap_or(u64::MAX))
            .with_some("open_period", poll.open_period)
            .with_some("close_date", poll.close_date)
            .with("is_closed", poll.closed)
            .with("is_anonymous", !poll.public)
            .with("type", if poll.correct.is_some() { "quiz" } else { "regular" })
            .with("allows_multiple_answers", poll.multiple)
            .with("allows_revoting", poll.correct.is_none())
            .with("members_only", false)
            .with_some("correct_option_ids", correct)
            .with_some("correct_option_id", first_correct)
            .with_some("explanation", explanation.map(|(text, _)| text.as_str()))
            .with_list(
                "explanation_entities",
                explanation.map(|(_, marked)| view_entities(self, marked)).unwrap_or_default(),
            )
    }
}
