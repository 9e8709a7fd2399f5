//! What every adapter of a stored port must keep, as tests: every MUST in the ports' documentation is one here.
//!
//! A suite needs a [`Place`]: somewhere a store can be opened any number of times. Each opening is another process, or
//! the same after a restart, so what one wrote and finished must be there in the next. A crate with an adapter runs all
//! suites with one line:
//!
//! ```text
//! telegraphist_application::contract_tests!(MyPlace::new(), 100);
//! ```

#![expect(clippy::unwrap_used, reason = "these are tests; they are compiled outside of tests for the tests of others")]

pub mod approvals;
pub mod attempts;
pub mod audit_log;
pub mod contents;
pub mod conversations;
pub mod deliveries;
pub mod event_store;
pub mod history;
pub mod idempotency;
pub mod inbox;
pub mod key_place;
pub mod leases;
pub mod limiter;
pub mod outbox;
pub mod peers;
pub mod people;
pub mod preferences;
pub mod rules;
mod specimens;
pub mod together;
pub mod tokens;
pub mod vault;
pub mod views;

use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;
use uuid::Uuid;

use crate::memory::FixedClock;

/// Somewhere a store can be opened.
pub trait Place: Sync {
    /// What is opened.
    type Store: Send + Sync;

    /// The clock of everything that is opened here.
    fn clock(&self) -> &FixedClock;

    /// Opens the store, again if need be; what was opened before stays open.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;
}

/// All suites against the place that the expression makes; a fresh one for each test. So many histories are tried where
/// any should do.
#[macro_export]
macro_rules! contract_tests {
    ($place:expr, $cases:expr) => {
        $crate::contract_tests!(@ $place;
            approvals: the_question_asked_last_comes_first,
            approvals: a_listed_question_is_as_it_stands,
            approvals: a_question_is_found_by_its_card,
            approvals: an_open_question_is_found_by_what_it_is_about,
            approvals: those_that_wait_are_counted_with_the_next_to_expire,
            attempts: one_to_be_tried_again_holds_up_its_lane,
            attempts: an_attempt_ends_in_every_way,
            attempts: only_what_is_being_sent_ends_an_attempt,
            attempts: parts_are_kept_for_the_next_attempt,
            attempts: what_was_being_sent_is_unknown_after_a_restart,
            attempts: what_is_stuck_is_queued_again_at_the_end,
            audit_log: every_row_follows_from_the_one_before,
            audit_log: appending_at_once_gives_one_chain,
            audit_log: rows_are_given_from_a_number_on,
            contents: a_text_comes_back_exactly,
            contents: a_text_that_is_there_is_left_as_it_is,
            contents: a_forgotten_text_is_gone,
            contents: old_texts_are_forgotten_and_counted,
            conversations: a_conversation_is_found_by_its_place_and_agent,
            conversations: the_conversation_touched_last_comes_first,
            conversations: what_was_said_is_kept_in_order,
            conversations: what_was_said_is_found_by_what_is_asked,
            deliveries: a_delivery_says_what_it_says,
            deliveries: the_newest_deliveries_are_listed_first,
            deliveries: the_cards_of_a_question_are_listed,
            deliveries: a_delivery_is_found_by_its_message,
            deliveries: deliveries_are_found_by_their_key,
            deliveries: the_backlog_is_counted,
            deliveries: the_next_time_is_known,
            deliveries: what_was_sent_is_forgotten_by_its_date,
            event_store: what_was_appended_is_loaded_also_by_others,
            event_store: an_empty_fold_is_none,
            event_store: an_old_version_is_a_conflict_and_appends_nothing,
            event_store: one_of_many_at_once_wins,
            event_store: a_name_belongs_to_one_session_at_a_time,
            event_store: an_agent_has_one_conversation_in_a_place,
            event_store: a_long_conversation_is_the_fold_of_its_events,
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
            inbox: work_waits_until_it_is_handled,
            inbox: work_that_failed_is_listed_and_can_be_done_again,
            inbox: what_is_no_work_is_done,
            inbox: work_that_waits_is_not_forgotten,
            leases: one_of_many_gets_the_lease,
            leases: the_holder_renews_and_keeps_the_epoch,
            leases: a_lease_that_ran_out_goes_to_who_asks,
            leases: a_lease_is_given_back,
            leases: leases_of_other_names_are_others,
            limiter: a_burst_is_taken_and_comes_back_with_time,
            limiter: cost_is_taken_from_all_or_none,
            limiter: many_at_once_take_no_more_than_there_is,
            limiter: a_look_takes_nothing,
            limiter: a_cost_above_the_burst_ends_too,
            limiter: a_clock_that_is_set_back_holds_nobody_up,
            limiter: a_block_lasts_and_is_not_shortened,
            outbox: a_delivery_is_given_as_it_was_queued,
            outbox: the_same_key_is_queued_once_in_its_lane,
            outbox: one_of_many_with_the_same_key_is_queued,
            outbox: a_list_is_queued_whole_or_not_at_all,
            outbox: a_lane_is_sent_in_order_and_one_at_a_time,
            outbox: one_that_waits_for_its_time_holds_up_nobody,
            outbox: the_most_urgent_lane_goes_first,
            outbox: busy_lanes_are_left_out,
            outbox: what_a_newer_one_makes_pointless_is_replaced,
            outbox: what_comes_too_late_expires,
            outbox: no_delivery_is_given_to_two,
            outbox: positions_of_deliveries_grow,
            peers: a_peer_is_found_in_every_way,
            peers: less_knowledge_does_not_erase_more,
            peers: names_and_numbers_move_to_who_had_them_last,
            peers: the_account_itself_stays_itself,
            peers: marks_and_data_centres_are_kept,
            peers: forgetting_a_session_leaves_the_others,
            people: a_person_is_known_until_forgotten,
            people: others_see_a_changed_person_soon,
            people: a_group_is_allowed_until_forgotten,
            people: a_code_lets_one_person_in_once,
            people: an_expired_code_lets_nobody_in,
            people: a_code_and_a_person_belong_together,
            preferences: a_choice_is_kept_until_the_next,
            preferences: others_see_a_choice_soon,
            preferences: a_mark_never_goes_back,
            preferences: of_many_marks_at_once_the_highest_stays,
            preferences: the_slowest_reader_is_known,
            rules: a_rule_allows_what_it_is_about,
            rules: the_newest_rule_of_this_life_or_of_all_is_given,
            rules: an_expired_rule_allows_nothing,
            rules: a_rule_is_taken_back_once,
            rules: all_rules_are_listed,
            together: texts_and_deliveries_are_kept_with_their_events,
            together: a_refused_append_keeps_nothing,
            together: a_key_that_was_used_before_appends_nothing,
            together: one_of_many_with_the_same_key_is_appended,
            together: what_comes_with_no_events_is_kept_too,
            tokens: a_token_is_found_by_its_hash,
            tokens: a_token_is_taken_back_once,
            tokens: others_see_a_token_taken_back_soon,
            tokens: a_name_belongs_to_one_token_at_a_time,
            tokens: tokens_are_listed_with_their_last_use,
            vault: what_was_put_comes_back_exactly,
            vault: a_new_value_replaces_the_old,
            vault: what_was_deleted_is_gone,
            vault: a_prefix_is_taken_literally,
            views: a_session_is_seen_at_once_by_name_and_id,
            views: others_see_it_soon,
            views: one_session_is_the_default,
            views: removed_sessions_are_not_listed,
        );

        #[test]
        fn any_history_keeps_order_and_loses_nothing() {
            $crate::contracts::history::any_history_keeps_order_and_loses_nothing($cases, || $place);
        }
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
