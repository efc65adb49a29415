drop index transfers_of_kinds;
drop index transfers_beginning_journals;
