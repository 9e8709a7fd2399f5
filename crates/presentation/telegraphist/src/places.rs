//! Where a profile keeps its things. Paths only; nothing here touches the disk but [`Places::create`].

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::environment::Environment;

/// A socket's path may have 107 bytes on Linux and 103 on macOS; a longer one gets a hashed name.
const SOCKET_PATH_MAX: usize = 100;

/// A name that is safe as a file name and short enough for a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile(String);

impl Profile {
    /// The profile of the demo, which is made anew at each start.
    pub(crate) const DEMO: &str = "demo";

    /// Its name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the demo's.
    pub(crate) fn is_demo(&self) -> bool {
        self.0 == Self::DEMO
    }
}

impl std::str::FromStr for Profile {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 32 || !name.chars().all(is_safe) {
            return Err("a profile's name is 1 to 32 letters, digits, - or _".to_owned());
        }
        Ok(Self(name.to_owned()))
    }
}

/// The paths of one profile; all absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// Whose paths these are.
    pub(crate) profile: Profile,
    /// The data directory: store, key, downloads, log. One owner at a time.
    pub(crate) data: PathBuf,
    /// What clients connect to.
    pub(crate) socket: PathBuf,
}

impl Places {
    /// The places of `profile`.
    pub(crate) fn of(profile: Profile, environment: &Environment) -> anyhow::Result<Self> {
        let data = data_home(environment)?.join("telegraphist").join(profile.as_str());
        let runtime =
            environment.directory("XDG_RUNTIME_DIR").map_or_else(|| data.join("run"), |dir| dir.join("telegraphist"));
        let socket = short_enough(runtime.join(format!("{}.sock", profile.as_str())));
        Ok(Self { profile, data, socket })
    }

    /// The places of a profile that lives in `directory` and nowhere else.
    #[cfg_attr(not(feature = "demo"), expect(dead_code, reason = "only the demo lives in a temporary directory"))]
    pub(crate) fn within(directory: &Path, profile: Profile) -> Self {
        Self { profile, data: directory.to_owned(), socket: short_enough(directory.join("run").join("demo.sock")) }
    }

    /// The store.
    pub(crate) fn database(&self) -> PathBuf {
        self.data.join("telegraphist.db")
    }

    /// The vault key.
    pub(crate) fn key(&self) -> PathBuf {
        self.data.join("key")
    }

    /// Where downloads go unless told otherwise.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.data.join("downloads")
    }

    /// What the owner locks.
    pub(crate) fn lock(&self) -> PathBuf {
        self.data.join("owner.lock")
    }

    /// What a client locks while it starts a daemon.
    pub(crate) fn starting(&self) -> PathBuf {
        self.data.join("starting.lock")
    }

    /// The daemon's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.data.join("daemon.log")
    }

    /// Makes the directories, for this user only.
    pub(crate) fn create(&self) -> anyhow::Result<()> {
        private_directory(&self.data)?;
        let runtime = self.socket.parent().context("a socket is in a directory")?;
        private_directory(runtime)
    }
}

/// The configuration file that is read unless `--config` names another.
pub(crate) fn configuration_file(environment: &Environment) -> anyhow::Result<PathBuf> {
    let home = match environment.directory("XDG_CONFIG_HOME") {
        Some(home) => home,
        None => user_home(environment)?.join(".config"),
    };
    Ok(home.join("telegraphist").join("config.toml"))
}

/// The home directory.
pub(crate) fn user_home(environment: &Environment) -> anyhow::Result<PathBuf> {
    environment.directory("HOME").context("HOME is not set, so there is no place for data; set HOME or XDG_DATA_HOME")
}

fn data_home(environment: &Environment) -> anyhow::Result<PathBuf> {
    match environment.directory("XDG_DATA_HOME") {
        Some(home) => Ok(home),
        None => Ok(user_home(environment)?.join(".local").join("share")),
    }
}

