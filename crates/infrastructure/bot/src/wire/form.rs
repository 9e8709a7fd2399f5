//! Files on their way to Telegram, streamed: never as a whole in memory.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use serde_json::{Map, Value};
use telegraphist_application::ports::{FileError, Incoming, Progress, ReadHandle};
use teloxide_reqwest::Body;
use teloxide_reqwest::multipart::{Form, Part};
use tokio_util::io::ReaderStream;

use super::body::HandOver;

/// Read and sent at once.
const CHUNK: usize = 128 * 1024;
/// Progress is told once in so many bytes.
const REPORT_EVERY: u64 = 512 * 1024;

/// A file to be sent.
pub(crate) struct Upload {
    /// What arguments call it: `attach://<name>`.
    pub(crate) name: String,
    /// The file.
    pub(crate) file: Incoming,
    /// More bytes than this are refused while they are read.
    pub(crate) limit: u64,
    /// Who hears how far it is.
    pub(crate) progress: Option<Arc<dyn Progress>>,
}

/// Why a file could not be read to its end; the connection only says that the body broke.
#[derive(Clone, Default)]
pub(crate) struct Sources(Arc<Mutex<Option<FileError>>>);

impl Sources {
    pub(crate) fn failure(&self) -> Option<FileError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes the failure and gives what ends the body.
    fn fail(&self, error: FileError) -> io::Error {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        io::Error::other("a file could not be read to its end")
    }
}

/// Arguments and files as a form; the hand-over is noted when the last file was taken to its end.
pub(super) fn form(arguments: Map<String, Value>, files: Vec<Upload>, hand_over: &HandOver, sources: &Sources) -> Form {
    let mut form = Form::new();
    for (name, value) in arguments {
        let value = match value {
            Value::String(text) => text,
            value => value.to_string(),
        };
        form = form.text(name, value);
    }
    let last = files.len().saturating_sub(1);
    for (number, upload) in files.into_iter().enumerate() {
        let name = upload.name.clone();
        let end = (number == last).then(|| hand_over.clone());
        form = form.part(name, part(upload, end, sources.clone()));
    }
    form
}

fn part(upload: Upload, end: Option<HandOver>, sources: Sources) -> Part {
    let Upload { file, limit, progress, .. } = upload;
    let Incoming { size, name, mime_type, bytes } = file;
    let body = Body::wrap_stream(chunks(Reading::new(bytes, size, limit, progress), end, sources));
    let part = match size {
        Some(size) => Part::stream_with_length(body, size),
        None => Part::stream(body),
    };
    // Telegram looks into the file itself where the type says nothing that HTTP takes.
    let is_type = Part::bytes(Vec::new()).mime_str(&mime_type).is_ok();
    let part = if is_type { part.mime_str(&mime_type).unwrap_or_else(|_| Part::text("")) } else { part };
    part.file_name(name)
}

/// A file being read.
struct Reading {
    bytes: ReaderStream<ReadHandle>,
    size: Option<u64>,
    limit: u64,
    progress: Option<Arc<dyn Progress>>,
    done: u64,
}

impl Reading {
    fn new(bytes: ReadHandle, size: Option<u64>, limit: u64, progress: Option<Arc<dyn Progress>>) -> Self {
        Self { bytes: ReaderStream::with_capacity(bytes, CHUNK), size, limit, progress, done: 0 }
    }

    /// The next bytes; none at the end, which must be where it was said to be.
    async fn next(&mut self) -> Result<Option<Bytes>, FileError> {
        let Some(chunk) = self.bytes.next().await else {
            return match self.size {
                Some(size) if self.done < size => Err(FileError::Io(ErrorKind::UnexpectedEof.into())),
                Some(_) | None => Ok(None),
            };
        };
        let chunk = chunk.map_err(|error| match error.kind() {
            // Some sources know their limit themselves.
            ErrorKind::FileTooLarge => FileError::TooLarge { limit: self.limit },
            _ => FileError::Io(error),
        })?;
        let before = self.done;
        self.done += chunk.len() as u64;
        if self.done > self.limit {
            return Err(FileError::TooLarge { limit: self.limit });
        }
        if self.size.is_some_and(|size| self.done > size) {
            return Err(FileError::Io(io::Error::other("the file has grown while it was read")));
        }
        if before / REPORT_EVERY != self.done / REPORT_EVERY || self.size == Some(self.done) {
            self.report();
        }
        Ok(Some(chunk))
    }

    fn report(&self) {
        if let Some(progress) = &self.progress {
            progress.report(self.done, self.size, "bytes sent");
        }
    }
}

fn chunks(
    reading: Reading,
    end: Option<HandOver>,
    sources: Sources,
) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static {
    stream::try_unfold((reading, end, sources), async |(mut reading, end, sources)| match reading.next().await {
        Ok(Some(chunk)) => Ok(Some((chunk, (reading, end, sources)))),
        Ok(None) => {
            if let Some(hand_over) = &end {
                hand_over.note();
            }
            Ok(None)
        }
        Err(error) => Err(sources.fail(error)),
    })
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt as _;

    use super::*;

    async fn sent(length: usize, size: Option<u64>, limit: u64) -> (Result<usize, FileError>, bool) {
        let (hand_over, sources) = (HandOver::default(), Sources::default());
        let bytes: ReadHandle = Box::pin(io::Cursor::new(vec![7; length]));
        let chunks = chunks(Reading::new(bytes, size, limit, None), Some(hand_over.clone()), sources.clone());
        let sent: Result<Vec<Bytes>, io::Error> = chunks.try_collect().await;
        let sent = sent.map(|chunks| chunks.iter().map(Bytes::len).sum());
        (sent.map_err(|_| sources.failure().expect("the reason is kept")), hand_over.is_done())
    }

    #[tokio::test]
    async fn a_file_is_handed_over_when_it_was_taken_to_its_end() {
        let length = 3 * CHUNK + 5;
        for size in [None, Some(length as u64)] {
            let (sent, is_handed_over) = sent(length, size, length as u64).await;
            assert_eq!((sent.expect("it is read"), is_handed_over), (length, true));
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_what_it_was_said_to_be_ends_the_request() {
        let (large, is_handed_over) = sent(11, None, 10).await;
        assert!(matches!(large, Err(FileError::TooLarge { limit: 10 })) && !is_handed_over);
        for size in [10, 12] {
            let (changed, is_handed_over) = sent(11, Some(size), 100).await;
            assert!(matches!(changed, Err(FileError::Io(_))) && !is_handed_over, "{size}");
        }
    }
}
