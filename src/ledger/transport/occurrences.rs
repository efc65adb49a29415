//! The ids of lines without a key. They are made from the meaning of a line, and from how many lines before it in the file mean the same.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::facts::{Description, RequestId, TransferId, without_spelling};
use crate::ledger::transport::lines::{ImportSource, LineKey, TransferLine};
use crate::money::shortest;
use crate::requests::Parties;

/// The number of shelves. With a million digests, each shelf has a few hundred.
const SHELVES: usize = 1 << 12;

/// A digest of the meaning of a line.
type Content = [u8; 16];

/// The transfer that a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Identity {
    pub(in crate::ledger) id: RequestId,
    /// The id that development versions gave the line, if the book may have it.
    pub(in crate::ledger) former: Option<TransferId>,
    /// Whether the id is made from the meaning of the line and its occurrence.
    pub(in crate::ledger) is_by_meaning: bool,
}

/// Finds the identities of a file's lines.
pub(in crate::ledger) struct Identities {
    /// The file's own name, if it has one.
    source: Option<ImportSource>,
    meanings: Occurrences,
    /// `None` if no development version can have imported anything.
    wordings: Option<Occurrences>,
    malformed: Occurrences,
}

impl Identities {
    /// Makes the identities of a file. `is_former_possible` means that the book may have lines of development versions, which did not use
    /// names of files.
    pub(in crate::ledger) fn new(source: Option<&ImportSource>, is_former_possible: bool) -> Self {
        let wordings = (is_former_possible && source.is_none()).then(Occurrences::default);
        let (meanings, malformed) = (Occurrences::default(), Occurrences::default());
        Self { source: source.cloned(), meanings, wordings, malformed }
    }

    pub(in crate::ledger) fn of(&mut self, line: &TransferLine, raw: &[u8]) -> Identity {
        let known = |id| Identity { id, former: None, is_by_meaning: false };
        match &line.key {
            LineKey::Id(id) => known(id.clone()),
            LineKey::Refused(id) => known((*id).into()),
            LineKey::Occurrence | LineKey::OccurrenceOf(_) => match meaning(line, self.source.as_ref()) {
                // It is not counted as an occurrence, so that it changes the identity of no other line.
                None => known(self.of_malformed(raw).into()),
                Some(meaning) => Identity {
                    id: TransferId::from_line(&meaning, self.meanings.count(meaning)).into(),
                    former: self.wordings.as_mut().filter(|_| line.key == LineKey::Occurrence).map(|wordings| {
                        let wording = wording(line);
                        TransferId::from_worded_line(&wording, wordings.count(wording))
                    }),
                    is_by_meaning: true,
                },
            },
        }
    }

    /// The id of a line that cannot be understood, made from its bytes. The corrected line is posted under this id, and so only once.
    pub(in crate::ledger) fn of_malformed(&mut self, raw: &[u8]) -> TransferId {
        let digest = digest([self.source.as_ref().map_or("", ImportSource::as_str).as_bytes(), raw]);
        TransferId::from_malformed_line(&digest, self.malformed.count(digest))
    }
}

/// Counts how often each content came so far. Takes 8 to 9 bytes for each different content. A hash table would take up to 42 bytes, and
/// half as much again while it grows.
///
/// Contents are compared by 76 bits of their digests: 12 choose the shelf, 64 are stored on it. Among ten million contents, two are
/// confused with a probability of one in a billion. The later one is then numbered as a second occurrence, which does no harm.
#[derive(Default)]
struct Occurrences {
    /// The contents that came at least once. Each shelf is sorted.
    shelves: Vec<Vec<u64>>,
    /// How often contents came again after their first time.
    repeats: HashMap<Content, u32>,
}

impl Occurrences {
    /// Counts this occurrence, and returns how often the content came, including this time.
    fn count(&mut self, digest: Content) -> u32 {
        self.shelves.resize_with(SHELVES, Vec::new);
        let ([high, low], _) = digest.as_chunks() else { unreachable!("16 bytes are two times 8") };
        let contents = &mut self.shelves[usize::from(u16::from_be_bytes([high[0], high[1]])) % SHELVES];
        let content = u64::from_be_bytes(*low);
        match contents.binary_search(&content) {
            Ok(_) => {
                let repeats = self.repeats.entry(digest).or_default();
                *repeats += 1;
                *repeats + 1
            }
            Err(place) => {
                if contents.len() == contents.capacity() {
                    // By itself, a vector would allocate twice what it needs.
                    contents.reserve_exact(contents.len() / 8 + 4);
                }
                contents.insert(place, content);
                1
            }
        }
    }
}

