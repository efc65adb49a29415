//! The views for analysts: they say what the exports say, on both databases, to the last decimal.

use serde_json::Value;

use crate::flat_exports::BOOK;
use crate::support::{TestBook, check, on_every_backend};

const VIEWS: [&str; 5] = ["v1_accounts", "v1_balances", "v1_entries", "v1_holds", "v1_transfers"];

/// The columns of a view, in order.
fn columns(book: &TestBook, view: &str) -> Vec<String> {
    book.query_texts(&if book.is_on_postgres() {
        format!(
            "select column_name::text from information_schema.columns where table_schema = current_schema() \
             and table_name = '{view}' order by ordinal_position"
        )
    } else {
        format!("select name from pragma_table_info('{view}') order by cid")
    })
}

fn is_decimal(column: &str) -> bool {
    ["amount", "change", "balance", "posted", "held", "available", "remaining", "min_balance", "max_balance"]
        .contains(&column)
}

/// A decimal without the zeros at its end, and metadata without blanks: PostgreSQL writes both in its own way.
fn plain(column: &str, text: &str) -> String {
    if is_decimal(column) && text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    match (column, serde_json::from_str(text)) {
        ("metadata", Ok(Value::Object(texts))) if texts.is_empty() => String::new(),
        ("metadata", Ok(texts)) => texts.to_string(),
        _ => text.to_owned(),
    }
}

/// The rows of a view, each as the texts of its columns, in an order.
fn rows(book: &TestBook, view: &str, order: &str) -> Vec<Vec<String>> {
    let columns = columns(book, view);
    let text = |column: &String| match (book.is_on_postgres(), column.ends_with("_at")) {
        (true, true) => format!(r#"to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#),
        _ => format!("cast({column} as text)"),
    };
    let texts: Vec<_> = columns.iter().map(|column| format!("coalesce({}, '')", text(column))).collect();
    let lines = book.query_texts(&format!("select {} from {view} order by {order}", texts.join(" || '|' || ")));
    let line = |line: &String| line.split('|').zip(&columns).map(|(cell, column)| plain(column, cell)).collect();
    lines.iter().map(line).collect()
}

/// The rows of a table of JSON, as the texts of these columns.
fn told(book: &TestBook, command: &str, columns: &[(&str, &str)]) -> Vec<Vec<String>> {
    let answer = book.run(command).ends(0);
    let lines = answer.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cell = |value: &Value, column: &str| {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        plain(column, &text)
    };
    lines.map(|line| columns.iter().map(|(column, field)| cell(&line[*field], column)).collect()).collect()
}

/// The cells of some columns of rows that have all columns of a view.
fn only(rows: &[Vec<String>], all: &[String], wanted: &[(&str, &str)]) -> Vec<Vec<String>> {
    let place = |column: &str| all.iter().position(|name| name == column).unwrap_or_else(|| panic!("{column}"));
    let row = |row: &Vec<String>| wanted.iter().map(|(column, _)| row[place(column)].clone()).collect();
    rows.iter().map(row).collect()
}

on_every_backend! {
    fn the_views_have_the_columns_and_the_rows_of_the_exports(book: &TestBook) {
        check(book, BOOK);
        for (view, order, what) in [
            ("v1_transfers", "sequence", "transfers"),
            ("v1_entries", "sequence, case side when 'debit' then 0 else 1 end", "entries"),
            ("v1_balances", "account", "balances"),
        ] {
            let columns = columns(book, view);
            let same: Vec<_> = columns.iter().map(|column| (column.as_str(), column.as_str())).collect();
            let exported = told(book, &format!("export --to ndjson --what {what}"), &same);
            assert!(exported.len() >= 7);
            assert_eq!(rows(book, view, order), exported, "{view}");
            let header = book.run(&format!("export --to csv --what {what}")).ends(0).stdout;
            assert_eq!(header.lines().next().unwrap().split(',').collect::<Vec<_>>(), columns, "{view}");
        }
    }

    fn the_changes_of_an_account_add_up_to_what_it_has(book: &TestBook) {
        check(book, BOOK);
        let differing = "select count(*) from v1_balances b where posted_minor <> coalesce((
            select sum(change_minor) from v1_entries e where e.account = b.account), 0)";
        assert_eq!(book.query_i64(differing), 0);
        assert_eq!(book.query_i64("select count(*) from v1_balances where posted_minor <> 0"), 7);
        if book.is_on_postgres() {
            let total = "select trim_scale(sum(change))::text from v1_entries where currency = 'TOK' and account = 'eve'";
            assert_eq!(book.query_text(total), "1.000000000000000001");
        }
    }

    fn accounts_and_holds_are_as_the_program_lists_them(book: &TestBook) {
        check(book, BOOK);
        check(book, "limits alice min -5 max 90071992547409.93 -> changed\nannotate account bob tier=gold -> annotated\nfreeze dora -> frozen");
        let accounts = [("account", "account"), ("account_type", "type"), ("currency", "currency"), ("state", "state"), ("min_balance", "min_balance"),
            ("max_balance", "max_balance"), ("opened_at", "opened_at"), ("closed_at", "closed_at"), ("description", "description"), ("metadata", "metadata")];
        let listed = told(book, "account list --format ndjson", &accounts);
        assert_eq!(only(&rows(book, "v1_accounts", "account"), &columns(book, "v1_accounts"), &accounts), listed);
        assert_eq!(book.query_texts("select cast(exponent as text) || normal_side from v1_accounts order by account"), ["2credit", "2credit", "2debit", "0credit", "18credit", "18debit", "0debit"]);
        let holds = [("id", "hold"), ("sequence", "sequence"), ("state", "state"), ("debit_account", "debit_account"), ("credit_account", "credit_account"),
            ("currency", "currency"), ("amount", "amount"), ("remaining", "remaining"), ("expires_at", "expires_at")];
        let listed = told(book, "hold list --format ndjson", &holds);
        assert_eq!(only(&rows(book, "v1_holds", "sequence"), &columns(book, "v1_holds"), &holds), listed);
        assert_eq!(book.query_texts("select key || ' ' || state from v1_holds order by sequence"), ["h1 expired", "h2 released"]);
    }

    fn every_amount_of_64_bits_is_written_out(book: &TestBook) {
        check(book, "
            currency TOK 18 Token -> added
            account a equity TOK
            account b equity TOK
            account c equity EUR
            account d equity EUR
            transfer most: a b 9.223372036854775807 -> posted
            transfer least: c d 92233720368547758.07 -> posted
            transfer small: d c 0.05 -> posted
        ");
        let amounts = rows(book, "v1_entries", "sequence, account");
        let columns = columns(book, "v1_entries");
        let changes = only(&amounts, &columns, &[("account", ""), ("change", ""), ("change_minor", "")]);
        assert_eq!(changes[..2], [["a", "-9.223372036854775807", "-9223372036854775807"], ["b", "9.223372036854775807", "9223372036854775807"]]);
        assert_eq!(changes[2..4], [["c", "-92233720368547758.07", "-9223372036854775807"], ["d", "92233720368547758.07", "9223372036854775807"]]);
        assert_eq!(changes[4..], [["c", "0.05", "5"], ["d", "-0.05", "-5"]]);
    }

    fn the_views_go_with_their_migration_and_come_back(book: &TestBook) {
        let views = |book: &TestBook| book.query_texts(if book.is_on_postgres() {
            "select viewname::text from pg_views where schemaname = current_schema() order by viewname collate \"C\""
        } else {
            "select name from sqlite_schema where type = 'view' order by name"
        });
        assert_eq!(views(book), VIEWS);
        // The migrations behind theirs go first.
        for _ in 0..10 {
            if !views(book).is_empty() {
                book.run_as_owner("migrate revert --discard-everything --yes").ends(0);
            }
        }
        assert_eq!(views(book), [""; 0]);
        book.run_as_owner("migrate run").ends(0);
        assert_eq!(views(book), VIEWS);
    }
}

