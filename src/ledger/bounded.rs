//! Maps that keep a bounded number of entries.

use std::hash::Hash;

use crate::maps::FastMap;

/// Removes entries until `more` can be added without exceeding `entries_max`.
pub(crate) fn make_room<K: Clone + Eq + Hash, V>(entries: &mut FastMap<K, V>, entries_max: usize, more: usize) {
    let excess = (entries.len() + more).saturating_sub(entries_max);
    // The map's order is arbitrary, so this evicts arbitrary entries: tracking their age would cost more than it gains.
    let evicted: Vec<_> = entries.keys().take(excess).cloned().collect();
    for key in &evicted {
        entries.remove(key);
    }
}
