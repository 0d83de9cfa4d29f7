//! Texts that come again and again, kept once: keys, users, and short values such as `6` or `adam`.

use std::{collections::HashSet, sync::Arc};
use trimtab_core::record::Shared;

/// Longer values rarely come twice.
const SHORT: usize = 32;

/// The texts shared so far. They are kept for as long as the store is open.
#[derive(Default)]
pub(crate) struct Words(HashSet<Shared>);

impl Words {
    /// A text, shared with everybody else who says it.
    pub fn share(&mut self, text: &str) -> Shared {
        if text.len() > SHORT {
            return Arc::from(text);
        }
        match self.0.get(text) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Shared = Arc::from(text);
                self.0.insert(Arc::clone(&new));
                new
            }
        }
    }
}
