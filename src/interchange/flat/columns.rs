//! The columns of each table, and what a row has in them. The views of a database have the same columns by the same names.

use crate::facts::{Description, Instant, Key, Metadata, Sequence, Transfer};
use crate::ledger::{FlatAccount, FlatBalance, FlatEntry, FlatRow, FlatTable, FlatTransfer, StatementEnd};
use crate::money::{Amount, Money};

/// What a row has in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    /// A number that is no amount.
    Number(i64),
    /// An amount in minor units.
    Minor(Amount),
    /// The same amount as people write it.
    Decimal(Money),
    /// A text that no user chose.
    Word(String),
    /// A text that a user chose.
    Text(&'a str),
    Time(Instant),
    Texts(&'a Metadata),
}

/// What the values of a column are, where they are not null.
#[cfg(feature = "parquet")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Minor,
    Decimal,
    Text,
    Time,
    Texts,
}

/// What the values of the column of that name are.
#[cfg(feature = "parquet")]
pub(super) fn kind(column: &str) -> Kind {
    match column {
        "sequence" | "version" => Kind::Number,
        "amount" | "change" | "balance" | "posted" | "held" | "available" => Kind::Decimal,
        "metadata" => Kind::Texts,
        _ if column.ends_with("_minor") => Kind::Minor,
        _ if column.ends_with("_at") => Kind::Time,
        _ => Kind::Text,
    }
}

const TRANSFERS: &[&str] = &[
    "sequence",
    "id",
    "kind",
    "debit_account",
    "credit_account",
    "currency",
    "amount_minor",
    "amount",
    "recorded_at",
    "effective_at",
    "key",
    "actor",
    "journal_id",
    "hold_id",
    "reversed_id",
    "expires_at",
    "description",
    "metadata",
];

const ENTRIES: &[&str] = &joined::<22>(&[&["sequence", "transfer_id"], &ACCOUNT, &MOVEMENT, &NOTE]);

/// The account that an entry, or a line of a statement, is of: what [`of_account`] says.
const ACCOUNT: [&str; 3] = ["account", "account_type", "currency"];

/// What [`of_movement`] says.
const MOVEMENT: [&str; 8] =
    ["side", "kind", "counterparty", "change_minor", "change", "balance_minor", "balance", "version"];

/// What [`of_note`] says.
const NOTE: [&str; 9] =
    ["recorded_at", "effective_at", "key", "actor", "journal_id", "hold_id", "reversed_id", "description", "metadata"];

const BALANCES: &[&str] = &[
    "account",
    "account_type",
    "currency",
    "posted_minor",
    "posted",
    "held_minor",
    "held",
    "available_minor",
    "available",
    "version",
    "last_recorded_at",
];

const STATEMENTS: &[&str] = &joined::<23>(&[&ACCOUNT, &["line", "sequence", "transfer_id"], &MOVEMENT, &NOTE]);

/// The names of several parts of a table, which are `N`. Another number does not compile.
const fn joined<const N: usize>(parts: &[&[&'static str]]) -> [&'static str; N] {
    let (mut names, mut count, mut part) = ([""; N], 0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            names[count] = parts[part][index];
            count += 1;
            index += 1;
        }
        part += 1;
    }
    assert!(count == N, "all columns have a name");
    names
}

/// The names of a table's columns, in order.
pub(super) const fn columns(table: FlatTable) -> &'static [&'static str] {
    match table {
        FlatTable::Transfers => TRANSFERS,
        FlatTable::Entries => ENTRIES,
        FlatTable::Balances => BALANCES,
        FlatTable::Statements => STATEMENTS,
    }
}

/// What a row has in the columns of its table, in their order.
pub(super) fn values(row: &FlatRow) -> Vec<Value<'_>> {
    match row {
        FlatRow::Transfer(transfer) => of_transfer(transfer),
        FlatRow::Entry(entry) => of_entry(entry),
        FlatRow::Balance(balance) => of_balance(balance),
        FlatRow::Opening(end) => of_end(end, "opening"),
        FlatRow::StatementEntry(entry) => of_statement_entry(entry),
        FlatRow::Closing(end) => of_end(end, "closing"),
    }
}

fn of_transfer(FlatTransfer { transfer, debit, credit }: &FlatTransfer) -> Vec<Value<'_>> {
    let [minor, decimal] = amount(debit, transfer.amount);
    let [recorded_at, effective_at] = times(transfer);
    let [journal_id, hold_id, reversed_id] = references(transfer);
    vec![
        number(transfer.sequence),
        word(&transfer.id),
        word(&transfer.kind),
        Value::Text(debit.name.as_str()),
        Value::Text(credit.name.as_str()),
        word(&debit.currency.code()),
        minor,
        decimal,
        recorded_at,
        effective_at,
        key(transfer),
        Value::Text(transfer.actor.as_str()),
        journal_id,
        hold_id,
        reversed_id,
        time(transfer.expires_at),
        description(transfer),
        Value::Texts(&transfer.metadata),
    ]
}

