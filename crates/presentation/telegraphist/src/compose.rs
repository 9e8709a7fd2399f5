//! The composition root: adapters and application put together.

use std::sync::Arc;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretBox};
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::ports::{KeyPlace, SecretName, Vault};
use telegraphist_application::{AnnouncedInbox, Application, Budgets, Ports, Settings as ApplicationSettings};
use telegraphist_files::AllowedFiles;
use telegraphist_keyring::SecretServiceRing;
use telegraphist_mtproto::{DcOption, Mtproto, MtprotoPorts, MtprotoSettings};
use telegraphist_relay::Places;
use telegraphist_sqlite::{FirstPlace, KeyPlaces, SqliteStore};

use crate::settings::Settings;

/// What has to be shut down in the end.
pub(crate) struct Composition {
    pub(crate) app: Application,
    pub(crate) mtproto: Arc<Mtproto>,
    pub(crate) store: SqliteStore,
}

/// Opens the store of `places` and puts everything on it. Nothing is connected yet.
pub(crate) async fn compose(
    places: &Places,
    settings: &Settings,
    dc_options: Vec<DcOption>,
) -> anyhow::Result<Composition> {
    let clock = Arc::new(SystemClock);
    let store = SqliteStore::open_with(&places.database(), clock.clone(), key_places(places, settings))
        .await
        .with_context(|| format!("cannot open the store {}", places.database().display()))?;
    let shared = Arc::new(store.clone());
    let inbox = AnnouncedInbox::new(shared.clone());
    let files = AllowedFiles::new(settings.files.read.0.clone(), settings.files.write.0.clone(), places.downloads());
    let is_elsewhere = !dc_options.is_empty();
    let mtproto = Mtproto::new(
        MtprotoPorts {
            vault: shared.clone(),
            peers: shared.clone(),
            inbox: inbox.clone(),
            files: Arc::new(files),
            clock: clock.clone(),
        },
        MtprotoSettings { dc_options },
    );
    let mut application = ApplicationSettings::new(cursor_key(&store).await?);
    application.wait_max = settings.telegram.wait_max.0;
    if is_elsewhere {
        // The budgets keep an account in Telegram's good books; a Telegram of one's own has its own rules.
        application.budgets = Budgets::unlimited();
    }
    let app = Application::new(
        Ports {
            events: shared.clone(),
            views: shared.clone(),
            vault: shared.clone(),
            peers: shared.clone(),
            inbox,
            idempotency: shared.clone(),
            audit: shared.clone(),
            limiter: shared,
            clock,
            ids: Arc::new(RandomIds),
            connections: mtproto.clone(),
            sign_in: mtproto.clone(),
        },
        application,
    );
    Ok(Composition { app, mtproto, store })
}

/// Where the vault key may be. A demo is made anew at each start, and would leave a key in the ring each time.
fn key_places(places: &Places, settings: &Settings) -> KeyPlaces {
    let bus = settings.session_bus.as_ref().filter(|_| !places.profile.is_demo());
    let ring = bus.map(|bus| Arc::new(SecretServiceRing::new(bus)) as Arc<dyn KeyPlace>);
    let first = if places.profile.is_demo() { FirstPlace::Auto } else { settings.store.key_place.0 };
    KeyPlaces { ring, first }
}

/// The key that signs cursors: made once for a profile, so that cursors outlive a restart.
async fn cursor_key(vault: &dyn Vault) -> anyhow::Result<SecretBox<[u8; 32]>> {
    let name = SecretName::new("application.cursor_key", "-");
    if let Some(key) = vault.get(&name).await.context("cannot read the key of cursors")? {
        let key: [u8; 32] = key.expose_secret().try_into().context("the key of cursors has the wrong length")?;
        return Ok(SecretBox::new(Box::new(key)));
    }
    let mut key = Box::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).context("the operating system gives no randomness")?;
    vault.put(&name, key.as_slice()).await.context("cannot keep the key of cursors")?;
    Ok(SecretBox::new(key))
}
