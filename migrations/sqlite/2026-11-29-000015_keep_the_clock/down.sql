drop index transfers_debit_effective;
drop index transfers_credit_effective;
create index transfers_debit_effective on transfers (debit_account_id, effective_at, sequence, recorded_at, amount)
    where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at, sequence, recorded_at, amount)
    where effective_at <> recorded_at;

drop index book_events_of_postings;
alter table transfers drop column clock_at;
