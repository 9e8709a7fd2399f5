//! Small documents from servers that an operator named: over https, from where the name leads and nowhere else.

use futures::StreamExt;
use telegraphist_application::ports::{FetchLimits, FileError};
use tokio::time::Instant;

use crate::fetch::{Fetcher, failed, in_time, parse, refused};

/// Where such servers may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On the public internet.
    Public,
    /// In one's own networks and on this machine, too; on this machine also over plain http.
    Own,
}

/// Fetches a document whole. A redirect is refused: whoever can place one on a server would choose what is believed.
pub async fn fetch_document(url: &str, reach: Reach, limits: FetchLimits) -> Result<Vec<u8>, FileError> {
    let url = parse(url)?;
    let fetcher = match (reach, url.scheme()) {
        (Reach::Public, "https") => Fetcher::public(),
        (Reach::Own, "https") => Fetcher::own(),
        (Reach::Own, _) => Fetcher::loopback(),
        (Reach::Public, _) => return Err(refused("only https is fetched")),
    };
    let deadline = Instant::now() + limits.time_max;
    in_time(deadline, async {
        let response = fetcher.get(&url, deadline).await?;
        if !response.status().is_success() {
            return Err(refused("it is redirected"));
        }
        let too_large = || FileError::TooLarge { limit: limits.bytes_max };
        let mut document = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            document.extend_from_slice(&chunk.map_err(failed)?);
            if document.len() as u64 > limits.bytes_max {
                return Err(too_large());
            }
        }
        Ok(document)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const LIMITS: FetchLimits = FetchLimits { bytes_max: 1_000, time_max: Duration::from_secs(5) };

    /// A server that answers every connection with `answer`, and leaves it open where that is empty.
    async fn server(answer: String) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut connection, _)) = listener.accept().await {
                let _ = connection.read(&mut [0; 1024]).await;
                let _ = connection.write_all(answer.as_bytes()).await;
                if answer.is_empty() {
                    open.push(connection);
                }
            }
        });
        address
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")
    }

    async fn fetched(url: &str, reach: Reach, limits: FetchLimits) -> Result<Vec<u8>, FileError> {
        fetch_document(url, reach, limits).await
    }

    #[tokio::test]
    async fn a_document_of_this_machine_is_fetched_where_that_is_allowed_and_nowhere_else() {
        let address = server(ok("{}")).await;
        assert_eq!(fetched(&format!("http://{address}/a"), Reach::Own, LIMITS).await.unwrap(), b"{}");
        for (url, reach) in [
            (format!("http://{address}/a"), Reach::Public),
            (format!("https://{address}/a"), Reach::Public),
            ("http://10.0.0.1/a".to_owned(), Reach::Own),
            ("http://1.1.1.1/a".to_owned(), Reach::Own),
            ("https://169.254.169.254/a".to_owned(), Reach::Own),
            ("https://user:pw@example.org/a".to_owned(), Reach::Own),
            ("file:///etc/passwd".to_owned(), Reach::Own),
        ] {
            let refused = fetched(&url, reach, LIMITS).await;
            assert!(matches!(refused, Err(FileError::UrlRefused(_))), "{url}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn a_document_is_not_looked_for_where_it_is_redirected_to() {
        let target = server(ok("{}")).await;
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
        let refused = fetched(&format!("http://{}/", server(answer).await), Reach::Own, LIMITS).await;
        assert!(matches!(refused, Err(FileError::UrlRefused(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_document_that_is_too_large_or_does_not_come_is_given_up() {
        let large = fetched(&format!("http://{}/", server(ok(&"x".repeat(1_001))).await), Reach::Own, LIMITS).await;
        assert!(matches!(large, Err(FileError::TooLarge { limit: 1_000 })), "{large:?}");
        let limits = FetchLimits { time_max: Duration::from_millis(50), ..LIMITS };
        let silent = fetched(&format!("http://{}/", server(String::new()).await), Reach::Own, limits).await;
        assert!(matches!(silent, Err(FileError::Fetch(_))), "{silent:?}");
    }
}
