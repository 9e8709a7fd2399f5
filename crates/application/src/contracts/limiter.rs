//! [`Limiter`]: budgets and remembered waits.

use std::time::Duration;

use super::{Place, moment};
use crate::ports::{BucketKey, Limiter, Rate, Verdict};

const RATE: Rate = Rate { burst: 3, per: Duration::from_secs(30) };

fn bucket(name: &str) -> BucketKey {
    BucketKey(name.into())
}

async fn take(limiter: &impl Limiter, names: &[&str], cost: u32, at: i64) -> Verdict {
    let buckets: Vec<_> = names.iter().map(|name| (bucket(name), RATE)).collect();
    limiter.acquire(&buckets, cost, moment(at)).await.unwrap()
}

async fn blocked(limiter: &impl Limiter, names: &[&str], at: i64) -> Duration {
    let buckets: Vec<_> = names.iter().map(|name| bucket(name)).collect();
    limiter.blocked(&buckets, moment(at)).await.unwrap()
}

fn wait(seconds: u64) -> Verdict {
    wait_for(0, seconds)
}

fn wait_for(bucket: usize, seconds: u64) -> Verdict {
    Verdict::Wait { time: Duration::from_secs(seconds), bucket }
}

/// Three at once, then one every ten seconds; never more than three saved.
pub async fn a_burst_is_taken_and_comes_back_with_time(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    for _ in 0..3 {
        assert_eq!(take(&limiter, &["a"], 1, 0).await, Verdict::Go);
    }
    assert_eq!(take(&limiter, &["a"], 1, 0).await, wait(10));
    assert_eq!(take(&limiter, &["a"], 1, 4).await, wait(6), "being refused costs nothing");
    assert_eq!(take(&limiter, &["b"], 1, 4).await, Verdict::Go, "another bucket is another budget");
    assert_eq!(take(&limiter, &["a"], 1, 10).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a"], 2, 10).await, wait(20));
    assert_eq!(take(&limiter, &["a"], 3, 1000).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a"], 1, 1000).await, wait(10));
}

/// And the wait is the longest, with the bucket that it is for.
pub async fn cost_is_taken_from_all_or_none(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    assert_eq!(take(&limiter, &["a"], 3, 0).await, Verdict::Go);
    assert_eq!(take(&limiter, &["b"], 2, 0).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a", "b"], 2, 0).await, wait(20));
    assert_eq!(take(&limiter, &["b", "c", "a"], 2, 0).await, wait_for(2, 20));
    assert_eq!(take(&limiter, &["c", "b"], 2, 0).await, wait_for(1, 10));
    assert_eq!(take(&limiter, &["b"], 1, 0).await, Verdict::Go, "nothing was taken from it");
    assert_eq!(take(&limiter, &["a", "b"], 1, 10).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a", "c"], 1, 10).await, wait(10));
    assert_eq!(take(&limiter, &[], 1, 10).await, Verdict::Go);
}

/// However many take at once: never more than there is, and a refusal leaves the other bucket as it was.
pub async fn many_at_once_take_no_more_than_there_is(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    let takes = (0..20).map(|number| {
        let narrow = if number % 2 == 0 { "a" } else { "b" };
        let limiter = &limiter;
        async move { take(limiter, &[narrow, "wide"], 1, 0).await }
    });
    let verdicts = futures::future::join_all(takes).await;
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Go).count(), 3, "the wide one holds three");
    assert_eq!(take(&limiter, &["a"], 1, 0).await, Verdict::Go, "what was refused took nothing here");
    assert_eq!(take(&limiter, &["b"], 1, 0).await, Verdict::Go);
}

/// Each bucket tells its own wait, and asking costs nothing.
pub async fn a_look_takes_nothing(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    assert_eq!(take(&limiter, &["a"], 3, 0).await, Verdict::Go);
    assert_eq!(take(&limiter, &["b"], 2, 0).await, Verdict::Go);
    limiter.block(&bucket("c"), moment(7)).await.unwrap();
    let buckets: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| (bucket(name), RATE)).collect();
    for _ in 0..3 {
        let waits = limiter.waits(&buckets, 1, moment(0)).await.unwrap();
        assert_eq!(waits.iter().map(Duration::as_secs).collect::<Vec<_>>(), [10, 0, 7, 0]);
    }
    assert_eq!(take(&limiter, &["b"], 1, 0).await, Verdict::Go);
}

/// As if it were the whole burst: it waits until the bucket is full and goes.
pub async fn a_cost_above_the_burst_ends_too(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    assert_eq!(take(&limiter, &["a"], 1, 0).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a"], 100, 0).await, wait(10));
    assert_eq!(take(&limiter, &["a"], 100, 10).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a"], 1, 10).await, wait(10));
}

/// What was taken at times that have not come yet counts for nothing: nobody is held up because a clock was wrong.
pub async fn a_clock_that_is_set_back_holds_nobody_up(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    for at in [10_000, 100] {
        for _ in 0..3 {
            assert_eq!(take(&limiter, &["a"], 1, at).await, Verdict::Go);
        }
        assert_eq!(take(&limiter, &["a"], 1, at).await, wait(10));
    }
    assert_eq!(take(&limiter, &["a"], 1, 110).await, Verdict::Go);
    assert_eq!(take(&limiter, &["a"], 1, 20_000).await, Verdict::Go);
}

/// Also after a restart; a blocked bucket gives nothing.
pub async fn a_block_lasts_and_is_not_shortened(place: &impl Place<Store: Limiter>) {
    let limiter = place.open().await;
    limiter.block(&bucket("a"), moment(60)).await.unwrap();
    limiter.block(&bucket("a"), moment(5)).await.unwrap();
    limiter.block(&bucket("b"), moment(90)).await.unwrap();
    for limiter in [limiter, place.open().await] {
        assert_eq!(blocked(&limiter, &["a"], 0).await, Duration::from_mins(1));
        assert_eq!(blocked(&limiter, &["a", "b", "c"], 0).await, Duration::from_secs(90));
        assert_eq!(blocked(&limiter, &["a"], 60).await, Duration::ZERO);
        assert_eq!(blocked(&limiter, &["c"], 0).await, Duration::ZERO);
        assert_eq!(take(&limiter, &["a", "c"], 1, 0).await, wait(60));
        assert_eq!(take(&limiter, &["a"], 1, 60).await, Verdict::Go);
    }
}
