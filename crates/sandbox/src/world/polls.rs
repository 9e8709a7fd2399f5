//! Polls and who voted how.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use grammers_tl_types::enums::MessageEntity;

use super::refusal::{Allowed, RpcError};

/// A question with answers to choose from.
#[derive(Clone, Default)]
pub struct Poll {
    /// Its id.
    pub id: i64,
    /// The question.
    pub question: String,
    /// Formatting of the question.
    pub question_entities: Vec<MessageEntity>,
    /// Each answer's text and the bytes that stand for it.
    pub answers: Vec<(String, Vec<u8>)>,
    /// Formatting of each answer.
    pub answer_entities: Vec<Vec<MessageEntity>>,
    /// Everybody may see who voted how.
    pub public: bool,
    /// More than one answer may be chosen.
    pub multiple: bool,
    /// The right answers, if this is a quiz.
    pub correct: Option<BTreeSet<usize>>,
    /// Shown to whoever answered a quiz, with its formatting.
    pub explanation: (String, Vec<MessageEntity>),
    /// For how many seconds it is open.
    pub open_period: Option<i32>,
    /// When it closes by itself.
    pub close_date: Option<i32>,
    /// No more votes are accepted.
    pub closed: bool,
    /// Who asked.
    pub creator: i64,
    /// The chosen answers by user.
    pub votes: BTreeMap<i64, BTreeSet<usize>>,
}

impl Poll {
    /// How many people chose an answer.
    pub fn voters_of(&self, answer: usize) -> i32 {
        let voters = self.votes.values().filter(|chosen| chosen.contains(&answer)).count();
        i32::try_from(voters).unwrap_or(i32::MAX)
    }

    /// Records somebody's choice; an empty one takes the vote back.
    pub fn vote(&mut self, user: i64, options: &[Vec<u8>]) -> Allowed<()> {
        if self.closed {
            return Err(RpcError::bad_request("MESSAGE_POLL_CLOSED"));
        }
        if options.len() > 1 && !self.multiple {
            return Err(RpcError::bad_request("OPTIONS_TOO_MUCH"));
        }
        if self.correct.is_some() && self.votes.contains_key(&user) {
            return Err(RpcError::bad_request("REVOTE_NOT_ALLOWED"));
        }
        let place = |option: &Vec<u8>| self.answers.iter().position(|(_, bytes)| bytes == option);
        let chosen: Option<BTreeSet<usize>> = options.iter().map(place).collect();
        let chosen = chosen.ok_or_else(|| RpcError::bad_request("OPTION_INVALID"))?;
        if chosen.is_empty() {
            self.votes.remove(&user);
        } else {
            self.votes.insert(user, chosen);
        }
        Ok(())
    }
}

/// All polls of the box.
#[derive(Clone, Default)]
pub struct Polls {
    by_id: HashMap<i64, Poll>,
}

impl Polls {
    /// Keeps a poll under a new id, which it returns.
    pub fn add(&mut self, mut poll: Poll) -> i64 {
        let id = 7_000_000_000 + i64::try_from(self.by_id.len()).unwrap_or(i64::MAX);
        poll.id = id;
        self.by_id.insert(id, poll);
        id
    }

    /// The poll with this id.
    pub fn get(&self, id: i64) -> Option<&Poll> {
        self.by_id.get(&id)
    }

    /// The poll with this id, to change it.
    pub fn get_mut(&mut self, id: i64) -> Option<&mut Poll> {
        self.by_id.get_mut(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll() -> Poll {
        Poll {
            id: 1,
            question: "Where?".to_owned(),
            answers: vec![("Lake".to_owned(), b"0".to_vec()), ("Hill".to_owned(), b"1".to_vec())],
            public: true,
            creator: 1,
            ..Poll::default()
        }
    }

    #[test]
    fn a_vote_can_be_changed_and_taken_back() {
        let mut poll = poll();
        poll.vote(5, &[b"0".to_vec()]).expect("allowed");
        poll.vote(5, &[b"1".to_vec()]).expect("allowed");
        assert_eq!((poll.voters_of(0), poll.voters_of(1)), (0, 1));
        poll.vote(5, &[]).expect("allowed");
        assert_eq!(poll.votes.len(), 0);
    }

    #[test]
    fn wrong_votes_are_refused() {
        let mut poll = poll();
        let both = [b"0".to_vec(), b"1".to_vec()];
        assert_eq!(poll.vote(5, &both).map_err(|error| error.text), Err("OPTIONS_TOO_MUCH".to_owned()));
        assert_eq!(poll.vote(5, &[b"9".to_vec()]).map_err(|error| error.text), Err("OPTION_INVALID".to_owned()));
        poll.closed = true;
        assert!(poll.vote(5, &[b"0".to_vec()]).is_err());
    }
}
