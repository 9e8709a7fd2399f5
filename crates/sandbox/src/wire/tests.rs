//! The state machine against the real client's state machine, without sockets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use grammers_crypto::DequeBuffer;
use grammers_mtproto::mtp::{Deserialization, Encrypted, Mtp};
use grammers_mtproto::transport::{Abridged, Full, Intermediate, Obfuscated, Transport};
use grammers_tl_types::{self as tl, Serializable};
use proptest::prelude::*;

use super::*;

const KEY: [u8; 256] = [7; 256];

struct OneKey;

impl KeyRing for OneKey {
    fn auth_key(&self, key_id: u64) -> Option<[u8; 256]> {
        (key_id == AuthKey::new(KEY).id()).then_some(KEY)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970")
}

/// A client made of grammers' own parts.
struct Client {
    transport: Box<dyn Transport>,
    mtp: Encrypted,
    received: Vec<u8>,
}

impl Client {
    fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Box::new(transport), mtp: Encrypted::build().finish(KEY), received: Vec::new() }
    }

    fn send(&mut self, requests: &[Vec<u8>]) -> Vec<u8> {
        let mut buffer = DequeBuffer::with_capacity(1024, 128);
        for request in requests {
            let _ = self.mtp.push(&mut buffer, request);
        }
        if self.mtp.finalize(&mut buffer).is_none() {
            return Vec::new();
        }
        self.transport.pack(&mut buffer);
        buffer.as_ref().to_vec()
    }

    fn receive(&mut self, bytes: &[u8]) -> Vec<Deserialization> {
        self.received.extend_from_slice(bytes);
        let mut all = Vec::new();
        while let Ok(offset) = self.transport.unpack(&mut self.received) {
            let packet = &mut self.received[offset.data_range];
            all.extend(self.mtp.deserialize(packet).expect("a client understands"));
            self.received.drain(..offset.next_offset);
        }
        all
    }
}

/// Client and server; what one says the other hears, in portions of `portion` bytes.
struct Pair {
    client: Client,
    wire: Wire,
    portion: usize,
}

impl Pair {
    fn new(transport: impl Transport + 'static, portion: usize) -> Self {
        Self { client: Client::new(transport), wire: Wire::new(), portion }
    }

    fn deliver(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for portion in bytes.chunks(self.portion) {
            events.extend(self.wire.receive(portion, now(), &OneKey).expect("the server understands"));
        }
        events
    }

    /// Goes through salts until a request is delivered, as a real sender does.
    fn request(&mut self, request: &[u8]) -> Request {
        for _ in 0..5 {
            let bytes = self.client.send(&[request.to_vec()]);
            let events = self.deliver(&bytes);
            if let Some(Event::Request(delivered)) = events.into_iter().next() {
                return delivered;
            }
            let bytes = self.wire.take_output(now());
            self.client.receive(&bytes);
        }
        panic!("the request never arrived");
    }

    fn answer(&mut self, request: &Request, result: &[u8]) -> Vec<u8> {
        self.wire.answer(request.msg_id, result);
        let heard = self.hear();
        heard
            .into_iter()
            .find_map(|what| match what {
                Deserialization::RpcResult(result) => Some(result.body),
                _ => None,
            })
            .expect("the answer arrives")
    }

    fn hear(&mut self) -> Vec<Deserialization> {
        let bytes = self.wire.take_output(now());
        self.client.receive(&bytes)
    }
}

fn get_config() -> Vec<u8> {
    tl::functions::InvokeWithLayer {
        layer: tl::LAYER,
        query: tl::functions::InitConnection {
            api_id: 1,
            device_model: "test".into(),
            system_version: "1".into(),
            app_version: "1".into(),
            system_lang_code: "en".into(),
            lang_pack: String::new(),
            lang_code: "en".into(),
            proxy: None,
            params: None,
            query: tl::functions::help::GetConfig {},
        },
    }
    .to_bytes()
}

