//! What an auditor notices: journals that say something else than the book does.
//!
//! A mutation is one that somebody could make who wants the journal to look right: at one place, or at both sides of a transfer. Assertions
//! stay as they are, as the book says them.

use crate::audit::auditor::Auditor;
use crate::audit::{books, journal};
use crate::support::{Random, TestBook};

const MUTATIONS: usize = 53;
const NOTICED_MIN: usize = 52;

/// A transaction of a journal: its lines, and which of them are the postings that move something.
struct Transaction {
    lines: Vec<String>,
    postings: Vec<usize>,
}

/// A journal, taken apart. What is no transfer stays where it is.
struct Journal {
    head: String,
    transactions: Vec<Transaction>,
    tail: String,
}

impl Journal {
    /// Transactions are parted by empty lines; the last block may have what closes the journal.
    fn read(text: &str, auditor: Auditor) -> Self {
        let mut blocks = text.trim_end().split("\n\n").map(str::to_owned).collect::<Vec<_>>();
        let is_transfer = |block: &String| block.contains("seq: ") && block.contains("recorded: ");
        let first = blocks.iter().position(is_transfer).unwrap();
        let head = blocks.drain(..first).collect::<Vec<_>>().join("\n\n");
        let tail = if is_transfer(blocks.last().unwrap()) { String::new() } else { blocks.pop().unwrap() };
        let indent = if auditor == Auditor::BeanCheck { "  " } else { "    " };
        let read = |block: String| {
            let lines: Vec<_> = block.lines().map(str::to_owned).collect();
            let is_posting = |line: &String| {
                line.strip_prefix(indent)
                    .is_some_and(|line| line.starts_with(char::is_uppercase) && line.contains("  "))
            };
            let postings =
                lines.iter().enumerate().filter(|(_, line)| is_posting(line)).map(|(index, _)| index).collect();
            Transaction { lines, postings }
        };
        Self { head, transactions: blocks.into_iter().map(read).collect(), tail }
    }

    fn text(&self) -> String {
        let transactions = self.transactions.iter().map(|transaction| transaction.lines.join("\n"));
        let blocks = [self.head.clone()].into_iter().chain(transactions).chain([self.tail.clone()]);
        blocks.collect::<Vec<_>>().join("\n\n") + "\n"
    }
}

impl Transaction {
    /// The account, the amount, and what stands behind it, of a posting.
    fn posting(&self, side: usize) -> (String, String, String) {
        let line = self.lines[self.postings[side]].trim_start();
        let (account, rest) = line.split_once("  ").unwrap();
        let (amount, rest) = rest.split_once(' ').unwrap();
        (account.to_owned(), amount.to_owned(), rest.to_owned())
    }

    fn set_posting(&mut self, side: usize, (account, amount, rest): (String, String, String)) {
        let line = &mut self.lines[self.postings[side]];
        let indent = line.len() - line.trim_start().len();
        *line = format!("{}{account}  {amount} {rest}", " ".repeat(indent));
    }

    fn currency(&self) -> String {
        self.posting(0).2.split(' ').next().unwrap().to_owned()
    }

    fn day(&self) -> String {
        self.lines[0][..10].to_owned()
    }

    fn set_day(&mut self, day: &str) {
        self.lines[0].replace_range(..10, day);
    }

    /// The assertions, which stand at the ends of a day for beancount, stay behind a transfer that goes.
    fn without_postings(&self) -> Vec<String> {
        self.lines.iter().filter(|line| line.contains(" balance ")).cloned().collect()
    }
}

/// The last digit of an amount, one higher or, from 9 on, one lower: a unit.
fn other_unit(amount: &str) -> String {
    let (begin, last) = amount.split_at(amount.len() - 1);
    let digit: u8 = last.parse().unwrap();
    format!("{begin}{}", if digit == 9 { 8 } else { digit + 1 })
}

fn negated(amount: &str) -> String {
    amount.strip_prefix('-').map_or_else(|| format!("-{amount}"), str::to_owned)
}

/// What can be done to a transfer. `None` where it would change nothing.
type Mutation = fn(&mut Journal, usize, &mut Random) -> Option<()>;

