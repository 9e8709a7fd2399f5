//! Sign-ins that are under way: codes that were sent, QR tokens, password questions, authorisations on their way to another data centre.
//!
//! Codes are readable from outside on purpose: here the control side is the phone that receives them.

use std::collections::{BTreeMap, HashMap};

use grammers_tl_types as tl;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::rpc::auth::srp::{Challenge, Verifier};

/// How many of each kind are remembered; strangers can start sign-ins without end.
const UNDER_WAY_MAX: usize = 1_000;
/// How long a code is good. ASSUMED.
const CODE_SECONDS: i32 = 300;
/// How long a QR code is good.
const TOKEN_SECONDS: i32 = 30;

/// A login code that was sent.
#[derive(Clone)]
pub(crate) struct SentCode {
    pub(crate) hash: String,
    pub(crate) code: String,
    pub(crate) expires: i32,
    pub(crate) wrong_tries: u32,
    /// It went by SMS, so there is no other way to send it again.
    pub(crate) is_sms: bool,
    /// The code was right, but nobody has this number yet.
    pub(crate) is_confirmed: bool,
}

/// A QR code on somebody's screen.
#[derive(Clone)]
pub(crate) struct LoginToken {
    pub(crate) bytes: Vec<u8>,
    /// The client that shows it.
    pub(crate) key_id: u64,
    pub(crate) expires: i32,
    pub(crate) accepted_by: Option<i64>,
}

/// A finished sign-in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SignedIn {
    pub(crate) since: i32,
}

/// All sign-ins of the box.
pub struct SignIns {
    codes: BTreeMap<String, SentCode>,
    tokens: Vec<LoginToken>,
    transfers: Vec<(i64, Vec<u8>)>,
    challenges: BTreeMap<i64, (i64, Challenge)>,
    verifiers: HashMap<i64, (String, Verifier)>,
    signed_in: HashMap<u64, SignedIn>,
    signals: Vec<(u64, tl::enums::Updates)>,
    random: ChaCha12Rng,
}

