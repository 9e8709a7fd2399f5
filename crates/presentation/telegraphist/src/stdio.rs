//! Standard input and output as streams that do not block.
//!
//! A pipe or a socket is given to the reactor; anything else (a file, a terminal) is read in a thread. For a pipe that
//! is several times faster, and clients use nothing else.

use std::os::unix::net::UnixStream as StdUnixStream;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

type Input = Box<dyn AsyncRead + Send + Unpin>;
type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Standard input.
pub(crate) fn input() -> Input {
    match pipe::OpenOptions::new().open_receiver("/proc/self/fd/0") {
        Ok(pipe) => Box::new(pipe),
        Err(_) => match socket(&std::io::stdin()) {
            Some(socket) => Box::new(socket),
            None => Box::new(tokio::io::stdin()),
        },
    }
}

/// Standard output.
pub(crate) fn output() -> Output {
    match pipe::OpenOptions::new().open_sender("/proc/self/fd/1") {
        Ok(pipe) => Box::new(pipe),
        Err(_) => match socket(&std::io::stdout()) {
            Some(socket) => Box::new(socket),
            None => Box::new(tokio::io::stdout()),
        },
    }
}

fn socket(stream: &impl std::os::fd::AsFd) -> Option<UnixStream> {
    let descriptor = stream.as_fd().try_clone_to_owned().ok()?;
    rustix::net::getsockname(&descriptor).ok()?;
    let socket = StdUnixStream::from(descriptor);
    socket.set_nonblocking(true).ok()?;
    UnixStream::from_std(socket).ok()
}
