//! The page on which somebody who has no terminal here signs in to Telegram.
//!
//! It leads a browser through an enrolment and decides nothing. What opens it stands behind the `#` of a link, which
//! browsers send to nobody, and is exchanged for a cookie. Nothing is changed by a GET; whatever else comes must be from
//! this page, and bring the token that belongs to its cookie. It works without a script, which only saves a person from
//! pasting the link and from asking whether a QR code was scanned.

mod assets;
mod browser;
mod drawing;
mod forms;
mod pages;
mod problems;

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use secrecy::{ExposeSecret as _, SecretString};
use telegraphist_application::enrolments::{EnrolmentError, EnrolmentView};

use crate::desk::Desk;
use forms::Form;
use problems::Problem;

/// Where the page is. What opens an enrolment stands behind it, after a `#`.
pub const LOGIN_PATH: &str = "/login";

/// How long the script waits for a scan at once; who has none presses a button and waits shortly.
const SCAN_WAIT: Duration = Duration::from_secs(20);
const LOOK_WAIT: Duration = Duration::from_millis(500);

/// What the page consists of.
pub(crate) fn routes(desk: &Desk) -> Router<Desk> {
    Router::new()
        .route(LOGIN_PATH, get(show))
        .route("/login/open", post(open).get(to_page))
        .route("/login/phone", post(phone).get(to_page))
        .route("/login/code", post(code).get(to_page))
        .route("/login/password", post(password).get(to_page))
        .route("/login/qr", post(qr).get(to_page))
        .route("/login/otherwise", post(otherwise).get(to_page))
        .route("/login/login.css", get(assets::style))
        .route("/login/login.js", get(assets::script))
        .route("/login/icon.svg", get(assets::icon))
        .layer(middleware::from_fn_with_state(desk.clone(), browser::guard))
}

/// The page as it stands.
async fn show(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let Some(key) = browser::key(&headers, &desk.options) else {
        return answer(StatusCode::OK, pages::entrance(None));
    };
    match desk.app.enrolment(key.expose_secret()) {
        Ok(view) => answer(StatusCode::OK, pages::stage(&view, None)),
        Err(_) => over(),
    }
}

/// Whoever loads the address of a form again is led to the page.
async fn to_page() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, LOGIN_PATH)]).into_response()
}

/// Exchanges the link for a cookie.
async fn open(State(desk): State<Desk>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = match Form::read(&parts.headers, body).await {
        Ok(form) => form,
        Err(status) => return answer(status, pages::entrance(Some(&Problem::unreadable()))),
    };
    // A whole link may have been pasted.
    let given = form.take("secret");
    let secret = given.rsplit('#').next().unwrap_or_default();
    match desk.app.open_enrolment(secret) {
        Ok(key) => {
            let cookie = browser::cookie(&key, &parts.headers, &desk.options);
            (StatusCode::SEE_OTHER, [(header::LOCATION, LOGIN_PATH.to_owned()), (header::SET_COOKIE, cookie)])
                .into_response()
        }
        Err(_) => answer(StatusCode::NOT_FOUND, pages::entrance(Some(&Problem::unknown_link()))),
    }
}

async fn phone(State(desk): State<Desk>, request: Request) -> Response {
    step(desk, request, async |desk, key, form| desk.app.enrol_by_phone(key, &form.take("phone")).await).await
}

async fn code(State(desk): State<Desk>, request: Request) -> Response {
    step(desk, request, async |desk, key, form| desk.app.enrol_with_code(key, form.take("code")).await).await
}

async fn password(State(desk): State<Desk>, request: Request) -> Response {
    step(desk, request, async |desk, key, form| {
        desk.app.enrol_with_password(key, SecretString::from(form.take("password"))).await
    })
    .await
}

async fn qr(State(desk): State<Desk>, request: Request) -> Response {
    step(desk, request, async |desk, key, form| {
        let wait = if form.take("live").is_empty() { LOOK_WAIT } else { SCAN_WAIT };
        tokio::select! {
            looked = desk.app.enrol_by_qr(key, wait) => looked,
            () = desk.stop.cancelled() => Ok(()),
        }
    })
    .await
}

async fn otherwise(State(desk): State<Desk>, request: Request) -> Response {
    step(desk, request, async |desk, key, _form| desk.app.enrol_otherwise(key)).await
}

/// One step: the page's key and token are checked, then it is made, then the page is shown as it stands.
async fn step(
    desk: Desk,
    request: Request,
    make: impl AsyncFnOnce(&Desk, &str, &Form) -> Result<(), EnrolmentError>,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(key) = browser::key(&parts.headers, &desk.options) else { return over() };
    let key = key.expose_secret();
    let Ok(view) = desk.app.enrolment(key) else { return over() };
    let form = match Form::read(&parts.headers, body).await {
        Ok(form) => form,
        Err(status) => return answer(status, pages::stage(&view, Some(&Problem::unreadable()))),
    };
    if !form.is_of(&view) {
        return answer(StatusCode::FORBIDDEN, pages::stage(&view, Some(&Problem::foreign_form())));
    }
    match make(&desk, key, &form).await {
        Ok(()) | Err(EnrolmentError::OutOfTurn) => to_page().await,
        Err(EnrolmentError::Unknown) => over(),
        Err(error) => match desk.app.enrolment(key) {
            Ok(view) => refused(&desk, &view, &error),
            Err(_) => over(),
        },
    }
}

/// The page as it stands, with what went wrong.
fn refused(desk: &Desk, view: &EnrolmentView, error: &EnrolmentError) -> Response {
    let problem = Problem::of(error, desk.app.ports().clock.now());
    let error = error as &dyn std::error::Error;
    tracing::debug!(error, status = problem.status.as_u16(), "a sign-in by page did not go on");
    let mut answer = answer(problem.status, pages::stage(view, Some(&problem)));
    if let Some(wait) = problem.wait {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    answer
}

/// What everybody is told whose enrolment there is not, or not any more.
fn over() -> Response {
    answer(StatusCode::NOT_FOUND, pages::entrance(Some(&Problem::unknown_link())))
}

fn answer(status: StatusCode, page: maud::Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}
