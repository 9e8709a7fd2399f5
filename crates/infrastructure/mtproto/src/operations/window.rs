//! Windows onto a chat: what to ask for, and what of the answer is inside the bounds.

use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};

use super::PAGE_MAX;
use super::span::Span;
use crate::convert::{date_of, id_of};

/// From which message, and in which direction.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Edge {
    /// Older than this message, newest first; 0 is the end of the chat.
    Before(i32),
    /// Newer than this message, oldest first.
    After(i32),
    /// Both sides of this message, newest first.
    Around(i32),
}

/// What Telegram is asked for.
#[derive(Clone, Copy, Default)]
pub(super) struct Window {
    pub(super) offset_id: i32,
    pub(super) offset_date: i32,
    pub(super) add_offset: i32,
    pub(super) limit: i32,
    pub(super) min_id: i32,
}

/// What of an answer is given on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Indexes into the answer, in the order to be shown.
    pub(super) kept: Vec<usize>,
    /// Where to go on.
    pub(super) next: Option<Edge>,
}

/// How much is wanted of a chat, and from when.
#[derive(Clone, Copy)]
pub(super) struct Paging {
    pub(super) span: Span,
    pub(super) limit: usize,
}

impl Paging {
    /// One more than is wanted tells whether there is more, as far as Telegram's page allows.
    fn ask(&self) -> i32 {
        (self.limit + 1).min(PAGE_MAX) as i32
    }

    /// The window of an edge given by a message.
    pub(super) fn window(&self, edge: Edge) -> Window {
        let limit = self.ask();
        match edge {
            Edge::Before(id) => Window { offset_id: id, limit, ..Window::default() },
            Edge::After(id) => {
                Window { offset_id: id.saturating_add(1), add_offset: -limit, limit, min_id: id, ..Window::default() }
            }
            Edge::Around(id) => Window {
                offset_id: id.saturating_add(1),
                add_offset: -newer_side(self.limit),
                limit: self.limit as i32,
                ..Window::default()
            },
        }
    }

    /// The window of the bound that time sets on the start, where Telegram takes dates as a start.
    pub(super) fn window_by_date(&self, edge: Edge) -> Option<Window> {
        let limit = self.ask();
        match edge {
            Edge::Before(_) => {
                self.span.until.map(|_| Window { offset_date: self.span.max_date(), limit, ..Window::default() })
            }
            Edge::After(_) => self.span.since.map(|since| Window {
                offset_date: since,
                add_offset: -limit,
                limit,
                ..Window::default()
            }),
            Edge::Around(_) => None,
        }
    }

    /// Whether an answer by date starts outside of what the message bounds, so that the message is the tighter bound.
    pub(super) fn is_beyond(&self, messages: &[tl::enums::Message], edge: Edge) -> bool {
        match edge {
            Edge::Before(0) | Edge::Around(_) => false,
            Edge::Before(id) => messages.first().is_some_and(|newest| id_of(newest) >= id),
            Edge::After(id) => {
                let mut oldest_first = messages.iter().rev();
                let start =
                    oldest_first.find(|message| date_of(message).is_some_and(|date| !self.span.is_before(date)));
                start.is_some_and(|oldest| id_of(oldest) <= id)
            }
        }
    }

    /// What of an answer is inside the bounds, and where to go on.
    pub(super) fn cut(&self, messages: &[tl::enums::Message], edge: Edge) -> Cut {
        let rows: Vec<(i32, i32)> =
            messages.iter().map(|message| (id_of(message), date_of(message).unwrap_or_default())).collect();
        match edge {
            Edge::Before(id) => self.cut_older(&rows, id),
            Edge::After(id) => self.cut_newer(&rows, id),
            Edge::Around(id) => self.cut_around(&rows, id),
        }
    }

    /// `rows` are `(id, date)`, newest first.
    fn cut_older(&self, rows: &[(i32, i32)], before: i32) -> Cut {
        let mut kept = Vec::new();
        let mut last = None;
        for (index, (id, date)) in rows.iter().enumerate() {
            if self.span.is_before(*date) {
                return Cut { kept, next: None };
            }
            if kept.len() == self.limit {
                return Cut { kept, next: last.map(Edge::Before) };
            }
            last = Some(*id);
            if (before == 0 || *id < before) && !self.span.is_after(*date) {
                kept.push(index);
            }
        }
        let is_full = rows.len() >= self.ask() as usize;
        Cut { kept, next: last.filter(|_| is_full).map(Edge::Before) }
    }

