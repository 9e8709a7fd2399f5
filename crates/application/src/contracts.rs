//! What every adapter of a stored port must keep, as tests: every MUST in the ports' documentation is one here.
//!
//! A suite needs a [`Place`]: somewhere a store can be opened any number of times. Each opening is another process, or
//! the same after a restart, so what one wrote and finished must be there in the next. A crate with an adapter runs all
//! suites with one line:
//!
//! ```text
//! telegraphist_application::contract_tests!(MyPlace::new());
//! ```

#![expect(clippy::unwrap_used, reason = "these are tests; they are compiled outside of tests for the tests of others")]

pub mod audit_log;
pub mod event_store;
pub mod idempotency;
pub mod inbox;
pub mod key_place;
pub mod limiter;
pub mod peers;
pub mod vault;
pub mod views;

use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;
use uuid::Uuid;

/// Somewhere a store can be opened.
pub trait Place: Sync {
    /// What is opened.
    type Store: Send + Sync;

    /// Opens the store, again if need be; what was opened before stays open.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;
}

/// All suites against the place that the expression makes; a fresh one for each test.
#[macro_export]
macro_rules! contract_tests {
    ($place:expr) => {
        $crate::contract_tests!(@ $place;
            audit_log: every_row_follows_from_the_one_before,
            audit_log: appending_at_once_gives_one_chain,
            audit_log: rows_are_given_from_a_number_on,
            event_store: what_was_appended_is_loaded_also_by_others,
            event_store: an_unknown_stream_and_an_empty_fold_are_none,
            event_store: an_old_version_is_a_conflict_and_appends_nothing,
            event_store: one_of_many_at_once_wins,
            event_store: a_name_belongs_to_one_session_at_a_time,
            event_store: nothing_to_append_is_no_error,
            idempotency: the_first_claim_wins_and_later_ones_see_it,
            idempotency: one_of_many_claims_at_once_wins,
            idempotency: outcomes_and_parts_are_kept,
            idempotency: keys_of_others_are_other_keys,
            idempotency: only_an_untouched_claim_is_released,
            idempotency: what_was_never_claimed_is_left_alone,
            idempotency: old_entries_are_forgotten,
            inbox: entries_come_in_order_and_are_kept,
            inbox: an_entry_arrives_once,
            inbox: sessions_have_their_own,
            inbox: positions_are_never_given_again,
            limiter: a_burst_is_taken_and_comes_back_with_time,
            limiter: cost_is_taken_from_all_or_none,
            limiter: a_cost_above_the_burst_ends_too,
            limiter: a_block_lasts_and_is_not_shortened,
            peers: a_peer_is_found_in_every_way,
            peers: less_knowledge_does_not_erase_more,
            peers: names_and_numbers_move_to_who_had_them_last,
            peers: the_account_itself_stays_itself,
            peers: marks_and_data_centres_are_kept,
            peers: forgetting_a_session_leaves_the_others,
            vault: what_was_put_comes_back_exactly,
            vault: a_new_value_replaces_the_old,
            vault: what_was_deleted_is_gone,
            vault: a_prefix_is_taken_literally,
            views: a_session_is_seen_at_once_by_name_and_id,
            views: others_see_it_soon,
            views: one_session_is_the_default,
            views: removed_sessions_are_not_listed,
        );
    };
    (@ $place:expr; $($suite:ident: $test:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                $crate::contracts::$suite::$test(&$place).await;
            }
        )*
    };
}

fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

/// Seconds after some moment of 2026.
fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("a moment of this century")
}
