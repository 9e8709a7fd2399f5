//! A stand-in for the Bot API that answers what it was told to, for what the sandbox does not do.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the stand-in does.
#[derive(Clone)]
pub(super) enum Reply {
    /// A result.
    Result(Value),
    /// A refusal: status, words, parameters.
    Refusal(u16, &'static str, Value),
    /// A page that is not the Bot API's.
    Page(u16, &'static str),
    /// Half an answer, then the connection is gone.
    Cut,
    /// Nothing, for ever.
    Silence,
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    asked: Vec<(String, String)>,
}

type Shared = Arc<Mutex<Script>>;

pub(super) struct StandIn {
    pub(super) url: String,
    script: Shared,
    task: JoinHandle<()>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl StandIn {
    /// One that knows whose token it is and nothing else.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Shared::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the stand-in serves");
        });
        let stand_in = Self { url, script, task };
        let me = json!({"id": 42, "is_bot": true, "first_name": "Reminders", "username": "reminder_bot"});
        stand_in.reply("getMe", Reply::Result(me));
        stand_in.reply("deleteWebhook", Reply::Result(true.into()));
        stand_in
    }

    /// What to answer next to a method. The last answer of each is given again and again.
    pub(super) fn reply(&self, method: &str, reply: Reply) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.replies.entry(method.to_lowercase()).or_default().push_back(reply);
    }

    /// What to answer to a method from now on.
    pub(super) fn reply_only(&self, method: &str, reply: Reply) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.replies.insert(method.to_lowercase(), VecDeque::from([reply]));
    }

    /// With what a method was called, in order.
    pub(super) fn asked(&self, method: &str) -> Vec<Value> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let of_method = script.asked.iter().filter(|(name, _)| name.eq_ignore_ascii_case(method));
        of_method.map(|(_, body)| serde_json::from_str(body).unwrap_or_else(|_| body.as_str().into())).collect()
    }
}

async fn answer(State(script): State<Shared>, request: Request) -> Response {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_lowercase();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.expect("a whole request");
    let reply = {
        let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
        script.asked.push((method.clone(), String::from_utf8_lossy(&body).into_owned()));
        let replies = script.replies.entry(method).or_default();
        if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
    };
    match reply {
        Some(Reply::Result(result)) => json_response(200, &json!({"ok": true, "result": result})),
        Some(Reply::Refusal(code, description, parameters)) => {
            let refusal =
                json!({"ok": false, "error_code": code, "description": description, "parameters": parameters});
            json_response(code, &refusal)
        }
        Some(Reply::Page(status, page)) => (status_of(status), page).into_response(),
        Some(Reply::Cut) => {
            let start = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{\"ok\":true,"))]);
            // An answer that says it is longer than what comes of it.
            let broken = start.map(|part| part.map_err(std::io::Error::other));
            let end = futures::stream::iter([Err(std::io::Error::other("gone"))]);
            Body::from_stream(broken.chain(end)).into_response()
        }
        Some(Reply::Silence) | None => std::future::pending().await,
    }
}

fn json_response(status: u16, body: &Value) -> Response {
    (status_of(status), body.to_string()).into_response()
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a status")
}
