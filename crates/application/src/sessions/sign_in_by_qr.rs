use std::time::Duration;

use telegraphist_domain::SessionId;
use telegraphist_domain::session::Awaited;

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{ApiCredentials, QrStep};

impl Application {
    /// Starts or goes on with a sign-in by QR code. Returns as soon as something changed, or the code to show after at
    /// most `wait`; ask again until it was scanned.
    pub async fn sign_in_by_qr(
        &self,
        caller: &Caller,
        session: &str,
        api: &ApiCredentials,
        wait: Duration,
    ) -> Result<QrStep, SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        let step = self.look_for_scan(id, api, wait).await;
        // Asking is not an act; being scanned is, and so is being refused.
        if matches!(step, Ok(QrStep::Show { .. })) {
            return step;
        }
        self.audited(Act::of(caller, id, "sign_in"), step).await
    }

    async fn look_for_scan(&self, id: SessionId, api: &ApiCredentials, wait: Duration) -> Result<QrStep, SessionError> {
        self.start_sign_in(id, Awaited::Qr, api).await?;
        match self.ports().sign_in.qr(id, api, wait).await? {
            QrStep::Scanned(step) => Ok(QrStep::Scanned(self.take_step(id, step).await?)),
            shown @ QrStep::Show { .. } => Ok(shown),
        }
    }
}
