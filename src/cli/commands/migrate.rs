//! Running, reverting and listing schema migrations, and creating the PostgreSQL roles of a book.

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, parse};
use crate::cli::asking::YesArgs;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::ledger::{Mode, check_empty};
use crate::store::{MigrationStatus, PlainName, Pool, SchemaState};
use crate::wire::{MigrationRecord, RoleRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum MigrateCommand {
    /// Bring the schema up to date: all missing migrations or none
    #[command(after_help = "Example:\n  teller migrate run --database-url postgres://localhost/bank")]
    Run(ModeArgs),
    /// Take the newest migration back, with all that is in its tables
    #[command(after_help = "Example:\n  teller migrate revert --dry-run")]
    Revert(RevertArgs),
    /// List the migrations, and whether the book has them
    #[command(after_help = "Example:\n  teller migrate status --format json")]
    Status,
    /// Print the SQL that gives a PostgreSQL book an owner, a writer and a reader, or run it
    #[command(after_help = "Examples:\n  teller migrate roles\n  teller migrate roles --apply\n  \
        psql -c 'create role my_app login in role teller_writer'\n\n\
        The owner migrates, the writer may do all that Teller does and nothing else, the reader only looks. None of them can log \
        in: make those who do members of one. Run it again after each migration.")]
    Roles(RolesArgs),
}

#[derive(Args)]
pub(in crate::cli) struct RolesArgs {
    /// The beginning of the roles' names. Roles belong to the whole server: books that must not see each other need different ones
    #[arg(long, value_name = "NAME", default_value = "teller")]
    prefix: String,
    /// Run it, all in one transaction
    #[arg(long)]
    apply: bool,
}

#[derive(Args)]
pub(in crate::cli) struct RevertArgs {
    /// Do it although the book has accounts, and destroy them and their transfers
    #[arg(long)]
    discard_everything: bool,
    #[command(flatten)]
    yes: YesArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &MigrateCommand) -> Result<Ending, Failure> {
    let pool = match command {
        MigrateCommand::Run(arguments) => context.pool_to_begin(arguments.mode())?,
        _ => context.pool()?,
    };
    match command {
        MigrateCommand::Run(arguments) => {
            apply(&pool, arguments.mode())?;
            context.committed(arguments.mode(), Committed::new("the schema is up to date"));
        }
        MigrateCommand::Revert(arguments) => {
            revert(&pool, arguments)?;
            context.committed(arguments.mode.mode(), Committed::new("the newest migration is taken back"));
        }
        MigrateCommand::Status => {}
        MigrateCommand::Roles(arguments) => return roles(context, &pool, arguments),
    }
    let status = pool.migration_status()?;
    let records: Vec<_> = status.iter().map(MigrationRecord::from).collect();
    context.output.many(&records)?;
    Ok(Ending::Done)
}

fn apply(pool: &Pool, mode: Mode) -> Result<(), Failure> {
    if mode == Mode::DryRun {
        // Refused as it would be.
        match pool.schema_state()? {
            state @ (SchemaState::Foreign | SchemaState::Newer { .. }) => pool.check_current(&state)?,
            SchemaState::Empty | SchemaState::Behind { .. } | SchemaState::Current => {}
        }
        let pending = pool.migration_status()?.into_iter().filter(|migration| !migration.is_applied);
        for MigrationStatus { name, .. } in pending {
            say(format_args!("Would apply {name}."));
        }
        return Ok(());
    }
    let applied = pool.migrate()?;
    for name in &applied {
        say(format_args!("Applied {name}."));
    }
    if applied.is_empty() {
        say("The schema is up to date.");
    }
    Ok(())
}

fn roles(context: &Context, pool: &Pool, arguments: &RolesArgs) -> Result<Ending, Failure> {
    let prefix: PlainName = parse(&arguments.prefix)?;
    // The script names the tables of the newest schema.
    pool.check_current(&pool.schema_state()?)?;
    if arguments.apply {
        pool.apply_roles(&prefix)?;
        say(format_args!("The roles {prefix}_owner, {prefix}_writer and {prefix}_reader are ready."));
        context.output.committed(Committed::new("the roles are ready"));
        context.output.many(&RoleRecord::of(prefix.as_str()))?;
        return Ok(Ending::Done);
    }
    context.output.raw(format!("begin;\n{}commit;\n", pool.roles_script(&prefix)?).as_bytes())?;
    Ok(Ending::Done)
}

fn revert(pool: &Pool, arguments: &RevertArgs) -> Result<(), Failure> {
    if arguments.discard_everything {
        arguments.yes.confirm("discarding what the newest migration holds", arguments.mode.mode())?;
    } else {
        check_empty(pool)?;
    }
    if arguments.mode.mode() == Mode::DryRun {
        let newest = pool.migration_status()?.into_iter().rfind(|migration| migration.is_applied);
        if let Some(migration) = newest {
            say(format_args!("Would revert {}.", migration.name));
        }
        return Ok(());
    }
    match pool.revert_migration()? {
        Some(name) => say(format_args!("Reverted {name}.")),
        None => say("There is nothing to revert."),
    }
    Ok(())
}
