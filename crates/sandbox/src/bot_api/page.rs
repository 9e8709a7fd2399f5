//! The page that says which methods do what they should and which only answer something of the right type: `docs/BOT_API.md`.

use std::fmt::Write;

use super::catalogue::{Catalogue, Kind, Method};
use super::methods::is_performed;

const HEAD: &str = "\
# The Bot API of the sandbox

Written by `cargo xtask docs` from the sandbox's own table; do not edit.

The sandbox knows every method of Bot API 10.3 and checks the arguments of each against the documentation. *Performed* methods do what they
should in the world of the sandbox. *Stubs* answer with a value of the documented type that says nothing, so that no client fails on them; they
change nothing. In tests every answer and every update is compared with the documented types, field by field.
";

/// The page.
pub fn page() -> String {
    let methods = Catalogue::get().methods();
    let (performed, stubs): (Vec<&Method>, Vec<&Method>) =
        methods.into_iter().partition(|method| is_performed(&method.name));
    let mut page = HEAD.to_owned();
    let _ = write!(page, "\n## Performed: {}\n\n| method | answers |\n|---|---|\n", performed.len());
    for method in performed {
        let _ = writeln!(page, "| `{}` | {} |", method.name, shown(&method.returns));
    }
    let _ = write!(page, "\n## Stubs: {}\n\n| method | answers |\n|---|---|\n", stubs.len());
    for method in stubs {
        let _ = writeln!(page, "| `{}` | {} |", method.name, shown(&method.returns));
    }
    page
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Integer => "Integer".to_owned(),
        Kind::Float => "Float".to_owned(),
        Kind::Text | Kind::File => "String".to_owned(),
        Kind::Boolean => "Boolean".to_owned(),
        Kind::True => "True".to_owned(),
        Kind::Object(name) => name.clone(),
        Kind::List(inner) => format!("list of {}", shown(inner)),
        Kind::OneOf(kinds) => kinds.iter().map(shown).collect::<Vec<_>>().join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_stands_on_the_page_once() {
        let page = page();
        for method in Catalogue::get().methods() {
            assert_eq!(page.matches(&format!("| `{}` |", method.name)).count(), 1, "{}", method.name);
        }
        assert!(page.contains("| `sendMessage` | Message |"));
    }
}
