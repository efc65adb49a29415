//! Three roles for a book: the owner migrates it, the writer works on it, the reader looks at it.

use crate::store::backend::MIGRATIONS_TABLE;
use crate::store::plain_name::PlainName;

/// A table of the book, and what its writers may change in rows that are there. New rows they may add to all of them.
struct Table {
    name: &'static str,
    /// The columns that say how things stand now. No others are ever updated.
    state_columns: &'static [&'static str],
}

/// The one place where a new table is let in: the roles can neither read nor write one that is not named here.
const TABLES: &[Table] = &[
    Table { name: "currencies", state_columns: &[] },
    Table {
        name: "accounts",
        state_columns: &[
            "posted",
            "debits_held",
            "credits_held",
            "version",
            "last_transfer",
            "last_recorded_at",
            "head",
            "min_balance",
            "max_balance",
            "state",
            "closed_at",
            "per_transfer",
            "per_day",
            "per_month",
            "metadata",
        ],
    },
    Table { name: "account_events", state_columns: &[] },
    Table { name: "book_events", state_columns: &[] },
    Table { name: "transfers", state_columns: &[] },
    Table { name: "holds", state_columns: &["remaining", "state"] },
    Table {
        name: "schedules",
        state_columns: &["due_count", "next_due_at", "state", "cancelled_at", "cancelled_by", "cancel_reason"],
    },
    Table {
        name: "schedule_dues",
        state_columns: &["transfer_id", "last_at", "attempts", "state", "code", "reason", "hash"],
    },
];

/// The tables that only the owner writes, in migrations and when a whole book is imported; everybody reads them. Of the events of the
/// book a trigger keeps those from the writer that are the owner's.
const FIXED_TABLES: &[&str] = &[MIGRATIONS_TABLE, "book_identity", "book_imports"];

/// The views for analysts, which everybody reads. They read their tables in the name of their owner.
const VIEWS: &[&str] = &["v1_accounts", "v1_balances", "v1_transfers", "v1_entries", "v1_holds"];

/// The sequences that no column owns; those change hands with their tables.
const SEQUENCES: &[&str] = &["transfers_sequence_seq"];

/// The statements, for a schema whose name is quoted already. They can be run again, and then take back what was granted beyond them.
pub(super) fn statements(schema: &str, prefix: &PlainName) -> Vec<String> {
    let names = TABLES.iter().map(|table| table.name).chain(FIXED_TABLES.iter().chain(VIEWS).copied());
    let qualified = |name: &str| format!("{schema}.{name}");
    let tables: Vec<_> = names.map(qualified).collect();
    let written: Vec<_> = TABLES.iter().map(|table| qualified(table.name)).collect();
    let sequences: Vec<_> = SEQUENCES.iter().map(|name| qualified(name)).collect();
    let owner = format!("{prefix}_owner");
    let users = format!("{prefix}_writer, {prefix}_reader");
    let (all, written, sequences_list) = (tables.join(", "), written.join(", "), sequences.join(", "));

    let mut statements = vec![make_roles(prefix), format!("grant usage, create on schema {schema} to {owner};")];
    statements.extend(tables.iter().map(|table| format!("alter table {table} owner to {owner};")));
    statements.extend(sequences.iter().map(|sequence| format!("alter sequence {sequence} owner to {owner};")));
    statements.push(own_functions(schema, &all, &owner));
    statements.extend([
        format!("revoke create on schema {schema} from public;"),
        format!("revoke all on schema {schema} from {users};"),
        format!("revoke all on {all} from public, {users};"),
        format!("revoke all on sequence {sequences_list} from public, {users};"),
        format!("grant usage on schema {schema} to {users};"),
        format!("grant select on {all} to {users};"),
        format!("grant insert on {written} to {prefix}_writer;"),
        format!("grant usage on sequence {sequences_list} to {prefix}_writer;"),
    ]);
    let updated = TABLES.iter().filter(|table| !table.state_columns.is_empty());
    statements.extend(updated.map(|table| {
        let columns = table.state_columns.join(", ");
        format!("grant update ({columns})\n    on {} to {prefix}_writer;", qualified(table.name))
    }));
    statements
}

/// Roles belong to the whole server, so they may be there for another book. None of them can log in; those who do are made members.
fn make_roles(prefix: &PlainName) -> String {
    format!(
        "\
do $$
declare
    wanted text;
begin
    foreach wanted in array array['{prefix}_owner', '{prefix}_writer', '{prefix}_reader'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
    -- To hand the tables over to a role one has to be a member of it.
    if not pg_has_role('{prefix}_owner', 'member') then
        execute format('grant {prefix}_owner to %I', current_user);
    end if;
end
$$;"
    )
}

/// The functions that the triggers call: a migration may replace them, which only their owner can. PostgreSQL looks for tables among the
/// temporary ones first unless they are named last, so a writer could put one of its own before the book's.
fn own_functions(schema: &str, tables: &str, owner: &str) -> String {
    let tables: Vec<_> = tables.split(", ").map(|table| format!("'{table}'::regclass")).collect();
    format!(
        "\
do $$
declare
    used record;
begin
    for used in
        select distinct p.oid::regprocedure as name,
            exists (select from unnest(p.proconfig) setting where starts_with(setting, 'search_path=')) as looks_for_tables
        from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where not t.tgisinternal and t.tgrelid in ({})
    loop
        execute format('alter function %s owner to {owner}', used.name);
        if used.looks_for_tables then
            execute format('alter function %s set search_path to {schema}, pg_temp', used.name);
        end if;
    end loop;
end
$$;",
        tables.join(", ")
    )
}
