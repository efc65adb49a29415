//! How help looks: what it is, how it is called, examples, and then every option.

use clap::Command;
use clap::builder::{Resettable, StyledStr};

const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The command, and those below it, with their examples before their options.
pub(super) fn with_examples_first(command: Command) -> Command {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, others): (Vec<_>, Vec<_>) = text.split("\n\n").partition(|part| part.starts_with("Example"));
    let join = |parts: Vec<&str>| match parts.join("\n\n") {
        text if text.is_empty() => Resettable::Reset,
        text => Resettable::Value(StyledStr::from(text)),
    };
    let (examples, others) = (join(examples), join(others));
    command.help_template(TEMPLATE).before_help(examples).after_help(others).mut_subcommands(with_examples_first)
}