/// The meaning of a line, as bytes of fixed length. `None` if its amount is not a number. The currency is not part of it, because it
/// follows from the accounts. The ids of imported transfers are made from this, so it must never change.
fn meaning(line: &TransferLine, source: Option<&ImportSource>) -> Option<Content> {
    let [first, second] = line.parties.names();
    let effective_at = line.effective_at.map(|time| time.micros().to_string()).unwrap_or_default();
    let [form, first, second] = match &line.key {
        LineKey::OccurrenceOf(account) if account == first => ["statement", account.as_str(), "first"],
        LineKey::OccurrenceOf(account) => ["statement", account.as_str(), "second"],
        _ => [form(&line.parties), first.as_str(), second.as_str()],
    };
    let fixed = [source.map_or("", ImportSource::as_str), form, first, second, shortest(&line.amount)?, &effective_at];
    let description = line.description.as_ref().map_or("", Description::as_str);
    let texts: Vec<_> = [description].into_iter().chain(metadata(line)).map(without_spelling).collect();
    Some(digest(fixed.into_iter().chain(texts.iter().map(String::as_str)).map(str::as_bytes)))
}

/// The text of a line, by which development versions distinguished lines.
fn wording(line: &TransferLine) -> Content {
    let [first, second] = line.parties.names();
    let currency = line.currency.map(|code| code.to_string()).unwrap_or_default();
    let effective_at = line.effective_at.map(|time| time.to_string()).unwrap_or_default();
    let description = line.description.as_ref().map_or("", Description::as_str);
    let form = form(&line.parties);
    let fixed = [form, first.as_str(), second.as_str(), &line.amount, &currency, &effective_at, description];
    digest(fixed.into_iter().chain(metadata(line)).map(str::as_bytes))
}

const fn form(parties: &Parties) -> &'static str {
    match parties {
        Parties::Transfer { .. } => "transfer",
        Parties::Deposit { .. } => "deposit",
        Parties::Withdrawal { .. } => "withdrawal",
        Parties::Post { .. } => "post",
        Parties::Fall { .. } => "fall",
        Parties::Rise { .. } => "rise",
    }
}

fn metadata(line: &TransferLine) -> impl Iterator<Item = &str> {
    line.metadata.entries().iter().flat_map(|(key, value)| [key.as_str(), value.as_str()])
}

