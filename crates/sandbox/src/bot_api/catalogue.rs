//! The Bot API 10.3 as data: every method with its arguments, every type with its fields.
//!
//! `data/bot-api-10.3.json` is reduced from the schema that aiogram 3.31.0 ships (`.butcher/schema`), which is under the MIT licence; see
//! `data/README.md`.

pub(crate) mod blank;
pub(crate) mod conforming;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

const DATA: &str = include_str!("../../data/bot-api-10.3.json");

/// Everything that the Bot API knows.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// Methods by their name in lower case.
    methods: HashMap<String, Method>,
    types: BTreeMap<String, Type>,
}

/// One method.
#[derive(Debug)]
pub(crate) struct Method {
    /// Its name in the documentation's spelling.
    pub(crate) name: String,
    /// Its arguments, required ones first.
    pub(crate) parameters: Vec<Field>,
    /// What it returns.
    pub(crate) returns: Kind,
}

/// One type.
#[derive(Debug)]
pub(crate) struct Type {
    /// Its fields.
    pub(crate) fields: Vec<Field>,
    /// Instead of fields: the types that it may be.
    pub(crate) one_of: Vec<String>,
}

/// An argument or a field.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    pub(crate) kind: Kind,
    /// Whether it is always there.
    pub(crate) required: bool,
    /// The longest text.
    pub(crate) max: Option<usize>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// True; absent instead of false.
    True,
    /// A file in a part of its own.
    File,
    /// An object of a type.
    Object(String),
    /// A list.
    List(Box<Kind>),
    /// One of several.
    OneOf(Vec<Kind>),
}

impl Catalogue {
    /// The one catalogue.
    pub(crate) fn get() -> &'static Self {
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        CATALOGUE.get_or_init(|| {
            let raw: RawCatalogue = serde_json::from_str(DATA).expect("the catalogue is part of the program");
            let method = |(name, raw): (String, RawMethod)| {
                let key = name.to_ascii_lowercase();
                let parameters = raw.parameters.into_iter().map(Field::from).collect();
                (key, Method { name, parameters, returns: Kind::parse(&raw.returns) })
            };
            let kind = |(name, raw): (String, RawType)| {
                (name, Type { fields: raw.fields.into_iter().map(Field::from).collect(), one_of: raw.one_of })
            };
            Self {
                methods: raw.methods.into_iter().map(method).collect(),
                types: raw.types.into_iter().map(kind).collect(),
            }
        })
    }

    /// A method by its name in any letter case.
    pub(crate) fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(&name.to_ascii_lowercase())
    }

    /// All methods, by name.
    #[cfg(test)]
    pub(crate) fn methods(&self) -> Vec<&Method> {
        let mut methods: Vec<&Method> = self.methods.values().collect();
        methods.sort_by(|one, other| one.name.cmp(&other.name));
        methods
    }

    /// A type by its name.
    pub(crate) fn type_of(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }
}

impl Kind {
    /// Reads a type as the catalogue writes it: `Array of Integer`, `Integer or String`, and for results `list[Update]`, `Message | bool`.
    fn parse(text: &str) -> Self {
        if let Some(inner) = text.strip_prefix("Array of ") {
            return Self::List(Box::new(Self::parse(inner)));
        }
        if let Some(inner) = text.strip_prefix("list[").and_then(|rest| rest.strip_suffix(']')) {
            return Self::List(Box::new(Self::parse(inner)));
        }
        for separator in [" | ", " or ", " and ", ", "] {
            if text.contains(separator) {
                let kinds = text.split(separator).flat_map(|part| match Self::parse(part) {
                    Self::OneOf(kinds) => kinds,
                    kind => vec![kind],
                });
                return Self::OneOf(kinds.collect());
            }
        }
        match text {
            "Integer" | "int" => Self::Integer,
            "Float" => Self::Float,
            "String" | "str" => Self::Text,
            "Boolean" => Self::Boolean,
            "True" | "bool" => Self::True,
            "InputFile" => Self::File,
            // aiogram's names for the unions that methods return.
            "ResultChatMemberUnion" => Self::Object("ChatMember".to_owned()),
            "ResultMenuButtonUnion" => Self::Object("MenuButton".to_owned()),
            name => Self::Object(name.to_owned()),
        }
    }

    /// Whether a file may stand here.
    pub(crate) fn takes_file(&self) -> bool {
        match self {
            Self::File => true,
            Self::OneOf(kinds) => kinds.contains(&Self::File),
            _ => false,
        }
    }
}

#[derive(Deserialize)]
struct RawCatalogue {
    methods: BTreeMap<String, RawMethod>,
    types: BTreeMap<String, RawType>,
}

#[derive(Deserialize)]
struct RawMethod {
    #[serde(rename = "p")]
    parameters: Vec<RawField>,
    #[serde(rename = "ret")]
    returns: String,
}

#[derive(Deserialize)]
struct RawType {
    #[serde(rename = "f", default)]
    fields: Vec<RawField>,
    #[serde(rename = "oneOf", default)]
    one_of: Vec<String>,
}

#[derive(Deserialize)]
struct RawField {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "t")]
    kind: String,
    #[serde(rename = "r")]
    required: bool,
    #[serde(default)]
    max: Option<usize>,
}

impl From<RawField> for Field {
    fn from(raw: RawField) -> Self {
        Self { name: raw.name, kind: Kind::parse(&raw.kind), required: raw.required, max: raw.max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> Kind {
        Kind::Object(name.to_owned())
    }

    #[test]
    fn the_catalogue_is_complete() {
        let catalogue = Catalogue::get();
        assert_eq!(catalogue.methods().len(), 185);
        assert_eq!(catalogue.method("SENDMESSAGE").map(|method| method.name.as_str()), Some("sendMessage"));
    }

    #[test]
    fn every_type_that_is_named_is_there() {
        let catalogue = Catalogue::get();
        let check = |kind: &Kind| {
            let mut open = vec![kind];
            while let Some(kind) = open.pop() {
                match kind {
                    Kind::Object(name) => assert!(catalogue.type_of(name).is_some(), "{name}"),
                    Kind::List(inner) => open.push(inner),
                    Kind::OneOf(kinds) => open.extend(kinds),
                    _ => {}
                }
            }
        };
        for method in catalogue.methods() {
            check(&method.returns);
            method.parameters.iter().for_each(|field| check(&field.kind));
        }
        for found in catalogue.types.values() {
            found.fields.iter().for_each(|field| check(&field.kind));
            found.one_of.iter().for_each(|name| check(&object(name)));
        }
    }

    #[test]
    fn types_are_read_as_they_are_written() {
        assert_eq!(Kind::parse("Array of Array of Integer"), Kind::List(Box::new(Kind::List(Box::new(Kind::Integer)))));
        assert_eq!(Kind::parse("InputFile or String"), Kind::OneOf(vec![Kind::File, Kind::Text]));
        assert_eq!(Kind::parse("Message | bool"), Kind::OneOf(vec![object("Message"), Kind::True]));
        let media = Kind::parse("Array of InputMediaAudio, InputMediaPhoto and InputMediaVideo");
        let kinds = ["InputMediaAudio", "InputMediaPhoto", "InputMediaVideo"].map(object).to_vec();
        assert_eq!(media, Kind::List(Box::new(Kind::OneOf(kinds))));
    }
}
