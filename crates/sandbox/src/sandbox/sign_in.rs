//! The other side of a sign-in: the phone that gets the code, and the app that scans the QR code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::provisioning::known;
use super::{Sandbox, SandboxError};
use crate::rpc::auth;

/// What a QR code of Telegram starts with.
const QR_PREFIX: &str = "tg://login?token=";

impl Sandbox {
    /// The login code that was sent to a number last, if it is still waiting to be typed.
    pub fn login_code(&self, phone: &str) -> Option<String> {
        self.hub.change(|state| state.world.sign_ins.code_for(phone).map(str::to_owned))
    }

    /// Scans a login QR code as somebody: `token` is the whole `tg://login?token=…` or only what follows.
    pub fn accept_qr(&self, account: i64, token: &str) -> Result<(), SandboxError> {
        let token = token.strip_prefix(QR_PREFIX).unwrap_or(token);
        let token = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).map_err(|_| SandboxError::NotAToken)?;
        self.hub.change(|state| {
            known(&state.world, account)?;
            auth::accept(&mut state.world, account, &token)?;
            Ok(())
        })
    }
}