fn digest<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Content {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    let full: [u8; 32] = hasher.finalize().into();
    let [low, _] = full.as_chunks().0 else { unreachable!("32 bytes are two times 16") };
    *low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Metadata;

    /// Spread as digests are, and each different.
    fn digest_of(number: u32) -> Content {
        let full: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        full.as_chunks().0[0]
    }

    #[test]
    fn each_content_is_counted_by_itself() {
        let mut occurrences = Occurrences::default();
        let mut expected = HashMap::new();
        for number in (0..30_000).map(|number| number % 11_000).chain((0..40).map(|number| number % 3)) {
            let count = expected.entry(number).or_insert(0);
            *count += 1;
            assert_eq!(occurrences.count(digest_of(number)), *count, "{number}");
        }
    }

    #[test]
    fn a_content_takes_little_memory() {
        let mut occurrences = Occurrences::default();
        (0..1_000_000).for_each(|number| assert_eq!(occurrences.count(digest_of(number)), 1));
        let room: usize = occurrences.shelves.iter().map(Vec::capacity).sum();
        assert!(room * size_of::<u64>() < 9_250_000, "{room}");
        assert!(occurrences.repeats.is_empty());
    }

    fn line(amount: &str) -> TransferLine {
        TransferLine {
            key: LineKey::Occurrence,
            parties: Parties::Transfer { from: "a".parse().unwrap(), to: "b".parse().unwrap() },
            amount: amount.into(),
            currency: None,
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
        }
    }

    fn ids<const N: usize>(lines: [TransferLine; N]) -> [TransferId; N] {
        let mut identities = Identities::new(None, false);
        lines.map(|line| identities.of(&line, b"").id.id())
    }

    #[test]
    fn what_means_the_same_is_the_same_line_however_it_is_written() {
        let times = ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00.000+01:00"].map(|time| time.parse().ok());
        let [noon, later] = times.map(|effective_at| ids([TransferLine { effective_at, ..line("1") }]));
        assert_eq!(noon, later);
        let expected = ids([line("10"), line("10"), line("10")]);
        assert_eq!(ids([line("10"), line("10.0"), line("010.00")]), expected);
        let in_euros = TransferLine { currency: "EUR".parse().ok(), ..line("10.00") };
        assert_eq!(ids([in_euros.clone(), line("10"), in_euros]), expected);
        assert_ne!(expected[0], expected[1]);
    }

    #[test]
    fn a_line_of_a_statement_is_the_same_whatever_account_stands_against_it() {
        let of = |debit: &str, credit: &str| TransferLine {
            key: LineKey::OccurrenceOf("bank".parse().unwrap()),
            parties: Parties::Post { debit: debit.parse().unwrap(), credit: credit.parse().unwrap() },
            ..line("10")
        };
        let food = ids([of("food", "bank"), of("food", "bank")]);
        assert_eq!(food, ids([of("unknown", "bank"), of("rent", "bank")]));
        assert_ne!(food[0], ids([of("bank", "food")])[0]);
        assert_ne!(food[0], ids([TransferLine { key: LineKey::Occurrence, ..of("food", "bank") }])[0]);
    }

    #[test]
    fn what_means_something_else_is_another_line() {
        let others = [
            line("10"),
            line("11"),
            TransferLine { effective_at: "2026-01-31T12:00:00Z".parse().ok(), ..line("10") },
            TransferLine { description: "x".parse().ok(), ..line("10") },
            TransferLine { metadata: Metadata::new([("x".into(), "y".into())].into()).unwrap(), ..line("10") },
            TransferLine {
                parties: Parties::Post { debit: "a".parse().unwrap(), credit: "b".parse().unwrap() },
                ..line("10")
            },
        ];
        let named = |name: &str| Identities::new(Some(&name.parse().unwrap()), true).of(&line("10"), b"");
        let mut found: Vec<_> = others.map(|other| ids([other])[0]).into_iter().collect();
        found.extend(["jan.csv", "feb.csv"].map(|name| named(name).id.id()));
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 8);
        assert_eq!(named("jan.csv"), named("jan.csv"));
        assert_eq!(named("jan.csv").former, None);
    }

    /// Computed with Python's hashlib, not with this code.
    #[test]
    fn what_development_versions_imported_is_known_by_its_wording() {
        let mut identities = Identities::new(None, true);
        let formers = [line("10.00"), line("10"), line("10.00")].map(|line| identities.of(&line, b"").former.unwrap());
        assert_eq!(
            formers.map(|id| id.to_string()),
            [
                "4bd61b40-96b7-5142-b85e-f5847c96934e",
                "1b4b30a2-d707-5d67-a501-4c37de5cef6a",
                "4b6e74e9-08f5-5476-b7d9-3d31dbfbb574"
            ]
        );
    }

    /// Computed with Python's hashlib, not with this code.
    #[test]
    fn ids_of_lines_are_the_same_in_every_release() {
        let timed = TransferLine { effective_at: "2026-01-31T12:00:00Z".parse().ok(), ..line("10") };
        let bad = Identities::new(None, false).of_malformed(b"b");
        let found = [ids([line("10.00")])[0], ids([timed])[0], bad].map(|id| id.to_string());
        assert_eq!(
            found,
            [
                "cce53aa4-a904-54ba-ac38-427ec5126330",
                "aa77a842-3a4b-5f44-b829-f00dbb452bfc",
                "79eb168f-d096-5f35-b75a-8e80fcaeabc6"
            ]
        );
    }

    #[test]
    fn a_line_that_cannot_be_understood_is_no_occurrence_of_another() {
        let mut identities = Identities::new(None, false);
        let [first, bad, again, second] = [(line("10"), "a"), (line("x"), "b"), (line("x"), "b"), (line("10"), "a")]
            .map(|(line, raw)| identities.of(&line, raw.as_bytes()));
        assert_eq!([first.id.id(), second.id.id()], ids([line("10"), line("10")]));
        assert!(bad.id != again.id && !bad.is_by_meaning);
        assert_eq!(Identities::new(None, false).of_malformed(b"b"), bad.id.id());
    }
}
