//! The framing around packets: full, abridged, intermediate and padded intermediate, each in the clear or obfuscated.
//!
//! The client chooses by its first bytes. Source: <https://core.telegram.org/mtproto/mtproto-transports>.

use std::fmt;

use flate2::Crc;
use grammers_crypto::ObfuscatedCipher;

use super::Broken;

/// The longest frame that is accepted. The real server closes at about one megabyte; the rest is room for headers.
pub const FRAME_MAX: usize = 1024 * 1024 + 64 * 1024;

/// The transport error that stands for an unknown key.
pub(super) const NOT_FOUND: i32 = -404;

const ABRIDGED: u8 = 0xef;
const INTERMEDIATE: [u8; 4] = [0xee; 4];
const PADDED_INTERMEDIATE: [u8; 4] = [0xdd; 4];
const OBFUSCATED_HEAD: usize = 64;

/// How packets are told apart in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Length, counter, packet, checksum.
    Full,
    /// One or four bytes of length.
    Abridged,
    /// Four bytes of length.
    Intermediate,
    /// Four bytes of length, and up to 15 bytes of padding after the packet.
    PaddedIntermediate,
}

impl fmt::Display for Framing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Full => "full",
            Self::Abridged => "abridged",
            Self::Intermediate => "intermediate",
            Self::PaddedIntermediate => "padded intermediate",
        })
    }
}

/// The framing of one connection, in both directions.
#[derive(Default)]
pub(super) struct Transport {
    framing: Option<Framing>,
    cipher: Option<ObfuscatedCipher>,
    buffer: Vec<u8>,
    received: u32,
    sent: u32,
}

/// Where a packet lies in the buffer.
struct Frame {
    packet: std::ops::Range<usize>,
    end: usize,
}

impl Transport {
    pub(super) fn framing(&self) -> Option<Framing> {
        self.framing
    }

    pub(super) fn is_obfuscated(&self) -> bool {
        self.cipher.is_some()
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        if let Some(cipher) = &mut self.cipher {
            decrypt(cipher, &mut self.buffer[start..]);
        }
        if self.framing.is_none() {
            self.detect()?;
        }
        Ok(())
    }

    /// The next whole packet, if it has arrived.
    pub(super) fn next_packet(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        let Some(framing) = self.framing else {
            return Ok(None);
        };
        let frame = match framing {
            Framing::Full => self.full_frame()?,
            Framing::Abridged => self.abridged_frame()?,
            Framing::Intermediate | Framing::PaddedIntermediate => self.intermediate_frame()?,
        };
        Ok(frame.map(|frame| {
            let packet = self.buffer[frame.packet].to_vec();
            self.buffer.drain(..frame.end);
            packet
        }))
    }

    /// Frames one packet for the client.
    pub(super) fn pack(&mut self, packet: &[u8], output: &mut Vec<u8>) {
        let start = output.len();
        match self.framing {
            // Nothing can have been said before the client chose a transport.
            None => return,
            Some(Framing::Full) => self.pack_full(packet, output),
            Some(Framing::Abridged) => pack_abridged(packet, output),
            Some(Framing::Intermediate | Framing::PaddedIntermediate) => {
                output.extend_from_slice(&(packet.len() as u32).to_le_bytes());
                output.extend_from_slice(packet);
            }
        }
        self.obfuscate(&mut output[start..]);
    }

    /// Reports a transport error: four bytes, which in the full transport stand without a frame. More bytes send clients into a storm of reconnects.
    pub(super) fn pack_error(&mut self, code: i32, output: &mut Vec<u8>) {
        if self.framing == Some(Framing::Full) {
            let start = output.len();
            output.extend_from_slice(&code.to_le_bytes());
            self.obfuscate(&mut output[start..]);
        } else {
            self.pack(&code.to_le_bytes(), output);
        }
    }

    fn obfuscate(&mut self, bytes: &mut [u8]) {
        if let Some(cipher) = &mut self.cipher {
            // The crate names the directions as a client sees them.
            cipher.decrypt(bytes);
        }
    }

