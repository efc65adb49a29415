drop table account_events;
drop table accounts;
