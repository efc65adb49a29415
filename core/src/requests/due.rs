//! What a schedule posts at one of its moments.

use crate::facts::{AccountName, Instant, Schedule};
use crate::money::{Currency, Money};
use crate::requests::parties::Parties;
use crate::requests::request::DueTransfer;
use crate::requests::transfer::TransferRequest;

impl Schedule {
    /// What is to be posted for a moment, between the accounts of these names.
    #[must_use]
    pub fn due_transfer(&self, due_at: Instant, names: [AccountName; 2], currency: Currency) -> DueTransfer {
        let [debit, credit] = names;
        let request = TransferRequest::new(
            self.id.of_due(due_at),
            Parties::Post { debit, credit },
            Money::new(self.amount, currency),
        );
        let request = TransferRequest {
            effective_at: Some(due_at),
            description: self.description.clone(),
            // That there is room was seen to when the schedule was added.
            metadata: self.transfer_metadata().unwrap_or_else(|_| self.metadata.clone()),
            ..request
        };
        DueTransfer::new(request, self.actor.clone())
    }
}
