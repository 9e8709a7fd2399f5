//! Requests that were not answered yet, and what a new daemon has to be told first.

use std::collections::HashMap;

use super::scan::Facts;

/// So many requests may be open at once; more are refused.
const OPEN_MAX: usize = 16 * 1024;

/// A line from the client.
pub(super) struct Line<'a> {
    /// With its end.
    pub(super) bytes: &'a [u8],
    /// What it says about itself.
    pub(super) facts: Facts,
}

impl Line<'_> {
    /// The id, if this is a request.
    pub(super) fn request_id(&self) -> Option<&[u8]> {
        self.facts.method.as_ref().and(self.facts.id.as_deref())
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Request {
    /// Raw JSON.
    pub(super) id: Vec<u8>,
    /// What was asked.
    pub(super) ask: Ask,
    /// Handed over in full; nobody knows what became of it if the daemon dies.
    is_sent: bool,
}

/// What a request is, as far as it matters when it is lost.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// `initialize`: asked again of the new daemon.
    Initialize,
    /// `tools/call` of that tool.
    Tool(String),
    /// Anything else; it only reads.
    Other,
}

/// Something to say to a new daemon.
pub(super) struct Step {
    pub(super) line: Vec<u8>,
    /// The client has had this answer already.
    pub(super) is_answer_swallowed: bool,
}

/// All open requests of the client.
#[derive(Default)]
pub(super) struct Open {
    requests: HashMap<Vec<u8>, Request>,
    initialize: Option<Vec<u8>>,
    initialized: Option<Vec<u8>>,
}

impl Open {
    /// Notes a line before it is sent. Gives back the id where it cannot be taken.
    pub(super) fn register(&mut self, line: &Line<'_>) -> Option<Vec<u8>> {
        match line.facts.method.as_deref() {
            Some(b"notifications/initialized") => self.initialized = Some(line.bytes.to_vec()),
            Some(b"notifications/cancelled") => {
                if let Some(id) = &line.facts.request_id {
                    self.requests.remove(id);
                }
            }
            _ => {}
        }
        let id = line.request_id()?;
        if self.requests.len() >= OPEN_MAX {
            return Some(id.to_vec());
        }
        let ask = match line.facts.method.as_deref() {
            Some(b"initialize") => {
                self.initialize = Some(line.bytes.to_vec());
                Ask::Initialize
            }
            Some(b"tools/call") => {
                let name = line.facts.name.as_deref().unwrap_or_default();
                Ask::Tool(String::from_utf8_lossy(name).into_owned())
            }
            Some(_) | None => Ask::Other,
        };
        let request = Request { id: id.to_vec(), ask, is_sent: false };
        self.requests.insert(id.to_vec(), request);
        None
    }

    /// It was handed over in full.
    pub(super) fn mark_sent(&mut self, id: &[u8]) {
        if let Some(request) = self.requests.get_mut(id) {
            request.is_sent = true;
        }
    }

    /// A line from the daemon; only a line without a method is an answer.
    pub(super) fn note_answer(&mut self, facts: &Facts) {
        if let (None, Some(id)) = (&facts.method, &facts.id) {
            self.requests.remove(id);
        }
    }

    /// Takes one out.
    pub(super) fn take(&mut self, id: &[u8]) -> Option<Request> {
        self.requests.remove(id)
    }

    /// Takes out what was sent to a daemon that died. `initialize` stays, unless nobody will ask again.
    pub(super) fn take_lost(&mut self, is_last: bool) -> Vec<Request> {
        self.requests
            .extract_if(|_, request| is_last || (request.is_sent && request.ask != Ask::Initialize))
            .map(|(_, request)| request)
            .collect()
    }

    /// Takes out everything.
    pub(super) fn take_all(&mut self) -> Vec<Request> {
        self.requests.drain().map(|(_, request)| request).collect()
    }

    /// Whether the client opened with `initialize`, as the protocol was before 2026-07-28.
    pub(super) fn is_initialized(&self) -> bool {
        self.initialize.is_some()
    }

