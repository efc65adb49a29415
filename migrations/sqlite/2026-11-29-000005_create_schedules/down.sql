drop table schedule_dues;
drop table schedules;
