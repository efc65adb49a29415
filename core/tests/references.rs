//! How people name what is in a book, and the ids that stand for it.

use teller::facts::{
    AccountId, Instant, Key, Names, Reference, RequestId, ScheduleId, Sequence, TextError, TransferId, WrittenReference,
};

use crate::support::at;

const HEX: &str = "9e107d9d372bb6826bd81d3542a419d6";

fn hex_id() -> TransferId {
    HEX.parse().unwrap()
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// A book in which these ids are in use; the last of them is at sequence 7. It counts how often it is asked.
struct Ids(Vec<TransferId>, usize);

#[derive(Debug, PartialEq)]
enum Fault {
    Text(TextError),
    Unknown,
}

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        Self::Text(error)
    }
}

impl Names for Ids {
    type Error = Fault;

    fn has_id(&mut self, id: TransferId) -> Result<bool, Fault> {
        self.1 += 1;
        Ok(self.0.contains(&id))
    }

    fn get_id_at(&mut self, sequence: Sequence) -> Result<TransferId, Fault> {
        self.0.last().copied().filter(|_| sequence == Sequence(7)).ok_or(Fault::Unknown)
    }
}

#[test]
fn a_uuid_is_an_id_where_the_book_has_it_and_else_a_key_that_the_book_has() {
    for (ids, expected) in [
        (vec![hex_id()], hex_id().into()),
        (vec![key(HEX).id()], key(HEX).into()),
        (vec![hex_id(), key(HEX).id()], hex_id().into()),
        (vec![], Reference::from(hex_id())),
    ] {
        assert_eq!(Reference::read(HEX, &mut Ids(ids.clone(), 0)), Ok(expected.clone()), "{ids:?}");
        assert_eq!(Reference::read_name::<Fault>(HEX, |id| Ok(ids.contains(&id))), Ok(expected));
    }
    // Nothing is looked up where nothing is in doubt.
    let mut book = Ids(vec![], 0);
    assert_eq!(Reference::read("invoice-1", &mut book), Ok(key("invoice-1").into()));
    assert_eq!(book.1, 0);
    assert_eq!(Reference::read_name::<Fault>("invoice-1", |_| Err(Fault::Unknown)), Ok(key("invoice-1").into()));
    assert!(matches!(Reference::read_name::<Fault>("@7", |_| Ok(true)), Err(Fault::Text(_))), "it has no sequence");
    // With blanks around it is nothing.
    assert!(Reference::read(&format!(" {HEX}"), &mut Ids(vec![], 0)).is_err());
}

#[test]
fn a_sequence_names_what_stands_there() {
    let mut book = Ids(vec![hex_id()], 0);
    let found = Reference::read("@7", &mut book).unwrap();
    assert_eq!(found, Reference::at(Sequence(7), hex_id()));
    assert_eq!(
        (found.id(), found.sequence(), found.is_by_sequence(), found.is_by_key()),
        (hex_id(), Some(Sequence(7)), true, false)
    );
    assert_eq!(Reference::read("@8", &mut book), Err(Fault::Unknown));
    for text in ["@", "@x", "@-1", "@+1", "@7 ", "@ 7", "@7@", "@9223372036854775808"] {
        let Err(Fault::Text(error)) = Reference::read(text, &mut book) else { panic!("{text}") };
        assert_eq!(
            error.to_string(),
            format!("the reference {text:?} is no sequence; write it like @17, as a statement shows it")
        );
    }
    assert!("@9223372036854775807".parse::<WrittenReference>().is_ok());
    let journal = found.with_id(key("j").id());
    assert_eq!((journal.id(), journal.to_string().as_str()), (key("j").id(), "@7"));
}

