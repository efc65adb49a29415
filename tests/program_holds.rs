//! Holds, reversals, states and conditions as a script sees them.

use crate::support::{Program, TestBook, check, on_every_backend};

/// What is no amount, wherever one is asked for.
const NO_AMOUNTS: [&str; 9] = ["NaN", "Infinity", "1e400", "1e3", "", " 1", "1,000.00", "0x10", "0.001"];
const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 100 -> posted
";

fn run(book: &TestBook, arguments: &[&str]) -> crate::support::Answer {
    Program::on(book, arguments).run()
}

/// A dry run ends well and leaves no trace.
fn assert_dry(book: &TestBook, command: &str) {
    let before = book.contents();
    book.run(&format!("{command} --dry-run")).ends(0);
    assert_eq!(book.contents(), before, "{command}");
}

on_every_backend! {
    fn a_hold_is_captured_in_parts_and_its_rest_released(book: &TestBook) {
        check(book, BEGIN);
        let hold = "hold alice bob 25 --key order-7 --expires-in 7d --format ndjson";
        assert_dry(book, hold);
        let answer = book.run(hold).ends(0).json();
        assert_eq!((&answer["kind"], &answer["hold_id"]), (&"hold".into(), &answer["id"]));
        // So long after it was recorded: the same command later is the same request.
        let again = book.run(hold).ends(0).says("posted before").json();
        assert_eq!((&again["expires_at"], again["replayed"].as_bool()), (&answer["expires_at"], Some(true)));
        book.run("hold alice bob 25 --key order-7 --expires-in 8d").ends(3).says("already used");
        book.run("balance alice").ends(0).shows("100.00  25.00      75.00");

        assert_dry(book, "capture order-7 20");
        assert_eq!(book.run("capture order-7 20 --format json").ends(0).json()["kind"], "capture");
        book.run("capture order-7 5.01").ends(3).says("has 5.00 EUR left");
        assert_dry(book, "release order-7");
        let both = book.run("capture order-7 1 --final --format json").ends(0).json()["items"].clone();
        assert_eq!([&both[0]["kind"], &both[0]["amount"], &both[1]["kind"], &both[1]["amount"]], ["capture", "1.00", "release", "4.00"]);
        book.run("capture order-7").ends(3).says("released");
        check(book, "balance alice posted 79 held 0 available 79");

        let shown = book.run("hold show order-7 --format ndjson").ends(0).json();
        assert_eq!(shown["transfers"].as_array().unwrap().len(), 4);
        book.run("hold show order-7").ends(0).shows("credit account   bob\n").shows("release");
    }

    fn a_hold_changes_nothing_in_a_statement(book: &TestBook) {
        check(book, BEGIN);
        book.run("hold alice bob 25 --key h").ends(0);
        book.run("release h").ends(0).shows("release");
        let entries = book.run("statement alice --format json").ends(0).json()["items"].clone();
        for (index, kind) in ["release", "hold"].into_iter().enumerate() {
            let entry = &entries[index];
            assert_eq!([&entry["kind"], &entry["change"], &entry["amount"], &entry["balance"]], [kind, "0.00", "25.00", "100.00"]);
        }
        book.run("statement alice").ends(0).shows("KIND").shows("AMOUNT");
    }

    fn holds_are_listed_page_by_page_or_by_account(book: &TestBook) {
        check(book, BEGIN);
        book.run("hold list").ends(0).says("No holds.");
        for key in ["a", "b", "c"] {
            book.run(&format!("hold alice bob 1 --key {key}")).ends(0);
        }
        book.run("release b").ends(0);
        let page = book.run("hold list --limit 2 --format json").ends(0).says("There are more: --cursor ").json();
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let cursor = page["next_cursor"].as_str().unwrap();
        assert_eq!(book.run(&format!("hold list --cursor {cursor} --format json")).ends(0).json()["items"][0]["sequence"], 7);
        assert_eq!(book.run("hold list --account bob --format json").ends(0).json()["items"].as_array().unwrap().len(), 2);
        book.run("hold list --account ghost").ends(3).says("account ghost is unknown");
        book.run("hold list --account bob --limit 1").ends(0).says("There are more");
        book.run("hold show ghost").ends(3).says("is unknown");
        book.run("capture ghost 5").ends(3).says("is unknown");
        book.run("release ghost").ends(3).says("is unknown");
        book.run("hold expire --dry-run").ends(0).says("Would record the expiry of 0 holds.");
        assert_eq!(book.run("hold expire --format ndjson").ends(0).stdout, "{\"expired\":0,\"dry_run\":false}\n");
    }

    fn a_hold_says_when_it_ends_in_words_that_are_understood(book: &TestBook) {
        check(book, BEGIN);
        for duration in ["", "7", "d", "-1d", "forever", "1ns", "1M", "2months", "1y"] {
            run(book, &["hold", "alice", "bob", "1", &format!("--expires-in={duration}")]).ends(65).says("is not a length of time");
        }
        book.run("hold alice bob 1 --expires-in 0s").ends(65).says("longer than 0s");
        book.run("hold alice bob 1 --expires-at 2020-01-01T00:00:00Z").ends(3).says("is over already");
        book.run("hold alice bob 1 --expires-at tomorrow").ends(65).says("is no time");
        book.run("hold alice bob 1 --expires-at 2099-01-01T00:00:00Z --expires-in 1d").ends(2);
        book.run("hold").ends(2);
        book.run("hold alice bob").ends(2);
    }

    fn a_transfer_is_reversed_by_its_key_its_id_or_its_place(book: &TestBook) {
        check(book, BEGIN);
        book.run("transfer alice bob 30 --key rent").ends(0);
        assert_dry(book, "reverse rent");
        let reversal = book.run("reverse @5 --amount 10 --at original --format json").ends(0).json();
        assert_eq!((&reversal["kind"], &reversal["amount"]), (&"reversal".into(), &"10.00".into()));
        assert_eq!(reversal["effective_at"], book.run("transfer show @5 --format json").ends(0).json()["effective_at"]);
        book.run("reverse rent --amount 20.01").ends(3).says("has 20.00 EUR left to reverse");
        book.run("reverse rent").ends(0);
        book.run("reverse rent").ends(3).says("is reversed already");
        book.run("reverse @99").ends(3).says("there is no transfer @99");
        for place in ["@", "@x", "@-1", "@+1", "@99999999999999999999"] {
            book.run(&format!("reverse {place}")).ends(65).says("is no sequence");
        }
        book.run("reverse ghost").ends(3).says("is unknown");
        for usage in ["reverse", "reverse rent --journal j", "reverse --journal j --amount 1", "reverse rent --at noon"] {
            book.run(usage).ends(2);
        }
        check(book, "balance alice posted 100\nbalance bob posted 0");
    }

    // P6
    fn what_is_no_amount_is_refused_at_the_entrances_for_holds_too(book: &TestBook) {
        check(book, BEGIN);
        book.run("hold alice bob 5 --key h").ends(0);
        book.run("transfer alice bob 5 --key t").ends(0);
        let requests: [&[&str]; 9] = [
            &["hold", "alice", "bob"], &["hold", "alice", "bob", "--up-to"], &["capture", "h"], &["capture", "h", "--up-to"],
            &["reverse", "t", "--amount"], &["transfer", "alice", "bob", "--up-to"], &["withdraw", "alice", "--cash", "cash", "--up-to"],
            &["transfer", "alice", "--split", "bob rest"], &["transfer", "alice", "bob", "1", "--if-balance"],
        ];
        for request in requests {
            let is_condition = request.contains(&"--if-balance");
            for amount in NO_AMOUNTS {
                let amount = if is_condition { format!(">={amount}x") } else { amount.to_owned() };
                run(book, &[request, &[amount.as_str()]].concat()).ends(65);
            }
            if !is_condition {
                run(book, &[request, &["-0.01"]].concat()).ends(65).says("has a sign");
                run(book, &[request, &["0"]].concat()).ends(3);
            }
        }
        assert_eq!(book.query_i64("select count(*) from transfers"), 3);
    }

    fn as_much_as_is_available_is_moved_and_kept(book: &TestBook) {
        check(book, BEGIN);
        let answer = book.run("transfer alice bob --up-to 30 --key some --format json").ends(0).json();
        assert_eq!((&answer["amount"], &answer["up_to"]), (&"30.00".into(), &"30.00".into()));
        let answer = book.run("transfer alice bob all --key rest --format json").ends(0).json();
        assert_eq!((&answer["amount"], &answer["up_to"]), (&"70.00".into(), &"all".into()));
        book.run("deposit alice 5 --cash cash").ends(0);
        let again = book.run("transfer alice bob all --key rest --format json").ends(0).json();
        assert_eq!((&again["amount"], &again["replayed"]), (&"70.00".into(), &true.into()));
        book.run("deposit alice all --cash cash").ends(3).says("give an amount");
        book.run("transfer alice bob 1 --up-to 2").ends(2);
        book.run("transfer alice bob").ends(2);
    }

    fn a_request_is_posted_only_where_the_accounts_are_as_expected(book: &TestBook) {
        check(book, BEGIN);
        let transfer = |conditions: &[&str]| run(book, &[&["transfer", "alice", "bob", "1"], conditions].concat());
        transfer(&["--if-version", "2"]).ends(3).says("expected to have version = 2, but has version = 1");
        transfer(&["--if-version", "bob=1"]).ends(3).says("account bob was expected");
        transfer(&["--if-version", "1", "--if-balance", "> 100"]).ends(3).says("but has balance = 100.00 EUR");
        transfer(&["--if-version", "ghost=1"]).ends(3).says("account ghost is unknown");
        transfer(&["--if-balance", "ghost = 1"]).ends(3).says("account ghost is unknown");
        for condition in ["", ">", "100", "=> 1", "alice", "alice >= ", ">= 1 EUR", ">= 0.001"] {
            transfer(&["--if-balance", condition]).ends(65);
        }
        for version in ["", "x", "-1", "+1", "1.0", "bob=", "99999999999999999999"] {
            transfer(&[&format!("--if-version={version}")]).ends(65);
        }
        transfer(&["--if-version", "1", "--if-version", "bob = 0", "--if-balance", ">=100.00", "--if-balance", "bob < 0.01"]).ends(0);
        check(book, "balance bob posted 1");
    }

    fn an_account_is_frozen_unfrozen_and_closed_and_its_history_tells(book: &TestBook) {
        check(book, BEGIN);
        assert_dry(book, "account freeze alice --debits");
        book.run("account freeze alice --debits --actor ops --reason order").ends(0).shows("debits_frozen");
        book.run("transfer alice bob 1").ends(3).says("account alice is debits_frozen");
        book.run("account freeze alice --debits --credits").ends(2);
        assert_dry(book, "account unfreeze alice");
        book.run("account unfreeze alice --actor ops").ends(0).shows("open");
        book.run("account close alice --yes").ends(3).says("bring it to zero first");
        assert_dry(book, "account close alice --yes --to bob");
        let journal = book.run("account close alice --yes --to bob --actor ops --format json").ends(0).json();
        assert_eq!(journal["transfers"][0]["amount"], "100.00");
        book.run("transfer bob alice 1").ends(3).says("account alice is closed");
        book.run("account close ghost --yes").ends(3).says("account ghost is unknown");
        book.run("account close ghost --yes --to bob").ends(3).says("account ghost is unknown");
        run(book, &["account", "freeze", "bob", "--actor", ""]).ends(65);

        let events = book.run("account history alice --format json").ends(0).json();
        let states: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| event["state_after"].as_str().unwrap()).collect();
        assert_eq!(states, ["closed", "open", "debits_frozen"]);
        assert_eq!(events["items"][0]["journal_id"], journal["journal_id"]);
        assert_eq!((&events["items"][2]["actor"], &events["items"][2]["reason"]), (&"ops".into(), &"order".into()));
        book.run("account history alice --limit 1").ends(0).says("There are older ones: --cursor 3");
        book.run("account history alice --cursor 2 --format csv").ends(0).shows("alice,1,");
        book.run("account history bob").ends(0).says("Account bob was never changed.");
        book.run("account close alice --yes --to bob").ends(0);
    }
}