    fn detect(&mut self) -> Result<(), Broken> {
        if self.buffer.first() == Some(&ABRIDGED) {
            self.choose(Framing::Abridged, 1);
            return Ok(());
        }
        let Some(head) = self.buffer.first_chunk::<8>() else {
            return Ok(());
        };
        if head[..4] == INTERMEDIATE {
            self.choose(Framing::Intermediate, 4);
        } else if head[..4] == PADDED_INTERMEDIATE {
            self.choose(Framing::PaddedIntermediate, 4);
        } else if head[4..] == [0; 4] {
            self.choose(Framing::Full, 0);
        } else if let Some(head) = self.buffer.first_chunk::<OBFUSCATED_HEAD>() {
            self.choose_obfuscated(*head)?;
        }
        Ok(())
    }

    fn choose(&mut self, framing: Framing, tag: usize) {
        self.framing = Some(framing);
        self.buffer.drain(..tag);
    }

    fn choose_obfuscated(&mut self, head: [u8; OBFUSCATED_HEAD]) -> Result<(), Broken> {
        let mut cipher = ObfuscatedCipher::new(&head);
        decrypt(&mut cipher, &mut self.buffer);
        let tag = [self.buffer[56], self.buffer[57], self.buffer[58], self.buffer[59]];
        let framing = match tag {
            [ABRIDGED, ABRIDGED, ABRIDGED, ABRIDGED] => Framing::Abridged,
            INTERMEDIATE => Framing::Intermediate,
            PADDED_INTERMEDIATE => Framing::PaddedIntermediate,
            _ => return Err(Broken::UnknownTransport),
        };
        self.cipher = Some(cipher);
        self.choose(framing, OBFUSCATED_HEAD);
        Ok(())
    }

    fn full_frame(&mut self) -> Result<Option<Frame>, Broken> {
        let Some(length) = self.little_endian(0) else {
            return Ok(None);
        };
        let length = length as usize;
        if !(16..=FRAME_MAX).contains(&length) {
            return Err(Broken::FrameLength(length));
        }
        if self.buffer.len() < length {
            return Ok(None);
        }
        if self.little_endian(4) != Some(self.received) {
            return Err(Broken::FrameOrder);
        }
        if self.little_endian(length - 4) != Some(checksum(&self.buffer[..length - 4])) {
            return Err(Broken::Checksum);
        }
        self.received = self.received.wrapping_add(1);
        Ok(Some(Frame { packet: 8..length - 4, end: length }))
    }

    fn abridged_frame(&self) -> Result<Option<Frame>, Broken> {
        // The high bit asks for a quick acknowledgement, which a server may leave out.
        let (length, header) = match self.buffer.first().map(|byte| byte & 0x7f) {
            None => return Ok(None),
            Some(0x7f) => match self.little_endian(0) {
                None => return Ok(None),
                Some(word) => ((word >> 8) as usize * 4, 4),
            },
            Some(words) => (usize::from(words) * 4, 1),
        };
        self.sized_frame(header, length)
    }

    fn intermediate_frame(&self) -> Result<Option<Frame>, Broken> {
        match self.little_endian(0) {
            None => Ok(None),
            Some(length) => self.sized_frame(4, (length & 0x7fff_ffff) as usize),
        }
    }

    fn sized_frame(&self, header: usize, length: usize) -> Result<Option<Frame>, Broken> {
        if length == 0 || length > FRAME_MAX {
            return Err(Broken::FrameLength(length));
        }
        let end = header + length;
        Ok((self.buffer.len() >= end).then_some(Frame { packet: header..end, end }))
    }

    fn little_endian(&self, at: usize) -> Option<u32> {
        let bytes = self.buffer.get(at..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    }

    fn pack_full(&mut self, packet: &[u8], output: &mut Vec<u8>) {
        let start = output.len();
        output.extend_from_slice(&(packet.len() as u32 + 12).to_le_bytes());
        output.extend_from_slice(&self.sent.to_le_bytes());
        output.extend_from_slice(packet);
        let sum = checksum(&output[start..]);
        output.extend_from_slice(&sum.to_le_bytes());
        self.sent = self.sent.wrapping_add(1);
    }
}

fn pack_abridged(packet: &[u8], output: &mut Vec<u8>) {
    let words = packet.len() / 4;
    if words < 0x7f {
        output.push(words as u8);
    } else {
        output.push(0x7f);
        output.extend_from_slice(&(words as u32).to_le_bytes()[..3]);
    }
    output.extend_from_slice(packet);
}

fn decrypt(cipher: &mut ObfuscatedCipher, bytes: &mut [u8]) {
    // What a client encrypts with, its server decrypts with: the same keystream.
    cipher.encrypt(bytes);
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