fn of_entry(entry: &FlatEntry) -> Vec<Value<'_>> {
    let mut values = vec![number(entry.transfer.sequence), word(&entry.transfer.id)];
    values.extend(of_account(&entry.account));
    values.extend(of_movement(entry));
    values.extend(of_note(entry));
    values
}

fn of_statement_entry(entry: &FlatEntry) -> Vec<Value<'_>> {
    let mut values = Vec::with_capacity(STATEMENTS.len());
    values.extend(of_account(&entry.account));
    values.extend([word("entry"), number(entry.transfer.sequence), word(&entry.transfer.id)]);
    values.extend(of_movement(entry));
    values.extend(of_note(entry));
    values
}

fn of_end<'a>(end: &'a StatementEnd, line: &'static str) -> Vec<Value<'a>> {
    let mut values = vec![Value::Null; STATEMENTS.len()];
    let [minor, decimal] = amount(&end.account, end.balance);
    values.splice(..3, of_account(&end.account));
    for (name, value) in
        [("line", word(line)), ("balance_minor", minor), ("balance", decimal), ("recorded_at", time(end.at))]
    {
        if let Some(column) = STATEMENTS.iter().position(|column| *column == name) {
            values[column] = value;
        }
    }
    values
}

fn of_account(account: &FlatAccount) -> [Value<'_>; 3] {
    [Value::Text(account.name.as_str()), word(&account.account_type), word(&account.currency.code())]
}

/// From the side to the version.
fn of_movement(entry: &FlatEntry) -> [Value<'_>; 8] {
    let [change_minor, change] = amount(&entry.account, entry.change());
    let [balance_minor, balance] = amount(&entry.account, entry.entry().balance);
    [
        word(&entry.side),
        word(&entry.transfer.kind),
        Value::Text(entry.counterparty.name.as_str()),
        change_minor,
        change,
        balance_minor,
        balance,
        Value::Number(entry.entry().version),
    ]
}

/// What follows: times, and what was given with the transfer.
fn of_note(entry: &FlatEntry) -> [Value<'_>; 9] {
    let transfer = &entry.transfer;
    let [recorded_at, effective_at] = times(transfer);
    let [journal_id, hold_id, reversed_id] = references(transfer);
    [
        recorded_at,
        effective_at,
        key(transfer),
        Value::Text(transfer.actor.as_str()),
        journal_id,
        hold_id,
        reversed_id,
        description(transfer),
        Value::Texts(&transfer.metadata),
    ]
}

fn of_balance(balance: &FlatBalance) -> Vec<Value<'_>> {
    let maybe = |of: Option<Amount>| of.map_or([Value::Null, Value::Null], |of| amount(&balance.account, of));
    let mut values = Vec::with_capacity(BALANCES.len());
    values.extend(of_account(&balance.account));
    values.extend(amount(&balance.account, balance.posted));
    values.extend(maybe(balance.held));
    values.extend(maybe(balance.available));
    values.extend([balance.version.map_or(Value::Null, Value::Number), time(balance.last_recorded_at)]);
    values
}

const fn amount(account: &FlatAccount, amount: Amount) -> [Value<'static>; 2] {
    [Value::Minor(amount), Value::Decimal(account.money(amount))]
}

const fn number(Sequence(sequence): Sequence) -> Value<'static> {
    Value::Number(sequence)
}

fn word(word: &(impl ToString + ?Sized)) -> Value<'static> {
    Value::Word(word.to_string())
}

fn time(time: Option<Instant>) -> Value<'static> {
    time.map_or(Value::Null, Value::Time)
}

const fn times(transfer: &Transfer) -> [Value<'static>; 2] {
    [Value::Time(transfer.recorded_at), Value::Time(transfer.effective_at)]
}

fn references(transfer: &Transfer) -> [Value<'static>; 3] {
    let maybe = |id: Option<String>| id.map_or(Value::Null, Value::Word);
    [
        maybe(transfer.journal_id.map(|id| id.to_string())),
        maybe(transfer.hold_id.map(|id| id.to_string())),
        maybe(transfer.reversed_id.map(|id| id.to_string())),
    ]
}

fn key(transfer: &Transfer) -> Value<'_> {
    transfer.key.as_ref().map_or(Value::Null, |key: &Key| Value::Text(key.as_str()))
}

fn description(transfer: &Transfer) -> Value<'_> {
    transfer.description.as_ref().map_or(Value::Null, |text: &Description| Value::Text(text.as_str()))
}
