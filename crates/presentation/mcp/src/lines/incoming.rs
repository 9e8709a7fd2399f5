//! Reading lines of limited length, so that a reader that is dropped halfway loses nothing.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What a read found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A whole line; `take` it.
    Line,
    /// A line over the limit, drained; `take` gives its beginning.
    TooLong,
    /// Nothing more will come.
    End,
}

/// How much of a line over the limit is kept, to find its id.
const HEAD: usize = 4 * 1024;
/// One read of the operating system.
const CHUNK: usize = 32 * 1024;

/// Lines from a byte stream.
pub(super) struct Incoming<R> {
    read: BufReader<R>,
    line: Vec<u8>,
    line_max: usize,
    is_too_long: bool,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    pub(super) fn new(read: R, line_max: usize) -> Self {
        let read = BufReader::with_capacity(CHUNK, read);
        Self { read, line: Vec::new(), line_max, is_too_long: false }
    }

    pub(super) fn line_max(&self) -> usize {
        self.line_max
    }

    /// The line that `next` announced, without its line break.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.line)
    }

    /// Reads on to the end of the line. May be dropped and called again.
    pub(super) async fn next(&mut self) -> io::Result<Read> {
        loop {
            let chunk = self.read.fill_buf().await?;
            if chunk.is_empty() {
                // A last line without a line break is a line all the same.
                return Ok(if self.line.is_empty() { Read::End } else { self.finish() });
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if self.is_too_long || self.line.len() + part.len() > self.line_max {
                self.is_too_long = true;
                let room = HEAD.saturating_sub(self.line.len()).min(part.len());
                self.line.extend_from_slice(&part[..room]);
                self.line.truncate(HEAD);
                self.line.shrink_to(HEAD);
            } else {
                self.line.extend_from_slice(part);
            }
            let consumed = end.map_or(chunk.len(), |end| end + 1);
            self.read.consume(consumed);
            if end.is_some() {
                return Ok(self.finish());
            }
        }
    }

    fn finish(&mut self) -> Read {
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        if std::mem::take(&mut self.is_too_long) { Read::TooLong } else { Read::Line }
    }
}
