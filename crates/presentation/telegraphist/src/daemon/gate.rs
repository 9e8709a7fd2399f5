//! A stream that can be told to take nothing more in, while what was begun is still answered.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// No answer for this long means that none is on its way.
const QUIET: Duration = Duration::from_millis(20);

/// Who writes all the time is not waited for longer.
const QUIET_ROUNDS_MAX: usize = 50;

/// What goes through all gates of a house.
#[derive(Default)]
pub(super) struct Traffic {
    is_closing: AtomicBool,
    writes: AtomicU64,
}

impl Traffic {
    /// From now on nothing is read.
    pub(super) fn stop_reading(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }

    /// Waits until no more answers are written.
    pub(super) async fn quiet(&self) {
        for _ in 0..QUIET_ROUNDS_MAX {
            let before = self.writes.load(Ordering::Relaxed);
            tokio::time::sleep(QUIET).await;
            if self.writes.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

/// One half of a connection.
pub(super) struct Gated<S> {
    stream: S,
    traffic: Arc<Traffic>,
}

impl<S> Gated<S> {
    /// A gate before `stream`.
    pub(super) fn new(stream: S, traffic: Arc<Traffic>) -> Self {
        Self { stream, traffic }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gated<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.traffic.is_closing.load(Ordering::Relaxed) {
            // Never woken again: the connection is closed from outside, when its answers are out.
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gated<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.traffic.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.traffic.writes.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test(start_paused = true)]
    async fn after_closing_nothing_is_read_and_answers_still_go_out() {
        let traffic = Arc::new(Traffic::default());
        let (near, mut far) = tokio::io::duplex(64);
        let mut gated = Gated::new(near, Arc::clone(&traffic));
        far.write_all(b"late").await.expect("written");
        traffic.stop_reading();
        let read = tokio::time::timeout(Duration::from_secs(1), gated.read_u8());
        assert!(read.await.is_err());
        gated.write_all(b"answer").await.expect("written");
        let mut answer = [0; 6];
        far.read_exact(&mut answer).await.expect("read");
        traffic.quiet().await;
        assert_eq!(&answer, b"answer");
    }
}
