//! Proving a password without sending it (SRP).

use grammers_crypto::two_factor_auth::{calculate_2fa, check_p_and_g};
use grammers_tl_types as tl;
use secrecy::{ExposeSecret, SecretString};
use telegraphist_application::ports::SignInError;
use zeroize::Zeroizing;

use super::Pending;
use crate::account::Does;

impl Pending {
    /// What Telegram says about the account's password.
    pub(super) async fn password_settings(&self) -> Result<tl::types::account::Password, SignInError> {
        let request = tl::functions::account::GetPassword {};
        let tl::enums::account::Password::Password(settings) = self.ask(Does::Reads, &request).await?;
        Ok(settings)
    }

    /// Answers the challenge of a fresh [`Self::password_settings`].
    pub(super) async fn prove_password(
        &self,
        password: &SecretString,
    ) -> Result<tl::enums::InputCheckPasswordSrp, SignInError> {
        let settings = self.password_settings().await?;
        let password = password.clone();
        // A hundred thousand rounds of hashing would hold up everything else on this thread.
        let proof = tokio::task::spawn_blocking(move || prove(settings, &password));
        proof.await.map_err(|error| SignInError::Unavailable(error.into()))?
    }
}

fn prove(
    settings: tl::types::account::Password,
    password: &SecretString,
) -> Result<tl::enums::InputCheckPasswordSrp, SignInError> {
    use tl::enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Known;
    let (Some(Known(algorithm)), Some(b), Some(srp_id)) = (settings.current_algo, settings.srp_b, settings.srp_id)
    else {
        return Err(refused("PASSWORD_ALGORITHM_UNKNOWN"));
    };
    if !check_p_and_g(&algorithm.p, &algorithm.g) {
        return Err(refused("PASSWORD_PARAMETERS_UNSAFE"));
    }
    let (m1, a) = calculate_2fa(
        &algorithm.salt1,
        &algorithm.salt2,
        &algorithm.p,
        &algorithm.g,
        b,
        own_secret(&settings.secure_random)?.to_vec(),
        password.expose_secret(),
    );
    Ok(tl::types::InputCheckPasswordSrp { srp_id, a: a.to_vec(), m1: m1.to_vec() }.into())
}

/// The secret exponent: our randomness, with the server's mixed in. The server's alone would be known to the server.
fn own_secret(from_server: &[u8]) -> Result<Zeroizing<[u8; 256]>, SignInError> {
    let mut secret = Zeroizing::new([0; 256]);
    getrandom::fill(secret.as_mut_slice()).map_err(|error| SignInError::Unavailable(error.into()))?;
    for (ours, theirs) in secret.iter_mut().zip(from_server) {
        *ours ^= theirs;
    }
    Ok(secret)
}

fn refused(what: &str) -> SignInError {
    SignInError::Refused(what.to_owned())
}
