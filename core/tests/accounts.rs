//! Accounts, holds and transfers as values: what follows from their fields alone.

use teller::facts::{
    AccountId, AccountState, AccountType, Balances, BookChange, BookChangeFields, BookEventKind, Hash, Hold, HoldState,
    Instant, Limits, NormalSide, Period, PeriodAction, Refusal, RefusedDue, ScheduleId, Sequence, Terms, TransferId,
    Velocity,
};
use teller::judging::ClockLead;
use teller::money::{Amount, Currency};

use crate::support::{Book, amount, at, check_on, currency, metadata, name};

#[test]
fn assets_and_expenses_are_positive_on_the_debit_side_and_the_others_on_the_credit_side() {
    let sides: Vec<_> = AccountType::ALL.iter().map(|one| (one.as_str(), one.normal_side().as_str())).collect();
    let expected = [
        ("asset", "debit"),
        ("liability", "credit"),
        ("equity", "credit"),
        ("revenue", "credit"),
        ("expense", "debit"),
    ];
    assert_eq!(sides, expected);
    assert_eq!((NormalSide::Debit.opposite(), NormalSide::Credit.opposite()), (NormalSide::Credit, NormalSide::Debit));
    let usual = AccountType::ALL.iter().map(|one| Limits::default_for(*one).min_balance);
    assert_eq!(usual.collect::<Vec<_>>(), [None, Some(Amount::ZERO), None, None, None], "customers cannot overdraw");
    assert_eq!(Limits::default_for(AccountType::Liability).max_balance, None);
}

#[test]
fn words_are_read_as_they_are_written() {
    assert_eq!(AccountState::from_word("debits_frozen"), Some(AccountState::DebitsFrozen));
    assert_eq!(AccountState::from_word("Frozen"), None);
    assert_eq!(format!("{:>7}|", AccountState::Open), "   open|");
    assert_eq!(serde_json::to_value(AccountState::CreditsFrozen).unwrap(), "credits_frozen");
}

#[test]
fn an_account_stands_on_its_own_side() {
    let book = Book::new();
    check_on(
        &book,
        "
        account cash  asset     EUR
        account alice liability EUR note hers meta a=b
        deposit alice 10      -> posted
        hold alice cash 3     -> held
        hold-post cash alice 2 -> held
    ",
    );
    let (alice, cash) = (book.get_account(&name("alice")).unwrap(), book.get_account(&name("cash")).unwrap());
    for account in [&alice, &cash] {
        assert_eq!((account.posted(), account.held(), account.available()), (amount(1000), amount(300), amount(700)));
    }
    assert_eq!((alice.balances.debits_held, alice.balances.credits_held), (amount(300), amount(200)));
    assert_eq!((cash.balances.debits_held, cash.balances.credits_held), (amount(200), amount(300)));
    assert!(alice.falls_by(NormalSide::Debit) && !alice.falls_by(NormalSide::Credit));
    assert!(cash.falls_by(NormalSide::Credit) && !cash.falls_by(NormalSide::Debit));
    assert_eq!(alice.money(amount(5)).to_string(), "0.05 EUR");
    assert_eq!(alice.terms(), Terms::opening(alice.limits));
    let [transfer, ..] = &book.transfers()[..] else { panic!("there are transfers") };
    assert_eq!((transfer.side_of(cash.id), transfer.side_of(alice.id)), (NormalSide::Debit, NormalSide::Credit));
    assert_eq!(transfer.entry_of(alice.id), Some(&transfer.credit));
    assert_eq!(transfer.entry_of(cash.id), Some(&transfer.debit));
    assert_eq!(transfer.entry_of(AccountId(99)), None);
    assert_eq!(
        (transfer.entry_on(NormalSide::Debit), transfer.entry_on(NormalSide::Credit)),
        (&transfer.debit, &transfer.credit)
    );
    let later = teller::facts::Transfer { clock_at: Some(at("2025-01-01")), ..transfer.clone() };
    assert_eq!((transfer.clock_time(), later.clock_time()), (transfer.recorded_at, at("2025-01-01")));
    // What it was opened as can be asked for again.
    let opened_with = teller::facts::OpenedWith { limits: Limits::default(), metadata: metadata("c=d") };
    let request = alice.opening(opened_with);
    assert_eq!(
        (request.name, request.account_type, request.currency),
        (alice.name, AccountType::Liability, currency("EUR"))
    );
    assert_eq!(
        (request.limits, request.description, request.metadata),
        (Limits::default(), alice.description, metadata("c=d"))
    );
}

