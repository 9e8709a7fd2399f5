use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;

use anyhow::Context as _;

use crate::{Home, PATIENCE};

/// A demo that listens for HTTP, in a home of its own.
pub struct HttpDemo {
    process: Child,
    base: String,
    control: String,
    /// Where the operator comes in, if that is open.
    admin: Option<String>,
    home: Home,
}

impl HttpDemo {
    /// Starts it, with these variables besides.
    pub fn start(variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::start_at("127.0.0.1:0", variables)
    }

    /// The same at an address.
    pub fn start_at(listen: &str, variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut home = Home::new();
        for (name, value) in variables {
            home.set(name, *value);
        }
        let mut command = home.telegraphist(&["demo", "--listen", listen]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let output = BufReader::new(process.stdout.take().context("standard output is a pipe")?);
        let control = found(output, "curl http://", "/v1/info")?;
        let errors = BufReader::new(process.stderr.take().context("standard error is a pipe")?);
        let has_admin = variables.iter().any(|(name, _)| *name == "TELEGRAPHIST_ADMIN__ENABLED");
        let (base, admin) = if has_admin {
            // It is said after where HTTP is.
            let [base, admin] = all_found(errors, [("HTTP is at ", ""), ("Administration is at ", "")])?;
            (base, Some(admin))
        } else {
            (found(errors, "HTTP is at ", "")?, None)
        };
        Ok(Self { process, base, control, admin, home })
    }

    /// `http://ADDRESS`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `http://ADDRESS/admin/v1`, where the operator comes in.
    pub fn admin(&self) -> anyhow::Result<&str> {
        self.admin.as_deref().context("the operator's door is not open")
    }

    /// Its home, for the command line.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Where MCP is.
    pub fn url(&self) -> String {
        format!("{}/mcp", self.base)
    }

    /// Where the sandbox is played.
    pub fn control(&self) -> anyhow::Result<std::net::SocketAddr> {
        Ok(self.control.parse()?)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Tells it to end, as a service manager does.
    pub fn terminate(&self) -> anyhow::Result<()> {
        let status = std::process::Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status()?;
        anyhow::ensure!(status.success(), "it could not be told");
        Ok(())
    }

    /// Ends it at once.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        Ok(self.process.wait()?)
    }
}

impl Drop for HttpDemo {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What stands between two texts in the first line that has both. The rest is read on, so that nobody waits for a reader.
pub fn found(lines: impl BufRead + Send + 'static, before: &str, behind: &str) -> anyhow::Result<String> {
    let [found] = all_found(lines, [(before, behind)])?;
    Ok(found)
}

/// The same for several, one after another.
fn all_found<const N: usize>(
    lines: impl BufRead + Send + 'static,
    wanted: [(&str, &str); N],
) -> anyhow::Result<[String; N]> {
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            // Nobody listens any more once everything is known.
            let _ = told.send(line);
        }
    });
    let mut all = std::array::from_fn(|_| String::new());
    for ((before, behind), place) in wanted.into_iter().zip(&mut all) {
        *place = loop {
            let line = heard.recv_timeout(PATIENCE).context("the demo did not say where it is")?;
            let rest = line.split_once(before).and_then(|(_, rest)| rest.strip_suffix(behind));
            if let Some(found) = rest {
                break found.to_owned();
            }
        };
    }
    Ok(all)
}
