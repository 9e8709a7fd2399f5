use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::Home;

const PASSWORD: &[u8] = b"of the key ring";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// A desktop's key ring without a desktop: GNOME's, on a message bus of its own.
pub struct KeyRing {
    folder: TempDir,
    bus: Child,
    address: String,
}

impl KeyRing {
    /// An empty, unlocked one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("tgk").tempdir().expect("a temporary directory can be made");
        fs_err::create_dir_all(folder.path().join("run")).expect("the directory is writable");
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .envs(environment(&folder))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed; `cargo xtask test` installs it");
        let mut address = String::new();
        let output = bus.stdout.take().expect("standard output is a pipe");
        BufReader::new(output).read_line(&mut address).expect("the bus says where it is");
        let ring = Self { folder, bus, address: address.trim().to_owned() };
        ring.unlock();
        ring
    }

    /// The address of its bus.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Programs of this home find the key ring.
    pub fn furnish(&self, home: &mut Home) {
        home.set("DBUS_SESSION_BUS_ADDRESS", &self.address);
    }

    /// As a desktop does when its user signs in; starts it first.
    pub fn unlock(&self) {
        let mut child = self
            .command("gnome-keyring-daemon")
            .args(["--unlock", "--replace", "--components=secrets"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("gnome-keyring-daemon is installed; `cargo xtask test` installs it");
        let mut input = child.stdin.take().expect("standard input is a pipe");
        input.write_all(PASSWORD).expect("it reads the password");
        drop(input);
        assert!(child.wait().expect("it leaves the daemon behind").success(), "the key ring does not start");
    }

    /// As a person does.
    pub fn lock(&self) {
        let status = self
            .command("dbus-send")
            .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
            .args(["org.freedesktop.Secret.Service.Lock", &format!("array:objpath:{COLLECTION}")])
            .status();
        assert!(status.expect("dbus-send is installed").success(), "the key ring does not lock");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(environment(&self.folder)).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// It keeps its files here, and its sockets, and knows no other key ring.
fn environment(folder: &TempDir) -> [(&'static str, PathBuf); 3] {
    let path = |name: &str| folder.path().join(name);
    [("HOME", path("")), ("XDG_DATA_HOME", path("data")), ("XDG_RUNTIME_DIR", path("run"))]
}

impl Drop for KeyRing {
    fn drop(&mut self) {
        // The key ring ends with its bus.
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}