fn balances(posted: i64, debits_held: i64, credits_held: i64) -> Balances {
    Balances { posted: amount(posted), debits_held: amount(debits_held), credits_held: amount(credits_held) }
}

#[test]
fn the_number_of_an_account_is_the_place_of_its_opening() {
    assert_eq!(AccountId::from(Sequence(7)), AccountId(7));
    assert_eq!(AccountId(7).sequence(), Sequence(7));
}

#[test]
fn balances_move_on_the_side_of_the_account() {
    use NormalSide::{Credit, Debit};
    let before = balances(10, 3, 4);
    assert_eq!(before.checked_post(Debit, Debit, amount(5)), Some(balances(15, 3, 4)));
    assert_eq!(before.checked_post(Debit, Credit, amount(5)), Some(balances(5, 3, 4)));
    assert_eq!(before.checked_post(Credit, Credit, amount(5)), Some(balances(15, 3, 4)));
    assert_eq!(before.checked_post(Credit, Debit, amount(15)), Some(balances(-5, 3, 4)));
    assert_eq!(balances(i64::MAX, 0, 0).checked_post(Debit, Debit, amount(1)), None);
    assert_eq!(balances(i64::MIN, 0, 0).checked_post(Debit, Credit, amount(1)), None);
    assert_eq!((before.held(Debit), before.held(Credit)), (amount(3), amount(4)));
    assert_eq!(
        (before.with_held(Debit, amount(9)), before.with_held(Credit, amount(9))),
        (balances(10, 9, 4), balances(10, 3, 9))
    );
    assert_eq!(
        (before.without_held(Debit, amount(3)), before.without_held(Credit, amount(1))),
        (balances(10, 0, 4), balances(10, 3, 3))
    );
    assert!(balances(0, 1, 0).has_held() && balances(0, 0, 1).has_held() && before.has_held());
    assert!(!balances(10, 0, 0).has_held());
    // Captures on both sides have to fit, each by itself.
    assert!(
        balances(i64::MAX - 3, 3, 0).has_room_for_captures(Debit)
            && !balances(i64::MAX - 2, 3, 0).has_room_for_captures(Debit)
    );
    assert!(
        balances(i64::MIN + 3, 3, 0).has_room_for_captures(Credit)
            && !balances(i64::MIN + 2, 3, 0).has_room_for_captures(Credit)
    );
    assert!(
        balances(i64::MAX, 0, 9).has_room_for_captures(Debit) && !balances(i64::MIN, 0, 9).has_room_for_captures(Debit)
    );
}

#[test]
#[should_panic(expected = "were reserved, of")]
fn no_more_is_freed_than_was_held() {
    let _ = balances(10, 3, 0).without_held(NormalSide::Debit, amount(4));
}

#[test]
fn a_hold_has_expired_from_its_very_moment_on() {
    let hold = Hold {
        id: TransferId::from_key("h").unwrap(),
        sequence: Sequence(1),
        debit_account_id: AccountId(1),
        credit_account_id: AccountId(2),
        amount: amount(1),
        remaining: amount(1),
        expires_at: Some(at("2026-01-01")),
        state: HoldState::Open,
    };
    let before = at("2026-01-01").previous().unwrap();
    assert_eq!(
        [before, at("2026-01-01")].map(|now| (hold.has_expired(now), hold.state_at(now))),
        [(false, HoldState::Open), (true, HoldState::Expired)]
    );
    let captured = Hold { state: HoldState::Captured, ..hold };
    assert_eq!(captured.state_at(Instant::MAX), HoldState::Captured);
    assert!(!Hold { expires_at: None, ..hold }.has_expired(Instant::MAX));
}