    /// What a new daemon has to hear before anything else. An `initialize` that was not handed over yet is not
    /// repeated here; it will be sent as any other line.
    pub(super) fn replay(&self) -> Vec<Step> {
        let Some(initialize) = &self.initialize else {
            return Vec::new();
        };
        let open = self.requests.values().find(|request| request.ask == Ask::Initialize);
        if open.is_some_and(|request| !request.is_sent) {
            return Vec::new();
        }
        let mut steps = vec![Step { line: initialize.clone(), is_answer_swallowed: open.is_none() }];
        if let (None, Some(initialized)) = (open, &self.initialized) {
            steps.push(Step { line: initialized.clone(), is_answer_swallowed: false });
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::Scanner;
    use super::*;

    const INITIALIZE: &str = r#"{"id":0,"method":"initialize","params":{}}"#;
    const INITIALIZED: &str = r#"{"method":"notifications/initialized"}"#;
    const SEND: &str = r#"{"id":1,"method":"tools/call","params":{"name":"send_message"}}"#;

    fn register(open: &mut Open, text: &str) -> Option<Vec<u8>> {
        let facts = Scanner::default().whole_line(text.as_bytes());
        open.register(&Line { bytes: text.as_bytes(), facts })
    }

    fn answer(open: &mut Open, text: &str) {
        open.note_answer(&Scanner::default().whole_line(text.as_bytes()));
    }

    #[test]
    fn an_answered_request_is_not_lost() {
        let mut open = Open::default();
        register(&mut open, SEND);
        open.mark_sent(b"1");
        answer(&mut open, r#"{"id":1,"result":{}}"#);
        assert!(open.take_lost(false).is_empty());
    }

    #[test]
    fn a_request_of_the_server_with_the_same_id_is_no_answer() {
        let mut open = Open::default();
        register(&mut open, SEND);
        open.mark_sent(b"1");
        answer(&mut open, r#"{"id":1,"method":"elicitation/create"}"#);
        assert_eq!(open.take_lost(false).len(), 1);
    }

    #[test]
    fn only_what_was_handed_over_is_lost_with_the_daemon() {
        let mut open = Open::default();
        register(&mut open, SEND);
        assert!(open.take_lost(false).is_empty());
        open.mark_sent(b"1");
        let lost = open.take_lost(false);
        assert_eq!(lost[0].ask, Ask::Tool("send_message".to_owned()));
    }

    #[test]
    fn a_cancelled_request_waits_for_nothing() {
        let mut open = Open::default();
        register(&mut open, SEND);
        open.mark_sent(b"1");
        register(&mut open, r#"{"method":"notifications/cancelled","params":{"requestId":1}}"#);
        assert!(open.take_lost(false).is_empty());
    }

    #[test]
    fn a_new_daemon_hears_the_handshake_and_the_client_does_not_hear_it_twice() {
        let mut open = Open::default();
        register(&mut open, INITIALIZE);
        open.mark_sent(b"0");
        answer(&mut open, r#"{"id":0,"result":{}}"#);
        register(&mut open, INITIALIZED);
        let steps = open.replay();
        assert_eq!(steps[0].line, INITIALIZE.as_bytes());
        assert!(steps[0].is_answer_swallowed);
        assert_eq!(steps[1].line, INITIALIZED.as_bytes());
    }

    #[test]
    fn an_unanswered_handshake_is_asked_again_for_the_client() {
        let mut open = Open::default();
        register(&mut open, INITIALIZE);
        assert!(open.replay().is_empty(), "it was not handed over yet");
        open.mark_sent(b"0");
        assert!(open.take_lost(false).is_empty());
        let steps = open.replay();
        assert_eq!(steps.len(), 1);
        assert!(!steps[0].is_answer_swallowed);
    }

    #[test]
    fn too_many_open_requests_are_refused() {
        let mut open = Open::default();
        for id in 0..OPEN_MAX {
            let line = format!(r#"{{"id":{id},"method":"ping"}}"#);
            assert_eq!(register(&mut open, &line), None);
        }
        let refused = register(&mut open, r#"{"id":"x","method":"ping"}"#);
        assert_eq!(refused, Some(b"\"x\"".to_vec()));
    }
}
