use std::collections::{BTreeSet, HashMap};

use diesel::pg::PgConnection;

use super::accounts::insert_or_replay;
use super::{Ledger, Mode};
use crate::clock::Clock;
use crate::error::Error;
use crate::money::Currency;
use crate::rules::{
    Account, AccountId, AccountName, AccountRequest, Batch, Opening, Rejection, Ruling, Sequence, Transfer,
    TransferRequest, Verdict, open_account,
};
use crate::store::{Access, Store};

/// The answer to a request that was not refused: the transfer, and its accounts' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The transfer. In a dry run its sequence is [`Sequence::UNASSIGNED`].
    pub transfer: Transfer,
    /// The account that was debited.
    pub debit_account: AccountName,
    /// The account that was credited.
    pub credit_account: AccountName,
    /// The currency of the amount and of both accounts.
    pub currency: Currency,
    /// Whether this is the first answer again, to a repeated request.
    pub replayed: bool,
}

/// A deposit's or withdrawal's answer, and the cash account if it had to be opened for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashOpening {
    /// The transfer.
    pub posted: Posted,
    /// The cash account, when this was its first use.
    pub opened: Option<Account>,
}

impl Ledger {
    /// Posts one transfer.
    ///
    /// # Errors
    /// A [`Rejection`] up to `Overflow`, [`Error::Store`].
    pub fn post(&self, request: &TransferRequest, mode: Mode) -> Result<Posted, Error> {
        self.pool.transaction(Access::Write, |store| post_one(store, &self.clock, request, Vec::new(), mode))
    }

    /// Posts many transfers in one transaction, strictly in order. A refused one leaves no trace and does not hold up the others.
    /// Answers come in the order of the requests, after the commit.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted; refusals are in the answers.
    pub fn post_batch(
        &self,
        requests: &[TransferRequest],
        mode: Mode,
    ) -> Result<Vec<Result<Posted, Rejection>>, Error> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        self.pool.transaction(Access::Write, |store| post_all(store, &self.clock, requests, Vec::new(), mode))
    }

    /// Posts one deposit or withdrawal, and opens the cash account in the same transaction if it does not exist yet.
    ///
    /// # Errors
    /// As [`Ledger::post`] and [`Ledger::open_account`]; the account is then not opened either.
    pub fn post_opening_cash(
        &self,
        request: &TransferRequest,
        cash: &AccountRequest,
        mode: Mode,
    ) -> Result<CashOpening, Error> {
        self.pool.transaction(Access::Write, |store| {
            if !store.find_accounts(&[&cash.name])?.is_empty() {
                let posted = post_one(store, &self.clock, request, Vec::new(), mode)?;
                return Ok(CashOpening { posted, opened: None });
            }
            let now = self.clock.now();
            let Opening::New(account) = open_account(cash, None, now)? else {
                unreachable!("an account that does not exist is not opened before")
            };
            if mode == Mode::DryRun {
                let posted = post_one(store, &self.clock, request, vec![account.clone()], mode)?;
                return Ok(CashOpening { posted, opened: Some(account) });
            }
            let opened = insert_or_replay(store, cash, account, now)??;
            let posted = post_one(store, &self.clock, request, Vec::new(), mode)?;
            Ok(CashOpening { posted, opened: (!opened.replayed).then_some(opened.account) })
        })
    }
}

/// Posts transfers inside the transaction that the caller has open, strictly in order, and leaves the commit to the caller.
///
/// The accounts stay locked until that transaction ends, so it should end soon. A caller whose own locks come in another order can
/// deadlock with Teller; the database then undoes one of the two transactions, and the caller runs it again with the same ids.
///
/// A connection that lives long should be opened with `set plan_cache_mode = force_custom_plan`, so that plans made while the book was
/// small are not kept; Teller's own connections see to that themselves.
///
/// # Errors
/// [`Error::Store`], and then the transaction must be rolled back; refusals are in the answers and leave it intact.
pub fn post_in(
    connection: &mut PgConnection,
    clock: &Clock,
    requests: &[TransferRequest],
) -> Result<Vec<Result<Posted, Rejection>>, Error> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    post_all(connection, clock, requests, Vec::new(), Mode::Commit)
}

fn post_one(
    store: &mut dyn Store,
    clock: &Clock,
    request: &TransferRequest,
    unopened: Vec<Account>,
    mode: Mode,
) -> Result<Posted, Error> {
    let mut answers = post_all(store, clock, std::slice::from_ref(request), unopened, mode)?;
    answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
}

/// The write path. `unopened` are accounts that a dry run pretends to have.
fn post_all(
    store: &mut dyn Store,
    clock: &Clock,
    requests: &[TransferRequest],
    unopened: Vec<Account>,
    mode: Mode,
) -> Result<Vec<Result<Posted, Rejection>>, Error> {
    let names: BTreeSet<_> = requests.iter().flat_map(|request| request.parties.names()).collect();
    let ids: Vec<_> = requests.iter().map(|request| request.id).collect();
    let mut accounts = store.lock_accounts(&names.into_iter().collect::<Vec<_>>())?;
    accounts.extend(unopened);
    // In a later statement than the lock, so that it sees what was committed while the lock was waited for.
    let stored = store.find_transfers(&ids)?;
    let now = clock.now();

    let names = NamesById::new(&accounts);
    let mut batch = Batch::new(accounts, stored);
    let verdicts: Vec<_> = requests.iter().map(|request| batch.judge(request, now)).collect();
    let ruling = match mode {
        Mode::Commit => write(store, batch)?,
        Mode::DryRun => {
            let unassigned = vec![Sequence::UNASSIGNED; batch.draft_count()];
            batch.finish(&unassigned)
        }
    };
    let answers = verdicts.into_iter().map(|verdict| match verdict {
        Ok(verdict) => Ok(names.answer(verdict, &ruling)),
        Err(rejection) => Err(ruling.placed(rejection)),
    });
    Ok(answers.collect())
}

fn write(store: &mut dyn Store, batch: Batch) -> Result<Ruling, Error> {
    if batch.draft_count() == 0 {
        return Ok(batch.finish(&[]));
    }
    let sequences = store.next_sequences(batch.draft_count())?;
    let ruling = batch.finish(&sequences);
    store.insert_transfers(&ruling.transfers)?;
    store.update_accounts(&ruling.accounts)?;
    Ok(ruling)
}

/// The names of a batch's accounts, for its answers.
struct NamesById(HashMap<AccountId, (AccountName, Currency)>);

impl NamesById {
    fn new(accounts: &[Account]) -> Self {
        Self(accounts.iter().map(|account| (account.id, (account.name.clone(), account.currency))).collect())
    }

    fn answer(&self, verdict: Verdict, ruling: &Ruling) -> Posted {
        let (transfer, replayed) = match verdict {
            Verdict::Posted(index) => (ruling.transfers[index].clone(), false),
            Verdict::ReplayedPosted(index) => (ruling.transfers[index].clone(), true),
            Verdict::ReplayedStored(transfer) => (*transfer, true),
        };
        let (debit_account, currency) = self.0[&transfer.debit.account_id].clone();
        let (credit_account, _) = self.0[&transfer.credit.account_id].clone();
        Posted { transfer, debit_account, credit_account, currency, replayed }
    }
}
