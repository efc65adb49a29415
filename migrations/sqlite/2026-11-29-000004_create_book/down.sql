drop table book_events;
drop table book_imports;
drop table book_identity;
