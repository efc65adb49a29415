//! The texts of the statements that are written by hand here.

use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::models::accounts::{AccountHistoryUpdate, AccountUpdate};
use crate::models::holds::{HoldRow, HoldUpdate};
use crate::models::statement_text::{assert_statement, assert_text};
use crate::models::transfers::TransferRow;
use crate::store::declared_indexes::OF_EVENTS;
use crate::store::indexes::Index;
use crate::store::metadata_indexes::{IndexedEntry, accounts_with, changed, counted, down_from, up_from};
use crate::store::options::StoreOptions;
use crate::store::sqlite::connection::session_settings;
use crate::store::sqlite::indexes::{quoted, scanned};
use crate::store::sqlite::statements::{AccountsByKey, InsertRows, Key, TransfersById, UpdateRows};

#[test]
fn writes_are_the_sql_that_was_accepted() {
    let two_transfers = [TransferRow::default(), TransferRow::default()];
    assert_statement::<Sqlite, _>("sqlite_insert_rows_of_transfers", &InsertRows(&two_transfers));
    assert_statement::<Sqlite, _>("sqlite_insert_rows_of_holds", &InsertRows(&[HoldRow::default()]));
    let two_accounts = [AccountUpdate::default(), AccountUpdate::default()];
    assert_statement::<Sqlite, _>("sqlite_update_rows_of_accounts", &UpdateRows(&two_accounts));
    let histories = [AccountHistoryUpdate::default()];
    assert_statement::<Sqlite, _>("sqlite_update_rows_of_accounts_with_events", &UpdateRows(&histories));
    assert_statement::<Sqlite, _>("sqlite_update_rows_of_holds", &UpdateRows(&[HoldUpdate::default()]));
}

#[test]
fn look_ups_are_the_sql_that_was_accepted() {
    for (key, name) in [(Key::Id, "id"), (Key::Name, "name")] {
        let accounts = AccountsByKey::new(key, &[1]);
        assert_statement::<Sqlite, _>(&format!("sqlite_accounts_by_key_of_{name}"), &accounts);
    }
    assert_statement::<Sqlite, _>("sqlite_transfers_by_id", &TransfersById::new(&[]));
}

#[test]
fn proofs_of_indexes_are_the_sql_that_was_accepted() {
    let keys = ["debit_account_id", "recorded_at"].into_iter().map(quoted).collect();
    let index = Index { name: "an_index".to_owned(), keys, condition: Some("debit_version % 64 = 0".to_owned()) };
    assert_text("sqlite_index_scanned", &scanned("transfers", &index));
}

#[test]
fn look_ups_of_metadata_are_the_sql_that_was_accepted() {
    let entry = IndexedEntry::of_literal("'$.\"invoice\"'");
    assert_text("sqlite_metadata_down_from", &down_from::<SqliteConnection>(&entry));
    assert_text("sqlite_metadata_up_from", &up_from::<SqliteConnection>(&entry));
    assert_text("sqlite_metadata_changed", &changed::<SqliteConnection>(&entry));
    assert_text("sqlite_metadata_counted", &counted::<SqliteConnection>(&OF_EVENTS, &entry));
    assert_text("sqlite_metadata_of_accounts", &accounts_with::<SqliteConnection>(&entry));
}

#[test]
fn sessions_are_the_sql_that_was_accepted() {
    assert_text("sqlite_session", &session_settings(&StoreOptions::default()));
}
