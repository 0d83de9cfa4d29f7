//! The table of runs: filtered, ordered, grouped and folded, one slice of its lines at a time.

use super::{
    Entry, Pages,
    candidate::{Candidate, finding},
    order::{Hit, Order, Rank, rank},
};
use crate::{Store, StoreError};
use memchr::memmem::Finder;
use std::collections::{BTreeSet, HashMap};
use trimtab_core::{
    expr,
    run::{RunId, RunKey, RunLine, RunPage, RunQuery},
    search::Filter,
    table::PARENT_TAG,
    time::Millis,
};

/// Lines of a page when the query does not say.
const PAGE: u32 = 200;
/// How deep children may stand under their parents; deeper ones, and those in a circle, stand on their own.
const DEEPEST: usize = 16;

impl Store {
    /// A slice of the table that a query makes, as of `now`.
    ///
    /// # Errors
    /// A filter that cannot be read, or a store that is closed.
    pub async fn runs(&self, query: RunQuery, now: Millis) -> Result<RunPage, StoreError> {
        let filter = expr::parse(&query.filter, now).map_err(StoreError::Filter)?;
        self.with_catalogue("reading runs", move |pages| {
            Table::of(pages, &query, filter, now).page(&query)
        })
        .await
    }

    /// The first line after (or before) `from` with a run that is not well, going round at the end.
    ///
    /// # Errors
    /// As for [`Store::runs`].
    pub async fn next_unwell(
        &self,
        query: RunQuery,
        from: u64,
        forward: bool,
        now: Millis,
    ) -> Result<Option<u64>, StoreError> {
        let filter = expr::parse(&query.filter, now).map_err(StoreError::Filter)?;
        self.with_catalogue("looking for a run that is not well", move |pages| {
            let table = Table::of(pages, &query, filter, now);
            let lines = table.lines(usize::MAX);
            let len = lines.len();
            let from = usize::try_from(from).unwrap_or(0).min(len);
            let steps = (1..=len).map(|step| match forward {
                true => (from + step) % len,
                false => (from + len - step % len) % len,
            });
            let mut unwell = steps.filter(|at| table.is_unwell(&lines[*at]));
            unwell.next().map(|at| at as u64)
        })
        .await
    }

    /// The ids of every run that a query matches, in order, `most` at most.
    ///
    /// # Errors
    /// As for [`Store::runs`].
    pub async fn matching(
        &self,
        query: RunQuery,
        most: usize,
        now: Millis,
    ) -> Result<Vec<RunId>, StoreError> {
        let filter = expr::parse(&query.filter, now).map_err(StoreError::Filter)?;
        self.with_catalogue("reading runs", move |pages| {
            let table = Table::of(pages, &query, filter, now);
            let hits = table.order.first(&table.hits, most);
            hits.iter().map(|h| h.entry.record.id.clone()).collect()
        })
        .await
    }
}

/// What a query found.
struct Table<'a> {
    pages: &'a Pages,
    order: Order<'a>,
    group: Option<&'a RunKey>,
    open: &'a BTreeSet<String>,
    now: Millis,
    fuzzy: bool,
    hits: Vec<Hit<'a>>,
    /// Those that stand under no other run.
    tops: Vec<Hit<'a>>,
    /// Children by their parent's id.
    children: HashMap<&'a str, Vec<Hit<'a>>>,
}

/// A line before it is written out.
struct Line<'a> {
    hit: Hit<'a>,
    depth: u8,
    /// The group that it heads.
    group: Option<Group<'a>>,
    /// What stands under it, if that is not shown.
    folded: bool,
}

#[derive(Clone)]
struct Group<'a> {
    value: String,
    members: Vec<Hit<'a>>,
}

impl<'a> Table<'a> {
    fn of(pages: &'a Pages, query: &'a RunQuery, filter: Filter, now: Millis) -> Self {
        let mut hits = hits(pages, query, &filter, now);
        let mut fuzzy = false;
        if hits.is_empty()
            && query.fuzzy
            && let Some(loose) = filter.fuzzily()
        {
            hits = self::hits(pages, query, &loose, now);
            fuzzy = !hits.is_empty();
        }
        let (tops, children) = match query.nest {
            true => nest(&hits),
            false => (hits.clone(), HashMap::new()),
        };
        Self {
            pages,
            order: Order {
                keys: &query.order,
                pages,
                now,
            },
            group: query.group.as_ref(),
            open: &query.open,
            now,
            fuzzy,
            hits,
            tops,
            children,
        }
    }