#[test]
fn every_view_and_column_on_postgresql_has_a_comment_and_a_type_with_bounds() {
    let book = TestBook::on_postgres();
    let columns = "select concat(relname, '.', attname, ' ', format_type(atttypid, atttypmod), ' ', coalesce(col_description(attrelid, attnum), 'NONE'))
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = current_schema()::regnamespace and relkind = 'v' and attnum > 0 order by attrelid, attnum";
    let columns = book.query_texts(columns);
    assert_eq!(columns.len(), 14 + 11 + 18 + 22 + 13);
    let none: Vec<_> = columns.iter().filter(|column| column.ends_with("NONE")).collect();
    assert_eq!(none, [""; 0]);
    for column in &columns {
        let (name, kind) = column.split_once(' ').unwrap();
        let name = name.split_once('.').unwrap().1;
        assert_eq!(is_decimal(name), kind.starts_with("numeric(38,18) "), "{column}");
        assert_eq!(name.ends_with("_minor"), kind.starts_with("bigint ") && name.ends_with("_minor"), "{column}");
        assert_eq!(name.ends_with("_at"), kind.starts_with("timestamp with time zone "), "{column}");
        assert_ne!(name, "at");
    }
    let described = book.query_texts(
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace
        and relkind = 'v' and obj_description(oid) is not null order by relname collate \"C\"",
    );
    assert_eq!(described, VIEWS);
}
