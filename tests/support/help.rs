//! The program's own commands, found by asking it.

use super::Program;

/// How wide the terminal is that people are supposed to have.
pub const COLUMNS: &str = "80";

const GLOBAL_OPTIONS: &str = "Options of every command:";

/// A command, and its help.
pub struct Help {
    /// The words that it begins with; none for the program itself.
    pub words: Vec<String>,
    /// What `--help` says.
    pub text: String,
}

impl Help {
    /// All commands: each group before those in it, in the order in which the help lists them.
    pub fn of_all() -> Vec<Self> {
        let mut all = Vec::new();
        Self::collect(Vec::new(), &mut all);
        all
    }

    fn collect(words: Vec<String>, all: &mut Vec<Self>) {
        let arguments: Vec<_> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let program = Program::new(&arguments).command(|command| {
            command.env("COLUMNS", COLUMNS);
        });
        let text = program.run().ends(0).stdout;
        let help = Self { words, text };
        let inside: Vec<_> = help.commands().map(|name| [&help.words[..], &[name.to_owned()]].concat()).collect();
        all.push(help);
        for words in inside {
            Self::collect(words, all);
        }
    }

    /// The names of the commands in it.
    fn commands(&self) -> impl Iterator<Item = &str> {
        let lines =
            self.text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        // What belongs to a name and is too wide for its line goes on farther in.
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        names.filter(|name| !name.is_empty() && *name != "help")
    }

    /// The options that are the same for all commands, with their heading.
    pub fn global_options(&self) -> String {
        let lines = self.text.lines().skip_while(|line| *line != GLOBAL_OPTIONS);
        let lines = lines.take_while(|line| *line == GLOBAL_OPTIONS || line.is_empty() || line.starts_with(' '));
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Whether it only holds other commands, and does nothing by itself.
    pub fn is_group(&self) -> bool {
        self.text.contains(" <COMMAND>\n")
    }
}
