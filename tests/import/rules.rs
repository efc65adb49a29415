//! Another bank's statement, by rules: each line once, between the right accounts, whatever the rules are changed to later.

use std::fs;

use super::Files;
use crate::support::{Answer, Program, check, on_every_backend};

/// As a bank would write it: a head, a balance in each line, and the newest line first.
const STATEMENT: &str = "\
Konto;DE02 1203 0000 0000 2020 51;;;
Stand;30.09.2026;;;
Buchungstag;Empf\u{e4}nger;Verwendungszweck;Betrag;Saldo
30.09.2026;Stadtwerke;Abschlag   September;-80,00;2.120,00
02.09.2026;Muster GmbH;Gehalt;2.500,00;2.200,00
01.09.2026;Hausverwaltung;Miete;-1.300,00;-300,00
01.09.2026;;Saldovortrag;0,00;1.000,00
";

const RULES: &str = r#"
skip = 2
delimiter = ";"
number_format = "1.234,56"
date_format = "%d.%m.%Y"
account = "bank"
currency = "EUR"

[fields]
date = "Buchungstag"
amount = "Betrag"
description = ["Empfänger", "Verwendungszweck"]

[[ignore]]
match = "saldovortrag"

[[accounts]]
match = "^Hausverwaltung"
account = "rent"

[[accounts]]
field = "Verwendungszweck"
match = "gehalt"
direction = "in"
account = "salary"

[[accounts]]
direction = "out"
account = "unknown"
"#;

/// The accounts that the rules name. Those that money goes to have debits, as it is an expense.
fn open_accounts(book: &crate::support::TestBook) {
    check(
        book,
        "account bank asset EUR\naccount rent expense EUR\naccount salary revenue EUR\naccount unknown expense EUR",
    );
}

impl Files<'_> {
    fn import_by(&self, rules: &str, statement: &str, more: &[&str]) -> Answer {
        let path = self.folder.path().join("rules.toml");
        fs::write(&path, rules).unwrap();
        self.import_with(statement, &[&["--rules", path.to_str().unwrap()], more].concat())
    }
}

