//! The ledger's rules, each tested on both backends. `support` starts throwaway databases; the other modules hold one subject each.
//!
//! PostgreSQL is started from the installed binaries, or is the server that `TEST_DATABASE_URL` names.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

mod support;

mod annotations;
mod any_texts;
mod atomicity;
mod backups;
mod batches;
mod bench;
mod book_events;
mod books;
mod concurrency;
mod connections;
mod doctor;
mod dry_runs;
mod effective_time;
mod failover;
mod guards;
mod guards_proven;
mod history;
mod holds;
mod hostile_texts;
mod idempotency;
mod import;
mod indexes_proven;
mod journals;
mod kills;
mod language;
mod limits;
mod logs;
mod model;
mod numbers;
mod periods;
mod plans;
mod poster;
mod posting;
mod program;
mod program_holds;
mod program_journals;
mod program_schedules;
mod program_time;
mod quantities;
mod recovery;
mod references;
mod rejections;
mod remembered;
mod replaced_files;
mod reversals;
mod roles;
mod schedule_model;
mod schedules;
mod schema;
mod seals;
mod server_faults;
mod settings;
mod sqlite_files;
mod states;
mod tampering;
mod time;
mod transport;
mod trees;
mod velocity;
mod walls;
mod windows;
