//! A clock that moves when the test says so.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use trimtab_core::time::Millis;

/// A clock shared by everything a test builds. Starts at [`FakeClock::START`].
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// 2013-07-01T00:00:00Z, in the middle of the demonstration's year.
    pub const START: Millis = Millis(1_372_636_800_000);

    /// A clock at [`Self::START`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(Self::START)
    }

    /// A clock at an instant.
    #[must_use]
    pub fn at(now: Millis) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }

    /// What time it is.
    pub fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    /// Moves on by milliseconds and returns the new time.
    pub fn advance(&self, millis: i64) -> Millis {
        Millis(self.0.fetch_add(millis, Ordering::SeqCst) + millis)
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_time() {
        let clock = FakeClock::new();
        assert_eq!(FakeClock::START.date(), "2013-07-01");
        assert_eq!(clock.clone().advance(Millis::DAY).date(), "2013-07-02");
        assert_eq!(clock.now().date(), "2013-07-02");
    }
}
