-- Asked as two questions, each is one look-up; asked as one with "or", it is a search of its own kind, which takes longer.
drop trigger transfers_are_append_only_on_replace;
create trigger transfers_are_append_only_on_replace before insert on transfers
when exists (select 1 from transfers where sequence = new.sequence) or exists (select 1 from transfers where id = new.id)
begin select raise(abort, 'replace refused: the transfer exists'); end;
