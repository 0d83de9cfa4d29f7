//! The table of runs: filtered, ordered, grouped and folded, one slice of its lines at a time.

use super::{
    Entry, Pages,
    candidate::{Candidate, finding},
    family::Family,
    order::{Hit, Order, Rank, rank},
};
use crate::{Store, StoreError};
use memchr::memmem::Finder;
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};
use trimtab_core::{
    expr, health,
    record::Shared,
    run::{RunId, RunKey, RunLine, RunPage, RunQuery},
    search::Filter,
    time::Millis,
};

/// Lines of a page when the query does not say.
const PAGE: u32 = 200;

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
            let (lines, _) = table.lines(usize::MAX);
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
    nest: bool,
    hits: Vec<Hit<'a>>,
}

/// A line before it is written out.
struct Line<'a> {
    hit: Hit<'a>,
    depth: u8,
    /// The group that it heads.
    group: Option<Group<'a>>,
    /// Among whom its children are.
    family: Rc<Family<'a>>,
    /// What stands under it, if that is not shown.
    folded: bool,
}

#[derive(Clone)]
struct Group<'a> {
    value: Cow<'a, str>,
    members: Rc<[Hit<'a>]>,
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
        Self {
            pages,
            order: Order::new(&query.order, pages, now),
            group: query.group.as_ref(),
            open: &query.open,
            now,
            fuzzy,
            nest: query.nest,
            hits,
        }
    }

    fn page(&self, query: &RunQuery) -> RunPage {
        let limit = if query.limit == 0 { PAGE } else { query.limit } as usize;
        let from = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let (lines, total) = self.lines(from.saturating_add(limit));
        let shown: Vec<&Line<'_>> = lines.iter().skip(from).take(limit).collect();
        let plain = self.group.is_none() && shown.iter().all(|l| l.family.is_plain());
        RunPage {
            total: total as u64,
            matching: self.hits.len() as u64,
            running: self.pages.running as u64,
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

    /// The first `count` lines, and how many there are.
    fn lines(&self, count: usize) -> (Vec<Line<'a>>, usize) {
        let (mut lines, mut total) = (Vec::new(), 0);
        let Some(key) = self.group else {
            self.family(&self.hits, 0, count, &mut lines, &mut total);
            return (lines, total);
        };
        for (best, group) in self.groups(key) {
            total += 1;
            let (open, members) = (self.open.contains(&*group.value), Rc::clone(&group.members));
            if lines.len() < count {
                lines.push(Line {
                    hit: best,
                    depth: 0,
                    group: Some(group),
                    family: Rc::default(),
                    folded: !open,
                });
            }
            if open {
                self.family(&members, 1, count, &mut lines, &mut total);
            }
        }
        (lines, total)
    }

    /// Adds runs to the lines until there are `count`, and to their number, folded under their parents.
    fn family(
        &self,
        hits: &[Hit<'a>],
        depth: u8,
        count: usize,
        lines: &mut Vec<Line<'a>>,
        total: &mut usize,
    ) {
        let family = Rc::new(match self.nest {
            true => Family::nested(hits),
            false => Family::flat(hits),
        });
        *total += family.shown(self.open);
        let room = count.saturating_sub(lines.len());
        for hit in self.order.first(&family.tops, room) {
            if lines.len() >= count {
                break;
            }
            self.run(hit, depth, &family, lines);
        }
        lines.truncate(count);
    }

    /// A run's line and, if it is open, its children's.
    fn run(&self, hit: Hit<'a>, depth: u8, family: &Rc<Family<'a>>, lines: &mut Vec<Line<'a>>) {
        let open = self.open.contains(hit.id());
        lines.push(Line {
            hit,
            depth,
            group: None,
            family: Rc::clone(family),
            folded: !open,
        });
        if open {
            for child in self.order.first(family.children(&hit), usize::MAX) {
                self.run(child, depth.saturating_add(1), family, lines);
            }
        }
    }

    /// The groups, each with its first run; in the order of those, runs without the value last.
    fn groups(&self, key: &RunKey) -> Vec<(Hit<'a>, Group<'a>)> {
        let mut members: HashMap<Cow<'a, str>, Vec<Hit<'a>>> = HashMap::new();
        for hit in &self.hits {
            let value = value(key, hit.entry, self.pages, self.now);
            members.entry(value).or_default().push(*hit);
        }
        let groups = members.into_iter().filter_map(|(value, members)| {
            let best = self.order.best(&members)?;
            let members = members.into();
            Some((best, Group { value, members }))
        });
        let mut groups: Vec<_> = groups.collect();
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
            group: line.group.as_ref().map(|g| g.value.to_string()),
        }
    }

    /// The runs under a line.
    fn below<'l>(&self, line: &'l Line<'a>) -> Cow<'l, [Hit<'a>]> {
        match &line.group {
            Some(group) => Cow::Borrowed(&group.members),
            None => Cow::Owned(line.family.descendants(&line.hit)),
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
        .filter(|(no, e)| {
            e.is_deleted == query.deleted
                && experiment.is_none_or(|id| e.experiment == id)
                && words.iter().all(|w| w.find(e.text.as_bytes()).is_some())
                && (everything || filter.matches(&Candidate::new(*no, e, pages, now)))
        })
        .map(|(no, entry)| Hit { no, entry })
        .collect()
}

/// The value that a run is grouped by; empty when it has none.
fn value<'a>(key: &RunKey, entry: &'a Entry, pages: &'a Pages, now: Millis) -> Cow<'a, str> {
    let record = &entry.record;
    let written = |value: Option<&'a Shared>| value.map_or("", |v| &**v).into();
    match key {
        // As it was written: `6` and `6.0` are different choices.
        RunKey::Param(key) => written(record.params.get(key)),
        RunKey::Tag(key) => written(record.tags.get(key)),
        RunKey::Started | RunKey::Age => record.started.date().into(),
        RunKey::Ended => record.ended.map_or_else(String::new, Millis::date).into(),
        RunKey::Health => finding(record, now)
            .map_or(health::WORDS[0], |f| f.word())
            .into(),
        other => match rank(other, record, pages, now) {
            Rank::Text(text) => text.into(),
            Rank::Number(number) => number.to_string().into(),
            Rank::Missing => "".into(),
        },
    }
}
