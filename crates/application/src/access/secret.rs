//! The secret of a token: `tgp_`, 256 bits, and a checksum.
//!
//! The prefix lets scanners find one that was committed by mistake; the checksum tells one that was copied badly from
//! one that nobody made, without a look at the store. It protects nothing: the bits do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What every token starts with.
const PREFIX: &str = "tgp_";

const SECRET_BYTES: usize = 32;
const CHECK_BYTES: usize = 3;
/// 43 letters for the secret, 4 for the checksum.
const LETTERS: usize = 47;

/// The secret of a token, shown once.
pub struct Secret(SecretString);

impl Secret {
    /// A new one, from the operating system.
    pub(crate) fn random() -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).expect("the operating system gives randomness");
        Self::of(&bytes)
    }

    fn of(bytes: &[u8; SECRET_BYTES]) -> Self {
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
        let check = URL_SAFE_NO_PAD.encode(check(&secret));
        Self(SecretString::from(format!("{PREFIX}{}{check}", *secret)))
    }

    /// The text, for whoever is to have it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Whether a text looks like a token: the shape and the checksum, not whether anybody made it.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let Some(letters) = text.strip_prefix(PREFIX).filter(|letters| letters.len() == LETTERS && letters.is_ascii())
    else {
        return false;
    };
    let (secret, checked) = letters.split_at(LETTERS - CHECK_BYTES / 3 * 4);
    URL_SAFE_NO_PAD.decode(checked).is_ok_and(|checked| checked == check(secret))
}

fn check(secret: &str) -> [u8; CHECK_BYTES] {
    let hash = Sha256::digest(secret.as_bytes());
    [hash[0], hash[1], hash[2]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_recognised_and_one_with_a_typing_error_is_not() {
        let secret = Secret::random();
        let text = secret.expose();
        assert!(text.starts_with("tgp_") && text.len() == 51);
        assert!(is_well_formed(text));
        for at in 0..text.len() {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let bent = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(!is_well_formed(&bent), "{at}");
        }
        for cut in 0..text.len() {
            assert!(!is_well_formed(&text[..cut]));
        }
        assert!(!is_well_formed(&format!("{text}A")) && !is_well_formed("tgp_\u{e9}"));
    }

    #[test]
    fn no_two_are_the_same() {
        let mut seen: Vec<_> = (0..100).map(|_| Secret::random().expose().to_owned()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 100);
    }
}