impl SignIns {
    /// Nobody is signing in yet; codes and tokens follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            codes: BTreeMap::new(),
            tokens: Vec::new(),
            transfers: Vec::new(),
            challenges: BTreeMap::new(),
            verifiers: HashMap::new(),
            signed_in: HashMap::new(),
            signals: Vec::new(),
            // Another stream than that of the keys.
            random: ChaCha12Rng::seed_from_u64(seed ^ 0x5167_4e49_4e53),
        }
    }

    /// The login code that was sent to a number last, in digits.
    pub fn code_for(&self, phone: &str) -> Option<&str> {
        self.codes.get(&digits(phone)).map(|sent| sent.code.as_str())
    }

    /// What clients that are not signed in yet have to be told, by key.
    pub(crate) fn take_signals(&mut self) -> Vec<(u64, tl::enums::Updates)> {
        std::mem::take(&mut self.signals)
    }

    pub(crate) fn signal(&mut self, key_id: u64, updates: tl::enums::Updates) {
        self.signals.push((key_id, updates));
    }

    /// Sends a new code, which replaces the one before.
    pub(crate) fn send_code(&mut self, phone: &str, is_sms: bool, now: i32) -> &SentCode {
        if self.codes.len() >= UNDER_WAY_MAX {
            self.codes.pop_first();
        }
        let sent = SentCode {
            hash: hex::encode(self.random_bytes::<9>()),
            code: format!("{:05}", self.random.random_range(10_000..100_000)),
            expires: now + CODE_SECONDS,
            wrong_tries: 0,
            is_sms,
            is_confirmed: false,
        };
        self.codes.entry(digits(phone)).insert_entry(sent).into_mut()
    }

    pub(crate) fn sent_code(&mut self, phone: &str) -> Option<&mut SentCode> {
        self.codes.get_mut(&digits(phone))
    }

    pub(crate) fn forget_code(&mut self, phone: &str) {
        self.codes.remove(&digits(phone));
    }

    /// The QR token of a client: the one that it shows, or a new one if that has run out.
    pub(crate) fn token_of(&mut self, key_id: u64, now: i32) -> &LoginToken {
        self.tokens.retain(|token| token.expires > now || token.accepted_by.is_some());
        let shown = self.tokens.iter().position(|token| token.key_id == key_id);
        let at = shown.unwrap_or_else(|| self.show_token(key_id, now));
        &self.tokens[at]
    }

    fn show_token(&mut self, key_id: u64, now: i32) -> usize {
        if self.tokens.len() >= UNDER_WAY_MAX {
            self.tokens.remove(0);
        }
        let bytes = self.random_bytes::<32>().to_vec();
        self.tokens.push(LoginToken { bytes, key_id, expires: now + TOKEN_SECONDS, accepted_by: None });
        self.tokens.len() - 1
    }

    pub(crate) fn token(&mut self, bytes: &[u8]) -> Option<&mut LoginToken> {
        self.tokens.iter_mut().find(|token| token.bytes == bytes)
    }

    pub(crate) fn forget_token(&mut self, bytes: &[u8]) {
        self.tokens.retain(|token| token.bytes != bytes);
    }

    /// Lets an account be taken along to another data centre; good once.
    pub(crate) fn export(&mut self, account: i64) -> Vec<u8> {
        if self.transfers.len() >= UNDER_WAY_MAX {
            self.transfers.remove(0);
        }
        let bytes = self.random_bytes::<64>().to_vec();
        self.transfers.push((account, bytes.clone()));
        bytes
    }

    /// Whether these bytes were made for the account; they are used up.
    pub(crate) fn import(&mut self, account: i64, bytes: &[u8]) -> bool {
        let before = self.transfers.len();
        self.transfers.retain(|(owner, made)| *owner != account || made != bytes);
        self.transfers.len() < before
    }

    /// Asks for an account's password; the hash of a password is computed once.
    pub(crate) fn challenge(&mut self, account: i64, password: &str) -> (i64, &Challenge) {
        let verifier = self.verifier(account, password);
        if self.challenges.len() >= UNDER_WAY_MAX {
            self.challenges.pop_first();
        }
        let id = self.random.random::<i64>();
        let challenge = Challenge::new(verifier, &self.random_bytes());
        let (_, challenge) = self.challenges.entry(id).insert_entry((account, challenge)).into_mut();
        (id, challenge)
    }

    fn verifier(&mut self, account: i64, password: &str) -> Verifier {
        if let Some((text, verifier)) = self.verifiers.get(&account)
            && text == password
        {
            return verifier.clone();
        }
        let salt1 = self.random_bytes::<40>().to_vec();
        let salt2 = self.random_bytes::<16>().to_vec();
        let verifier = Verifier::new(password, salt1, salt2);
        self.verifiers.insert(account, (password.to_owned(), verifier.clone()));
        verifier
    }

    /// The question with this id, if it was put to this account. A client may answer it again after a mistake.
    pub(crate) fn open_challenge(&self, id: i64, account: i64) -> Option<&Challenge> {
        self.challenges.get(&id).filter(|(asked, _)| *asked == account).map(|(_, challenge)| challenge)
    }

    pub(crate) fn close_challenge(&mut self, id: i64) {
        self.challenges.remove(&id);
    }

    /// Notes when a key was signed in.
    pub(crate) fn note(&mut self, key_id: u64, signed_in: SignedIn) {
        self.signed_in.insert(key_id, signed_in);
    }

    pub(crate) fn noted(&self, key_id: u64) -> SignedIn {
        self.signed_in.get(&key_id).copied().unwrap_or_default()
    }

    pub(crate) fn random_bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes[..]);
        bytes
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_replaces_the_one_before() {
        let mut sign_ins = SignIns::new(1);
        let first = sign_ins.send_code("+1 555 0001", true, 0).code.clone();
        let second = sign_ins.send_code("15550001", true, 0).code.clone();
        assert_ne!(first, second);
        assert_eq!(sign_ins.code_for("+15550001"), Some(second.as_str()));
    }

    #[test]
    fn a_qr_token_stays_the_same_until_it_runs_out() {
        let mut sign_ins = SignIns::new(1);
        let first = sign_ins.token_of(7, 1_000).bytes.clone();
        assert_eq!(sign_ins.token_of(7, 1_029).bytes, first);
        assert_ne!(sign_ins.token_of(7, 1_030).bytes, first);
    }

    #[test]
    fn an_exported_authorisation_is_good_once_and_for_its_owner() {
        let mut sign_ins = SignIns::new(1);
        let bytes = sign_ins.export(1001);
        assert!(!sign_ins.import(1002, &bytes));
        assert!(sign_ins.import(1001, &bytes));
        assert!(!sign_ins.import(1001, &bytes));
    }

    #[test]
    fn sign_ins_that_strangers_start_do_not_pile_up() {
        let mut sign_ins = SignIns::new(1);
        for number in 0..2 * UNDER_WAY_MAX {
            sign_ins.send_code(&format!("1555{number:07}"), true, 0);
            sign_ins.token_of(number as u64, 0);
        }
        assert!(sign_ins.codes.len() <= UNDER_WAY_MAX);
        assert!(sign_ins.tokens.len() <= UNDER_WAY_MAX);
    }
}
