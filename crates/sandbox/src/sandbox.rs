//! A running box, for tests and programs in the same process.
//!
//! Every verb here is also a route of the control port. Invariant: the box listens on loopback only. Start at [`Sandbox::start`].

mod acting;
mod pressing;
mod provisioning;
mod sign_in;
mod trouble;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::DropGuard;

pub use acting::{Actor, Mail, MailButton, Name, Words};
pub use pressing::Answered;
pub use provisioning::{AccountInfo, Info};
pub use trouble::Revocation;

use crate::bot_api;
use crate::control;
use crate::phone::{self, Phone};
use crate::rpc::RpcError;
use crate::server::{Hub, Listener};
use crate::world::{Seed, World};

/// Where a box listens and what its world is made from.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where Telegram clients connect; port 0 lets the system choose.
    pub mtproto: SocketAddr,
    /// Where the control API answers, if it should.
    pub control: Option<SocketAddr>,
    /// Where a browser finds the phone, if there should be one.
    pub phone: Option<SocketAddr>,
    /// Where the Bot API answers, if it should.
    pub bot_api: Option<SocketAddr>,
    /// The world.
    pub seed: Seed,
}

impl Default for Options {
    /// A free loopback port, no control port, no Bot API, no phone, the default world.
    fn default() -> Self {
        let mtproto = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { mtproto, control: None, bot_api: None, phone: None, seed: Seed::default() }
    }
}

/// Why a box did not do what it was asked.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The box holds known keys and known passwords; it must not be reachable from outside.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The port could not be opened.
    #[error("{address} could not be opened")]
    Port {
        /// The port that was wanted.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// An outage could not begin or end.
    #[error("the listening port could not be switched")]
    Switch(#[source] io::Error),
    /// Nobody has this id, name or number.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// No chat of this account has this id or name.
    #[error("there is no chat {0}")]
    UnknownChat(String),
    /// A fault was ordered for a method that the box does not answer.
    #[error("there is no method {0}; names look like messages.sendMessage, or * for all")]
    UnknownMethod(String),
    /// The rules of the world forbid it.
    #[error("refused: {0}")]
    Refused(#[from] RpcError),
    /// The text is not the content of a login QR code.
    #[error("this is not a login token")]
    NotAToken,
    /// No data centre has this number.
    #[error("there is no data centre {0}; there are 1 to 5")]
    UnknownDataCentre(i32),
}

/// A handle of a running box. It closes with [`Sandbox::shutdown`], or when its last handle is dropped.
#[derive(Clone)]
pub struct Sandbox {
    hub: Arc<Hub>,
    listener: Listener,
    control: Option<SocketAddr>,
    phone: Option<SocketAddr>,
    bot_api: Option<SocketAddr>,
    seed: Seed,
    /// Absent in the handle that the control port holds: it must not keep the box alive.
    closer: Option<Arc<DropGuard>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("mtproto", &self.mtproto_address())
            .field("control", &self.control)
            .field("phone", &self.phone)
            .field("bot_api", &self.bot_api)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes a world and opens its ports. Needs a Tokio runtime.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        for address in [Some(options.mtproto), options.control, options.bot_api, options.phone].into_iter().flatten() {
            if !address.ip().is_loopback() {
                return Err(SandboxError::NotLoopback(address));
            }
        }
        let hub = Arc::new(Hub::new(World::seeded(&options.seed)));
        let guard = hub.closing.clone().drop_guard();
        let listener = Listener::open(&hub, options.mtproto)
            .map_err(|source| SandboxError::Port { address: options.mtproto, source })?;
        // Clients are told it as the address of every data centre.
        hub.change(|state| state.world.address = listener.address());
        let seed = options.seed;
        let mut sandbox = Self { hub, listener, control: None, bot_api: None, phone: None, seed, closer: None };
        sandbox.hub.tasks.spawn(Arc::clone(&sandbox.hub).keep_time());
        if let Some(address) = options.phone {
            sandbox.open_phone(address).await?;
        }
        if let Some(address) = options.bot_api {
            sandbox.open_bot_api(address).await?;
        }
        if let Some(address) = options.control {
            sandbox.open_control(address).await?;
        }
        sandbox.closer = Some(Arc::new(guard));
        Ok(sandbox)
    }

    async fn open_control(&mut self, address: SocketAddr) -> Result<(), SandboxError> {
        let failed = |source| SandboxError::Port { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        self.control = Some(listener.local_addr().map_err(failed)?);
        let closing = self.hub.closing.clone().cancelled_owned();
        self.hub.tasks.spawn(control::serve(listener, self.clone(), closing));
        Ok(())
    }

    async fn open_phone(&mut self, address: SocketAddr) -> Result<(), SandboxError> {
        let failed = |source| SandboxError::Port { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        self.phone = Some(address);
        let phone = Phone::new(Arc::clone(&self.hub), address);
        let closing = self.hub.closing.clone().cancelled_owned();
        self.hub.tasks.spawn(phone::serve(listener, phone, closing));
        Ok(())
    }

    async fn open_bot_api(&mut self, address: SocketAddr) -> Result<(), SandboxError> {
        let failed = |source| SandboxError::Port { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        self.bot_api = Some(listener.local_addr().map_err(failed)?);
        self.hub.tasks.spawn(bot_api::serve(listener, Arc::clone(&self.hub)));
        Ok(())
    }

    /// Where Telegram clients connect.
    pub fn mtproto_address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Where the control API answers.
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control
    }

    /// Where a browser finds the phone.
    pub fn phone_address(&self) -> Option<SocketAddr> {
        self.phone
    }

    /// Where the Bot API answers.
    pub fn bot_api_address(&self) -> Option<SocketAddr> {
        self.bot_api
    }

    /// What a bot library takes as the address of the Bot API, without a slash at the end.
    pub fn bot_api_url(&self) -> Option<String> {
        self.bot_api.map(|address| format!("http://{address}"))
    }

    /// Starts the world anew, on the same ports: keys, messages, faults and counters are gone, connections are cut.
    pub fn reset(&self) {
        self.hub.reset(&self.seed);
    }

    /// Closes every connection and waits until nothing of the box is left.
    pub async fn shutdown(self) {
        self.hub.closing.cancel();
        self.hub.tasks.close();
        self.hub.tasks.wait().await;
    }
}
