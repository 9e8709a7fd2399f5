//! One connection: moves bytes between a socket and its [`Wire`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::debug;

use super::hub::Hub;
use super::links::{LinkEnd, LinkId, Outbound};
use super::now;
use crate::wire::{Broken, Event, Wire};

/// How much is read at once.
const PORTION: usize = 64 * 1024;
/// A connection that says nothing at all is closed after this.
const IDLE_MAX: Duration = Duration::from_mins(10);

/// Serves a connection until either side ends it.
pub(super) async fn serve(hub: Arc<Hub>, stream: TcpStream, link: LinkEnd) {
    let mut connection = Connection {
        hub: Arc::clone(&hub),
        stream,
        link: link.id,
        wire: Wire::new(),
        deadline: Instant::now() + IDLE_MAX,
        is_pinging: false,
        is_framing_known: false,
    };
    let _open = OpenLink { hub, id: link.id };
    let mut inbox = link.inbox;
    // Cutting has to work while a client does not read, so it ends even a write.
    tokio::select! {
        () = link.cut.cancelled() => {}
        () = connection.run(&mut inbox) => {}
    }
}

/// Takes a connection off the list when its task ends, even by a panic.
struct OpenLink {
    hub: Arc<Hub>,
    id: LinkId,
}

impl Drop for OpenLink {
    fn drop(&mut self) {
        self.hub.close_link(self.id);
    }
}

struct Connection {
    hub: Arc<Hub>,
    stream: TcpStream,
    link: LinkId,
    wire: Wire,
    deadline: Instant,
    /// The client sets the deadline with its pings.
    is_pinging: bool,
    is_framing_known: bool,
}

impl Connection {
    async fn run(&mut self, inbox: &mut mpsc::Receiver<Outbound>) {
        let mut portion = vec![0; PORTION];
        loop {
            let heard = tokio::select! {
                read = self.stream.read(&mut portion) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(count) => self.take_bytes(&portion[..count]),
                },
                Some(outbound) = inbox.recv() => {
                    self.say(outbound);
                    Ok(Vec::new())
                }
                () = tokio::time::sleep_until(self.deadline) => return,
            };
            let is_going_on = match heard {
                Ok(events) => self.take_events(events, inbox).await,
                Err(broken) => {
                    debug!(%broken, "a connection ends");
                    // What was written must arrive before the end does.
                    let _ = self.flush().await;
                    let _ = self.stream.shutdown().await;
                    return;
                }
            };
            if is_going_on.is_err() {
                return;
            }
        }
    }

    fn take_bytes(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Broken> {
        if !self.is_pinging {
            self.deadline = Instant::now() + IDLE_MAX;
        }
        let events = self.wire.receive(bytes, now(), self.hub.as_ref());
        self.note_framing();
        events
    }

    /// Does what the client asks and writes the answers, together where they are small.
    async fn take_events(&mut self, events: Vec<Event>, inbox: &mut mpsc::Receiver<Outbound>) -> io::Result<()> {
        for event in events {
            match event {
                Event::DisconnectIn(delay) => {
                    self.is_pinging = true;
                    self.deadline = Instant::now() + delay;
                }
                Event::Request(request) => {
                    if let Some(key_id) = self.wire.key_id() {
                        self.hub.execute(self.link, key_id, request);
                    }
                }
            }
            self.drain(inbox);
            if self.wire.is_full() {
                self.flush().await?;
            }
        }
        self.drain(inbox);
        self.flush().await
    }

    async fn flush(&mut self) -> io::Result<()> {
        let output = self.wire.take_output(now());
        if output.is_empty() { Ok(()) } else { self.stream.write_all(&output).await }
    }

    fn note_framing(&mut self) {
        if !self.is_framing_known
            && let Some(framing) = self.wire.framing()
        {
            self.is_framing_known = true;
            let hidden = if self.wire.is_obfuscated() { "obfuscated " } else { "" };
            self.hub.count_transport(&format!("{hidden}{framing}"));
        }
    }

    fn drain(&mut self, inbox: &mut mpsc::Receiver<Outbound>) {
        while let Ok(outbound) = inbox.try_recv() {
            self.say(outbound);
        }
    }

    fn say(&mut self, outbound: Outbound) {
        match outbound {
            Outbound::Result { request, body } => self.wire.answer(request, &body),
            Outbound::Refusal { request, code, text } => self.wire.refuse(request, code, &text),
            Outbound::Acknowledgement { request } => self.wire.acknowledge(request),
            Outbound::Updates(updates) => self.wire.push(&updates),
        }
    }
}
