//! What the database itself refuses, whoever asks: every statement here comes past Teller.

use crate::support::{TestBook, check, on_every_backend};

/// Four transfers, two changes of limits; `cash` is account 1, `alice` 2, `bob` 3, `yen` 4, `unused` 5.
fn fill(book: &TestBook) {
    check(
        book,
        "
        account cash   asset     EUR
        account alice  liability EUR
        account bob    liability EUR max 100
        account yen    liability JPY
        account unused liability EUR
        deposit alice 50        -> posted
        deposit bob 20          -> posted
        transfer alice bob 10   -> posted
        withdraw bob 5          -> posted
        limits alice min -5     -> changed
        limits alice min 0      -> changed
    ",
    );
}

/// One hold, at place 2.
fn fill_hold(book: &TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 50                                   -> posted
        hold alice bob 5 expires 2026-06-01T00:00:00Z      -> held
    ",
    );
}

/// The statement fails with these words, and nothing is other than before.
#[track_caller]
fn assert_refused(book: &TestBook, statement: &str, reason: &str) {
    let before = book.contents();
    match book.raw(statement) {
        Ok(rows) => panic!("`{statement}` is not refused and changes {rows} rows"),
        Err(message) => assert!(message.contains(reason), "`{statement}` is refused for another reason: {message}"),
    }
    assert_eq!(book.contents(), before, "`{statement}` is refused but leaves a trace");
}

/// Every way of changing or removing the rows of a table whose rows never change.
fn assert_append_only(book: &TestBook, table: &str, column: &str, key: &str) {
    assert_refused(book, &format!("update {table} set {column} = {column}"), "update refused");
    assert_refused(book, &format!("delete from {table}"), "delete refused");
    let again = format!("insert into {table} select * from {table} where true");
    if book.is_on_postgres() {
        assert_refused(book, &format!("truncate {table} cascade"), "truncate refused");
        assert_refused(
            book,
            &format!("{again} on conflict ({key}) do update set {column} = excluded.{column}"),
            "update refused",
        );
    } else {
        let replace = again.replace("insert into", "insert or replace into");
        assert_refused(book, &replace, "replace refused");
        assert_refused(book, &replace.replace("insert or replace", "replace"), "replace refused");
        assert_refused(book, &format!("update or replace {table} set {column} = {column}"), "update refused");
        assert_refused(
            book,
            &format!("{again} on conflict ({key}) do update set {column} = excluded.{column}"),
            "refused",
        );
    }
}

/// An event of an account, without what is about velocity and metadata.
const INSERT_EVENT: &str = "insert into account_events (account_id, event, sequence, version, recorded_at, min_balance_before, \
    max_balance_before, min_balance_after, max_balance_after, journal_id, state_before, state_after, actor, hash, reason)";

