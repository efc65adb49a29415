//! The texts of the statements that are written by hand here.

use std::iter;

use diesel::pg::{Pg, PgConnection};

use crate::facts::{NormalSide, Sequence};
use crate::models::accounts::{AccountColumns, AccountHistoryColumns, AccountUpdate};
use crate::models::holds::{HoldColumns, HoldUpdateColumns};
use crate::models::row::RowColumns;
use crate::models::sql_types::SqlInstant;
use crate::models::statement_text::{assert_statement, assert_text};
use crate::models::transfers::{TransferColumns, TransferRow};
use crate::store::JudgedBy;
use crate::store::declared_indexes::{OF_EVENTS, OF_TRANSFERS};
use crate::store::indexes::{Index, IndexKey};
use crate::store::metadata_indexes::{
    IndexedEntry, MetadataDialect, accounts_with, changed, counted, down_from, up_from,
};
use crate::store::options::{Access, StoreOptions};
use crate::store::postgres::expired_holds::ExpiredHolds;
use crate::store::postgres::indexes::{by_all_keys, by_each_text, by_first_key};
use crate::store::postgres::session::{begin_in_session, begin_with_settings, set_for_session};
use crate::store::postgres::statements::{
    ClockCheck, ContinueSequences, InsertAccounts, InsertRows, NextSequences, UpdateRows,
};
use crate::store::postgres::together::{Arrays, OneTransfer, WriteTogether};

const JUDGED_BY: JudgedBy = JudgedBy { newest: Sequence(1), told: None };

#[test]
fn writes_are_the_sql_that_was_accepted() {
    let inserted = InsertRows::<TransferColumns>::new(iter::empty());
    assert_statement::<Pg, _>("postgres_insert_rows_of_transfers", &inserted);
    assert_statement::<Pg, _>("postgres_insert_rows_of_holds", &InsertRows::<HoldColumns>::new(iter::empty()));
    assert_statement::<Pg, _>("postgres_insert_accounts", &InsertAccounts::new(iter::empty()));
    assert_statement::<Pg, _>("postgres_update_rows_of_accounts", &UpdateRows::<AccountColumns>::new(iter::empty()));
    let histories = UpdateRows::<AccountHistoryColumns>::new(iter::empty());
    assert_statement::<Pg, _>("postgres_update_rows_of_accounts_with_events", &histories);
    assert_statement::<Pg, _>("postgres_update_rows_of_holds", &UpdateRows::<HoldUpdateColumns>::new(iter::empty()));
}

#[test]
fn writes_in_one_statement_are_the_sql_that_was_accepted() {
    let accounts = [AccountUpdate::default(), AccountUpdate::default()];
    let one = WriteTogether::new(OneTransfer { transfer: TransferRow::default(), accounts }, Vec::new(), JUDGED_BY);
    assert_statement::<Pg, _>("postgres_write_together_of_one_transfer", &one);
    let rows = Arrays { transfers: TransferColumns::of(iter::empty()), accounts: AccountColumns::of(iter::empty()) };
    let many = WriteTogether::new(rows, Vec::new(), JUDGED_BY);
    assert_statement::<Pg, _>("postgres_write_together_of_many", &many);
}

#[test]
fn numbers_and_look_ups_are_the_sql_that_was_accepted() {
    assert_statement::<Pg, _>("postgres_clock_check", &ClockCheck::new(None));
    let next = NextSequences { count: 1, clock: ClockCheck::new(None) };
    assert_statement::<Pg, _>("postgres_next_sequences", &next);
    assert_statement::<Pg, _>("postgres_continue_sequences", &ContinueSequences { newest: 1 });
    for side in [NormalSide::Debit, NormalSide::Credit] {
        let expired = ExpiredHolds { side, accounts: Vec::new(), now: SqlInstant::default() };
        assert_statement::<Pg, _>(&format!("postgres_expired_holds_by_{}", side.as_str()), &expired);
    }
}

#[test]
fn proofs_of_indexes_are_the_sql_that_was_accepted() {
    let keys = ["debit_account_id", "recorded_at"].into_iter().map(IndexKey::of_column).collect();
    let index = Index { name: "an_index".to_owned(), keys, condition: Some("debit_version % 64 = 0".to_owned()) };
    assert_text("postgres_index_by_all_keys", &by_all_keys("transfers", &index));
    assert_text("postgres_index_by_first_key", &by_first_key("transfers", &index));
}

#[test]
fn look_ups_of_metadata_are_the_sql_that_was_accepted() {
    let entry = IndexedEntry::of_literal("'invoice'");
    assert_text("postgres_metadata_down_from", &down_from::<PgConnection>(&entry));
    assert_text("postgres_metadata_up_from", &up_from::<PgConnection>(&entry));
    assert_text("postgres_metadata_changed", &changed::<PgConnection>(&entry));
    assert_text("postgres_metadata_counted", &counted::<PgConnection>(&OF_EVENTS, &entry));
    assert_text("postgres_metadata_of_accounts", &accounts_with::<PgConnection>(&entry));
    let text = PgConnection::text("metadata", "'invoice'");
    assert_text("postgres_index_by_each_text", &by_each_text(&OF_TRANSFERS, &text));
}

#[test]
fn sessions_are_the_sql_that_was_accepted() {
    let options = StoreOptions::default();
    assert_text("postgres_session", &set_for_session(&options));
    assert_text("postgres_begin_read", &begin_in_session(Access::Read));
    assert_text("postgres_begin_write", &begin_in_session(Access::Write));
    let with_settings = begin_with_settings(Access::Write, &options, Some("a_book"));
    assert_text("postgres_begin_write_with_settings", &with_settings);
}
