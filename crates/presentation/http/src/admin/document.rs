//! The OpenAPI document: what the table says, with the schemas of the types that are read and written.

use axum::Json;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use telegraphist_application::Failure;

use super::PREFIX;
use super::arguments::USER_MAX;
use super::table::{Route, routes};

/// The name by which operations say that they want a token.
const SECURITY: &str = "token";

pub(super) async fn show() -> Json<Value> {
    Json(openapi())
}

/// The document as OpenAPI 3.1.
pub fn openapi() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut schemas = settings.into_generator();
    let failure = schemas.subschema_for::<Failure>();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let described = described(&route, &failure, &mut schemas);
        let path = paths.entry(format!("{PREFIX}{}", route.path)).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Telegraphist administration",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "For who runs the server: a token with the scope `admin`, at a listener of its own.",
        },
        "security": [{ SECURITY: [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": { SECURITY: { "type": "http", "scheme": "bearer" } },
        },
    })
}

/// Any object; there is a specification of it elsewhere.
pub(super) fn any(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}

fn described(route: &Route, failure: &Schema, schemas: &mut SchemaGenerator) -> Value {
    let mut done = json!({ "description": "It is done." });
    if let Some(answer) = route.answer {
        done["content"] = in_json(&answer(schemas));
    }
    let mut responses = Map::new();
    responses.insert(route.status.to_string(), done);
    responses
        .insert("default".to_owned(), json!({ "description": "It is not, and why.", "content": in_json(failure) }));
    let mut described = json!({
        "operationId": route.name,
        "summary": route.summary,
        "responses": responses,
    });
    if let Some(body) = route.body {
        described["requestBody"] = json!({ "required": true, "content": in_json(&body(schemas)) });
    }
    let parameters: Vec<Value> = placeholders(route.path).map(parameter).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    described
}

fn in_json(schema: &Schema) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str) -> Value {
    let schema = match name {
        "user" => json!({ "type": "integer", "minimum": 1, "maximum": USER_MAX }),
        _ => json!({ "type": "string", "minLength": 1 }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}
