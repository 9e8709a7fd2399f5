//! Where the numbers are kept, and how they become the text that Prometheus fetches.

use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use telegraphist_application::Application;
use telegraphist_application::telemetry::Telemetry;

/// Numbers that are being kept; none are where nobody asks for them.
pub(crate) struct Meters {
    registry: Registry,
    provider: SdkMeterProvider,
}

impl Meters {
    /// Begins to count.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .build()
            .context("the numbers cannot be kept")?;
        let resource = Resource::builder_empty().with_service_name("telegraphist").build();
        let provider = SdkMeterProvider::builder().with_resource(resource).with_reader(exporter).build();
        Ok(Self { registry, provider })
    }

    /// What counts.
    pub(crate) fn telemetry(&self) -> Telemetry {
        Telemetry::on(&self.provider.meter("telegraphist"))
    }

    /// The numbers of an application that counts with these.
    pub(crate) fn of(self, app: Application) -> Source {
        Source { app, meters: self }
    }
}

/// An application's numbers.
pub(crate) struct Source {
    app: Application,
    meters: Meters,
}

#[async_trait]
impl telegraphist_http::Numbers for Source {
    async fn written(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        self.app.observe().await.map_err(|failure| failure.message)?;
        Ok(TextEncoder::new().encode_to_string(&self.meters.registry.gather())?)
    }
}
