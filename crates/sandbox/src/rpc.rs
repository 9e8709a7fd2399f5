//! Requests of the Telegram API, each answered by one typed function.
//!
//! The compiler checks every answer against its request: a function that is registered for a request has to return that request's type.
//! Start at [`dispatch`].

#[expect(
    clippy::needless_pass_by_value,
    reason = "every method's function takes its request as the dispatch table hands it over"
)]
pub(crate) mod auth;

use grammers_tl_types::{self as tl, Deserializable, Identifiable, RemoteCall, Serializable};

use crate::world::World;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The key of the connection.
    pub key_id: u64,
    /// Who is signed in with that key.
    pub account: Option<i64>,
    /// The data centre that the key was made for.
    pub dc: i32,
    /// The schema layer of the client.
    pub layer: i32,
}

pub use crate::world::refusal::RpcError;

/// The serialised answer, boxed, or a refusal.
pub type Answer = Result<Vec<u8>, RpcError>;

/// What a method's function returns before serialisation.
pub type Outcome<R> = Result<<R as RemoteCall>::Return, RpcError>;

fn parse<R: Deserializable>(body: &[u8]) -> Result<R, RpcError> {
    R::from_bytes(body).map_err(|_| RpcError::bad_request("INPUT_FETCH_ERROR"))
}

/// Registers methods: each line is `module::Type => function`, where the function takes `(&mut World, &Caller, request)`.
macro_rules! methods {
    ($($module:ident :: $name:ident => $function:path,)*) => {
        /// Answers one request: a constructor id and its fields, already taken out of its wrappers.
        pub fn dispatch(world: &mut World, caller: &Caller, request: &[u8]) -> Answer {
            let Some((id, body)) = request.split_first_chunk::<4>() else {
                return Err(RpcError::bad_request("INPUT_METHOD_INVALID"));
            };
            match u32::from_le_bytes(*id) {
                $(tl::functions::$module::$name::CONSTRUCTOR_ID => {
                    let request = parse::<tl::functions::$module::$name>(body)?;
                    let outcome: Outcome<tl::functions::$module::$name> = $function(world, caller, request);
                    outcome.map(|answer| answer.to_bytes())
                })*
                _ => Err(RpcError::bad_request("INPUT_METHOD_INVALID")),
            }
        }

        /// The constructor ids that [`dispatch`] knows.
        pub const METHODS: &[u32] = &[$(tl::functions::$module::$name::CONSTRUCTOR_ID),*];
    };
}

methods! {
    // auth:: begin (sign-in)
    auth::SendCode => auth::send_code,
    auth::ResendCode => auth::resend_code,
    auth::CancelCode => auth::cancel_code,
    auth::SignIn => auth::sign_in,
    auth::SignUp => auth::sign_up,
    auth::CheckPassword => auth::check_password,
    account::GetPassword => auth::get_password,
    auth::ExportLoginToken => auth::export_login_token,
    auth::ImportLoginToken => auth::import_login_token,
    auth::AcceptLoginToken => auth::accept_login_token,
    auth::ImportBotAuthorization => auth::import_bot_authorization,
    auth::ExportAuthorization => auth::export_authorization,
    auth::ImportAuthorization => auth::import_authorization,
    auth::LogOut => auth::log_out,
    auth::ResetAuthorizations => auth::reset_authorizations,
    account::GetAuthorizations => auth::get_authorizations,
    account::ResetAuthorization => auth::reset_authorization,
    // auth:: end
}

/// The name of a method in Telegram's spelling, such as `messages.sendMessage`; also of methods that the box does not know.
pub fn method_name(constructor_id: u32) -> Option<&'static str> {
    match tl::name_for_id(constructor_id) {
        "(unknown)" => None,
        name => Some(name),
    }
}
