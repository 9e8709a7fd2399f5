use super::*;

fn read(file: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("config.toml");
    fs_err::write(&path, file).expect("written");
    Settings::read(Layers { file: Some(&path), environment: &Environment::of(variables), flags: Vec::new() })
}

fn problem(file: &str, variables: &[(&str, &str)]) -> String {
    read(file, variables).err().expect("refused").to_string()
}

#[test]
fn the_built_in_configuration_is_complete_and_shown_whole() {
    let settings = read("", &[]).expect("the defaults are valid");
    assert!(!settings.has_api_credentials());
    assert_eq!(settings.telegram.wait_max.0.as_secs(), 10);
    let shown: Vec<_> = settings.shown().into_iter().map(|(key, _)| key).collect();
    let mut known: Vec<_> = keys::known().collect();
    let mut sorted = shown.clone();
    sorted.sort_unstable();
    known.sort_unstable();
    assert_eq!(sorted, known, "a key is documented or shown, but not both");
}

#[test]
fn the_example_is_valid() {
    read(include_str!("../../../../../config/example.toml"), &[]).expect("valid");
}

#[test]
fn the_environment_wins_over_the_file_and_flags_over_both() {
    let file = "[telegram]\napi_id = 1\nwait_max = \"3s\"\n[tools]\nexclude = [\"send_file\"]";
    let settings = read(file, &[("TELEGRAPHIST_TELEGRAM__API_ID", "2")]).expect("valid");
    assert_eq!(settings.telegram.api_id, 2);
    assert_eq!(settings.telegram.wait_max.0.as_secs(), 3);
    assert_eq!(settings.origin("telegram.api_id"), Origin::Environment);
    assert_eq!(settings.origin("telegram.wait_max"), Origin::File);
    assert_eq!(settings.origin("daemon.idle"), Origin::BuiltIn);

    let environment = Environment::of(&[("HOME", "/nowhere"), ("TELEGRAPHIST_TOOLS__READ_ONLY", "false")]);
    let settings =
        Settings::read(Layers { file: None, environment: &environment, flags: vec![("tools.read_only", true.into())] })
            .expect("valid");
    assert!(settings.tools.read_only);
    assert_eq!(settings.origin("tools.read_only"), Origin::Flag);
}

#[test]
fn lists_are_arrays_in_the_file_and_commas_in_the_environment() {
    let settings = read("[files]\nread = [\"/a\", \"/b\"]", &[]).expect("valid");
    assert_eq!(settings.files.read.0, [Path::new("/a"), Path::new("/b")]);
    let settings = read("", &[("TELEGRAPHIST_TOOLS__TOOLSETS", "chats, messages")]).expect("valid");
    assert_eq!(settings.tools.toolsets.0, ["chats", "messages"]);
    let settings = read("", &[("TELEGRAPHIST_TOOLS__TOOLSETS", "")]).expect("valid");
    assert!(settings.tools.toolsets.0.is_empty());
}

#[test]
fn a_hash_of_digits_only_stays_as_it_was_written() {
    let settings = read("", &[("TELEGRAPHIST_TELEGRAM__API_HASH", "00123e45")]).expect("valid");
    assert_eq!(settings.telegram.api_hash.expose_secret(), "00123e45");
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    let file = problem("[telegram]\napi_idd = 1", &[]);
    assert!(file.contains("there is no key `telegram.api_idd`"), "{file}");
    assert!(file.contains("did you mean `telegram.api_id`?"), "{file}");

    let section = problem("api_hash = \"x\"", &[]);
    assert!(section.contains("did you mean `telegram.api_hash`?"), "{section}");

    let variable = problem("", &[("TELEGRAPHIST_TELEGRAM_API_ID", "1")]);
    assert!(variable.contains("did you mean `TELEGRAPHIST_TELEGRAM__API_ID`?"), "{variable}");

    let strange = problem("[zzz]\nqqq = 1", &[]);
    assert!(!strange.contains("did you mean"), "{strange}");
}

#[test]
fn variables_that_stand_for_flags_are_no_keys() {
    read("", &[("TELEGRAPHIST_PROFILE", "work"), ("TELEGRAPHIST_CONFIG", "/x")]).expect("valid");
}

