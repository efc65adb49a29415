//! Arguments that are not understood, told in the format that the results would have.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, ValueEnum};

use crate::cli::color::Color;
use crate::cli::command::Arguments;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::help::with_examples_first;
use crate::cli::talk::{self, Notes};

/// Reads the arguments, or tells what is wrong with them, or shows the help that they ask for.
pub(super) fn read(arguments: &[OsString]) -> Result<CommandLine, ExitCode> {
    let color = option_of(arguments, "--color").unwrap_or(Color::Auto);
    talk::begin(format_of(arguments), color, Notes::Told);
    CommandLine::parse(arguments, color).map_err(|error| {
        if error.use_stderr() {
            tell(&error);
            return Exit::Usage.into();
        }
        match error.print().map_err(Failure::from) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.tell(),
        }
    })
}

/// A command line that was understood.
pub(super) struct CommandLine {
    /// The command's name, with those of the commands above it: `schedule run`.
    pub(super) name: String,
    pub(super) arguments: Arguments,
}

impl CommandLine {
    /// Reads the words of a command line, the program's name first.
    pub(super) fn parse(
        words: impl IntoIterator<Item = impl Into<OsString> + Clone>,
        color: Color,
    ) -> Result<Self, clap::Error> {
        let command = || with_examples_first(Arguments::command()).color(color.into());
        let matches = command().try_get_matches_from(words)?;
        let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))?;
        Ok(Self { name: name_of(&matches), arguments })
    }
}

fn name_of(matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut below = matches.subcommand();
    while let Some((name, matches)) = below {
        words.push(name);
        below = matches.subcommand();
    }
    words.join(" ")
}

/// The format that is asked for, also where the rest of the arguments is not understood.
fn format_of(arguments: &[OsString]) -> Format {
    option_of(arguments, "--format").unwrap_or(Format::Table)
}

/// The first value of an option that is one.
fn option_of<V: ValueEnum>(arguments: &[OsString], name: &str) -> Option<V> {
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    while let Some(word) = words.next() {
        let value = match word.strip_prefix(name) {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('=').map(|value| value.to_owned().into()),
            None => None,
        };
        if let Some(value) = value.and_then(|value| V::from_str(&value, false).ok()) {
            return Some(value);
        }
    }
    None
}

fn tell(error: &clap::Error) {
    let text = error.render().to_string();
    if !talk::is_json() {
        talk::write_lines(&text);
    } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        Failure::usage("a command is missing; see --help").tell();
    } else {
        Failure::usage(message_of(&text)).tell();
    }
}

/// The message without the usage that stands below it, on one line.
fn message_of(text: &str) -> String {
    let message = text.split("\n\nUsage:").next().unwrap_or_default();
    let message = message.split("\n\nFor more information").next().unwrap_or_default();
    message.strip_prefix("error: ").unwrap_or(message).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_found_wherever_it_stands() {
        let format = |words: &str| format_of(&words.split(' ').map(OsString::from).collect::<Vec<_>>());
        for words in ["teller --format json x", "teller x --format=json --wrong", "teller x y --format json"] {
            assert_eq!(format(words), Format::Json, "{words}");
        }
        for words in
            ["teller", "teller --format", "teller --format xml", "teller x -- --format json", "teller --formats=json"]
        {
            assert_eq!(format(words), Format::Table, "{words}");
        }
    }
}
