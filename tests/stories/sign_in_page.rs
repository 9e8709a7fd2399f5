//! People who have no terminal here sign in on a page of the gateway, in a real browser.

use std::process::{Child, Command, Stdio};

use telegraphist_tests::{Home, Sandbox, all_hold, node_modules, program, python, repository, until};

/// A gateway whose log is kept.
struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_person_signs_in_on_a_web_page() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let mut home = Home::new();
    home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.dc_options());
    home.set("TELEGRAPHIST_LOG__FILTER", "trace");
    let log = home.path().join("gateway.log");
    let mut serve = home.telegraphist(&["serve", "--listen", "127.0.0.1:0"]);
    let serve = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs_err::File::create(&log)?.into_file());
    let _gateway = Gateway(serve.spawn()?);
    let told = || fs_err::read_to_string(&log).expect("the log is text");
    let base = || told().lines().find_map(|line| line.strip_prefix("HTTP is at ").map(str::to_owned));
    until(|| base().is_some());

    let mut checks = Command::new("node");
    home.dress(&mut checks);
    checks.arg(repository().join("tests/clients/sign_in_checks.mjs")).env("NODE_MODULES", node_modules());
    for wish in ["ONLY", "SHOTS"] {
        checks.envs(std::env::var_os(wish).map(|value| (wish, value)));
    }
    checks.args([base().expect("it is there"), sandbox.control_url()]);
    all_hold(checks.args([program("telegraphist"), python(), log]), 16)
}
