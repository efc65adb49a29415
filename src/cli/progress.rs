use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr, which is not there where stderr is no terminal.
pub(super) fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    // The templates are constants of this program; a wrong one shows as the default bar.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
