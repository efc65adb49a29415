//! The fields of a form.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::server::pages::cells::text;
use crate::server::pages::pairs::Pairs;
use crate::server::pages::problems::sentence;
use crate::server::problem::{FIELD, Problem};

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

/// The fields of which several values can be chosen. All others are sent once.
pub(in crate::server::pages) const SENT_SEVERAL_TIMES: [&str; 2] = ["scopes", "types"];

#[derive(Clone, Copy)]
pub(in crate::server::pages) struct Field {
    pub(in crate::server::pages) name: &'static str,
    label: &'static str,
    help: &'static str,
    input: Input,
    is_required: bool,
    /// What the API calls it.
    sent_as: &'static str,
}

impl Field {
    pub(in crate::server::pages) const fn required(
        name: &'static str,
        label: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, label, help, input: Input::Text, is_required: true, sent_as: name }
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

    /// The same by another name in the API.
    pub(in crate::server::pages) const fn sent_as(self, name: &'static str) -> Self {
        Self { sent_as: name, ..self }
    }

    /// Whether a refusal is of this field: it names the field, or what was typed there.
    fn is_in(&self, problem: &Problem, given: &Pairs) -> bool {
        if let Some(field) = problem.fields.get(FIELD) {
            return *field == self.sent_as || *field == self.name;
        }
        let typed = given.get(self.name).map(str::trim);
        typed.is_some_and(|typed| problem.fields.values().any(|value| value == typed))
    }

    /// Refuses a word that is none of those that can be chosen.
    pub(super) fn check(&self, given: &Pairs) -> Result<(), Problem> {
        let (Input::One(choices) | Input::Several(choices)) = self.input else { return Ok(()) };
        match given.all(self.name).find(|given| choices.iter().all(|(word, _)| word != given)) {
            None => Ok(()),
            Some(other) => {
                let words = choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
                let problem = format!("{other:?} is none of the choices of {:?}, which are {words}", self.label);
                Err(Problem::invalid(problem).of_field(self.name))
            }
        }
    }

    /// The field with what was given for it, and why that is refused.
    pub(in crate::server::pages) fn shown(&self, given: &Pairs, refused: Option<&Problem>) -> Markup {
        match refused.filter(|problem| self.is_in(problem, given)) {
            None => self.with_mark(given, None),
            Some(problem) => {
                let why = format!("why-{}", self.name);
                html! {
                    div.refused {
                        (self.with_mark(given, Some(&why)))
                        p.bad id=(why) { (text(&sentence(problem))) }
                    }
                }
            }
        }
    }

    /// The field, with what tells why it is refused.
    fn with_mark(&self, given: &Pairs, why: Option<&str>) -> Markup {
        let label = html! { (self.label) @if !self.help.is_empty() { small { (self.help) } } };
        let value = given.get(self.name);
        let wrong = why.map(|_| "true");
        if let Input::Several(choices) = self.input {
            return self.boxes(&label, choices, given);
        }
        html! {
            label {
                (label)
                @match self.input {
                    Input::Text | Input::Several(_) => {
                        input type="text" name=(self.name) value=[value] required[self.is_required] maxlength="4096" autocomplete="off" aria-invalid=[wrong] aria-describedby=[why] autofocus[why.is_some()];
                    }
                    Input::Long => {
                        textarea name=(self.name) rows="6" required[self.is_required] spellcheck="false" aria-invalid=[wrong] aria-describedby=[why] autofocus[why.is_some()] { (value.unwrap_or_default()) }
                    }
                    Input::One(choices) => {
                        select name=(self.name) aria-invalid=[wrong] aria-describedby=[why] autofocus[why.is_some()] {
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
