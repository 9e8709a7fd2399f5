//! A few things that are costly to make, kept for those who come again; the one that was wanted longest ago goes first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// What was made, by what it was made for.
pub(crate) struct Kept<K, V> {
    most: usize,
    inside: Mutex<Inside<K, V>>,
}

struct Inside<K, V> {
    /// Grows with each use.
    now: u64,
    entries: HashMap<K, (u64, V)>,
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// Keeps at most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, inside: Mutex::new(Inside { now: 0, entries: HashMap::new() }) }
    }

    /// What there is for `key`, or what is made now.
    pub(crate) fn get_or(&self, key: K, make: impl FnOnce(&K) -> V) -> V {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.now += 1;
        let now = inside.now;
        if let Some((used, value)) = inside.entries.get_mut(&key) {
            *used = now;
            return value.clone();
        }
        let value = make(&key);
        if inside.entries.len() >= self.most {
            let oldest = inside.entries.values().map(|(used, _)| *used).min();
            inside.entries.retain(|_, (used, _)| Some(*used) != oldest);
        }
        inside.entries.insert(key, (now, value.clone()));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wanted_longest_ago_goes_first() {
        let kept = Kept::new(2);
        let made = |key: u8| {
            let mut is_new = false;
            let value = kept.get_or(key, |key| {
                is_new = true;
                *key
            });
            assert_eq!(value, key);
            is_new
        };
        assert!(made(1) && made(2) && !made(1));
        assert!(made(3), "the third takes the place of the second");
        assert!(!made(1) && made(2));
        assert!(!made(1) && !made(2));
    }
}
