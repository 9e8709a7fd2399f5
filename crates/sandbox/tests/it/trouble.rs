//! Faults to order.

use std::time::{Duration, Instant};

use grammers_client::InvocationError;
use telegraphist_sandbox::{Fault, SandboxError};

use super::client::{ALICE, BOB, Connected, a_box, soon};
use super::writing::send_request;

#[tokio::test]
async fn a_flood_wait_reaches_the_caller_once() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    sandbox.fault(Fault::once("users.getUsers", 420, "FLOOD_WAIT_7")).expect("ordered");
    let error = soon(alice.client.get_me()).await.expect_err("a wait");
    let InvocationError::Rpc(error) = error else {
        panic!("{error}");
    };
    assert_eq!((error.code, error.name.as_str(), error.value), (420, "FLOOD_WAIT", Some(7)));
    soon(alice.client.get_me()).await.expect("only once");
    assert_eq!(sandbox.counters().errors.get("FLOOD_WAIT_7"), Some(&1));
}

#[tokio::test]
async fn a_fault_for_a_misspelt_method_is_refused() {
    let sandbox = a_box().await;
    let refused = sandbox.fault(Fault::once("messages.sendMesage", 500, "INTERNAL"));
    assert!(matches!(refused, Err(SandboxError::UnknownMethod(_))));
}

#[tokio::test]
async fn a_kicked_listener_comes_back_and_misses_nothing() {
    let sandbox = a_box().await;
    let mut alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = alice.listen(&sandbox, false).await;
    sandbox.kick(Some(ALICE));
    sandbox.say(BOB, ALICE, "said into the void").expect("said");
    updates.message("said into the void").await;
}

#[tokio::test]
async fn a_lost_answer_is_a_duplicate_when_it_is_sent_again() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let request = send_request(alice.chat("bob_lindqvist").await, "sent, but who knows", 99);
    sandbox.cut_after("messages.sendMessage", Some(1)).expect("ordered");
    let lost = soon(alice.client.invoke(&request)).await.expect_err("no answer");
    assert!(matches!(lost, InvocationError::Io(_)), "{lost}");
    let again = soon(alice.client.invoke(&request)).await.expect_err("a duplicate");
    assert!(again.is("RANDOM_ID_DUPLICATE"), "{again}");
    let letters = sandbox.mailbox(BOB, ALICE, 5).expect("a mailbox");
    assert_eq!(letters.iter().filter(|letter| letter.text == "sent, but who knows").count(), 1);
}

#[tokio::test]
async fn an_outage_refuses_connections_and_ends_without_a_loss() {
    let sandbox = a_box().await;
    let mut alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = alice.listen(&sandbox, false).await;
    sandbox.outage(true).await.expect("it begins");
    let refused = tokio::net::TcpStream::connect(sandbox.mtproto_address()).await;
    let refused = refused.map(drop).map_err(|error| error.kind());
    assert_eq!(refused, Err(std::io::ErrorKind::ConnectionRefused));
    soon(alice.client.get_me()).await.expect_err("nobody is there");
    sandbox.say(BOB, ALICE, "said in the dark").expect("said");
    sandbox.outage(false).await.expect("it ends");
    updates.message("said in the dark").await;
    soon(alice.client.get_me()).await.expect("all is well");
}

#[tokio::test]
async fn a_delayed_call_does_not_hold_up_others() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("connected");
    sandbox.delay("help.getNearestDc", Duration::from_hours(1), None).expect("ordered");
    let slow = alice.client.clone();
    let slow = tokio::spawn(async move { slow.invoke(&grammers_client::tl::functions::help::GetNearestDc {}).await });
    soon(async {
        while sandbox.counters().calls_of("help.getNearestDc") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    soon(alice.client.get_me()).await.expect("others are answered");
    assert!(!slow.is_finished());
    slow.abort();
}

#[tokio::test]
async fn a_delayed_call_is_answered_in_the_end() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("connected");
    let delay = Duration::from_millis(50);
    sandbox.delay("users.getUsers", delay, Some(1)).expect("ordered");
    let asked = Instant::now();
    soon(alice.client.get_me()).await.expect("an answer");
    assert!(asked.elapsed() >= delay);
}

#[tokio::test]
async fn noise_on_the_port_leaves_the_box_as_it_was() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let sandbox = a_box().await;
    let greetings: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: somebody that is very lost indeed\r\n\r\n",
        &[0xef, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0],
        &[0xee, 0xee, 0xee, 0xee, 0xff, 0xff, 0xff, 0x7f],
        &[12, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
        &[0xef, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    for greeting in greetings {
        let mut stream = tokio::net::TcpStream::connect(sandbox.mtproto_address()).await.expect("open");
        stream.write_all(greeting).await.expect("written");
        let mut answer = Vec::new();
        // Closed, with a transport error at most; a reset is an end as well.
        let _ = soon(stream.read_to_end(&mut answer)).await;
        assert!(answer.len() <= 8, "{answer:?}");
    }
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("all is well");
}

#[tokio::test]
async fn a_reset_forgets_what_happened() {
    let sandbox = a_box().await;
    sandbox.say(BOB, ALICE, "to be forgotten").expect("said");
    sandbox.fault(Fault::once("*", 500, "INTERNAL")).expect("ordered");
    sandbox.reset();
    let letters = sandbox.mailbox(BOB, ALICE, 1).expect("a mailbox");
    assert_ne!(letters[0].text, "to be forgotten");
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("no fault");
}

#[tokio::test]
async fn a_box_does_not_open_ports_to_the_world() {
    let options =
        telegraphist_sandbox::Options { mtproto: ([0, 0, 0, 0], 0).into(), ..telegraphist_sandbox::Options::default() };
    let refused = telegraphist_sandbox::Sandbox::start(options).await;
    assert!(matches!(refused, Err(SandboxError::NotLoopback(_))));
}
