drop table book_identity;
