//! Where the gateway listens: on this machine, or where whoever comes has a token and nobody can read it on the way.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::auth::Auth;
use crate::options::{GatewayOptions, OptionsError};
use crate::tls::TlsError;

/// How a Unix socket is written.
const UNIX: &str = "unix:";

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// At an address of this machine; port 0 is any that is free.
    Tcp(SocketAddr),
    /// At a socket in the file system that only its user may use.
    Unix(PathBuf),
}

/// Why it cannot listen there.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// It is no address.
    #[error("`{0}` is no address to listen at; write 127.0.0.1:8080, or unix:/absolute/path")]
    NotAnAddress(String),
    /// Others could reach it.
    #[error(
        "{0} can be reached from other machines, and without tokens whoever reaches it may do what you may; listen at \
         127.0.0.1 or at unix:PATH, or ask for tokens with `--auth bearer`"
    )]
    NotLoopback(SocketAddr),
    /// Others could read along.
    #[error(
        "tokens would go to {0} in plain text, for everybody on the way to read; set http.tls_cert and http.tls_key, or \
         listen at 127.0.0.1 or unix:PATH behind a proxy that encrypts (then http.trust_proxy)"
    )]
    NotEncrypted(SocketAddr),
    /// There is no certificate that could be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Whoever is meant to be let in would not be.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// Somebody else listens there.
    #[error("somebody listens at {0} already; end that first, or listen elsewhere")]
    Taken(Listen),
    /// The system does not let us.
    #[error("cannot listen at {at}: {problem}")]
    Io {
        /// Where.
        at: Listen,
        /// Why.
        problem: Error,
    },
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        let problem = || ListenError::NotAnAddress(text.to_owned());
        if let Some(path) = text.strip_prefix(UNIX) {
            let path = Path::new(path);
            return if path.is_absolute() { Ok(Self::Unix(path.to_owned())) } else { Err(problem()) };
        }
        let address = match text.strip_prefix("localhost:") {
            Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().map_err(|_| problem())?)),
            None => text.parse().map_err(|_| problem())?,
        };
        Ok(Self::Tcp(address))
    }
}

impl Listen {
    /// Whether it may be listened at, by who is let in and how.
    pub fn check(&self, options: &GatewayOptions) -> Result<(), ListenError> {
        match self {
            Self::Tcp(address) if !address.ip().is_loopback() => match options.auth {
                Auth::None => Err(ListenError::NotLoopback(*address)),
                Auth::Bearer(_) | Auth::OAuth(_) if options.tls.is_none() && !options.trust_proxy => {
                    Err(ListenError::NotEncrypted(*address))
                }
                Auth::Bearer(_) | Auth::OAuth(_) => Ok(()),
            },
            Self::Tcp(_) | Self::Unix(_) => Ok(()),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

/// What listens.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix { listener: UnixListener, _file: SocketFile },
}

/// A socket's file, gone when nobody listens any more.
pub(crate) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(problem) = std::fs::remove_file(&self.0) {
            tracing::debug!(%problem, "the gateway's socket is gone already");
        }
    }
}

impl Listener {
    /// Listens, and says where.
    pub(crate) async fn bind(at: Listen, options: &GatewayOptions) -> Result<(Self, Listen), ListenError> {
        let failed = |problem: Error| match problem.kind() {
            ErrorKind::AddrInUse => ListenError::Taken(at.clone()),
            _ => ListenError::Io { at: at.clone(), problem },
        };
        at.check(options)?;
        options.check()?;
        match &at {
            Listen::Tcp(address) => {
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                Ok((Self::Tcp(listener), Listen::Tcp(address)))
            }
            Listen::Unix(path) => {
                clear(path).await.map_err(failed)?;
                let listener = UnixListener::bind(path).map_err(failed)?;
                let file = SocketFile(path.clone());
                keep_private(path).map_err(failed)?;
                Ok((Self::Unix { listener, _file: file }, at))
            }
        }
    }
}

/// Takes away a socket that nobody listens at any more; never anything else.
async fn clear(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::FileTypeExt as _;

    let there = match std::fs::symlink_metadata(path) {
        Ok(there) => there,
        Err(problem) if problem.kind() == ErrorKind::NotFound => return Ok(()),
        Err(problem) => return Err(problem),
    };
    if !there.file_type().is_socket() {
        return Err(Error::new(ErrorKind::AlreadyExists, "there is something else of that name"));
    }
    match UnixStream::connect(path).await {
        Ok(_) => Err(ErrorKind::AddrInUse.into()),
        Err(_) => std::fs::remove_file(path),
    }
}

fn keep_private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_read_and_written_alike() {
        for text in ["127.0.0.1:8080", "[::1]:0", "unix:/run/user/1000/telegraphist.http"] {
            assert_eq!(text.parse::<Listen>().expect("it is fine").to_string(), text);
        }
        assert_eq!("localhost:80".parse::<Listen>().expect("it is fine").to_string(), "127.0.0.1:80");
    }

    #[test]
    fn what_is_no_address_is_told_how_to_write_one() {
        for text in ["", "8080", "example.org:80", "unix:", "unix:relative", "localhost:x"] {
            assert!(matches!(text.parse::<Listen>(), Err(ListenError::NotAnAddress(_))), "{text}");
        }
    }
}
