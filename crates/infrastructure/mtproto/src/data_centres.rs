//! Where Telegram is: the addresses that everybody knows, and those that configuration puts in their place.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::str::FromStr;

use grammers_session::SessionData;
use grammers_session::types::DcOption as GrammersDc;
use zeroize::Zeroizing;

/// A data centre as configured: the only seam through which this adapter can be led to another server.
///
/// Written `DC=HOST:PORT` or `DC=HOST:PORT/KEY`, where KEY is an auth key of 256 bytes in hex, for servers that cannot
/// agree on a key themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct DcOption {
    /// 1 to 5.
    pub dc: i32,
    /// Where it listens.
    pub address: SocketAddr,
    /// The key to use where the session has none of its own.
    pub auth_key: Option<Zeroizing<[u8; 256]>>,
}

impl fmt::Debug for DcOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DcOption")
            .field("dc", &self.dc)
            .field("address", &self.address)
            .field("auth_key", &self.auth_key.as_ref().map(|_| ".."))
            .finish()
    }
}

/// Why a text is no data centre option. Never quotes the text, which may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADcOption {
    /// Not `DC=HOST:PORT[/KEY]`, or the DC is not a number from 1 to 5.
    #[error("expected DC=HOST:PORT or DC=HOST:PORT/KEY with a DC from 1 to 5")]
    Form,
    /// The address is not an IP address and a port.
    #[error("the address must be an IP address and a port, as in 127.0.0.1:4430")]
    Address,
    /// The key is not 512 hex digits.
    #[error("the key must be 512 hex digits")]
    Key,
}

impl FromStr for DcOption {
    type Err = NotADcOption;

    fn from_str(text: &str) -> Result<Self, NotADcOption> {
        let (dc, rest) = text.trim().split_once('=').ok_or(NotADcOption::Form)?;
        let dc = dc.trim().parse().map_err(|_| NotADcOption::Form)?;
        if !(1..=5).contains(&dc) {
            return Err(NotADcOption::Form);
        }
        let (address, key) = match rest.split_once('/') {
            Some((address, key)) => (address, Some(auth_key(key.trim())?)),
            None => (rest, None),
        };
        Ok(Self { dc, address: address.trim().parse().map_err(|_| NotADcOption::Address)?, auth_key: key })
    }
}

fn auth_key(hexadecimal: &str) -> Result<Zeroizing<[u8; 256]>, NotADcOption> {
    let mut key = Zeroizing::new([0; 256]);
    hex::decode_to_slice(hexadecimal, key.as_mut_slice()).map_err(|_| NotADcOption::Key)?;
    Ok(key)
}

/// The data centre that an account without a home tries first.
pub(crate) const DEFAULT_HOME: i32 = 2;

/// The addresses that grammers knows without asking.
pub(crate) fn well_known() -> Vec<GrammersDc> {
    let mut known: Vec<_> = SessionData::default().dc_options.into_values().collect();
    known.sort_by_key(|dc| dc.id);
    known
}

/// A data centre of which only the number is known.
pub(crate) fn without_address(id: i32) -> GrammersDc {
    GrammersDc {
        id,
        ipv4: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0),
        ipv6: SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0),
        auth_key: None,
    }
}

/// Points `dc` at `address`. grammers dials the IPv4 field unless told otherwise, so a native IPv6 address goes in
/// its own field and [`dials_v6`] says so.
pub(crate) fn point_at(dc: &mut GrammersDc, address: SocketAddr) {
    match address {
        SocketAddr::V4(v4) => {
            dc.ipv4 = v4;
            dc.ipv6 = SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0);
        }
        SocketAddr::V6(v6) => {
            dc.ipv6 = v6;
            dc.ipv4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        }
    }
}

/// Whether a data centre has only an IPv6 address.
pub(crate) fn dials_v6(dc: &GrammersDc) -> bool {
    dc.ipv4.port() == 0 && dc.ipv6.port() != 0
}

/// The address that would be dialled.
pub(crate) fn dialled(dc: &GrammersDc) -> SocketAddr {
    if dials_v6(dc) { dc.ipv6.into() } else { dc.ipv4.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_read_with_and_without_a_key() {
        let plain: DcOption = "2=127.0.0.1:4430".parse().unwrap();
        assert_eq!((plain.dc, plain.auth_key), (2, None));
        let keyed: DcOption = format!("4=[::1]:9/{}", "ab".repeat(256)).parse().unwrap();
        assert_eq!(keyed.auth_key.as_deref(), Some(&[0xab; 256]));
        assert!(!format!("{keyed:?}").contains("171"), "keys stay hidden");
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        let refusal = |text: &str| text.parse::<DcOption>().unwrap_err();
        assert_eq!(refusal("127.0.0.1:1"), NotADcOption::Form);
        assert_eq!(refusal("9=127.0.0.1:1"), NotADcOption::Form);
        assert_eq!(refusal("2=localhost:1"), NotADcOption::Address);
        assert_eq!(refusal("2=127.0.0.1:1/abcd"), NotADcOption::Key);
    }

    #[test]
    fn an_address_is_dialled_as_it_was_given() {
        for text in ["127.0.0.1:4430", "[2001:db8::1]:443"] {
            let address: SocketAddr = text.parse().unwrap();
            let mut dc = well_known().remove(0);
            point_at(&mut dc, address);
            assert_eq!(dialled(&dc), address);
        }
    }
}
