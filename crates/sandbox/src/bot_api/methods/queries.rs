//! Answers to what people ask a bot by a tap.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::callbacks::CallbackAnswer;

pub(super) fn answer_callback_query(call: &mut Call<'_>) -> Outcome {
    let given = &call.given;
    let text = given.text("text").map(str::to_owned);
    let query = given.integer("callback_query_id").unwrap_or(0);
    let answer = CallbackAnswer {
        text,
        alert: given.flag("show_alert"),
        url: given.text("url").map(str::to_owned),
        cache_time: given.integer("cache_time").unwrap_or(0),
    };
    call.world.answer_callback(call.bot, query, answer).map_err(ApiError::from)?;
    Ok(true.into())
}
