//! The fields of a form.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::server::pages::pairs::Pairs;

/// What stands in a field.
#[derive(Clone, Copy)]
pub(in crate::server::pages) enum Input {
    Text,
    /// One of some words, each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

#[derive(Clone, Copy)]
pub(in crate::server::pages) struct Field {
    pub(in crate::server::pages) name: &'static str,
    label: &'static str,
    help: &'static str,
    input: Input,
    is_required: bool,
}

impl Field {
    pub(in crate::server::pages) const fn required(
        name: &'static str,
        label: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, label, help, input: Input::Text, is_required: true }
    }

    pub(in crate::server::pages) const fn optional(
        name: &'static str,
        label: &'static str,
        help: &'static str,
    ) -> Self {
        Self { is_required: false, ..Self::required(name, label, help) }
    }

    pub(in crate::server::pages) const fn of(self, choices: &'static [(&'static str, &'static str)]) -> Self {
        Self { input: Input::Choice(choices), ..self }
    }

    pub(super) fn shown(&self, given: Option<&str>) -> Markup {
        html! {
            label {
                (self.label)
                @if !self.help.is_empty() { small { (self.help) } }
                @match self.input {
                    Input::Text => {
                        input type="text" name=(self.name) value=[given] required[self.is_required] maxlength="4096" autocomplete="off";
                    }
                    Input::Choice(choices) => {
                        select name=(self.name) {
                            @for (word, meaning) in choices { option value=(word) selected[given == Some(word)] { (meaning) } }
                        }
                    }
                }
            }
        }
    }
}

/// The fields that are filled, as the texts of a body.
pub(in crate::server::pages) fn texts(form: &Pairs, names: &[&str]) -> Map<String, Value> {
    let filled = names.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(form.get(name)?.trim()))));
    filled.collect()
}

/// All that a form has, for the next step.
pub(super) fn hidden(form: &Pairs) -> Markup {
    html! {
        @for (name, value) in form.iter().filter(|(name, _)| *name != "step") { input type="hidden" name=(name) value=(value); }
    }
}
