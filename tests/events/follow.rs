//! Following a book while things happen in it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::{Program, on_every_backend};

on_every_backend! {
    fn a_follower_is_told_as_things_happen_and_goes_on_where_it_stopped(book: &TestBook) {
        book.run("account open alice --currency EUR --overdraft 100").ends(0);
        book.run("account open bob --currency EUR").ends(0);
        let arguments = ["events", "--follow", "--format", "ndjson"];
        let mut follower = Program::on(book, &arguments).command(|command| { command.stdout(Stdio::piped()); }).spawn();
        let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
        let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!((next()["subject"].clone(), next()["subject"].clone()), ("alice".into(), "bob".into()));
        book.run("transfer alice bob 5").ends(0);
        let posted = next();
        assert_eq!(posted["data"]["amount"], "5.00");
        follower.kill().unwrap();
        follower.wait().unwrap();

        book.run("transfer alice bob 6").ends(0);
        let rest = book.run(&format!("events --format ndjson --after {}", posted["id"].as_str().unwrap())).ends(0);
        assert_eq!(rest.stdout.lines().count(), 1);
        assert!(rest.stdout.contains("\"6.00\""));
    }
}
