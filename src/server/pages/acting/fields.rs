//! The fields of a form.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::server::pages::pairs::Pairs;

/// Words that can be chosen, each with what it means.
pub(in crate::server::pages) type Choices = &'static [(&'static str, &'static str)];

/// What stands in a field.
#[derive(Clone, Copy)]
pub(in crate::server::pages) enum Input {
    Text,
    /// Text of several lines.
    Long,
    One(Choices),
    Several(Choices),
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

    pub(in crate::server::pages) const fn of(self, choices: Choices) -> Self {
        Self { input: Input::One(choices), ..self }
    }

    pub(in crate::server::pages) const fn of_several(self, choices: Choices) -> Self {
        Self { input: Input::Several(choices), ..self }
    }

    pub(in crate::server::pages) const fn long(self) -> Self {
        Self { input: Input::Long, ..self }
    }

    /// The field with what was given for it.
    pub(in crate::server::pages) fn shown(&self, given: &Pairs) -> Markup {
        let label = html! { (self.label) @if !self.help.is_empty() { small { (self.help) } } };
        let value = given.get(self.name);
        if let Input::Several(choices) = self.input {
            return self.boxes(&label, choices, given);
        }
        html! {
            label {
                (label)
                @match self.input {
                    Input::Text | Input::Several(_) => {
                        input type="text" name=(self.name) value=[value] required[self.is_required] maxlength="4096" autocomplete="off";
                    }
                    Input::Long => {
                        textarea name=(self.name) rows="6" required[self.is_required] spellcheck="false" { (value.unwrap_or_default()) }
                    }
                    Input::One(choices) => {
                        select name=(self.name) {
                            @for (word, meaning) in choices { option value=(word) selected[value == Some(word)] { (meaning) } }
                        }
                    }
                }
            }
        }
    }

    fn boxes(&self, label: &Markup, choices: Choices, given: &Pairs) -> Markup {
        html! {
            fieldset {
                legend { (label) }
                @for (word, meaning) in choices {
                    label.check {
                        input type="checkbox" name=(self.name) value=(word) checked[given.all(self.name).any(|one| one == *word)];
                        span { code { (word) } small { (meaning) } }
                    }
                }
            }
        }
    }

    /// What was given, in words: nothing where it was left empty.
    pub(super) fn told(&self, given: &Pairs) -> Option<(&'static str, String)> {
        let value = given.get(self.name)?;
        let told = match self.input {
            Input::Text | Input::Long => value.to_owned(),
            Input::One(choices) => {
                choices.iter().find(|(word, _)| *word == value).map_or(value, |(_, told)| *told).to_owned()
            }
            Input::Several(_) => given.all(self.name).collect::<Vec<_>>().join(", "),
        };
        Some((self.label, told))
    }
}

/// The fields that are filled, as the texts of a body.
pub(in crate::server::pages) fn texts(form: &Pairs, names: &[&str]) -> Map<String, Value> {
    let filled = names.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(form.get(name)?.trim()))));
    filled.collect()
}

/// All values of a field, as a list of a body.
pub(in crate::server::pages) fn list(form: &Pairs, name: &str) -> Value {
    form.all(name).map(str::trim).collect::<Vec<_>>().into()
}

/// All that a form has, for the next step.
pub(in crate::server::pages) fn hidden(form: &Pairs) -> Markup {
    html! {
        @for (name, value) in form.iter().filter(|(name, _)| *name != "step") { input type="hidden" name=(name) value=(value); }
    }
}
