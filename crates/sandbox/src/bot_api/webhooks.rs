//! Webhooks: updates are taken to the bot's program, which may answer each with a call.
//!
//! For each webhook runs one task, which decides what goes next; each delivery is a task of its own. Only loopback is reached.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::answer::{Answer, ApiError, Outcome};
use super::catalogue::Catalogue;
use super::desk::{Allowed, Delivery, Next, Taken, Target};
use super::json::Object;
use super::request::{self, Given};
use crate::server::Hub;

/// Where the secret stands.
const SECRET: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");
/// Letters of a secret.
const SECRET_MAX: usize = 256;
/// How many updates are taken at once unless told.
const CONNECTIONS: i64 = 40;
const CONNECTIONS_MAX: i64 = 100_000;
/// A program has so long to take an update, in milliseconds. ASSUMED.
const PATIENCE: i64 = 60_000;
/// The longest answer that is read.
const ANSWER_MAX: usize = 10 * 1024 * 1024;
/// Webhooks are not changed more often, in milliseconds.
const CHANGE_PAUSE: i64 = 1_000;

/// Answers a `setWebhook`.
pub(super) fn set(hub: &Arc<Hub>, bot: i64, given: &Given) -> Outcome {
    let url = given.text("url").unwrap_or_default().trim();
    if url.is_empty() {
        return Ok(remove(hub, bot, given));
    }
    let target = target(url, given)?;
    let number = hub.change(|state| {
        let now = state.world.clock.millis();
        let queue = state.desk.queue(bot);
        let is_same = queue.webhook.as_ref().is_some_and(|webhook| webhook.target == target);
        if !is_same && queue.webhook_changed_at.is_some_and(|at| now < at + CHANGE_PAUSE) {
            return Err(ApiError::too_many(1));
        }
        if let Some(names) = given.names("allowed_updates") {
            queue.allowed = Allowed::named(&names);
        }
        if given.flag("drop_pending_updates") {
            queue.forget_all();
        }
        if is_same {
            return Ok(None);
        }
        queue.webhook_changed_at = Some(now);
        Ok(Some(queue.set_webhook(Some(target))))
    })?;
    let Some(number) = number else { return Ok(said("Webhook is already set")) };
    hub.tasks.spawn(deliver_all(Arc::clone(hub), bot, number));
    Ok(said("Webhook was set"))
}

/// Answers a `deleteWebhook`.
pub(super) fn remove(hub: &Hub, bot: i64, given: &Given) -> Answer {
    hub.change(|state| {
        let queue = state.desk.queue(bot);
        if given.flag("drop_pending_updates") {
            queue.forget_all();
        }
        if queue.webhook.is_none() {
            return said("Webhook is already deleted");
        }
        queue.set_webhook(None);
        said("Webhook was deleted")
    })
}

/// Answers a `getWebhookInfo`.
pub(super) fn info(hub: &Hub, bot: i64) -> Answer {
    hub.change(|state| {
        let now = state.world.clock.millis();
        let queue = state.desk.queue(bot);
        queue.confirm(0, now);
        let count = u64::try_from(queue.len()).unwrap_or(u64::MAX);
        let object = Object::new();
        let names = queue.allowed.names();
        let object = match &queue.webhook {
            None => object.with("url", "").with("has_custom_certificate", false).with("pending_update_count", count),
            Some(webhook) => object
                .with("url", webhook.target.url.as_str())
                .with("has_custom_certificate", webhook.target.certificate)
                .with("pending_update_count", count)
                .with_some("ip_address", webhook.target.ip.as_deref())
                .with_some("last_error_date", webhook.last_error.as_ref().map(|(date, _)| *date))
                .with_some("last_error_message", webhook.last_error.as_ref().map(|(_, why)| why.as_str()))
                .with("max_connections", u64::try_from(webhook.target.connections_max).unwrap_or(u64::MAX)),
        };
        object.with_list("allowed_updates", names).into()
    })
}

fn said(description: &'static str) -> Answer {
    Answer { description: Some(description), ..Answer::from(true) }
}

/// Reads where updates shall be taken.
fn target(url: &str, given: &Given) -> Result<Target, ApiError> {
    let bad = ApiError::bad_request;
    let secret = given.text("secret_token").map(str::to_owned);
    if secret.as_ref().is_some_and(|secret| secret.len() > SECRET_MAX) {
        return Err(bad("secret token is too long"));
    }
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if secret.as_ref().is_some_and(|secret| !secret.chars().all(is_fine)) {
        return Err(bad("secret token contains unallowed characters"));
    }
    let named = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let parsed = url::Url::parse(&named).map_err(|_| bad("invalid webhook URL specified"))?;
    let host = parsed.host_str().ok_or_else(|| bad("invalid webhook URL specified"))?;
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    if parsed.scheme() != "http" {
        return Err(bad("bad webhook: the sandbox speaks plain HTTP to webhooks, use an http:// address"));
    }
    if !ip.map_or(host == "localhost", |ip| ip.is_loopback()) {
        return Err(bad("bad webhook: the sandbox reaches loopback addresses only"));
    }
    let connections = given.integer::<i64>("max_connections").filter(|count| *count > 0).unwrap_or(CONNECTIONS);
    Ok(Target {
        url: parsed.to_string(),
        secret,
        connections_max: usize::try_from(connections.clamp(1, CONNECTIONS_MAX)).unwrap_or(1),
        certificate: given.upload("certificate").is_some(),
        ip: Some(
            given
                .text("ip_address")
                .map_or_else(|| ip.map_or("127.0.0.1".to_owned(), |ip| ip.to_string()), str::to_owned),
        ),
    })
}

