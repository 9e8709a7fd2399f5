//! Where this user's things are, as the XDG variables say.

use std::path::PathBuf;

use anyhow::Context as _;
use telegraphist_relay::{Places, Profile};

use crate::environment::Environment;

/// The places of `profile`.
pub(crate) fn of(profile: Profile, environment: &Environment) -> anyhow::Result<Places> {
    let runtime = environment.directory("XDG_RUNTIME_DIR");
    Ok(Places::of(profile, &data_home(environment)?, runtime.as_deref()))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn places(variables: &[(&str, &str)]) -> Places {
        let profile = "default".parse().expect("a good name");
        of(profile, &Environment::of(variables)).expect("HOME is set")
    }

    #[test]
    fn the_xdg_variables_decide_where_things_are() {
        let places = places(&[("HOME", "/home/me"), ("XDG_DATA_HOME", "/data"), ("XDG_RUNTIME_DIR", "/run/user/7")]);
        assert_eq!(places.data, Path::new("/data/telegraphist/default"));
        assert_eq!(places.socket, Path::new("/run/user/7/telegraphist/default.sock"));
    }

    #[test]
    fn empty_and_relative_xdg_variables_count_as_unset() {
        let places = places(&[("HOME", "/home/me"), ("XDG_DATA_HOME", ""), ("XDG_RUNTIME_DIR", "run")]);
        let data = Path::new("/home/me/.local/share/telegraphist/default");
        assert_eq!(places.data, data);
        assert_eq!(places.socket, data.join("run/default.sock"));
    }

    #[test]
    fn the_configuration_file_follows_its_variable() {
        let environment = Environment::of(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")]);
        let file = configuration_file(&environment).expect("HOME is set");
        assert_eq!(file, Path::new("/etc/me/telegraphist/config.toml"));
    }
}
