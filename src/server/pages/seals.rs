//! Seals: making one, and checking the book against one that was kept elsewhere. Both go on in the background.

use std::sync::Arc;

use maud::{Markup, html};
use serde_json::{Value, json};
use tokio::time::Instant as Deadline;

use crate::ledger::Ledger;
use crate::server::kept_answers::KeptAnswer;
use crate::server::keys::scope::Scope;
use crate::server::pages::acting::fields::Field;
use crate::server::pages::cells::{field, shown as value_of, word};
use crate::server::pages::page::{Document, Outcome, Page, Reply, shown};
use crate::server::pages::pairs::{Pairs, encode};
use crate::server::pages::problems::notice;
use crate::server::pages::proof::{TIME_MAX, check_whole, verdict};
use crate::server::pages::visit::Visit;
use crate::server::pages::zone::moment_with_zone;
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::{Kind, SealFile, SealPublicKey, VerifyRecord};

const PATH: &str = "/proof/seals";
const TITLE: &str = "Seals";
/// The seals that were made here, newest first, and what the last check came to.
pub(super) const MADE: &str = "seals";
const CHECKED: &str = "sealed";
const MADE_MAX: usize = 10;
const SEAL: Field = Field::required("seal", "Seal", "The text of its file, which begins with { and ends with }").long();
const KEY: Field =
    Field::optional("public_key", "Public key", "In PEM, of who must have signed it; empty for none").long();

pub(super) const PAGE: Page =
    Page::new(PATH, |visit| Box::pin(async move { show(&visit) })).acting(|visit| Box::pin(act(visit)));

fn show(visit: &Visit) -> Outcome {
    check_may(visit)?;
    Ok(shown(TITLE, page(visit, &Pairs::default(), &html! {})?))
}

async fn act(visit: Arc<Visit>) -> Outcome {
    check_may(&visit)?;
    match (visit.form.get("step"), visit.form.get("what")) {
        (Some("edit"), _) => Ok(shown(TITLE, page(&visit, &visit.form, &html! {})?)),
        (_, Some("make")) => make(&visit).await,
        _ => match check(&visit).await {
            Err(problem) if problem.status.is_client_error() => {
                let main = page(&visit, &visit.form, &notice(&problem))?;
                Ok(Reply::Page(Document::new(TITLE, main).with_status(problem.status)))
            }
            outcome => outcome,
        },
    }
}

fn check_may(visit: &Visit) -> Result<(), Problem> {
    visit.check(Scope::BookRead)?;
    check_whole(visit)
}

fn page(visit: &Visit, given: &Pairs, above: &Markup) -> Result<Markup, Problem> {
    Ok(html! {
        (above)
        p { "A seal is a fingerprint of the whole history up to now. Keep it where nobody can change it: later it proves that all of that "
            "is still there, unchanged. It is kept in no book, so that who can change a book cannot change its seals." }
        (made(visit)?)
        h2 { "Check a seal" }
        form.fields.one method="post" action=(PATH) {
            (SEAL.shown(given, None))
            label data-into="seal" hidden { "Or its file" input type="file" accept=".json,application/json"; }
            (KEY.shown(given, None))
            div.actions { button.main type="submit" { "Check the book against it" } }
        }
        (checked(visit)?)
    })
}

fn made(visit: &Visit) -> Result<Markup, Problem> {
    let last = visit.state.kept.last(MADE);
    let seals = last.answer.as_ref().and_then(|answer| answer.value.as_array()).map_or(&[][..], Vec::as_slice);
    let seals = seals.iter().map(one).collect::<Result<Vec<_>, Problem>>()?;
    Ok(html! {
        h2 { "Make a seal" }
        p { "Postings wait while all accounts are read." }
        form.actions method="post" action=(PATH) {
            button.main type="submit" name="what" value="make" disabled[last.is_being_made] { "Make a seal now" }
        }
        @if last.is_being_made { p.notice { "A seal is being made; reload to see it." } }
        @if let Some(problem) = &last.fault { (notice(problem)) }
        @if seals.is_empty() { p.nothing { "This server has made no seal since it was started." } }
        @else {
            p { "What this server has made since it was started, newest first. It forgets them when it ends." }
            @for seal in &seals { (seal) }
        }
    })
}

