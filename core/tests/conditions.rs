//! What a request may ask to hold of accounts before it is posted, as HTTP's `If-Match` does.

use crate::support::check;

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account usd   liability USD
        deposit alice 10 -> posted
";

#[test]
fn an_account_is_expected_to_have_a_version() {
    check(&format!(
        "{BEGIN}
        deposit alice 1 if-version alice 0 -> precondition_failed account=alice expected=version_=_0 actual=version_=_1
        deposit alice 1 if-version alice 2 -> precondition_failed actual=version_=_1
        deposit alice 1 if-version alice 1 -> posted
        # It need not be a party.
        withdraw alice 1 if-version bob 1  -> precondition_failed account=bob actual=version_=_0
        withdraw alice 1 if-version bob 0  -> posted
        withdraw alice 1 if-version ghost 0 -> account_unknown account=ghost
        hold alice bob 1 if-version alice 2 -> precondition_failed actual=version_=_3
        hold alice bob 1 if-version alice 3 -> held
    "
    ));
}

#[test]
fn a_posted_balance_compares_as_is_expected() {
    let cases = [
        ("=", ["precondition_failed", "posted", "precondition_failed"]),
        (">=", ["posted", "posted", "precondition_failed"]),
        ("<=", ["precondition_failed", "posted", "posted"]),
        (">", ["posted", "precondition_failed", "precondition_failed"]),
        ("<", ["precondition_failed", "precondition_failed", "posted"]),
    ];
    for (comparison, answers) in cases {
        for (amount, answer) in ["9.99", "10", "10.01"].into_iter().zip(answers) {
            check(&format!(
                "{BEGIN}
        deposit bob 1 if-balance alice {comparison} {amount} -> {answer}
            "
            ));
        }
    }
    check(&format!("{BEGIN}
        hold alice bob 4                       -> held
        deposit bob 1 if-balance alice = 6     -> precondition_failed expected=balance_=_6.00_EUR actual=balance_=_10.00_EUR
        deposit bob 1 if-balance alice > -5.00 -> posted
        deposit bob 1 if-balance alice > 1 USD -> currencies_differ account=alice account_currency=EUR currency=USD
        deposit bob 1 if-balance usd = 0       -> posted
    "));
}

#[test]
fn the_first_of_several_conditions_that_fails_is_the_answer() {
    check(&format!(
        "{BEGIN}
        deposit bob 1 if-version alice 1 if-balance bob = 3 if-version cash 9 -> precondition_failed account=bob
        deposit bob 1 if-version alice 1 if-balance bob = 0 if-version cash 9 -> precondition_failed account=cash
        deposit bob 1 if-version alice 1 if-balance bob = 0 if-version cash 1 -> posted
        batch
            deposit bob 1 if-version bob 1 -> posted
            deposit bob 1 if-version bob 1 -> precondition_failed actual=version_=_2
            deposit bob 1 if-version bob 2 -> posted
    "
    ));
}
