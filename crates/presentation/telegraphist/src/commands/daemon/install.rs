//! `telegraphist daemon install`: a unit that starts the daemon when its user logs in.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::commands::Context;
use crate::places;
use crate::terminal::Screen;

/// Writes the unit and says how to switch it on; nothing is started.
pub(super) fn run(context: &Context) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let unit = if cfg!(target_os = "macos") { launchd(context, &program)? } else { systemd(context, &program)? };
    let directory = unit.path.parent().context("a unit is in a directory")?;
    fs_err::create_dir_all(directory)?;
    fs_err::write(&unit.path, &unit.text)?;
    let mut screen = Screen::new();
    screen.line(format!("Wrote {}", unit.path.display()))?;
    screen.line(format!("To start it now and at every login:\n\n  {}", unit.switch_on))
}

struct Unit {
    path: PathBuf,
    text: String,
    switch_on: String,
}

fn systemd(context: &Context, program: &Path) -> anyhow::Result<Unit> {
    let profile = context.places.profile.as_str();
    let home = match context.environment.directory("XDG_CONFIG_HOME") {
        Some(home) => home,
        None => places::user_home(&context.environment)?.join(".config"),
    };
    let name = format!("telegraphist-{profile}.service");
    let command = command(context, program).iter().map(|word| systemd_word(word)).collect::<Vec<_>>().join(" ");
    let text = format!(
        "[Unit]\n\
         Description=Telegraphist, profile {profile}\n\
         After=network-online.target\n\n\
         [Service]\n\
         ExecStart={command}\n\
         Restart=on-failure\n\
         UMask=0077\n\n\
         [Install]\n\
         WantedBy=default.target\n"
    );
    Ok(Unit {
        path: home.join("systemd").join("user").join(&name),
        text,
        switch_on: format!("systemctl --user daemon-reload && systemctl --user enable --now {name}"),
    })
}

fn launchd(context: &Context, program: &Path) -> anyhow::Result<Unit> {
    let profile = context.places.profile.as_str();
    let label = format!("org.telegraphist.{profile}");
    let path = places::user_home(&context.environment)?.join("Library/LaunchAgents").join(format!("{label}.plist"));
    let words = command(context, program).iter().fold(String::new(), |words, word| {
        words
            + "    <string>"
            + &xml(word)
            + "</string>
"
    });
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n\
         \u{20} <key>Label</key>\n  <string>{label}</string>\n\
         \u{20} <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n\
         \u{20} <key>RunAtLoad</key>\n  <true/>\n\
         \u{20} <key>StandardErrorPath</key>\n  <string>{}</string>\n\
         </dict>\n</plist>\n",
        xml(&context.places.log().display().to_string())
    );
    let switch_on = format!("launchctl bootstrap gui/$(id -u) '{}'", path.display());
    Ok(Unit { path, text, switch_on })
}

fn command(context: &Context, program: &Path) -> Vec<String> {
    let mut words =
        vec![program.display().to_string(), "--profile".to_owned(), context.places.profile.as_str().to_owned()];
    if let Some(config) = &context.config {
        words.extend(["--config".to_owned(), config.display().to_string()]);
    }
    words.extend(["daemon".to_owned(), "--stay".to_owned()]);
    words
}

/// A word of `ExecStart=`, in which `%`, `$`, quotes and backslashes mean something.
fn systemd_word(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{escaped}\"")
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_unit_mean_what_they_say() {
        assert_eq!(systemd_word("/opt/my \"$tool\" 100%"), "\"/opt/my \\\"$$tool\\\" 100%%\"");
        assert_eq!(xml("a & <b>"), "a &amp; &lt;b&gt;");
    }
}
