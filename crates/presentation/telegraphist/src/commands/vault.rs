//! `telegraphist vault …`

use telegraphist_application::ports::KeyPlaceKind;

use super::Context;
use crate::arguments::{Output, Vault};
use crate::control::{Control, Request, VaultState};
use crate::terminal::Screen;

/// Does one of them.
pub(crate) fn run(context: &Context, command: &Vault) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let mut screen = Screen::new();
    match command {
        Vault::Status { output } => {
            let state: VaultState = control.ask(Request::VaultStatus)?;
            show(&mut screen, &state, *output)
        }
        Vault::Move { place } => {
            let state: VaultState = control.ask(Request::VaultMove { place: *place })?;
            screen.line(format!("The vault key {} is in the {} now, and nowhere else.", state.key, name(state.place)))
        }
        Vault::Rotate => {
            let state: VaultState = control.ask(Request::VaultRotate)?;
            screen.line(format!("Everything is sealed anew; the vault key is {} now.", state.key))
        }
    }
}

fn show(screen: &mut Screen, state: &VaultState, output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return screen.json(&serde_json::to_value(state)?);
    }
    let ring = if state.is_ring_open { "answers and is unlocked" } else { "does not answer, or is locked" };
    screen.fields(&[("key", state.key.clone()), ("place", name(state.place).to_owned()), ("key ring", ring.to_owned())])
}

fn name(place: KeyPlaceKind) -> &'static str {
    match place {
        KeyPlaceKind::File => "file beside the store",
        KeyPlaceKind::Keyring => "key ring of the desktop",
    }
}
