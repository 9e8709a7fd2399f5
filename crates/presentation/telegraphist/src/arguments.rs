//! The command line: what can be said, and what `--help` tells about it.

mod audit;
mod desk;
mod policy;
mod tokens;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use telegraphist_application::ports::KeyPlaceKind;
use telegraphist_http::Listen;
use telegraphist_relay::Profile;

pub(crate) use audit::{Audit, AuditExport, AuditForm};
pub(crate) use desk::{Approvals, Ask, Hook, Inbox, Notify, Outbox, People, PersonRole};
pub(crate) use policy::{ExplainCall, Policy};
pub(crate) use tokens::{CreateToken, Tokens};

use crate::exit;
use crate::settings::{AuthChoice, Span};

const ABOUT: &str = "\
The operator between AI agents and Telegram.

Without a command it is an MCP server on standard input and output: this is
what an MCP client starts. Any number of them share one daemon, which starts
on demand and goes when idle. With a command it is for people and scripts.

To look around without an account:  telegraphist demo
To use your own account:            telegraphist login";

/// The whole command line.
#[derive(Parser)]
#[command(name = "telegraphist", version, about = ABOUT, after_help = exit::HELP)]
#[command(max_term_width = 80, disable_help_subcommand = true, disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Serve in this process, without a daemon
    #[arg(long)]
    pub(crate) in_process: bool,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) tools: ToolFlags,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command understands.
#[derive(Args)]
pub(crate) struct Common {
    /// Which data directory: its sessions, store and daemon
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        default_value = "default",
        env = "TELEGRAPHIST_PROFILE",
        hide_env_values = true
    )]
    pub(crate) profile: Profile,
    /// Another configuration file
    #[arg(long, global = true, value_name = "FILE", env = "TELEGRAPHIST_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Print help
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

/// Which tools a client sees. They can only take away from what the configuration allows.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Tools that the client sees")]
pub(crate) struct ToolFlags {
    /// Sets of tools: account, chats, messages, media, contacts, notify,
    /// approvals, all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) toolsets: Vec<String>,
    /// Tools by name, besides the sets; without --toolsets only these
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) tools: Vec<String>,
    /// Never these tools
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) exclude_tools: Vec<String>,
    /// Only tools that change nothing
    #[arg(long)]
    pub(crate) read_only: bool,
}

impl ToolFlags {
    /// These, and those that were given behind the command.
    pub(crate) fn and(mut self, behind: &Self) -> Self {
        self.toolsets.extend_from_slice(&behind.toolsets);
        self.tools.extend_from_slice(&behind.tools);
        self.exclude_tools.extend_from_slice(&behind.exclude_tools);
        self.read_only |= behind.read_only;
        self
    }

    /// The flags as the configuration's topmost layer.
    pub(crate) fn as_configuration(&self) -> Vec<(&'static str, config::Value)> {
        let lists = [
            ("tools.toolsets", &self.toolsets),
            ("tools.include", &self.tools),
            ("tools.exclude", &self.exclude_tools),
        ];
        let mut flags: Vec<_> = lists
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(key, names)| (key, names.clone().into()))
            .collect();
        if self.read_only {
            flags.push(("tools.read_only", true.into()));
        }
        flags
    }
}

/// What to do instead of serving.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show a Telegram in a box that agents can use, no account needed
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// Serve agents, scripts and build servers over HTTP
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Sign in to Telegram
    #[command(after_help = LOGIN_HELP)]
    Login(Login),
    /// Look after the accounts that are signed in
    #[command(subcommand)]
    Sessions(Sessions),
    /// List the tools, or show one of them
    Tools {
        /// The tool to show
        name: Option<String>,
        /// All of them as a page of markdown: what docs/TOOLS.md is made from
        #[arg(long, hide = true)]
        markdown: bool,
        #[command(flatten)]
        tools: ToolFlags,
    },
    /// Call a tool
    #[command(after_help = CALL_HELP)]
    Call(Call),
    /// Tell people something in Telegram
    #[command(after_help = desk::NOTIFY_HELP)]
    Notify(Notify),
    /// Ask people in Telegram, and wait for the answer
    #[command(after_help = desk::ASK_HELP)]
    Ask(Ask),
    /// Decide for a coding agent's hooks
    #[command(subcommand)]
    Hook(Hook),
    /// Look after who is told and asked
    #[command(subcommand)]
    People(People),
    /// Look after what is to be sent
    #[command(subcommand)]
    Outbox(Outbox),
    /// Look after what bots heard and could not handle
    #[command(subcommand)]
    Inbox(Inbox),
    /// Look after questions, and what was allowed for longer
    #[command(subcommand)]
    Approvals(Approvals),
    /// Look after who is let in over HTTP
    #[command(subcommand)]
    Tokens(Tokens),
    /// Say what a token may do, and why
    #[command(subcommand)]
    Policy(Policy),
    /// Find out what is wrong, and how to mend it
    Doctor,
    /// Run, stop or look at the daemon
    Daemon(Daemon),
    /// Look at the configuration
    #[command(subcommand)]
    Config(Config),
    /// Look at what was done
    #[command(subcommand)]
    Audit(Audit),
    /// Look after the key that seals every secret
    #[command(subcommand)]
    Vault(Vault),
    /// Print completions for a shell
    Completions {
        /// For which shell
        shell: Shell,
    },
}

