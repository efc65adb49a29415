-- One line for everything that guards the tables of a book, and for each of its views: `table|kind name|definition`. Names are written
-- without the schema, which must be the first of the search path. `just schema` writes what a new book has into guards.txt.
with tables as (
    select oid, relname::text as name, relpersistence, relrowsecurity from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname not like '\_\_%'
), lines as (
    select name, 'storage' as guard, concat(
            case relpersistence when 'p' then 'permanent' else 'not permanent' end,
            case when relrowsecurity then ', row security' end) as definition
        from tables
    union all
    select name, 'foreign keys', case when bool_and(tgenabled in ('O', 'A')) then 'enforced' else 'switched off' end
        from tables join pg_trigger on tgrelid = tables.oid where tgisinternal group by name
    union all
    select name, concat('column ', attname), concat(
            format_type(atttypid, atttypmod),
            (select concat(' collate ', collname) from pg_collation where pg_collation.oid = attcollation and collname <> 'default'),
            case when attnotnull then ' not null' end,
            (select concat(' default ', pg_get_expr(adbin, adrelid, true)) from pg_attrdef where adrelid = attrelid and adnum = attnum))
        from tables join pg_attribute on attrelid = tables.oid where attnum > 0 and not attisdropped
    union all
    -- That a column is not null is said above; newer servers list it here, too.
    select name, concat(case contype when 'c' then 'check ' when 'f' then 'foreign key ' else 'key ' end, conname),
            pg_get_constraintdef(pg_constraint.oid, true)
        from tables join pg_constraint on conrelid = tables.oid where contype <> 'n'
    union all
    select name, concat('index ', relname), concat(
            pg_get_indexdef(indexrelid, 0, true), case when not (indisvalid and indisready and indislive) then ' INVALID' end)
        from tables join pg_index on indrelid = tables.oid join pg_class on pg_class.oid = indexrelid
    union all
    select name, concat('trigger ', tgname), concat(
            pg_get_triggerdef(pg_trigger.oid, true), case when tgenabled not in ('O', 'A') then ' DISABLED' end)
        from tables join pg_trigger on tgrelid = tables.oid where not tgisinternal
    union all
    select name, concat('rule ', rulename), pg_get_ruledef(pg_rewrite.oid, true)
        from tables join pg_rewrite on ev_class = tables.oid
    union all
    -- A role may be given a path of its own, so that is left out.
    select distinct 'the schema', concat('function ', proname), concat(lanname, case when prosecdef then ' security definer' end, ' ', prosrc)
        from tables join pg_trigger on tgrelid = tables.oid join pg_proc on pg_proc.oid = tgfoid
            join pg_language on pg_language.oid = prolang
        where not tgisinternal
    union all
    -- Newer servers leave the name of a query's only table out, so it is left out here.
    select 'the schema', concat('view ', relname), case relname
            when 'v1_accounts' then regexp_replace(pg_get_viewdef(oid, true), '\ma\.', '', 'g')
            when 'v1_balances' then regexp_replace(pg_get_viewdef(oid, true), '\mb\.', '', 'g')
            else pg_get_viewdef(oid, true) end
        from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'v' and starts_with(relname::text, 'v1_')
)
select concat(name, '|', guard, '|', regexp_replace(definition, '\s+', ' ', 'g')) as value from lines order by concat(name, '|', guard) collate "C"