on_every_backend! {
    fn each_line_of_a_statement_is_posted_once_between_the_accounts_that_the_rules_say(book: &TestBook) {
        open_accounts(book);
        let files = Files::new(book);
        assert_eq!(files.import_by(RULES, STATEMENT, &[]).ends(0).stdout, files.counts("3,3,0,0,0,"));
        check(book, "balance bank posted 1120 version 3\nbalance rent posted 1300\nbalance salary posted 2500\nbalance unknown posted 80");
        let list = Program::on(book, &["transfer", "list", "--format", "json"]).run().ends(0).json();
        assert_eq!(list["items"][2]["description"], "Stadtwerke Abschlag September");
        assert_eq!(list["items"][2]["effective_at"], "2026-09-30T00:00:00.000000Z");
        // Saved by a spreadsheet, with the last day's lines and a new one.
        let again = STATEMENT
            .replace("Abschlag   September;-80,00", "\"Abschlag September\";-80")
            .replace("30.09.2026;Stadt", "30.09.2026;Post;Porto;-3,00;2.117,00\n30.09.2026;Stadt");
        assert_eq!(files.import_by(RULES, &again, &[]).ends(0).stdout, files.counts("4,1,3,0,0,"));
        check(book, "balance bank version 4");
    }

    fn a_line_keeps_its_identity_when_the_rules_choose_another_account(book: &TestBook) {
        open_accounts(book);
        let files = Files::new(book);
        files.import_by(RULES, STATEMENT, &[]).ends(0);
        let other = RULES.replace("account = \"rent\"", "account = \"unknown\"");
        let answer = files.import_by(&other, STATEMENT, &[]).ends(3).says("line 6: id_reused: ");
        assert_eq!(answer.stdout, files.counts("3,0,2,1,0,{rejects}"));
        check(book, "balance bank version 3\nbalance rent posted 1300");
    }

    fn a_line_that_no_account_fits_goes_to_the_rejects_and_is_mended_there_or_by_the_rules(book: &TestBook) {
        open_accounts(book);
        let files = Files::new(book);
        let few = RULES.split("[[accounts]]\ndirection").next().unwrap();
        files.import_by(few, STATEMENT, &[]).ends(65).says("line 4: account_unmatched: no account of the rules fits this line");
        let rejects = fs::read_to_string(files.rejects()).unwrap();
        assert!(rejects.contains(";30.09.2026;Stadtwerke;Abschlag   September;-80,00;2.120,00\n"), "{rejects}");
        // Those rejects are imported by the rules that fit, from which the lines before the header are no more skipped.
        assert_eq!(files.import_by(RULES, &rejects, &[]).ends(0).stdout, files.counts("1,1,0,0,0,"));
        check(book, "balance bank version 3\nbalance unknown posted 80");
    }

    fn a_dry_run_shows_what_each_line_would_become(book: &TestBook) {
        open_accounts(book);
        let files = Files::new(book);
        let lines = STATEMENT.lines().filter(|line| !line.contains("Gehalt")).collect::<Vec<_>>().join("\n");
        files.import_by(RULES, &lines, &[]).ends(0);
        let more = format!("{STATEMENT}03.09.2026;Sparkasse;Zinsen;1,50;\n");
        files.import_by(RULES, &more, &["--dry-run"]).ends(65).shows("line,outcome,from,to,debit,credit,amount")
            .says("Dry run: of 4 lines, 1 would be imported, 2 were imported before, and 1 would be refused.");
        let [file, rules] = ["transfers.csv", "rules.toml"].map(|name| files.folder.path().join(name).display().to_string());
        let arguments = ["import", "transfers", &file, "--rules", &rules, "--dry-run", "--format", "json"];
        let shown = Program::on(book, &arguments).run().ends(65).json();
        let line = |index: usize, name: &str| shown["items"][index][name].clone();
        assert_eq!((line(0, "line"), line(0, "outcome"), line(0, "debit")), (4.into(), "replayed".into(), "unknown".into()));
        assert_eq!((line(1, "outcome"), line(1, "credit"), line(1, "amount")), ("imported".into(), "salary".into(), "2500.00".into()));
        assert_eq!((line(3, "line"), line(3, "outcome")), (8.into(), "refused".into()));
        assert_eq!(line(3, "problem"), "no account of the rules fits this line");
        assert_eq!((&shown["lines"], &shown["imported"], &shown["dry_run"]), (&4.into(), &1.into(), &true.into()));
        check(book, "balance bank version 2");
    }

    fn amounts_stand_in_two_columns_and_keys_have_a_prefix_where_the_rules_say_so(book: &TestBook) {
        open_accounts(book);
        let files = Files::new(book);
        let rules = r#"
            columns = ["ref", "day", "text", "in", "out"]
            date_format = "%m/%d/%y"
            key_prefix = "giro-"
            account = "bank"
            [fields]
            key = "ref"
            date = "day"
            in = "in"
            out = "out"
            description = "text"
            metadata = { text = "text" }
            [[accounts]]
            direction = "in"
            account = "salary"
            [[accounts]]
            account = "rent"
        "#;
        let statement = "1,09/01/26,pay,100.00,\n2,09/02/26,rent,0.00,60.00\n3,09/03/26,both,1.00,1.00\n4,09/03/26,none,,\n5,09/04/26,sign,,-5.00\n";
        files.import_by(rules, statement, &[]).ends(65)
            .says("line 3, column out: amount_ambiguous: in and out both have an amount")
            .says("line 4, column in: column_missing: in and out have no amount")
            .says("line 5, column amount: amount_invalid: ");
        check(book, "balance bank posted 40 version 2");
        let shown = Program::on(book, &["transfer", "show", "giro-2", "--format", "json"]).run().ends(0);
        assert!(shown.stdout.contains("\"text\": \"rent\""), "{}", shown.stdout);
    }

    fn columns_can_name_both_accounts(book: &TestBook) {
        let files = Files::new(book);
        for (rules, header) in [
            ("fields = { from = \"Payer\", to = \"Payee\", amount = \"Sum\" }", "Payer,Payee,Sum"),
            ("fields = { debit = \"Soll\", credit = \"Haben\", amount = \"Betrag\" }", "Haben,Soll,Betrag"),
        ] {
            files.import_by(rules, &format!("{header},Else,Else\na,b,5,,\n"), &[]).ends(0);
        }
        check(book, "balance b posted 10 version 2");
    }

    fn money_that_comes_into_a_customers_account_is_credited_where_the_rules_say_so(book: &TestBook) {
        check(book, "account bank asset EUR\naccount alice liability EUR");
        let files = Files::new(book);
        let rules = "account = \"alice\"\nin_is = \"credit\"\n[fields]\namount = \"amount\"\n[[accounts]]\naccount = \"bank\"\n";
        files.import_by(rules, "amount\n10\n-4\n", &[]).ends(0);
        check(book, "history alice 10 -4");
    }

    fn a_fault_of_the_rules_is_told_by_its_line_and_field(book: &TestBook) {
        let files = Files::new(book);
        for (rules, fault) in [
            ("skip = -1\n[fields]\n", "rules.toml: line 1, field skip: "),
            ("skipp = 1\n", "rules.toml: line 1, field skipp: unknown field `skipp`"),
            ("account = \"bank\"\n\ndelimiter = \"xy\"\n", "line 3, field delimiter: write one character"),
            ("number_format = \"1;2\"\n", "line 1, field number_format: write one of 1234.56, "),
            ("date_format = \"%d\"\n", "line 1, field date_format: \"%d\" lacks the day, the month or the year"),
            ("encoding = \"gbk\"\n", "line 1, field encoding: write utf-8, utf-16"),
            ("account = \"a::b\"\n", "line 1, field account: "),
            ("skip = 1\n", "rules.toml: the rules: missing field `fields`"),
            ("[fields]\namount = \"a\"\n", "field account: is missing"),
            ("account = \"a\"\n[fields]\ndate = \"a\"\n", "field fields.amount: name one column"),
            ("account = \"a\"\n[fields]\nfrom = \"a\"\nto = \"b\"\namount = \"c\"\n", "line 1, field account: the columns of fields say"),
            ("[fields]\nfrom = \"a\"\namount = \"c\"\n", "field fields: give from and to, or debit and credit"),
            ("account = \"a\"\n[fields]\namount = \"a\"\n[[accounts]]\nmatch = \"(\"\naccount = \"b\"\n", "line 5, field match: \"(\" is not a regular expression"),
            ("account = \"a\"\ncolumns = [\"x\"]\n[fields]\namount = \"a\"\n", "line 2, field columns: there is no column a in it"),
            ("account = \"a\"\n[fields]\namount = \"a\"\ndescription = 5\n", "line 4, field description: write a column's name, or a list of them"),
            ("account = bank\n", "line 1, field account: "),
        ] {
            files.import_by(rules, "a\n1\n", &[]).ends(65).says(fault);
        }
        let rules = "account = \"a\"\n[fields]\namount = \"Betrag\"\n[[accounts]]\naccount = \"b\"\n";
        files.import_by(rules, "Datum;Saldo\n1;2\n", &[]).ends(65).says("the header lacks the column Betrag: it was read as \"Datum;Saldo\"");
        files.import_by(rules, "Betrag,Betrag\n1,2\n", &[]).ends(65).says("the header has the column Betrag twice");
        files.import_with("a\n", &["--rules", "missing.toml"]).ends(65).says("missing.toml");
        check(book, "balance a version 0");
    }
}
