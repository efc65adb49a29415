-- With all that corrections of balances read, in the order of statements: what is read is the index alone, and no transfers from all over
-- the book. A correction over 5,000 exceptions took 80 times as long.
drop index transfers_debit_effective;
drop index transfers_credit_effective;
create index transfers_debit_effective on transfers (debit_account_id, effective_at, sequence, recorded_at, amount)
    where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at, sequence, recorded_at, amount)
    where effective_at <> recorded_at;

-- That something remains of an open hold is nothing new. But only the search for what has expired anywhere says so, and no longer can the
-- search by account be led past everything that has expired in the book.
drop index holds_open_by_expiry;
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null and remaining > 0;
