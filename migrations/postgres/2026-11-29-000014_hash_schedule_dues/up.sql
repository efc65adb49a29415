-- What became of a due is covered by a hash, so that no refusal is changed, moved or taken for another one. There is no due yet: the step
-- before this one takes over no book with schedules.
alter table schedule_dues add column hash bytea not null,
    add constraint schedule_dues_hash_is_a_hash check (octet_length(hash) = 32);
