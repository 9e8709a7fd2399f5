//! Where a profile keeps its things. Paths only; nothing here touches the disk but [`Places::create`].

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// A socket's path may have 107 bytes on Linux and 103 on macOS; a longer one gets a hashed name.
const SOCKET_PATH_MAX: usize = 100;

/// A name that is safe as a file name and short enough for a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile(String);

impl Profile {
    /// The profile of the demo, which is made anew at each start.
    pub const DEMO: &str = "demo";

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the demo's.
    pub fn is_demo(&self) -> bool {
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
pub struct Places {
    /// Whose paths these are.
    pub profile: Profile,
    /// The data directory: store, key, downloads, log. One owner at a time.
    pub data: PathBuf,
    /// What clients connect to.
    pub socket: PathBuf,
}

impl Places {
    /// The places of `profile`, under the user's directories for data and for sockets. Without one for sockets they
    /// are in the data directory.
    pub fn of(profile: Profile, data_home: &Path, runtime: Option<&Path>) -> Self {
        let data = data_home.join("telegraphist").join(profile.as_str());
        let runtime = runtime.map_or_else(|| data.join("run"), |directory| directory.join("telegraphist"));
        let socket = short_enough(runtime.join(format!("{}.sock", profile.as_str())));
        Self { profile, data, socket }
    }

    /// The places of a profile that lives in `directory` and nowhere else.
    pub fn within(directory: &Path, profile: Profile) -> Self {
        Self { profile, data: directory.to_owned(), socket: short_enough(directory.join("run").join("demo.sock")) }
    }

    /// The store.
    pub fn database(&self) -> PathBuf {
        self.data.join("telegraphist.db")
    }

    /// The vault key.
    pub fn key(&self) -> PathBuf {
        self.data.join("key")
    }

    /// Where downloads go unless told otherwise.
    pub fn downloads(&self) -> PathBuf {
        self.data.join("downloads")
    }

    /// What the owner locks.
    pub fn lock(&self) -> PathBuf {
        self.data.join("owner.lock")
    }

    /// What a client locks while it starts a daemon.
    pub fn starting(&self) -> PathBuf {
        self.data.join("starting.lock")
    }

    /// The daemon's log.
    pub fn log(&self) -> PathBuf {
        self.data.join("daemon.log")
    }

    /// Makes the directories, for this user only.
    pub fn create(&self) -> Result<(), PlacesError> {
        private_directory(&self.data)?;
        private_directory(self.socket.parent().expect("a socket is in a directory"))
    }

    /// The process that owns the data directory, as it wrote itself down.
    pub fn owner(&self) -> String {
        std::fs::read_to_string(self.lock()).map_or_else(|_| "?".to_owned(), |text| text.trim().to_owned())
    }
}

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// The operating system says why.
    #[error("cannot make the directory {}: {problem}", path.display())]
    NotMade {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: std::io::Error,
    },
    /// Something else has its name.
    #[error("{} is not a directory; move it away", path.display())]
    NotADirectory {
        /// Which.
        path: PathBuf,
    },
    /// Who can put files there can pretend to be us.
    #[error("{} belongs to another user", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
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
fn private_directory(path: &Path) -> Result<(), PlacesError> {
    let not_made = |problem| PlacesError::NotMade { path: path.to_owned(), problem };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(not_made)?;
    let about = std::fs::symlink_metadata(path).map_err(not_made)?;
    if !about.is_dir() {
        return Err(PlacesError::NotADirectory { path: path.to_owned() });
    }
    if about.uid() != rustix::process::geteuid().as_raw() {
        return Err(PlacesError::Foreign { path: path.to_owned() });
    }
    if about.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(not_made)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(profile: &str, data_home: &str, runtime: Option<&str>) -> Places {
        let profile = profile.parse().expect("a good name");
        Places::of(profile, Path::new(data_home), runtime.map(Path::new))
    }

    #[test]
    fn the_directories_decide_where_things_are() {
        let places = places("work", "/data", Some("/run/user/7"));
        assert_eq!(places.data, Path::new("/data/telegraphist/work"));
        assert_eq!(places.socket, Path::new("/run/user/7/telegraphist/work.sock"));
        assert_eq!(places.database(), Path::new("/data/telegraphist/work/telegraphist.db"));
    }

    #[test]
    fn a_socket_path_always_fits_and_stays_apart_from_others() {
        let long = format!("/{}", "d".repeat(90));
        let one = places("one", "/h", Some(&long));
        let two = places("two", "/h", Some(&long));
        assert!(one.socket.as_os_str().len() <= SOCKET_PATH_MAX);
        assert_ne!(one.socket, two.socket);

        let medium = format!("/{}", "d".repeat(62));
        let hashed = places(&"p".repeat(32), "/h", Some(&medium));
        assert!(hashed.socket.starts_with(Path::new(&medium).join("telegraphist")));
        assert!(hashed.socket.as_os_str().len() <= SOCKET_PATH_MAX);
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
        let places = Places::of("default".parse().expect("a good name"), home.path(), None);
        places.create().expect("made");
        places.create().expect("making them again is no error");
        let mode = std::fs::metadata(&places.data).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
