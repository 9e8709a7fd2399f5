//! Documents that are generated from the catalogues.

use std::process::Command;

use anyhow::{Context, bail};

use crate::cargo::{self, root};

/// A page: where it is, and the program that prints it.
const PAGES: [(&str, &str, &str, &[&str]); 2] = [
    ("docs/TOOLS.md", "telegraphist", "telegraphist", &["tools", "--markdown"]),
    ("docs/BOT_API.md", "telegraphist-sandbox", "telegram-sandbox", &["--bot-api-page"]),
];

/// Writes the pages, or says whether they are up to date.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    for (path, package, program, arguments) in PAGES {
        cargo::run(cargo::cargo().args(["build", "--locked", "--package", package]))?;
        let output = Command::new(cargo::target().join("debug").join(program))
            .args(arguments)
            .output()
            .with_context(|| format!("cannot run {program}"))?;
        if !output.status.success() {
            bail!("{program} {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        keep(path, &String::from_utf8(output.stdout)?, check)?;
    }
    Ok(())
}

fn keep(path: &str, fresh: &str, check: bool) -> anyhow::Result<()> {
    let file = root().join(path);
    if !check {
        fs_err::write(file, fresh)?;
    } else if fs_err::read_to_string(file).unwrap_or_default() != fresh {
        bail!("{path} is not up to date; run `cargo xtask docs`");
    }
    Ok(())
}
