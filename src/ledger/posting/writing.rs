//! Writing what was decided.

use crate::clock::Reading;
use crate::error::Error;
use crate::facts::{AccountEvent, Annotation};
use crate::judging::{Batch, ChangedAccount, Ruling};
use crate::models::accounts::AccountHistoryUpdate;
use crate::store::{Numbering, Store, StoreError};

/// Writes the ruling of a batch.
pub(in crate::ledger) fn write(
    store: &mut dyn Store,
    batch: Batch,
    time: Reading,
    numbering: Numbering,
) -> Result<Ruling, Error> {
    let mut ruling = batch.finish_provisionally();
    write_ruling(store, &mut ruling, time, numbering)?;
    Ok(ruling)
}

pub(super) fn write_ruling(
    store: &mut dyn Store,
    ruling: &mut Ruling,
    time: Reading,
    numbering: Numbering,
) -> Result<(), Error> {
    if ruling.sequence_count() == 0 {
        return Ok(());
    }
    // Most batches are transfers only. Some databases can write these in one statement.
    if numbering != Numbering::Apart
        && ruling.only_moves()
        && let Some(sequences) = store.write_together(&ruling.transfers, &ruling.accounts, time.told())?
    {
        ruling.assign_sequences(&sequences);
        return Ok(());
    }
    ruling.assign_sequences(&store.next_sequences(ruling.sequence_count(), time.told())?);
    if ruling.events.is_empty() {
        store.update_accounts(&ruling.accounts)?;
    }
    if !ruling.transfers.is_empty() {
        store.insert_transfers(&ruling.transfers)?;
    }
    if !ruling.holds_opened.is_empty() {
        store.insert_holds(&ruling.holds_opened)?;
    }
    if !ruling.holds_changed.is_empty() {
        store.update_holds(&ruling.holds_changed)?;
    }
    if !ruling.events.is_empty() {
        write_events(store, ruling)?;
    }
    Ok(())
}

fn write_events(store: &mut dyn Store, ruling: &Ruling) -> Result<(), Error> {
    store.insert_events(&ruling.events)?;
    let has_event =
        |changed: &&ChangedAccount| ruling.events.iter().any(|event| event.account_id == changed.account.id);
    let (changed, moved): (Vec<_>, Vec<_>) = ruling.accounts.iter().partition(has_event);
    store
        .update_histories(changed.into_iter().map(|changed| AccountHistoryUpdate::from(&changed.account)).collect())?;
    if !moved.is_empty() {
        store.update_accounts(&moved.into_iter().cloned().collect::<Vec<_>>())?;
    }
    Ok(write_metadata(store, &ruling.events)?)
}

/// Writes the metadata that the events give to accounts, in order.
pub(in crate::ledger) fn write_metadata(store: &mut dyn Store, events: &[AccountEvent]) -> Result<(), StoreError> {
    for event in events {
        if let Some(Annotation { transfer_id: None, after, .. }) = &event.annotation {
            store.update_metadata(event.account_id, after)?;
        }
    }
    Ok(())
}
