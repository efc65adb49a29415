drop table currencies;
pragma application_id = 0;
