use bytes::Bytes;
use teloxide_reqwest as reqwest;

use super::envelope;
use super::line::Line;
use crate::call_error::CallError;
use telegraphist_application::patience::Patience;

/// What a refused download may say, in bytes.
const REFUSAL_MAX: usize = 64 * 1024;

/// A file on its way from Telegram.
pub(crate) struct Download(reqwest::Response);

impl Download {
    /// Begins to fetch the file at the path that `getFile` gave.
    pub(crate) async fn begin(line: &Line, path: &str, patience: &Patience) -> Result<Self, CallError> {
        let response = line.get_file(path, patience).await?;
        if response.status().is_success() {
            return Ok(Self(response));
        }
        let status = response.status().as_u16();
        let mut refused = Self(response);
        let mut body = Vec::new();
        while let Some(chunk) = refused.next(patience).await? {
            body.extend_from_slice(&chunk);
            if body.len() > REFUSAL_MAX {
                break;
            }
        }
        match envelope::read(status, &body) {
            Ok(_) => Err(CallError::NotTelegram { status }),
            Err(error) => Err(error),
        }
    }

    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self, patience: &Patience) -> Result<Option<Bytes>, CallError> {
        let chunk = patience.during(self.0.chunk()).await.map_err(CallError::before)?;
        chunk.map_err(|error| CallError::Lost(error.without_url().into()))
    }
}
