use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretBox};

use super::*;

const HOLDER: Holder = Holder { api_id: 12345, user_id: 7_000_000_001, is_bot: false };

fn key(dc: i32, address: Option<&str>) -> ImportedKey {
    let bytes: Vec<u8> = (0..=255).collect();
    let auth_key: [u8; 256] = bytes.try_into().unwrap();
    ImportedKey {
        dc,
        address: address.map(|address| address.parse().unwrap()),
        auth_key: SecretBox::new(Box::new(auth_key)),
    }
}

fn same(one: &ImportedKey, other: &ImportedKey) -> bool {
    one.dc == other.dc && one.address == other.address && one.auth_key.expose_secret() == other.auth_key.expose_secret()
}

fn error_of(kind: StringKind, text: &str) -> ReadError {
    match read(kind, text) {
        Ok(_) => panic!("a damaged session string was read"),
        Err(error) => error,
    }
}

#[test]
fn telethon_strings_are_packed_as_telethon_packs_them() {
    let mut packed = vec![2, 127, 0, 0, 1, 0x1F, 0x90];
    packed.extend(0..=255_u8);
    let text = format!("1{}", URL_SAFE.encode(&packed));
    assert_eq!(text.len(), 353);
    let expected = key(2, Some("127.0.0.1:8080"));
    assert!(same(&read(StringKind::Telethon, &text).unwrap_or_else(|e| panic!("{e}")), &expected));
    assert_eq!(write(StringKind::Telethon, &expected, &HOLDER).unwrap().expose_secret(), text);
    // GramJS takes Telethon's strings too.
    assert!(same(&read(StringKind::GramJs, &text).unwrap_or_else(|e| panic!("{e}")), &expected));
}

#[test]
fn a_telethon_string_may_hold_an_ipv6_address_and_miss_its_padding() {
    let expected = key(4, Some("[2001:67c:4e8:f004::a]:443"));
    let text = write(StringKind::Telethon, &expected, &HOLDER).unwrap();
    assert_eq!(text.expose_secret().len(), 369);
    let bare = text.expose_secret().trim_end_matches('=');
    assert!(same(&read(StringKind::Telethon, &format!("  {bare}\n")).unwrap_or_else(|e| panic!("{e}")), &expected));
}

#[test]
fn gramjs_strings_are_packed_as_gramjs_packs_them() {
    let mut packed = vec![2, 0, 9];
    packed.extend(b"127.0.0.1");
    packed.extend([0x1F, 0x90]);
    packed.extend(0..=255_u8);
    let text = format!("1{}", STANDARD.encode(&packed));
    let expected = key(2, Some("127.0.0.1:8080"));
    assert!(same(&read(StringKind::GramJs, &text).unwrap_or_else(|e| panic!("{e}")), &expected));
    assert_eq!(write(StringKind::GramJs, &expected, &HOLDER).unwrap().expose_secret(), text);
}

#[test]
fn a_gramjs_string_of_a_browser_names_a_host_that_is_left_out() {
    let mut packed = vec![2, 0, 22];
    packed.extend(b"venus.web.telegram.org");
    packed.extend([1, 0xBB]);
    packed.extend(0..=255_u8);
    let text = format!("1{}", STANDARD.encode(&packed));
    assert!(same(&read(StringKind::GramJs, &text).unwrap_or_else(|e| panic!("{e}")), &key(2, None)));
}

#[test]
fn all_three_forms_of_pyrogram_are_read() {
    let numbers: Vec<u8> = (0..=255).collect();
    let now = [&[2, 0, 0, 0x30, 0x39, 0][..], &numbers, &7_000_000_001_u64.to_be_bytes(), &[0]].concat();
    let long = [&[2, 0][..], &numbers, &7_000_000_001_u64.to_be_bytes(), &[0]].concat();
    let short = [&[2, 0][..], &numbers, &7_u32.to_be_bytes(), &[0]].concat();
    for (packed, length) in [(&now, 362), (&long, 356), (&short, 351)] {
        let text = URL_SAFE_NO_PAD.encode(packed);
        assert_eq!(text.len(), length);
        assert!(same(&read(StringKind::Pyrogram, &text).unwrap_or_else(|e| panic!("{e}")), &key(2, None)));
    }
    let written = write(StringKind::Pyrogram, &key(2, None), &HOLDER).unwrap();
    assert_eq!(written.expose_secret(), URL_SAFE_NO_PAD.encode(&now));
}

