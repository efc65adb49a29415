//! Maps for look-ups by the million.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map for look-ups by the million. Seeded anew in each program, so that nobody can choose ids or names that collide.
pub type FastMap<K, V> = HashMap<K, V, RandomState>;

/// As [`FastMap`].
pub type FastSet<K> = HashSet<K, RandomState>;
