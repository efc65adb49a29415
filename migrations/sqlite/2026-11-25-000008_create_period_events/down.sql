drop table period_events;
