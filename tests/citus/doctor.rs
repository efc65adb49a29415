//! Whether the doctor knows of guards that shards lack.

use serde_json::Value;

use super::book_like_on_citus;

#[test]
fn the_doctor_says_that_guards_on_shards_cannot_be_counted() {
    let book = book_like_on_citus();
    let answer = book.run("doctor --format json").ends(1);
    let fact = |name: &str| {
        answer.json()["items"].as_array().unwrap().iter().find(|fact| fact["fact"] == name).cloned().unwrap()
    };
    assert_eq!(fact("citus")["value"], "13.2");
    assert_eq!(fact("shard_guards")["value"], "not counted: the server has no function run_command_on_shards");
    assert!(fact("shard_guards")["warning"].as_str().unwrap().contains("is not known"));
    assert_eq!(fact("guards")["warning"], Value::Null);
}

/// What Citus has for that, where each table is its own and only shard.
const LIKE_SHARDS: &str = "\
    create table pg_dist_partition (logicalrelid regclass); \
    insert into pg_dist_partition select oid from pg_class \
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname <> 'pg_dist_partition'; \
    create function run_command_on_shards(of_table regclass, command text) \
        returns table (shardid bigint, success boolean, result text) language plpgsql as $$ \
        declare found text; begin \
            execute format(command, of_table) into found; \
            return query select 1::bigint, true, found; \
        end $$";

#[test]
fn the_doctor_counts_the_guards_on_shards() {
    let book = book_like_on_citus();
    book.raw_script(LIKE_SHARDS).unwrap();
    let fact = || {
        let facts = book.run("doctor --format json").json()["items"].as_array().unwrap().clone();
        facts.into_iter().find(|fact| fact["fact"] == "shard_guards").unwrap()
    };
    let all = fact();
    assert_eq!((all["value"].as_str().unwrap(), &all["warning"]), ("all are on the shards of 10 tables", &Value::Null));
    book.raw_script("alter table holds disable trigger holds_stay").unwrap();
    let lacking = fact();
    assert_eq!(lacking["value"], "holds has 1 on its shards instead of 2");
    assert!(lacking["warning"].as_str().unwrap().contains("rows can be changed on a shard"));
    book.raw_script("drop function run_command_on_shards; \
        create function run_command_on_shards(of_table regclass, command text) returns table (shardid bigint, result text) \
            language plpgsql as $$ begin raise exception 'no worker answers'; end $$").unwrap();
    assert!(fact()["value"].as_str().unwrap().contains("no worker answers"), "the other facts are told all the same");
}
