//! The proof: hashes that tie every transfer to the whole history of both its accounts.
//!
//! An account's first head is the hash of what the account is. Every transfer's hash covers its content and the heads of both its
//! accounts, and becomes the head of both. Every change of what an account may do covers the account's head, and becomes it. So a
//! head covers everything that ever led to it, and one changed byte anywhere breaks every head after it.
//!
//! The hash is SHA-256, so that anyone can recompute a chain with the tools of any language. What is hashed is the format's name and a
//! newline, then the fields in the order in which the functions here write them: a text or byte string as its length (8 bytes) and
//! its bytes, an integer as 8 bytes, a hash or UUID as it is, an optional field as one byte, 0 or 1, and the value after a 1;
//! metadata as the number of entries (8 bytes) and each key and value in the order of the keys' bytes. Integers are big-endian.
//! What happens to the book as a whole has a chain of its own, which begins with a hash of 32 zero bytes and covers the sequences of its
//! events. The sequences of transfers and of accounts' later events are not covered: verification checks them by the pointers.

use crate::facts::{
    AccountEvent, AccountName, BookChange, BookEvent, Due, Hash, Metadata, OpeningEvent, Refusal, Schedule, Transfer,
};
use crate::proof::preimage::Preimage;
use crate::requests::AccountRequest;

/// An account's first head: what the account is, all that it was opened with, and where its opening stands in the book's order.
#[must_use]
pub fn hash_account(opening: &AccountRequest, event: &OpeningEvent) -> Hash {
    let mut preimage = Preimage::new(b"teller.account.1\n");
    preimage.text(opening.name.as_str());
    preimage.text(opening.account_type.as_str());
    preimage.text(opening.currency.code().as_str());
    preimage.integer(i64::from(opening.currency.exponent()));
    preimage.optional(opening.limits.min_balance, |preimage, amount| preimage.integer(amount.minor()));
    preimage.optional(opening.limits.max_balance, |preimage, amount| preimage.integer(amount.minor()));
    preimage.integer(event.account_id.0);
    preimage.integer(event.recorded_at.micros());
    preimage.text(event.actor.as_str());
    preimage.optional(opening.description.as_ref(), |preimage, text| preimage.text(text.as_str()));
    preimage.metadata(&opening.metadata);
    preimage.digest()
}

/// The head that an event gives to its account, computed from the one before it. `event.hash` is not read.
#[must_use]
pub fn hash_event(event: &AccountEvent, head: Hash) -> Hash {
    let mut preimage = Preimage::new(b"teller.event.1\n");
    preimage.hash(head);
    preimage.integer(event.number);
    preimage.integer(event.version);
    preimage.integer(event.recorded_at.micros());
    for terms in [event.before, event.after] {
        preimage.text(terms.state.as_str());
        preimage.optional(terms.limits.min_balance, |preimage, amount| preimage.integer(amount.minor()));
        preimage.optional(terms.limits.max_balance, |preimage, amount| preimage.integer(amount.minor()));
        preimage.velocity(terms);
    }
    preimage.text(event.actor.as_str());
    preimage.optional(event.reason.as_ref(), |preimage, text| preimage.text(text.as_str()));
    preimage.optional(event.journal_id, Preimage::uuid);
    preimage.optional(event.annotation.as_ref(), |preimage, annotation| {
        preimage.optional(annotation.transfer_id, |preimage, id| preimage.uuid(id.0));
        preimage.metadata(&annotation.before);
        preimage.metadata(&annotation.after);
    });
    preimage.digest()
}

