//! What customers buy.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use teller::prelude::*;
use teller::requests::Remainder;

use crate::{Fault, book};

diesel::table! {
    orders (id) {
        id -> BigInt,
        article -> Text,
    }
}

/// Reserves 50.00 of alice's for an order, so that it cannot be spent twice.
pub fn reserve(ledger: &Ledger, euro: Currency) -> Result<Posted, teller::Error> {
    ledger.post(&hold("order 7", "50.00", euro)?, Mode::Commit)
}

/// Takes 30.00 of what is reserved when a part of the order is sent, and gives the rest back.
pub fn send_a_part(ledger: &Ledger, euro: Currency) -> Result<Posted, teller::Error> {
    let mut capture = CaptureRequest::new(key("order 7, first parcel")?, key("order 7")?);
    capture.quantity = Quantity::Exactly(Money::parse("30.00", euro).map_err(teller::InputError::from)?);
    capture.remainder = Remainder::Release;
    ledger.post(&capture, Mode::Commit)
}

/// A refusal is an answer: nothing was written.
pub fn reserve_too_much(ledger: &Ledger, euro: Currency) -> Result<Posted, teller::Error> {
    ledger.post(&hold("order 8, a yacht", "2000000.00", euro)?, Mode::Commit)
}

/// Writes an order down in the shop's own table and takes the payment for it: both or neither, in one transaction of PostgreSQL's.
pub fn buy_in_one_transaction(url: &str, euro: Currency) -> Result<(), Fault> {
    // The shop's own connection, to the same database and search path.
    let mut connection = PgConnection::establish(url)?;
    connection.batch_execute("create table if not exists orders (id bigint primary key, article text not null)")?;
    let payment = payment("order 9", "39.90", euro)?;

    // Whatever error leaves the closure rolls everything back. `teller::Error` takes Diesel's.
    let posted = connection.transaction::<_, teller::Error, _>(|connection| {
        diesel::insert_into(orders::table)
            .values((orders::id.eq(9), orders::article.eq("The Manual of Bookkeeping")))
            .on_conflict_do_nothing()
            .execute(connection)?;
        // Last, so that the accounts are locked for as short a time as can be. The clock is the server's.
        let answers = teller::post_in(connection, &"shop".parse()?, &Clock::system(), &[payment])?;
        answers.into_iter().collect::<Result<Vec<_>, _>>().map_err(teller::Error::from)
    })?;
    let orders: i64 = orders::table.count().get_result(&mut connection)?;
    println!(
        "{orders} order with its payment, {} of them was there already",
        posted.iter().filter(|p| p.replayed).count()
    );
    Ok(())
}

fn hold(name: &str, amount: &str, euro: Currency) -> Result<HoldRequest, teller::InputError> {
    Ok(HoldRequest::new(payment(name, amount, euro)?))
}

/// The request, the same one every time it is made for an order.
fn payment(name: &str, amount: &str, euro: Currency) -> Result<TransferRequest, teller::InputError> {
    let parties = Parties::Transfer { from: book::customer()?, to: book::sales()? };
    Ok(TransferRequest::new(key(name)?, parties, Money::parse(amount, euro)?))
}

fn key(text: &str) -> Result<Key, teller::InputError> {
    Ok(text.parse()?)
}
