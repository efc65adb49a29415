//! What the environment says of the terminal and of those who read it.

/// Whether colours are not wanted: `NO_COLOR` is set to something, or the terminal is a dumb one.
#[must_use]
pub fn is_without_color() -> bool {
    let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    is_set("NO_COLOR").is_some() || is_set("TERM").is_some_and(|kind| kind == "dumb")
}