/// A seal that was made here, to be taken away.
fn one(seal: &Value) -> Result<Markup, Problem> {
    let text = seal.to_string();
    let name = format!("seal-{}.json", field(seal, "sequence")?);
    Ok(html! {
        details {
            summary { "Sequence " (field(seal, "sequence")?.to_string()) ", " (moment_with_zone(word(seal, "sealed_at")?)) ", root " code { (short(word(seal, "root")?)) } }
            label { "The seal" textarea rows="6" readonly spellcheck="false" { (text) } }
            p { a.button href={ "data:application/json," (encode(&text)) } download=(name) { "Save as " (name) } }
        }
    })
}

fn short(root: &str) -> &str {
    root.get(..16).unwrap_or(root)
}

async fn make(visit: &Visit) -> Outcome {
    let (state, now) = (Arc::clone(&visit.state), visit.now());
    let earlier = visit.state.kept.last(MADE).answer;
    let make = async move {
        let seal = |ledger: &Ledger| Ok(SealFile::new(ledger.seal()?, None).to_json());
        let mut seals = vec![state.long.run(Deadline::now() + TIME_MAX, seal).await?];
        let earlier = earlier.as_ref().and_then(|answer| answer.value.as_array());
        seals.extend(earlier.into_iter().flatten().take(MADE_MAX - 1).cloned());
        Ok((now, Value::Array(seals)))
    };
    visit.state.kept.make_anew(MADE, make).await;
    Ok(Reply::SeeOther(PATH.to_owned()))
}

async fn check(visit: &Visit) -> Outcome {
    let file = SealFile::from_json(visit.form.get(SEAL.name).unwrap_or_default().trim())?;
    let key = visit.form.get(KEY.name).map(|pem| SealPublicKey::from_pem(pem.trim())).transpose()?;
    if let Some(key) = &key {
        file.check_signature(key)?;
    }
    if visit.state.kept.last(CHECKED).is_being_made {
        return Err(Problem::new(
            ServerCode::RateExceeded,
            "another seal is being checked; send this again when that is done",
        ));
    }

    let signature = match (&key, file.is_signed()) {
        (Some(_), _) => "signed by the holder of the key that was given",
        (None, true) => "signed; no key was given to check that by",
        (None, false) => "not signed",
    };
    let (state, now) = (Arc::clone(&visit.state), visit.now());
    let make = async move {
        let check = move |ledger: &Ledger| {
            let report = VerifyRecord::from(&ledger.verify_sealed(&file.seal, &mut |_| {})?);
            Ok(json!({"seal": file.to_json(), "signature": signature, "report": report}))
        };
        Ok((now, state.long.run(Deadline::now() + TIME_MAX, check).await?))
    };
    visit.state.kept.make_anew(CHECKED, make).await;
    Ok(Reply::SeeOther(format!("{PATH}#checked")))
}

fn checked(visit: &Visit) -> Result<Markup, Problem> {
    let last = visit.state.kept.last(CHECKED);
    Ok(html! {
        h2 #checked { "The last check" }
        @if last.is_being_made { p.notice { "A check is under way; reload to see what it came to." } }
        @match (&last.fault, &last.answer) {
            (Some(problem), _) => (notice(problem)),
            (None, Some(answer)) => (result(answer)?),
            (None, None) => p.nothing { "This server has checked no seal since it was started." },
        }
    })
}

fn result(answer: &KeptAnswer) -> Result<Markup, Problem> {
    let seal = field(&answer.value, "seal")?;
    let count = |name| field(seal, name).map(|value| value_of(Kind::Number, value));
    Ok(html! {
        p {
            "The seal of " (moment_with_zone(word(seal, "sealed_at")?)) ", " (word(&answer.value, "signature")?) ", with the root "
            code { (short(word(seal, "root")?)) } ", is about " (count("transfers")?) " transfers and " (count("accounts")?) " accounts."
        }
        (verdict(field(&answer.value, "report")?, &answer.made_at.to_string())?)
    })
}
