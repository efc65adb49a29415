//! The rights that servers take for a while, and what becomes of one that was taken under a clock that was ahead.

use std::time::Duration;

use teller::Clock;
use teller::server::NewWebhook;

use crate::server::monitors::{monitors, told, wait_until_judged};
use crate::server::webhooks::add;
use crate::support::http::{TestServer, options};
use crate::support::operational::{run, schema};
use crate::support::receiver::Receiver;
use crate::support::{TestBook, check, on_every_backend};

/// Leaves a right with a server that is gone, until an hour from now.
fn leave_behind(book: &TestBook, table: &str) {
    let until = Clock::system().now().after(Duration::from_hours(1)).micros();
    run(book, &format!("update {}.{table} set holder = 'gone', leased_until = {until}", schema(book)));
}

on_every_backend! {
    fn monitors_are_judged_though_a_clock_was_ahead(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
        ");
        let (ledger, monitors) = (book.ledger(), monitors(book));
        let alice = teller::ledger::Watched::Account("alice".parse().unwrap());
        monitors.add("rich", &alice, "available >= 1", &ledger).unwrap();
        // The first server makes the place for its right.
        TestServer::on(book).stop().unwrap();
        leave_behind(book, "leases");
        let server = TestServer::again(book, options());
        check(book, "deposit alice 5 -> posted");
        wait_until_judged(&monitors, "rich", &ledger);
        assert_eq!(told(&monitors, "rich").len(), 1);
        server.stop().unwrap();
    }

    fn webhooks_are_told_though_a_clock_was_ahead(book: &TestBook) {
        let receiver = Receiver::new();
        add(book, NewWebhook::new(&receiver.url));
        leave_behind(book, "webhooks");
        let server = TestServer::on(book);
        server.open_accounts(&["a"]);
        receiver.wait_for(1);
    }
}
