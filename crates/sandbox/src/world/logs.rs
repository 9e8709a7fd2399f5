//! What happened in a mailbox or a channel, numbered, so that a client that was away can catch up.

use std::collections::VecDeque;

use super::peers::Peer;

/// Older events are forgotten; a client that was away for longer is told to start afresh.
const EVENTS_MAX: usize = 10_000;

/// Something that a client has to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message arrived.
    New(Peer, i32),
    /// A message was changed.
    Edited(Peer, i32),
    /// Messages are gone.
    Deleted(Peer, Vec<i32>),
    /// The owner read up to here.
    ReadInbox(Peer, i32),
    /// The others read up to here.
    ReadOutbox(Peer, i32),
    /// Media or mentions were looked at.
    ReadContents(Vec<i32>),
    /// Messages were pinned or unpinned.
    Pinned(Peer, Vec<i32>, bool),
    /// A chat went into the archive or came back.
    Archived(Peer, bool),
}

impl Event {
    fn weight(&self) -> i32 {
        match self {
            Self::Deleted(_, ids) | Self::ReadContents(ids) | Self::Pinned(_, ids, _) => {
                i32::try_from(ids.len()).unwrap_or(i32::MAX)
            }
            Self::New(..) | Self::Edited(..) | Self::ReadInbox(..) | Self::ReadOutbox(..) | Self::Archived(..) => 1,
        }
    }
}

/// An event and its number.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The number after the event.
    pub pts: i32,
    /// By how much the event moved the number on.
    pub count: i32,
    /// What happened.
    pub event: Event,
}

/// What a client that was away gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Missed<T> {
    /// It knows everything.
    Nothing,
    /// These events, oldest first; `true` if there are more after them.
    Events(Vec<T>, bool),
    /// It was away for too long.
    TooMuch,
}

/// The numbered events of one mailbox or channel.
#[derive(Clone, Debug)]
pub struct Log {
    pts: i32,
    events: VecDeque<Logged>,
}

impl Default for Log {
    fn default() -> Self {
        Self { pts: 1, events: VecDeque::new() }
    }
}

impl Log {
    /// The number after the newest event.
    pub fn pts(&self) -> i32 {
        self.pts
    }

    /// Writes an event down.
    pub fn append(&mut self, event: Event) -> Logged {
        let count = event.weight();
        self.pts += count;
        let logged = Logged { pts: self.pts, count, event };
        self.events.push_back(logged.clone());
        if self.events.len() > EVENTS_MAX {
            self.events.pop_front();
        }
        logged
    }

    /// Counts history that was there before any client, without keeping it.
    pub fn skip(&mut self, events: i32) {
        self.pts += events;
        self.events.clear();
    }

    /// What happened after `pts`, at most `limit` events of it.
    pub fn since(&self, pts: i32, limit: usize) -> Missed<&Logged> {
        if pts >= self.pts {
            return Missed::Nothing;
        }
        let oldest_known = self.events.front().map_or(self.pts, |first| first.pts - first.count);
        if pts < oldest_known {
            return Missed::TooMuch;
        }
        let start = self.events.partition_point(|logged| logged.pts <= pts);
        let events: Vec<_> = self.events.range(start..).take(limit).collect();
        let more = start + events.len() < self.events.len();
        Missed::Events(events, more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: Peer = Peer::User(1);

    fn numbers(missed: &Missed<&Logged>) -> Vec<i32> {
        match missed {
            Missed::Events(events, _) => events.iter().map(|logged| logged.pts).collect(),
            Missed::Nothing | Missed::TooMuch => Vec::new(),
        }
    }

    #[test]
    fn a_client_gets_exactly_what_it_missed() {
        let mut log = Log::default();
        let known = log.append(Event::New(CHAT, 1)).pts;
        log.append(Event::New(CHAT, 2));
        log.append(Event::Deleted(CHAT, vec![1, 2]));
        assert_eq!(numbers(&log.since(known, 100)), [known + 1, known + 3]);
        assert!(matches!(log.since(log.pts(), 100), Missed::Nothing));
    }

    #[test]
    fn a_limit_says_that_there_is_more() {
        let mut log = Log::default();
        for id in 1..=3 {
            log.append(Event::New(CHAT, id));
        }
        assert!(matches!(log.since(1, 2), Missed::Events(events, true) if events.len() == 2));
        assert!(matches!(log.since(1, 3), Missed::Events(events, false) if events.len() == 3));
    }

    #[test]
    fn what_lies_before_the_log_is_too_much() {
        let mut log = Log::default();
        log.skip(50);
        log.append(Event::New(CHAT, 1));
        assert!(matches!(log.since(10, 100), Missed::TooMuch));
        assert_eq!(numbers(&log.since(51, 100)), [52]);
    }

    #[test]
    fn an_endless_log_forgets_its_beginning() {
        let mut log = Log::default();
        for id in 0..10_001 {
            log.append(Event::New(CHAT, id));
        }
        assert!(matches!(log.since(1, 10), Missed::TooMuch));
        assert!(matches!(log.since(2, 10), Missed::Events(..)));
    }
}
