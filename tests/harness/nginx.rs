use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::{PATIENCE, repository};

/// nginx with the example configuration of this repository, as it stands but for ports.
pub struct Nginx {
    process: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// Stands before a server at `HOST:PORT`.
    pub fn before(address: &str) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tgn").tempdir()?;
        // Free now; nobody else here asks for it by number.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let example = fs_err::read_to_string(repository().join("deploy/nginx.conf"))?;
        for expected in ["127.0.0.1:8080", "listen 127.0.0.1:8088;"] {
            anyhow::ensure!(example.contains(expected), "the example has no {expected} any more");
        }
        let site = example
            .replace("127.0.0.1:8080", address)
            .replace("listen 127.0.0.1:8088;", &format!("listen 127.0.0.1:{port};"));
        fs_err::write(folder.path().join("site.conf"), site)?;
        let at = folder.path().display();
        // What a system's own nginx.conf says, with nothing outside of this folder.
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("    {kind}_temp_path {at}/{kind};\n"))
            .concat();
        let main = format!(
            "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/errors;\nevents {{}}\nhttp {{\n    \
             access_log off;\n{paths}    include {at}/site.conf;\n}}\n"
        );
        fs_err::write(folder.path().join("nginx.conf"), main)?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().context("there is no nginx; run `cargo xtask test` once")?;
        let served = Self { process, base: format!("http://127.0.0.1:{port}"), _folder: folder };
        let start = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            anyhow::ensure!(start.elapsed() < PATIENCE, "nginx does not listen");
            std::thread::yield_now();
        }
        Ok(served)
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
