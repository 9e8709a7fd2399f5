//! The port, and its outages.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use super::connection;
use super::hub::Hub;

const BACKLOG: u32 = 1024;
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Begins or ends an outage, and reports when that is done.
struct Switch {
    is_out: bool,
    done: oneshot::Sender<io::Result<()>>,
}

/// A port that accepts connections until the box closes.
#[derive(Clone)]
pub(crate) struct Listener {
    address: SocketAddr,
    switches: mpsc::Sender<Switch>,
}

impl Listener {
    /// Opens the port; 0 lets the system choose one.
    pub(crate) fn open(hub: &Arc<Hub>, address: SocketAddr) -> io::Result<Self> {
        let listener = reserve(address)?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let (switches, orders) = mpsc::channel(1);
        hub.tasks.spawn(accept_until_closed(Arc::clone(hub), listener, orders));
        Ok(Self { address, switches })
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins an outage, in which every connection is closed and new ones are refused, or ends it.
    pub(crate) async fn outage(&self, is_out: bool) -> io::Result<()> {
        let (done, report) = oneshot::channel();
        let closed = || io::Error::new(io::ErrorKind::NotConnected, "the sandbox is closed");
        self.switches.send(Switch { is_out, done }).await.map_err(|_| closed())?;
        report.await.map_err(|_| closed())?
    }
}

/// An open port, or one that is only held so that nobody else takes it.
enum Port {
    Open(TcpListener),
    Held(TcpSocket),
}

async fn accept_until_closed(hub: Arc<Hub>, listener: TcpListener, mut orders: mpsc::Receiver<Switch>) {
    let mut port = Port::Open(listener);
    loop {
        tokio::select! {
            () = hub.closing.cancelled() => return,
            Some(order) = orders.recv() => {
                match switch(port, order.is_out, &hub) {
                    Ok(switched) => {
                        port = switched;
                        // The caller may have given up waiting; the switch stands all the same.
                        let _ = order.done.send(Ok(()));
                    }
                    Err(error) => {
                        let _ = order.done.send(Err(error));
                        return;
                    }
                }
            }
            accepted = accept(&port) => match accepted {
                Ok(stream) => welcome(&hub, stream),
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    // Too many open files, most likely; trying again at once would only burn time.
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            },
        }
    }
}

async fn accept(port: &Port) -> io::Result<TcpStream> {
    match port {
        Port::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
        Port::Held(_) => std::future::pending().await,
    }
}

fn welcome(hub: &Arc<Hub>, stream: TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        warn!(%error, "a connection is slower than it could be");
    }
    let link = hub.open_link();
    hub.tasks.spawn(connection::serve(Arc::clone(hub), stream, link));
}

fn switch(port: Port, is_out: bool, hub: &Hub) -> io::Result<Port> {
    match (port, is_out) {
        (Port::Open(listener), true) => {
            let address = listener.local_addr()?;
            // Only one of the two may be bound while the other listens, hence first the end.
            drop(listener);
            hub.change(|state| state.links.cut_where(|_| true));
            reserve(address).map(Port::Held)
        }
        (Port::Held(socket), false) => socket.listen(BACKLOG).map(Port::Open),
        (unchanged, _) => Ok(unchanged),
    }
}

/// Takes a port without listening on it: who connects is refused.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // The port has just been in use, by us.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
