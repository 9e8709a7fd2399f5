//! Signing in as a bot.

use grammers_tl_types::functions::auth::ImportBotAuthorization;

use super::bind;
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;

pub(crate) fn import_bot_authorization(
    world: &mut World,
    caller: &Caller,
    request: ImportBotAuthorization,
) -> Outcome<ImportBotAuthorization> {
    if request.api_id <= 0 || request.api_hash.is_empty() {
        return Err(RpcError::bad_request("API_ID_INVALID"));
    }
    let bot = world
        .accounts
        .by_bot_token(&request.bot_auth_token)
        .ok_or_else(|| RpcError::bad_request("ACCESS_TOKEN_INVALID"))?;
    let (account, home) = (bot.user_id, bot.dc);
    if home != caller.dc {
        return Err(RpcError::new(303, format!("USER_MIGRATE_{home}")));
    }
    bind(world, caller, account)
}
