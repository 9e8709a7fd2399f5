//! The commands, one file each. All but the owner's own (`daemon`, `demo`, serving in this process) ask the owner over
//! its socket and need no runtime.

mod approvals;
mod ask;
mod audit;
mod bare;
mod call;
mod completions;
mod config;
mod daemon;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod hook;
mod inbox;
mod login;
mod notify;
mod outbox;
mod people;
mod policy;
mod serve;
mod sessions;
mod take_over;
mod tokens;
mod tools;
mod vault;

use telegraphist_relay::{Link, LinkError, Places};

use crate::arguments::{Arguments, Command, Common};
use crate::environment::Environment;
use crate::places;
use crate::settings::{Layers, Settings};

/// What every command can use.
pub(crate) struct Context {
    pub(crate) places: Places,
    pub(crate) settings: Settings,
    pub(crate) environment: Environment,
    /// `--config`, made absolute: a daemon is started elsewhere.
    pub(crate) config: Option<std::path::PathBuf>,
}

impl Context {
    fn new(
        common: Common,
        flags: Vec<(&'static str, ::config::Value)>,
        environment: Environment,
    ) -> anyhow::Result<Self> {
        let config = common.config.map(std::path::absolute).transpose()?;
        let settings = Settings::read(Layers { file: config.as_deref(), environment: &environment, flags })?;
        let places = places::of(common.profile, &environment)?;
        Ok(Self { places, settings, environment, config })
    }

    /// The way to the profile's owner.
    pub(crate) fn link(&self) -> Result<Link, LinkError> {
        Link::new(self.places.clone(), self.config.clone())
    }
}

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments, environment: Environment) -> anyhow::Result<()> {
    let behind = arguments.command.as_ref().and_then(Command::tool_flags).cloned().unwrap_or_default();
    let mut flags = arguments.tools.and(&behind).as_configuration();
    flags.extend(arguments.command.as_ref().map(Command::key_flags).unwrap_or_default());
    // A configuration that cannot be read is what `config check` reports and `completions` does not need.
    let command = match arguments.command {
        Some(Command::Completions { shell }) => return completions::run(shell),
        Some(Command::Tools { markdown: true, .. }) => return tools::markdown(),
        Some(Command::Tools { name: Some(name), .. }) => return tools::show(&name),
        other => other,
    };
    let context = Context::new(arguments.common, flags, environment)?;
    match command {
        None if arguments.in_process => bare::in_process(&context),
        None => bare::relay(&context),
        #[cfg(feature = "demo")]
        Some(Command::Demo(demo)) => demo::run(&context, &demo),
        Some(Command::Serve(_)) => serve::run(&context),
        Some(Command::Login(login)) => login::run(&context, login),
        Some(Command::Sessions(sessions)) => sessions::run(&context, sessions),
        Some(Command::Tools { .. }) => tools::list(&context),
        Some(Command::Call(call)) => call::run(&context, call),
        Some(Command::Notify(notify)) => notify::run(&context, notify),
        Some(Command::Ask(ask)) => ask::run(&context, ask),
        Some(Command::Hook(hook)) => hook::run(&context, &hook),
        Some(Command::People(people)) => people::run(&context, people),
        Some(Command::Tokens(tokens)) => tokens::run(&context, tokens),
        Some(Command::Policy(policy)) => policy::run(&context, policy),
        Some(Command::Outbox(outbox)) => outbox::run(&context, outbox),
        Some(Command::Inbox(inbox)) => inbox::run(&context, inbox),
        Some(Command::Approvals(approvals)) => approvals::run(&context, approvals),
        Some(Command::Doctor) => doctor::run(&context),
        Some(Command::Daemon(daemon)) => daemon::run(&context, &daemon),
        Some(Command::Config(config)) => config::run(&context, &config),
        Some(Command::Audit(audit)) => audit::run(&context, &audit),
        Some(Command::Vault(vault)) => vault::run(&context, &vault),
        Some(Command::Completions { shell }) => completions::run(shell),
    }
}
