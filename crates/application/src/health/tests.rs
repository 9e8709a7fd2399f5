use super::*;
use crate::grants::{Grants, Scopes};
use crate::stage::Stage;

fn of_sessions(statuses: &[HealthStatus]) -> HealthStatus {
    let now = DateTime::default();
    let checks = statuses.iter().map(|status| HealthCheck { status: *status, ..HealthCheck::of("component", now) });
    overall(&BTreeMap::from([("telegram:user", checks.collect())]))
}

#[tokio::test]
async fn whoever_may_not_see_it_is_denied_and_it_is_recorded() {
    let stage = Stage::new().await;
    let scopes: Scopes = [Scope::MessagesRead].into_iter().collect();
    let caller = Caller { principal: "reader".into(), grants: Grants { scopes, ..Grants::everything() } };
    let denied = stage.app.health(&caller, &CallContext::default()).await.expect_err("it lacks ops:read");
    assert_eq!(denied.code, crate::failure::Code::Forbidden);
    assert!(!denied.correlation_id.is_empty());
    let rows = stage.app.ports().audit.rows(1, 100).await.expect("memory");
    assert!(rows.iter().any(|row| row.entry.operation == "health" && row.entry.outcome == "forbidden"));
}

#[tokio::test]
async fn what_is_not_configured_or_not_known_is_not_listed() {
    let stage = Stage::new().await;
    let health = stage.app.health(&Caller::owner(), &CallContext::default()).await.expect("the owner may");
    let components: Vec<&str> = health.checks.keys().copied().collect();
    assert_eq!(components, ["store:responseTime", "telegram:bot"], "no cache, no bus, no machine that tells nothing");
}

#[test]
fn a_disk_that_is_almost_full_is_warned_of_and_a_full_one_fails() {
    for (percent, expected) in [(10.0, HealthStatus::Pass), (90.0, HealthStatus::Warn), (99.0, HealthStatus::Fail)] {
        let mut checks = BTreeMap::new();
        let usage = Usage { disk_percent: Some(percent), ..Usage::default() };
        check_machine(&usage, DateTime::default(), &mut checks);
        assert_eq!(overall(&checks), expected, "{percent}");
        assert_eq!(checks["disk:utilization"][0].output.is_some(), expected != HealthStatus::Pass);
    }
}

#[test]
fn one_lost_login_among_many_is_a_warning_and_all_lost_is_a_failure() {
    use HealthStatus::{Fail, Pass, Warn};
    assert_eq!(of_sessions(&[]), Pass);
    assert_eq!(of_sessions(&[Pass, Pass]), Pass);
    assert_eq!(of_sessions(&[Pass, Fail]), Warn);
    assert_eq!(of_sessions(&[Warn]), Warn);
    assert_eq!(of_sessions(&[Fail, Fail]), Fail);
}

#[tokio::test]
async fn a_server_on_its_way_out_is_not_ready() {
    let stage = Stage::new().await;
    assert!(stage.app.is_ready().await);
    stage.app.stop_bots().await;
    stage.app.drain().await;
    assert!(!stage.app.is_ready().await);
}
