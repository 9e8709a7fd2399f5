//! Bare grammers: the same requests, invoked raw on one connection. What Telegram itself costs.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use anyhow::{Context, bail};
use futures::stream::{self, StreamExt, TryStreamExt};
use grammers_mtsender::{SenderPool, SenderPoolHandle};
use grammers_session::Session;
use grammers_session::storages::MemorySession;
use grammers_session::types::DcOption;
use grammers_tl_types as tl;
use telegraphist_tests::Sandbox;
use tokio::runtime::Runtime;

const DC: i32 = 2;

/// A connection and what the calls need.
pub(crate) struct Bare {
    runtime: Runtime,
    handle: SenderPoolHandle,
    channel: tl::types::Channel,
    sent: i64,
}

/// A request of the bench.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// `users.getUsers` of the account itself.
    GetMe,
    /// `messages.getHistory` of 100.
    ReadMessages,
    /// `messages.searchGlobal` of 20.
    SearchMessages,
    /// `messages.sendMessage` to the account itself.
    SendMessage,
}

impl Bare {
    /// Connects with a key of its own and picks the supergroup with the newest message.
    pub(crate) fn connect(sandbox: &Sandbox) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let session = Arc::new(MemorySession::default());
        let option = dc_option(sandbox)?;
        let handle = runtime.block_on(async {
            session.set_home_dc_id(DC).await.map_err(|_| anyhow::anyhow!("the session refused"))?;
            session.set_dc_option(&option).await.map_err(|_| anyhow::anyhow!("the session refused"))?;
            let pool = SenderPool::new(session, 1);
            tokio::spawn(pool.runner.run());
            anyhow::Ok(pool.handle.thin)
        })?;
        let channel = runtime.block_on(busiest(&handle))?;
        Ok(Self { runtime, handle, channel, sent: 0 })
    }

    /// The marked id of the chat that is read.
    pub(crate) fn busiest_channel(&self) -> i64 {
        -1_000_000_000_000 - self.channel.id
    }

    /// One call.
    pub(crate) fn call(&mut self, call: Call) -> anyhow::Result<()> {
        self.sent += 1;
        self.runtime.block_on(invoke(&self.handle, &self.channel, call, self.sent))
    }

    /// `calls` calls with up to `width` of them open at any time.
    pub(crate) fn many(&mut self, call: Call, calls: usize, width: usize) -> anyhow::Result<()> {
        let first = self.sent + 1;
        self.sent += calls as i64;
        let (handle, channel) = (&self.handle, &self.channel);
        let open = stream::iter(first..=self.sent).map(|number| invoke(handle, channel, call, number));
        self.runtime.block_on(open.buffer_unordered(width).try_collect::<()>())
    }
}

fn dc_option(sandbox: &Sandbox) -> anyhow::Result<DcOption> {
    let option = &sandbox.keys(Some(sandbox.account))[DC.to_string()];
    let port = option["port"].as_u64().context("no port")?;
    let address = format!("{}:{port}", option["host"].as_str().context("no host")?);
    let SocketAddr::V4(ipv4) = address.parse()? else { bail!("the sandbox listens on IPv4") };
    let key = hex::decode(option["auth_key_hex"].as_str().context("no key")?)?;
    Ok(DcOption {
        id: DC,
        ipv4,
        ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, ipv4.port(), 0, 0),
        auth_key: Some(key.try_into().ok().context("an auth key has 256 bytes")?),
    })
}

async fn busiest(handle: &SenderPoolHandle) -> anyhow::Result<tl::types::Channel> {
    let dialogs = tl::functions::messages::GetDialogs {
        exclude_pinned: false,
        folder_id: None,
        offset_date: 0,
        offset_id: 0,
        offset_peer: tl::enums::InputPeer::Empty,
        limit: 100,
        hash: 0,
    };
    let chats = match handle.invoke_in_dc(DC, &dialogs).await? {
        tl::enums::messages::Dialogs::Dialogs(all) => all.chats,
        tl::enums::messages::Dialogs::Slice(slice) => slice.chats,
        tl::enums::messages::Dialogs::NotModified(_) => Vec::new(),
    };
    let mut channels = chats.into_iter().filter_map(|chat| match chat {
        tl::enums::Chat::Channel(channel) if channel.megagroup => Some(channel),
        _ => None,
    });
    channels.next().context("the world has no supergroup")
}

async fn invoke(
    handle: &SenderPoolHandle,
    channel: &tl::types::Channel,
    call: Call,
    number: i64,
) -> anyhow::Result<()> {
    match call {
        Call::GetMe => {
            let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
            handle.invoke_in_dc(DC, &request).await?;
        }
        Call::ReadMessages => {
            handle.invoke_in_dc(DC, &history(channel)).await?;
        }
        Call::SearchMessages => {
            handle.invoke_in_dc(DC, &search()).await?;
        }
        Call::SendMessage => {
            handle.invoke_in_dc(DC, &send(number)).await?;
        }
    }
    Ok(())
}

fn history(channel: &tl::types::Channel) -> tl::functions::messages::GetHistory {
    let peer =
        tl::types::InputPeerChannel { channel_id: channel.id, access_hash: channel.access_hash.unwrap_or_default() };
    tl::functions::messages::GetHistory {
        peer: peer.into(),
        offset_id: 0,
        offset_date: 0,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    }
}

fn search() -> tl::functions::messages::SearchGlobal {
    tl::functions::messages::SearchGlobal {
        broadcasts_only: false,
        groups_only: false,
        users_only: false,
        community: None,
        folder_id: None,
        q: "invoice".into(),
        filter: tl::enums::MessagesFilter::InputMessagesFilterEmpty,
        min_date: 0,
        max_date: 0,
        offset_rate: 0,
        offset_peer: tl::enums::InputPeer::Empty,
        offset_id: 0,
        limit: 20,
    }
}

fn send(number: i64) -> tl::functions::messages::SendMessage {
    use tl::Deserializable as _;
    // The request has some thirty optional fields; its empty form on the wire is flags, peer, text, random id.
    let mut bytes = 0_u32.to_le_bytes().to_vec();
    tl::Serializable::serialize(&tl::enums::InputPeer::PeerSelf, &mut bytes);
    tl::Serializable::serialize(&"measured".to_owned(), &mut bytes);
    tl::Serializable::serialize(&number, &mut bytes);
    tl::functions::messages::SendMessage::from_bytes(&bytes).expect("the empty form of the request is valid")
}
