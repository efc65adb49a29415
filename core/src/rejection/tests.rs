use strum::VariantNames;

use super::*;

#[test]
fn every_code_is_documented_once_and_in_order() {
    let documentation = include_str!("../../../docs/rejections.md");
    let place = |code: &&str| documentation.find(&format!("| `{code}` |"));
    let own = Rejection::VARIANTS.iter().filter(|code| !["in_leg", "schedule"].contains(*code));
    let codes: Vec<_> = own.chain(ScheduleRejection::VARIANTS).collect();
    let places: Vec<_> =
        codes.iter().map(|code| place(code).unwrap_or_else(|| panic!("{code} is not there"))).collect();
    assert!(places.is_sorted(), "docs/rejections.md has another order than {codes:?}");
}

#[test]
fn json_has_the_code_the_fields_and_the_leg() -> Result<(), serde_json::Error> {
    let id = TransferId(uuid::Uuid::nil());
    let refusal = Rejection::HoldUnknown { hold: id.into() };
    let json = r#"{"code":"hold_unknown","hold":"00000000-0000-0000-0000-000000000000"}"#;
    assert_eq!(serde_json::to_string(&refusal)?, json);
    let in_leg = refusal.in_leg(2);
    let json = r#"{"leg":2,"code":"hold_unknown","hold":"00000000-0000-0000-0000-000000000000"}"#;
    assert_eq!(serde_json::to_string(&in_leg)?, json);
    assert_eq!(in_leg.code(), "hold_unknown");
    assert_eq!(in_leg.to_string(), "leg 2: hold 00000000-0000-0000-0000-000000000000 is unknown");
    Ok(())
}
