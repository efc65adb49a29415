//! A program before the servers that leads reads to the standby.

use teller::store::{Pool, StoreOptions};

use super::Pair;
use crate::support::Program;
use crate::support::cluster::url;
use crate::support::pgpool::Pgpool;

#[test]
fn a_balancer_that_can_mix_moments_is_refused() {
    let pair = Pair::asynchronous();
    for mode in ["on", "off"] {
        let Some(balancer) = Pgpool::to(&pair.first, &pair.second, mode) else {
            eprintln!("left out, for want of Pgpool-II; on Debian: apt-get install pgpool2");
            return;
        };
        let url = url(balancer.port);
        for arguments in [&["verify"][..], &["transfer", "a", "b", "1"], &["doctor"], &["migrate", "status"]] {
            let answer = Program::new(&[&["--database-url", &url], arguments].concat()).run();
            answer.ends(78).says("Pgpool-II is on the way").says("put PgBouncer before them");
        }
        let fault = Pool::connect(url.parse().unwrap(), StoreOptions::default()).unwrap_err();
        assert_eq!(fault.code(), "not_offered");
    }
}

/// A server knows no question about Pgpool-II, and would write an error to its log each time that it is asked.
#[test]
fn a_server_that_is_reached_directly_is_not_asked_about_balancers() {
    let pair = Pair::asynchronous();
    pair.run(&["balance", "a"], 0);
    let log = std::fs::read_to_string(pair.first.log()).unwrap();
    assert!(!log.contains("pool_version"), "{log}");
}
