//! What a call is counted in, and what is said where that is used up.

use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::limits::{Limits, MemoryLimit};
use crate::memory::FixedMachine;
use crate::ports::{Machine, Memory, Usage};

#[tokio::test(start_paused = true)]
async fn a_quota_of_a_caller_is_spent_and_comes_back() {
    let world = World::with_session().await;
    let quotas = ["get_me=2/h", "calls=9/h"].map(|quota| quota.parse().expect("a quota")).into();
    let caller = Caller::owner().narrowed(&Grants { quotas, ..Grants::everything() });
    let perform = || world.app.perform(&caller, me(), CallContext::default());
    world.script([my_view(), my_view(), my_view(), my_view()]);
    assert!(perform().await.is_ok() && perform().await.is_ok());
    let failure = perform().await.err().expect("spent");
    assert_eq!(failure.code, Code::RateLimited);
    assert!(failure.retry_after_ms.is_some(), "{failure:?}");
    assert!(world.perform(me()).await.is_ok(), "others have theirs");
    world.clock.advance(Duration::from_hours(1));
    assert!(perform().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_used_up_is_told_by_whose_limit_it_was() {
    let few = |burst| Some(Rate { burst, per: Duration::from_hours(1) });
    let none = Limits { principal: None, tool: None, session: None, server: None, ..Limits::generous() };
    let limits = [
        ("principal", Limits { principal: few(2), tool: few(9), ..none }),
        ("tool", Limits { principal: few(9), tool: few(2), ..none }),
        ("session", Limits { session: few(2), server: few(9), ..none }),
        ("server", Limits { session: few(9), server: few(2), ..none }),
    ];
    for (whose, limits) in limits {
        let world = World::with_limits(limits).await;
        world.script([my_view(), my_view()]);
        assert!(world.perform(me()).await.is_ok() && world.perform(me()).await.is_ok());
        let failure = world.failure(me()).await;
        assert_eq!((failure.code, failure.retry_after_ms), (Code::RateLimited, Some(1_800_000)), "{whose}");
        assert_eq!(failure.details.expect("says which")["limit"], whose);

        // Another caller has calls of its own, and another tool, too.
        let other = Caller { principal: "other".into(), ..Caller::owner() };
        world.script([my_view()]);
        let others = world.app.perform(&other, me(), CallContext::default()).await;
        assert_eq!(others.is_ok(), matches!(whose, "principal" | "tool"), "{whose}");
        world.script([Step::Fail(TelegramError::UnknownChat)]);
        let failure = world.failure(operation::<GetChat>(json!({ "chat": "77" }))).await;
        assert_eq!(failure.code == Code::UnknownChat, whose == "tool", "{whose}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_takes_nothing_from_the_limits_that_would_have_let_it_pass() {
    let hour = |burst| Some(Rate { burst, per: Duration::from_hours(1) });
    let limits = Limits { principal: None, session: None, tool: hour(1), server: hour(3), ..Limits::generous() };
    let world = World::with_limits(limits).await;
    world.script([my_view()]);
    assert!(world.perform(me()).await.is_ok());
    for _ in 0..20 {
        assert_eq!(world.failure(me()).await.details.expect("says which")["limit"], "tool");
    }
    let other = Caller { principal: "other".into(), ..Caller::owner() };
    world.script([my_view()]);
    assert!(world.app.perform(&other, me(), CallContext::default()).await.is_ok(), "the server had two left");
}

/// A read in a session.
fn me_of(session: &str) -> GetMe {
    operation(json!({ "session": session }))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_finds_no_place_waits_a_little_and_is_then_refused() {
    let world = World::with_limits(Limits { calls_max: 2, session_calls_max: 2, ..Limits::generous() }).await;
    world.script([Step::Hang, Step::Hang]);
    let leave = CancellationToken::new();
    let context = || CallContext { cancel: leave.clone(), ..CallContext::default() };
    let hang = || {
        tokio::spawn({
            let (app, context) = (world.app.clone(), context());
            async move { app.perform(&Caller::owner(), me(), context).await.err().map(|failure| failure.code) }
        })
    };
    let hanging = [hang(), hang()];
    world.until_seen(2).await;

    let started = Instant::now();
    let failure = world.failure(me()).await;
    assert_eq!((failure.code, failure.retry_after_ms), (Code::Overloaded, Some(1_000)));
    assert_eq!(failure.details.expect("says which")["limit"], "session_calls");
    assert_eq!(started.elapsed(), Duration::from_secs(1));

    // Whoever waits gets the place that becomes free.
    world.script([my_view()]);
    let (waited, ()) = tokio::join!(world.perform(me()), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        leave.cancel();
    });
    assert!(waited.is_ok());
    for call in hanging {
        assert_eq!(call.await.expect("it ended"), Some(Code::Cancelled));
    }
    assert_eq!(world.app.inner.turns.sessions(), 0, "nothing is kept of sessions that nobody calls");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_hangs_leaves_places_to_others_until_there_are_none() {
    let world = World::with_limits(Limits { calls_max: 3, session_calls_max: 2, ..Limits::generous() }).await;
    world.sign_in("home").await;
    world.script([Step::Hang, Step::Hang]);
    let hang = |session: &'static str| {
        tokio::spawn({
            let app = world.app.clone();
            async move { app.perform(&Caller::owner(), me_of(session), CallContext::default()).await.is_ok() }
        })
    };
    let hanging = [hang("work"), hang("work")];
    world.until_seen(2).await;
    let failure = world.failure(me_of("work")).await;
    assert_eq!(failure.details.expect("says which")["limit"], "session_calls");
    world.script([my_view(), Step::Hang]);
    assert!(world.perform(me_of("home")).await.is_ok());
    let third = hang("home");
    world.until_seen(4).await;
    let failure = world.failure(me_of("home")).await;
    assert_eq!(failure.details.expect("says which")["limit"], "calls");
    hanging.into_iter().chain([third]).for_each(|call| call.abort());
}

#[tokio::test(start_paused = true)]
async fn of_those_who_wait_there_are_no_more_than_may_be_called() {
    let world = World::with_limits(Limits { calls_max: 1, session_calls_max: 1, ..Limits::generous() }).await;
    world.script([Step::Hang]);
    let call = || {
        tokio::spawn({
            let app = world.app.clone();
            async move { app.perform(&Caller::owner(), me(), CallContext::default()).await.is_ok() }
        })
    };
    let hanging = call();
    world.until_seen(1).await;
    let waiting = call();
    tokio::task::yield_now().await;
    let started = Instant::now();
    assert_eq!(world.failure(me()).await.code, Code::Overloaded);
    assert_eq!(started.elapsed(), Duration::ZERO, "it is not worth a wait");
    hanging.abort();
    waiting.abort();
}

/// A machine whose memory is as the test says.
#[derive(Default)]
struct Filling(Mutex<Memory>);

impl Filling {
    fn uses(&self, used: u64, max: Option<u64>) {
        *self.0.lock().expect("no test panics here") = Memory { used: Some(used), max };
    }
}

impl Machine for Filling {
    fn memory(&self) -> Memory {
        *self.0.lock().expect("no test panics here")
    }

    fn usage(&self) -> Usage {
        FixedMachine::default().usage()
    }
}

#[tokio::test(start_paused = true)]
async fn new_calls_are_refused_while_memory_is_short() {
    let machine = Arc::new(Filling::default());
    let memory = |bytes, share_percent| Limits { memory: MemoryLimit { bytes, share_percent }, ..Limits::generous() };
    let world = World::on_machine(memory(None, 90), Arc::clone(&machine) as Arc<dyn Machine>).await;
    let next_look = || tokio::time::advance(Duration::from_millis(200));
    let is_refused = async || {
        world.script([my_view()]);
        let outcome = world.perform(me()).await;
        if let Err(failure) = &outcome {
            assert_eq!((failure.code, failure.retry_after_ms), (Code::Overloaded, Some(2_000)));
            assert_eq!(failure.details.as_ref().expect("says which")["limit"], "memory");
            let here = world.app.list_sessions(&Caller::owner(), ListSessions {}, CallContext::default()).await;
            assert_eq!(here.err().expect("refused, too").code, Code::Overloaded);
            world.unscript();
        }
        outcome.is_err()
    };
    assert!(!is_refused().await, "what is not known refuses nothing");
    for (used, max, expected) in
        [(90, Some(100), false), (91, Some(100), true), (50, Some(100), false), (91, None, false)]
    {
        machine.uses(used, max);
        next_look().await;
        assert_eq!(is_refused().await, expected, "{used} of {max:?}");
    }
    // It is looked at now and then, not in each call.
    machine.uses(99, Some(100));
    assert!(!is_refused().await);
    next_look().await;
    assert!(is_refused().await);
    let told = World::on_machine(memory(Some(1_000), 90), Arc::clone(&machine) as Arc<dyn Machine>).await;
    told.script([my_view(), my_view()]);
    assert!(told.perform(me()).await.is_ok(), "the owner said how much there is");
    let never = World::on_machine(memory(None, 0), machine).await;
    never.script([my_view()]);
    assert!(never.perform(me()).await.is_ok());
}
