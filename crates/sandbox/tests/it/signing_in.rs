//! Codes, passwords, QR codes, bot tokens, other data centres, and the ends of sessions.

use grammers_client::{InvocationError, SignInError, tl};
use grammers_mtsender::NoRetries;
use grammers_session::Session;
use telegraphist_sandbox::{Revocation, Sandbox};

use super::client::{ALICE, BOB, CAROL, Connected, a_box, soon};

const BOBS_PHONE: &str = "+1 555 0002";
const CAROLS_PHONE: &str = "15550003";

async fn typed_code(sandbox: &Sandbox, client: &Connected, phone: &str) -> Result<String, SignInError> {
    let token = soon(client.client.request_login_code(phone, "hash")).await.expect("a code is sent");
    let code = sandbox.login_code(phone).expect("the phone has it");
    soon(client.client.sign_in(&token, &code)).await.map(|user| user.first_name().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_code_signs_in_and_logging_out_ends_it() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    assert!(!soon(client.client.is_authorized()).await.expect("an answer"));
    assert_eq!(typed_code(&sandbox, &client, BOBS_PHONE).await.expect("signed in"), "Bob");
    assert!(soon(client.client.is_authorized()).await.expect("an answer"));
    soon(client.client.sign_out()).await.expect("signed out");
    assert!(!soon(client.client.is_authorized()).await.expect("an answer"));
}

#[tokio::test]
async fn a_wrong_code_and_a_wrong_number_are_told_apart() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    let token = soon(client.client.request_login_code(BOBS_PHONE, "hash")).await.expect("a code is sent");
    let wrong = soon(client.client.sign_in(&token, "00000")).await;
    assert!(matches!(wrong, Err(SignInError::InvalidCode)));
    let Err(error) = soon(client.client.request_login_code("12", "hash")).await else {
        panic!("12 is no number");
    };
    assert!(error.is("PHONE_NUMBER_INVALID"), "{error}");
}

#[tokio::test]
async fn a_number_without_an_account_needs_a_sign_up() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    let outcome = typed_code(&sandbox, &client, "+49 151 000000").await;
    assert!(matches!(outcome, Err(SignInError::SignUpRequired)));
}

#[tokio::test]
async fn a_password_is_asked_for_and_checked() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    let Err(SignInError::PasswordRequired(question)) = typed_code(&sandbox, &client, CAROLS_PHONE).await else {
        panic!("Carol has a password");
    };
    assert_eq!(question.hint(), Some("the usual"));
    let Err(SignInError::InvalidPassword(question)) = soon(client.client.check_password(question, "no horse")).await
    else {
        panic!("this is not the password");
    };
    let user = soon(client.client.check_password(question, "correct horse")).await.expect("signed in");
    assert_eq!(user.id().bare_id(), Some(CAROL));
}

#[tokio::test]
async fn an_account_elsewhere_moves_the_client_to_its_data_centre() {
    let sandbox = a_box().await;
    sandbox.move_account(BOB, 4).expect("there is a fourth");
    let client = Connected::new(&sandbox, None).await;
    assert_eq!(typed_code(&sandbox, &client, BOBS_PHONE).await.expect("signed in"), "Bob");
    assert_eq!(client.session.home_dc_id().expect("memory works"), 4);
}

#[tokio::test]
async fn a_bot_signs_in_with_its_token() {
    let sandbox = a_box().await;
    let bot = sandbox.info().accounts.into_iter().find(|account| account.bot).expect("there are bots");
    let client = Connected::new(&sandbox, None).await;
    let token = bot.bot_token.expect("a bot has a token");
    let user = soon(client.client.bot_sign_in(&token, "hash")).await.expect("signed in");
    assert_eq!((user.id().bare_id(), user.is_bot()), (Some(bot.id), true));
    let error = soon(client.client.bot_sign_in("1:wrong", "hash")).await.expect_err("refused");
    assert!(error.is("ACCESS_TOKEN_INVALID"), "{error}");
}

fn export_token() -> tl::functions::auth::ExportLoginToken {
    tl::functions::auth::ExportLoginToken { api_id: 1, api_hash: "hash".to_owned(), except_ids: Vec::new() }
}

/// Shows a QR code and lets somebody scan it.
async fn scan(sandbox: &Sandbox, client: &Connected, account: i64) {
    let shown = soon(client.client.invoke(&export_token())).await.expect("a token");
    let tl::enums::auth::LoginToken::Token(token) = shown else {
        panic!("nobody has scanned it yet");
    };
    let text = format!("tg://login?token={}", base64_url(&token.token));
    sandbox.accept_qr(account, &text).expect("scanned");
    assert!(sandbox.accept_qr(account, &text).is_err(), "a code is good once");
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn a_scanned_qr_code_signs_in() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    scan(&sandbox, &client, ALICE).await;
    let done = soon(client.client.invoke(&export_token())).await.expect("an answer");
    assert!(matches!(done, tl::enums::auth::LoginToken::Success(_)));
    assert_eq!(soon(client.client.get_me()).await.expect("an answer").id().bare_id(), Some(ALICE));
}

