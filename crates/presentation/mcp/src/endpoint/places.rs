//! Places for sessions: who has one, who is promised one, and who makes way for whom.
//!
//! There are never more sessions than places, and nobody has more than half of them. Whoever is sent away is idle: one of
//! the caller's own that was taken up, or one that nobody used for a while. A session that was handed out just now is
//! nobody's to take.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::RequestId;
use rmcp::transport::streamable_http_server::session::SessionId;
use tokio::time::Instant;

use crate::servers::Whom;

/// Who was here just now is not sent away for somebody else.
const IDLE_LEAST: Duration = Duration::from_mins(1);

/// All places.
pub(super) struct Places {
    most: usize,
    known: HashMap<SessionId, Known>,
    /// By which principals sessions are about to be opened.
    promised: Vec<String>,
}

/// A session that is there.
pub(super) struct Known {
    pub(super) whom: Arc<Whom>,
    used: Instant,
    /// Whether its client came again after it was opened.
    is_taken_up: bool,
    /// Streams, those of calls among them.
    streams: usize,
    unanswered: HashSet<RequestId>,
}

impl Known {
    pub(super) fn new(whom: Arc<Whom>) -> Self {
        Self { whom, used: Instant::now(), is_taken_up: false, streams: 0, unanswered: HashSet::new() }
    }

    fn idle(&self) -> Option<Duration> {
        (self.streams == 0).then(|| self.used.elapsed())
    }

    fn is_of(&self, principal: &str) -> bool {
        self.whom.caller.principal == principal
    }
}

/// There is no place, and nobody who may make way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { most, known: HashMap::new(), promised: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.known.remove(id);
    }

    /// Promises a principal a place, if there is one or somebody may make way. Nobody does before it is taken: a request
    /// that is refused costs nobody a session.
    pub(super) fn promise(&mut self, principal: &str) -> Result<(), Full> {
        let own = self.own(principal) + self.promised.iter().filter(|other| *other == principal).count();
        let may_go = self.those_who_may_go(principal);
        let (own_may_go, all_may_go) =
            may_go.fold((0, 0), |(own, all), ((is_own, _), _)| (own + usize::from(is_own), all + 1));
        if own >= self.share() + own_may_go || self.known.len() + self.promised.len() >= self.most + all_may_go {
            return Err(Full);
        }
        self.promised.push(principal.to_owned());
        Ok(())
    }

    /// Takes a promise back.
    pub(super) fn withdraw(&mut self, principal: &str) {
        if let Some(at) = self.promised.iter().position(|other| other == principal) {
            self.promised.swap_remove(at);
        }
    }

    /// Takes a new session in on a promise, which is kept by that; gives the one that makes way for it, if one has to.
    /// Whoever might have made way may have come to life since.
    pub(super) fn take_in(&mut self, id: &SessionId, known: Known) -> Result<Option<SessionId>, Full> {
        let principal = known.whom.caller.principal.clone();
        self.withdraw(&principal);
        let is_share_used = self.own(&principal) >= self.share();
        let goes = if is_share_used || self.known.len() >= self.most {
            let may_go = self.those_who_may_go(&principal).filter(|((is_own, _), _)| *is_own || !is_share_used);
            Some(may_go.max_by_key(|(order, _)| *order).map(|(_, id)| Arc::clone(id)).ok_or(Full)?)
        } else {
            None
        };
        if let Some(goes) = &goes {
            self.known.remove(goes);
        }
        self.known.insert(Arc::clone(id), known);
        Ok(goes)
    }

    /// A stream of a session begins, perhaps with a request.
    pub(super) fn enter(&mut self, id: &str, request: Option<RequestId>) {
        if let Some(known) = self.known.get_mut(id) {
            (known.used, known.is_taken_up) = (Instant::now(), true);
            known.streams += 1;
            known.unanswered.extend(request);
        }
    }

    /// A stream of a session ends.
    pub(super) fn leave(&mut self, id: &str) {
        if let Some(known) = self.known.get_mut(id) {
            known.used = Instant::now();
            known.streams = known.streams.saturating_sub(1);
        }
    }

    /// Whether a request of that id waits for its answer, though nobody may listen any more.
    pub(super) fn is_unanswered(&self, id: &str, request: &RequestId) -> bool {
        self.known.get(id).is_some_and(|known| known.unanswered.contains(request))
    }

    /// A request of that id has its answer, or will never have one.
    pub(super) fn settle(&mut self, id: &str, request: &RequestId) {
        if let Some(known) = self.known.get_mut(id) {
            known.unanswered.remove(request);
        }
    }

    /// Takes out those who are idle too long, and says when to look again.
    pub(super) fn take_idle(&mut self, idle_max: Duration) -> (Vec<SessionId>, Duration) {
        let is_idle = |known: &Known| known.idle().is_some_and(|idle| idle >= idle_max);
        let idle: Vec<SessionId> = self.known.extract_if(|_, known| is_idle(known)).map(|(id, _)| id).collect();
        let left = self.known.values().filter_map(|known| Some(idle_max.saturating_sub(known.idle()?)));
        // Whoever is not idle now is not idle too long before that time is over.
        (idle, left.min().unwrap_or(idle_max).max(Duration::from_millis(1)))
    }

    /// As many as one principal may have.
    fn share(&self) -> usize {
        self.most.div_ceil(2)
    }

    fn own(&self, principal: &str) -> usize {
        self.known.values().filter(|known| known.is_of(principal)).count()
    }

    /// Who may make way for a session of a principal, and how little it would be missed: its own go before those of
    /// others, and the longest idle first.
    fn those_who_may_go(&self, principal: &str) -> impl Iterator<Item = ((bool, Duration), &SessionId)> {
        self.known.iter().filter_map(move |(id, known)| {
            let (idle, is_own) = (known.idle()?, known.is_of(principal));
            ((is_own && known.is_taken_up) || idle >= IDLE_LEAST).then_some(((is_own, idle), id))
        })
    }
}

