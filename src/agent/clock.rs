//! The agent's clock: the only place here that asks what time it is.

use trimtab_core::time::Millis;

/// Now, in UTC.
pub(crate) fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}
