//! The bytes of photos and documents, in whole or in pieces.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Phone;
use super::shapes::file_name;

/// What is opened by itself may do nothing at all.
const POLICY: &str = "default-src 'none'; sandbox";

/// Types that a browser only shows or plays. Everything else is downloaded, so that a page that somebody sent does not become a page of the phone.
const SHOWN: [&str; 18] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/wav",
    "audio/x-wav",
    "audio/webm",
    "audio/flac",
    "audio/opus",
    "audio/mp3",
    "application/ogg",
];

struct Served {
    bytes: Arc<[u8]>,
    mime: String,
    name: String,
}

pub(super) async fn photo(State(phone): State<Phone>, Path((_, id)): Path<(i64, i64)>, headers: HeaderMap) -> Response {
    let found = phone.see(0, |eyes| {
        let photo = eyes.world.files.photo(id)?;
        let is_png = photo.bytes.starts_with(b"\x89PNG");
        let mime = if is_png { "image/png" } else { "image/jpeg" };
        Some(Served { bytes: Arc::clone(&photo.bytes), mime: mime.to_owned(), name: format!("photo-{id}") })
    });
    answer(found, &headers)
}

pub(super) async fn document(
    State(phone): State<Phone>,
    Path((_, id)): Path<(i64, i64)>,
    headers: HeaderMap,
) -> Response {
    let found = phone.see(0, |eyes| {
        let document = eyes.world.files.document(id)?;
        let mime = document.mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(Served { bytes: Arc::clone(&document.bytes), mime, name: file_name(document) })
    });
    answer(found, &headers)
}

fn answer(found: Option<Served>, headers: &HeaderMap) -> Response {
    let Some(Served { bytes, mime, name }) = found else { return StatusCode::NOT_FOUND.into_response() };
    let total = bytes.len();
    let bytes = Bytes::from_owner(bytes);
    let mut response = match headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(wanted_piece) {
        None => bytes.into_response(),
        Some(wanted) => match wanted.within(total) {
            Some(piece) => {
                let told = format!("bytes {}-{}/{total}", piece.start, piece.end - 1);
                (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_RANGE, told)], bytes.slice(piece)).into_response()
            }
            None => (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{total}"))])
                .into_response(),
        },
    };
    let is_shown = SHOWN.contains(&mime.as_str());
    let kind = if is_shown { mime.as_str() } else { "application/octet-stream" };
    let place = if is_shown { "inline" } else { "attachment" };
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("{place}; filename*=UTF-8''{}", name.replace('+', "%20"));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // A file never changes, but another box on the same port may use its id for another one.
        (header::CACHE_CONTROL, "private, max-age=60"),
    ] {
        headers
            .insert(name, HeaderValue::from_str(value).expect("types of the list and percent-encoded names are ASCII"));
    }
    response
}

/// A piece of a file as a browser asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// From here, at most to there.
    From(usize, Option<usize>),
    /// The last so many bytes.
    Last(usize),
}

impl Wanted {
    /// The piece in a file of this length; nothing if it has no such piece.
    fn within(self, total: usize) -> Option<Range<usize>> {
        let piece = match self {
            Self::From(first, last) => first..last.map_or(total, |last| last.saturating_add(1).min(total)),
            Self::Last(count) => total.saturating_sub(count)..total,
        };
        (piece.start < piece.end).then_some(piece)
    }
}

/// Reads a `Range` header. One that asks for several pieces, or for none that can be understood, is as good as none.
fn wanted_piece(header: &str) -> Option<Wanted> {
    let (first, last) = header.strip_prefix("bytes=")?.trim().split_once('-')?;
    match (first.parse().ok(), last.parse().ok()) {
        (Some(first), last) if last.is_some() || last_is_open(header) => Some(Wanted::From(first, last)),
        (None, Some(count)) if first.is_empty() => Some(Wanted::Last(count)),
        _ => None,
    }
}

fn last_is_open(header: &str) -> bool {
    header.trim_end().ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_and_cut_to_the_file() {
        let piece = |header: &str| wanted_piece(header).and_then(|wanted| wanted.within(10));
        assert_eq!(piece("bytes=0-3"), Some(0..4));
        assert_eq!(piece("bytes=4-"), Some(4..10));
        assert_eq!(piece("bytes=8-99"), Some(8..10));
        assert_eq!(piece("bytes=-3"), Some(7..10));
        assert_eq!(piece("bytes=-99"), Some(0..10));
        assert_eq!(piece("bytes=10-"), None);
        assert_eq!(piece("bytes=-0"), None);
        assert_eq!(piece("bytes=3-1"), None);
        assert_eq!(wanted_piece("bytes=0-1,3-4"), None);
        assert_eq!(wanted_piece("lines=0-1"), None);
        assert_eq!(wanted_piece("bytes=a-b"), None);
    }
}
