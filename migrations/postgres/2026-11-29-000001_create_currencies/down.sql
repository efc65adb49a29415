drop table currencies;
drop function refuse_change();
