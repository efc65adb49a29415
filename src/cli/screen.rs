//! Where people read results: how wide it is, in which time zone, and whether it has colours.

use serde_json::Value;

use crate::cli::color::{Meaning, paint};
use crate::cli::cut::single_line;
use crate::facts::Instant;
use crate::wire::{Kind, Zone, cell};

/// How wide tables are where nothing says so.
pub(super) const WIDTH_USUAL: usize = 80;
/// Nothing fits on less.
pub(super) const WIDTH_MIN: usize = 40;

/// Where tables are shown.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    /// How many characters a line may have; `None` where everything is shown in full.
    pub(super) width: Option<usize>,
    pub(super) zone: Zone,
    pub(super) has_color: bool,
}

impl Screen {
    /// A cell as it is shown: on one line, and times to the second unless all is shown in full.
    pub(super) fn shown(self, kind: Kind, text: &str) -> String {
        match (kind, text.parse::<Instant>()) {
            (Kind::Time, Ok(at)) if self.width.is_some() => self.zone.show(at),
            _ => single_line(text),
        }
    }

    /// A field as it is shown. What is kept under keys is shown as it is typed, `KEY=VALUE`, an entry a line.
    pub(super) fn shown_field(self, kind: Kind, value: &Value) -> String {
        match value {
            Value::Object(entries) => {
                let entry = |(key, value): (&String, &Value)| single_line(&format!("{key}={}", cell(value)));
                entries.iter().map(entry).collect::<Vec<_>>().join("\n")
            }
            value => self.shown(kind, &cell(value)),
        }
    }

    /// A cell in the colour of what it says.
    pub(super) fn painted(self, kind: Kind, text: &str) -> String {
        match Meaning::of_state(text).filter(|_| self.has_color && kind == Kind::State) {
            Some(meaning) => paint(text, meaning),
            None => text.to_owned(),
        }
    }
}
