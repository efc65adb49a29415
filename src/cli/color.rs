//! Colours on a terminal: when there are any, and what they mean.

use clap::{ColorChoice, ValueEnum};

use crate::config;

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl Color {
    /// Whether there are colours in what goes to a terminal, or to something else.
    pub(super) fn is_on(self, is_terminal: bool) -> bool {
        match self {
            Self::Auto => is_terminal && !config::is_without_color(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Good,
    Attention,
    Bad,
    Aside,
}

impl Meaning {
    /// What the word of a state says: `None` where it says nothing in particular.
    pub(super) fn of_state(word: &str) -> Option<Self> {
        match word {
            "open" | "active" | "posted" | "done" | "captured" | "ok" => Some(Self::Good),
            "frozen" | "debits_frozen" | "credits_frozen" | "refused" | "warning" | "replayed" => Some(Self::Attention),
            "closed" | "cancelled" | "skipped" | "expired" => Some(Self::Bad),
            "released" | "finished" | "advice" | "ignored" => Some(Self::Aside),
            _ => None,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Attention => "33",
            Self::Bad => "31",
            Self::Aside => "2",
        }
    }
}

/// The text in the colour of its meaning. It must be fit for a terminal already.
pub(super) fn paint(text: &str, meaning: Meaning) -> String {
    format!("\u{1b}[{}m{text}\u{1b}[0m", meaning.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_where_they_are_asked_for() {
        assert!(Color::Always.is_on(false) && !Color::Never.is_on(true) && !Color::Auto.is_on(false));
        assert_eq!(paint("open", Meaning::Good), "\u{1b}[32mopen\u{1b}[0m");
    }
}
