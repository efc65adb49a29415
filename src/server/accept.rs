//! Which form of an answer a client wants: the header `Accept`, with its ranges and weights.

use axum::http::{HeaderMap, header};

/// The weight of what is named without one, in thousandths.
const WHOLE: u16 = 1_000;

/// The form that a client wants most. The first one of those that are wanted alike, and where nothing is said or nothing of it is there.
pub(super) fn wanted<'f>(headers: &HeaderMap, forms: &[&'f str]) -> &'f str {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = values.flat_map(|value| value.split(',')).filter_map(Range::read).collect();
    let mut best = ("", 0);
    for form in forms {
        let weight = weight(&ranges, form);
        if weight > best.1 {
            best = (form, weight);
        }
    }
    if best.1 == 0 { forms.first().copied().unwrap_or_default() } else { best.0 }
}

/// A media type, or several: `text/csv`, `text/*`, `*/*`.
struct Range {
    name: String,
    weight: u16,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some(Self { name, weight: weight.map_or(WHOLE, thousandths) })
    }

    /// How closely it names a form; `None` where it does not.
    fn closeness(&self, form: &str) -> Option<u8> {
        let (kind, _) = form.split_once('/')?;
        match self.name.as_str() {
            name if name == form => Some(2),
            "*/*" => Some(0),
            name => (name.strip_suffix("/*")? == kind).then_some(1),
        }
    }
}

/// The range that names the form most closely decides.
fn weight(ranges: &[Range], form: &str) -> u16 {
    let close = ranges.iter().filter_map(|range| Some((range.closeness(form)?, range.weight)));
    close.max_by_key(|(closeness, _)| *closeness).map_or(0, |(_, weight)| weight)
}

/// `0.5` is 500. A text that cannot be read weighs nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole == "1" {
        return WHOLE;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    if whole == "0" { digits.parse().unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_wanted_most_is_chosen() {
        const FORMS: [&str; 3] = ["application/json", "text/csv", "text/event-stream"];
        for (accept, form) in [
            ("*/*", 0),
            ("", 0),
            ("application/json, text/csv", 0),
            ("text/csv, application/json", 0),
            ("text/csv;q=0", 0),
            ("text/csvx", 0),
            ("text/csv;q=x", 0),
            ("text/csv;q=0.5, */*", 0),
            ("image/png", 0),
            ("text/csv", 1),
            ("TEXT/CSV; q=0.9, */*;q=0.8", 1),
            ("text/csv;charset=utf-8", 1),
            ("application/json;q=0.5, text/csv; Q=0.75", 1),
            ("text/*", 1),
            ("text/*;q=0.5, text/csv;q=0.1, application/json;q=0.2", 2),
            ("text/event-stream", 2),
            ("text/event-stream, application/json;q=0.999", 2),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(wanted(&headers, &FORMS), FORMS[form], "{accept}");
        }
        assert_eq!(wanted(&HeaderMap::new(), &FORMS), FORMS[0]);
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, "application/json;q=0.1".parse().unwrap());
        headers.append(header::ACCEPT, "text/csv;q=0.2".parse().unwrap());
        assert_eq!(wanted(&headers, &FORMS), FORMS[1], "two headers are one");
    }
}