/// The path itself, or one with a hashed name where it would not fit into a socket address: first in the same
/// directory, then in a directory of this user under /tmp.
fn short_enough(socket: PathBuf) -> PathBuf {
    if socket.as_os_str().len() <= SOCKET_PATH_MAX {
        return socket;
    }
    let mut name = String::new();
    for byte in &Sha256::digest(socket.as_os_str().as_bytes())[..8] {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push_str(".sock");
    let hashed = socket.with_file_name(&name);
    if hashed.as_os_str().len() <= SOCKET_PATH_MAX {
        return hashed;
    }
    let user = rustix::process::geteuid().as_raw();
    Path::new("/tmp").join(format!("telegraphist-{user}")).join(name)
}

/// A directory that only this user can enter. One that others made or can write is refused: who can put files there
/// can pretend to be us.
fn private_directory(path: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the directory {}", path.display()))?;
    let about = fs_err::symlink_metadata(path)?;
    ensure!(about.is_dir(), "{} is not a directory; move it away", path.display());
    if about.uid() != rustix::process::geteuid().as_raw() {
        bail!("{} belongs to another user", path.display());
    }
    if about.permissions().mode() & 0o077 != 0 {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(profile: &str, variables: &[(&str, &str)]) -> Places {
        let profile = profile.parse().expect("a good name");
        Places::of(profile, &Environment::of(variables)).expect("HOME is set")
    }

    #[test]
    fn the_xdg_variables_decide_where_things_are() {
        let places =
            places("work", &[("HOME", "/home/me"), ("XDG_DATA_HOME", "/data"), ("XDG_RUNTIME_DIR", "/run/user/7")]);
        assert_eq!(places.data, Path::new("/data/telegraphist/work"));
        assert_eq!(places.socket, Path::new("/run/user/7/telegraphist/work.sock"));
        assert_eq!(places.database(), Path::new("/data/telegraphist/work/telegraphist.db"));
    }

    #[test]
    fn empty_and_relative_xdg_variables_count_as_unset() {
        let places = places("default", &[("HOME", "/home/me"), ("XDG_DATA_HOME", ""), ("XDG_RUNTIME_DIR", "run")]);
        let data = Path::new("/home/me/.local/share/telegraphist/default");
        assert_eq!(places.data, data);
        assert_eq!(places.socket, data.join("run/default.sock"));
    }

    #[test]
    fn a_socket_path_always_fits_and_stays_apart_from_others() {
        let long = format!("/{}", "d".repeat(90));
        let one = places("one", &[("HOME", "/h"), ("XDG_RUNTIME_DIR", &long)]);
        let two = places("two", &[("HOME", "/h"), ("XDG_RUNTIME_DIR", &long)]);
        assert!(one.socket.as_os_str().len() <= SOCKET_PATH_MAX);
        assert_ne!(one.socket, two.socket);

        let medium = format!("/{}", "d".repeat(62));
        let profile = "p".repeat(32);
        let hashed = places(&profile, &[("HOME", "/h"), ("XDG_RUNTIME_DIR", &medium)]);
        assert!(hashed.socket.starts_with(Path::new(&medium).join("telegraphist")));
        assert!(hashed.socket.as_os_str().len() <= SOCKET_PATH_MAX);
    }

    #[test]
    fn the_configuration_file_follows_its_variable() {
        let environment = Environment::of(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")]);
        let file = configuration_file(&environment).expect("HOME is set");
        assert_eq!(file, Path::new("/etc/me/telegraphist/config.toml"));
    }

    #[test]
    fn a_profile_name_cannot_leave_its_directory() {
        for bad in ["", "..", "a/b", "a b", &"x".repeat(33)] {
            assert!(bad.parse::<Profile>().is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn directories_are_made_for_this_user_only() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let home = home.path().to_str().expect("an ordinary path");
        let places = places("default", &[("HOME", home)]);
        places.create().expect("made");
        places.create().expect("making them again is no error");
        let mode = fs_err::metadata(&places.data).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
