//! `telegram-sandbox`: the box as a program of its own, for clients in any language.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use telegraphist_sandbox::{Options, Sandbox, SandboxError, Seed};
use tracing_subscriber::EnvFilter;

/// Telegram in a box: a data centre on loopback with people, chats and messages in it, and a phone to play them with.
///
/// Prints one JSON line with the addresses that it listens on, then serves until it is interrupted.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where Telegram clients connect.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    mtproto: SocketAddr,
    /// Where the control API answers.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Where a browser finds the phone, through which a person plays somebody of the box.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    phone: SocketAddr,
    /// Where the Bot API answers.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    bot_api: SocketAddr,
    /// Only print the page of the Bot API's methods.
    #[arg(long)]
    bot_api_page: bool,
    /// The same number makes the same world.
    #[arg(long, default_value_t = Seed::default().seed)]
    seed: u64,
    /// How many messages the world holds at the start.
    #[arg(long, default_value_t = Seed::default().messages)]
    messages: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    if arguments.bot_api_page {
        print_page();
        return ExitCode::SUCCESS;
    }
    match serve(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("telegram-sandbox: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), SandboxError> {
    let sandbox = Sandbox::start(Options {
        mtproto: arguments.mtproto,
        control: Some(arguments.control),
        phone: Some(arguments.phone),
        bot_api: Some(arguments.bot_api),
        seed: Seed { seed: arguments.seed, messages: arguments.messages },
    })
    .await?;
    announce(&sandbox);
    interrupted().await;
    sandbox.shutdown().await;
    Ok(())
}

/// The one line on standard output, by which a parent process learns the ports.
#[expect(clippy::print_stdout, reason = "this line is the program's output")]
fn announce(sandbox: &Sandbox) {
    let addresses = serde_json::json!({
        "mtproto": sandbox.mtproto_address(),
        "control": sandbox.control_address(),
        "phone": sandbox.phone_address(),
        "bot_api": sandbox.bot_api_address(),
    });
    println!("{addresses}");
}

#[expect(clippy::print_stdout, reason = "this page is the program's output")]
fn print_page() {
    print!("{}", telegraphist_sandbox::bot_api_page());
}

async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the system ends the program by itself, which is as good.
    let _ = tokio::signal::ctrl_c().await;
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
