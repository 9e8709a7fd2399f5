//! The servers that were made, for those who come again with the same choice of tools.
//!
//! A server is made once for a caller and what was chosen, so that all that a list shows is ready before it is asked for.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use telegraphist_application::{Application, Caller};

use crate::kept::Kept;
use crate::selection::{Choice, Selection, UnknownName};
use crate::server::{Server, ServerOptions};

/// Servers that are kept: about one for each token and each set of tools that it asks for.
const SERVERS_MAX: usize = 1_024;

/// Whom a server is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whom {
    /// Who calls.
    pub(crate) caller: Caller,
    /// What is on offer to it: the same, in whatever words it was asked for.
    pub(crate) selection: Arc<Selection>,
}

impl Hash for Whom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Callers of one principal differ seldom, and what they are offered in how much it is.
        (&self.caller.principal, self.selection.len()).hash(state);
    }
}

/// Makes servers, and keeps them.
#[derive(Clone)]
pub struct Servers {
    inner: Arc<Inner>,
}

struct Inner {
    app: Application,
    options: ServerOptions,
    kept: Kept<Whom, Server>,
}

impl Servers {
    /// Servers over one application.
    pub fn new(app: Application, options: ServerOptions) -> Self {
        Self { inner: Arc::new(Inner { app, options, kept: Kept::new(SERVERS_MAX) }) }
    }

    /// The same application with other options.
    pub(crate) fn with_options(&self, change: impl FnOnce(&mut ServerOptions)) -> Self {
        let mut options = self.inner.options.clone();
        change(&mut options);
        Self::new(self.inner.app.clone(), options)
    }

    /// The application that they serve.
    pub(crate) fn app(&self) -> &Application {
        &self.inner.app
    }

    /// The server that offers `caller` what was chosen.
    pub fn server(&self, caller: &Caller, choice: &Choice) -> Result<Server, UnknownName> {
        let selection = Arc::new(Selection::of(choice)?);
        Ok(self.of(Whom { caller: caller.clone(), selection }))
    }

    pub(crate) fn of(&self, whom: Whom) -> Server {
        let inner = &self.inner;
        inner.kept.get_or(whom, |whom| {
            Server::new(inner.app.clone(), whom.caller.clone(), &whom.selection, inner.options.clone())
        })
    }
}