    /// The same from the oldest to the newest.
    fn cut_newer(&self, rows: &[(i32, i32)], after: i32) -> Cut {
        let mut kept = Vec::new();
        let mut last = None;
        for (index, (id, date)) in rows.iter().enumerate().rev() {
            if *id <= after || self.span.is_before(*date) {
                continue;
            }
            if self.span.is_after(*date) {
                return Cut { kept, next: None };
            }
            if kept.len() == self.limit {
                return Cut { kept, next: last.map(Edge::After) };
            }
            last = Some(*id);
            kept.push(index);
        }
        let is_full = kept.len() >= self.ask() as usize;
        Cut { kept, next: last.filter(|_| is_full).map(Edge::After) }
    }

    /// Both sides; what is older goes on.
    fn cut_around(&self, rows: &[(i32, i32)], around: i32) -> Cut {
        let mut cut = self.cut_older(rows, 0);
        let older = rows.iter().filter(|(id, _)| *id < around).count();
        let has_hit = rows.iter().any(|(id, _)| *id == around);
        let older_side = self.limit - newer_side(self.limit) as usize - usize::from(has_hit);
        let ended = rows.iter().any(|(_, date)| self.span.is_before(*date));
        if cut.next.is_none() && !ended && older >= older_side {
            cut.next = rows.last().map(|(id, _)| Edge::Before(*id));
        }
        cut
    }
}

/// How many of a window around a message are newer than it.
const fn newer_side(limit: usize) -> i32 {
    (limit / 2) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(limit: usize, span: Span) -> Paging {
        Paging { span, limit }
    }

    /// Messages with these ids, newest first, each dated by its id.
    fn rows(ids: impl IntoIterator<Item = i32>) -> Vec<(i32, i32)> {
        ids.into_iter().map(|id| (id, id)).collect()
    }

    fn ids(rows: &[(i32, i32)], cut: &Cut) -> Vec<i32> {
        cut.kept.iter().map(|index| rows[*index].0).collect()
    }

    #[test]
    fn one_more_than_asked_for_means_more() {
        let rows = rows([9, 8, 7]);
        let cut = paging(2, Span::default()).cut_older(&rows, 0);
        assert_eq!(ids(&rows, &cut), [9, 8]);
        assert_eq!(cut.next, Some(Edge::Before(8)));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let rows = rows([9, 8]);
        assert_eq!(paging(2, Span::default()).cut_older(&rows, 0).next, None);
    }

    #[test]
    fn a_span_ends_the_list() {
        let span = Span { since: Some(8), until: Some(9) };
        let rows = rows([10, 9, 8, 7]);
        let cut = paging(3, span).cut_older(&rows, 0);
        assert_eq!(ids(&rows, &cut), [9, 8]);
        assert_eq!(cut.next, None);
    }

    #[test]
    fn newer_messages_come_oldest_first() {
        let rows = rows([13, 12, 11, 10]);
        let cut = paging(2, Span::default()).cut_newer(&rows, 10);
        assert_eq!(ids(&rows, &cut), [11, 12]);
        assert_eq!(cut.next, Some(Edge::After(12)));
    }

    #[test]
    fn newer_messages_end_with_the_span() {
        let span = Span { since: None, until: Some(12) };
        let rows = rows([13, 12, 11]);
        let cut = paging(3, span).cut_newer(&rows, 10);
        assert_eq!(ids(&rows, &cut), [11, 12]);
        assert_eq!(cut.next, None);
    }

    #[test]
    fn around_goes_on_to_older_ones() {
        let rows = rows([12, 11, 10, 9]);
        let cut = paging(4, Span::default()).cut_around(&rows, 10);
        assert_eq!(ids(&rows, &cut), [12, 11, 10, 9]);
        assert_eq!(cut.next, Some(Edge::Before(9)));
        let start = [(12, 12), (11, 11), (10, 10)];
        let cut = paging(4, Span::default()).cut_around(&start, 10);
        assert_eq!(cut.next, None);
    }
}
