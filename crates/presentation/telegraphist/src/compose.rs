//! The composition root: adapters and application put together.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretBox};
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::delivery::Paces;
use telegraphist_application::ports::{
    Connections, KeyPlace, LostLogin, Pinned, SecretName, Telegram, TelegramError, Vault, Views,
};
use telegraphist_application::telemetry::Telemetry;
use telegraphist_application::{AnnouncedInbox, Application, Budgets, Outside, Ports, Settings as ApplicationSettings};
use telegraphist_bot::{BotAccounts, BotPorts, BotSettings};
use telegraphist_domain::SessionId;
use telegraphist_files::AllowedFiles;
use telegraphist_keyring::SecretServiceRing;
use telegraphist_machine::ProcMachine;
use telegraphist_mtproto::{DcOption, Mtproto, MtprotoPorts, MtprotoSettings};
use telegraphist_relay::Places;
use telegraphist_sqlite::{FirstPlace, KeyPlaces, SqliteStore};

use crate::settings::Settings;

/// What has to be shut down in the end.
pub(crate) struct Composition {
    pub(crate) app: Application,
    pub(crate) mtproto: Arc<Mtproto>,
    pub(crate) bots: Arc<BotAccounts>,
    pub(crate) store: SqliteStore,
}

/// Where Telegram is, if not where the configuration says.
#[derive(Default)]
pub(crate) struct Elsewhere {
    pub(crate) dc_options: Vec<DcOption>,
    pub(crate) bot_api_url: Option<url::Url>,
    /// Who owns the profile in Telegram, too.
    pub(crate) owner: Option<telegraphist_domain::UserId>,
}

/// Opens the store of `places` and puts everything on it. Nothing is connected yet.
pub(crate) async fn compose(
    places: &Places,
    settings: &Settings,
    elsewhere: Elsewhere,
    telemetry: Telemetry,
) -> anyhow::Result<Composition> {
    let Elsewhere { dc_options, bot_api_url, owner } = elsewhere;
    let clock = Arc::new(SystemClock);
    let store = SqliteStore::open_with(&places.database(), clock.clone(), key_places(places, settings))
        .await
        .with_context(|| format!("cannot open the store {}", places.database().display()))?;
    let shared = Arc::new(store.clone());
    let inbox = AnnouncedInbox::new(shared.clone());
    let files =
        Arc::new(AllowedFiles::new(settings.files.read.0.clone(), settings.files.write.0.clone(), places.downloads()));
    let is_elsewhere = !dc_options.is_empty();
    let mtproto = Mtproto::new(
        MtprotoPorts {
            vault: shared.clone(),
            peers: shared.clone(),
            inbox: inbox.clone(),
            files: files.clone(),
            clock: clock.clone(),
        },
        MtprotoSettings {
            dc_options,
            sessions_max: settings.telegram.max_active_sessions,
            session_idle: settings.telegram.session_idle.0,
        },
    );
    let bots = BotAccounts::new(
        BotPorts {
            vault: shared.clone(),
            peers: shared.clone(),
            inbox: inbox.clone(),
            leases: shared.clone(),
            files: files.clone(),
            clock: clock.clone(),
        },
        // The data directory has one owner at a time, so whoever had a lease before is gone.
        BotSettings::new(
            bot_api_url.unwrap_or_else(|| settings.telegram.bot_api_url.0.clone()),
            kept_key(&store, "application.lease_key").await?,
        )
        .held_by("owner"),
    );
    let mut application = ApplicationSettings::new(kept_key(&store, "application.cursor_key").await?);
    application.wait_max = settings.telegram.wait_max.0;
    application.owner = owner.or_else(|| settings.people.owner());
    application.zone = settings.people.zone.0;
    application.approvals = settings.approvals.settings();
    application.limits = settings.limits.limits();
    application.telemetry = telemetry;
    application.configuration = settings.keys().into();
    application.machine = Arc::new(ProcMachine::new(places.data.clone()));
    if is_elsewhere {
        // The budgets keep an account in Telegram's good books; a Telegram of one's own has its own rules.
        application.budgets = Budgets::unlimited();
        application.paces = Paces::unlimited();
    }
    let connections = ByKind { users: mtproto.clone(), bots: bots.clone(), views: shared.clone() };
    let outside = Outside {
        inbox,
        clock,
        ids: Arc::new(RandomIds),
        connections: Arc::new(connections),
        sign_in: mtproto.clone(),
        bots: bots.clone(),
        files,
    };
    let app = Application::new(Ports::on(&shared, outside), application);
    Ok(Composition { app, mtproto, bots, store })
}

/// People are reached over MTProto, bots over the Bot API.
struct ByKind {
    users: Arc<Mtproto>,
    bots: Arc<BotAccounts>,
    views: Arc<SqliteStore>,
}

#[async_trait]
impl Connections for ByKind {
    async fn telegram(&self, session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        let view = self.views.session(&session.to_string()).await?;
        match view {
            Some(view) if view.kind == "bot" => self.bots.telegram(session).await,
            Some(_) | None => self.users.telegram(session).await,
        }
    }

    async fn disconnect(&self, session: SessionId) {
        // Whichever has it; the other has nothing to let go of.
        self.bots.disconnect(session).await;
        self.users.disconnect(session).await;
    }

    /// Bots have no connection that lasts from call to call.
    fn pin(&self, session: SessionId) -> Pinned {
        self.users.pin(session)
    }

    fn is_connected(&self, session: SessionId) -> Option<bool> {
        self.users.is_connected(session)
    }

    /// Bots tell it to those who read what they hear.
    async fn lost_login(&self) -> LostLogin {
        self.users.lost_login().await
    }
}

/// Where the vault key may be. A demo is made anew at each start, and would leave a key in the ring each time.
fn key_places(places: &Places, settings: &Settings) -> KeyPlaces {
    let bus = settings.session_bus.as_ref().filter(|_| !places.profile.is_demo());
    let ring = bus.map(|bus| Arc::new(SecretServiceRing::new(bus)) as Arc<dyn KeyPlace>);
    let first = if places.profile.is_demo() { FirstPlace::Auto } else { settings.store.key_place.0 };
    KeyPlaces { ring, first }
}

/// A random key: made once for a profile, so that what it signed outlives a restart.
async fn kept_key(vault: &dyn Vault, name: &str) -> anyhow::Result<SecretBox<[u8; 32]>> {
    let place = SecretName::new(name, "-");
    if let Some(key) = vault.get(&place).await.with_context(|| format!("cannot read {name}"))? {
        let key: [u8; 32] = key.expose_secret().try_into().with_context(|| format!("{name} has the wrong length"))?;
        return Ok(SecretBox::new(Box::new(key)));
    }
    let mut key = Box::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).context("the operating system gives no randomness")?;
    vault.put(&place, key.as_slice()).await.with_context(|| format!("cannot keep {name}"))?;
    Ok(SecretBox::new(key))
}
