use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const LIMITS: FetchLimits = FetchLimits { bytes_max: 1_000, time_max: Duration::from_secs(5) };

/// Only this one address, so that the rest of loopback plays the private network.
fn only_localhost() -> Fetcher {
    Fetcher { allows: |address| address == IpAddr::from([127, 0, 0, 1]) }
}

/// A server that answers every connection with `answer`.
async fn server(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn refusal(fetcher: &Fetcher, url: &str) -> FileError {
    match fetcher.fetch(url, LIMITS).await {
        Ok(_) => panic!("{url} was fetched"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_server_on_this_machine_is_refused() {
    let address = server(ok("secret")).await;
    let names = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"];
    for host in names {
        let url = format!("http://{host}:{}/x", address.port());
        let error = refusal(&Fetcher::public(), &url).await;
        assert!(matches!(error, FileError::UrlRefused(_)), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn other_schemes_and_credentials_are_refused() {
    for url in ["file:///etc/passwd", "ftp://example.org/x", "http://me:pw@example.org/", "nonsense"] {
        let error = refusal(&Fetcher::public(), url).await;
        assert!(matches!(error, FileError::UrlRefused(_)), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_file_is_fetched_with_name_kind_and_content() {
    let address = server(ok("hello")).await;
    let url = format!("http://{address}/a%20b.txt?token=1");
    let mut file = only_localhost().fetch(&url, LIMITS).await.unwrap();
    assert_eq!((file.name.as_str(), file.mime_type.as_str()), ("a b.txt", "text/plain"));
    let mut content = String::new();
    file.bytes.read_to_string(&mut content).await.unwrap();
    assert_eq!(content, "hello");
}

#[tokio::test]
async fn a_redirect_into_the_private_network_is_refused() {
    let target = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2:1/\r\ncontent-length: 0\r\n\r\n";
    let address = server(target.to_owned()).await;
    let error = refusal(&only_localhost(), &format!("http://{address}/")).await;
    assert!(matches!(error, FileError::UrlRefused(_)), "{error:?}");
}

#[tokio::test]
async fn redirects_end() {
    let around = "HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n";
    let address = server(around.to_owned()).await;
    let error = refusal(&only_localhost(), &format!("http://{address}/")).await;
    assert!(matches!(error, FileError::Fetch(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_announced_too_large_is_refused() {
    let address = server(ok(&"x".repeat(1_001))).await;
    let error = refusal(&only_localhost(), &format!("http://{address}/")).await;
    assert!(matches!(error, FileError::TooLarge { limit: 1_000 }), "{error:?}");
}

#[tokio::test]
async fn a_file_that_turns_out_too_large_ends_with_an_error() {
    let body = "x".repeat(50_000);
    let address = server(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")).await;
    let limits = FetchLimits { bytes_max: 20_000, ..LIMITS };
    let fetched = only_localhost().fetch(&format!("http://{address}/"), limits).await;
    if let Ok(mut file) = fetched {
        let mut content = Vec::new();
        file.bytes.read_to_end(&mut content).await.unwrap_err();
    }
}
