//! The product as a client uses it: a relay in front of a daemon.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use telegraphist_tests::Home;

use crate::grammers::Call;
use crate::pipe::{Pipe, Prepared, tool};

/// A client of the product.
pub(crate) struct Product {
    pipe: Pipe,
    chat: String,
}

impl Product {
    /// Starts a relay, and by it the daemon; the chat is seen once so that its id is known.
    pub(crate) fn connect(home: &Home, chat: i64) -> anyhow::Result<Self> {
        let pipe = Pipe::start(home.telegraphist(&[]))?;
        let mut product = Self { pipe, chat: chat.to_string() };
        product.pipe.call(&tool("list_chats", &json!({ "limit": 100 })))?;
        Ok(product)
    }

    /// One call.
    pub(crate) fn call(&mut self, request: &Prepared) -> anyhow::Result<()> {
        self.pipe.call(request)
    }

    /// Many at once.
    pub(crate) fn many(&mut self, request: &Prepared, calls: usize, width: usize) -> anyhow::Result<()> {
        self.pipe.many(request, calls, width)
    }

    /// The tool call that does what the raw request does.
    pub(crate) fn request(&self, call: Call) -> Prepared {
        match call {
            Call::GetMe => tool("get_me", &json!({})),
            Call::ReadMessages => tool("read_messages", &json!({ "chat": self.chat, "limit": 100 })),
            Call::SearchMessages => tool("search_messages", &json!({ "query": "invoice", "limit": 20 })),
            Call::SendMessage => tool("send_message", &json!({ "chat": "me", "text": "measured", "format": "plain" })),
        }
    }

    /// The last answer.
    pub(crate) fn answer(&self) -> anyhow::Result<Value> {
        self.pipe.answer()
    }

    /// The relay's process.
    pub(crate) fn relay(&self) -> u32 {
        self.pipe.process()
    }
}

/// From starting a relay to its first answer.
pub(crate) fn start(home: &Home) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let pipe = Pipe::start(home.telegraphist(&[]))?;
    let taken = start.elapsed();
    drop(pipe);
    Ok(taken)
}

/// Stops the daemon.
pub(crate) fn stop_daemon(home: &Home) {
    home.ok(&["daemon", "stop"], "");
}

/// The daemon's process.
pub(crate) fn daemon(home: &Home) -> anyhow::Result<u32> {
    let status: Value = serde_json::from_str(&home.ok(&["daemon", "status", "--output", "json"], ""))?;
    let process = status["pid"].as_u64().context("the daemon's status has no pid")?;
    Ok(u32::try_from(process)?)
}