fn exchanges_a_request(transport: impl Transport + 'static, portion: usize, result: &[u8]) {
    let mut pair = Pair::new(transport, portion);
    let request = pair.request(&get_config());
    assert_eq!(request.body, tl::functions::help::GetConfig {}.to_bytes(), "the wrappers are gone");
    assert_eq!(request.layer, Some(tl::LAYER));
    assert_eq!(pair.answer(&request, result), result);
    // Salts are known now, so the next one goes straight through.
    let next = pair.request(&tl::functions::updates::GetState {}.to_bytes());
    assert_eq!(pair.answer(&next, result), result);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_request_is_answered_over_every_transport_in_any_portions(
        portion in 1_usize..700,
        words in 1_usize..20_000,
        fill in any::<u32>(),
    ) {
        let result: Vec<u8> = (0..words)
            .flat_map(|word| (fill.wrapping_mul(word as u32) | 1).to_le_bytes())
            .collect();
        exchanges_a_request(Full::new(), portion, &result);
        exchanges_a_request(Abridged::new(), portion, &result);
        exchanges_a_request(Intermediate::new(), portion, &result);
        exchanges_a_request(Obfuscated::new(Abridged::new()), portion, &result);
        exchanges_a_request(Obfuscated::new(Intermediate::new()), portion, &result);
    }

    #[test]
    fn noise_breaks_a_connection_but_nothing_else(
        noise in proptest::collection::vec(any::<u8>(), 0..600),
        tag in prop_oneof![Just(vec![]), Just(vec![0xef]), Just(vec![0xee; 4]), Just(vec![0xdd; 4]), Just(vec![60, 0, 0, 0, 0, 0, 0, 0])],
    ) {
        let mut wire = Wire::new();
        let mut bytes = tag;
        bytes.extend(noise);
        if let Ok(events) = wire.receive(&bytes, now(), &OneKey) {
            prop_assert!(events.is_empty());
        }
    }

    #[test]
    fn noise_under_the_right_key_never_panics(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        constructor in prop_oneof![
            Just(message::CONTAINER), Just(message::GZIP_PACKED), any::<u32>(),
            Just(0x7abe_77ec), Just(0xb921_bd04), Just(0xda69_fb52), Just(0xda9b_0d0d), Just(0xc1cd_5ea9),
        ],
    ) {
        let key = AuthKey::new(KEY);
        let mut session = Session::new(key.clone(), 1);
        let mut plain = Vec::new();
        key.derive(b"salt", 0).serialize(&mut plain);
        1_i64.serialize(&mut plain);
        ((now().as_secs() << 32) as i64).serialize(&mut plain);
        1_i32.serialize(&mut plain);
        (body.len() as u32 + 4).serialize(&mut plain);
        constructor.serialize(&mut plain);
        plain.extend(body);
        incoming::take_packet(&mut session, &plain, now(), &mut Vec::new(), &mut Vec::new());
    }
}

#[test]
fn requests_that_travel_together_are_all_delivered() {
    let mut pair = Pair::new(Full::new(), 4096);
    let first = pair.request(&get_config());
    pair.answer(&first, &[1, 0, 0, 0]);
    let state = tl::functions::updates::GetState {}.to_bytes();
    let bytes = pair.client.send(&vec![state; 64]);
    let events = pair.deliver(&bytes);
    assert_eq!(events.len(), 64);
    for event in events {
        let Event::Request(request) = event else {
            panic!("only requests were sent");
        };
        pair.wire.answer(request.msg_id, &[2, 0, 0, 0]);
    }
    assert_eq!(pair.hear().len(), 64);
}

#[test]
fn a_large_request_arrives_unpacked() {
    let mut pair = Pair::new(Full::new(), 4096);
    let first = pair.request(&get_config());
    pair.answer(&first, &[1, 0, 0, 0]);
    let request = tl::functions::messages::SetTyping {
        peer: tl::enums::InputPeer::PeerSelf,
        top_msg_id: None,
        action: tl::types::SendMessageEmojiInteraction {
            emoticon: "x".repeat(4000),
            msg_id: 1,
            interaction: tl::types::DataJson { data: "y".into() }.into(),
        }
        .into(),
    }
    .to_bytes();
    let bytes = pair.client.send(std::slice::from_ref(&request));
    assert!(bytes.len() < 1000, "grammers compresses it");
    let events = pair.deliver(&bytes);
    let [Event::Request(delivered)] = events.as_slice() else {
        panic!("one request was sent");
    };
    assert_eq!(delivered.body, request);
}

#[test]
fn a_message_that_arrives_twice_is_delivered_once() {
    let mut pair = Pair::new(Intermediate::new(), 4096);
    let first = pair.request(&get_config());
    pair.answer(&first, &[1, 0, 0, 0]);
    let bytes = pair.client.send(&[tl::functions::updates::GetState {}.to_bytes()]);
    assert_eq!(pair.deliver(&bytes).len(), 1);
    assert_eq!(pair.deliver(&bytes), []);
}

