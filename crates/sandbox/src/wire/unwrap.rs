//! Takes a method call out of `invokeWithLayer`, `initConnection` and their kind.

use grammers_tl_types::deserialize::{Error, Result};
use grammers_tl_types::functions::{
    InitConnection, InvokeAfterMsg, InvokeAfterMsgs, InvokeWithLayer, InvokeWithMessagesRange, InvokeWithTakeout,
    InvokeWithoutUpdates,
};
use grammers_tl_types::{Cursor, Deserializable, Identifiable};

/// Clients nest two or three; a stranger could nest for ever.
const WRAPPERS_MAX: usize = 8;

/// A call without its wrappers, and what they said.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) body: Vec<u8>,
    pub(super) layer: Option<i32>,
    pub(super) wants_updates: bool,
}

/// The wrapped call, unread.
struct Rest(Vec<u8>);

impl Deserializable for Rest {
    fn deserialize(buffer: &mut Cursor<'_>) -> Result<Self> {
        let mut rest = Vec::new();
        buffer.read_to_end(&mut rest)?;
        Ok(Self(rest))
    }
}

pub(super) fn unwrap(body: &[u8]) -> Result<Call> {
    let mut call = Call { body: body.to_vec(), layer: None, wants_updates: true };
    for _ in 0..WRAPPERS_MAX {
        let (id, fields) = call.body.split_first_chunk::<4>().ok_or(Error::UnexpectedEof)?;
        let inner = match u32::from_le_bytes(*id) {
            InvokeWithLayer::<Rest>::CONSTRUCTOR_ID => {
                let wrapper = InvokeWithLayer::<Rest>::from_bytes(fields)?;
                call.layer = Some(wrapper.layer);
                wrapper.query
            }
            InvokeWithoutUpdates::<Rest>::CONSTRUCTOR_ID => {
                call.wants_updates = false;
                InvokeWithoutUpdates::<Rest>::from_bytes(fields)?.query
            }
            InitConnection::<Rest>::CONSTRUCTOR_ID => InitConnection::<Rest>::from_bytes(fields)?.query,
            // Requests are executed in the order of arrival, so the one to wait for is done.
            InvokeAfterMsg::<Rest>::CONSTRUCTOR_ID => InvokeAfterMsg::<Rest>::from_bytes(fields)?.query,
            InvokeAfterMsgs::<Rest>::CONSTRUCTOR_ID => InvokeAfterMsgs::<Rest>::from_bytes(fields)?.query,
            InvokeWithTakeout::<Rest>::CONSTRUCTOR_ID => InvokeWithTakeout::<Rest>::from_bytes(fields)?.query,
            InvokeWithMessagesRange::<Rest>::CONSTRUCTOR_ID => {
                InvokeWithMessagesRange::<Rest>::from_bytes(fields)?.query
            }
            _ => return Ok(call),
        };
        call.body = inner.0;
    }
    Err(Error::UnexpectedEof)
}