on_every_backend! {
    // V1
    fn the_record_of_the_book_is_never_changed_replaced_or_removed(book: &TestBook) {
        check(book, "currency TOK 3 Token -> added");
        assert_append_only(book, "book_events", "actor", "event");
        let insert = |changes: &[(&str, &str)]| {
            let value = |column: &'static str| changes.iter().find(|change| change.0 == column).map_or(column, |change| change.1);
            let columns = ["event", "sequence", "recorded_at", "kind", "actor", "hash", "reason", "period", "currency", "exponent", "currency_name",
                "due_at", "due_code", "due_reason"];
            let values = columns.map(value).join(", ");
            format!("insert into book_events ({}) select {values} from book_events", columns.join(", "))
        };
        let unique = |name| if book.is_on_postgres() { name } else { "replace refused" };
        for (changes, reason) in [
            (&[("sequence", "9"), ("currency", "'A'")][..], unique("book_events_pkey")),
            (&[("event", "2"), ("currency", "'A'")], unique("book_events_sequence_key")),
            (&[("event", "2"), ("sequence", "9")], unique("book_events_of_currencies")),
            (&[("event", "0"), ("sequence", "9"), ("currency", "'A'")], "book_events_event_is_counted"),
            (&[("event", "2"), ("sequence", "9"), ("currency", "'A'"), ("kind", "'x'")], "book_events_"),
            (&[("event", "2"), ("sequence", "9"), ("kind", "'period_closed'"), ("currency", "null"), ("exponent", "null"), ("currency_name", "null")], "book_events_period_is_named"),
            (&[("event", "2"), ("sequence", "9"), ("currency", "'A'"), ("exponent", "null")], "book_events_currency_is_named"),
            (&[("event", "2"), ("sequence", "9"), ("currency", "'A'"), ("period", "'2026'")], "book_events_period_is_named"),
            (&[("event", "2"), ("sequence", "9"), ("currency", "'A'"), ("due_code", "'x'")], "book_events_due_is_named"),
            (&[("event", "2"), ("sequence", "9"), ("currency", "'A'"), ("due_at", "recorded_at"), ("due_code", "'x'"), ("due_reason", "'x'")], "book_events_due_is_named"),
        ] {
            assert_refused(book, &insert(changes), reason);
        }
    }

    // V1
    fn a_transfer_is_never_changed_replaced_or_removed(book: &TestBook) {
        fill(book);
        assert_append_only(book, "transfers", "amount", "sequence");
        assert_refused(book, "delete from transfers where sequence = (select max(sequence) from transfers)", "delete refused");
        let columns = "debit_account_id, credit_account_id, 9, debit_version, credit_version, debit_balance, credit_balance, \
             debit_previous, credit_previous, recorded_at, effective_at, journal_id, hold_id, reversed_id, request_digest, \
             expires_at, up_to, clock_at, kind, actor, hash, key, description, metadata";
        if !book.is_on_postgres() {
            for key in ["sequence, ID", "1000, id"] {
                let replace = format!("insert or replace into transfers select {key}, {columns} from transfers where sequence = (select max(sequence) from transfers)");
                assert_refused(book, &book.in_own_words(&replace), "replace refused");
            }
            assert_refused(book, "update transfers set rowid = 1000 where sequence = (select max(sequence) from transfers)", "update refused");
        }
    }

    // V1
    fn a_change_of_limits_is_never_changed_replaced_or_removed(book: &TestBook) {
        fill(book);
        assert_append_only(book, "account_events", "min_balance_after", "account_id, event");
    }

    // V1
    fn a_record_written_by_hand_keeps_to_the_rules_of_the_table(book: &TestBook) {
        fill(book);
        let short = if book.is_on_postgres() { "decode(repeat('ab', 31), 'hex')" } else { "zeroblob(31)" };
        let usual = "5, 1, 20, 0, TIME, null, null, null, null, null, 'open', 'frozen', 'x', HASH, null";
        for (from, to, reason) in [
            ("5, 1,", "5, 0,", "account_events_event_is_counted"),
            ("'open'", "'x'", "account_events_state_before_is_known"),
            ("'frozen'", "'x'", "account_events_state_after_is_known"),
            ("20, 0, TIME", "20, -1, TIME", "account_events_version_is_counted"),
            ("HASH", short, "account_events_hash_is_a_hash"),
        ] {
            let values = usual.replacen(from, to, 1);
            assert_refused(book, &book.in_own_words(&format!("{INSERT_EVENT} values ({values})")), reason);
        }
        assert_eq!(book.raw(&book.in_own_words(&format!("{INSERT_EVENT} values ({usual})"))), Ok(1));
    }

    // V1
    fn a_hold_is_never_removed_replaced_or_made_another(book: &TestBook) {
        fill_hold(book);
        assert_refused(book, "delete from holds", "delete refused");
        assert_refused(book, "delete from holds where sequence = (select max(sequence) from holds)", "delete refused");
        for change in ["id = ID", "sequence = 1", "debit_account_id = 1", "credit_account_id = 1", "amount = 501", "expires_at = null",
            "remaining = 400, amount = 400"] {
            assert_refused(book, &book.in_own_words(&format!("update holds set {change}")), "update refused");
        }
        if book.is_on_postgres() {
            assert_refused(book, "truncate holds", "truncate refused");
        } else {
            for columns in ["*", "ID, sequence, debit_account_id, credit_account_id, amount, remaining, expires_at, state",
                "id, 1, debit_account_id, credit_account_id, amount, remaining, expires_at, state"] {
                let replace = format!("insert or replace into holds select {columns} from holds");
                assert_refused(book, &book.in_own_words(&replace), "replace refused");
            }
        }
    }

    // V1
    fn what_is_left_of_a_hold_keeps_to_the_rules_of_the_table(book: &TestBook) {
        fill_hold(book);
        for (change, reason) in [
            ("remaining = 501", "holds_remaining_is_part_of_amount"),
            ("remaining = -1, state = 'captured'", "holds_"),
            ("remaining = 0", "holds_open_while_something_remains"),
            ("state = 'captured'", "holds_open_while_something_remains"),
            ("remaining = 0, state = 'x'", "holds_state_is_known"),
        ] {
            assert_refused(book, &format!("update holds set {change}"), reason);
        }
        let by_hand = "insert into holds values (ID, 1, 2, 3, 0, 0, null, 'captured')";
        assert_refused(book, &book.in_own_words(by_hand), "holds_remaining_is_part_of_amount");
        assert_eq!(book.raw("update holds set remaining = 499"), Ok(1));
        assert_eq!(book.raw("update holds set remaining = 0, state = 'captured'"), Ok(1));
    }

    // V1
    fn a_currency_is_never_changed_replaced_or_removed(book: &TestBook) {
        fill(book);
        assert_append_only(book, "currencies", "exponent", "code");
        assert_refused(book, "update currencies set exponent = 3 where code = 'XCG'", "update refused");
        assert_refused(book, "update currencies set name = 'x' where code = 'XCG'", "update refused");
        for (row, reason) in [
            ("('EUR2', 19, 'x')", "currencies_exponent_in_range"),
            ("('EUR2', -1, 'x')", "currencies_exponent_in_range"),
            ("('eur', 2, 'x')", "currencies_code_is_plain"),
            ("('EU', 2, 'x')", "currencies_code_is_plain"),
            ("('1EU', 2, 'x')", "currencies_code_is_plain"),
            ("('EUR ', 2, 'x')", "currencies_code_is_plain"),
        ] {
            assert_refused(book, &format!("insert into currencies values {row}"), reason);
        }
    }

    // V1
    fn an_account_is_never_removed_or_replaced(book: &TestBook) {
        fill(book);
        assert_refused(book, "delete from accounts", "delete refused");
        assert_refused(book, "delete from accounts where name = 'unused'", "delete refused");
        if book.is_on_postgres() {
            assert_refused(book, "truncate accounts cascade", "truncate refused");
        } else {
            assert_refused(book, "insert or replace into accounts select * from accounts where id = 5", "replace refused");
            let columns = "opened_at, exponent, account_type, currency, head";
            for (key, values) in [("name", "name"), ("rowid, name", "5, 'mallory'")] {
                let replace = format!("replace into accounts ({key}, {columns}) select {values}, {columns} from accounts where id = 5");
                assert_refused(book, &replace, "replace refused");
            }
        }
    }

    // V1
    fn what_an_account_is_never_changes(book: &TestBook) {
        fill(book);
        for change in [
            "id = 99", "name = 'mallory'", "account_type = 'asset'", "currency = 'USD'", "exponent = 3",
            "currency = 'BHD', exponent = 3", "opened_at = TIME", "version = version, name = 'mallory'",
        ] {
            let update = format!("update accounts set {change} where name = 'unused'");
            assert_refused(book, &book.in_own_words(&update), "update refused");
        }
        if !book.is_on_postgres() {
            for alias in ["rowid", "_rowid_", "oid"] {
                assert_refused(book, &format!("update accounts set {alias} = 99 where name = 'unused'"), "update refused");
            }
        }
    }

    // V1
    fn a_balance_outside_its_limits_is_refused_by_the_table(book: &TestBook) {
        fill(book);
        for (change, name, reason) in [
            ("posted = -1", "alice", "accounts_available_at_least_min"),
            ("debits_held = posted + 1", "alice", "accounts_available_at_least_min"),
            ("min_balance = 4001", "alice", "accounts_available_at_least_min"),
            ("posted = 10001", "bob", "accounts_balance_at_most_max"),
            ("max_balance = 2499", "bob", "accounts_balance_at_most_max"),
            // No balance is inside limits that are the wrong way round, and PostgreSQL says that first.
            ("min_balance = 101, max_balance = 100", "alice", "accounts_"),
            ("debits_held = -1", "cash", "accounts_held_is_not_negative"),
            ("credits_held = -1", "cash", "accounts_held_is_not_negative"),
            ("posted = 9223372036854775807, debits_held = 1", "cash", "accounts_held_leaves_room"),
            ("posted = -9223372036854775807, credits_held = 2", "cash", "accounts_held_leaves_room"),
            ("posted = 9223372036854775807, credits_held = 1", "alice", "accounts_held_leaves_room"),
            ("version = 0", "cash", "accounts_chain_is_whole"),
            ("last_transfer = null", "cash", "accounts_chain_is_whole"),
            ("last_recorded_at = null", "cash", "accounts_chain_is_whole"),
            ("state = 'x'", "cash", "accounts_state_is_known"),
            ("head = SHORT", "cash", "accounts_head_is_a_hash"),
        ] {
            let short = if book.is_on_postgres() { "decode(repeat('ab', 31), 'hex')" } else { "zeroblob(31)" };
            let update = format!("update accounts set {change} where name = '{name}'").replace("SHORT", short);
            assert_refused(book, &update, reason);
        }
        // The limits themselves are allowed, so it is not something else that is refused above.
        assert_eq!(book.raw("update accounts set min_balance = 4000 where name = 'alice'"), Ok(1));
        assert_eq!(book.raw("update accounts set max_balance = 2500 where name = 'bob'"), Ok(1));
    }

    // V1
    fn a_transfer_written_by_hand_keeps_to_the_rules_of_the_table(book: &TestBook) {
        fill(book);
        let short = if book.is_on_postgres() { "decode(repeat('ab', 31), 'hex')" } else { "zeroblob(31)" };
        let share = "its accounts do not both exist in one currency";
        for (others, reason) in [
            (vec![("debit_account_id", "99")], share),
            (vec![("credit_account_id", "99")], share),
            (vec![("debit_account_id", "98"), ("credit_account_id", "99")], share),
            (vec![("credit_account_id", "4")], share),
            (vec![("amount", "0")], "transfers_amount_is_positive"),
            (vec![("amount", "-5")], "transfers_amount_is_positive"),
            (vec![("credit_account_id", "1")], "transfers_accounts_differ"),
            (vec![("kind", "'x'")], "transfers_kind_is_known"),
            (vec![("debit_version", "0"), ("debit_previous", "1")], "transfers_versions_are_counted"),
            (vec![("debit_version", "2")], "transfers_pointers_go_back"),
            (vec![("credit_previous", "4")], "transfers_pointers_go_back"),
            (vec![("credit_version", "2"), ("credit_previous", "1000")], "transfers_pointers_go_back"),
            (vec![("hash", short)], "transfers_hash_is_a_hash"),
            (vec![("expires_at", "TIME")], "transfers_only_holds_expire"),
            (vec![("kind", "'capture'"), ("expires_at", "TIME")], "transfers_only_holds_expire"),
            (vec![("amount", "2"), ("up_to", "1")], "transfers_up_to_is_kept"),
            (vec![("actor", "''")], "transfers_actor_is_bounded"),
        ] {
            assert_refused(book, &book.insert_transfer(&others), reason);
        }
        // The row is refused for what is changed in it above, and not for anything else.
        assert_eq!(book.raw(&book.insert_transfer(&[])), Ok(1));
        assert_refused(book, &book.insert_transfer(&[("sequence", "1001")]), if book.is_on_postgres() { "transfers_id_key" } else { "replace refused" });
    }

    // V1: one bad row among good ones takes all of them down, however many there are and wherever it stands.
    fn a_bad_transfer_among_good_ones_is_refused_with_them(book: &TestBook) {
        fill(book);
        let good = book.insert_transfer(&[]);
        let (columns, row) = good.split_once(" values ").unwrap();
        let id = if book.is_on_postgres() { "'11111111" } else { "x'11111111" };
        let row = |number: usize| row.replace("1000", &(1000 + number).to_string()).replace(id, &id.replace("11111111", &format!("{number:08}")));
        for count in [2, 49, 50, 60] {
            for bad in [0, count / 2, count - 1] {
                for account in [4, 99] {
                    let mut rows: Vec<_> = (0..count).map(row).collect();
                    rows[bad] = rows[bad].replacen(", 2, ", &format!(", {account}, "), 1);
                    let insert = format!("{columns} values {}", rows.join(", "));
                    assert_refused(book, &insert, "do not both exist in one currency");
                }
            }
        }
        let rows: Vec<_> = (0..60).map(row).collect();
        assert_eq!(book.raw(&format!("{columns} values {}", rows.join(", "))), Ok(60));
    }

    // P7: of several currencies each row is looked at by itself.
    fn many_transfers_in_several_currencies_are_posted_together(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account till  asset     JPY
            account yen   liability JPY
        ");
        let deposits = ["    deposit alice 1 -> posted\n    deposit yen 1 cash till -> posted\n"; 30].concat();
        check(book, &format!("batch\n{deposits}"));
        check(book, "balance alice posted 30\nbalance yen posted 30");
    }
}

#[test]
fn a_temporary_table_does_not_stand_for_the_accounts() {
    let book = TestBook::on_postgres();
    fill(&book);
    let insert = book.insert_transfer(&[("debit_account_id", "98"), ("credit_account_id", "99")]);
    let script = format!(
        "create temporary table accounts (id bigint, currency text);
         insert into accounts values (98, 'EUR'), (99, 'EUR');
         {insert}"
    );
    let refusal = book.raw_script(&script).unwrap_err();
    assert!(refusal.contains("its accounts do not both exist"), "{refusal}");
}