    fn page(&self, query: &RunQuery) -> RunPage {
        let limit = if query.limit == 0 { PAGE } else { query.limit } as usize;
        let from = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let lines = self.lines(from.saturating_add(limit));
        // Without groups and open parents, only the asked lines were made.
        let total = match self.is_flat() {
            true => self.tops.len(),
            false => lines.len(),
        };
        let shown: Vec<&Line<'_>> = lines.iter().skip(from).take(limit).collect();
        let plain = self.group.is_none() && self.children.is_empty();
        RunPage {
            total: total as u64,
            matching: self.hits.len() as u64,
            fuzzy: self.fuzzy,
            offset: query.offset,
            rows: shown
                .iter()
                .map(|l| self.pages.row(&l.hit.entry.record))
                .collect(),
            lines: match plain {
                true => Vec::new(),
                false => shown.iter().map(|l| self.line(l)).collect(),
            },
        }
    }

    fn is_flat(&self) -> bool {
        let opened = |id: &&str| self.open.contains(*id);
        self.group.is_none() && !self.children.keys().any(opened)
    }

    /// The lines; of a flat table the first `count`.
    fn lines(&self, count: usize) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        match self.group {
            None => {
                let count = if self.is_flat() { count } else { usize::MAX };
                for hit in self.order.first(&self.tops, count) {
                    self.run(hit, 0, &mut lines);
                }
            }
            Some(key) => {
                for (best, group) in self.groups(key) {
                    let open = self.open.contains(&group.value);
                    let members = if open {
                        group.members.clone()
                    } else {
                        Vec::new()
                    };
                    lines.push(Line {
                        hit: best,
                        depth: 0,
                        group: Some(group),
                        folded: !open,
                    });
                    for hit in self.order.first(&members, usize::MAX) {
                        self.run(hit, 1, &mut lines);
                    }
                }
            }
        }
        lines
    }

    /// A run's line and, if it is open, its children's.
    fn run(&self, hit: Hit<'a>, depth: u8, lines: &mut Vec<Line<'a>>) {
        let id = hit.entry.record.id.as_str();
        let open = self.open.contains(id);
        lines.push(Line {
            hit,
            depth,
            group: None,
            folded: !open,
        });
        if let Some(children) = self.children.get(id).filter(|_| open) {
            for child in self.order.first(children, usize::MAX) {
                self.run(child, depth.saturating_add(1), lines);
            }
        }
    }

    /// The groups, each with its first run; in the order of those, runs without the value last.
    fn groups(&self, key: &RunKey) -> Vec<(Hit<'a>, Group<'a>)> {
        let mut members: HashMap<String, Vec<Hit<'a>>> = HashMap::new();
        for hit in &self.tops {
            let value = value(key, hit.entry, self.pages, self.now);
            match members.get_mut(&value) {
                Some(known) => known.push(*hit),
                None => drop(members.insert(value, vec![*hit])),
            }
        }
        let mut groups: Vec<_> = members
            .into_iter()
            .filter_map(|(value, members)| {
                Some((self.order.best(&members)?, Group { value, members }))
            })
            .collect();
        groups.sort_by(|(a, x), (b, y)| {
            let none = |g: &Group<'_>| g.value.is_empty();
            none(x).cmp(&none(y)).then_with(|| self.order.compare(a, b))
        });
        groups
    }

    fn line(&self, line: &Line<'a>) -> RunLine {
        let below = self.below(line);
        let unwell = below.iter().filter(|h| self.is_ill(h)).count();
        RunLine {
            depth: line.depth,
            under: below.len() as u32,
            unwell: unwell as u32,
            open: !line.folded,
            group: line.group.as_ref().map(|g| g.value.clone()),
        }
    }

    /// The runs under a line.
    fn below(&self, line: &Line<'a>) -> Vec<Hit<'a>> {
        match &line.group {
            Some(group) => group.members.clone(),
            None => {
                let mut found = Vec::new();
                self.descendants(&line.hit, &mut found);
                found
            }
        }
    }

    fn descendants(&self, hit: &Hit<'a>, found: &mut Vec<Hit<'a>>) {
        for child in self
            .children
            .get(hit.entry.record.id.as_str())
            .into_iter()
            .flatten()
        {
            found.push(*child);
            self.descendants(child, found);
        }
    }

    fn is_ill(&self, hit: &Hit<'_>) -> bool {
        finding(&hit.entry.record, self.now).is_some()
    }

    /// Whether a run of a line, or one folded away under it, is not well.
    fn is_unwell(&self, line: &Line<'a>) -> bool {
        let own = line.group.is_none() && self.is_ill(&line.hit);
        own || (line.folded && self.below(line).iter().any(|h| self.is_ill(h)))
    }
}

