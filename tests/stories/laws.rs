//! The laws of the architecture that a program can check.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use telegraphist_tests::repository;

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(repository().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata works")
}

/// The packages under `crates/`, by name.
fn crates(metadata: &Metadata) -> BTreeMap<&str, &Package> {
    let is_product = |package: &&&Package| package.manifest_path.as_str().contains("/crates/");
    metadata.workspace_packages().iter().filter(is_product).map(|package| (package.name.as_str(), *package)).collect()
}

fn normal_dependencies(package: &Package) -> BTreeSet<&str> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.as_str()).collect()
}

#[test]
fn arrows_point_inwards() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("telegraphist-domain", [].as_slice()),
        ("telegraphist-application", &["telegraphist-domain"]),
        ("telegraphist-bot", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-files", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-keyring", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-machine", &["telegraphist-application"]),
        ("telegraphist-mtproto", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-sqlite", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-http", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-mcp", &["telegraphist-domain", "telegraphist-application"]),
        ("telegraphist-relay", &[]),
        ("telegraphist-sandbox", &[]),
        (
            "telegraphist",
            &[
                "telegraphist-domain",
                "telegraphist-application",
                "telegraphist-bot",
                "telegraphist-files",
                "telegraphist-keyring",
                "telegraphist-machine",
                "telegraphist-mtproto",
                "telegraphist-sqlite",
                "telegraphist-http",
                "telegraphist-mcp",
                "telegraphist-relay",
                "telegraphist-sandbox",
            ],
        ),
    ]);
    let metadata = metadata();
    let crates = crates(&metadata);
    let ours: BTreeSet<&str> = crates.keys().copied().collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "a new crate needs its place among the arrows");
    for (name, package) in crates {
        let used: BTreeSet<&str> = normal_dependencies(package).intersection(&ours).copied().collect();
        let may: BTreeSet<&str> = allowed[name].iter().copied().collect();
        assert!(used.is_subset(&may), "{name} depends on {:?}", used.difference(&may).collect::<Vec<_>>());
    }
}

#[test]
fn each_technology_has_one_home() {
    let homes: [(&str, &[&str]); 14] = [
        ("grammers-client", &["telegraphist-mtproto"]),
        ("grammers-session", &["telegraphist-mtproto"]),
        ("grammers-mtsender", &["telegraphist-mtproto"]),
        ("grammers-tl-types", &["telegraphist-mtproto", "telegraphist-sandbox"]),
        ("grammers-crypto", &["telegraphist-mtproto", "telegraphist-sandbox"]),
        ("teloxide", &["telegraphist-bot"]),
        ("sqlx", &["telegraphist-sqlite"]),
        ("secret-service", &["telegraphist-keyring"]),
        ("zbus", &["telegraphist-keyring"]),
        ("rmcp", &["telegraphist-mcp"]),
        ("axum", &["telegraphist-http", "telegraphist-sandbox"]),
        ("anyhow", &["telegraphist"]),
        ("opentelemetry-prometheus", &["telegraphist"]),
        ("prometheus", &["telegraphist"]),
    ];
    let metadata = metadata();
    for (name, package) in crates(&metadata) {
        let used = normal_dependencies(package);
        for (technology, homes) in homes {
            assert!(!used.contains(technology) || homes.contains(&name), "{technology} has no home in {name}");
        }
    }
}

/// Every client keeps a relay open all day.
#[test]
fn a_relay_has_no_runtime_and_no_protocol_library() {
    let metadata = metadata();
    let used = normal_dependencies(crates(&metadata)["telegraphist-relay"]);
    let light = BTreeSet::from(["memchr", "rustix", "serde", "serde_json", "sha2", "thiserror", "uuid"]);
    assert!(used.is_subset(&light), "the relay depends on {:?}", used.difference(&light).collect::<Vec<_>>());
}

#[test]
fn the_domain_has_never_heard_of_time_json_or_a_runtime() {
    let metadata = metadata();
    let used = normal_dependencies(crates(&metadata)["telegraphist-domain"]);
    assert!(used.is_subset(&BTreeSet::from(["thiserror", "uuid"])), "the domain depends on {used:?}");

    let mut read = 0;
    for file in rust_files(&repository().join("crates/domain/src")) {
        let text = fs_err::read_to_string(&file).expect("sources are readable");
        for forbidden in [
            "SystemTime",
            "Instant::now",
            "std::env",
            "std::fs",
            "std::net",
            "async fn",
            "serde",
            "Uuid::new",
            "Uuid::now",
        ] {
            assert!(!text.contains(forbidden), "{} mentions {forbidden}", file.display());
        }
        read += 1;
    }
    assert!(read > 3, "the domain's sources were not found");
}

