//! What clients ask about the service itself.

#![expect(clippy::unnecessary_wraps, reason = "the dispatch table wants one form of all functions")]

use grammers_tl_types as tl;
use tl::functions::{help, langpack};

use super::{Caller, Outcome};
use crate::world::World;
use crate::world::posting::{CAPTION_MAX, TEXT_MAX};
use crate::world::view::{blank, count};

/// All data centres are this one: a client that follows the configuration never leaves the box.
const DATA_CENTRES: std::ops::RangeInclusive<i32> = 1..=5;

pub(super) fn get_config(world: &mut World, caller: &Caller, _request: help::GetConfig) -> Outcome<help::GetConfig> {
    let address = world.address;
    let option = |id: i32| {
        tl::types::DcOption {
            ipv6: address.is_ipv6(),
            media_only: false,
            tcpo_only: false,
            cdn: false,
            r#static: true,
            this_port_only: false,
            id,
            ip_address: address.ip().to_string(),
            port: i32::from(address.port()),
            secret: None,
        }
        .into()
    };
    let now = world.now();
    // A flag word, two dates, `false`, a data centre, an empty list; all that follows may be zero.
    let mut config: tl::types::Config = blank(&[0, 0, 0, 0xbc79_9737, 0, 0x1cb5_c415, 0]);
    config.date = now;
    config.expires = now + 3_600;
    config.this_dc = caller.dc;
    config.dc_options = DATA_CENTRES.map(option).collect();
    config.chat_size_max = 200;
    config.megagroup_size_max = 200_000;
    config.forwarded_count_max = 100;
    config.edit_time_limit = 172_800;
    config.revoke_time_limit = i32::MAX;
    config.revoke_pm_time_limit = i32::MAX;
    config.message_length_max = count(TEXT_MAX);
    config.caption_length_max = count(CAPTION_MAX);
    "https://t.me/".clone_into(&mut config.me_url_prefix);
    config.webfile_dc_id = 4;
    Ok(config.into())
}

pub(super) fn get_nearest_dc(
    _world: &mut World,
    caller: &Caller,
    _request: help::GetNearestDc,
) -> Outcome<help::GetNearestDc> {
    let (this_dc, nearest_dc) = (caller.dc, caller.dc);
    Ok(tl::types::NearestDc { country: "FR".to_owned(), this_dc, nearest_dc }.into())
}

pub(super) fn get_app_config(
    _world: &mut World,
    _caller: &Caller,
    _request: help::GetAppConfig,
) -> Outcome<help::GetAppConfig> {
    let config = tl::types::JsonObject { value: Vec::new() }.into();
    Ok(tl::types::help::AppConfig { hash: 0, config }.into())
}

fn no_strings(lang_code: String) -> tl::enums::LangPackDifference {
    tl::types::LangPackDifference { lang_code, from_version: 0, version: 1, strings: Vec::new() }.into()
}

pub(super) fn get_lang_pack(
    _world: &mut World,
    _caller: &Caller,
    request: langpack::GetLangPack,
) -> Outcome<langpack::GetLangPack> {
    Ok(no_strings(request.lang_code))
}

pub(super) fn get_lang_pack_difference(
    _world: &mut World,
    _caller: &Caller,
    request: langpack::GetDifference,
) -> Outcome<langpack::GetDifference> {
    Ok(no_strings(request.lang_code))
}
