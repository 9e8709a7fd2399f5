//! A Telegram in a box as the profile's only Telegram, with an account signed in.
//!
//! The profile is made anew each time: what the last box knew is gone with it.

use anyhow::Context as _;
use secrecy::SecretString;
use telegraphist_application::Caller;
use telegraphist_application::ports::ApiCredentials;
use telegraphist_application::session_strings::{self, StringKind};
use telegraphist_domain::UserId;
use telegraphist_mtproto::DcOption;
use telegraphist_relay::Places;
use telegraphist_sandbox::{Options, Sandbox};

use crate::claim::Claim;
use crate::compose::Elsewhere;
use crate::daemon::{Face, Owner};
use crate::settings::Settings;

/// The account that is signed in: Alice, who has a bit of everything.
const ACCOUNT: i64 = 1001;

/// What the session is called.
pub(crate) const SESSION: &str = "demo";

/// The bot that tells and asks her.
const BOT: i64 = 1102;

/// What the bot's session is called.
pub(crate) const BOT_SESSION: &str = "bot";

/// An open demo.
pub(crate) struct Demo {
    pub(crate) owner: Owner,
    pub(crate) sandbox: Sandbox,
}

/// Opens a fresh demo in `places`.
pub(crate) async fn open(places: &Places, settings: &Settings, face: Face) -> anyhow::Result<Demo> {
    let claim = Claim::take(places).await?;
    forget_everything(places)?;
    let free = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
    let options = Options { control: free, bot_api: free, phone: free, ..Options::default() };
    let sandbox = Sandbox::start(options).await.context("the sandbox does not start")?;
    let dc_options = (1..=5).map(|dc| DcOption { dc, address: sandbox.mtproto_address(), auth_key: None }).collect();
    let bot_api_url = sandbox.bot_api_url().context("the sandbox has no Bot API")?.parse()?;
    let elsewhere = Elsewhere { dc_options, bot_api_url: Some(bot_api_url), owner: Some(UserId(ACCOUNT)) };
    let mut owner = Owner::open_claimed(claim, places, settings, face, elsewhere).await?;
    sign_in(&owner, &sandbox).await?;
    sign_bot_in(&owner, &sandbox).await?;
    owner.keep(sandbox.clone());
    Ok(Demo { owner, sandbox })
}

async fn sign_in(owner: &Owner, sandbox: &Sandbox) -> anyhow::Result<()> {
    let string = sandbox.telethon_string(ACCOUNT).context("the sandbox has no demo account")?;
    let key = session_strings::read(StringKind::Telethon, &string).context("the sandbox wrote no session string")?;
    let api = ApiCredentials { id: 1, hash: SecretString::from("of the demo") };
    let imported = owner.app().import_session(&Caller::owner(), SESSION, api, key).await;
    imported.map(|_| ()).context("the demo account could not be signed in")
}

/// The bot, with Alice as its owner: she has pressed Start.
async fn sign_bot_in(owner: &Owner, sandbox: &Sandbox) -> anyhow::Result<()> {
    let caller = Caller::owner();
    let token = SecretString::from(sandbox.bot_token(BOT).context("the sandbox has no demo bot")?);
    owner.app().sign_in_bot(&caller, BOT_SESSION, &token).await.context("the demo bot could not be signed in")?;
    // Calls that name no session go on to mean the account.
    owner.app().set_default_session(&caller, SESSION).await.context("the demo account is not the default")?;
    sandbox.say(ACCOUNT, BOT, "/start").context("the demo bot could not be started")?;
    owner.ensure_bots().await;
    Ok(())
}

/// Empties the data directory but for the locks, which other processes may hold open, and the log we write to.
fn forget_everything(places: &Places) -> anyhow::Result<()> {
    let kept = [places.lock(), places.starting(), places.log()];
    let runtime = places.socket.parent().map(std::path::Path::to_owned);
    for entry in fs_err::read_dir(&places.data)? {
        let entry = entry?;
        let path = entry.path();
        if kept.contains(&path) || runtime.as_ref() == Some(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs_err::remove_dir_all(&path)?;
        } else {
            fs_err::remove_file(&path)?;
        }
    }
    Ok(())
}