impl Command {
    /// Other flags behind the command that stand for keys.
    pub(crate) fn key_flags(&self) -> Vec<(&'static str, config::Value)> {
        match self {
            Self::Serve(serve) => serve.as_configuration(),
            _ => Vec::new(),
        }
    }

    /// The flags about tools behind the command.
    pub(crate) fn tool_flags(&self) -> Option<&ToolFlags> {
        match self {
            #[cfg(feature = "demo")]
            Self::Demo(demo) => Some(&demo.tools),
            Self::Tools { tools, .. } => Some(tools),
            Self::Serve(_)
            | Self::Login(_)
            | Self::Sessions(_)
            | Self::Call(_)
            | Self::Notify(_)
            | Self::Ask(_)
            | Self::Hook(_)
            | Self::People(_)
            | Self::Outbox(_)
            | Self::Inbox(_)
            | Self::Approvals(_)
            | Self::Doctor
            | Self::Daemon(_)
            | Self::Config(_)
            | Self::Tokens(_)
            | Self::Policy(_)
            | Self::Audit(_)
            | Self::Vault(_)
            | Self::Completions { .. } => None,
        }
    }
}

/// `demo`
#[cfg(feature = "demo")]
#[derive(Args)]
pub(crate) struct Demo {
    /// Be an MCP server with a Telegram of its own, gone at the end of input
    #[arg(long)]
    pub(crate) stdio: bool,
    /// Serve HTTP, too, at an address of this machine or at unix:PATH [default:
    /// what http.listen says]
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "not given, given, given with an address")]
    pub(crate) listen: Option<Option<Listen>>,
    /// Give numbers to Prometheus at an address of this machine
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<Listen>,
    #[command(flatten)]
    pub(crate) tools: ToolFlags,
}

const SERVE_HELP: &str = "\
MCP at /mcp, and events, approvals and webhooks, as docs/HTTP.md describes
them. Without tokens whoever can reach the address may do what you may, so it
is one of this machine, or a socket that only you may use. With `--auth bearer`
it is any, encrypted by http.tls_cert and http.tls_key or by a proxy of yours.

  telegraphist serve
  telegraphist serve --listen 127.0.0.1:8090
  telegraphist serve --listen 0.0.0.0:8443 --auth bearer
  telegraphist serve --listen unix:/run/user/1000/telegraphist.http

It is the profile's owner, as the daemon is: one in the background makes way,
and clients go on with this one. It stays until Ctrl-C or `daemon stop`.";

/// `serve`
#[derive(Args)]
pub(crate) struct Serve {
    /// An address, or unix:PATH; without tokens one of this machine [default:
    /// what http.listen says]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<Listen>,
    /// Who may come in: none (whoever reaches it), bearer (who has a token) or
    /// oauth (who has one of an issuer) [default: what http.auth says]
    #[arg(long, value_name = "MODE")]
    pub(crate) auth: Option<AuthChoice>,
    /// Where numbers are given to Prometheus [default: what metrics.listen
    /// says]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<Listen>,
    /// Let the operator in, who has a token with the scope admin, at a door of
    /// its own [default: what admin.listen says]
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "not given, given, given with an address")]
    pub(crate) admin: Option<Option<Listen>>,
}

impl Serve {
    /// The flags as the configuration's topmost layer.
    fn as_configuration(&self) -> Vec<(&'static str, config::Value)> {
        let listen = self.listen.as_ref().map(|listen| ("http.listen", listen.to_string().into()));
        let auth = self.auth.map(|auth| ("http.auth", auth.to_string().into()));
        let metrics = self.metrics.as_ref().map(|listen| ("metrics.listen", listen.to_string().into()));
        let admin = self.admin.as_ref().map(|_| ("admin.enabled", true.into()));
        let admin_listen = self.admin.as_ref().and_then(Option::as_ref);
        let admin_listen = admin_listen.map(|listen| ("admin.listen", listen.to_string().into()));
        listen.into_iter().chain(auth).chain(metrics).chain(admin).chain(admin_listen).collect()
    }
}

