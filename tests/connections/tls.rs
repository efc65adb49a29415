//! A server behind a certificate, and everything that can be wrong with one.

use std::fs;

use crate::support::cluster::{Cluster, ROLE};
use crate::support::process::as_server;
use crate::support::{Answer, Program};

/// A server that speaks TLS, with certificates of an authority of its own in its data folder.
struct TlsServer(Cluster);

impl TlsServer {
    fn start() -> Self {
        let server = Self(Cluster::primary(&[]));
        for authority in ["ca", "other"] {
            server.openssl(&format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN={authority} \
                 -keyout {authority}.key -out {authority}.crt"
            ));
        }
        fs::write(format!("{}/san", server.0.data()), "subjectAltName=DNS:localhost\n").unwrap();
        // The last one ended before it began to be used.
        for (name, dates) in [("good", "-days 30"), ("expired", "-days -1")] {
            server.openssl(&format!(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout {name}.key -out {name}.csr"
            ));
            server.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial {dates} -extfile san -out {name}.crt"
            ));
        }
        server
    }

    fn openssl(&self, arguments: &str) {
        let script = format!("cd '{}' && openssl {arguments}", self.0.data());
        let output = as_server("sh").args(["-c", &script]).output().expect("sh starts");
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Serves with this certificate from now on.
    fn serve(&self, certificate: &str) {
        self.0.set("ssl_key_file", &format!("{certificate}.key"));
        self.0.set("ssl_cert_file", &format!("{certificate}.crt"));
        self.0.set("ssl", "on");
    }

    /// Asks the server for its schema by way of a host's name, trusting one authority.
    fn ask(&self, host: &str, mode: &str, authority: &str) -> Answer {
        let url = format!(
            "postgres://{ROLE}@{host}:{}/postgres?hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={}/{authority}.crt",
            self.0.port,
            self.0.data(),
        );
        Program::new(&["--database-url", &url, "migrate", "status"]).run()
    }
}

#[test]
fn a_server_is_only_trusted_with_the_right_certificate_and_otherwise_the_cause_is_named() {
    let server = TlsServer::start();
    let plain = server.ask("localhost", "verify-full", "ca").ends(69);
    plain.says("server does not support SSL").says("hint: the server speaks no TLS");

    server.serve("good");
    server.ask("localhost", "verify-full", "ca").ends(0).shows("false");
    server.ask("127.0.0.1", "verify-ca", "ca").ends(0);
    let other_host = server.ask("127.0.0.1", "verify-full", "ca").ends(69);
    other_host
        .says("does not match host name \"127.0.0.1\"")
        .says("hint: the server's certificate is for another host");
    let other_authority = server.ask("localhost", "verify-full", "other").ends(69);
    other_authority
        .says("unable to get local issuer certificate")
        .says("hint: sslrootcert in the URL must name the authority");
    let no_authority = server.ask("localhost", "verify-full", "missing").ends(69);
    no_authority.says("does not exist").says("hint: name the authority's certificate");

    server.serve("expired");
    server
        .ask("localhost", "verify-full", "ca")
        .ends(69)
        .says("certificate has expired")
        .says("hint: have the server's certificate renewed");
}
