//! Who is in the box, and how a client comes to be one of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{Sandbox, SandboxError};
use crate::provision::{ClientKeys, DATA_CENTRES, DataCentre, SessionKind, SessionParts};
use crate::world::World;
use crate::world::accounts::{Account, HOME_DC};

/// What somebody needs to know to use the box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Where Telegram clients connect.
    pub mtproto: SocketAddr,
    /// Where the control API answers.
    pub control: Option<SocketAddr>,
    /// Where a browser finds the phone.
    pub phone: Option<SocketAddr>,
    /// Where the Bot API answers.
    pub bot_api: Option<SocketAddr>,
    /// The same port under the number of every data centre.
    pub dcs: BTreeMap<i32, SocketAddr>,
    /// The schema layer of the answers.
    pub layer: i32,
    /// Everybody in the box.
    pub accounts: Vec<AccountInfo>,
}

/// One person or bot. Its secrets are invented, and meant to be typed by tests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// The user id.
    pub id: i64,
    /// First and last name.
    pub name: String,
    /// Public name without the at sign.
    pub username: Option<String>,
    /// International, digits only; absent for bots.
    pub phone: Option<String>,
    /// The data centre to sign in at.
    pub dc: i32,
    /// A program rather than a person.
    pub bot: bool,
    /// How a bot signs in.
    pub bot_token: Option<String>,
    /// The second step of a sign-in.
    pub password: Option<String>,
    /// What is shown to somebody who forgot it.
    pub password_hint: Option<String>,
}

impl std::fmt::Debug for AccountInfo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AccountInfo").field("id", &self.id).field("bot", &self.bot).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// The addresses and everybody in the box.
    pub fn info(&self) -> Info {
        Info {
            mtproto: self.mtproto_address(),
            control: self.control_address(),
            phone: self.phone_address(),
            bot_api: self.bot_api_address(),
            dcs: DATA_CENTRES.map(|dc| (dc, self.mtproto_address())).collect(),
            layer: grammers_tl_types::LAYER,
            accounts: self.hub.change(|state| state.world.accounts.iter().map(describe).collect()),
        }
    }

    /// Makes fresh keys for one client, signed in as `account` or as nobody.
    ///
    /// Only the key of the home data centre is signed in, as with a real client.
    pub fn keys_for(&self, account: Option<i64>) -> Result<ClientKeys, SandboxError> {
        let address = self.mtproto_address();
        self.hub.change(|state| {
            let world = &mut state.world;
            let home_dc = match account {
                Some(id) => known(world, id)?.dc,
                None => HOME_DC,
            };
            let dcs = DATA_CENTRES
                .map(|dc| {
                    let key_id = world.keys.create(dc, account.filter(|_| dc == home_dc));
                    let key = world.keys.get(key_id).expect("a key that was just made");
                    let centre =
                        DataCentre { host: address.ip(), port: address.port(), auth_key_hex: hex::encode(key.bytes) };
                    (dc, centre)
                })
                .collect();
            Ok(ClientKeys { home_dc, account, dcs })
        })
    }

    /// Makes a key that is signed in as `account` and writes it as a library's session string.
    pub fn session_string(&self, account: i64, kind: SessionKind) -> Result<String, SandboxError> {
        let address = self.mtproto_address();
        self.hub.change(|state| {
            let world = &mut state.world;
            let (dc, is_bot) = known(world, account).map(|found| (found.dc, found.bot))?;
            let key_id = world.keys.create(dc, Some(account));
            let key = world.keys.get(key_id).expect("a key that was just made");
            let parts = SessionParts { dc, address, key: &key.bytes, user_id: account, is_bot };
            Ok(parts.write(kind))
        })
    }

    /// The token of a bot.
    pub fn bot_token(&self, bot: i64) -> Result<String, SandboxError> {
        self.hub.change(|state| {
            let token = known(&state.world, bot)?.bot_token.clone();
            token.ok_or_else(|| SandboxError::UnknownAccount(bot.to_string()))
        })
    }

    /// A Telethon `StringSession` that is signed in as `account`.
    pub fn telethon_string(&self, account: i64) -> Result<String, SandboxError> {
        self.session_string(account, SessionKind::Telethon)
    }

    /// Lets an account live in another data centre, so that clients elsewhere are told to migrate.
    pub fn move_account(&self, account: i64, dc: i32) -> Result<(), SandboxError> {
        if !DATA_CENTRES.contains(&dc) {
            return Err(SandboxError::UnknownDataCentre(dc));
        }
        self.hub.change(|state| match state.world.accounts.get_mut(account) {
            Some(found) => {
                found.dc = dc;
                Ok(())
            }
            None => Err(SandboxError::UnknownAccount(account.to_string())),
        })
    }
}

/// The account with this id, or the error that names it.
pub(super) fn known(world: &World, account: i64) -> Result<&Account, SandboxError> {
    world.accounts.get(account).ok_or_else(|| SandboxError::UnknownAccount(account.to_string()))
}

fn describe(account: &Account) -> AccountInfo {
    AccountInfo {
        id: account.user_id,
        name: account.full_name(),
        username: account.username.clone(),
        phone: (!account.phone.is_empty()).then(|| account.phone.clone()),
        dc: account.dc,
        bot: account.bot,
        bot_token: account.bot_token.clone(),
        password: account.password.as_ref().map(|password| password.text.clone()),
        password_hint: account.password.as_ref().map(|password| password.hint.clone()),
    }
}
