//! Which resources tell that they changed, and which change is whose.

use telegraphist_application::changes::Change;

use super::{Kind, approval, bridge_status, delivery, matching, offered, responses};
use crate::selection::Selection;

const LIVE: [&Kind; 4] =
    [&bridge_status::BRIDGE_STATUS, &responses::RESPONSES, &delivery::DELIVERY, &approval::APPROVAL];

fn is_live(kind: &Kind) -> bool {
    LIVE.iter().any(|live| live.template == kind.template)
}

/// Whether anything is offered that tells that it changed.
pub(crate) fn is_any_live(selection: &Selection) -> bool {
    offered(selection).any(is_live)
}

/// Whether the resource of this address is offered and tells that it changed.
pub(crate) fn can_be_watched(selection: &Selection, uri: &str) -> bool {
    matching(selection, uri).is_some_and(|(kind, _)| is_live(kind))
}

/// Whether the resource of this address may read differently after a change.
pub(crate) fn is_touched(uri: &str, change: Change) -> bool {
    let (kind, id) = match change {
        Change::Everything => return true,
        Change::Bridge => (LIVE[0], None),
        Change::Response => (LIVE[1], None),
        Change::WaitingDeliveries => (LIVE[2], None),
        Change::Delivery(id) => (LIVE[2], Some(id.to_string())),
        Change::Approval(id) => (LIVE[3], Some(id.to_string())),
    };
    let Some(values) = super::template::matched(kind.template, uri) else { return false };
    id.is_none_or(|id| values == [id])
}
