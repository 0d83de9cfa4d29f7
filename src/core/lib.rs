//! The domain of Trimtab: types, transitions, statistics, policy. Pure.
