//! What RFC 9728 has this server say about itself: whose tokens count here, and how they are asked for.

use serde::Serialize;
use telegraphist_application::Scopes;
use telegraphist_application::access::Preset;
use url::Url;

use super::OAuth;

/// Where metadata of resources are.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document.
#[derive(Debug, Serialize)]
pub(crate) struct Metadata<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'static str; 1],
    resource_name: &'static str,
}

impl OAuth {
    /// What it says about itself.
    pub(crate) fn metadata(&self) -> Metadata<'_> {
        Metadata {
            resource: &self.options.resource,
            authorization_servers: [&self.options.issuer],
            scopes_supported: self.options.admission.names_of(Scopes::all()),
            bearer_methods_supported: ["header"],
            resource_name: "Telegraphist",
        }
    }

    /// Where clients find it: the well-known part comes before the path of the resource.
    pub(crate) fn metadata_url(&self) -> String {
        let resource = &self.options.resource;
        let Ok(url) = Url::parse(resource) else { return WELL_KNOWN.to_owned() };
        format!("{}{WELL_KNOWN}{}", url.origin().ascii_serialization(), url.path().trim_end_matches('/'))
    }

    /// What a client that has nothing should ask its issuer for: to read. What it lacks it is told when it needs it.
    pub(crate) fn scopes_to_begin_with(&self) -> String {
        self.options.admission.names_of(Preset::Reader.scopes()).join(" ")
    }

    /// By what names the issuer grants these scopes.
    pub(crate) fn scopes_for(&self, scopes: Scopes) -> String {
        self.options.admission.names_of(scopes).join(" ")
    }
}
