drop trigger transfers_are_append_only_on_replace;
create trigger transfers_are_append_only_on_replace before insert on transfers
when exists (select 1 from transfers where sequence = new.sequence or id = new.id)
begin select raise(abort, 'replace refused: the transfer exists'); end;
