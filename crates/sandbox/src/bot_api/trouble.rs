//! Trouble to order on the way of a call: before it is performed, and with its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};

use super::answer::{ApiError, write};
use super::line::Scissors;
use crate::faults::bots::{After, Before};
use crate::server::Hub;

/// A slow answer comes in so many pieces.
const PIECES: usize = 4;

/// What happens to a call instead of being performed, if anything. `label` is its name among the faults.
pub(super) async fn before(hub: &Arc<Hub>, label: &str, bot: i64, scissors: &Scissors) -> Option<Response> {
    let delay = hub.change(|state| state.faults.next_delay(label, Some(bot)));
    if let Some(delay) = delay {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = hub.closing.cancelled() => return Some(write(&Err(ApiError::restart()))),
        }
    }
    let (before, refusal) = hub.change(|state| {
        let before = state.faults.next_before(label, bot);
        let refusal = before.is_none().then(|| state.faults.next_refusal(label, Some(bot))).flatten();
        (before, refusal)
    });
    if let Some((code, text)) = refusal {
        return Some(write(&Err(refused(code, &text))));
    }
    Some(match before? {
        Before::Flood(seconds) => write(&Err(ApiError::too_many(seconds))),
        Before::Migrated(to) => {
            let reason = ApiError::bad_request("group chat was upgraded to a supergroup chat");
            write(&Err(ApiError { migrate_to: Some(to), ..reason }))
        }
        Before::Html(status) => html(status),
        Before::Lost => lost(scissors),
    })
}

/// What happens to the answer of a call.
pub(super) fn after(hub: &Arc<Hub>, label: &str, bot: i64, scissors: &Scissors, answer: Response) -> Response {
    let (after, is_cut) =
        hub.change(|state| (state.faults.next_after(label, bot), state.faults.next_cut(label, Some(bot))));
    match after {
        _ if is_cut => lost(scissors),
        None => answer,
        Some(After::Lost) => lost(scissors),
        Some(After::Slow(pause)) => slow(answer, pause),
    }
}

/// A refusal in words of the one who ordered it; where they ask for patience, that is told in the other ways, too.
fn refused(code: i32, text: &str) -> ApiError {
    let retry_after = text.rsplit_once("retry after ").and_then(|(_, seconds)| seconds.parse().ok());
    ApiError { retry_after, ..ApiError::new(u16::try_from(code).unwrap_or(400), text) }
}

fn html(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html"))], page).into_response()
}

/// Nothing at all: what is returned here is never written.
fn lost(scissors: &Scissors) -> Response {
    scissors.cut();
    StatusCode::NO_CONTENT.into_response()
}

fn slow(answer: Response, pause: Duration) -> Response {
    let (head, body) = answer.into_parts();
    let pieces = stream::once(axum::body::to_bytes(body, usize::MAX)).flat_map(move |whole| {
        let whole = whole.unwrap_or_default();
        let size = whole.len().div_ceil(PIECES).max(1);
        let pieces: Vec<Bytes> = whole.chunks(size).map(Bytes::copy_from_slice).collect();
        stream::iter(pieces).then(move |piece| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, std::io::Error>(piece)
        })
    });
    Response::from_parts(head, Body::from_stream(pieces))
}
