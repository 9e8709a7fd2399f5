//! The only place of the world that looks at the real clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch, but never earlier than `floor`: seeded history must lie in the past even where a machine's clock is wrong.
pub(crate) fn unix_seconds(floor: i32) -> i32 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i32::try_from(elapsed.as_secs()).unwrap_or(i32::MAX).max(floor)
}
