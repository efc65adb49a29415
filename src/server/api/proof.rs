//! Whether the book is what it was: verification, seals, and the state of its database.

use std::sync::atomic::AtomicBool;

use crate::error::InputError;
use crate::ledger::Ledger;
use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, Endpoint};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::store::Depth;
use crate::wire::{FactRecord, SealFile, SealPublicKey, VerifyRecord};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(
            "/v1/verifications",
            "Compute the whole book again and compare",
            Scope::BookRead,
            Action::Job(verify),
            Shape::One("VerifyRecord"),
        )
        .with_query(&[])
        .taking(Body::Json(Shape::One("VerificationRequest"))),
        Endpoint::post(
            "/v1/seals",
            "Make a seal, which proves later that all history up to now is still there",
            Scope::BookRead,
            Action::Job(seal),
            Shape::One("Seal"),
        )
        .with_query(&[]),
        Endpoint::get(
            "/v1/doctor",
            "Show what is quickly known of the database, and what could lose money there",
            Scope::Admin,
            Action::Read(doctor),
            Shape::Page("FactRecord"),
        ),
    ]
}

fn verify(call: &Call, ledger: &Ledger, _: &AtomicBool) -> Result<Answer, Problem> {
    let mut fields = call.fields()?;
    let seal = fields.take("seal").map(|seal| SealFile::from_json(&serde_json::Value::from(seal).to_string()));
    let seal = seal.transpose()?;
    let key = fields.take_text("public_key")?.map(|pem| SealPublicKey::from_pem(&pem)).transpose()?;
    let account = fields.take_parsed("account")?;
    fields.finish("seal, public_key and account")?;
    if seal.is_some() && account.is_some() || seal.is_none() && key.is_some() {
        return Err(InputError::request("give a seal, with a public_key or without, or an account").into());
    }
    if let (Some(seal), Some(key)) = (&seal, &key) {
        seal.check_signature(key)?;
    }

    let report = match (&seal, &account) {
        (Some(file), _) => ledger.verify_sealed(&file.seal, &mut |_| {}),
        (None, Some(account)) => ledger.verify_account(account, &mut |_| {}),
        (None, None) => ledger.verify(&mut |_| {}),
    };
    Answer::one(&VerifyRecord::from(&report?))
}

fn seal(_: &Call, ledger: &Ledger, _: &AtomicBool) -> Result<Answer, Problem> {
    Answer::one(&SealFile::new(ledger.seal()?, None).to_json())
}

fn doctor(_: &Call, ledger: &Ledger) -> Result<Answer, Problem> {
    Answer::list(&ledger.examine(Depth::Quick)?.facts.iter().map(FactRecord::from).collect::<Vec<_>>())
}