#[test]
fn an_error_keeps_its_number_and_name() {
    let mut pair = Pair::new(Full::new(), 4096);
    let request = pair.request(&get_config());
    pair.wire.refuse(request.msg_id, 420, "FLOOD_WAIT_7");
    let heard = pair.hear();
    let error = heard.iter().find_map(|what| match what {
        Deserialization::RpcError(error) => Some(&error.error),
        _ => None,
    });
    let error = error.expect("an error arrives");
    assert_eq!((error.error_code, error.error_message.as_str()), (420, "FLOOD_WAIT_7"));
}

#[test]
fn pushes_reach_the_client_as_updates() {
    let mut pair = Pair::new(Full::new(), 4096);
    let request = pair.request(&get_config());
    pair.answer(&request, &[1, 0, 0, 0]);
    let updates = tl::enums::Updates::TooLong.to_bytes();
    pair.wire.push(&updates);
    let heard = pair.hear();
    assert!(heard.iter().any(|what| matches!(what, Deserialization::Update(body) if *body == updates)));
}

#[test]
fn an_unknown_key_is_told_404_in_exactly_four_bytes() {
    let mut client = Client::new(Full::new());
    client.mtp = Encrypted::build().finish([9; 256]);
    let mut wire = Wire::new();
    let broken = wire.receive(&client.send(&[get_config()]), now(), &OneKey);
    assert_eq!(broken, Err(Broken::UnknownKey));
    assert_eq!(wire.take_output(now()), (-404_i32).to_le_bytes());
}

#[test]
fn a_frame_beyond_the_limit_is_refused_before_it_arrives() {
    let mut wire = Wire::new();
    let mut bytes = vec![0xee; 4];
    bytes.extend((FRAME_MAX as u32 + 1).to_le_bytes());
    bytes.extend([0; 4]);
    assert_eq!(wire.receive(&bytes, now(), &OneKey), Err(Broken::FrameLength(FRAME_MAX + 1)));
}

#[test]
fn a_clock_that_is_wrong_is_corrected() {
    let mut pair = Pair::new(Full::new(), 4096);
    pair.client.mtp = Encrypted::build().time_offset(-4000).finish(KEY);
    let bytes = pair.client.send(&[get_config()]);
    assert_eq!(pair.deliver(&bytes), []);
    assert!(pair.hear().iter().any(|what| matches!(what, Deserialization::BadMessage(bad) if bad.code == 16)));
    pair.request(&get_config());
}

#[test]
fn server_ids_rise_and_tell_answers_from_pushes() {
    let mut session = Session::new(AuthKey::new(KEY), 1);
    let mut queue: Vec<_> = (0..5)
        .map(|index| if index % 2 == 0 { Outgoing::rpc_result(4, &[0; 4]) } else { Outgoing::updates(&[0; 4]) })
        .collect();
    // The same instant for all: the ids have to rise anyway.
    let packets = session.seal(&mut queue, Duration::from_secs(1_000));
    assert_eq!(packets.len(), 1, "they share a container");
    let plain = client_side_plain(&packets[0]);
    let (_, container) = message::open_envelope(&plain).expect("an envelope");
    let messages = message::open_container(container.body).expect("a container");
    let ids: Vec<_> = messages.iter().map(|message| message.msg_id).collect();
    assert!(ids.is_sorted_by(|left, right| left < right), "{ids:?}");
    assert!(container.msg_id > ids[4]);
    let low_bits: Vec<_> = ids.iter().map(|id| id % 4).collect();
    assert_eq!(low_bits, [1, 3, 1, 3, 1]);
    let seqnos: Vec<_> = messages.iter().map(|message| message.seqno).collect();
    assert_eq!(seqnos, [1, 3, 5, 7, 9]);
    assert_eq!(container.seqno, 10);
}

fn client_side_plain(packet: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let key = grammers_crypto::AuthKey::from_bytes(KEY);
    grammers_crypto::decrypt_data_v2(&mut packet, &key).expect("the client can open it").to_vec()
}

#[test]
fn debug_output_of_a_request_hides_its_body() {
    let request = Request { msg_id: 4, body: b"secret".to_vec(), layer: None, wants_updates: true };
    assert!(!format!("{request:?}").contains("115"));
}