#[test]
fn values_that_cannot_be_used_say_what_can() {
    let relative = problem("[files]\nread = [\"documents\"]", &[]);
    assert!(relative.contains("not an absolute path"), "{relative}");
    let span = problem("[daemon]\nidle = \"soon\"", &[]);
    assert!(span.contains("10s"), "{span}");
    let number = problem("[telegram]\napi_id = \"many\"", &[]);
    assert!(number.contains("api_id"), "{number}");
    let place = problem("[store]\nkey_place = \"safe\"", &[]);
    assert!(place.contains("keyring"), "{place}");
    let format = problem("[log]\nformat = \"xml\"", &[]);
    assert!(format.contains("json"), "{format}");
}

#[test]
fn secrets_are_neither_shown_nor_quoted_in_errors() {
    let key = "ab".repeat(256);
    let file = format!("[telegram]\napi_hash = \"s3cret\"\ndc_options = [\"2=127.0.0.1:443/{key}\"]");
    let settings = read(&file, &[]).expect("valid");
    assert!(settings.telegram.dc_options.0[0].0.auth_key.is_some());
    let shown = format!("{:?}", settings.shown());
    assert!(!shown.contains("s3cret") && !shown.contains("abab"), "{shown}");

    let broken = problem("[telegram]\napi_hash = \"s3cret", &[]);
    assert!(broken.contains("line 2") && !broken.contains("s3cret"), "{broken}");
    let dc = problem(&format!("[telegram]\ndc_options = [\"2=nowhere/{key}\"]"), &[]);
    assert!(!dc.contains("abab"), "{dc}");
}

#[test]
fn a_file_that_was_asked_for_has_to_exist() {
    let missing = Settings::read(Layers {
        file: Some(Path::new("/nowhere/config.toml")),
        environment: &Environment::default(),
        flags: Vec::new(),
    });
    assert!(missing.err().expect("refused").to_string().contains("/nowhere/config.toml"));
}

#[test]
fn spans_read_and_show_alike() {
    for text in ["500ms", "10s", "5m", "2h", "90s", "0s"] {
        let span: Span = text.parse().expect("a duration");
        assert_eq!(span.to_string(), text);
    }
    assert!("10".parse::<Span>().is_err());
    assert!("18446744073709551615h".parse::<Span>().is_err());
}

#[test]
fn http_is_for_this_machine_and_webhooks_for_an_address_that_telegram_can_trust() {
    let settings = read("", &[]).expect("valid");
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.bots.webhook_url.0, None);
    for url in ["https://example.org", "https://example.org/bots/", "http://127.0.0.1:8080", "http://[::1]:8081"] {
        let settings = read(&format!("[bots]\nwebhook_url = \"{url}\""), &[]).expect("valid");
        assert_eq!(settings.bots.webhook_url.to_string(), url.trim_end_matches('/'));
    }
    for url in ["http://example.org", "https://me:secret@example.org", "https://example.org/?a=b", "example.org"] {
        let problem = problem(&format!("[bots]\nwebhook_url = \"{url}\""), &[]);
        assert!(problem.contains("bots.webhook_url") && !problem.contains("secret"), "{problem}");
    }
    for (section, address) in [
        ("http", "everywhere"),
        ("http", "0.0.0.0:8080"),
        ("metrics", "everywhere"),
        ("metrics", "0.0.0.0:9090"),
        ("admin", "everywhere"),
        ("admin", "0.0.0.0:9091"),
    ] {
        let problem = problem(&format!("[{section}]\nlisten = \"{address}\""), &[]);
        assert!(problem.contains(&format!("{section}.listen")), "{problem}");
    }
    assert!(problem("[http]\ntls_cert = \"/etc/cert.pem\"", &[]).contains("http.tls_key"));
}

#[test]
fn limits_of_http_that_would_keep_everybody_out_or_nobody_are_refused_by_their_keys() {
    for (key, value) in [
        ("connections_max", "0"),
        ("connections_max", "4294967296"),
        ("sessions_max", "0"),
        ("sessions_max", "1000000"),
        ("body_max", "0"),
        ("body_max", "1099511627776"),
        ("session_idle", "\"0s\""),
        ("allowed_hosts", "[\"https://mcp.example.org\"]"),
        ("allowed_origins", "[\"app.example.org\"]"),
    ] {
        let problem = problem(&format!("[http]\n{key} = {value}"), &[]);
        assert!(problem.contains(&format!("http.{key} ")), "{key} = {value}: {problem}");
    }
    let fine = "[http]\nconnections_max = 1\nsessions_max = 1\nbody_max = 65536\nallowed_hosts = [\"mcp.example.org\"]\n\
                allowed_origins = [\"http://localhost:*\"]";
    assert!(read(fine, &[]).is_ok());
}

