//! `/metrics`: the numbers as text, at a door of its own.
//!
//! Numbers name tools and states, so they are not for everybody who may reach the gateway. The door answers one path,
//! with what its source writes, and knows nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use crate::gateway::Gateway;

/// What Prometheus takes.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where the numbers come from.
#[async_trait]
pub trait Numbers: Send + Sync + 'static {
    /// All of them as Prometheus' text; the reason why not, which is told to nobody but the log.
    async fn written(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>>;
}

impl Gateway {
    /// Serves the numbers here, and nothing else, until `stop` fires.
    pub async fn serve_metrics(self, numbers: Arc<dyn Numbers>, stop: CancellationToken) {
        let router = Router::new().route("/metrics", get(metrics)).with_state(numbers);
        let full = Router::new().fallback(async || StatusCode::SERVICE_UNAVAILABLE);
        self.attend(router, full, stop).await;
    }
}

async fn metrics(State(numbers): State<Arc<dyn Numbers>>) -> Response {
    match numbers.written().await {
        Ok(text) => ([(CONTENT_TYPE, TEXT)], text).into_response(),
        Err(problem) => {
            tracing::error!(error = &*problem as &dyn std::error::Error, "the numbers could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