#[test]
fn there_is_one_tls_provider_and_one_sqlite() {
    let lock = fs_err::read_to_string(repository().join("Cargo.lock")).expect("the lock file is there");
    let lock: toml::Table = lock.parse().expect("the lock file is TOML");
    let packages = lock["package"].as_array().expect("a lock file lists packages");
    let count = |name: &str| packages.iter().filter(|package| package["name"].as_str() == Some(name)).count();
    for banned in ["openssl-sys", "openssl", "native-tls", "aws-lc-sys", "aws-lc-rs", "libsql-ffi", "libsql"] {
        assert_eq!(count(banned), 0, "{banned} is in the lock file");
    }
    for single in ["rustls", "ring", "libsqlite3-sys"] {
        assert!(count(single) <= 1, "{single} is there {} times", count(single));
    }
}

/// Law 7: what goes to standard output is decided in few places. The compiler holds it (`clippy::print_stdout` is an
/// error in CI); this holds that nobody switches that off outside the command line.
#[test]
fn only_the_command_line_prints() {
    for file in rust_files(&repository().join("crates")) {
        let shown = file.strip_prefix(repository()).expect("below the root").display().to_string();
        let may_print =
            ["crates/presentation/telegraphist/", "crates/presentation/relay/", "crates/sandbox/src/main.rs"];
        if may_print.iter().any(|place| shown.starts_with(place))
            || shown.contains("/tests/")
            || shown.contains("/examples/")
        {
            continue;
        }
        let text = fs_err::read_to_string(&file).expect("sources are readable");
        assert!(!text.contains("print_stdout"), "{shown} switches the lint off");
        assert!(!text.contains("io::stdout("), "{shown} writes to standard output");
    }
}

#[test]
fn the_page_of_tools_is_what_the_catalogue_says() -> anyhow::Result<()> {
    let written = fs_err::read_to_string(repository().join("docs/TOOLS.md"))?;
    let fresh = telegraphist_tests::Home::new().ok(&["tools", "--markdown"], "");
    assert!(written == fresh, "docs/TOOLS.md is not up to date; run `cargo xtask docs`");
    Ok(())
}

#[test]
fn the_page_of_the_bot_api_is_what_the_sandbox_performs() -> anyhow::Result<()> {
    let written = fs_err::read_to_string(repository().join("docs/BOT_API.md"))?;
    let output =
        std::process::Command::new(telegraphist_tests::program("telegram-sandbox")).arg("--bot-api-page").output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(written == String::from_utf8(output.stdout)?, "docs/BOT_API.md is not up to date; run `cargo xtask docs`");
    Ok(())
}

/// Names in this page are promises.
#[test]
fn every_test_that_the_page_of_security_names_is_there_and_every_attack_is_on_it() -> anyhow::Result<()> {
    let page = fs_err::read_to_string(repository().join("docs/security.md"))?;
    let is_name = |word: &&str| {
        word.matches('_').count() >= 2
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let named: BTreeSet<&str> = page.split('`').skip(1).step_by(2).filter(is_name).collect();
    assert!(named.len() > 40, "the page names its tests: {}", named.len());
    let tests = |folder: &str| -> anyhow::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for file in rust_files(&repository().join(folder)) {
            let text = fs_err::read_to_string(&file)?;
            let lines: Vec<_> = text.lines().map(str::trim).collect();
            let marked = lines.windows(2).filter(|pair| pair[0].starts_with("#[") && pair[0].contains("test"));
            let name = |pair: &[&str]| {
                pair[1].trim_start_matches("async ").strip_prefix("fn ")?.split('(').next().map(str::to_owned)
            };
            found.extend(marked.filter_map(name));
        }
        Ok(found)
    };
    let mut there = tests("crates")?;
    there.extend(tests("tests")?);
    let gone: Vec<_> = named.iter().filter(|name| !there.contains(**name)).collect();
    assert!(gone.is_empty(), "docs/security.md names tests that are not there: {gone:?}");
    let attacks = tests("tests/stories/attacks")?;
    let untold: Vec<_> = attacks.iter().filter(|name| !named.contains(name.as_str())).collect();
    assert!(!attacks.is_empty() && untold.is_empty(), "docs/security.md does not tell of {untold:?}");
    Ok(())
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs_err::read_dir(folder).expect("folders are readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}
