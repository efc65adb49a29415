//! What someone can do to a book without Teller: look at all of it, and write rows by hand.

use super::TestBook;

/// The columns of a transfer that a row written by hand has, and what stands in them unless the test says otherwise.
const TRANSFER: [(&str, &str); 16] = [
    ("sequence", "1000"),
    ("id", "ID"),
    ("debit_account_id", "1"),
    ("credit_account_id", "2"),
    ("amount", "1"),
    ("debit_version", "1"),
    ("credit_version", "1"),
    ("debit_balance", "1"),
    ("credit_balance", "1"),
    ("debit_previous", "null"),
    ("credit_previous", "null"),
    ("recorded_at", "TIME"),
    ("effective_at", "TIME"),
    ("hash", "HASH"),
    ("kind", "'transfer'"),
    ("actor", "'x'"),
];

impl TestBook {
    /// Every row of every table as text, and on PostgreSQL the state of the sequences.
    pub fn contents(&self) -> Vec<String> {
        let tables = [
            "__diesel_schema_migrations",
            "account_events",
            "accounts",
            "book_identity",
            "book_imports",
            "currencies",
            "holds",
            "book_events",
            "schedule_dues",
            "schedules",
            "transfers",
        ];
        let mut queries: Vec<_> = tables.iter().map(|table| self.rows_query(table)).collect();
        if self.is_on_postgres() {
            let name = "transfers_sequence_seq";
            queries.push(format!("select concat('{name} ', last_value, is_called) as line from {name}"));
        }
        self.query_texts(&format!("select line from ({}) as contents order by line", queries.join(" union all ")))
    }

    fn rows_query(&self, table: &str) -> String {
        if self.is_on_postgres() {
            return format!("select '{table} ' || t::text as line from {table} t");
        }
        let columns = format!("select 'quote(' || name || ')' from pragma_table_info('{table}') order by cid");
        format!("select '{table} ' || {} as line from {table}", self.query_texts(&columns).join(" || ',' || "))
    }

    /// Drops the checks of a PostgreSQL book, and lets anybody change the rows of these tables. The guards against TRUNCATE stay: `verify`
    /// describes a hundred findings, and each missing guard is one.
    pub fn drop_guards_of_rows(&self, tables: &[impl AsRef<str>]) {
        let drop_checks = "
            do $$ declare found record; begin
                for found in select conrelid::regclass as of_table, conname from pg_constraint
                    where connamespace = current_schema()::regnamespace and contype in ('c', 'f') loop
                    execute format('alter table %s drop constraint %I', found.of_table, found.conname);
                end loop;
            end $$";
        self.raw_script(drop_checks).unwrap();
        for table in tables.iter().map(AsRef::as_ref) {
            let names = "select tgname::text from pg_trigger where not tgisinternal and tgtype & 32 = 0 and tgrelid =";
            for name in self.query_texts(&format!("{names} '{table}'::regclass")) {
                self.raw(&format!("alter table {table} disable trigger {name}")).unwrap();
            }
        }
    }

    /// A statement that inserts a transfer by hand, with other values in some columns. `ID`, `TIME`, and `HASH` stand for values in
    /// the words of the backend.
    pub fn insert_transfer(&self, others: &[(&str, &str)]) -> String {
        let is_usual = |column: &str| TRANSFER.iter().any(|(usual, _)| *usual == column);
        let further = others.iter().filter(|(column, _)| !is_usual(column));
        let (columns, values): (Vec<_>, Vec<_>) = TRANSFER
            .iter()
            .map(|(column, usual)| {
                (*column, others.iter().find(|other| other.0 == *column).map_or(*usual, |other| other.1))
            })
            .chain(further.copied())
            .unzip();
        let statement = format!("insert into transfers ({}) values ({})", columns.join(", "), values.join(", "));
        self.in_own_words(&statement)
    }

    /// The statement with `ID`, `TIME`, and `HASH` replaced by values as the backend writes them.
    pub fn in_own_words(&self, statement: &str) -> String {
        let [id, time, hash] = if self.is_on_postgres() {
            ["'11111111-1111-4111-8111-111111111111'", "'2026-06-01T00:00:00Z'", "decode(repeat('ab', 32), 'hex')"]
        } else {
            ["x'11111111111141118111111111111111'", "1780272000000000", "unhex(replace(hex(zeroblob(32)), '00', 'ab'))"]
        };
        statement.replace("ID", id).replace("TIME", time).replace("HASH", hash)
    }
}
