// @generated automatically by Diesel CLI.

diesel::table! {
    use crate::models::sql_types::*;

    account_events (account_id, event) {
        account_id -> Int8,
        event -> Int8,
        sequence -> Int8,
        version -> Int8,
        recorded_at -> Timestamptz,
        min_balance_before -> Nullable<Int8>,
        max_balance_before -> Nullable<Int8>,
        min_balance_after -> Nullable<Int8>,
        max_balance_after -> Nullable<Int8>,
        per_transfer_before -> Nullable<Int8>,
        per_day_before -> Nullable<Int8>,
        per_month_before -> Nullable<Int8>,
        per_transfer_after -> Nullable<Int8>,
        per_day_after -> Nullable<Int8>,
        per_month_after -> Nullable<Int8>,
        journal_id -> Nullable<Uuid>,
        transfer_id -> Nullable<Uuid>,
        state_before -> Text,
        state_after -> Text,
        actor -> Text,
        hash -> Bytea,
        reason -> Nullable<Text>,
        metadata_before -> Nullable<Jsonb>,
        metadata_after -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    accounts (id) {
        id -> Int8,
        posted -> Int8,
        debits_held -> Int8,
        credits_held -> Int8,
        version -> Int8,
        last_transfer -> Nullable<Int8>,
        last_recorded_at -> Nullable<Timestamptz>,
        min_balance -> Nullable<Int8>,
        max_balance -> Nullable<Int8>,
        per_transfer -> Nullable<Int8>,
        per_day -> Nullable<Int8>,
        per_month -> Nullable<Int8>,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        exponent -> Int2,
        name -> Text,
        account_type -> Text,
        currency -> Text,
        state -> Text,
        head -> Bytea,
        opened_by -> Text,
        description -> Nullable<Text>,
        metadata -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    book_events (event) {
        event -> Int8,
        sequence -> Int8,
        recorded_at -> Timestamptz,
        kind -> Text,
        actor -> Text,
        hash -> Bytea,
        reason -> Nullable<Text>,
        period -> Nullable<Text>,
        schedule_id -> Nullable<Uuid>,
        schedule_hash -> Nullable<Bytea>,
        currency -> Nullable<Text>,
        exponent -> Nullable<Int2>,
        currency_name -> Nullable<Text>,
        accepted_until -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>,
        due_code -> Nullable<Text>,
        due_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    book_identity (id) {
        id -> Uuid,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    book_imports (id) {
        id -> Int2,
        book_id -> Uuid,
        lines -> Int8,
        digest -> Bytea,
        begun_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    currencies (code) {
        code -> Text,
        exponent -> Int2,
        name -> Text,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    holds (id) {
        id -> Uuid,
        sequence -> Int8,
        debit_account_id -> Int8,
        credit_account_id -> Int8,
        amount -> Int8,
        remaining -> Int8,
        expires_at -> Nullable<Timestamptz>,
        state -> Text,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    schedule_dues (schedule_id, due_at) {
        schedule_id -> Uuid,
        due_at -> Timestamptz,
        transfer_id -> Nullable<Uuid>,
        first_at -> Timestamptz,
        last_at -> Timestamptz,
        attempts -> Int8,
        state -> Text,
        hash -> Bytea,
        code -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    schedules (id) {
        id -> Uuid,
        debit_account_id -> Int8,
        credit_account_id -> Int8,
        amount -> Int8,
        created_at -> Timestamptz,
        first_due_at -> Timestamptz,
        until -> Nullable<Timestamptz>,
        due_count_max -> Nullable<Int8>,
        step -> Int8,
        day -> Nullable<Int2>,
        period -> Text,
        on_refusal -> Text,
        actor -> Text,
        hash -> Bytea,
        description -> Nullable<Text>,
        metadata -> Nullable<Jsonb>,
        due_count -> Int8,
        next_due_at -> Nullable<Timestamptz>,
        state -> Text,
        cancelled_at -> Nullable<Timestamptz>,
        cancelled_by -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::models::sql_types::*;

    transfers (sequence) {
        sequence -> Int8,
        id -> Uuid,
        debit_account_id -> Int8,
        credit_account_id -> Int8,
        amount -> Int8,
        debit_version -> Int8,
        credit_version -> Int8,
        debit_balance -> Int8,
        credit_balance -> Int8,
        debit_previous -> Nullable<Int8>,
        credit_previous -> Nullable<Int8>,
        recorded_at -> Timestamptz,
        effective_at -> Timestamptz,
        journal_id -> Nullable<Uuid>,
        hold_id -> Nullable<Uuid>,
        reversed_id -> Nullable<Uuid>,
        request_digest -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        up_to -> Nullable<Int8>,
        clock_at -> Nullable<Timestamptz>,
        kind -> Text,
        actor -> Text,
        hash -> Bytea,
        key -> Nullable<Text>,
        description -> Nullable<Text>,
        metadata -> Nullable<Jsonb>,
    }
}

diesel::joinable!(account_events -> accounts (account_id));
diesel::joinable!(holds -> transfers (sequence));
diesel::joinable!(schedule_dues -> schedules (schedule_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_events,
    accounts,
    book_events,
    book_identity,
    book_imports,
    currencies,
    holds,
    schedule_dues,
    schedules,
    transfers,
);
