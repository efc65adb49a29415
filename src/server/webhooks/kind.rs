//! What a webhook can be told of: events of the feed, and crossings of monitors.

use crate::facts::NamePrefix;
use crate::ledger::{EventFilter, EventKind};
use crate::server::monitors::crossing::Crossing;
use crate::wire::{MonitorEventKind, read_event_kind};

/// What kind of event a webhook is told of.
///
/// ```
/// use teller::server::WebhookKind;
///
/// let kind: WebhookKind = "teller.monitor.raised".parse()?;
/// assert_eq!(kind.as_str(), "monitor.raised");
/// assert!("monitor.moved".parse::<WebhookKind>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookKind {
    /// Something that happened in the book.
    Event(EventKind),
    /// The condition of a monitor became true or ended, or what it watches for began or ended.
    Monitor(MonitorEventKind),
}

impl WebhookKind {
    /// Its word, without `teller.` before it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event(kind) => kind.as_str(),
            Self::Monitor(kind) => kind.as_str(),
        }
    }

    /// All of them.
    pub(in crate::server) fn all() -> impl Iterator<Item = Self> {
        let events = EventKind::ALL.iter().map(|kind| Self::Event(*kind));
        events.chain(MonitorEventKind::ALL.iter().map(|kind| Self::Monitor(*kind)))
    }
}

impl std::str::FromStr for WebhookKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if let Ok(kind) = read_event_kind(word) {
            return Ok(Self::Event(kind));
        }
        let kind = MonitorEventKind::from_word(word.strip_prefix("teller.").unwrap_or(word)).map(Self::Monitor);
        kind.ok_or_else(|| {
            let kinds: Vec<_> = Self::all().map(Self::as_str).collect();
            format!("{word:?} is no type of event; the types are {}", kinds.join(", "))
        })
    }
}

/// What one webhook is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Which events of the feed; `None` for none of them.
    pub(super) events: Option<EventFilter>,
    crossings: Vec<MonitorEventKind>,
    accounts: NamePrefix,
}

impl Told {
    /// By the types and the prefix as they are kept: words with commas between them, and none for all.
    pub(super) fn read(types: &str, accounts: &str) -> Result<Self, String> {
        let words = types.split(',').filter(|word| !word.is_empty());
        let said: Vec<WebhookKind> = words.map(str::parse).collect::<Result<_, _>>()?;
        let kinds = if said.is_empty() { WebhookKind::all().collect() } else { said.clone() };
        let accounts = NamePrefix::from(accounts);
        let (mut events, mut crossings) = (Vec::new(), Vec::new());
        for kind in kinds {
            match kind {
                WebhookKind::Event(kind) => events.push(kind),
                WebhookKind::Monitor(kind) => crossings.push(kind),
            }
        }
        // A filter without kinds lets all through, and reads them without a look at what they are.
        let kinds = if said.is_empty() { Vec::new() } else { events.clone() };
        let events = (!events.is_empty()).then(|| EventFilter { kinds, accounts: accounts.clone() });
        Ok(Self { events, crossings, accounts })
    }

    /// Whether a crossing is one of those that it is told of.
    pub(super) fn lets_through(&self, crossing: &Crossing) -> bool {
        self.crossings.contains(&crossing.kind) && (self.accounts.is_empty() || self.accounts.holds(&crossing.accounts))
    }

    /// Whether it is told of any crossings.
    pub(super) const fn has_crossings(&self) -> bool {
        !self.crossings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_types_are_all_types() {
        let all = Told::read("", "").unwrap();
        assert_eq!(all.events, Some(EventFilter::default()));
        assert_eq!(all.crossings, MonitorEventKind::ALL);
    }

    #[test]
    fn types_are_told_apart() {
        let both = Told::read("transfer.posted,monitor.raised", "customers:").unwrap();
        let (kinds, accounts) = (vec![EventKind::TransferPosted], NamePrefix::from("customers:"));
        assert_eq!(both.events, Some(EventFilter { kinds, accounts }));
        assert_eq!(both.crossings, [MonitorEventKind::Raised]);
        let crossings = Told::read("monitor.raised,monitor.cleared", "").unwrap();
        assert_eq!(crossings.events, None, "no event of the feed is sent");
        assert!(!Told::read("hold.placed", "").unwrap().has_crossings());
        assert!(Told::read("monitor.moved", "").unwrap_err().ends_with("monitor.raised, monitor.cleared"));
    }
}
