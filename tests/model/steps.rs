//! What may happen to a book, at random.

use proptest::collection::vec;
use proptest::prelude::*;

use super::STEPS_PER_RUN;
use super::judging::{Item, leg_id};
use super::naive::{Ask, Much, Place};

const ACCOUNTS: usize = 5;
/// The hold of a leg that is placed by the first leg of the same journal.
const OWN: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub enum Step {
    Ask(Item),
    /// Never by so much that a hold ends at that very moment: they end after 5 seconds more than some tens.
    Wait(u64),
}

fn muches() -> impl Strategy<Value = Much> {
    prop_oneof![
        12 => (1..=60_i64).prop_map(Much::Exactly),
        1 => (-1..=0_i64).prop_map(Much::Exactly),
        3 => (1..=60_i64).prop_map(Much::UpTo),
        4 => Just(Much::All),
    ]
}

/// Mostly ids of one kind, so that what refers to them finds them; the others are of any kind.
fn ids(begin: u32) -> impl Strategy<Value = u32> {
    prop_oneof![14 => begin..begin + 20, 1 => 0..120_u32]
}

fn holds() -> impl Strategy<Value = u32> {
    prop_oneof![8 => ids(20), 1 => 80..100_u32, 1 => Just(OWN)]
}

fn reversible() -> impl Strategy<Value = u32> {
    prop_oneof![5 => ids(0), 3 => ids(40), 1 => ids(20), 1 => ids(70), 2 => 80..100_u32, 1 => (80..100_u32).prop_map(|id| leg_id(id, 1))]
}

fn sides() -> impl Strategy<Value = (bool, bool)> {
    prop::sample::select(vec![(true, true), (true, false), (false, true)])
}

fn asks() -> impl Strategy<Value = Ask> {
    let account = || 0..ACCOUNTS;
    let seconds =
        prop_oneof![4 => Just(None), 1 => Just(Some(0)), 8 => (0..4_u64).prop_map(|tens| Some(tens * 10 + 5))];
    prop_oneof![
        10 => (ids(0), account(), account(), muches()).prop_map(|(id, debit, credit, much)| Ask::Post { id, debit, credit, much }),
        10 => (ids(20), account(), account(), muches(), seconds)
            .prop_map(|(id, debit, credit, much, seconds)| Ask::Hold { id, debit, credit, much, seconds }),
        9 => (ids(40), holds(), muches(), any::<bool>())
            .prop_map(|(id, hold, much, is_final)| Ask::Capture { id, hold, much, is_final }),
        3 => (ids(60), holds()).prop_map(|(id, hold)| Ask::Release { id, hold }),
        6 => (ids(70), reversible(), muches()).prop_map(|(id, of, much)| Ask::Reverse { id, of, much }),
        1 => (account(), sides()).prop_map(|(account, sides)| Ask::Freeze { account, sides }),
        3 => (account(), sides()).prop_map(|(account, sides)| Ask::Unfreeze { account, sides }),
        1 => (0..ACCOUNTS * 4).prop_map(|account| Ask::Close { account: account % ACCOUNTS }),
    ]
}

fn items() -> impl Strategy<Value = Item> {
    let journals = (80..100_u32, vec(asks(), 0..4)).prop_map(|(id, legs)| Item::Journal(id, in_journal(id, legs)));
    prop_oneof![
        12 => asks().prop_map(|ask| Item::One(with_hold(ask, 0))),
        3 => journals,
        1 => (ids(100), ids(80)).prop_map(|(id, of)| Item::ReverseJournal(id, of)),
    ]
}

fn in_journal(id: u32, legs: Vec<Ask>) -> Vec<Ask> {
    let mut next = 0;
    let leg = |ask: Ask| {
        let mut ask = with_hold(ask, id);
        if let Ask::Post { id: own, .. }
        | Ask::Hold { id: own, .. }
        | Ask::Capture { id: own, .. }
        | Ask::Release { id: own, .. }
        | Ask::Reverse { id: own, .. } = &mut ask
        {
            *own = leg_id(id, next);
            next += 1;
        }
        ask
    };
    legs.into_iter().map(leg).collect()
}

fn with_hold(mut ask: Ask, own: u32) -> Ask {
    if let Ask::Capture { hold, .. } | Ask::Release { hold, .. } = &mut ask
        && *hold == OWN
    {
        *hold = own;
    }
    ask
}

fn places() -> impl Strategy<Value = Vec<Place>> {
    let min = prop_oneof![2 => Just(None), 4 => Just(Some(0)), 1 => Just(Some(-50))];
    let max = prop_oneof![4 => Just(None), 1 => (0..200_i64).prop_map(Some)];
    let place = (any::<bool>(), min, max).prop_map(|(is_debit_normal, min, max)| Place {
        is_debit_normal,
        min,
        max,
        frozen: (false, false),
        is_closed: false,
    });
    vec(place, ACCOUNTS).prop_map(|mut places| {
        // Someone must be able to give.
        places[0] = Place { min: None, max: None, ..places[0].clone() };
        places
    })
}

/// The accounts, and what then happens; one in eight asks for what was asked for before.
pub fn runs() -> impl Strategy<Value = (Vec<Place>, Vec<Step>)> {
    let step = prop_oneof![12 => items().prop_map(Step::Ask), 1 => (1..3_u64).prop_map(|tens| Step::Wait(tens * 10))];
    let steps = vec((step, 0..8_u8, any::<prop::sample::Index>()), STEPS_PER_RUN as usize).prop_map(|steps| {
        let mut done: Vec<Step> = Vec::new();
        for (step, chance, earlier) in steps {
            let repeated = (chance == 0 && !done.is_empty()).then(|| earlier.get(&done).clone());
            done.push(repeated.unwrap_or(step));
        }
        done
    });
    (places(), steps)
}
