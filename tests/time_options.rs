//! Times as people write them: days, months and local times in every option, and one rule of ends.

use std::fmt::Write as _;

use teller::facts::{AccountName, Instant};
use teller::ledger::{AsOf, Span, StatementOrder, StatementQuery};
use teller::wire::{Moments, TimeZone, read_month};

use crate::support::{Program, Random, TestBook, check, on_every_backend};

/// So many seconds ahead of UTC, all the year.
struct Ahead(i32);

impl TimeZone for Ahead {
    fn offset_seconds(&self, _: Instant) -> i32 {
        self.0
    }
}

/// With the seconds and microseconds around the ends of months in many time zones.
fn random_script(random: &mut Random, transfers: u64) -> String {
    let mut script = "account cash asset EUR\naccount a liability EUR\n".to_owned();
    for _ in 0..transfers {
        let month = 1 + random.below(6);
        let (day, hour) = [(1, random.below(24)), (2, 0), (28, random.below(24)), (30, random.below(24))]
            [usize::try_from(random.below(4)).unwrap()];
        let day = if month == 2 { day.min(28) } else { day };
        let micros = ["000000", "000001", "999999"][usize::try_from(random.below(3)).unwrap()];
        let minute = ["00:00", "15:00", "59:59"][usize::try_from(random.below(3)).unwrap()];
        let amount = 1 + random.below(1_000);
        writeln!(
            script,
            "deposit a {amount} cash cash effective 2026-{month:02}-{day:02}T{hour:02}:{minute}.{micros}Z -> posted"
        )
        .unwrap();
    }
    script
}