const KINDS: [(&str, Mutation); 9] = [
    ("a unit on one side", |journal, at, _| {
        let transaction = &mut journal.transactions[at];
        let (account, amount, rest) = transaction.posting(0);
        transaction.set_posting(0, (account, other_unit(&amount), rest));
        Some(())
    }),
    ("a unit on both sides", |journal, at, _| {
        let transaction = &mut journal.transactions[at];
        for side in [0, 1] {
            let (account, amount, rest) = transaction.posting(side);
            transaction.set_posting(side, (account, other_unit(&amount), rest));
        }
        Some(())
    }),
    ("deleted", |journal, at, _| {
        let transaction = &mut journal.transactions[at];
        transaction.lines = transaction.without_postings();
        Some(())
    }),
    ("doubled", |journal, at, _| {
        let transaction = &journal.transactions[at];
        let lines = transaction.lines.iter().filter(|line| !line.contains(" balance ")).cloned().collect();
        let copy = Transaction { lines, postings: transaction.postings.clone() };
        journal.transactions.insert(at, copy);
        Some(())
    }),
    ("debit and credit swapped", |journal, at, _| {
        let transaction = &mut journal.transactions[at];
        for side in [0, 1] {
            let (account, amount, rest) = transaction.posting(side);
            transaction.set_posting(side, (account, negated(&amount), rest));
        }
        Some(())
    }),
    ("amounts swapped with another transfer", |journal, at, random| {
        let currency = journal.transactions[at].currency();
        let other = index(random, journal.transactions.len());
        if other == at || journal.transactions[other].currency() != currency {
            return None;
        }
        let amounts = [at, other].map(|at| journal.transactions[at].posting(0).1);
        if amounts[0] == amounts[1] {
            return None;
        }
        for (at, amount) in [(at, &amounts[1]), (other, &amounts[0])] {
            for (side, amount) in [(0, amount.clone()), (1, negated(amount))] {
                let (account, _, rest) = journal.transactions[at].posting(side);
                journal.transactions[at].set_posting(side, (account, amount, rest));
            }
        }
        Some(())
    }),
    ("to another account", |journal, at, random| {
        let currency = journal.transactions[at].currency();
        let other = &journal.transactions[index(random, journal.transactions.len())];
        let (account, _, _) = other.posting(0);
        let transaction = &journal.transactions[at];
        if other.currency() != currency || [0, 1].iter().any(|side| transaction.posting(*side).0 == account) {
            return None;
        }
        let (_, amount, rest) = transaction.posting(1);
        journal.transactions[at].set_posting(1, (account, amount, rest));
        Some(())
    }),
    ("dates swapped with another transfer", |journal, at, random| {
        let other = index(random, journal.transactions.len());
        let days = [at, other].map(|at| journal.transactions[at].day());
        if days[0] == days[1] {
            return None;
        }
        journal.transactions[at].set_day(&days[1]);
        journal.transactions[other].set_day(&days[0]);
        Some(())
    }),
    ("ten times as much", |journal, at, _| {
        let transaction = &mut journal.transactions[at];
        for side in [0, 1] {
            let (account, amount, rest) = transaction.posting(side);
            let digits = amount.replace('.', "");
            let decimals = amount.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let digits = format!("{digits}0");
            let point = digits.len() - decimals;
            let amount = if decimals == 0 { digits } else { format!("{}.{}", &digits[..point], &digits[point..]) };
            transaction.set_posting(side, (account, amount, rest));
        }
        Some(())
    }),
];

fn index(random: &mut Random, end: usize) -> usize {
    usize::try_from(random.below(end as u64)).unwrap()
}

/// Each kind in its turn, on transfers at random. The first and the last transfer are among them.
fn mutants(text: &str, auditor: Auditor) -> Vec<(String, String)> {
    let mut random = Random(MUTATIONS as u64);
    let mut mutants = Vec::new();
    while mutants.len() < MUTATIONS {
        let (what, mutate) = KINDS[mutants.len() % KINDS.len()];
        let mut journal = Journal::read(text, auditor);
        let last = journal.transactions.len() - 1;
        let at = match mutants.len() {
            2 | 4 => last,
            11 | 12 => 0,
            _ => index(&mut random, journal.transactions.len()),
        };
        let name = format!("{what}: {}", journal.transactions[at].lines[0]);
        if mutate(&mut journal, at, &mut random).is_some() {
            mutants.push((name, journal.text()));
        }
    }
    mutants
}

#[test]
fn auditors_notice_what_is_not_as_the_book_says() {
    let auditors = Auditor::installed();
    if auditors.is_empty() {
        return;
    }
    let book = TestBook::on_sqlite();
    let ledger = books::fill_with_everything(&book, books::transfers_or(150));
    for auditor in auditors {
        let text = journal(&ledger, auditor.format());
        assert_eq!(Journal::read(&text, auditor).text().trim_end(), text.trim_end(), "what is not changed stays");
        auditor.assert_passes(&Journal::read(&text, auditor).text());
        let mutants = mutants(&text, auditor);
        let missed: Vec<_> = mutants.iter().filter(|(_, text)| auditor.check(text).0).map(|(what, _)| what).collect();
        let noticed = mutants.len() - missed.len();
        eprintln!("{auditor:?} notices {noticed} of {}, and misses {missed:?}", mutants.len());
        assert!(noticed >= NOTICED_MIN, "{auditor:?} misses {missed:#?}");
    }
}
