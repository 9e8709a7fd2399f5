//! `telegraphist demo [--stdio]`

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use telegraphist_relay::Link;
use telegraphist_relay::greeting::Hello;
use telegraphist_relay::{Places, Profile};

use super::{Context, serve, take_over};
use crate::arguments::Demo;
use crate::daemon::{self, Face, Stay};
use crate::demo;
use crate::places;
use crate::telemetry;
use crate::terminal::Screen;

/// Serves a Telegram in a box.
pub(crate) fn run(context: &Context, command: &Demo) -> anyhow::Result<()> {
    telemetry::start(&context.settings.log)?;
    let listen = command.listen.clone().map(|at| at.unwrap_or_else(|| context.settings.http.listen.0.clone()));
    let (metrics, admin) = (command.metrics.clone(), context.settings.admin.door());
    let face = Face { stay: Stay::Foreground, http: listen, metrics, admin };
    if command.stdio { on_stdio(context, face) } else { on_screen(context, &face) }
}

fn demo_profile() -> Profile {
    Profile::DEMO.parse().expect("a good name")
}

/// A server with a Telegram of its own, both gone at the end of input.
fn on_stdio(context: &Context, face: Face) -> anyhow::Result<()> {
    let directory =
        tempfile::Builder::new().prefix("telegraphist-demo-").tempdir().context("cannot make a temporary directory")?;
    let places = Places::within(directory.path(), demo_profile());
    let served = daemon::runtime()?.block_on(async {
        let demo = demo::open(&places, &context.settings, face).await?;
        serve::tell_where(demo.owner.http(), &context.settings.http);
        serve::tell_metrics(demo.owner.metrics());
        serve::tell_admin(demo.owner.admin(), &context.settings.http);
        let hello = Hello::mcp(&places, context.settings.tools.choice());
        demo.owner.serve_stdio(&hello).await
    });
    directory.close().context("cannot remove the temporary directory")?;
    served
}

/// The demo for people: what to paste, what to try, then serving until Ctrl-C.
fn on_screen(context: &Context, face: &Face) -> anyhow::Result<()> {
    let places = places::of(demo_profile(), &context.environment)?;
    let link = Link::new(places.clone(), context.config.clone())?;
    daemon::runtime()?.block_on(async {
        let open = async || demo::open(&places, &context.settings, face.clone()).await;
        let demo = take_over::opened(&link, open).await?;
        let sides = Sides { control: demo.sandbox.control_address(), phone: demo.sandbox.phone_address() };
        drop(demo.sandbox);
        print(&Invocation::of_this_process()?, &sides)?;
        serve::tell_where(demo.owner.http(), &context.settings.http);
        serve::tell_metrics(demo.owner.metrics());
        serve::tell_admin(demo.owner.admin(), &context.settings.http);
        demo.owner.serve().await
    })
}

/// How this program was started, so that what is printed works when it is pasted.
struct Invocation {
    program: PathBuf,
    /// The words before the command: `cargo run --release --`, or the program.
    words: String,
}

impl Invocation {
    fn of_this_process() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let first = std::env::args().next().unwrap_or_default();
        let words = words(&program, Path::new(&first));
        Ok(Self { program, words })
    }
}

/// Cargo starts what it built by its path under `target`; a shell passes on what was typed.
fn words(program: &Path, typed: &Path) -> String {
    let folder = |up: usize| program.ancestors().nth(up).and_then(Path::file_name);
    if folder(2).is_some_and(|name| name == "target") {
        return match folder(1) {
            Some(profile) if profile == "release" => "cargo run --release --".to_owned(),
            Some(profile) if profile == "debug" => "cargo run --".to_owned(),
            Some(_) | None => quoted(program),
        };
    }
    if typed.components().count() == 1 {
        return quoted(typed);
    }
    quoted(program)
}

/// As a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Calls that show something; each works when it is pasted.
const CALLS: [(&str, &str); 7] = [
    ("get_me", "who the agent is"),
    ("list_chats limit=5", "where it can read and write"),
    ("search_messages query=invoice", "a search over all chats"),
    ("read_messages chat=me limit=3", "the newest messages of a chat"),
    ("send_message chat=me text='**Hello** from the demo'", "writing"),
    ("list_topics chat=@product_team_hub", "a forum"),
    ("request_approval title='Deploy to production?'", "a question to a person: answer it on the phone below"),
];

/// Where the other side can be played.
struct Sides {
    control: Option<std::net::SocketAddr>,
    phone: Option<std::net::SocketAddr>,
}

fn print(invocation: &Invocation, sides: &Sides) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    screen.line("A Telegram in a box is running, with Alice signed in. Nothing leaves this")?;
    screen.line("machine, and all of it is gone when you start the demo again.\n")?;
    screen.line("For Claude Desktop (Settings, Developer, Edit Config):\n")?;
    let program = serde_json::Value::from(invocation.program.display().to_string());
    screen.line("  { \"mcpServers\": { \"telegram-demo\": {")?;
    screen.line(format!("      \"command\": {program},"))?;
    screen.line("      \"args\": [\"--profile\", \"demo\"] } } }")?;
    screen.line("\nFor Claude Code:\n")?;
    screen.line(format!("  claude mcp add telegram-demo -- {} --profile demo", quoted(&invocation.program)))?;
    screen.line("\nFor any other client: a stdio server with that command and those arguments.\n")?;
    screen.line("To try it yourself, in another terminal:\n")?;
    for (call, what) in CALLS {
        screen.line(format!("  # {what}\n  {} call --profile demo {call}", invocation.words))?;
    }
    if let Some(address) = sides.phone {
        screen.line("\nAlice's phone, in a browser: what agents tell and ask her, and where she answers:\n")?;
        screen.line(format!("  http://{address}/"))?;
    }
    if let Some(address) = sides.control {
        screen.line("\nTo play the other side (what you can do there: crates/sandbox/README.md):\n")?;
        screen.line(format!("  curl http://{address}/v1/info"))?;
    }
    screen.line("\nCtrl-C ends it.")?;
    screen.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_fits_how_the_demo_was_started() {
        let built = Path::new("/home/me/telegraphist/target/release/telegraphist");
        assert_eq!(words(built, Path::new("target/release/telegraphist")), "cargo run --release --");
        let debug = Path::new("/home/me/telegraphist/target/debug/telegraphist");
        assert_eq!(words(debug, debug), "cargo run --");
        let installed = Path::new("/home/me/.cargo/bin/telegraphist");
        assert_eq!(words(installed, Path::new("telegraphist")), "telegraphist");
        let spaced = Path::new("/opt/my tools/telegraphist");
        assert_eq!(words(spaced, spaced), "'/opt/my tools/telegraphist'");
    }
}
