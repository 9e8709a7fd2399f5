//! What the tests need and this workspace does not build: foreign clients, in fixed versions, fetched once into
//! `target/tools`. On a bare Debian machine the interpreters come from its own packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::cargo::{root, run_quietly, target};

/// Fetches everything that is not there yet.
pub(crate) fn everything() -> anyhow::Result<()> {
    let tools = target().join("tools");
    fs_err::create_dir_all(&tools)?;
    python(&tools, "requirements.txt", "python")?;
    // aiogram wants an older pydantic than the MCP client.
    python(&tools, "requirements-bots.txt", "python-bots")?;
    python(&tools, "requirements-fastmcp.txt", "python-fastmcp")?;
    python(&tools, "requirements-schemathesis.txt", "python-schemathesis")?;
    node(&tools)?;
    browser()?;
    scripts()?;
    proxy()?;
    key_ring()
}

/// A virtual environment with the Python clients of a list in `tests/clients`.
fn python(tools: &Path, list: &str, environment: &str) -> anyhow::Result<()> {
    let wanted = root().join("tests/clients").join(list);
    let environment = tools.join(environment);
    let stamp = Stamp::of(&wanted, environment.join("provisioned"))?;
    if stamp.is_fresh() {
        return Ok(());
    }
    require("python3", &["-c", "import venv, ensurepip"], &["python3", "python3-venv", "python3-pip"])?;
    run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = environment.join("bin/pip");
    run_quietly(
        Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted),
    )?;
    stamp.set()
}

/// The npm clients of `tests/clients/package.json`, among them a Node for those for which the system's is too old.
fn node(tools: &Path) -> anyhow::Result<()> {
    let clients = root().join("tests/clients");
    let folder = tools.join("node");
    let stamp = Stamp::of(&clients.join("package-lock.json"), folder.join("provisioned"))?;
    if stamp.is_fresh() {
        return Ok(());
    }
    require("npm", &["--version"], &["nodejs", "npm"])?;
    fs_err::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs_err::copy(clients.join(file), folder.join(file))?;
    }
    run_quietly(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    stamp.set()
}

/// The browser in which the sandbox's phone is used.
fn browser() -> anyhow::Result<()> {
    require("chromium", &["--version"], &["chromium"])
}

/// What build servers speak to the gateway with.
fn scripts() -> anyhow::Result<()> {
    require("curl", &["--version"], &["curl"])?;
    require("jq", &["--version"], &["jq"])?;
    // promtool, which says whether Prometheus takes the numbers.
    require("promtool", &["--version"], &["prometheus"])
}

/// What stands before the gateway on servers.
fn proxy() -> anyhow::Result<()> {
    require("nginx", &["-v"], &["nginx-light"])
}

/// A desktop's key ring and the message bus it is reached over.
fn key_ring() -> anyhow::Result<()> {
    require("dbus-daemon", &["--version"], &["dbus"])?;
    require("gnome-keyring-daemon", &["--version"], &["gnome-keyring"])
}

/// Remembers for which version of a list something was fetched.
struct Stamp {
    wanted: String,
    file: PathBuf,
}

impl Stamp {
    fn of(list: &Path, file: PathBuf) -> anyhow::Result<Self> {
        Ok(Self { wanted: fs_err::read_to_string(list)?, file })
    }

    fn is_fresh(&self) -> bool {
        fs_err::read_to_string(&self.file).is_ok_and(|done| done == self.wanted)
    }

    fn set(&self) -> anyhow::Result<()> {
        fs_err::write(&self.file, &self.wanted).context("cannot remember what was fetched")
    }
}

/// Makes sure that a program works, from Debian's packages if need be.
fn require(program: &str, probe: &[&str], packages: &[&str]) -> anyhow::Result<()> {
    if works(program, probe) {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-y"]).args(arguments);
        run_quietly(&mut command)
    };
    let installed =
        apt(&["update"]).and_then(|()| apt(&[["install", "--no-install-recommends"].as_slice(), packages].concat()));
    match installed {
        Ok(()) if works(program, probe) => Ok(()),
        _ => bail!("the tests need {program}; install it, on Debian: apt-get install {}", packages.join(" ")),
    }
}

fn works(program: &str, probe: &[&str]) -> bool {
    let status = Command::new(program).args(probe).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