#[test]
fn a_reference_says_what_is_certain_without_a_book() {
    let written = |text: &str| text.parse::<WrittenReference>().unwrap();
    let ids = |text: &str| {
        (written(text).possible_ids().collect::<Vec<_>>(), written(text).doubtful_ids().collect::<Vec<_>>())
    };
    assert_eq!(written("invoice-1").certain(), Some(key("invoice-1").into()));
    assert_eq!(ids("invoice-1"), (vec![key("invoice-1").id()], vec![]));
    assert_eq!(written(HEX).certain(), None);
    assert_eq!(ids(HEX), (vec![hex_id(), key(HEX).id()], vec![hex_id(), key(HEX).id()]));
    assert_eq!((written("@7").certain(), ids("@7")), (None, (vec![], vec![])));
    // Nothing that is an id alone can be written: each form of a UUID is a key, too.
    assert_eq!(written(&format!("urn:uuid:{}", hex_id())).certain(), None);
}

#[test]
fn a_reference_is_shown_as_it_was_written() {
    let by_id = Reference::from(hex_id());
    let by_key = Reference::from(RequestId::from(key("k")));
    assert_eq!((by_id.is_by_key(), by_id.is_by_sequence(), by_key.is_by_key()), (false, false, true));
    assert_eq!(Reference::from(RequestId::from(hex_id())), by_id);
    let shown = ["9e107d9d-372b-b682-6bd8-1d3542a419d6", "k", "@7"];
    let references = [by_id, by_key, Reference::at(Sequence(7), hex_id())];
    assert_eq!(references.each_ref().map(ToString::to_string), shown);
    assert_eq!(serde_json::to_value(references).unwrap(), serde_json::json!(shown));
}

#[test]
fn a_request_is_shown_by_its_key_or_its_id() {
    let (by_key, by_id) = (RequestId::from(key("k")), RequestId::from(hex_id()));
    assert_eq!((by_key.id(), by_key.key(), by_key.to_string().as_str()), (key("k").id(), Some(&key("k")), "k"));
    assert_eq!((by_id.id(), by_id.key(), by_id.to_string()), (hex_id(), None, hex_id().to_string()));
    assert_eq!(serde_json::to_value([by_key, by_id]).unwrap(), serde_json::json!(["k", hex_id().to_string()]));
}

#[test]
fn ids_are_read_and_shown_as_uuids() {
    let id = hex_id();
    assert_eq!((id.to_string().parse(), serde_json::to_value(id).unwrap()), (Ok(id), id.to_string().into()));
    let schedule: ScheduleId = HEX.parse().unwrap();
    assert_eq!((schedule, schedule.to_string()), (ScheduleId::from(id), id.to_string()));
    assert_eq!(serde_json::to_value(schedule).unwrap(), id.to_string());
    let problem = "\"x\" is not a UUID; give one like 0190163d-8694-739b-aea5-966c26f8ad91";
    assert_eq!(("x".parse::<TransferId>(), "x".parse::<ScheduleId>()), (Err(problem.into()), Err(problem.into())));
    assert!(ScheduleId::FIRST < schedule && schedule < ScheduleId::LAST);
    assert_ne!(schedule.of_due(at("2026-01-01")), schedule.of_due(at("2026-01-02")));
}

#[test]
fn sequences_are_numbers_and_provisional_ones_are_above_all_others() {
    assert_eq!((Sequence(7).to_string().as_str(), serde_json::to_value(Sequence(7)).unwrap()), ("7", 7.into()));
    assert_eq!(Sequence::provisional(0), Sequence((1 << 62) + 1));
    assert_eq!(Sequence::provisional(9), Sequence((1 << 62) + 10));
    assert!(Sequence::provisional(0) < Sequence::provisional(1));
    assert_eq!((AccountId::UNASSIGNED.0, Sequence::UNASSIGNED.0), (0, 0));
}

#[test]
fn a_fresh_id_sorts_by_its_time_and_is_never_the_same() {
    let (early, late) = (TransferId::fresh(at("2026-01-01")), TransferId::fresh(at("2026-01-01T00:00:01Z")));
    assert!(early < late && early != TransferId::fresh(at("2026-01-01")));
    let millis = |id: TransferId| id.0.as_u128() >> 80;
    assert_eq!(millis(TransferId::fresh(at("2026-01-01T00:00:00.987654Z"))), 1_767_225_600_987);
    assert_eq!(millis(TransferId::fresh(Instant::MIN)), 0, "such ids count from 1970");
}
