//! Journals, batches, splits and exchanges as a script sees them.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::{Answer, Help, Program, TestBook, check, on_every_backend};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 100 -> posted
";

fn run(book: &TestBook, arguments: &[&str]) -> Answer {
    Program::on(book, arguments).run()
}

/// Runs a command on a file of this content.
fn run_file(book: &TestBook, command: &[&str], content: &str) -> Answer {
    let folder = TempDir::new().unwrap();
    let file: PathBuf = folder.path().join("requests.json");
    std::fs::write(&file, content).unwrap();
    run(book, &[command, &[file.to_str().unwrap()]].concat())
}

on_every_backend! {
    fn a_journal_of_legs_is_posted_whole_once_and_shown(book: &TestBook) {
        check(book, BEGIN);
        let legs = ["journal", "post", "--key", "j", "--format", "json", "--leg", "alice -> bob 30", "--leg", "debit cash credit alice 5.00",
            "--leg", "bob -> alice up-to 10"];
        let before = book.contents();
        assert_eq!(run(book, &[&legs[..], &["--dry-run"]].concat()).ends(0).json()["dry_run"], true);
        assert_eq!(book.contents(), before);
        assert_eq!(run(book, &legs).ends(0).json()["replayed"], false);
        assert_eq!(run(book, &legs).ends(0).says("posted before").json()["replayed"], true);
        assert_eq!(book.run("journal show j --format ndjson").ends(0).stdout.lines().count(), 3);
        book.run("journal show ghost").ends(3).says("is unknown");
        let undone = book.run("reverse --journal j --format json").ends(0).json();
        assert_eq!(undone["transfers"].as_array().unwrap().len(), 3);
        book.run("reverse --journal j").ends(3).says("is reversed already");
        book.run("reverse --journal ghost").ends(3).says("is unknown");
        check(book, "balance alice posted 100\nbalance bob posted 0");
    }

    fn a_refused_journal_names_its_leg_and_leaves_no_trace(book: &TestBook) {
        check(book, BEGIN);
        let before = book.contents();
        let refused = run(book, &["journal", "post", "--leg", "alice -> bob 30", "--leg", "bob -> alice 30.01", "--format", "json"]).ends(3);
        refused.says(r#""code":"insufficient_funds""#).says(r#""leg":2"#);
        run(book, &["journal", "post", "--leg", "alice -> ghost 1"]).ends(3).says("leg 1: account ghost is unknown");
        run(book, &["journal", "post", "--leg", "close alice"]).ends(3).says("has no transfers");
        assert_eq!(book.contents(), before);
    }

    fn a_leg_that_cannot_be_read_is_told_by_its_number(book: &TestBook) {
        check(book, BEGIN);
        for leg in ["", "alice", "alice bob 1", "alice -> bob", "alice -> bob -> cash 1", "alice->bob 1", "debit alice 1", "close ", "alice -> bob 0.001",
            "alice -> bob 1e3", "alice -> bob NaN", "alice -> bob -1", "alice -> bob up-to all", " alice -> bob 1", "alice -> bob 1 "] {
            run(book, &["journal", "post", "--leg", "alice -> bob 1", "--leg", leg]).ends(65).says("leg 2: ");
        }
        book.run("journal post").ends(2);
        run(book, &["journal", "post", "file", "--leg", "alice -> bob 1"]).ends(2);
        book.run("journal post /no/such/file").ends(65).says("cannot read /no/such/file");
    }

    fn an_account_is_emptied_and_closed_in_one_journal(book: &TestBook) {
        check(book, BEGIN);
        run(book, &["journal", "post", "--actor", "ops", "--reason", "moved", "--leg", "alice -> bob all", "--leg", "close alice"]).ends(0);
        book.run("account show alice").ends(0).shows("closed");
        let events = book.run("account history alice --format json").ends(0).json();
        assert_eq!((&events["items"][0]["actor"], &events["items"][0]["reason"]), (&"ops".into(), &"moved".into()));
    }

    fn a_file_holds_every_kind_of_leg(book: &TestBook) {
        check(book, BEGIN);
        check(book, "account carol liability EUR\naccount dave liability EUR");
        book.run("hold alice bob 10 --key h1").ends(0);
        book.run("hold alice bob 10 --key h2").ends(0);
        book.run("transfer alice bob 5 --key t1").ends(0);
        let journal = r#"{"key": "all", "description": "May", "metadata": {"run": "5"}, "legs": [
            {"from": "alice", "to": "carol", "amount": "20.00", "if": [{"version": 4}, {"account": "bob", "balance": "> 0"}]},
            {"debit": "cash", "credit": "bob", "amount": "1.00", "metadata": {"own": "1"}, "description": "own"},
            {"hold": {"from": "carol", "to": "cash", "amount": {"up_to": "30.00"}, "expires_in": "7d"}},
            {"capture": {"hold": "h1", "amount": "4.00", "final": true}},
            {"release": "h2"},
            {"reverse": {"transfer": "t1", "at": "original"}},
            {"freeze": {"account": "bob", "sides": "debits", "actor": "ops"}},
            {"unfreeze": "bob"},
            {"close": {"account": "dave", "reason": "unused"}}]}"#;
        let answer = run_file(book, &["journal", "post", "--format", "ndjson"], journal).ends(0);
        let kinds: Vec<_> = answer.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
        assert_eq!(kinds.iter().map(|line| line["kind"].as_str().unwrap()).collect::<Vec<_>>(),
            ["transfer", "transfer", "hold", "capture", "release", "release", "reversal"]);
        assert_eq!((&kinds[0]["description"], kinds[0]["metadata"].to_string().as_str()), (&"May".into(), r#"{"run":"5"}"#));
        assert_eq!((&kinds[1]["description"], kinds[1]["metadata"].to_string().as_str()), (&"own".into(), r#"{"own":"1","run":"5"}"#));
        assert_eq!((&kinds[2]["amount"], &kinds[2]["up_to"]), (&"20.00".into(), &"30.00".into()));
        run_file(book, &["journal", "post"], journal).ends(0).says("posted before");
        check(book, "balance alice posted 76 held 0\nbalance carol posted 20 held 20");
        book.run("account show dave").ends(0).shows("closed");
    }

    fn json_that_cannot_be_read_is_refused_with_its_place(book: &TestBook) {
        check(book, BEGIN);
        let legs = [
            (r#"{"from":"alice","to":"bob","amount":1}"#, "leg 1, field amount: a number stands here"),
            (r#"{"from":"alice","to":"bob","amount":1.5}"#, "floating point"),
            (r#"{"from":"alice","to":"bob","amount":"1","amount":"2"}"#, "stands there twice"),
            (r#"{"from":"alice","to":"bob","amount":"0.001"}"#, "leg 1, field amount: amount 0.001 has 3 decimals"),
            (r#"{"from":"alice","to":"bob","amount":{"up_to":"NaN"}}"#, "leg 1, field amount, field up_to: "),
            (r#"{"from":"alice","to":"bob","amount":{"most":"1"}}"#, "the field up_to is missing"),
            (r#"{"from":"alice","to":"bob"}"#, "the field amount is missing"),
            (r#"{"from":"alice","amount":"1"}"#, "the field to is missing"),
            (r#"{"amount":"1"}"#, "the accounts are missing"),
            (r#"{"from":"alice","to":"bob","debit":"alice","amount":"1"}"#, "not both"),
            (r#"{"from":"a::b","to":"bob","amount":"1"}"#, "leg 1, field from: "),
            (r#"{"from":"alice","to":"bob","amount":"1","colour":"red"}"#, "the field \"colour\" means nothing here"),
            (r#"{"from":"alice","to":"bob","amount":"1","key":"k"}"#, "a leg has no id or key"),
            (r#"{"from":"alice","to":"bob","amount":"1","if":[{"balance":"1"}]}"#, "field if: \"1\" is no condition"),
            (r#"{"from":"alice","to":"bob","amount":"1","metadata":{"a":1}}"#, "field metadata, field a: a number"),
            (r#"{"capture":{"hold":"h","final":"yes"}}"#, "field capture, field final: a text stands here"),
            (r#"{"capture":"h","release":"h"}"#, "give one of them"),
            (r#"{"hold":{"from":"alice","to":"bob","amount":"1","expires_in":"soon"}}"#, "field expires_in: "),
            (r#"{"hold":{"from":"alice","to":"bob","amount":"1","expires_in":"1d","expires_at":"2099-01-01T00:00:00Z"}}"#, "give one"),
            (r#"{"reverse":{"transfer":"@x"}}"#, "is no sequence"),
            (r#"{"reverse":{"transfer":"t","at":"noon"}}"#, "write original or now"),
            (r#"{"freeze":{"account":"alice","sides":"left"}}"#, "write debits, credits or both"),
            (r#"["alice"]"#, "leg 1: a list stands here"),
        ];
        for (leg, problem) in legs {
            run_file(book, &["journal", "post"], &format!("{{\"key\":\"k\",\"legs\":[{leg}]}}")).ends(65).says(problem);
        }
        for (text, problem) in [
            ("", "cannot be read as JSON"), ("{", "cannot be read as JSON"), ("[]", "write an object"), ("{}", "the field legs is missing"),
            (r#"{"legs":"x"}"#, "field legs: a text"), (r#"{"id":"7","legs":[]}"#, "field id: "), (r#"{"id":"7","key":"k","legs":[]}"#, "give one"),
            (r#"{"key":"","legs":[]}"#, "field key: "), (r#"{"legs":[],"extra":1}"#, "means nothing here"),
        ] {
            run_file(book, &["journal", "post"], text).ends(65).says(problem);
        }
        run_file(book, &["journal", "post"], &"[".repeat(100_000)).ends(65).says("recursion limit");
        run_file(book, &["journal", "post"], r#"{"legs":[]}"#).ends(3).says("has no transfers");
        run_file(book, &["journal", "post", "--key", "k"], r#"{"key":"l","legs":[]}"#).ends(65).says("not both");
        assert_eq!(book.query_i64("select count(*) from transfers"), 1);
    }

    fn a_batch_answers_every_line_in_order(book: &TestBook) {
        check(book, BEGIN);
        let lines = concat!(
            r#"{"key":"p1","from":"alice","to":"bob","amount":"10.00"}"#, "\n",
            r#"{"key":"h1","hold":{"from":"alice","to":"bob","amount":"5.00"}}"#, "\n\n",
            r#"{"key":"c1","capture":{"hold":"h1","amount":"2.00"}}"#, "\n",
            r#"{"key":"p2","from":"bob","to":"alice","amount":"999"}"#, "\n",
            r#"{"key":"j1","legs":[{"from":"alice","to":"bob","amount":"1"},{"from":"alice","to":"ghost","amount":"1"}]}"#, "\n",
            r#"{"key":"j2","legs":[{"from":"alice","to":"bob","amount":"1"}]}"#, "\n",
            r#"{"key":"r1","reverse_journal":"j2"}"#, "\n",
            r#"{"freeze":"bob"}"#, "\n",
        );
        let before = book.contents();
        run_file(book, &["batch", "--dry-run"], lines).ends(3);
        run_file(book, &["batch", "--on-refusal", "nothing"], lines).ends(3).shows("batch_refused");
        assert_eq!(book.contents(), before);
        let answer = run_file(book, &["batch", "--format", "ndjson"], lines).ends(3);
        let items: Vec<serde_json::Value> = answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let outcomes: Vec<_> = items.iter().map(|item| item["code"].as_str().or(item["outcome"].as_str()).unwrap()).collect();
        assert_eq!(outcomes, ["done", "done", "done", "insufficient_funds", "account_unknown", "done", "done", "done"]);
        assert_eq!(items[4]["rejection"]["leg"], 2);
        let hints: Vec<_> = items.iter().map(|item| item["hint"].as_str()).collect();
        // Where many are handed in at once an unknown name is more likely a slip than an account to open.
        assert_eq!(hints, [None, None, None, Some("deposit first or change the limit"), None, None, None, None]);
        let again = run_file(book, &["batch"], lines).ends(3);
        assert_eq!(again.stdout.matches("replayed").count(), 5, "{}", again.stdout);
        check(book, "balance alice posted 88 held 3");
    }

    fn a_batch_stops_at_the_first_refusal_when_it_is_told_to(book: &TestBook) {
        check(book, BEGIN);
        let lines = ["1", "1000", "2"].map(|amount| format!(r#"{{"key":"{amount}","from":"alice","to":"bob","amount":"{amount}"}}"#)).join("\n");
        run_file(book, &["batch", "--on-refusal", "stop"], &lines).ends(3).shows("insufficient_funds").shows("batch_stopped");
        check(book, "balance bob posted 1");
        run_file(book, &["batch"], "").ends(0);
    }

    fn a_batch_changes_limits_and_metadata(book: &TestBook) {
        check(book, BEGIN);
        let lines = concat!(
            r#"{"key":"p1","from":"alice","to":"bob","amount":"10.00"}"#, "\n",
            r#"{"limit":{"account":"bob","min_balance":"-5.00","max_balance":"500","per_day":"20","actor":"ops","reason":"trial"}}"#, "\n",
            r#"{"key":"p2","from":"bob","to":"alice","amount":"15.00"}"#, "\n",
            r#"{"key":"p3","from":"bob","to":"alice","amount":"0.01"}"#, "\n",
            r#"{"annotate":{"transfer":"p1","set":{"checked":"yes","by":"carol"},"actor":"ops"}}"#, "\n",
            r#"{"annotate":{"transfer":"p1","remove":["by"]}}"#, "\n",
            r#"{"annotate":{"account":"bob","set":{"tier":"gold"}}}"#, "\n",
            r#"{"limit":{"account":"bob","min_balance":"none","per_day":"none"}}"#, "\n",
        );
        let before = book.contents();
        run_file(book, &["batch", "--dry-run"], lines).ends(3);
        assert_eq!(book.contents(), before);
        let answer = run_file(book, &["batch", "--actor", "me", "--format", "ndjson"], lines).ends(3);
        let items: Vec<serde_json::Value> = answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let outcomes: Vec<_> = items.iter().map(|item| item["code"].as_str().or(item["outcome"].as_str()).unwrap()).collect();
        assert_eq!(outcomes, ["done", "done", "done", "insufficient_funds", "done", "done", "done", "done"]);
        let events = book.run("account history bob --format json").ends(0).json();
        let events: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| {
            ["min_balance_after", "max_balance_after", "per_day_after", "actor", "reason"].map(|field| event[field].as_str().unwrap_or("none").to_owned())
        }).collect();
        assert_eq!(events, [
            ["none", "500.00", "none", "me", "none"], ["-5.00", "500.00", "20.00", "me", "none"], ["-5.00", "500.00", "20.00", "ops", "trial"],
        ]);
        assert_eq!(book.run("metadata show --transfer p1 --format json").ends(0).json()["metadata"], serde_json::json!({"checked": "yes"}));
        assert_eq!(book.run("metadata show --account bob --format json").ends(0).json()["metadata"], serde_json::json!({"tier": "gold"}));
        check(book, "verify -> ok");
    }

    fn a_journal_changes_limits_and_metadata_together_with_its_transfers(book: &TestBook) {
        check(book, BEGIN);
        let journal = r#"{"key": "loan", "legs": [
            {"limit": {"account": "bob", "min_balance": "-20.00"}},
            {"from": "bob", "to": "alice", "amount": "20.00"},
            {"annotate": {"account": "bob", "set": {"loan": "20.00"}}},
            {"limit": {"account": "bob", "per_transfer": "0"}}]}"#;
        run_file(book, &["journal", "post", "--dry-run"], journal).ends(0);
        run_file(book, &["journal", "post"], journal).ends(0);
        check(book, "balance bob posted -20");
        run_file(book, &["journal", "post"], journal).ends(0).says("posted before");
        run_file(book, &["journal", "post"], &journal.replace("-20.00", "-30.00")).ends(3).says("is already used");
        run_file(book, &["journal", "post"], &journal.replace("loan\"", "loan2\"")).ends(3).says("leg 2: account bob has -20.00 EUR available");
        assert_eq!(book.run("metadata show --account bob --format json").ends(0).json()["metadata"], serde_json::json!({"loan": "20.00"}));
        check(book, "verify -> ok");
    }

    fn changes_in_a_batch_that_cannot_be_read_are_refused_with_their_place(book: &TestBook) {
        check(book, BEGIN);
        for (line, problem) in [
            (r#"{"limit":"bob"}"#, "line 2, field limit: a text stands here; write an object"),
            (r#"{"limit":{"account":"bob"}}"#, "line 2, field limit: no limit is named"),
            (r#"{"limit":{"min_balance":"1"}}"#, "line 2, field limit: the field account is missing"),
            (r#"{"limit":{"account":"bob","per_day":"0.001"}}"#, "line 2, field limit, field per_day: amount 0.001 has 3 decimals"),
            (r#"{"limit":{"account":"bob","per_day":"x"}}"#, "line 2, field limit, field per_day: \"x\" is not an amount"),
            (r#"{"limit":{"account":"bob","per_year":"1"}}"#, "line 2, field limit: the field \"per_year\" means nothing here"),
            (r#"{"key":"k","limit":{"account":"bob","per_day":"1"}}"#, "line 2: a change of an account or of metadata has no id or key"),
            (r#"{"annotate":{"set":{"a":"b"}}}"#, "line 2, field annotate: the field account or transfer is missing"),
            (r#"{"annotate":{"account":"bob","transfer":"t","set":{"a":"b"}}}"#, "give one of them"),
            (r#"{"annotate":{"account":"bob"}}"#, "line 2, field annotate: nothing is changed"),
            (r#"{"annotate":{"account":"bob","set":{"a":1}}}"#, "line 2, field annotate, field set, field a: a number"),
            (r#"{"annotate":{"account":"bob","remove":"a"}}"#, "line 2, field annotate, field remove: a text"),
            (r#"{"annotate":{"transfer":"@x","remove":["a"]}}"#, "line 2, field annotate, field transfer: the reference \"@x\" is no sequence"),
            (r#"{"freeze":"bob","description":"why"}"#, "line 2: the field \"description\" means nothing here; there can be freeze"),
        ] {
            let good = r#"{"key":"p1","from":"alice","to":"bob","amount":"10.00"}"#;
            run_file(book, &["batch"], &format!("{good}\n{line}\n")).ends(65).says(problem);
        }
        check(book, "balance bob posted 0");
    }

    fn what_only_the_book_can_tell_of_a_batch_is_refused_with_its_place(book: &TestBook) {
        check(book, BEGIN);
        book.run("hold alice bob 10 --key h1").ends(0);
        for (line, code, problem) in [
            (r#"{"key":"k","from":"alice","to":"bob","amount":"0.001"}"#, 65, "line 2, field amount: amount 0.001 has 3 decimals, EUR has 2"),
            (r#"{"key":"k","from":"alice","to":"bob","amount":{"up_to":"0.001"}}"#, 65, "line 2, field amount, field up_to: amount 0.001"),
            (r#"{"key":"k","from":"alice","to":"bob","amount":"1","if":[{"balance":">= 0.001"}]}"#, 65, "line 2, field if: amount 0.001"),
            (r#"{"key":"k","hold":{"from":"alice","to":"bob","amount":"0.001"}}"#, 65, "line 2, field hold, field amount: amount 0.001"),
            (r#"{"key":"k","capture":{"hold":"h1","amount":"0.001"}}"#, 65, "line 2, field capture, field amount: amount 0.001"),
            (r#"{"key":"k","capture":{"hold":"p1","amount":"0.001"}}"#, 65, "line 2, field capture, field amount: amount 0.001"),
            (r#"{"key":"k","legs":[{"close":"bob"},{"from":"alice","to":"bob","amount":"0.001"}]}"#, 65, "line 2, leg 2, field amount: amount 0.001"),
            (r#"{"key":"k","reverse":{"transfer":"p1","amount":"99999999999999999999"}}"#, 65, "line 2, field reverse, field amount: amount 99999"),
            (r#"{"key":"k","reverse_journal":"@99"}"#, 3, "there is no transfer @99"),
            (r#"{"key":"k","release":"@99"}"#, 3, "there is no transfer @99"),
        ] {
            let good = r#"{"key":"p1","from":"alice","to":"bob","amount":"10.00"}"#;
            run_file(book, &["batch"], &format!("{good}\n{line}\n")).ends(code).says(problem);
        }
        // What does not exist has no currency, so its amount is no fault: a rule refuses the whole.
        let unknown = r#"{"key":"k","from":"ghost","to":"bob","amount":"0.001"}"#;
        run_file(book, &["batch"], unknown).ends(3).shows("account ghost is unknown");
        check(book, "balance bob posted 0");
    }

    fn a_line_that_cannot_be_read_stops_the_whole_batch_by_its_number(book: &TestBook) {
        check(book, BEGIN);
        let good = r#"{"key":"p1","from":"alice","to":"bob","amount":"10.00"}"#;
        for (bad, problem) in [
            ("{", "line 3: this cannot be read as JSON"), (r#"{"from":"alice","to":"bob","amount":"1"}"#, "the field id or key is missing"),
            (r#"{"key":"k","from":"alice","to":"bob","amount":"1e3"}"#, "line 3, field amount: "),
            (r#"{"key":"k","close":"alice"}"#, "has no id or key"),
            (r#"{"key":"k","legs":[{"from":"alice"}]}"#, "line 3, leg 1: the field to is missing"),
            (r#"{"key":"k","reverse_journal":{"journal":"j","amount":"1"}}"#, "line 3, field reverse_journal: "),
        ] {
            run_file(book, &["batch"], &format!("{good}\n\n{bad}\n")).ends(65).says(problem);
        }
        check(book, "balance bob posted 0");
    }

    fn a_split_never_loses_a_unit(book: &TestBook) {
        check(book, BEGIN);
        check(book, "account carol liability EUR");
        let split = ["transfer", "alice", "10.01", "--split", "bob 50%, carol rest", "--key", "s", "--if-version", "1"];
        run(book, &[&split[..], &["--dry-run"]].concat()).ends(0);
        run(book, &split).ends(0);
        run(book, &split).ends(0).says("posted before");
        check(book, "balance alice posted 89.99\nsum zero");
        for shares in ["", "bob", "bob 50", "bob 50%", "bob 60%, carol 60%", "bob rest, carol rest", "bob -1%, carol rest", "bob 50%,"] {
            run(book, &["transfer", "alice", "10", "--split", shares]).ends(65);
        }
        run(book, &["transfer", "alice", "10", "--split", "bob 50%, ghost rest"]).ends(3).says("leg 2: account ghost is unknown");
        run(book, &["transfer", "alice", "bob", "10", "--split", "bob rest"]).ends(2);
    }

    // P8
    fn an_exchange_is_one_journal_over_the_liquidity_accounts(book: &TestBook) {
        check(book, BEGIN);
        check(book, "account usd liability USD");
        let exchange = "exchange alice usd 10.00 --rate 1.0796 --fee 0.50 --key x --format json";
        let before = book.contents();
        book.run(&format!("{exchange} --dry-run")).ends(0).says("Would open the account fx:eur for EUR.");
        assert_eq!(book.contents(), before);
        let journal = book.run(exchange).ends(0).says("Opened the account fees:eur for EUR.").says("10.80 USD for 10.00 EUR.").json();
        assert_eq!(journal["transfers"].as_array().unwrap().len(), 3);
        assert_eq!(journal["transfers"][1]["metadata"]["exchange.rate"], "1.0796");
        assert_eq!(book.run(exchange).ends(0).json()["replayed"], true);
        check(book, "balance alice posted 89.50\nbalance usd posted 10.80\nsum zero");
        book.run("exchange alice bob 1 --rate 1").ends(3).says("are both in EUR");
        book.run("exchange alice ghost 1 --rate 1").ends(3).says("account ghost is unknown");
        book.run("exchange ghost usd 1 --rate 1").ends(3).says("account ghost is unknown");
        for rate in ["0", "-1", "NaN", "1e3", "", "1,5"] {
            run(book, &["exchange", "alice", "usd", "1", "--rate", rate]).ends(65).says("is not a rate");
        }
        for amount in ["0.001", "1e3", "NaN", "-1", "", "92233720368547758.08"] {
            run(book, &["exchange", "alice", "usd", amount, "--rate", "1"]).ends(65);
            run(book, &["exchange", "alice", "usd", "1", "--rate", "1", "--fee", amount]).ends(65);
        }
        book.run("exchange alice usd 1 --rate 1 --rounding up-and-away").ends(2);
        book.run("exchange alice usd 1").ends(2);
    }
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let all = Help::of_all();
    for help in all.iter().filter(|help| !help.is_group()) {
        assert!(help.text.contains("Example"), "teller {} has no example:\n{}", help.words.join(" "), help.text);
    }
    assert!(all.len() > 60, "only {} commands were found", all.len());
}