/// The head of the book's own chain after an event, computed from the one before it. `event.hash` is not read.
#[must_use]
pub fn hash_book_event(event: &BookEvent, head: Hash) -> Hash {
    let mut preimage = Preimage::new(b"teller.book_event.1\n");
    preimage.hash(head);
    preimage.integer(event.number);
    preimage.integer(event.sequence.0);
    preimage.integer(event.recorded_at.micros());
    preimage.text(event.change.kind().as_str());
    preimage.text(event.actor.as_str());
    preimage.optional(event.reason.as_ref(), |preimage, text| preimage.text(text.as_str()));
    match &event.change {
        BookChange::Period { period, .. } => preimage.text(&period.to_string()),
        BookChange::ScheduleAdded { schedule, hash } | BookChange::ScheduleCancelled { schedule, hash } => {
            preimage.uuid(schedule.0);
            preimage.hash(*hash);
        }
        BookChange::CurrencyRegistered { currency, name } => {
            preimage.text(currency.code().as_str());
            preimage.integer(currency.exponent().into());
            preimage.text(name.as_str());
        }
        BookChange::ClockAccepted { until } => preimage.integer(until.micros()),
        BookChange::DueRefused(due) | BookChange::DueSkipped(due) => {
            preimage.uuid(due.schedule.0);
            preimage.hash(due.hash);
            preimage.integer(due.due_at.micros());
            preimage.text(&due.refusal.code);
            preimage.text(&due.refusal.reason);
        }
    }
    preimage.digest()
}

/// What stands for metadata where it is only to be told apart.
#[must_use]
pub fn hash_metadata(metadata: &Metadata) -> Hash {
    let mut preimage = Preimage::new(b"teller.metadata.1\n");
    preimage.metadata(metadata);
    preimage.digest()
}

/// The head that a transfer gives to both its accounts, computed from theirs before it. `transfer.hash` is not read.
#[must_use]
pub fn hash_transfer(transfer: &Transfer, debit_head: Hash, credit_head: Hash) -> Hash {
    let mut preimage = Preimage::new(b"teller.transfer.1\n");
    preimage.hash(debit_head);
    preimage.hash(credit_head);
    preimage.uuid(transfer.id.0);
    preimage.text(transfer.kind.as_str());
    preimage.integer(transfer.amount.minor());
    for entry in [&transfer.debit, &transfer.credit] {
        preimage.integer(entry.version);
        preimage.integer(entry.balance.minor());
    }
    preimage.integer(transfer.recorded_at.micros());
    preimage.integer(transfer.effective_at.micros());
    preimage.optional(transfer.journal_id, Preimage::uuid);
    preimage.optional(transfer.hold_id, |preimage, id| preimage.uuid(id.0));
    preimage.optional(transfer.reversed_id, |preimage, id| preimage.uuid(id.0));
    preimage.optional(transfer.description.as_ref(), |preimage, text| preimage.text(text.as_str()));
    preimage.metadata(&transfer.metadata);
    preimage.optional(transfer.expires_at, |preimage, time| preimage.integer(time.micros()));
    preimage.optional(transfer.up_to, |preimage, amount| preimage.integer(amount.minor()));
    preimage.optional(transfer.key.as_ref(), |preimage, key| preimage.text(key.as_str()));
    preimage.optional(transfer.request_digest, |preimage, digest| preimage.uuid(digest.0));
    preimage.text(transfer.actor.as_str());
    preimage.optional(transfer.clock_at, |preimage, time| preimage.integer(time.micros()));
    preimage.digest()
}

/// What a schedule is: all of it but how far it has come. It stands by itself, outside of every account's chain. `schedule.hash` is
/// not read.
#[must_use]
pub fn hash_schedule(schedule: &Schedule, debit: &AccountName, credit: &AccountName) -> Hash {
    let parts = schedule.recurrence.parts();
    let mut preimage = Preimage::new(b"teller.schedule.1\n");
    preimage.uuid(schedule.id.0);
    // Names and not numbers, so that it stays the same schedule whatever the numbers of the accounts are.
    preimage.text(debit.as_str());
    preimage.text(credit.as_str());
    preimage.integer(schedule.amount.minor());
    preimage.text(parts.period.as_str());
    preimage.integer(parts.step.into());
    preimage.optional(parts.day, |preimage, day| preimage.integer(day.into()));
    preimage.integer(parts.first_due_at.micros());
    preimage.optional(parts.until, |preimage, until| preimage.integer(until.micros()));
    preimage.optional(parts.due_count_max, |preimage, count| preimage.integer(count.into()));
    preimage.text(schedule.on_refusal.as_str());
    preimage.integer(schedule.created_at.micros());
    preimage.text(schedule.actor.as_str());
    preimage.optional(schedule.description.as_ref(), |preimage, text| preimage.text(text.as_str()));
    preimage.metadata(&schedule.metadata);
    preimage.digest()
}