#[cfg(test)]
mod tests {
    use telegraphist_application::{Caller, Grants};

    use super::*;
    use crate::selection::Selection;

    fn known(principal: &str) -> Known {
        let caller = Caller { principal: principal.to_owned(), grants: Grants::everything() };
        Known::new(Arc::new(Whom { caller, selection: Arc::new(Selection::default()) }))
    }

    /// Opens a session as a client does, and takes it up; each a moment after the one before.
    async fn open(places: &mut Places, principal: &str, name: &str) -> Result<Option<SessionId>, Full> {
        tokio::time::advance(Duration::from_millis(1)).await;
        let gone = handed_out(places, principal, name)?;
        places.enter(name, None);
        places.leave(name);
        Ok(gone)
    }

    fn handed_out(places: &mut Places, principal: &str, name: &str) -> Result<Option<SessionId>, Full> {
        places.promise(principal)?;
        places.take_in(&name.into(), known(principal))
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_has_more_than_half_and_ones_own_go_first() {
        let mut places = Places::new(4);
        assert_eq!((open(&mut places, "a", "a1").await, open(&mut places, "a", "a2").await), (Ok(None), Ok(None)));
        assert_eq!(open(&mut places, "a", "a3").await, Ok(Some("a1".into())), "half of the places are free");
        assert_eq!((open(&mut places, "b", "b1").await, open(&mut places, "b", "b2").await), (Ok(None), Ok(None)));
        assert_eq!(open(&mut places, "c", "c1").await, Err(Full), "nobody was idle for long");
        tokio::time::advance(IDLE_LEAST).await;
        assert_eq!(open(&mut places, "c", "c1").await, Ok(Some("a2".into())), "it was idle longest");
        assert_eq!(
            open(&mut places, "b", "b3").await,
            Ok(Some("b1".into())),
            "its own goes before the idle one of another"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_was_just_handed_out_is_nobodys_to_take() {
        let mut places = Places::new(4);
        assert_eq!(handed_out(&mut places, "a", "a1"), Ok(None));
        assert_eq!(handed_out(&mut places, "a", "a2"), Ok(None));
        assert_eq!(handed_out(&mut places, "a", "a3"), Err(Full));
        tokio::time::advance(IDLE_LEAST).await;
        assert!(handed_out(&mut places, "a", "a3").is_ok_and(|gone| gone.is_some()), "whoever opened it never came");
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_never_more_sessions_than_places() {
        let mut places = Places::new(2);
        assert_eq!((open(&mut places, "a", "a1").await, open(&mut places, "b", "b1").await), (Ok(None), Ok(None)));
        places.promise("a").expect("its own may make way");
        assert_eq!(places.promise("a"), Err(Full), "one cannot make way for two");
        places.enter("a1", Some(RequestId::Number(1)));
        assert_eq!(places.take_in(&"a2".into(), known("a")), Err(Full), "it came to life since");
        places.leave("a1");
        assert!(places.is_unanswered("a1", &RequestId::Number(1)), "nobody listens, and the call goes on");
        places.settle("a1", &RequestId::Number(1));
        assert!(!places.is_unanswered("a1", &RequestId::Number(1)));
        places.promise("a").expect("the promise that could not be kept is forgotten");
        places.withdraw("a");
        assert_eq!(open(&mut places, "a", "a2").await, Ok(Some("a1".into())));
        assert_eq!(places.known.len(), 2);
    }
}
