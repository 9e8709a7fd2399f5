//! Room for large bodies: who has it, and when it is given back.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::Full;
use reqwest::Method;
use telegraphist_http::{Gateway, GatewayOptions};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use crate::world::{Door, World, in_time};

/// Stands at `/mcp` and answers when it is let; each request that reaches it is told.
#[derive(Clone)]
struct Held {
    reached: Arc<Semaphore>,
    gate: Arc<Semaphore>,
}

impl Service<Request<Bytes>> for Held {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let Self { reached, gate } = self.clone();
        Box::pin(async move {
            reached.add_permits(1);
            gate.acquire().await.expect("never closed").forget();
            Ok(Response::new(Full::new(request.into_body())))
        })
    }
}

#[tokio::test]
async fn a_small_body_that_did_not_say_so_gives_its_room_back_when_it_has_come() {
    let world = World::deaf().await;
    let options = GatewayOptions { body_max: 128 * 1024, ..GatewayOptions::default() };
    let gateway = Gateway::bind("127.0.0.1:0".parse().expect("an address"), options).await.expect("a port");
    let (url, stop) = (format!("http://{}/mcp", gateway.address()), CancellationToken::new());
    let held = Held { reached: Arc::new(Semaphore::new(0)), gate: Arc::new(Semaphore::new(0)) };
    let serving = tokio::spawn(gateway.serve(world.app.clone(), held.clone(), stop.clone()));
    Door::provide_tls();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut waiting = Vec::new();
    // Each takes room for the largest until its end has come; there is room for four of those.
    for n in 0..9 {
        let chunked = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>("small")]));
        waiting.push(tokio::spawn(client.request(Method::POST, &url).body(chunked).send()));
        let reached = in_time(held.reached.acquire()).await;
        reached.unwrap_or_else(|_| panic!("the {n}th is not let in")).forget();
    }
    held.gate.add_permits(waiting.len());
    for answer in waiting {
        let answer = in_time(answer).await.expect("it does not break").expect("an answer");
        assert_eq!(in_time(answer.text()).await.expect("whole"), "small");
    }
    stop.cancel();
    in_time(serving).await.expect("it does not break");
}
