//! TLS, and certificates that change while the server runs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::programs::Serving;
use crate::support::TestBook;

fn make_certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={name}"), "-keyout", "server.key", "-out", "server.pem"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl is installed").success());
}

/// What a client of TLS sees: the subject of the certificate, and the answer to a request.
fn ask(address: &str) -> String {
    let script = format!(
        "printf 'GET /livez HTTP/1.1\\r\\nhost: teller\\r\\nconnection: close\\r\\n\\r\\n' \
         | timeout 20 openssl s_client -connect {address} -ign_eof 2>&1"
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("sh starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_certificate_is_read_again_when_it_is_asked_for_and_a_broken_one_changes_nothing() {
    let book = TestBook::on_sqlite();
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "one");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let server = Serving::on(&book, &["--tls-cert", &path("server.pem"), "--tls-key", &path("server.key")]);
    assert!(server.said.contains("https://"), "{}", server.said);
    let first = ask(&server.address);
    assert!(first.contains("CN = one") || first.contains("CN=one"), "{first}");
    assert!(first.contains("HTTP/1.1 200 OK"), "{first}");

    make_certificate(folder.path(), "two");
    server.signal("HUP");
    until(|| ask(&server.address).replace(' ', "").contains("CN=two"));

    std::fs::write(path("server.pem"), "no certificate").unwrap();
    server.signal("HUP");
    for _ in 0..3 {
        assert!(ask(&server.address).contains("HTTP/1.1 200 OK"));
    }
    // What speaks no TLS gets no answer.
    assert_eq!(server.send("", "GET", "/livez", ""), 0);
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_before_anything_is_answered() {
    let book = TestBook::on_sqlite();
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path(), "one");
    let key = folder.path().join("server.key").display().to_string();
    let arguments = format!("serve --listen 127.0.0.1:0 --tls-cert /no/such/file --tls-key {key}");
    book.run(&arguments).ends(65).says("cannot use the certificate /no/such/file");
}

fn until(mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_mins(1), "it never is");
    }
}
