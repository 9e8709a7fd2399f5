//! What an agent says in one place, in order. Notices that come while others are being written are written together: a
//! burst pays for few commits, and each is answered when it is durable.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use telegraphist_domain::conversation::{Author, Refusal, Said};
use telegraphist_domain::{
    Aggregate as _, ContentId, Conversation, ConversationEvent, ConversationId, DeliveryId, Place, Timestamp,
};
use tokio::sync::oneshot;

use crate::application::Application;
use crate::delivery;
use crate::failure::{Code, Failure};
use crate::ports::{AppendError, Content, NewDelivery, Once, Queued, StoreError, Together, Version};

/// So many notices are written together.
const TOGETHER_MAX: usize = 64;
/// How often something is written anew because somebody else was faster; each time somebody made progress.
const ATTEMPTS_MAX: usize = 32;

/// Which agent says something, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Line {
    pub(super) place: Place,
    /// By the name under which its conversations are kept.
    pub(super) agent: String,
}

/// A notice on its way into a line.
pub(super) struct Entry {
    /// Its conversation is filled in when it is written.
    pub(super) delivery: NewDelivery,
    /// What it says, to be found by the delivery's id.
    pub(super) content: Vec<u8>,
}

/// The lines in which something is being written.
#[derive(Default)]
pub(crate) struct Lines {
    open: Mutex<HashMap<Line, Arc<OpenLine>>>,
}

#[derive(Default)]
struct OpenLine {
    waiting: Mutex<VecDeque<Waiting>>,
    /// Held by whoever writes.
    pen: tokio::sync::Mutex<()>,
}

struct Waiting {
    entry: Entry,
    done: oneshot::Sender<Result<Queued, Failure>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Application {
    /// Writes a notice into its line; durable when it returns. Whoever comes first writes for all who came meanwhile.
    pub(super) async fn write_into(&self, line: Line, entry: Entry) -> Result<Queued, Failure> {
        let open = Arc::clone(lock(&self.inner.notices.open).entry(line.clone()).or_default());
        let (done, mut told) = oneshot::channel();
        lock(&open.waiting).push_back(Waiting { entry, done });
        let answer = {
            let _pen = open.pen.lock().await;
            loop {
                match told.try_recv() {
                    Ok(answer) => break answer,
                    Err(oneshot::error::TryRecvError::Closed) => break Err(broken()),
                    Err(oneshot::error::TryRecvError::Empty) => {}
                }
                let together = take(&mut lock(&open.waiting));
                self.write(&line, together).await;
            }
        };
        drop(open);
        self.inner.notices.close(&line);
        answer
    }

    /// Writes what waits together, and answers each.
    async fn write(&self, line: &Line, mut together: Vec<Waiting>) {
        for _ in 0..ATTEMPTS_MAX {
            if together.is_empty() {
                return;
            }
            match self.try_write(line, &together).await {
                Ok(()) => {
                    for waiting in together {
                        let queued = Queued { id: waiting.entry.delivery.id, is_new: true };
                        // Whoever asked may be gone; what was written stays.
                        let _ = waiting.done.send(Ok(queued));
                    }
                    return;
                }
                Err(AppendError::Conflict | AppendError::NameTaken) => {}
                Err(AppendError::AlreadyQueued(earlier)) => match self.once_of(earlier).await {
                    Ok(once) => answer_earlier(&mut together, earlier, once.as_ref()),
                    Err(error) => return answer_all(together, &error.into()),
                },
                Err(AppendError::Store(error)) => return answer_all(together, &error.into()),
            }
        }
        answer_all(together, &contended());
    }

    async fn try_write(&self, line: &Line, together: &[Waiting]) -> Result<(), AppendError> {
        let known = self.ports().conversations.conversation_in(&line.place, &line.agent).await?;
        let at = self.moment();
        let (id, version, mut events, mut state) = if let Some(known) = known {
            let loaded = self.ports().conversation_events.load(known.id).await?;
            let loaded = loaded.ok_or_else(|| StoreError::Unavailable("a conversation is gone".into()))?;
            (known.id, loaded.version, Vec::new(), loaded.state)
        } else {
            let id = ConversationId(self.ports().ids.ordered());
            let started = Conversation::start(id, line.place, line.agent.clone(), at);
            let state = Conversation::replay(&started).expect("a conversation begins with its start");
            (id, Version(0), started, state)
        };
        let mut with = Together::default();
        for Waiting { entry, .. } in together {
            let content = ContentId(entry.delivery.id.0);
            let said = Said { author: Author::Agent(entry.delivery.id), content, message: None, reply_to: None };
            for event in said_by_agent(&state, said, at) {
                state = Conversation::evolve(Some(state), &event).expect("a conversation goes on");
                events.push(event);
            }
            with.contents.push(Content { id: content, bytes: entry.content.clone() });
            with.deliveries.push(NewDelivery { conversation: Some(id), ..entry.delivery.clone() });
        }
        let appended = self.ports().conversation_events.append(id, version, &events, &with).await;
        delivery::rung(self, appended).map(drop)
    }

    async fn once_of(&self, earlier: DeliveryId) -> Result<Option<Once>, StoreError> {
        Ok(self.ports().deliveries.delivery(earlier).await?.and_then(|delivery| delivery.once))
    }
}

/// An agent that speaks goes on, if it waited.
fn said_by_agent(state: &Conversation, said: Said, at: Timestamp) -> Vec<ConversationEvent> {
    match state.say(said, at) {
        Ok(events) => events,
        Err(Refusal::Paused | Refusal::Over) => {
            let mut events = state.resume(at);
            let resumed = events.iter().fold(Some(state.clone()), Conversation::evolve);
            let resumed = resumed.expect("a conversation goes on");
            events.extend(resumed.say(said, at).expect("an active conversation takes messages"));
            events
        }
    }
}

impl Lines {
    /// Forgets a line in which nobody writes any more.
    fn close(&self, line: &Line) {
        let mut open = lock(&self.open);
        // One is the map's; whoever else holds it still waits in it.
        if open.get(line).is_some_and(|open| Arc::strong_count(open) == 1 && lock(&open.waiting).is_empty()) {
            open.remove(line);
        }
    }
}

/// The next that can be written together: each key once, so that a repeat finds what was written before it.
fn take(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut keys = HashSet::new();
    let is_first = |waiting: &&Waiting| waiting.entry.delivery.once.clone().is_none_or(|once| keys.insert(once));
    let count = waiting.iter().take(TOGETHER_MAX).take_while(is_first).count();
    waiting.drain(..count).collect()
}

/// Answers the one whose key was used before.
fn answer_earlier(together: &mut Vec<Waiting>, earlier: DeliveryId, once: Option<&Once>) {
    let Some(once) = once else { return };
    if let Some(at) = together.iter().position(|waiting| waiting.entry.delivery.once.as_ref() == Some(once)) {
        let waiting = together.remove(at);
        let _ = waiting.done.send(Ok(Queued { id: earlier, is_new: false }));
    }
}

fn answer_all(together: Vec<Waiting>, failure: &Failure) {
    for waiting in together {
        let _ = waiting.done.send(Err(failure.clone()));
    }
}

fn contended() -> Failure {
    Failure::new(Code::Overloaded, "This conversation is being written to by others.", "Repeat the call.")
}

fn broken() -> Failure {
    Failure::new(Code::Internal, "Writing the notice broke.", "Repeat the call with the same idempotency_key.")
}
