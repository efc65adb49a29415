drop view v1_holds;
drop view v1_entries;
drop view v1_transfers;
drop view v1_balances;
drop view v1_accounts;