const LOGIN_HELP: &str = "\
You need an API id and hash of your own, from https://my.telegram.org
(\"API development tools\"), in the configuration or the environment:

  export TELEGRAPHIST_TELEGRAM__API_ID=12345
  export TELEGRAPHIST_TELEGRAM__API_HASH=0123456789abcdef0123456789abcdef

They are kept with the session. Codes and passwords are typed unseen.

  telegraphist login                                 a code to your phone
  telegraphist login --qr                            scan with the app
  telegraphist login --import telethon < session.txt take over a session

A bot needs only its token, from @BotFather, typed unseen or from standard
input:

  telegraphist login --bot";

/// `login`
#[derive(Args)]
pub(crate) struct Login {
    /// What to call the session, or which one to sign in again
    ///
    /// [default: default, or bot]
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// Sign in a bot with its token
    #[arg(long, conflicts_with_all = ["phone", "qr", "import"])]
    pub(crate) bot: bool,
    /// Print a link by which somebody signs in on a web page of `telegraphist serve`, and wait until they did
    ///
    /// NAME is what to call the session [default: default]
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "default")]
    #[arg(conflicts_with_all = ["session", "bot", "phone", "qr", "import"])]
    pub(crate) web: Option<String>,
    /// The phone number, with country code; asked for if left out
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["qr", "import"])]
    pub(crate) phone: Option<String>,
    /// Show a code to scan with Telegram on your phone
    #[arg(long, conflicts_with = "import")]
    pub(crate) qr: bool,
    /// Take over a session string of another library, read from standard input
    #[arg(long, value_name = "LIBRARY")]
    pub(crate) import: Option<StringForm>,
}

/// The library a session string is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StringForm {
    /// Telethon's StringSession
    Telethon,
    /// GramJS's StringSession
    Gramjs,
    /// Pyrogram's session string
    Pyrogram,
}

/// `sessions`
#[derive(Subcommand)]
pub(crate) enum Sessions {
    /// List them
    List {
        /// How to print them
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Show one
    Show {
        /// Its name or id
        name: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Choose the one that is used where a call names none
    Default {
        /// Its name or id
        name: String,
    },
    /// Print it as a session string: whoever has it has the account
    Export {
        /// Its name or id
        name: String,
        /// For which library
        #[arg(long, value_name = "LIBRARY", default_value = "telethon")]
        format: StringForm,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Sign out of Telegram; the session stays, and can sign in again
    Logout {
        /// Its name or id
        name: String,
    },
    /// Forget it, with its keys and everything that was learnt in it
    Remove {
        /// Its name or id
        name: String,
        /// Yes, really
        #[arg(long)]
        yes: bool,
    },
}

const CALL_HELP: &str = "\
Values are read as the tool's schema says; lists are separated by commas.

  telegraphist call list_chats limit=5
  telegraphist call send_message chat=me text='**Hello**' dry_run=true
  telegraphist call get_messages chat=@lantern_weekly message_ids=1,2,3
  echo '{\"chat\":\"me\"}' | telegraphist call read_messages --json -";

/// `call`
#[derive(Args)]
pub(crate) struct Call {
    /// The tool; `telegraphist tools` lists them
    pub(crate) tool: String,
    /// Its arguments; `telegraphist tools TOOL` shows them
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) arguments: Vec<String>,
    /// Arguments as a JSON object, from a file or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// How long to wait, like 500ms, 10s, 5m [default: 30s]
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<Span>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

/// How an answer is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Tables and lines
    Text,
    /// The structured answer
    Json,
}

/// `daemon`
#[derive(Args)]
pub(crate) struct Daemon {
    #[command(subcommand)]
    pub(crate) command: Option<DaemonCommand>,
    /// Stay, however idle, until it is told to end
    #[arg(long, alias = "foreground")]
    pub(crate) stay: bool,
    /// Started by a client: leave its terminal, and tell it when ready
    #[arg(long, hide = true)]
    pub(crate) on_demand: bool,
}

/// `daemon …`; without it, the daemon runs in the foreground.
#[derive(Subcommand)]
pub(crate) enum DaemonCommand {
    /// Let it finish what it is doing, then end it
    Stop,
    /// Tell whether it runs, and what it does
    Status {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Have the system start it at login (systemd or launchd, of this user)
    Install,
}

/// `config`
#[derive(Subcommand)]
pub(crate) enum Config {
    /// Say whether it can be used
    Check,
    /// Print every key with its value and where it is from; secrets stay hidden
    Show,
}

/// `vault`
#[derive(Subcommand)]
pub(crate) enum Vault {
    /// Tell which key it is and where it is kept
    Status {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Keep the key elsewhere: in the desktop's key ring, or in a file
    Move {
        /// keyring or file
        #[arg(value_name = "PLACE")]
        place: KeyPlaceKind,
    },
    /// Make a new key, seal everything with it, forget the old one
    Rotate,
}
