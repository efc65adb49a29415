alter table schedule_dues drop column hash;
