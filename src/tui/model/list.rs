//! A selection in a list that changes under it.

/// Where the operator is in a list. Kept valid by [`List::clamp`] after every change of rows or size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct List {
    /// The selected row; 0 in an empty list.
    pub selected: usize,
    /// The first visible row.
    pub offset: usize,
}

/// How far to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// So many rows down (or up, below zero).
    By(isize),
    /// So many half pages down (or up).
    HalfPages(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl List {
    /// Moves within `len` rows of which `height` are visible.
    pub fn go(&mut self, motion: Move, len: usize, height: usize) {
        let half = (height / 2).max(1) as isize;
        let by = |from: usize, n: isize| from.saturating_add_signed(n);
        self.selected = match motion {
            Move::By(n) => by(self.selected, n),
            Move::HalfPages(n) => by(self.selected, n.saturating_mul(half)),
            Move::First => 0,
            Move::Last => usize::MAX,
        };
        self.clamp(len, height);
    }

    /// Brings selection and offset back into `len` rows, the selection visible, no blank rows below the last.
    pub fn clamp(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        let height = height.max(1);
        self.offset = self
            .offset
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(height))
            .min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn motion() -> impl Strategy<Value = Move> {
        prop_oneof![
            any::<isize>().prop_map(Move::By),
            (-9isize..9).prop_map(Move::HalfPages),
            Just(Move::First),
            Just(Move::Last)
        ]
    }

    proptest! {
        #[test]
        fn the_selection_is_a_visible_row(steps in proptest::collection::vec((motion(), 0usize..500, 0usize..60), 0..40)) {
            let mut list = List::default();
            for (m, len, height) in steps {
                list.go(m, len, height);
                prop_assert!(list.selected < len.max(1));
                prop_assert!(list.offset <= list.selected && list.selected < list.offset + height.max(1));
                prop_assert!(list.offset == 0 || list.offset + height.max(1) <= len);
            }
        }
    }
}
