drop index holds_open_by_expiry;
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null;

drop index transfers_credit_effective;
drop index transfers_debit_effective;
create index transfers_debit_effective on transfers (debit_account_id, effective_at) where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at) where effective_at <> recorded_at;
