use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A home directory of one story: its own data, configuration and sockets, and an environment with nothing else in it.
/// Daemons started under it are stopped when it is dropped.
pub struct Home {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Home {
    /// An empty home.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tgh").tempdir().expect("a temporary directory can be made");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let environment = [
            ("HOME", path("")),
            ("XDG_DATA_HOME", path("data")),
            ("XDG_CONFIG_HOME", path("config")),
            ("XDG_RUNTIME_DIR", path("run")),
            ("TELEGRAPHIST_TELEGRAM__API_ID", "12345".to_owned()),
            ("TELEGRAPHIST_TELEGRAM__API_HASH", "0123456789abcdef0123456789abcdef".to_owned()),
        ];
        fs_err::create_dir_all(folder.path().join("run")).expect("the home is writable");
        Self { environment: environment.map(|(key, value)| (key.to_owned(), value)).into(), folder }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data directory of a profile.
    pub fn data(&self, profile: &str) -> PathBuf {
        self.path().join("data/telegraphist").join(profile)
    }

    /// Sets a variable for every program started under it.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| known != key);
        self.environment.push((key.to_owned(), value.into()));
    }

    /// `telegraphist` with arguments, in this home's environment.
    pub fn telegraphist(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::program("telegraphist"));
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    /// Gives a command this home's environment and nothing else of the caller's but `PATH`.
    pub fn dress(&self, command: &mut Command) {
        command.env_clear().envs(self.environment.iter().map(|(key, value)| (key, value)));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.current_dir(self.path());
    }

    /// Runs `telegraphist` to its end with something on standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        use std::io::Write as _;
        let mut child = self
            .telegraphist(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("telegraphist starts");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        // A program that refuses early closes its end; that is its answer, not an error of the story.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("telegraphist ends")
    }

    /// Runs `telegraphist`, which must succeed, and gives its standard output.
    pub fn ok(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "telegraphist {arguments:?} ended with {}\n{}\n{}",
            output.status,
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs `telegraphist`, which must fail, and gives its standard error.
    pub fn fails(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(!output.status.success(), "telegraphist {arguments:?} succeeded");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Ends the daemon of the usual profile as a power cut would; the next command starts another.
    pub fn kill_daemon(&self) {
        let status = self.ok(&["daemon", "status", "--output", "json"], "");
        let status: serde_json::Value = serde_json::from_str(&status).expect("the status is JSON");
        let killed = Command::new("kill").args(["-9", &status["pid"].to_string()]).status();
        assert!(killed.expect("kill is there").success(), "the daemon could not be killed");
    }

    /// Signs an account in by a session string, as the profile's default.
    pub fn import(&self, kind: &str, session_string: &str) {
        self.ok(&["login", "--import", kind], session_string);
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Ok(profiles) = fs_err::read_dir(self.path().join("data/telegraphist")) else { return };
        for profile in profiles.flatten() {
            let name = profile.file_name();
            let stop = ["--profile", &name.to_string_lossy(), "daemon", "stop"].map(String::from);
            let mut command = self.telegraphist(&stop.each_ref().map(String::as_str));
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}
