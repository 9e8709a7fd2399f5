use super::Update;
use crate::application::Application;
use crate::failure::Failure;
use crate::ports::{HeardMessage, Role, Speaker, Tap, TapAnswer};
use crate::text::Writing;

impl Update<'_> {
    pub(super) async fn commanded_about_notices(
        &self,
        message: &HeardMessage,
        _from: &Speaker,
        _role: Role,
        _name: &str,
        _rest: &str,
    ) -> Result<(), Failure> {
        self.reply_with(message, 0, Writing::default().text("…")).await
    }

    pub(super) async fn chosen(&self, _tap: &Tap, _role: Role) -> Result<Option<TapAnswer>, Failure> {
        Ok(None)
    }
}

impl Application {
    pub(super) async fn status_for_people(&self) -> Result<Writing, Failure> {
        Ok(Writing::default())
    }
}