on_every_backend! {
    fn a_months_balance_and_its_statement_agree(book: &TestBook) {
        let mut random = Random(2_026);
        check(book, &random_script(&mut random, 80));
        let ledger = book.ledger();
        let name: AccountName = "a".parse().unwrap();
        let balance_at = |moment| {
            let as_of = AsOf { effective_at: Some(moment), recorded_at: None };
            ledger.balances_as_of(std::slice::from_ref(&name), as_of).unwrap()[0].1
        };
        let mut all = 0;
        for zone in [0, 14 * 3_600, -12 * 3_600, 20_700].map(Ahead) {
            for month in 1..=6 {
                let Moments { first, last } = read_month(&format!("2026-{month:02}"), &zone).unwrap();
                let span = Span { order: StatementOrder::Effective, from: Some(first), to: last.checked_next() };
                let statement = ledger.statement(&name, &StatementQuery::of_span(span, 1_000)).unwrap();
                assert_eq!(statement.closing, balance_at(last), "{month}");
                assert_eq!(statement.opening, balance_at(first.previous().unwrap()), "{month}");
                assert!(statement.entries.iter().all(|entry| (first..=last).contains(&entry.transfer.effective_at)), "{month}");
                all += statement.entries.len();
            }
        }
        assert!(all > 200, "the transfers are in these months: {all}");
        for (zone, month) in [("UTC", "2026-02"), ("+05:45", "2026-03"), ("Pacific/Kiritimati", "2026-04"), ("Europe/Berlin", "2026-03")] {
            let json = |command: &str| book.run(&format!("{command} --month {month} --time-zone {zone} --format json")).ends(0).json();
            let (balance, statement) = (json("balance a"), json("statement a"));
            assert_eq!(balance["items"][0]["posted"], statement["closing"], "{zone} {month}");
        }
    }

    fn every_option_takes_days_months_and_local_times(book: &TestBook) {
        check(book, "
            account cash asset EUR
            account a liability EUR
            account b liability EUR
            deposit a 100 cash cash effective 2026-01-05T00:00:00Z -> posted
        ");
        let posted_at = |arguments: &str| book.run(&format!("transfer a b 1 {arguments} --format ndjson")).ends(0).json()["effective_at"].clone();
        assert_eq!(posted_at("--effective-at 2026-02-01"), "2026-02-01T00:00:00.000000Z");
        assert_eq!(posted_at("--effective-at 2026-02-01T10:00"), "2026-02-01T10:00:00.000000Z");
        assert_eq!(posted_at("--effective-at 2026-07-01T10:00 --time-zone Europe/Berlin"), "2026-07-01T08:00:00.000000Z");
        assert_eq!(posted_at("--effective-at 2026-07-01T10:00+05:00 --time-zone Europe/Berlin"), "2026-07-01T05:00:00.000000Z");
        for accepted in [
            "hold a b 1 --expires-at 2099-01-01", "statement a --month 2026-01", "statement a --from 2026 --to today", "statement a --from yesterday",
            "transfer list --month 2026-02", "transfer list --from 2020-01-01 --to 2030", "journal list --month 2026-02", "balance a --month 2026-01",
            "balance a --at today --recorded-at today", "balance : --at 2026-01-31T12:00", "metadata show --account a --recorded-at today",
            "period list --recorded-at 2026-01", "schedule run --until today", "schedule run --until 2026-01", "schedule add a b 1 --every day --from today --until 2027",
            "schedule add a b 1 --once 2026-01-01", "export --to csv --month 2026-01", "export --to csv --what balances --at yesterday",
            "report trial-balance --at yesterday --recorded-at today", "report balance-sheet --month 2026-01",
        ] {
            book.run(accepted).ends(0);
            book.run(&format!("{accepted} --time-zone America/New_York")).ends(0);
        }
        book.run("statement a --month 2026").ends(65).says("is no month; write it like 2026-09");
        for refused in ["balance a --at tomorow", "transfer list --from 1.2.2026", "transfer a b 1 --effective-at 2026-13-01"] {
            book.run(refused).ends(65).says("is no time; write a day");
        }
        book.run("transfer a b 1 --effective-at 2026-10-25T02:30 --time-zone Europe/Berlin").ends(65).says("is twice on the clocks");
        book.run("balance a --time-zone Berlin").ends(2).says("no time zone; write UTC");
        book.run("transfer list --month 2026-01 --cursor x").ends(2).says("cannot be used with");
        book.run("statement a --month 2026-01 --from 2026-01").ends(2).says("cannot be used with");
    }

    fn a_span_holds_its_first_moment_and_not_its_last(book: &TestBook) {
        check(book, "
            account cash asset EUR
            account a liability EUR
            deposit a 1 cash cash effective 2026-08-31T23:59:59.999999Z -> posted
            deposit a 10 cash cash effective 2026-09-01T00:00:00Z -> posted
            deposit a 100 cash cash effective 2026-09-30T23:59:59.999999Z -> posted
            deposit a 1000 cash cash effective 2026-10-01T00:00:00Z -> posted
        ");
        let ends = |arguments: &str| {
            let json = book.run(&format!("statement a {arguments} --format json")).ends(0).json();
            [&json["opening"], &json["closing"]].map(|amount| amount.as_str().unwrap().to_owned())
        };
        for september in ["--month 2026-09", "--from 2026-09 --to 2026-10", "--from 2026-09-01 --to 2026-10-01", "--from 2026-09-01T00:00 --to 2026-10-01T00:00Z"] {
            assert_eq!(ends(september), ["1.00", "111.00"], "{september}");
        }
        let at = |time: &str| book.run(&format!("balance a --at {time} --format json")).ends(0).json()["items"][0]["posted"].clone();
        assert_eq!([at("2026-08"), at("2026-08-31"), at("2026-09-01T00:00"), at("2026-09-30"), at("2026-10")], ["1.00", "1.00", "11.00", "111.00", "1111.00"]);
        // In Berlin the last moment of August lies in September, and that of September in October.
        assert_eq!(ends("--month 2026-09 --time-zone Europe/Berlin"), ["0.00", "11.00"]);
        let in_berlin = book.run("report trial-balance --from 2026-08 --to 2026-11 --every month --time-zone Europe/Berlin --prefix a --format csv").ends(0).stdout;
        assert!(in_berlin.contains("2026-09,2026-08-31T22:00:00.000000Z,2026-09-30T22:00:00.000000Z,account,a,liability,EUR,1,0.00,0.00,11.00,11.00"), "{in_berlin}");
    }

    fn the_title_of_a_report_up_to_now_shows_a_date(book: &TestBook) {
        check(book, "account cash asset EUR\naccount a liability EUR\ndeposit a 1 cash cash -> posted");
        for report in ["income-statement", "trial-balance", "balance-sheet"] {
            let title = book.run(&format!("report {report}")).ends(0).stdout.lines().next().unwrap_or_default().to_owned();
            assert!(title.ends_with(", UTC") && !title.contains(':'), "{title}");
        }
        book.run("report balance-sheet --time-zone Asia/Tokyo").ends(0).shows(", Asia/Tokyo");
    }

    fn an_offset_west_is_an_option_like_any_other(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 effective 2026-03-01T11:00:00Z -> posted");
        let balance = |zone: &[&str]| {
            let arguments = [&["--format", "csv", "balance", "b", "--at", "2026-02-28"], zone].concat();
            Program::on(book, &arguments).run().ends(0).stdout.clone()
        };
        assert_eq!(balance(&["--time-zone", "-12:00"]), balance(&["--time-zone=-12:00"]));
        assert_ne!(balance(&["--time-zone", "-12:00"]), balance(&["--time-zone", "UTC"]));
        Program::on(book, &["balance", "b", "--time-zone", "--wide"]).run().ends(2).says("no time zone");
    }

    fn a_day_that_never_was_is_refused_as_a_time_that_never_was(book: &TestBook) {
        check(book, "account a asset EUR");
        for arguments in [["balance", "a", "--at", "2011-12-30"], ["statement", "a", "--from", "2011-12-30"], ["transfer", "list", "--to", "2011-12-30"]] {
            let run = |zone| Program::on(book, &[&arguments[..], &["--time-zone", zone]].concat()).run();
            run("Pacific/Apia").ends(65).says("\"2011-12-30\" is never on the clocks of the time zone");
            run("Pacific/Auckland").ends(0);
        }
        let report = ["--format", "csv", "report", "trial-balance", "--from", "2011-12-29", "--to", "2012-01-01", "--every", "day", "--zero"];
        Program::on(book, &[&report[..], &["--time-zone", "Pacific/Apia"]].concat()).run().ends(0).shows("2011-12-30");
    }

    fn the_days_of_a_file_are_those_of_utc_for_everybody(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, "from,to,amount,effective_at\na,b,5,2026-03-01\n").unwrap();
        let import = ["import", "transfers", file.to_str().unwrap()];
        let refused = Program::on(book, &[&import[..], &["--time-zone", "+02:00"]].concat()).run();
        refused.ends(2).says("the days of a file are those of UTC").says("%z");
        let with_setting = |zone: &'static str| Program::on(book, &import).command(move |command| { command.env("TELLER_TIME_ZONE", zone); }).run();
        with_setting("+02:00").ends(0);
        with_setting("-08:00").ends(0).shows("1");
        assert_eq!(book.query_i64("select count(*) from transfers"), 1);
    }
}

#[test]
fn the_time_zone_can_stand_in_the_environment() {
    let book = TestBook::on_sqlite();
    check(&book, "account cash asset EUR\naccount a liability EUR");
    let run = |zone: &str, arguments: &[&str]| {
        let program = Program::on(&book, arguments);
        program
            .command(|command| {
                command.env("TELLER_TIME_ZONE", zone);
            })
            .run()
    };
    let deposit = ["deposit", "a", "1", "--cash", "cash", "--effective-at", "2026-01-01", "--format", "ndjson"];
    assert_eq!(run("+02:00", &deposit).ends(0).json()["effective_at"], "2025-12-31T22:00:00.000000Z");
    let flag = [&deposit[..], &["--time-zone", "UTC"]].concat();
    assert_eq!(run("+02:00", &flag).ends(0).json()["effective_at"], "2026-01-01T00:00:00.000000Z");
    run("Atlantis", &deposit).ends(78).says("no time zone; write UTC");
    run("+02:00", &["config", "show", "--origin", "--format", "csv", "--raw"])
        .ends(0)
        .shows("time_zone,+02:00,TELLER_TIME_ZONE in the environment");
}

#[test]
fn the_time_zone_can_stand_in_a_file() {
    let book = TestBook::on_sqlite();
    check(&book, "account cash asset EUR\naccount a liability EUR");
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], zone: Option<&str>| {
        let program = Program::on(&book, arguments).command(|command| {
            command.current_dir(folder.path());
            zone.map(|zone| command.env("TELLER_TIME_ZONE", zone));
        });
        program.run()
    };
    let show = ["config", "show", "--origin", "--format", "csv", "--raw"];
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    run(&show, None).ends(0).shows("time_zone,UTC,Teller's default");
    write("teller.toml", "time_zone = \"+02:00\"\n");
    run(&show, None).ends(0).shows("time_zone,+02:00,time_zone in teller.toml");
    let deposit = ["deposit", "a", "1", "--cash", "cash", "--effective-at", "2026-01-01", "--format", "ndjson"];
    assert_eq!(run(&deposit, None).ends(0).json()["effective_at"], "2025-12-31T22:00:00.000000Z");
    // Each comes before the next.
    write(".env", "TELLER_TIME_ZONE=+03:00\n");
    run(&show, None).ends(0).shows("time_zone,+03:00,TELLER_TIME_ZONE in .env");
    run(&[&show[..], &["--no-dotenv"]].concat(), None).ends(0).shows("time_zone,+02:00,time_zone in teller.toml");
    run(&show, Some("+04:00")).ends(0).shows("time_zone,+04:00,TELLER_TIME_ZONE in the environment");
    run(&[&show[..], &["--time-zone", "+05:00"]].concat(), Some("+04:00"))
        .ends(0)
        .shows("time_zone,+05:00,--time-zone");

    write(".env", "TELLER_TIME_ZONE=Atlantis\n");
    run(&deposit, None).ends(78).says("TELLER_TIME_ZONE in .env is").says("which is no time zone; write UTC");
    // A file that cannot be read is told of in the format that is asked for.
    write(".env", "this is no setting\n");
    run(&deposit, None).ends(78).says("{\"error\":").says("line 1 is not NAME=VALUE");
}
