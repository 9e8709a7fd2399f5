use super::*;
use crate::stage::Stage;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[tokio::test(start_paused = true)]
async fn many_failures_from_one_network_are_a_burst_and_few_or_slow_ones_are_not() {
    let watch = Watch::default();
    for n in 1..BURST {
        assert_eq!(watch.failed("a", Instant::now()), n);
        assert_eq!(watch.failed("b", Instant::now()), n, "networks are told apart");
    }
    tokio::time::advance(BURST_WINDOW).await;
    assert_eq!(watch.failed("a", Instant::now()), 1, "what is long ago does not count");
}

#[tokio::test(start_paused = true)]
async fn networks_that_are_watched_have_an_end() {
    let watch = Watch::default();
    for n in 0..NETWORKS_MAX * 2 {
        watch.failed(&n.to_string(), Instant::now());
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert_eq!(locked(&watch.failures).len(), NETWORKS_MAX);
    for _ in 0..BURST * 5 {
        watch.failed("again", Instant::now());
    }
    assert_eq!(locked(&watch.failures)["again"].len(), BURST + 1);
}

#[tokio::test]
async fn the_first_network_of_a_key_is_learnt_and_another_is_noticed_once() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let known = |app: &Application, network: &str| {
        app.inner.watch.is_known("token:a", &app.inner.network(Some(address(network))))
    };
    app.authenticated("token:a", Some(address("203.0.113.7"))).await;
    assert!(known(app, "203.0.113.99"), "neighbours are one network");
    assert!(!known(app, "198.51.100.1"));
    app.authenticated("token:a", Some(address("198.51.100.1"))).await;
    assert!(known(app, "198.51.100.1") && known(app, "203.0.113.7"));
    let name = format!("security.places.{}", app.inner.pseudonym(b"key", b"token:a"));
    let kept = app.ports().preferences.preference(&name).await.expect("memory").expect("kept");
    assert_eq!(serde_json::from_str::<Vec<String>>(&kept).expect("a list").len(), 2);
    assert!(!kept.contains("203.0.113"), "addresses are not kept: {kept}");
}

#[tokio::test]
async fn a_mapped_address_is_the_one_it_maps() {
    let stage = Stage::new().await;
    let inner = &stage.app.inner;
    assert_eq!(inner.network(Some(address("::ffff:203.0.113.7"))), inner.network(Some(address("203.0.113.8"))));
    assert_ne!(inner.network(Some(address("2001:db8:1::1"))), inner.network(Some(address("2001:db8:2::1"))));
    assert_eq!(inner.network(Some(address("::1"))), "loopback");
}
