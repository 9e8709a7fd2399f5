//! Buttons under messages: pressing one, and a bot's answer to it.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::callbacks::CallbackAnswer;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;

/// Presses a button. The answer is the bot's, so it comes later.
pub(crate) fn get_bot_callback_answer(
    world: &mut World,
    caller: &Caller,
    request: messages::GetBotCallbackAnswer,
) -> Allowed<i64> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let data = request.data.ok_or_else(|| RpcError::bad_request("DATA_INVALID"))?;
    world.press(&cause, peer, request.msg_id, &data)
}

/// A bot's answer as the client of the person gets it.
pub(crate) fn view_answer(answer: &CallbackAnswer) -> tl::enums::messages::BotCallbackAnswer {
    tl::types::messages::BotCallbackAnswer {
        alert: answer.alert,
        has_url: answer.url.is_some(),
        native_ui: true,
        message: answer.text.clone(),
        url: answer.url.clone(),
        cache_time: answer.cache_time,
    }
    .into()
}

pub(crate) fn set_bot_callback_answer(
    world: &mut World,
    caller: &Caller,
    request: messages::SetBotCallbackAnswer,
) -> Outcome<messages::SetBotCallbackAnswer> {
    let me = caller.me()?;
    let messages::SetBotCallbackAnswer { alert, query_id, message, url, cache_time } = request;
    world.answer_callback(me, query_id, CallbackAnswer { text: message, alert, url, cache_time })?;
    Ok(true)
}

/// Presses a bot's start button, in private or where the bot was added.
pub(crate) fn start_bot(
    world: &mut World,
    caller: &Caller,
    request: messages::StartBot,
) -> Outcome<messages::StartBot> {
    let cause = caller.cause()?;
    let bot = world.user_arg(cause.account, &request.bot)?;
    if let peer @ (Peer::Group(_) | Peer::Channel(_)) = world.peer_arg(cause.account, &request.peer)? {
        world.bring(&cause, peer, bot)?;
        return Ok(world.answer_echo(cause.account));
    }
    world.fresh_random_id(cause.account, request.random_id)?;
    let id = world.start_bot(&cause, bot, &request.start_param)?;
    world.mailbox_mut(cause.account).sent.insert(request.random_id);
    let sent = tl::types::UpdateMessageId { id, random_id: request.random_id }.into();
    let updates = std::iter::once(sent).chain(world.take_echo()).collect();
    Ok(world.view_updates(cause.account, updates))
}
