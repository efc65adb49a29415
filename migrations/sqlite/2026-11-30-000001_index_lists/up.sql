-- Lists of what is rare, in the book's order: the first transfer of each journal, and transfers of a kind of their own. An ordinary book
-- has few of them, and only those are in these indexes.
create index transfers_beginning_journals on transfers (sequence) where journal_id = id;
create index transfers_of_kinds on transfers (kind, sequence) where kind <> 'transfer';