#[test]
fn only_days_and_months_are_windows() {
    let limit = Some(amount(1));
    assert!(!Velocity { per_transfer: limit, ..Velocity::default() }.has_window());
    assert!(Velocity { per_day: limit, ..Velocity::default() }.has_window());
    assert!(Velocity { per_month: limit, ..Velocity::default() }.has_window());
}

#[test]
fn entries_may_be_a_minute_ahead_of_the_clock_or_as_far_as_was_accepted() {
    let (now, lead) = (at("2026-01-01T12:00:00Z"), ClockLead::default());
    assert!(lead.allows(at("2026-01-01T12:01:00Z"), now) && !lead.allows(at("2026-01-01T12:01:00.000001Z"), now));
    let accepted = ClockLead { accepted_until: Some(at("2027-01-01")), ..lead };
    assert!(accepted.allows(at("2027-01-01"), now) && !accepted.allows(at("2027-01-01T00:00:00.000001Z"), now));
}

/// Fields of a change as they are kept, by their names with blanks between them. Only those of its kind are asked for.
struct Fields(&'static str);

impl Fields {
    fn of<T>(&self, field: &'static str, value: T) -> Result<T, &'static str> {
        if self.0.split(' ').any(|name| name == field) { Ok(value) } else { Err(field) }
    }
}

impl BookChangeFields for Fields {
    type Error = &'static str;

    fn period(&self) -> Result<Period, Self::Error> {
        self.of("period", "2026".parse().unwrap())
    }

    fn schedule(&self) -> Result<(ScheduleId, Hash), Self::Error> {
        self.of("schedule", (ScheduleId::LAST, Hash([7; 32])))
    }

    fn currency(&self) -> Result<(Currency, teller::facts::CurrencyName), Self::Error> {
        self.of("currency", (currency("EUR"), "Euro".parse().unwrap()))
    }

    fn accepted_until(&self) -> Result<Instant, Self::Error> {
        self.of("until", Instant::MAX)
    }

    fn due(&self) -> Result<(Instant, Refusal), Self::Error> {
        self.of("due", (Instant::EPOCH, refusal()))
    }
}

fn refusal() -> Refusal {
    Refusal { code: "insufficient_funds".to_owned(), reason: "too little".to_owned() }
}

#[test]
fn a_change_of_the_book_is_read_by_its_kind() {
    let (period, schedule, hash) = ("2026".parse().unwrap(), ScheduleId::LAST, Hash([7; 32]));
    let due = || RefusedDue { schedule, hash, due_at: Instant::EPOCH, refusal: refusal() };
    for (kind, field, change) in [
        (BookEventKind::PeriodClosed, "period", BookChange::Period { period, action: PeriodAction::Close }),
        (BookEventKind::PeriodReopened, "period", BookChange::Period { period, action: PeriodAction::Reopen }),
        (BookEventKind::ScheduleAdded, "schedule", BookChange::ScheduleAdded { schedule, hash }),
        (BookEventKind::ScheduleCancelled, "schedule", BookChange::ScheduleCancelled { schedule, hash }),
        (
            BookEventKind::CurrencyRegistered,
            "currency",
            BookChange::CurrencyRegistered { currency: currency("EUR"), name: "Euro".parse().unwrap() },
        ),
        (BookEventKind::ClockAccepted, "until", BookChange::ClockAccepted { until: Instant::MAX }),
        (BookEventKind::DueRefused, "schedule due", BookChange::DueRefused(due())),
        (BookEventKind::DueSkipped, "schedule due", BookChange::DueSkipped(due())),
    ] {
        assert_eq!(change.kind(), kind);
        let first = field.split(' ').next().unwrap();
        assert_eq!(change.schedule().is_some(), first == "schedule");
        assert_eq!(BookChange::read(kind, &Fields(field)), Ok(change));
        assert_eq!(BookChange::read(kind, &Fields("none")), Err(first), "{kind}");
    }
}
