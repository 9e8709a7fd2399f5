//! The bot itself.

use super::Call;
use crate::bot_api::answer::Outcome;

#[expect(clippy::unnecessary_wraps, reason = "one form of all methods")]
pub(super) fn get_me(call: &mut Call<'_>) -> Outcome {
    Ok(call.view().me().into())
}