/// Takes updates to a webhook for as long as it is the bot's.
async fn deliver_all(hub: Arc<Hub>, bot: i64, number: u64) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    loop {
        let (next, mut changes) = hub.change(|state| {
            let now = state.world.clock.millis();
            let disorder = state.faults.has_disorder(bot);
            let queue = state.desk.queue(bot);
            let (next, changes) = (queue.next_delivery(number, now, disorder), queue.changes());
            if disorder && matches!(next, Next::Take(_)) {
                state.faults.next_disorder(bot);
            }
            (next, changes)
        });
        let again_at = match next {
            Next::Over => return,
            Next::Take(delivery) => {
                hub.tasks.spawn(deliver(Arc::clone(&hub), bot, number, delivery, client.clone()));
                continue;
            }
            Next::Wait(again_at) => again_at,
        };
        let due = async {
            match again_at {
                Some(moment) => hub.wait_until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            _ = changes.changed() => {}
            () = hub.closing.cancelled() => return,
        }
    }
}

async fn deliver(hub: Arc<Hub>, bot: i64, number: u64, delivery: Delivery, client: Client<HttpConnector, Body>) {
    let id = delivery.id;
    let deadline = hub.change(|state| state.world.clock.millis()) + PATIENCE;
    let answer = tokio::select! {
        answer = post(&client, &delivery) => answer,
        () = hub.wait_until(deadline) => Err("Read timeout expired".to_owned()),
        () = hub.closing.cancelled() => return,
    };
    let taken = match answer {
        Err(why) => Taken::No { why, after: None, gone: false },
        Ok((status, _, _)) if status.is_success() && hub.change(|state| state.faults.next_twice(bot)) => {
            Taken::No { why: "Connection reset by peer".to_owned(), after: Some(0), gone: false }
        }
        Ok((status, headers, body)) if status.is_success() => {
            perform(&hub, bot, headers, body).await;
            Taken::Yes
        }
        Ok((status, headers, _)) => Taken::No {
            why: format!(
                "Wrong response from the webhook: {} {}",
                status.as_u16(),
                status.canonical_reason().unwrap_or_default()
            ),
            after: headers.get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok()?.parse().ok()),
            gone: status == StatusCode::GONE,
        },
    };
    hub.change(|state| {
        let now = state.world.clock.millis();
        state.desk.queue(bot).settle(number, id, taken, now);
    });
}

async fn post(
    client: &Client<HttpConnector, Body>,
    delivery: &Delivery,
) -> Result<(StatusCode, HeaderMap, Bytes), String> {
    let mut request = Request::post(&delivery.target.url).header(CONTENT_TYPE, "application/json");
    if let Some(secret) = &delivery.target.secret {
        request = request.header(SECRET, secret);
    }
    let request = request.body(Body::from(delivery.text.get().to_owned())).map_err(|error| error.to_string())?;
    let refused = |error: hyper_util::client::legacy::Error| {
        if error.is_connect() { "Connection refused" } else { "Connection reset by peer" }.to_owned()
    };
    let (head, body) = client.request(request).await.map_err(refused)?.into_parts();
    let body = axum::body::to_bytes(Body::new(body), ANSWER_MAX).await;
    Ok((head.status, head.headers, body.map_err(|_| "Connection reset by peer".to_owned())?))
}

/// Performs the call that a program has put into its answer; nobody is told what comes of it.
async fn perform(hub: &Arc<Hub>, bot: i64, headers: HeaderMap, body: Bytes) {
    let mut request = Request::new(Body::from(body));
    *request.headers_mut() = headers;
    let Ok(given) = request::read(request).await else { return };
    let Some(name) = given.text("method").map(str::to_owned) else { return };
    let is_allowed = Catalogue::get().method(&name).is_some_and(|method| {
        let name = method.name.as_str();
        !name.starts_with("get") && !matches!(name, "setWebhook" | "deleteWebhook" | "close" | "logOut")
    });
    if is_allowed {
        let _ = super::server::perform(hub, bot, &name, given).await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(arguments: Value) -> Result<Target, String> {
        let Value::Object(object) = arguments else { panic!("an object") };
        let given = Given::from_json(object);
        let refused = |error: ApiError| error.description.trim_start_matches("Bad Request: ").to_owned();
        target(given.text("url").unwrap_or_default(), &given).map_err(refused)
    }

    #[test]
    fn only_loopback_is_reached() {
        let read = |url: &str| read(json!({ "url": url }));
        for right in ["http://127.0.0.1:8080/hook", "localhost:8080", "http://[::1]/x"] {
            assert!(read(right).is_ok(), "{right}");
        }
        for wrong in ["http://example.org/", "http://10.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1.example.org/"]
        {
            assert!(read(wrong).expect_err(wrong).starts_with("bad webhook"), "{wrong}");
        }
        assert_eq!(read("http://"), Err("invalid webhook URL specified".to_owned()));
    }

    #[test]
    fn secrets_are_checked_and_numbers_brought_back() {
        let with = |name: &str, value: Value| json!({ "url": "http://127.0.0.1/", name: value });
        assert_eq!(read(with("secret_token", json!("x".repeat(257)))), Err("secret token is too long".to_owned()));
        let letters = Err("secret token contains unallowed characters".to_owned());
        assert_eq!(read(with("secret_token", json!("a b"))), letters);
        let many = read(with("max_connections", json!(1_000_000)));
        assert_eq!(many.map(|target| target.connections_max), Ok(100_000));
    }
}