#[test]
fn a_trusted_proxy_needs_tokens_only_where_a_profile_is_served() {
    let open = read("[http]\ntrust_proxy = true", &[]).expect("a demo may be so");
    assert!(open.http.check_for_profile().is_err_and(|problem| problem.contains("--auth bearer")));
    let closed = read("[http]\ntrust_proxy = true\nauth = \"bearer\"", &[]).expect("valid");
    assert!(closed.http.check_for_profile().is_ok());
}

#[test]
fn limits_are_read_and_what_makes_no_sense_is_refused() {
    let limits = read("", &[]).expect("valid").limits.limits();
    assert_eq!(limits, telegraphist_application::limits::Limits::generous(), "the file says what the application does");
    let file = "[limits]\ncalls_per_tool = \"5/h\"\ncalls_per_server = \"\"\nmemory_max = 1000";
    let limits = read(file, &[]).expect("valid").limits.limits();
    let tool = limits.tool.expect("a rate");
    assert_eq!((tool.burst, tool.per.as_secs(), limits.server, limits.memory.bytes), (5, 3_600, None, Some(1_000)));
    for (file, key) in [
        ("[limits]\ncalls_per_caller = \"many\"", "`many` is no number of calls"),
        ("[limits]\ncalls_max = 0", "limits.calls_max"),
        ("[limits]\ncalls_max = 10\nsession_calls_max = 11", "limits.session_calls_max"),
        ("[limits]\nmemory_share = 101", "limits.memory_share"),
        ("[telegram]\nmax_active_sessions = 0", "telegram.max_active_sessions"),
        ("[telegram]\nmax_active_sessions = 10001", "telegram.max_active_sessions"),
        ("[telegram]\nsession_idle = \"500ms\"", "telegram.session_idle"),
    ] {
        let problem = problem(file, &[]);
        assert!(problem.contains(key), "{problem}");
    }
}

#[test]
fn the_operators_door_is_closed_until_it_is_opened_and_elsewhere_only_encrypted() {
    let settings = read("", &[]).expect("valid");
    assert_eq!((settings.admin.door(), settings.admin.listen.to_string().as_str()), (None, "127.0.0.1:9091"));
    let settings = read("[admin]\nenabled = true", &[]).expect("valid");
    assert_eq!(settings.admin.door(), Some(settings.admin.listen.0));
    let everywhere = "[admin]\nlisten = \"0.0.0.0:9091\"\n[http]\nauth = \"bearer\"\n";
    let problem = problem(&format!("{everywhere}trust_proxy = true"), &[]);
    assert!(problem.contains("admin.listen"), "no proxy stands before it: {problem}");
    let encrypted = format!("{everywhere}tls_cert = \"/etc/cert.pem\"\ntls_key = \"/etc/key.pem\"");
    assert!(read(&encrypted, &[]).is_ok());
}

#[test]
fn an_operator_is_shown_every_key_as_a_program_reads_it_and_no_secret() {
    let secret = [("TELEGRAPHIST_TELEGRAM__API_HASH", "s3cret")];
    let settings = read("[files]\nread = [\"/srv/files\"]", &secret).expect("valid");
    let keys = settings.keys();
    assert_eq!(keys.len(), keys::known().count());
    let shown = |name: &str| {
        let key = keys.iter().find(|key| key.key == name).expect("it is shown");
        (key.value.clone(), key.origin.as_str())
    };
    assert_eq!(shown("telegram.api_hash"), ("(hidden)".into(), "environment"));
    assert_eq!(shown("files.read"), (serde_json::json!(["/srv/files"]), "file"));
    assert_eq!(shown("telegram.wait_max"), ("10s".into(), "default"));
    assert_eq!(shown("people.owner"), (0.into(), "default"));
    assert!(!format!("{keys:?}").contains("s3cret"));
}
