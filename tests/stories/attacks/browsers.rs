//! A page in the user's browser that would like to use a server that asks nobody for a token.

use serde_json::Value;
use telegraphist_tests::HttpDemo;

use super::wire::answered;

fn post(demo: &HttpDemo, path: &str, headers: &str, body: &str) -> anyhow::Result<String> {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n");
    answered(demo, format!("{head}{body}").as_bytes())
}

/// How many questions there are.
fn questions(demo: &HttpDemo) -> anyhow::Result<usize> {
    let answer = answered(demo, b"GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let listed: Value = serde_json::from_str(body)?;
    Ok(listed["items"].as_array().map(Vec::len).unwrap_or_default())
}

#[test]
fn a_page_that_lets_its_name_point_here_or_posts_across_sites_does_nothing() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    let port = demo.base().rsplit(':').next().unwrap_or_default().to_owned();
    let ours = format!("Host: 127.0.0.1:{port}\r\n");
    let json = "Content-Type: application/json\r\n";
    let question = r#"{"title":"May I?"}"#;
    let attempts = [
        // Its own name, which now points to this machine.
        format!("Host: evil.example:{port}\r\nOrigin: http://evil.example:{port}\r\n{json}"),
        format!("Host: evil.example\r\n{json}"),
        format!("Host: 127.0.0.1.evil.example:{port}\r\n{json}"),
        format!("Host: localhost.:{port}.evil\r\n{json}"),
        format!("Host: evil.example@127.0.0.1:{port}\r\n{json}"),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n{json}"),
        // Straight to this address.
        format!("{ours}Origin: http://evil.example\r\n{json}"),
        format!("{ours}Origin: null\r\n{json}"),
        format!("{ours}Origin: http://127.0.0.1:1\r\n{json}"),
        format!("{ours}Origin: http://localhost:{port}.evil.example\r\n{json}"),
        format!("{ours}Origin: http://127.0.0.1:{port}\r\nOrigin: http://evil.example\r\n{json}"),
        format!("{ours}Sec-Fetch-Site: cross-site\r\n{json}"),
        // What a form may send without asking first.
        format!("{ours}Origin: http://evil.example\r\nContent-Type: text/plain\r\n"),
        format!("{ours}Content-Type: text/plain\r\n"),
        format!("{ours}Content-Type: application/x-www-form-urlencoded\r\n"),
        format!("{ours}Content-Type: multipart/form-data; boundary=application/json\r\n"),
    ];
    for headers in attempts {
        for path in ["/v1/approvals", "/mcp"] {
            let answer = post(&demo, path, &headers, question)?;
            let status = answer.get(9..12).unwrap_or_default();
            assert!(["400", "403", "406", "415"].contains(&status), "{path} {headers}: {answer}");
            assert!(!answer.to_ascii_lowercase().contains("access-control-allow-origin"), "{answer}");
        }
    }
    // A browser asks before it sends what a form could not; it is not told that it may.
    let asks = format!(
        "OPTIONS /mcp HTTP/1.1\r\n{ours}Origin: http://evil.example\r\nConnection: close\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n"
    );
    let told = answered(&demo, asks.as_bytes())?;
    assert!(told.starts_with("HTTP/1.1 403") && !told.to_ascii_lowercase().contains("access-control"), "{told}");
    assert_eq!(questions(&demo)?, 0, "none of them asked anything");
    let own = post(&demo, "/v1/approvals", &format!("{ours}{json}"), question)?;
    assert!(own.starts_with("HTTP/1.1 201"), "{own}");
    assert_eq!(questions(&demo)?, 1);
    Ok(())
}
