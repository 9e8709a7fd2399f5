//! TLS 1.3 with the operator's certificate, which may be renewed while the server runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A handshake may take this long.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// The files are looked at again after this, when somebody comes.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where certificate and key are, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those between it and its root.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or does not hold what it should.
    #[error("{path} cannot be used as {what}: {problem}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// Why it cannot be used; says nothing of what is in it.
        problem: String,
    },
    /// Both can be read, and do not belong together.
    #[error("the certificate and the key of TLS cannot be used together: {0}")]
    Mismatch(rustls::Error),
}

/// Encrypts connections.
pub(crate) struct Tls {
    files: TlsFiles,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    acceptor: TlsAcceptor,
    stamp: Stamp,
    looked_at: Instant,
}

/// By which a changed file is known.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Tls {
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let stamp = stamp(&files);
        let loaded = Loaded { acceptor: acceptor(&files)?, stamp, looked_at: Instant::now() };
        Ok(Self { files, loaded: Mutex::new(loaded) })
    }

    /// Opens a connection; with the certificate that is on the disk now, if that can be used. How many do at once is
    /// limited by how many connections there may be: a lower limit would let those who say nothing keep others out.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        tokio::time::timeout(HANDSHAKE_MAX, self.acceptor().accept(stream)).await?
    }

    fn acceptor(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.looked_at.elapsed() >= LOOK_EVERY {
            loaded.looked_at = Instant::now();
            let now = stamp(&self.files);
            if now != loaded.stamp {
                match acceptor(&self.files) {
                    Ok(acceptor) => {
                        tracing::info!("the certificate of TLS was renewed");
                        (loaded.acceptor, loaded.stamp) = (acceptor, now);
                    }
                    // It may be half written; it is looked at again.
                    Err(problem) => tracing::warn!(%problem, "the old certificate of TLS goes on"),
                }
            }
        }
        loaded.acceptor.clone()
    }
}

fn stamp(files: &TlsFiles) -> Stamp {
    [&files.cert, &files.key].map(|path| {
        let there = std::fs::metadata(path).ok()?;
        Some((there.modified().ok()?, there.len()))
    })
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let unusable = |path: &Path, what| {
        let path = path.to_owned();
        move |problem: rustls::pki_types::pem::Error| TlsError::Unusable { path, what, problem: problem.to_string() }
    };
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unusable(&files.cert, "a certificate"))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unusable(&files.key, "a key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Mismatch)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