/// The runs that match, in the order in which they were opened.
fn hits<'a>(pages: &'a Pages, query: &RunQuery, filter: &Filter, now: Millis) -> Vec<Hit<'a>> {
    let experiment = match &query.experiment {
        Some(name) => match pages.experiments.values().find(|e| e.name == *name) {
            Some(experiment) => Some(experiment.id),
            None => return Vec::new(),
        },
        None => None,
    };
    let words: Vec<String> = query.words.iter().map(|w| w.to_lowercase()).collect();
    let words: Vec<Finder<'_>> = words.iter().map(Finder::new).collect();
    let everything = filter.is_everything();
    (0..)
        .zip(&pages.runs)
        .filter(|(_, e)| {
            e.record.deleted.is_some() == query.deleted
                && experiment.is_none_or(|id| e.record.experiment == id)
                && words.iter().all(|w| w.find(e.text.as_bytes()).is_some())
                && (everything || filter.matches(&Candidate::new(e, pages, now)))
        })
        .map(|(no, entry)| Hit { no, entry })
        .collect()
}

type Nested<'a> = (Vec<Hit<'a>>, HashMap<&'a str, Vec<Hit<'a>>>);

/// The runs that stand under no other, and the children of the others by their parent's id. A child whose parent did
/// not match stands on its own.
fn nest<'a>(hits: &[Hit<'a>]) -> Nested<'a> {
    let parent = |hit: &Hit<'a>| {
        let tag = hit.entry.record.tags.get(PARENT_TAG);
        tag.map(|v| &**v)
            .filter(|id| *id != hit.entry.record.id.as_str())
    };
    let named: BTreeSet<&str> = hits.iter().filter_map(parent).collect();
    if named.is_empty() {
        return (hits.to_vec(), HashMap::new());
    }
    let parents: HashMap<&str, &Hit<'a>> = hits
        .iter()
        .filter(|h| named.contains(h.entry.record.id.as_str()))
        .map(|h| (h.entry.record.id.as_str(), h))
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
    let (mut tops, mut children) = (Vec::new(), HashMap::new());
    for hit in hits {
        let above = parent(hit).and_then(|id| parents.get_key_value(id));
        match above.filter(|_| grounded(hit)) {
            Some((id, _)) => children.entry(*id).or_insert_with(Vec::new).push(*hit),
            None => tops.push(*hit),
        }
    }
    (tops, children)
}

/// The value that a run is grouped by; empty when it has none.
fn value(key: &RunKey, entry: &Entry, pages: &Pages, now: Millis) -> String {
    match key {
        // As it was written: `6` and `6.0` are different choices.
        RunKey::Param(key) => entry
            .record
            .params
            .get(key)
            .map_or_else(String::new, |v| v.to_string()),
        RunKey::Tag(key) => entry
            .record
            .tags
            .get(key)
            .map_or_else(String::new, |v| v.to_string()),
        RunKey::Started | RunKey::Age => entry.record.started.date(),
        RunKey::Ended => entry.record.ended.map_or_else(String::new, Millis::date),
        other => match rank(other, &entry.record, pages, now) {
            Rank::Text(text) => text.to_owned(),
            Rank::Number(number) => number.to_string(),
            Rank::Missing => String::new(),
        },
    }
}
