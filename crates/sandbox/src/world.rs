//! The whole state of the box, and the rules by which it changes.
//!
//! Invariant: nothing here does I/O; whoever owns the world delivers the pushes that it collects.

pub mod accounts;
mod clock;
pub mod keys;

use grammers_tl_types as tl;

use accounts::Accounts;
use keys::Keys;

/// What a new world is made from.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// The same number makes the same world.
    pub seed: u64,
    /// How many messages the world holds at the start, roughly.
    pub messages: usize,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            seed: 1,
            messages: 5_000,
        }
    }
}

/// Something that an account's clients have to be told now.
#[derive(Clone, Debug)]
pub struct Push {
    /// Whose clients.
    pub account: i64,
    /// The key of the client that caused it and knows already.
    pub except_key: Option<u64>,
    /// What happened, with every peer that it mentions.
    pub updates: tl::enums::Updates,
}

/// Everything that exists in the box.
pub struct World {
    /// Who is signed in where.
    pub keys: Keys,
    /// People and bots.
    pub accounts: Accounts,
    pushes: Vec<Push>,
}

impl World {
    /// Makes the same world for the same seed.
    pub fn seeded(options: &Seed) -> Self {
        Self {
            keys: Keys::new(options.seed),
            accounts: Accounts::default(),
            pushes: Vec::new(),
        }
    }

    /// Now, in Unix seconds.
    #[expect(clippy::unused_self, reason = "the floor comes with the seed")]
    pub fn now(&self) -> i32 {
        clock::unix_seconds(0)
    }

    /// Takes what has to be delivered to clients since the last call.
    pub fn take_pushes(&mut self) -> Vec<Push> {
        std::mem::take(&mut self.pushes)
    }

    /// Keeps something for delivery.
    pub fn push(&mut self, push: Push) {
        self.pushes.push(push);
    }
}