/// What became of one due transfer, and of which schedule. `due.hash` is not read.
#[must_use]
pub fn hash_due(due: &Due, schedule: Hash) -> Hash {
    let mut preimage = Preimage::new(b"teller.due.1\n");
    preimage.hash(schedule);
    preimage.integer(due.due_at.micros());
    preimage.text(due.state.as_str());
    preimage.integer(due.attempts.into());
    preimage.integer(due.first_at.micros());
    preimage.integer(due.last_at.micros());
    preimage.optional(due.transfer_id, |preimage, id| preimage.uuid(id.0));
    preimage.optional(due.refusal.as_ref(), |preimage, Refusal { code, reason }| {
        preimage.text(code);
        preimage.text(reason);
    });
    preimage.digest()
}

#[cfg(test)]
mod tests {
    use crate::facts::{
        AccountId, AccountType, Entry, Instant, OnRefusal, PeriodAction, Recurrence, RecurrenceParts, RecurrencePeriod,
        RefusedDue, ScheduleId, Sequence, Signature, TransferId, TransferKind,
    };
    use crate::money::{Amount, Currency};

    use std::collections::BTreeMap;

    use super::*;

    fn opened(name: &str, account_type: AccountType, account_id: AccountId) -> Hash {
        let currency = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let recorded_at = Instant::from_micros(1_700_000_000_000_000).unwrap();
        let event = OpeningEvent { account_id, recorded_at, actor: "ops".parse().unwrap() };
        hash_account(&AccountRequest::new(name.parse().unwrap(), account_type, currency), &event)
    }

    fn transfer() -> Transfer {
        let leg =
            |id| Entry { account_id: AccountId(id), version: 1, balance: Amount::from_minor(1234), previous: None };
        let metadata = BTreeMap::from([("b".into(), "2".into()), ("a".into(), "é".into())]);
        Transfer {
            sequence: Sequence(1),
            id: TransferId::from_key("invoice-1").unwrap(),
            kind: TransferKind::Transfer,
            amount: Amount::from_minor(1234),
            debit: leg(1),
            credit: leg(2),
            recorded_at: Instant::from_micros(1_700_000_000_000_001).unwrap(),
            effective_at: Instant::from_micros(1_600_000_000_000_000).unwrap(),
            journal_id: None,
            hold_id: None,
            reversed_id: None,
            expires_at: None,
            up_to: None,
            key: None,
            request_digest: None,
            actor: "ops".parse().unwrap(),
            clock_at: None,
            description: Some("rent".parse().unwrap()),
            metadata: Metadata::new(metadata).unwrap(),
            hash: Hash([0; 32]),
        }
    }

    /// The expected digests were computed from the module's documentation with Python's hashlib, not with this code.
    #[test]
    fn hashes_are_the_same_in_every_release_and_every_language() {
        let alice = opened("customers:alice", AccountType::Liability, AccountId(2));
        let cash = opened("cash:eur", AccountType::Asset, AccountId(1));
        assert_eq!(alice.to_string(), "b820f4d9bfa8266793587fbf5831633e9c0a5d8f6edcb04d76f07770663d79f8");
        assert_eq!(
            hash_transfer(&transfer(), cash, alice).to_string(),
            "32777a15f8b782e79938cd27775c63c6d9484325e801d49226ccb31c83ffe201"
        );
    }

