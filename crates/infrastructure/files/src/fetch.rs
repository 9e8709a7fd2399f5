//! Files by URL: the address is resolved and judged here, and the connection goes to that very address.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Once;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use reqwest::{Client, Response, header, redirect};
use telegraphist_application::ports::{FetchLimits, FileError, Incoming};
use tokio::time::Instant;
use tokio_util::io::StreamReader;
use url::{Host, Url};

use crate::address::{is_public, is_public_or_own};
use crate::{mime, name};

/// Redirects followed.
const REDIRECTS_MAX: usize = 5;
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Fetches files from addresses that it allows.
pub(crate) struct Fetcher {
    allows: fn(IpAddr) -> bool,
}

type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

impl Fetcher {
    /// Allows public addresses only.
    pub(crate) fn public() -> Self {
        Self { allows: is_public }
    }

    /// Fetches `url`, following redirects; each address on the way is judged anew.
    pub(crate) async fn fetch(&self, url: &str, limits: FetchLimits) -> Result<Incoming, FileError> {
        let deadline = Instant::now() + limits.time_max;
        let mut url = parse(url)?;
        for _ in 0..=REDIRECTS_MAX {
            let response = in_time(deadline, self.get(&url, deadline)).await?;
            match redirected(&url, &response)? {
                Some(next) => url = next,
                None => return in_time(deadline, incoming(&url, response, limits)).await,
            }
        }
        Err(FileError::Fetch("it is redirected too often".to_owned()))
    }

    /// Allows addresses of one's own networks, too.
    pub(crate) fn own() -> Self {
        Self { allows: is_public_or_own }
    }

    /// Allows this machine only.
    pub(crate) fn loopback() -> Self {
        Self { allows: |address| address.to_canonical().is_loopback() }
    }

    /// Asks for `url` at an address that is allowed, and nowhere else.
    pub(crate) async fn get(&self, url: &Url, deadline: Instant) -> Result<Response, FileError> {
        let (host, addresses) = self.addresses(url).await?;
        let client = pinned(&host, &addresses, deadline)?;
        let response = client.get(url.clone()).send().await.map_err(failed)?;
        let status = response.status();
        if status.is_success() || status.is_redirection() {
            Ok(response)
        } else {
            Err(FileError::Fetch(format!("the server answers {status}")))
        }
    }

    /// The host's addresses. One that is not allowed spoils all: who mixes them is up to something.
    async fn addresses(&self, url: &Url) -> Result<(String, Vec<SocketAddr>), FileError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = url.host().ok_or_else(|| refused("it has no host"))?;
        let addresses: Vec<SocketAddr> = match &host {
            Host::Ipv4(v4) => vec![SocketAddr::new((*v4).into(), port)],
            Host::Ipv6(v6) => vec![SocketAddr::new((*v6).into(), port)],
            Host::Domain(name) => tokio::net::lookup_host((*name, port))
                .await
                .map_err(|_| FileError::Fetch("its host is not known".to_owned()))?
                .collect(),
        };
        if addresses.is_empty() {
            return Err(FileError::Fetch("its host has no address".to_owned()));
        }
        if !addresses.iter().all(|address| (self.allows)(address.ip())) {
            return Err(refused("its address is not public"));
        }
        Ok((host.to_string(), addresses))
    }
}

pub(crate) fn parse(url: &str) -> Result<Url, FileError> {
    let url = Url::parse(url).map_err(|_| refused("it is no URL"))?;
    check(&url)?;
    Ok(url)
}

fn check(url: &Url) -> Result<(), FileError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("only http and https are fetched"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it carries credentials"));
    }
    Ok(())
}

/// A client that connects to these addresses only, whatever the resolver says in the meantime.
fn pinned(host: &str, addresses: &[SocketAddr], deadline: Instant) -> Result<Client, FileError> {
    provide_tls();
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .resolve_to_addrs(host, addresses)
        .connect_timeout(CONNECT_MAX)
        .timeout(deadline.saturating_duration_since(Instant::now()))
        .user_agent(concat!("Telegraphist/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)
}

/// reqwest is built without a TLS provider of its own. Somebody else may have installed one before; any will do.
fn provide_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

fn redirected(from: &Url, response: &Response) -> Result<Option<Url>, FileError> {
    if !response.status().is_redirection() {
        return Ok(None);
    }
    let target = response.headers().get(header::LOCATION);
    let target = target.and_then(|target| target.to_str().ok());
    let next = target.and_then(|target| from.join(target).ok());
    let next = next.ok_or_else(|| FileError::Fetch("it is redirected nowhere".to_owned()))?;
    check(&next)?;
    Ok(Some(next))
}

async fn incoming(url: &Url, response: Response, limits: FetchLimits) -> Result<Incoming, FileError> {
    let too_large = FileError::TooLarge { limit: limits.bytes_max };
    let size = response.content_length();
    if size.is_some_and(|size| size > limits.bytes_max) {
        return Err(too_large);
    }
    let mut rest = response.bytes_stream();
    let mut head = Vec::new();
    while head.len() < mime::HEAD {
        match rest.next().await {
            Some(chunk) => head.extend_from_slice(&chunk.map_err(failed)?),
            None => break,
        }
    }
    if head.len() as u64 > limits.bytes_max {
        return Err(too_large);
    }
    let name = name_of(url);
    let mime_type = mime::of(&head, &name);
    let head = futures::stream::once(std::future::ready(Ok(Bytes::from(head))));
    let rest = rest.map_err(|error| io::Error::other(error.without_url()));
    let bytes = StreamReader::new(capped(Box::pin(head.chain(rest)), limits.bytes_max));
    Ok(Incoming { size, name, mime_type, bytes: Box::pin(bytes) })
}

/// Ends with an error where more comes than was allowed, whatever the server announced.
fn capped(chunks: Chunks, bytes_max: u64) -> Chunks {
    let mut left = bytes_max;
    Box::pin(chunks.map(move |chunk| {
        let chunk = chunk?;
        left = left
            .checked_sub(chunk.len() as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than allowed"))?;
        Ok(chunk)
    }))
}

fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.next_back());
    let last = last.unwrap_or_default();
    let decoded = url::form_urlencoded::parse(format!("n={}", last.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, name)| name.into_owned());
    name::fit(&decoded.unwrap_or_default())
}

pub(crate) async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, FileError>>,
) -> Result<T, FileError> {
    let done = tokio::time::timeout_at(deadline, work).await;
    done.unwrap_or_else(|_| Err(FileError::Fetch("it takes too long".to_owned())))
}

pub(crate) fn refused(why: &str) -> FileError {
    FileError::UrlRefused(why.to_owned())
}

/// The URL may hold a token, so it is left out.
pub(crate) fn failed(error: reqwest::Error) -> FileError {
    let what = if error.is_timeout() {
        "it takes too long"
    } else if error.is_connect() {
        "the server cannot be reached"
    } else {
        "the server's answer cannot be read"
    };
    tracing::debug!(error = %error.without_url(), "a fetch failed");
    FileError::Fetch(what.to_owned())
}

#[cfg(test)]
mod tests;
