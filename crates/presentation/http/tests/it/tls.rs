//! TLS by the gateway itself.

use std::time::Duration;

use rcgen::CertifiedKey;
use reqwest::{Certificate, Client};
use telegraphist_http::{GatewayOptions, ListenError, TlsFiles};
use telegraphist_mcp::EndpointOptions;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{Door, World, in_time};

/// A certificate for this machine, on the disk.
struct Certified {
    folder: TempDir,
    root: Certificate,
}

impl Certified {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let root = renew(&folder);
        Self { folder, root }
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { cert: self.folder.path().join("cert.pem"), key: self.folder.path().join("key.pem") }
    }
}

fn renew(folder: &TempDir) -> Certificate {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).expect("a certificate");
    std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).expect("written");
    std::fs::write(folder.path().join("cert.pem"), cert.pem()).expect("written");
    Certificate::from_pem(cert.pem().as_bytes()).expect("a certificate")
}

async fn open(world: &World, files: TlsFiles) -> Door {
    let options = GatewayOptions { tls: Some(files), ..GatewayOptions::default() };
    let mut door = world.open_with(options, EndpointOptions::default()).await;
    door.base = door.base.replace("http://", "https://");
    door
}

fn trusting(root: &Certificate) -> reqwest::ClientBuilder {
    Client::builder().no_proxy().tls_certs_only([root.clone()])
}

async fn is_answered(client: &Client, door: &Door) -> bool {
    let sent = in_time(client.get(format!("{}/v1/approvals", door.base)).send()).await;
    sent.is_ok_and(|answer| answer.status() == 200)
}

#[tokio::test]
async fn requests_are_encrypted_with_nothing_older_than_tls_1_3() {
    let world = World::deaf().await;
    let certified = Certified::new();
    let door = open(&world, certified.files()).await;
    assert!(is_answered(&trusting(&certified.root).build().expect("a client"), &door).await);
    let old = trusting(&certified.root).tls_version_max(reqwest::tls::Version::TLS_1_2).build().expect("a client");
    assert!(!is_answered(&old, &door).await, "TLS 1.2 was spoken");
    let address = door.base.strip_prefix("https://").expect("an address");
    let mut plain = in_time(TcpStream::connect(address)).await.expect("it listens");
    plain.write_all(b"GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut said = Vec::new();
    // Whether it is an alert or a reset, it is no answer.
    let _ = in_time(plain.read_to_end(&mut said)).await;
    assert!(!said.starts_with(b"HTTP"), "it was answered in plain text");
    door.close().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let world = World::deaf().await;
    let certified = Certified::new();
    let door = open(&world, certified.files()).await;
    let later = async || {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(6)).await;
        tokio::time::resume();
    };
    std::fs::write(certified.files().cert, "half a cert").expect("written");
    later().await;
    assert!(is_answered(&trusting(&certified.root).build().expect("a client"), &door).await, "the old one goes on");
    let renewed = renew(&certified.folder);
    later().await;
    assert!(is_answered(&trusting(&renewed).build().expect("a client"), &door).await, "the new one is not taken up");
    assert!(!is_answered(&trusting(&certified.root).build().expect("a client"), &door).await, "the old one still is");
    door.close().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let world = World::deaf().await;
    let certified = Certified::new();
    let door = open(&world, certified.files()).await;
    let address = door.base.strip_prefix("https://").expect("an address");
    let mut silent = in_time(TcpStream::connect(address)).await.expect("it listens");
    tokio::task::yield_now().await;
    // From here on the clock runs ahead whenever nothing happens.
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest).await;
    assert!(before.elapsed() <= Duration::from_secs(11) && rest.is_empty());
    tokio::time::resume();
    door.close().await;
}

#[tokio::test]
async fn who_says_nothing_keeps_nobody_from_a_handshake() {
    let world = World::deaf().await;
    let certified = Certified::new();
    let door = open(&world, certified.files()).await;
    let address = door.base.strip_prefix("https://").expect("an address");
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut stream = in_time(TcpStream::connect(address)).await.expect("it listens");
        // The beginning of a record of which nothing more comes.
        stream.write_all(&[22, 3, 1]).await.expect("sent");
        silent.push(stream);
    }
    assert!(is_answered(&trusting(&certified.root).build().expect("a client"), &door).await);
    for stream in &silent {
        let said = stream.try_read(&mut [0; 1]).map_err(|problem| problem.kind());
        assert_eq!(said, Err(std::io::ErrorKind::WouldBlock), "others were answered only after it was sent away");
    }
    door.close().await;
}

#[tokio::test]
async fn what_is_no_certificate_is_told_by_its_path() {
    let certified = Certified::new();
    std::fs::write(certified.files().key, "secret and no key").expect("written");
    let options = GatewayOptions { tls: Some(certified.files()), ..GatewayOptions::default() };
    let at = "127.0.0.1:0".parse().expect("an address");
    let Err(refused) = telegraphist_http::Gateway::bind(at, options).await else { panic!("it listens") };
    assert!(matches!(refused, ListenError::Tls(_)));
    let said = refused.to_string();
    assert!(said.contains("key.pem") && !said.contains("secret"), "{said}");
}
