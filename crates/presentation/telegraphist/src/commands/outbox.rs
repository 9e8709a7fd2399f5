//! `telegraphist outbox …`

use telegraphist_application::delivery::DeliveryView;
use telegraphist_application::ports::DeliveryState;

use super::Context;
use super::people::ask;
use crate::arguments::{Outbox, Output};
use crate::control::{Control, DeskRequest};
use crate::terminal::{Screen, Table};

/// What somebody may want to look at: what waits, and what is stuck.
const NOT_DONE: [DeliveryState; 5] =
    [DeliveryState::Queued, DeliveryState::Sending, DeliveryState::Failed, DeliveryState::Dead, DeliveryState::Unknown];

/// Does one of them.
pub(crate) fn run(context: &Context, command: Outbox) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    match command {
        Outbox::List { all, shown } => {
            let states = if all { Vec::new() } else { NOT_DONE.to_vec() };
            let request = DeskRequest::Deliveries { states, limit: shown.limit };
            list(&ask::<Vec<DeliveryView>>(&mut control, request)?, all, shown.output)
        }
        Outbox::Show { id, output } => show(&ask(&mut control, DeskRequest::Delivery { id })?, output),
        Outbox::Requeue { id } => {
            let delivery: DeliveryView = ask(&mut control, DeskRequest::RequeueDelivery { id })?;
            Screen::new().line(format!("{} is {}.", delivery.id, delivery.state.as_str()))
        }
    }
}

fn list(deliveries: &[DeliveryView], all: bool, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(deliveries)?);
    }
    if deliveries.is_empty() {
        let nothing = if all { "Nothing was ever sent through a bot." } else { "Nothing waits, and nothing is stuck." };
        return screen.line(nothing);
    }
    let mut table = Table::new(&["delivery", "chat", "what", "state", "queued", "why"]);
    for delivery in deliveries {
        table.row([
            delivery.id.clone(),
            delivery.chat.clone(),
            delivery.operation.clone(),
            delivery.state.as_str().to_owned(),
            delivery.queued.format("%m-%d %H:%M").to_string(),
            delivery.error.clone().unwrap_or_default(),
        ]);
    }
    table.print(&mut screen)
}

fn show(delivery: &DeliveryView, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(delivery)?);
    }
    let moment = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let mut fields = vec![
        ("delivery", delivery.id.clone()),
        ("session", delivery.session.clone()),
        ("chat", delivery.chat.clone()),
        ("what", delivery.operation.clone()),
        ("state", delivery.state.as_str().to_owned()),
        ("queued", moment(delivery.queued)),
        ("attempts", delivery.attempts.to_string()),
    ];
    fields.extend(delivery.not_before.map(|at| ("not before", moment(at))));
    fields.extend(delivery.ended.map(|at| ("ended", moment(at))));
    fields.extend(delivery.error.clone().map(|why| ("why", why)));
    fields.extend(delivery.approval.clone().map(|id| ("question", id)));
    if !delivery.message_ids.is_empty() {
        let ids: Vec<String> = delivery.message_ids.iter().map(i32::to_string).collect();
        fields.push(("messages", ids.join(", ")));
    }
    screen.fields(&fields)
}
