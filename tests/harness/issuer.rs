use std::io::BufReader;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{found, node_modules, repository};

/// What its clients prove themselves with.
const SECRET: &str = "secret-of-a-test";

/// An issuer of access tokens (oidc-provider), with its clients `alice-rsa`, `alice-ec`, `alice-ed` and `bob-rsa`: the second
/// part is how their tokens are signed.
pub struct Issuer {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Issuer {
    /// Starts it at a free port.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tgi").tempdir()?;
        // A module is resolved from where it lies.
        std::os::unix::fs::symlink(node_modules(), folder.path().join("node_modules"))?;
        let script = folder.path().join("issuer.mjs");
        fs_err::copy(repository().join("tests/clients/issuer.mjs"), &script)?;
        let mut command = Command::new(node_modules().join(".bin/node"));
        command.arg(&script).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let output = BufReader::new(process.stdout.take().context("standard output is a pipe")?);
        let url = found(output, "The issuer is at ", "").context("the issuer did not start")?;
        Ok(Self { process, url, _folder: folder })
    }

    /// Who it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What one of its clients proves itself with.
    pub fn secret(&self) -> &'static str {
        SECRET
    }

    /// A token as it makes them for a client that asks for these scopes at a resource.
    pub fn token(&self, client: &str, resource: &str, scopes: &str) -> anyhow::Result<String> {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--user", &format!("{client}:{SECRET}")])
            .args(["--data-urlencode", "grant_type=client_credentials"])
            .args(["--data-urlencode", &format!("resource={resource}")])
            .args(["--data-urlencode", &format!("scope={scopes}"), &format!("{}/token", self.url)])
            .output()?;
        let told: Value = serde_json::from_slice(&output.stdout)?;
        Ok(told["access_token"].as_str().with_context(|| format!("no token: {told}"))?.to_owned())
    }

    /// A token that says what it is told to. `by` is one of its keys (`rsa`, `ec`, `ed`), `stranger` with the name of one of
    /// them, `public-key` for an HMAC with it, or `nobody`.
    pub fn signed(&self, by: &str, header: &Value, claims: &Value) -> anyhow::Result<String> {
        let told = self.control(&json!({ "do": "sign", "by": by, "header": header, "claims": claims }))?;
        Ok(told["token"].as_str().context("a token")?.to_owned())
    }

    /// It has other keys from now on.
    pub fn renew(&self) -> anyhow::Result<()> {
        self.control(&json!({ "do": "renew" })).map(drop)
    }

    /// How it answers who asks for its keys: `usual`, `redirect`, `hang` or `flood`.
    pub fn mode(&self, mode: &str) -> anyhow::Result<()> {
        self.control(&json!({ "do": "mode", "mode": mode })).map(drop)
    }

    /// How often it was asked for its keys.
    pub fn fetched(&self) -> anyhow::Result<u64> {
        self.control(&json!({ "do": "fetched" }))?["fetched"].as_u64().context("a number")
    }

    fn control(&self, wanted: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/control", self.url);
        let body = wanted.to_string();
        let output = Command::new("curl").args(["--silent", "--show-error", "--data", &body, &url]).output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
