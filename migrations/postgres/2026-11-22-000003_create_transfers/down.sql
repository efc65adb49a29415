drop table transfers;
drop function transfers_check_accounts();
drop sequence transfers_sequence_seq;
