//! What is another in every run. It is hidden only where it is exactly what its placeholder says, so that anything else shows up as a
//! difference.

use teller::Clock;
use teller::facts::Instant;
use uuid::{Uuid, Variant};

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// How long the scenario's one hold is open, from now on.
const HOLD_MICROS: i64 = 7 * DAY_MICROS;
/// How a time is written: RFC 3339 in UTC, with microseconds, and to the second in tables.
const TIME_FORMS: [&str; 2] = ["0000-00-00T00:00:00.000000Z", "0000-00-00T00:00:00Z"];
/// What stands behind a number that was measured.
const MEASURES: [&str; 3] = [" us", " bytes", " MB"];
/// How far the clock of a server elsewhere may be from ours.
const SKEW_MICROS_MAX: i64 = 60 * 1_000_000;

/// Hides what differs between two runs of the same commands.
pub struct Redaction {
    /// From when on times are those of this run, in microseconds since 1970.
    begin: i64,
    /// Words that were made for this run, and their placeholders.
    known: Vec<(String, &'static str)>,
    /// Whether a placeholder is as long as what it stands for, so that columns stay where they are.
    keeps_width: bool,
}

impl Redaction {
    /// For what is written from now on. The `known` words were made for this run, each with its placeholder.
    pub fn new(known: &[(&str, &'static str)], keeps_width: bool) -> Self {
        let known = known.iter().map(|(word, placeholder)| ((*word).to_owned(), *placeholder)).collect();
        Self { begin: Clock::system().now().micros() - SKEW_MICROS_MAX, known, keeps_width }
    }

    /// The same without the numbers that records have, for records of measurements.
    pub fn apply_to_measures(&self, text: &str) -> String {
        let line = |line: &str| match line.split_once("\": ") {
            Some((name, value)) if is_number(value) => format!("{name}\": [number]\n"),
            Some((name, value)) if value.strip_suffix(',').is_some_and(is_number) => format!("{name}\": [number],\n"),
            _ => format!("{line}\n"),
        };
        self.apply(&text.lines().map(line).collect::<String>())
    }

    /// The text without what differs.
    pub fn apply(&self, text: &str) -> String {
        let end = Clock::system().now().micros() + SKEW_MICROS_MAX;
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '.');
        let (mut redacted, mut rest) = (String::new(), text);
        while let Some(start) = rest.find(is_part) {
            let (between, from_here) = rest.split_at(start);
            let length = from_here.find(|letter| !is_part(letter)).unwrap_or(from_here.len());
            let (run, behind) = from_here.split_at(length);
            // A sentence ends behind it, or a list goes on.
            let word = run.trim_end_matches(['.', ':']);
            let is_measured = MEASURES.iter().any(|measure| behind.starts_with(measure));
            let word_or_number =
                if is_measured && is_number(word) { "[number]".to_owned() } else { self.word(word, end) };
            redacted.extend([between, &word_or_number, &run[word.len()..]]);
            rest = behind;
        }
        redacted + rest
    }

    fn word(&self, word: &str, end: i64) -> String {
        let Some(name) = self.placeholder(word, end) else { return word.to_owned() };
        let width = if self.keeps_width { word.len() - "[]".len() } else { name.len() };
        format!("[{name:-<width$}]")
    }

    fn placeholder(&self, word: &str, end: i64) -> Option<&'static str> {
        if is_hash(word) {
            return Some("hash");
        }
        if is_cursor(word) {
            return Some("cursor");
        }
        if let Some(id) = word.strip_prefix("urn:uuid:") {
            return self.placeholder(id, end);
        }
        if let Some((_, placeholder)) = self.known.iter().find(|(known, _)| known == word) {
            return Some(placeholder);
        }
        if let Some(made_at) = id_made_at(word) {
            return (self.begin / 1_000..=end / 1_000).contains(&made_at).then_some("uuid");
        }
        if let Some(midnight) = day(word) {
            return (self.begin - DAY_MICROS + 1..=end).contains(&midnight.micros()).then_some("today");
        }
        let micros = time(word)?.micros();
        let is_about = |micros| (self.begin..=end).contains(&micros);
        match () {
            () if is_about(micros) => Some("now"),
            () if is_about(micros - HOLD_MICROS) => Some("in 7 days"),
            () => None,
        }
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// SHA-256, in hexadecimal.
fn is_hash(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A cursor of events: a sequence, and the beginning of a hash.
fn is_cursor(word: &str) -> bool {
    let is_mark = |mark: &str| mark.len() == 16 && mark.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    word.split_once('-').is_some_and(|(sequence, mark)| is_number(sequence) && is_mark(mark))
}

/// When an id was made, in milliseconds since 1970, where it is one that tells: a UUID of version 7. Those of other versions are made from
/// keys, and the same in every run.
fn id_made_at(word: &str) -> Option<i64> {
    let id = Uuid::try_parse(word).ok().filter(|id| id.hyphenated().to_string() == word)?;
    if id.get_version_num() != 7 || id.get_variant() != Variant::RFC4122 {
        return None;
    }
    i64::try_from(id.as_u128() >> 80).ok()
}

/// A time in one of the forms that they have.
fn time(word: &str) -> Option<Instant> {
    let form: String = word.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    TIME_FORMS.contains(&form.as_str()).then(|| word.parse().ok())?
}

/// The first moment of a day as exports write it, in UTC.
fn day(word: &str) -> Option<Instant> {
    (word.len() == "0000-00-00".len()).then(|| format!("{word}T00:00:00Z").parse().ok())?
}

#[test]
fn only_what_is_what_its_placeholder_says_is_hidden() {
    let earlier = Instant::from_micros(Clock::system().now().micros() - SKEW_MICROS_MAX - 1).unwrap();
    let book = "14abd0e6-45e8-98bd-fbb5-f3d56dd397e3";
    let redaction = Redaction::new(&[(book, "book")], false);
    let now = Clock::system().now();
    let hash = "0123456789abcdef".repeat(4);
    let id = |micros: i64| Uuid::from_u128(u128::try_from(micros / 1_000).unwrap() << 80 | 0x7abc_8def_0123_4567_89ab);
    for (text, redacted) in [
        (hash.clone(), "[hash]".to_owned()),
        (hash[1..].to_owned(), hash[1..].to_owned()),
        (format!("17-{}", &hash[..16]), "[cursor]".to_owned()),
        (format!("17-{}", &hash[..15]), format!("17-{}", &hash[..15])),
        (format!("\"urn:uuid:{book}\""), "\"[book]\"".to_owned()),
        (hash.to_uppercase(), hash.to_uppercase()),
        (format!("up to {now}."), "up to [now].".to_owned()),
        (format!("\"{now}\","), "\"[now]\",".to_owned()),
        (now.to_string().replace('Z', "+00:00"), now.to_string().replace('Z', "+00:00")),
        (now.to_string()[..26].to_owned(), now.to_string()[..26].to_owned()),
        (earlier.to_string(), earlier.to_string()),
        (format!("{} *", &now.to_string()[..10]), "[today] *".to_owned()),
        ("2026-01-10 *".to_owned(), "2026-01-10 *".to_owned()),
        ("2026-01-10T08:00:00.000000Z".to_owned(), "2026-01-10T08:00:00.000000Z".to_owned()),
        ("147 us, 9 bytes".to_owned(), "[number] us, [number] bytes".to_owned()),
        ("1.5 us, -9 bytes, 147".to_owned(), "1.5 us, -9 bytes, 147".to_owned()),
        (format!("the book {book}:"), "the book [book]:".to_owned()),
        (book.replace('1', "2"), book.replace('1', "2")),
        (format!("id={}", id(now.micros())), "id=[uuid]".to_owned()),
        (id(0).to_string(), id(0).to_string()),
        (id(now.micros()).simple().to_string(), id(now.micros()).simple().to_string()),
    ] {
        assert_eq!(redaction.apply(&text), redacted);
    }
    let record = "{\n  \"bytes\": 17,\n  \"work\": \"17\",\n  \"p50_us\": 1.5\n}\n";
    assert_eq!(redaction.apply_to_measures(record), record.replace("17,\n", "[number],\n"));
    assert_eq!(
        Redaction { keeps_width: true, ..redaction }.apply(&now.to_string()),
        format!("[now{}]", "-".repeat(22))
    );
}
