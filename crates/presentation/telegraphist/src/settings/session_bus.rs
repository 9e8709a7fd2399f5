//! Where the desktop's message bus is, which leads to its key ring.

use std::path::{Path, PathBuf};

use crate::environment::Environment;

/// The address of the session bus, or `None` where there is no desktop.
///
/// MCP clients start servers with few variables, so the place where systemd has the bus is looked at too: a key that
/// `login` put into the key ring must be found again by a daemon that such a client started.
pub(crate) fn address(environment: &Environment) -> Option<String> {
    if let Some(address) = environment.get("DBUS_SESSION_BUS_ADDRESS") {
        return Some(address.to_owned());
    }
    let runtime = environment.directory("XDG_RUNTIME_DIR").unwrap_or_else(of_this_user);
    socket_address(&runtime.join("bus"))
}

fn of_this_user() -> PathBuf {
    Path::new("/run/user").join(rustix::process::geteuid().as_raw().to_string())
}

/// D-Bus addresses escape nearly everything; a path with other letters than these is not a bus of systemd's.
fn socket_address(socket: &Path) -> Option<String> {
    let path = socket.to_str().filter(|_| socket.exists())?;
    let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "-_/.\\".contains(c));
    is_plain.then(|| format!("unix:path={path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bus_is_where_the_environment_says_or_where_systemd_has_it() {
        let folder = tempfile::Builder::new().prefix("bus").tempdir().expect("a temporary directory");
        let runtime = folder.path().display().to_string();
        assert_eq!(address(&Environment::of(&[("XDG_RUNTIME_DIR", &runtime)])), None, "there is no socket");
        fs_err::write(folder.path().join("bus"), "").expect("written");
        let found = address(&Environment::of(&[("XDG_RUNTIME_DIR", &runtime)]));
        assert_eq!(found, Some(format!("unix:path={runtime}/bus")));
        let told = [("XDG_RUNTIME_DIR", runtime.as_str()), ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/bus")];
        assert_eq!(address(&Environment::of(&told)).as_deref(), Some("unix:path=/bus"));
    }
}
