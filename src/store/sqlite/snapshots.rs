//! The texts of the statements that are written by hand here.

use diesel::sqlite::Sqlite;

use crate::models::accounts::{AccountHistoryUpdate, AccountUpdate};
use crate::models::holds::{HoldRow, HoldUpdate};
use crate::models::statement_text::{assert_statement, assert_text};
use crate::models::transfers::TransferRow;
use crate::store::indexes::Index;
use crate::store::options::StoreOptions;
use crate::store::sqlite::connection::session_settings;
use crate::store::sqlite::indexes::scanned;
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
    let keys = ["debit_account_id", "recorded_at"].map(str::to_owned).to_vec();
    let index = Index { name: "an_index".to_owned(), keys, condition: Some("debit_version % 64 = 0".to_owned()) };
    assert_text("sqlite_index_scanned", &scanned("transfers", &index));
}

#[test]
fn sessions_are_the_sql_that_was_accepted() {
    assert_text("sqlite_session", &session_settings(&StoreOptions::default()));
}