    /// As above, computed with Python's hashlib.
    #[test]
    fn hashes_of_schedules_are_the_same_in_every_release_and_every_language() {
        let recurrence = Recurrence::new(RecurrenceParts {
            period: RecurrencePeriod::Month,
            step: 2,
            day: Some(31),
            first_due_at: "2026-01-31T00:00:00Z".parse().unwrap(),
            until: Instant::from_micros(1_800_000_000_000_000),
            due_count_max: None,
        });
        let Transfer { amount, description, metadata, .. } = transfer();
        let schedule = Schedule {
            id: TransferId::from_key("invoice-1").unwrap().into(),
            debit_account_id: AccountId(1),
            credit_account_id: AccountId(2),
            amount,
            recurrence: recurrence.unwrap(),
            on_refusal: OnRefusal::Retry,
            description,
            metadata,
            created_at: Instant::from_micros(1_700_000_000_000_001).unwrap(),
            actor: "ops".parse().unwrap(),
            hash: Hash([0; 32]),
            due_count: 7,
            cancellation: None,
        };
        let hash = hash_schedule(&schedule, &"cash:eur".parse().unwrap(), &"customers:alice".parse().unwrap());
        assert_eq!(hash.to_string(), "459fe547d01533b9a7998a46ada877496beef6f6717c050294048abc1c619757");
    }

    /// As above, computed with Python's hashlib.
    #[test]
    fn hashes_of_what_happens_to_the_book_are_the_same_in_every_release_and_every_language() {
        let currency = Currency::new("TOK".parse().unwrap(), 3).unwrap();
        let until = Instant::from_micros(1_800_000_000_000_000).unwrap();
        let period = "2026-01".parse().unwrap();
        let refusal = Refusal { code: "insufficient_funds".to_owned(), reason: "é is broke".to_owned() };
        let due = RefusedDue { schedule: ScheduleId::LAST, hash: Hash([7; 32]), due_at: until, refusal };
        let cases = [
            (7, Some("audited"), BookChange::Period { period, action: PeriodAction::Close }),
            (9, None, BookChange::ScheduleAdded { schedule: ScheduleId::LAST, hash: Hash([7; 32]) }),
            (12, None, BookChange::CurrencyRegistered { currency, name: "Token".parse().unwrap() }),
            (13, Some("ntp"), BookChange::ClockAccepted { until }),
            (14, None, BookChange::DueRefused(due.clone())),
            (15, Some("moved"), BookChange::DueSkipped(due)),
        ];
        let mut last = None;
        let mut hashes = Vec::new();
        for (place, reason, change) in cases {
            let reason = reason.map(|reason| reason.parse().unwrap());
            let signature = Signature { actor: "ops".parse().unwrap(), reason };
            let now = Instant::from_micros(1_700_000_000_000_001).unwrap();
            let event = BookEvent::behind(last.as_ref(), Sequence(place), now, signature, change);
            hashes.push(event.hash.to_string());
            last = Some(event);
        }
        assert_eq!(
            hashes,
            [
                "a5d926ce9bdf1f99b107bf121dd18fdce1ce719d5509a6d639361306e1823f93",
                "d8c397951b09a4b48ec624bd02006b54a6be9f16b9e7df3ad8f36299df1bbba3",
                "566ea1d99f6abe09788ae59dcc8c66fb4429018e7199434695d4e8a4e2510510",
                "65af5e3c1b1c227f4b737f9c77c7c657fb167bf447975ff816df90aaacf8993a",
                "51c918e61a32d0d1c2412e088eff1a1a98dd24e572a1e8dea24f28e96ac4627b",
                "0d6ec59527f7e4f7fe781c263cd000baf874f0768fa6ee953a4a088be27c7f2c",
            ]
        );
    }

    #[test]
    fn a_text_cannot_pass_for_its_neighbour() {
        let (debit, credit) = (Hash([1; 32]), Hash([2; 32]));
        let with = |entries: &[(&str, &str)]| {
            let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let metadata = Metadata::new(entries).unwrap();
            hash_transfer(&Transfer { metadata, ..transfer() }, debit, credit)
        };
        assert_ne!(with(&[("ab", "c")]), with(&[("a", "bc")]));
        assert_ne!(with(&[("a", "b"), ("c", "d")]), with(&[("a", "bcd")]));
        assert_ne!(hash_transfer(&transfer(), debit, credit), hash_transfer(&transfer(), credit, debit));
    }
}
