//! A moment, as the domain sees it: told from outside, never asked for.

/// Unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Timestamp(pub i64);
