//! What a page shows, with `…` for what differs from run to run.

const ELLIPSIS: &str = "…";

/// Whether a command printed what the page shows. A line that is only `…` stands for any number of lines.
pub fn matches(shown: &[&str], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], printed) => printed.is_empty(),
        ([first, rest @ ..], printed) if *first == ELLIPSIS => {
            (0..=printed.len()).any(|count| matches(rest, &printed[count..]))
        }
        (_, []) => false,
        ([first, shown @ ..], [line, printed @ ..]) => matches_line(first, line) && matches(shown, printed),
    }
}

/// `…` stands for any text. The blanks behind it belong to it, so that the columns of a table stay where they are.
fn matches_line(shown: &str, printed: &str) -> bool {
    let (first, rest) = shown.split_once(ELLIPSIS).map_or((shown, None), |(first, rest)| (first, Some(rest)));
    let Some(printed) = printed.strip_prefix(first) else { return false };
    let Some(rest) = rest else { return printed.is_empty() };
    let rest = rest.trim_start_matches(' ');
    if rest.is_empty() {
        return true;
    }
    let ends = printed.char_indices().map(|(index, _)| index);
    ends.into_iter().any(|index| matches_line(rest, &printed[index..]))
}
