//! Whoever comes over the socket: the same user, a greeting, then MCP or control.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use telegraphist_mcp::Catalogue;
use telegraphist_relay::greeting::{GREETING_BYTES_MAX, Hello, Kind, Refusal, RefusalReason, VERSION, Welcome};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::gate::Gated;
use super::{House, Stay, control};

/// Who connects says hello at once.
const GREETING_MAX: Duration = Duration::from_secs(10);

/// A connection that has been accepted.
pub(super) struct Connection {
    pub(super) read: BufReader<OwnedReadHalf>,
    pub(super) write: OwnedWriteHalf,
}

impl House {
    /// Takes a connection in; it is served in a task of its own.
    pub(super) fn receive(self: &Arc<Self>, stream: UnixStream) {
        let house = Arc::clone(self);
        let guest = self.presence.enter();
        self.tasks.spawn(async move {
            let _guest = guest;
            if let Err(problem) = house.serve(stream).await {
                tracing::warn!(problem = format!("{problem:#}"), "a connection ended badly");
            }
        });
    }

    async fn serve(self: Arc<Self>, stream: UnixStream) -> anyhow::Result<()> {
        let peer = stream.peer_cred().context("cannot tell who connects")?;
        if peer.uid() != rustix::process::geteuid().as_raw() {
            tracing::warn!(uid = peer.uid(), "another user was turned away");
            return Ok(());
        }
        let (read, write) = stream.into_split();
        let mut connection = Connection { read: BufReader::new(read), write };
        let hello = tokio::select! {
            hello = tokio::time::timeout(GREETING_MAX, connection.hello()) => hello.context("no greeting came")??,
            () = self.close.cancelled() => return Ok(()),
        };
        let Some(hello) = hello else { return Ok(()) };
        let refused = self.refusal(&hello);
        let is_refused = refused.is_some();
        let makes_way = matches!(&refused, Some(refusal) if refusal.reason == RefusalReason::OtherVersion);
        connection.welcome(refused).await?;
        if makes_way {
            tracing::info!(version = hello.version, "making way for another version");
            self.stop.cancel();
        }
        match hello.kind {
            _ if is_refused => Ok(()),
            Kind::Mcp => self.serve_mcp(connection, &hello).await,
            Kind::Control => {
                control::serve(self, connection).await;
                Ok(())
            }
        }
    }

    async fn serve_mcp(&self, connection: Connection, hello: &Hello) -> anyhow::Result<()> {
        let _client = self.presence.enter_as_client();
        let mut server = self.server(hello).context("the choice was checked before the welcome")?;
        if let Some(life) = hello.life {
            server = server.for_life(&life.simple().to_string());
        }
        let read = Gated::new(connection.read, Arc::clone(&self.traffic));
        let write = Gated::new(connection.write, Arc::clone(&self.traffic));
        Ok(server.serve(read, write, self.close.clone()).await?)
    }

    /// Why a client cannot be served, if it cannot.
    fn refusal(&self, hello: &Hello) -> Option<Refusal> {
        let refuse = |reason, message: String| Some(Refusal { reason, message });
        if self.stop.is_cancelled() {
            return refuse(RefusalReason::Stopping, "this daemon is ending".to_owned());
        }
        let is_ours = hello.profile == self.places.profile.as_str()
            && hello.data.as_ref().is_none_or(|data| *data == self.places.data);
        if !is_ours {
            let message = format!(
                "the daemon at {} serves another data directory, {}; is XDG_RUNTIME_DIR shared where XDG_DATA_HOME is not?",
                self.places.socket.display(),
                self.places.data.display()
            );
            return refuse(RefusalReason::Invalid, message);
        }
        if hello.version != VERSION && !hello.is_any_version_welcome {
            return match self.stay {
                Stay::UntilIdle(_) => refuse(RefusalReason::OtherVersion, "making way for your version".to_owned()),
                Stay::Foreground => {
                    let message = format!(
                        "version {VERSION} serves this profile in process {} and was started to stay; end it first",
                        std::process::id()
                    );
                    refuse(RefusalReason::Invalid, message)
                }
            };
        }
        match self.server(hello) {
            Ok(_) => None,
            Err(unknown) => refuse(RefusalReason::Invalid, unknown.to_string()),
        }
    }
}

impl Connection {
    /// The first line; `None` where somebody only looked whether there is anybody.
    async fn hello(&mut self) -> anyhow::Result<Option<Hello>> {
        let mut line = Vec::new();
        (&mut self.read).take(GREETING_BYTES_MAX).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&line).context("the greeting is not one").map(Some)
    }

    async fn welcome(&mut self, refused: Option<Refusal>) -> anyhow::Result<()> {
        let tools = Catalogue::get().tools().iter().filter(|tool| tool.is_read_only());
        let reads = tools.map(|tool| tool.facts.name.to_owned()).collect();
        let welcome = Welcome { version: VERSION.to_owned(), reads, refused };
        let mut line = serde_json::to_vec(&welcome)?;
        line.push(b'\n');
        Ok(self.write.write_all(&line).await?)
    }
}
