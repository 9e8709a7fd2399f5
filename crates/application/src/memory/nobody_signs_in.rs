use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use telegraphist_domain::SessionId;

use crate::ports::{
    ApiCredentials, CodeSent, ImportedKey, QrStep, SignIn, SignInError, SignInStep, SignedIn, StoreError,
};

/// For a server without accounts of people: nobody signs in.
#[derive(Debug, Clone, Copy, Default)]
pub struct NobodySignsIn;

#[async_trait]
impl SignIn for NobodySignsIn {
    async fn request_code(&self, _: SessionId, _: &ApiCredentials, _: &str) -> Result<CodeSent, SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn submit_code(&self, _: SessionId, _: &str) -> Result<SignInStep, SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn submit_password(&self, _: SessionId, _: &SecretString) -> Result<SignedIn, SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn qr(&self, _: SessionId, _: &ApiCredentials, _: Duration) -> Result<QrStep, SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn import(&self, _: SessionId, _: &ApiCredentials, _: ImportedKey) -> Result<SignedIn, SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn export(&self, _: SessionId) -> Result<Option<ImportedKey>, SignInError> {
        Ok(None)
    }

    async fn log_out(&self, _: SessionId) -> Result<(), SignInError> {
        Err(SignInError::NotUnderWay)
    }

    async fn forget(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
}
