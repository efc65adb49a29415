use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::command::Arguments;
use super::failure::Failure;
use super::{Context, Ending};

#[derive(Args)]
#[command(after_help = "Example:\n  teller completions bash > /etc/bash_completion.d/teller")]
pub(super) struct CompletionArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(context: &Context, arguments: &CompletionArgs) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "teller", &mut script);
    context.output.raw(&script)?;
    Ok(Ending::Done)
}

pub(super) fn man(context: &Context) -> Result<Ending, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    context.output.raw(&page)?;
    Ok(Ending::Done)
}
