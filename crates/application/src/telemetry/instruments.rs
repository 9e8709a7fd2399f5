use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};

use super::observed::Observed;
use crate::security::SecurityKind;

/// What the conventions for MCP say.
const STANDARD_SECONDS: [f64; 14] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// A call that needs no Telegram takes microseconds, and the conventions begin where those end.
const FINE_SECONDS: [f64; 16] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// From the flash of a local delivery to a day in quiet hours.
const DELIVERY_SECONDS: [f64; 12] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0, 3_600.0, 86_400.0];

/// Every instrument; the names are those that dashboards and alerts know.
pub(super) struct Instruments {
    pub(super) http_requests: Counter<u64>,
    pub(super) http_request_duration: Histogram<f64>,
    pub(super) mcp_requests: Counter<u64>,
    pub(super) mcp_request_duration: Histogram<f64>,
    pub(super) mcp_operation_duration: Histogram<f64>,
    pub(super) mcp_session_duration: Histogram<f64>,
    pub(super) mcp_connections: UpDownCounter<i64>,
    pub(super) tool_calls: Counter<u64>,
    pub(super) telegram_request_duration: Histogram<f64>,
    pub(super) messages_sent: Counter<u64>,
    pub(super) delivery_duration: Histogram<f64>,
    pub(super) approval_requests: Counter<u64>,
    pub(super) approval_outcomes: Counter<u64>,
    pub(super) task_completions: Counter<u64>,
    pub(super) rate_limit_violations: Counter<u64>,
    pub(super) authentication_failures: Counter<u64>,
    pub(super) security_events: Counter<u64>,
    observed: Arc<Mutex<Observed>>,
}

impl Instruments {
    pub(super) fn of(meter: &Meter) -> Self {
        let counter = |name: &'static str, about: &'static str| meter.u64_counter(name).with_description(about).build();
        let seconds = |name: &'static str, about: &'static str, buckets: &[f64]| {
            let histogram = meter.f64_histogram(name).with_description(about).with_unit("s");
            histogram.with_boundaries(buckets.to_vec()).build()
        };
        let observed = Arc::new(Mutex::default());
        observe_all(meter, &observed);
        let security_events = counter("security.events", "What an operator should look at");
        // An alert compares with what was before, so there has to be something before the first one.
        for kind in SecurityKind::ALL {
            security_events.add(0, &[KeyValue::new("event", kind.as_str())]);
        }
        Self {
            http_requests: counter("http.requests", "Requests over HTTP that were answered"),
            http_request_duration: seconds("http.request.duration", "Time to answer over HTTP", &FINE_SECONDS),
            mcp_requests: counter("mcp.requests", "MCP requests that were answered"),
            mcp_request_duration: seconds("mcp.request.duration", "Time to answer an MCP request", &FINE_SECONDS),
            mcp_operation_duration: seconds(
                "mcp.server.operation.duration",
                "Time to answer an MCP request, as OpenTelemetry defines it",
                &STANDARD_SECONDS,
            ),
            mcp_session_duration: seconds(
                "mcp.server.session.duration",
                "How long MCP clients stayed",
                &STANDARD_SECONDS,
            ),
            mcp_connections: meter
                .i64_up_down_counter("mcp.active_connections")
                .with_description("MCP clients that are connected")
                .build(),
            tool_calls: counter("mcp.tool.calls", "Tools that were called"),
            telegram_request_duration: seconds(
                "telegram.request.duration",
                "Time that Telegram took for one operation",
                &FINE_SECONDS,
            ),
            messages_sent: counter("telegram.messages.sent", "Messages that Telegram took"),
            delivery_duration: seconds(
                "telegram.delivery.duration",
                "Time from being queued to being sent by a bot",
                &DELIVERY_SECONDS,
            ),
            approval_requests: counter("approval.requests", "Questions to people"),
            approval_outcomes: counter("approval.outcomes", "Questions that came to their end"),
            task_completions: counter("task.completions", "Tasks that agents told to be done"),
            rate_limit_violations: counter("rate.limit.violations", "Calls that ran into a limit"),
            authentication_failures: counter("authentication.failures", "Callers that were not who they said"),
            security_events,
            observed,
        }
    }

    pub(super) fn observe(&self, observed: Observed) {
        *self.observed.lock().unwrap_or_else(PoisonError::into_inner) = observed;
    }
}

/// Gauges; each shows what was seen last, and nothing where nothing could be.
fn observe_all(meter: &Meter, observed: &Arc<Mutex<Observed>>) {
    type Points = Vec<(f64, Vec<KeyValue>)>;
    let gauge = |name: &'static str, unit: &'static str, about: &'static str, points: fn(&Observed) -> Points| {
        let observed = Arc::clone(observed);
        let gauge = meter.f64_observable_gauge(name).with_description(about).with_unit(unit);
        gauge
            .with_callback(move |to| {
                for (value, labels) in points(&observed.lock().unwrap_or_else(PoisonError::into_inner)) {
                    to.observe(value, &labels);
                }
            })
            .build();
    };
    gauge("cpu.usage", "%", "Processor time of this process, of all processors together", |seen| {
        one(seen.usage.cpu_percent)
    });
    gauge("memory.usage", "By", "Memory of this process", |seen| {
        one(seen.usage.memory_bytes.map(|bytes| bytes as f64))
    });
    gauge("disk.usage", "%", "How full the disk with the data directory is", |seen| one(seen.usage.disk_percent));
    gauge("network.io", "By", "Bytes over the network of this machine or container since it started", |seen| {
        let directed = [("received", seen.usage.network_received), ("sent", seen.usage.network_sent)];
        let known = directed.into_iter().filter_map(|(direction, bytes)| Some((direction, bytes?)));
        known.map(|(direction, bytes)| (bytes as f64, vec![KeyValue::new("direction", direction)])).collect()
    });
    gauge(
        "bridge.connection.status",
        "",
        "Whether a bot hears (1) or not (0), by the short id of its session",
        |seen| {
            let bots = seen.bridges.iter();
            bots.map(|bot| (f64::from(u8::from(bot.is_receiving)), vec![KeyValue::new("session", bot.session.clone())]))
                .collect()
        },
    );
    gauge("telegram.sessions", "", "Telegram logins by kind and state", |seen| {
        let groups = seen.sessions.iter();
        groups
            .map(|((kind, state), count)| {
                (*count as f64, vec![KeyValue::new("kind", *kind), KeyValue::new("state", *state)])
            })
            .collect()
    });
    gauge("telegram.circuits.open", "", "Sessions that rest because Telegram could not be reached", |seen| {
        one(seen.circuits_open.map(|open| open as f64))
    });
    gauge("telegram.deliveries", "", "What bots are to say: queued, being sent, or stuck", |seen| {
        let Some(backlog) = &seen.backlog else { return Vec::new() };
        [("queued", backlog.queued), ("sending", backlog.sending), ("stuck", backlog.stuck)]
            .map(|(state, count)| (count as f64, vec![KeyValue::new("state", state)]))
            .into()
    });
}

fn one(value: Option<f64>) -> Vec<(f64, Vec<KeyValue>)> {
    value.map(|value| (value, Vec::new())).into_iter().collect()
}