#[test]
fn what_is_no_session_string_says_what_is_wrong_with_it() {
    let good = write(StringKind::Telethon, &key(2, None), &HOLDER).unwrap();
    let good = good.expose_secret();
    assert_eq!(error_of(StringKind::Telethon, " "), ReadError::Empty);
    assert_eq!(error_of(StringKind::Telethon, &good[1..]), ReadError::Version);
    assert_eq!(error_of(StringKind::Telethon, &format!("{good}\"")), ReadError::NotBase64);
    assert_eq!(error_of(StringKind::Telethon, &good[..good.len() - 8]), ReadError::Length(StringKind::Telethon));
    assert_eq!(error_of(StringKind::Pyrogram, &good[1..]), ReadError::Length(StringKind::Pyrogram));
    assert_eq!(error_of(StringKind::GramJs, "1AAAA"), ReadError::Length(StringKind::GramJs));
    let no_dc = format!("1{}", URL_SAFE.encode([0; 263]));
    assert_eq!(error_of(StringKind::Telethon, &no_dc), ReadError::Dc);
    let no_key = format!("1{}", URL_SAFE.encode([&[2][..], &[0; 262]].concat()));
    assert_eq!(error_of(StringKind::Telethon, &no_key), ReadError::NoKey);
    let test = URL_SAFE_NO_PAD.encode([&[2, 1][..], &[1; 265]].concat());
    assert_eq!(error_of(StringKind::Pyrogram, &test), ReadError::TestServers);
}

#[test]
fn an_address_that_is_not_known_is_filled_in_for_the_five_data_centres() {
    let text = write(StringKind::Telethon, &key(2, None), &HOLDER).unwrap();
    let back = read(StringKind::Telethon, text.expose_secret()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(back.address, Some("149.154.167.51:443".parse().unwrap()));
    assert!(matches!(write(StringKind::Telethon, &key(9, None), &HOLDER), Err(WriteError::NoAddress(9))));
}

fn any_address() -> impl Strategy<Value = SocketAddr> {
    prop_oneof![
        (any::<u32>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(IpAddr::V4(ip.into()), port)),
        (any::<u128>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(IpAddr::V6(ip.into()), port)),
    ]
}

proptest! {
    #[test]
    fn what_was_written_reads_back(
        dc in 1..=255_i32,
        address in any_address(),
        bytes in proptest::collection::vec(1_u8.., 256),
    ) {
        let auth_key: [u8; 256] = bytes.try_into().unwrap();
        let given = ImportedKey { dc, address: Some(address), auth_key: SecretBox::new(Box::new(auth_key)) };
        for kind in [StringKind::Telethon, StringKind::GramJs] {
            let text = write(kind, &given, &HOLDER).unwrap();
            let back = read(kind, text.expose_secret());
            prop_assert!(back.is_ok_and(|back| same(&back, &given)), "{}", kind.as_str());
        }
        let text = write(StringKind::Pyrogram, &given, &HOLDER).unwrap();
        let back = read(StringKind::Pyrogram, text.expose_secret());
        let expected = ImportedKey { address: None, ..given };
        prop_assert!(back.is_ok_and(|back| same(&back, &expected)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,400}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for kind in StringKind::ALL {
            let _ = read(kind, &text);
            let _ = read(kind, &format!("1{}", URL_SAFE.encode(&bytes)));
            let _ = read(kind, &URL_SAFE_NO_PAD.encode(&bytes));
        }
    }
}
