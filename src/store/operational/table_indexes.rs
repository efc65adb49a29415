//! The indexes that tables are made with.

/// An index of a table.
pub(super) struct TableIndex {
    pub(super) name: &'static str,
    /// Its keys in their brackets, and which rows it is over.
    pub(super) keys: &'static str,
}

/// A receiver that is down for long has very many deliveries: pages of them, those that are due, and those that are old enough to be forgotten.
const OF_DELIVERIES: &[TableIndex] = &[
    TableIndex { name: "webhook_deliveries_in_order", keys: "(webhook, sequence)" },
    TableIndex { name: "webhook_deliveries_by_state", keys: "(webhook, state, sequence)" },
    TableIndex { name: "webhook_deliveries_due", keys: "(webhook, next_at, sequence) where state = 'waiting'" },
    TableIndex { name: "webhook_deliveries_by_age", keys: "(state, tried_at)" },
];

/// Those of a table.
pub(super) fn of_table(name: &str) -> &'static [TableIndex] {
    if name == "webhook_deliveries" { OF_DELIVERIES } else { &[] }
}
