//! Child runs under their parents.

use super::order::Hit;
use std::collections::{BTreeSet, HashMap};
use trimtab_core::table::PARENT_TAG;

/// How deep children may stand under their parents; deeper ones, and those in a circle, stand on their own.
const DEEPEST: usize = 16;

/// Some runs, folded.
#[derive(Default)]
pub(super) struct Family<'a> {
    /// Those that stand under no other run.
    pub tops: Vec<Hit<'a>>,
    /// The others by their parent's id.
    children: HashMap<&'a str, Vec<Hit<'a>>>,
}

impl<'a> Family<'a> {
    /// Every run on its own.
    pub fn flat(hits: &[Hit<'a>]) -> Self {
        Self {
            tops: hits.to_vec(),
            children: HashMap::new(),
        }
    }

    /// Children under their parents. A child whose parent is not among the runs stands on its own.
    pub fn nested(hits: &[Hit<'a>]) -> Self {
        let named: BTreeSet<&str> = hits.iter().filter_map(parent).collect();
        if named.is_empty() {
            return Self::flat(hits);
        }
        let parents: HashMap<&str, &Hit<'a>> = hits
            .iter()
            .filter(|h| named.contains(h.id()))
            .map(|h| (h.id(), h))
            .collect();
        // Up to a run without a parent; a circle never ends.
        let grounded = |hit: &Hit<'a>| {
            let mut at = hit;
            for _ in 0..DEEPEST {
                match parent(at).and_then(|id| parents.get(id)) {
                    Some(up) => at = up,
                    None => return true,
                }
            }
            false
        };
        let mut family = Self::default();
        for hit in hits {
            let above = parent(hit).and_then(|id| parents.get_key_value(id));
            match above.filter(|_| grounded(hit)) {
                Some((id, _)) => family.children.entry(*id).or_default().push(*hit),
                None => family.tops.push(*hit),
            }
        }
        family
    }

    /// Whether nobody has children.
    pub fn is_plain(&self) -> bool {
        self.children.is_empty()
    }

    /// A run's children.
    pub fn children(&self, hit: &Hit<'a>) -> &[Hit<'a>] {
        self.children.get(hit.id()).map_or(&[], Vec::as_slice)
    }

    /// Its children, theirs, and so on.
    pub fn descendants(&self, hit: &Hit<'a>) -> Vec<Hit<'a>> {
        let mut found = Vec::new();
        self.descend(hit, &mut found);
        found
    }

    fn descend(&self, hit: &Hit<'a>, found: &mut Vec<Hit<'a>>) {
        for child in self.children(hit) {
            found.push(*child);
            self.descend(child, found);
        }
    }

    /// How many lines it takes when those of `open` show their children.
    pub fn shown(&self, open: &BTreeSet<String>) -> usize {
        let opened = self.children.keys().any(|id| open.contains(*id));
        match opened {
            true => self.tops.iter().map(|h| 1 + self.under(h, open)).sum(),
            false => self.tops.len(),
        }
    }

    fn under(&self, hit: &Hit<'a>, open: &BTreeSet<String>) -> usize {
        match open.contains(hit.id()) {
            true => self
                .children(hit)
                .iter()
                .map(|h| 1 + self.under(h, open))
                .sum(),
            false => 0,
        }
    }
}

/// The parent that a run names; nobody is his own.
fn parent<'a>(hit: &Hit<'a>) -> Option<&'a str> {
    let tag = hit.entry.record.tags.get(PARENT_TAG);
    tag.map(|v| &**v).filter(|id| *id != hit.id())
}
