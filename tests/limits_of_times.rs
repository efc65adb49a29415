//! How long what ends by itself may last: no shorter than something, and no longer than a book can tell. Nothing is cut to that in silence.

use teller::Clock;
use teller::server::{NewKey, Scope};

use crate::support::http::{TestServer, keys};
use crate::support::{check, on_every_backend};

const LIMITS: &str = "longer than 0s, and 36500d at most";

on_every_backend! {
    fn what_ends_by_itself_lasts_a_while_and_no_hundred_years(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit alice 10.00 -> posted
        ");
        for time in ["0s", "0d", "36501d", "1000000d", "99999999999999999999d"] {
            book.run(&format!("hold alice cash 1.00 --expires-in {time} --key h")).ends(65).says(LIMITS);
            book.run_as_owner(&format!("key create k --scope admin --expires-in {time}")).ends(65).says(LIMITS);
        }
        for time in ["36501d", "99999999999999999999d"] {
            book.run_as_owner(&format!("key rotate k --old-valid-for {time}")).ends(65).says("36500d at most");
            book.run_as_owner(&format!("webhook rotate w --old-valid-for {time}")).ends(65).says("36500d at most");
        }
        book.run("hold alice cash 1.00 --expires-in 36500d --key h").ends(0);
        book.run_as_owner("key create k --scope admin --expires-in 36500d").ends(0);

        let server = TestServer::on(book);
        for time in ["0s", "36501d"] {
            let hold = format!(r#"{{"key":"h2","from":"alice","to":"cash","amount":"1.00","expires_in":"{time}"}}"#);
            server.post("/v1/holds", &hold).problem(400, "duration_invalid");
            server.post("/v1/batches", &format!("[{{\"key\":\"h3\",\"hold\":{}}}]", hold.replace("\"key\":\"h2\",", ""))).problem(400, "duration_invalid");
            let key = format!(r#"{{"name":"k2","scopes":["admin"],"expires_in":"{time}"}}"#);
            let refused = server.post("/v1/keys", &key).problem(400, "duration_invalid");
            assert!(refused.json()["detail"].as_str().unwrap().contains(LIMITS), "{refused:?}");
        }
        server.post("/v1/keys/admin/rotate", r#"{"old_valid_for":"36501d"}"#).problem(400, "duration_invalid");
    }

    fn no_key_is_made_that_has_ended(book: &TestBook) {
        let now = Clock::system().now();
        let ended = NewKey { expires_at: Some(now), ..NewKey::new("k".parse().unwrap(), [Scope::Admin]) };
        assert_eq!(keys(book).create(ended, now).unwrap_err().code(), "request_invalid");
        assert!(keys(book).list().unwrap().is_empty());
    }
}
