//! Documents that are generated from the catalogue.

use std::process::Command;

use anyhow::{Context, bail};

use crate::cargo::{self, root};

/// Writes docs/TOOLS.md, or says whether it is up to date.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    cargo::run(cargo::cargo().args(["build", "--locked", "--package", "telegraphist"]))?;
    let output = Command::new(cargo::target().join("debug/telegraphist"))
        .args(["tools", "--markdown"])
        .output()
        .context("cannot run telegraphist")?;
    if !output.status.success() {
        bail!("telegraphist tools --markdown failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let path = root().join("docs/TOOLS.md");
    let fresh = String::from_utf8(output.stdout)?;
    if check {
        if fs_err::read_to_string(&path).unwrap_or_default() != fresh {
            bail!("docs/TOOLS.md is not up to date; run `cargo xtask docs`");
        }
        return Ok(());
    }
    fs_err::write(path, fresh)?;
    Ok(())
}
