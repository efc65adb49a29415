drop table book_events;
drop function refuse_what_the_owner_does();
drop table book_imports;
drop table book_identity;
drop function book_identity_check_empty();