#[tokio::test]
async fn a_scanned_qr_code_wakes_the_client_that_shows_it() {
    let sandbox = a_box().await;
    let mut client = Connected::new(&sandbox, None).await;
    let mut updates = client.raw_updates();
    scan(&sandbox, &client, ALICE).await;
    let is_token = |heard: &tl::enums::Updates| matches!(heard, tl::enums::Updates::UpdateShort(short) if short.update == tl::enums::Update::LoginToken);
    soon(async {
        loop {
            let heard = updates.recv().await.expect("the client is connected");
            if matches!(&heard, grammers_session::updates::UpdatesLike::Updates(heard) if is_token(heard)) {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_qr_code_of_an_account_with_a_password_asks_for_it() {
    let sandbox = a_box().await;
    let client = Connected::new(&sandbox, None).await;
    scan(&sandbox, &client, CAROL).await;
    let error = soon(client.client.invoke(&export_token())).await.expect_err("a password is missing");
    assert!(error.is("SESSION_PASSWORD_NEEDED"), "{error}");
    let question = soon(client.client.invoke(&tl::functions::account::GetPassword {})).await.expect("a question");
    let question = grammers_client::client::PasswordToken::new(question.into());
    let user = soon(client.client.check_password(question, "correct horse")).await.expect("signed in");
    assert_eq!(user.id().bare_id(), Some(CAROL));
}

#[tokio::test]
async fn a_qr_code_of_an_account_elsewhere_moves_the_client() {
    let sandbox = a_box().await;
    sandbox.move_account(BOB, 5).expect("there is a fifth");
    let client = Connected::new(&sandbox, None).await;
    scan(&sandbox, &client, BOB).await;
    let moved = soon(client.client.invoke(&export_token())).await.expect("an answer");
    let tl::enums::auth::LoginToken::MigrateTo(target) = moved else {
        panic!("Bob lives elsewhere");
    };
    let import = tl::functions::auth::ImportLoginToken { token: target.token };
    let done = soon(client.client.invoke_in_dc(target.dc_id, &import)).await.expect("an answer");
    assert!(matches!(done, tl::enums::auth::LoginToken::Success(_)));
}

#[tokio::test]
async fn an_authorisation_is_taken_to_another_data_centre() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let state = tl::functions::updates::GetState {};
    let stranger = soon(alice.client.invoke_in_dc(4, &state)).await.expect_err("not signed in there");
    assert!(stranger.is("AUTH_KEY_UNREGISTERED"), "{stranger}");
    let exported = soon(alice.client.invoke(&tl::functions::auth::ExportAuthorization { dc_id: 4 })).await;
    let tl::enums::auth::ExportedAuthorization::Authorization(exported) = exported.expect("exported");
    let import = tl::functions::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
    soon(alice.client.invoke_in_dc(4, &import)).await.expect("imported");
    soon(alice.client.invoke_in_dc(4, &state)).await.expect("signed in there");
    let again = soon(alice.client.invoke_in_dc(4, &import)).await.expect_err("good once");
    assert!(again.is("AUTH_BYTES_INVALID"), "{again}");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_one_another() {
    let sandbox = a_box().await;
    let first = Connected::new(&sandbox, Some(ALICE)).await;
    let second = Connected::new(&sandbox, Some(ALICE)).await;
    let list = soon(first.client.invoke(&tl::functions::account::GetAuthorizations {})).await.expect("a list");
    let tl::enums::account::Authorizations::Authorizations(list) = list;
    let tl::enums::Authorization::Authorization(other) = list
        .authorizations
        .into_iter()
        .find(|tl::enums::Authorization::Authorization(found)| !found.current)
        .expect("the second one");
    soon(first.client.invoke(&tl::functions::account::ResetAuthorization { hash: other.hash })).await.expect("ended");
    assert!(!soon(second.client.is_authorized()).await.expect("an answer"));
    assert!(soon(first.client.is_authorized()).await.expect("an answer"));
}

#[tokio::test]
async fn a_revoked_session_is_told_why() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    soon(alice.client.get_me()).await.expect("signed in");
    sandbox.revoke(ALICE, Revocation::SessionRevoked).expect("revoked");
    let error = soon(alice.client.get_me()).await.expect_err("revoked");
    assert!(matches!(&error, InvocationError::Rpc(error) if error.code == 401), "{error}");
    assert!(error.is("SESSION_REVOKED"), "{error}");
}

#[tokio::test]
async fn a_dropped_key_is_a_transport_error() {
    let sandbox = a_box().await;
    let alice = Connected::with_policy(&sandbox, Some(ALICE), NoRetries).await;
    soon(alice.client.get_me()).await.expect("signed in");
    sandbox.drop_key(ALICE).expect("dropped");
    let mut error = soon(alice.client.get_me()).await.expect_err("the key is gone");
    if matches!(error, InvocationError::Io(_)) {
        // The first call may only notice that the old connection has ended.
        error = soon(alice.client.get_me()).await.expect_err("the key is gone");
    }
    assert!(error.to_string().contains("-404"), "{error}");
}
