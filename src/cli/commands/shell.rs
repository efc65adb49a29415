//! Generating shell completions and manual pages from the definitions of the commands.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::completion;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::error::Error;
use crate::files::{Existing, OutputFile};
use crate::wire::PageRecord;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller completions bash > /etc/bash_completion.d/teller\n  \
    teller completions zsh > ~/.zfunc/_teller\n\n\
    The shell asks the program, which answers for the book of the command line or of the settings: the names of accounts, account \
    types, currencies and open holds. A book that does not answer in a second is passed over.")]
pub(in crate::cli) struct CompletionArgs {
    /// The shell
    shell: Shell,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  teller man account open\n  teller man --out /usr/local/share/man/man1\n\n\
    There is a page for each command, teller-account-open(1) for teller account open. Pages that are there already are \
    replaced, as those of an older version must be.")]
pub(in crate::cli) struct ManArgs {
    /// The command whose page is printed [default: teller itself]
    #[arg(conflicts_with = "out")]
    command: Vec<String>,
    /// The folder to write all pages to
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(in crate::cli) fn completions(context: &Context, arguments: &CompletionArgs) -> Result<Ending, Failure> {
    context.output.raw(&completion::script(arguments.shell)?)?;
    Ok(Ending::Done)
}

pub(in crate::cli) fn man(context: &Context, arguments: &ManArgs) -> Result<Ending, Failure> {
    let mut teller = (context.program.arguments)().disable_help_subcommand(true);
    // Names like `teller-account-open` are given to commands when all of them are known.
    teller.build();
    if let Some(folder) = &arguments.out {
        return write_pages(context, &teller, folder);
    }
    let mut command = &teller;
    for name in &arguments.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            Failure::usage(format!("{} has no command {name}", command.get_display_name().unwrap_or("teller")))
        })?;
    }
    context.output.raw(&page(command)?)?;
    Ok(Ending::Done)
}

fn write_pages(context: &Context, teller: &Command, folder: &Path) -> Result<Ending, Failure> {
    let failed = |source| Error::File { doing: format!("make the folder {}", folder.display()), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let mut records = Vec::new();
    for command in with_commands_below(teller) {
        let path = folder.join(format!("{}.1", command.get_display_name().unwrap_or("teller")));
        let failed = |source| Error::File { doing: format!("write {}", path.display()), source };
        let mut file = OutputFile::create(&path, Existing::Replace, None)?;
        file.write_all(&page(command)?).and_then(|()| file.let_all_read()).map_err(failed)?;
        file.finish()?;
        records.push(PageRecord::new(&path));
    }
    context.output.many(&records)?;
    Ok(Ending::Done)
}

/// A command and all commands below it.
fn with_commands_below(command: &Command) -> Vec<&Command> {
    [command].into_iter().chain(command.get_subcommands().flat_map(with_commands_below)).collect()
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
