-- What the book's clock said, where a transfer is recorded later than that because an account's newest entry was. Days, months and
-- relative expiries are counted by it. Almost no row has it, and then it takes no room.
alter table transfers
    add column clock_at timestamptz,
    add constraint transfers_clock_is_before_recorded check (clock_at < recorded_at);

-- What every posting keeps to: closed periods, and entries later than the clock that are accepted.
create index book_events_of_postings on book_events (sequence) where period is not null or accepted_until is not null;

-- With the kind, because holds and releases have times too, and move nothing.
drop index transfers_debit_effective;
drop index transfers_credit_effective;
create index transfers_debit_effective on transfers (debit_account_id, effective_at, sequence, recorded_at, amount, kind)
    where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at, sequence, recorded_at, amount, kind)
    where effective_at <> recorded_at;
