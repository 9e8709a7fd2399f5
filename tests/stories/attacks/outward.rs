//! Addresses that would have this server ask somebody else's: itself, its neighbours, a cloud's metadata.

use std::net::TcpListener;
use std::process::Command;

use serde_json::json;
use telegraphist_tests::{Gateway, code};

#[test]
fn no_spelling_of_an_address_makes_the_server_knock_at_its_own_machine() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let writer = gateway.token(&["writer", "--preset", "writer"]);
    // Everything on this machine that could be reached would be heard here.
    let inside = TcpListener::bind("0.0.0.0:0")?;
    inside.set_nonblocking(true)?;
    let port = inside.local_addr()?.port();
    let own_name = String::from_utf8(Command::new("hostname").output()?.stdout)?;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.0.2",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        // By DNS: names that lead back.
        "localhost",
        "LOCALHOST",
        "localhost.",
        own_name.trim(),
        // What is meant is behind the sign.
        "example.org@127.0.0.1",
        "example.org%40127.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "192.168.0.1",
        "127.0.0.1%0d%0aX-Evil:1",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ];
    for host in hosts {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/latest/meta-data");
            let refused = gateway.call(&writer, "send_file", &json!({ "chat": "me", "files": [{ "url": url }] }))?;
            assert_eq!(code(&refused)?, "file_refused", "{url}: {refused:?}");
        }
    }
    for url in ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "data:text/plain,x", "//127.0.0.1/x"]
    {
        let refused = gateway.call(&writer, "send_file", &json!({ "chat": "me", "files": [{ "url": url }] }))?;
        assert!(["file_refused", "invalid_argument"].contains(&&*code(&refused)?), "{url}: {refused:?}");
    }
    let heard = inside.accept();
    assert!(heard.is_err_and(|problem| problem.kind() == std::io::ErrorKind::WouldBlock), "somebody knocked");
    Ok(())
}

#[test]
fn no_way_of_writing_a_path_leads_out_of_the_allowed_folders() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let writer = gateway.token(&["writer", "--preset", "writer"]);
    let data = gateway.0.home().data("demo");
    let downloads = data.join("downloads");
    fs_err::create_dir_all(&downloads)?;
    std::os::unix::fs::symlink("/etc/passwd", downloads.join("link"))?;
    std::os::unix::fs::symlink("/", downloads.join("root"))?;
    let inside = |rest: &str| format!("{}/{rest}", downloads.display());
    for path in [
        "/etc/passwd".to_owned(),
        "../../../etc/passwd".to_owned(),
        "/proc/self/environ".to_owned(),
        "/dev/zero".to_owned(),
        "~/.ssh/id_rsa".to_owned(),
        inside("../telegraphist.db"),
        inside("../vault.key"),
        inside("../../../../../../../../etc/passwd"),
        inside("link"),
        inside("root/etc/passwd"),
        inside("./../downloads/../telegraphist.db"),
        inside("x\0/../../etc/passwd"),
        inside("%2e%2e/telegraphist.db"),
        String::new(),
    ] {
        let refused = gateway.call(&writer, "send_file", &json!({ "chat": "me", "files": [{ "path": path }] }))?;
        assert!(["file_refused", "invalid_argument"].contains(&&*code(&refused)?), "{path:?}: {refused:?}");
    }
    Ok(())
}
