//! The server's half of Telegram's password check (SRP): it proves a password without seeing it.
//!
//! Source: <https://core.telegram.org/api/srp>. The names of the numbers are those of that text.

use hmac::Hmac;
use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha512};

const ROUNDS: u32 = 100_000;
/// The generator.
pub(super) const G: u8 = 3;
/// Telegram's own prime: clients know it and skip their slow test for primality.
const PRIME: &str = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b";

/// What a server keeps of a password.
#[derive(Clone)]
pub(crate) struct Verifier {
    salt1: Vec<u8>,
    salt2: Vec<u8>,
    v: BigUint,
}

impl Verifier {
    /// Hashes a password; slow on purpose.
    pub(crate) fn new(password: &str, salt1: Vec<u8>, salt2: Vec<u8>) -> Self {
        let first = salted(&salted(password.as_bytes(), &salt1), &salt2);
        let mut stretched = [0; 64];
        pbkdf2::pbkdf2::<Hmac<Sha512>>(&first, &salt1, ROUNDS, &mut stretched)
            .expect("a key of this length is always possible");
        let x = BigUint::from_bytes_be(&salted(&stretched, &salt2));
        Self { salt1, salt2, v: BigUint::from(G).modpow(&x, &prime()) }
    }
}

/// One question to a client: its answer is right only if it knows the password.
#[derive(Clone)]
pub(crate) struct Challenge {
    verifier: Verifier,
    b: BigUint,
    /// What the client gets, `B`.
    pub(super) public: Vec<u8>,
}

impl Challenge {
    /// Makes a question from 256 random bytes.
    pub(crate) fn new(verifier: Verifier, random: &[u8; 256]) -> Self {
        let p = prime();
        let b = BigUint::from_bytes_be(random);
        let k = hash(&[&prime_bytes(), &padded(&BigUint::from(G))]);
        let k = BigUint::from_bytes_be(&k);
        let public = (k * &verifier.v + BigUint::from(G).modpow(&b, &p)) % &p;
        Self { verifier, b, public: padded(&public) }
    }

    /// What the client has to stir into its password.
    pub(super) fn salts(&self) -> (&[u8], &[u8]) {
        (&self.verifier.salt1, &self.verifier.salt2)
    }

    /// Whether `a` and `m1` prove that the client knows the password.
    pub(super) fn is_answered_by(&self, a: &[u8], m1: &[u8]) -> bool {
        let p = prime();
        let number = BigUint::from_bytes_be(a);
        // Zero would make the shared secret known to everybody.
        if a.len() > 256 || &number % &p == BigUint::ZERO {
            return false;
        }
        let a = padded(&number);
        let u = BigUint::from_bytes_be(&hash(&[&a, &self.public]));
        let secret = (number * self.verifier.v.modpow(&u, &p)).modpow(&self.b, &p);
        let shared = hash(&[&padded(&secret)]);
        self.expected_proof(&a, &shared).as_slice() == m1
    }

    fn expected_proof(&self, a: &[u8], shared: &[u8; 32]) -> [u8; 32] {
        let mut mixed = hash(&[&prime_bytes()]);
        for (byte, other) in mixed.iter_mut().zip(hash(&[&padded(&BigUint::from(G))])) {
            *byte ^= other;
        }
        hash(&[&mixed, &hash(&[&self.verifier.salt1]), &hash(&[&self.verifier.salt2]), a, &self.public, shared])
    }
}

/// The prime, as clients get it.
pub(super) fn prime_bytes() -> Vec<u8> {
    hex::decode(PRIME).expect("the constant is hexadecimal")
}

fn prime() -> BigUint {
    BigUint::from_bytes_be(&prime_bytes())
}

fn salted(data: &[u8], salt: &[u8]) -> [u8; 32] {
    hash(&[salt, data, salt])
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; 256 - bytes.len()];
    padded.extend_from_slice(&bytes);
    padded
}

#[cfg(test)]
mod tests {
    use grammers_crypto::two_factor_auth::calculate_2fa;

    use super::*;

    /// What a real client answers.
    fn answer(challenge: &Challenge, password: &str) -> ([u8; 32], [u8; 256]) {
        calculate_2fa(
            &challenge.verifier.salt1,
            &challenge.verifier.salt2,
            &prime_bytes(),
            &i32::from(G),
            challenge.public.clone(),
            vec![77; 256],
            password.as_bytes(),
        )
    }

    #[test]
    fn only_the_right_password_is_accepted() {
        let verifier = Verifier::new("correct horse", vec![1; 40], vec![2; 16]);
        let challenge = Challenge::new(verifier, &[3; 256]);
        let (m1, a) = answer(&challenge, "correct horse");
        assert!(challenge.is_answered_by(&a, &m1));
        let (m1, a) = answer(&challenge, "wrong horse");
        assert!(!challenge.is_answered_by(&a, &m1));
        assert!(!challenge.is_answered_by(&[0; 256], &m1), "A must not be zero");
        assert!(!challenge.is_answered_by(&[1; 300], &m1));
        assert!(!challenge.is_answered_by(&prime_bytes(), &m1));
    }
}
