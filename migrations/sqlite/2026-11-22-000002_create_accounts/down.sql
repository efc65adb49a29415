drop table account_limits;
drop table accounts;
