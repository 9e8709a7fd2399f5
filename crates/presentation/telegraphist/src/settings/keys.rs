//! Which keys there are, and which one somebody meant.

use std::path::Path;
use std::sync::LazyLock;

use super::{DEFAULTS, SettingsError};
use crate::environment::Environment;

/// What every variable of ours starts with.
pub(super) const ENVIRONMENT_PREFIX: &str = "TELEGRAPHIST_";

/// Variables that stand for flags; they are no keys.
const FLAG_VARIABLES: [&str; 2] = ["PROFILE", "CONFIG"];

static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let defaults: toml::Table = DEFAULTS.parse().expect("the built-in configuration is TOML");
    flattened(&defaults)
});

/// All keys, `section.key`.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(String::as_str)
}

/// The keys that a file sets.
pub(super) fn of_file(path: &Path, text: &str) -> Result<Vec<String>, SettingsError> {
    let table: toml::Table = text.parse().map_err(|problem: toml::de::Error| SettingsError::NotToml {
        path: path.to_owned(),
        problem: without_source_line(text, &problem),
    })?;
    let keys = flattened(&table);
    match keys.iter().find(|key| !is_known(key)) {
        None => Ok(keys),
        Some(key) => Err(SettingsError::UnknownKey {
            place: path.display().to_string(),
            key: key.clone(),
            hint: nearest(key).map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
        }),
    }
}

/// The keys that the environment sets.
pub(super) fn of_environment(environment: &Environment) -> Result<Vec<String>, SettingsError> {
    let mut keys = Vec::new();
    for (name, _) in environment.with_prefix(ENVIRONMENT_PREFIX) {
        if FLAG_VARIABLES.contains(&name) {
            continue;
        }
        let key = name.replacen("__", ".", 1).to_lowercase();
        if !is_known(&key) {
            return Err(SettingsError::UnknownKey {
                place: "environment".to_owned(),
                key: format!("{ENVIRONMENT_PREFIX}{name}"),
                hint: nearest(&key).map_or_else(String::new, |near| format!("; did you mean `{}`?", variable(near))),
            });
        }
        keys.push(key);
    }
    Ok(keys)
}

/// The variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn is_known(key: &str) -> bool {
    known().any(|known| known == key)
}

/// The key that is spelt most like `key`, if any is like it at all.
fn nearest(key: &str) -> Option<&'static str> {
    let likeness = |known: &str| {
        let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        strsim::jaro_winkler(known, key).max(strsim::jaro_winkler(&last(known), &last(key)))
    };
    known()
        .map(|known| (known, likeness(known)))
        .filter(|(_, likeness)| *likeness > 0.75)
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(known, _)| known)
}

/// `section.key` of every value. A table inside a section, or a value outside one, is a key as well: an unknown one.
fn flattened(table: &toml::Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (section, value) in table {
        match value.as_table() {
            Some(section_table) => {
                keys.extend(section_table.keys().map(|key| format!("{section}.{key}")));
            }
            None => keys.push(section.clone()),
        }
    }
    keys
}

/// The problem and its line number. The parser's own text quotes the line, which may hold a secret.
fn without_source_line(text: &str, problem: &toml::de::Error) -> String {
    let line = problem.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
    match line {
        Some(line) => format!("line {line}: {}", problem.message()),
        None => problem.message().to_owned(),
    }
}
