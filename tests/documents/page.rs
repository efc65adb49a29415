//! A page of the documentation, and the blocks of code in it.

use crate::documents::session::Backend;

/// Fences whose text is no command: programs, files, addresses, and commands that need more than a test has.
const OTHER_FENCES: [&str; 9] = ["ini", "json", "rust", "rust,no_run", "sh", "sql", "text", "toml", "python"];

/// What a block of commands says in its first line. `console sqlite` and `console postgresql` name the one database that it is for.
const CONSOLE: &str = "console";

#[derive(Debug)]
pub struct Page {
    pub name: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug)]
pub struct Block {
    /// The line of the page in which it begins, from 1.
    pub line: usize,
    /// What stands behind the first three backquotes.
    pub fence: String,
    /// The commands, where it is a block of them.
    pub steps: Vec<Step>,
}

/// A command, and what it shows.
#[derive(Debug)]
pub struct Step {
    /// The line of the page in which it stands, from 1.
    pub line: usize,
    pub command: String,
    pub shows: Vec<String>,
}

impl Page {
    /// Reads a page, or says in which line something is no block that is known.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let mut blocks = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let Some(fence) = line.trim_start().strip_prefix("```") else { continue };
            let indent = line.len() - line.trim_start().len();
            let mut content = Vec::new();
            loop {
                let Some((index, line)) = lines.next() else {
                    return Err(format!("{name}:{}: the block does not end", index + 1));
                };
                if line.trim() == "```" {
                    break;
                }
                // In a list a block stands as far to the right as the list's text.
                content.push((index + 1, line.get(indent..).unwrap_or_default()));
            }
            let block = Block::read(index + 1, fence, &content);
            blocks.push(block.map_err(|(line, fault)| format!("{name}:{line}: {fault}"))?);
        }
        Ok(Self { name: name.to_owned(), blocks })
    }

    /// The blocks that are run on a database.
    pub fn blocks_on(&self, backend: Backend) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.is_run_on(backend))
    }

    /// Whether one of its blocks is for a database alone.
    pub fn names(&self, backend: Backend) -> bool {
        self.blocks.iter().any(|block| block.fence == format!("{CONSOLE} {}", backend.name()))
    }
}

impl Block {
    fn read(line: usize, fence: &str, content: &[(usize, &str)]) -> Result<Self, (usize, String)> {
        let is_console =
            fence == CONSOLE || Backend::ALL.iter().any(|backend| fence == format!("{CONSOLE} {}", backend.name()));
        if !is_console && !OTHER_FENCES.contains(&fence) {
            return Err((line, format!("{fence:?} is no block that is known")));
        }
        let steps = if is_console { read_steps(line, content)? } else { Vec::new() };
        Ok(Self { line, fence: fence.to_owned(), steps })
    }

    fn is_run_on(&self, backend: Backend) -> bool {
        self.fence == CONSOLE || self.fence == format!("{CONSOLE} {}", backend.name())
    }
}

/// `$ ` begins a command, `> ` goes on with it, and every other line is shown by it.
fn read_steps(line: usize, content: &[(usize, &str)]) -> Result<Vec<Step>, (usize, String)> {
    let mut steps: Vec<Step> = Vec::new();
    for &(line, text) in content {
        if let Some(command) = text.strip_prefix("$ ") {
            steps.push(Step { line, command: command.to_owned(), shows: Vec::new() });
            continue;
        }
        let Some(step) = steps.last_mut() else {
            return Err((line, "nothing was run yet that could show this".to_owned()));
        };
        match text.strip_prefix("> ") {
            Some(more) if step.shows.is_empty() => step.command = format!("{}\n{more}", step.command),
            _ => step.shows.push(text.to_owned()),
        }
    }
    if steps.is_empty() { Err((line, "the block runs nothing".to_owned())) } else { Ok(steps) }
}
