use std::path::PathBuf;

/// The root of the repository.
pub fn repository() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).unwrap_or(manifest)
}

/// A program of this workspace, of the same profile as the running test.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own path");
    let built = own.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    built.unwrap_or_else(|| {
        panic!("{name} is not built; run `cargo xtask test`, or `cargo build --workspace --bins` first")
    })
}

/// The Python interpreter with the foreign clients.
pub fn python() -> PathBuf {
    fetched("python/bin/python")
}

/// The Python interpreter with the bot libraries.
pub fn python_for_bots() -> PathBuf {
    fetched("python-bots/bin/python")
}

/// The Python interpreter with FastMCP.
pub fn python_for_fastmcp() -> PathBuf {
    fetched("python-fastmcp/bin/python")
}

/// What reads an OpenAPI document and sends what it allows, and what it does not.
pub fn schemathesis() -> PathBuf {
    fetched("python-schemathesis/bin/schemathesis")
}

/// A program of an npm package among the foreign clients.
pub fn node_tool(name: &str) -> PathBuf {
    fetched(&format!("node/node_modules/.bin/{name}"))
}

/// The folder of the npm packages among the foreign clients.
pub fn node_modules() -> PathBuf {
    fetched("node/node_modules")
}

fn fetched(path: &str) -> PathBuf {
    let tools = std::env::var_os("STORIES_CLIENTS").map_or_else(|| repository().join("target/tools"), PathBuf::from);
    let tool = tools.join(path);
    assert!(tool.exists(), "the foreign clients are not fetched; run `cargo xtask test` once");
    tool
}
