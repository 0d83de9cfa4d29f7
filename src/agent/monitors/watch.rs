//! One monitor at work on a blocking thread: which windows there are, which must be computed.

use super::{
    compute::{self, Compared, Inputs},
    files::{Files, fault},
    plan::{Plan, Planned, by_clock, by_rows, gaps, holding},
    reference::Reference,
    segments,
    signature::{add, cut_of, files_of, hex, short, signed, tag},
};
use sha2::Sha256;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};
use trimtab_core::{
    monitor::WindowResult,
    policy::MonitorPolicy,
    segment::Segment,
    stats::{
        cell::{Statistic, statistics},
        profile::{Buckets, ReferenceProfile, WindowProfile},
    },
    time::Millis,
};
use trimtab_store::logs::{
    Listing, LogError, LogFile, Logs, Part, Problem, Split, Within, counting, list,
};

/// Part of every signature: another number makes every window be computed again. Raise it when a
/// statistic changes its definition.
const COMPUTATION: u32 = 3;

/// One monitor's files and what is known of them.
pub(super) struct Watch {
    name: String,
    root: PathBuf,
    policy: MonitorPolicy,
    logs: Logs,
    reference: Reference,
    files: Files,
    /// Whether the files were ever looked at.
    looked: bool,
    /// What is wrong with patterns, folders and names.
    listed: Vec<Problem>,
    /// By fingerprint of the reference's files, where only a span of time counts: their rows in it.
    spans: BTreeMap<String, Result<u64, Problem>>,
    /// Windows by numbers of rows, and what they were cut from: log files and windows that stand.
    cut: Option<(String, Plan)>,
}

/// A stored window, as far as a pass must know it.
pub(super) struct Stored {
    /// Its end; another one than policy's windows have when it was cut by another policy.
    pub(super) end: Millis,
    /// The signature of its inputs.
    pub(super) inputs: String,
}

/// All there is to say of a cell.
pub(super) struct Explained {
    /// The shares of both sides.
    pub(super) buckets: Buckets,
    /// Every number.
    pub(super) numbers: Vec<Statistic>,
    /// The bins' edges; none for categories.
    pub(super) edges: Vec<f64>,
    /// Rows of both sides in each bin; none for categories.
    pub(super) bins: Vec<(u64, u64)>,
    /// SQL that counts the window's again.
    pub(super) sql: String,
}

impl Explained {
    fn of(
        profile: &ReferenceProfile,
        window: &WindowProfile,
        sql: impl FnOnce(&[f64]) -> String,
    ) -> Self {
        let numeric = !window.is_categorical();
        Self {
            buckets: profile.buckets(window, SHOWN),
            numbers: statistics(profile, window),
            edges: profile.edges().to_vec(),
            bins: profile
                .pairs(window)
                .filter(|_| numeric)
                .unwrap_or_default(),
            sql: sql(profile.edges()),
        }
    }
}

/// What a pass found.
pub(super) struct Found {
    /// New or changed windows with their inputs' signatures, oldest first.
    pub(super) windows: Vec<(WindowResult, String)>,
    /// Stored windows that policy or the files no longer give, oldest first.
    pub(super) gone: Vec<Millis>,
    /// All that is wrong now.
    pub(super) problems: Vec<Problem>,
    /// The last instant in the log.
    pub(super) newest: Option<Millis>,
    /// Rows of the reference.
    pub(super) reference_rows: u64,
}

impl Watch {
    /// Opens a reader; looks at no file yet.
    pub(super) fn open(
        name: String,
        root: PathBuf,
        policy: MonitorPolicy,
    ) -> Result<Self, LogError> {
        Ok(Self {
            name,
            root,
            policy,
            logs: Logs::open()?,
            reference: Reference::default(),
            files: Files::default(),
            looked: false,
            listed: Vec::new(),
            spans: BTreeMap::new(),
            cut: None,
        })
    }

    /// Looks at the files and computes every window whose signature is not the known one.
    pub(super) fn pass(&mut self, known: &BTreeMap<Millis, Stored>, now: Millis) -> Found {
        self.refresh();
        let mut done: BTreeMap<Millis, (WindowResult, String)> = BTreeMap::new();
        let mut faults = Vec::new();
        let mut plan = Plan::new();
        // Again after each file that turns out to be broken: without it, windows differ.
        'plan: loop {
            plan = match self.plan(known) {
                Ok(plan) => plan,
                Err(LogError::File(problem)) if self.files.condemn(&problem) => continue,
                Err(error) => {
                    faults.push(Problem {
                        file: self.policy.log.clone(),
                        reason: format!("The log cannot be cut into windows: {error}."),
                        rows: 0,
                    });
                    break;
                }
            };
            for (start, inputs) in self.signatures(&plan) {
                if known.get(&start).is_some_and(|k| k.inputs == inputs) {
                    // Perhaps computed a moment ago with a file that then turned out to be broken.
                    done.remove(&start);
                    continue;
                }
                if done.get(&start).is_some_and(|(_, i)| *i == inputs) {
                    continue;
                }
                let end = plan.get(&start).map_or(start, |planned| planned.end);
                match self.compute((start, end), now) {
                    Ok(window) => {
                        done.insert(start, (window, inputs));
                    }
                    Err(LogError::File(problem)) if self.files.condemn(&problem) => {
                        continue 'plan;
                    }
                    Err(error) => faults.push(Problem {
                        file: self.policy.log.clone(),
                        reason: format!(
                            "The window of {} cannot be computed: {error}.",
                            self.policy.cut().name(start)
                        ),
                        rows: 0,
                    }),
                }
            }
            break;
        }
        let given = self.signatures(&plan);
        let (cut, tag) = (self.policy.cut(), tag(self.policy.cut()));
        let names: BTreeSet<String> = self.files.log().map(|(_, seen)| short(seen)).collect();
        let stale = |start: &Millis, stored: &Stored| {
            // Cut by another policy.
            if !cut.gives(*start, stored.end) || cut_of(&stored.inputs).0 != tag {
                return true;
            }
            // Only what was made of files that are all there and readable: a folder that is gone, moved to an
            // archive say, takes no history with it.
            let mut from = files_of(&stored.inputs).peekable();
            !given.contains_key(start)
                && from.peek().is_some()
                && from.all(|name| names.contains(name))
        };
        let gone = known
            .iter()
            .filter(|&(start, stored)| !done.contains_key(start) && stale(start, stored))
            .map(|(start, _)| *start)
            .collect();
        let mut problems: BTreeSet<Problem> = faults.into_iter().collect();
        problems.extend(self.listed.iter().cloned());
        problems.extend(self.reference.problems.iter().cloned());
        problems.extend(self.files.problems());
        Found {
            windows: done.into_values().collect(),
            gone,
            problems: problems.into_iter().collect(),
            newest: self.files.newest(),
            reference_rows: self.reference.rows,
        }
    }

    /// One feature in one window, or one segment of it, beside the reference; or why that cannot be shown.
    pub(super) fn explain(
        &mut self,
        span: (Millis, Millis),
        feature: &str,
        segment: Option<&Segment>,
    ) -> Result<Explained, String> {
        if !self.looked {
            self.refresh();
        }
        let mut all = self.reference.watched.iter();
        let missing = "the reference does not have it";
        let place = all.position(|w| w.name == feature).ok_or(missing)?;
        let watched = self.reference.watched.get(place).ok_or(missing)?;
        let inputs = self.inputs(span);
        if inputs.log.is_empty() {
            return Err("its files are no longer there".into());
        }
        let column = (watched.name.as_str(), watched.kind);
        if let Some(segment) = segment {
            let read = segments::one(
                &self.logs,
                (&self.reference, &self.policy),
                &inputs,
                (segment, place),
            );
            let found = read.map_err(|e| e.to_string())?;
            let one = found.ok_or("its files no longer have the segment")?;
            let sql = |edges: &[f64]| {
                let split = Split {
                    column: &segment.column,
                    values: &one.values,
                };
                counting(
                    &inputs.log,
                    inputs.within,
                    column,
                    edges,
                    Some((split, one.place)),
                )
            };
            return Ok(Explained::of(&one.profile, &one.window, sql));
        }
        let profile = watched.profile.as_ref().ok_or(missing)?;
        let columns = [(watched.name.clone(), watched.kind)];
        let samples = self
            .logs
            .samples(&inputs.log, Some(inputs.within), &columns);
        let sample = samples.map_err(|e| e.to_string())?.into_iter().next();
        let window = sample.ok_or("nothing was read")?.into();
        let sql = |edges: &[f64]| counting(&inputs.log, inputs.within, column, edges, None);
        Ok(Explained::of(profile, &window, sql))
    }

    /// Takes the files that there are now.
    pub(super) fn refresh(&mut self) {
        self.listed.clear();
        let mut reference = self.list(&self.policy.reference.clone());
        self.in_span(&mut reference);
        let same = Reference::fingerprint_of(&reference.files) == self.reference.fingerprint;
        if !(self.looked && same) {
            self.reference = Reference::load(&self.logs, &reference.files, &self.policy);
            // Other features may be wanted of every file.
            self.files = Files::default();
            self.looked = true;
        }
        let log = self.list(&self.policy.log.clone());
        let labels = match self.policy.labels.clone() {
            Some(pattern) => self.list(&pattern),
            None => Listing::default(),
        };
        for listing in [&reference, &log, &labels] {
            self.listed.extend(listing.problems.iter().cloned());
        }
        self.files.refresh(
            &self.logs,
            &self.policy,
            &self.reference,
            &log.files,
            &labels.files,
        );
    }

    /// Leaves those files of the reference that have rows in policy's span. Others come and go with the
    /// log, and change nothing.
    fn in_span(&mut self, listing: &mut Listing) {
        let Some(span) = self.policy.reference_span() else {
            return;
        };
        let before = std::mem::take(&mut self.spans);
        let timestamp = &self.policy.columns.timestamp;
        for file in &listing.files {
            let known = before.get(&file.fingerprint()).cloned();
            let rows = known.unwrap_or_else(|| {
                let rows = self.logs.rows_between(file, timestamp, span);
                rows.map_err(|error| fault(file, error))
            });
            self.spans.insert(file.fingerprint(), rows);
        }
        let unread = self.spans.values().filter_map(|rows| rows.as_ref().err());
        listing.problems.extend(unread.cloned());
        let counts = |file: &LogFile| {
            let rows = self.spans.get(&file.fingerprint());
            rows.is_some_and(|rows| rows.as_ref().is_ok_and(|rows| *rows > 0))
        };
        listing.files.retain(counts);
    }

    /// The columns that are compared, in the order of [`Watch::compare`]'s cells.
    #[cfg(test)]
    pub(super) fn watched(&self) -> Vec<&str> {
        self.reference
            .watched
            .iter()
            .map(|w| w.name.as_str())
            .collect()
    }

    fn list(&mut self, pattern: &str) -> Listing {
        list(&self.root, pattern).unwrap_or_else(|error| {
            self.listed.push(Problem {
                file: pattern.to_owned(),
                reason: format!("{error}."),
                rows: 0,
            });
            Listing::default()
        })
    }

    fn inputs(&self, (start, end): (Millis, Millis)) -> Inputs<'_> {
        // A number of rows may begin within a step.
        let first = self.policy.cut().floor(start);
        Inputs {
            log: self
                .files
                .log()
                .filter(|(_, seen)| seen.steps.range(first..end).next().is_some())
                .map(|(_, seen)| Part::from(seen))
                .collect(),
            labels: self
                .files
                .labels()
                .filter(|(_, _, matches)| matches.steps.range(first..end).next().is_some())
                .map(|(_, file, _)| Part::from(file))
                .collect(),
            within: Within {
                timestamp: &self.policy.columns.timestamp,
                start,
                end,
            },
        }
    }

    /// The windows that policy and the usable files give. Windows of a number of rows that had them all when they
    /// were stored stand as they are: rows that come late are counted in them, and move none of them.
    fn plan(&mut self, known: &BTreeMap<Millis, Stored>) -> Result<Plan, LogError> {
        let cut = self.policy.cut();
        let Some(rows) = cut.rows() else {
            let steps = self.files.log().flat_map(|(_, seen)| seen.steps.keys());
            return Ok(by_clock(cut, &steps.copied().collect()));
        };
        let tag = tag(cut);
        let mut standing: BTreeMap<Millis, Millis> = BTreeMap::new();
        for (start, stored) in known {
            let after = standing
                .last_key_value()
                .is_none_or(|(_, end)| end <= start);
            if after && cut_of(&stored.inputs) == (tag.as_str(), true) {
                standing.insert(*start, stored.end);
            }
        }
        let files: Vec<&str> = self.files.log().map(|(f, _)| f.as_str()).collect();
        let from = format!("{files:?} {standing:?}");
        if let Some((_, plan)) = self.cut.as_ref().filter(|(before, _)| *before == from) {
            return Ok(plan.clone());
        }
        let mut plan: Plan = standing
            .iter()
            .map(|(start, end)| {
                (
                    *start,
                    Planned {
                        end: *end,
                        full: true,
                    },
                )
            })
            .collect();
        for (from, to) in gaps(&standing) {
            let within = Within {
                timestamp: &self.policy.columns.timestamp,
                start: from.unwrap_or(Millis(i64::MIN)),
                end: to.unwrap_or(Millis(i64::MAX)),
            };
            let steps = cut.floor(within.start)..within.end;
            let log = self.files.log();
            let log = log.filter(|(_, seen)| seen.steps.range(steps.clone()).next().is_some());
            let parts: Vec<Part<'_>> = log.map(|(_, seen)| Part::from(seen)).collect();
            plan.extend(by_rows(
                rows,
                &self.logs.instants(&parts, within)?,
                (from, to),
            ));
        }
        self.cut = Some((from, plan.clone()));
        Ok(plan)
    }

    /// Every window that usable files have rows of, with what it is computed from, and how: all that
    /// can change its numbers. After the digest come its log files' names, shortened ([`files_of`]), and for a
    /// number of rows which, and whether it has them ([`cut_of`]).
    fn signatures(&self, plan: &Plan) -> BTreeMap<Millis, String> {
        let policy = &self.policy;
        let mut common = Sha256::default();
        // Debug is stable for one version of Trimtab; another may well compute again.
        let how = format!(
            "{:?} {:?} {:?} {:?}",
            policy.cut(),
            policy.task,
            policy.columns,
            policy.drift
        );
        for text in [&COMPUTATION.to_string(), &how, &self.reference.fingerprint] {
            add(&mut common, text);
        }
        if !policy.segments.is_empty() {
            let segments = format!("{:?} {}", policy.segments, policy.segment_values);
            add(&mut common, &segments);
        }
        if let Some((from, to)) = policy.reference_span() {
            add(&mut common, &format!("{} {}", from.0, to.0));
        }
        let mut windows: BTreeMap<Millis, (Sha256, BTreeSet<String>)> = BTreeMap::new();
        for (fingerprint, seen) in self.files.log() {
            let name = short(seen);
            for start in holding(policy.cut(), plan, seen.steps.keys()) {
                let window = windows.entry(start);
                let (digest, names) = window.or_insert_with(|| (common.clone(), BTreeSet::new()));
                add(digest, fingerprint);
                names.insert(name.clone());
            }
        }
        for (fingerprint, _, matches) in self.files.labels() {
            for start in holding(policy.cut(), plan, matches.steps.iter()) {
                if let Some((digest, _)) = windows.get_mut(&start) {
                    add(digest, fingerprint);
                }
            }
        }
        windows
            .into_iter()
            .map(|(start, (mut digest, names))| {
                let names: Vec<String> = names.into_iter().collect();
                let cut = match plan.get(&start) {
                    Some(planned) if policy.cut().rows().is_some() => {
                        add(&mut digest, &planned.end.0.to_string());
                        signed(policy.cut(), planned.full)
                    }
                    _ => String::new(),
                };
                let inputs = format!("{}:{}{cut}", hex(digest, 16), names.join(","));
                (start, inputs)
            })
            .collect()
    }

    /// Every watched column of one window against the reference, unjudged.
    pub(super) fn compare(&self, span: (Millis, Millis)) -> Result<Vec<Compared>, LogError> {
        compute::compare(
            &self.logs,
            &self.reference,
            &self.policy.drift,
            &self.inputs(span),
        )
    }

    fn compute(&self, span: (Millis, Millis), now: Millis) -> Result<WindowResult, LogError> {
        let inputs = self.inputs(span);
        let compared = self.compare(span)?;
        let (service, versions) = compute::service(&self.logs, &self.policy.columns, &inputs)?;
        let scored = compute::outcomes(&self.logs, &self.policy, &inputs)?;
        Ok(WindowResult {
            monitor: self.name.clone(),
            start: span.0,
            end: span.1,
            rows: self.rows(&inputs)?,
            versions,
            cells: compute::cells(&self.reference, &self.policy, &compared),
            quality: compute::assessed(&self.policy, &scored.iter().collect::<Vec<_>>()),
            segments: segments::segments(
                &self.logs,
                &self.reference,
                &self.policy,
                &inputs,
                &scored,
            )?,
            estimate: compute::estimated(&self.logs, &self.reference, &self.policy, &inputs)?,
            service,
            computed: now,
        })
    }
}

impl Watch {
    /// Rows of the log in a window.
    fn rows(&self, inputs: &Inputs<'_>) -> Result<u64, LogError> {
        let Within { start, end, .. } = inputs.within;
        if self.policy.cut().rows().is_none() {
            let log = self.files.log();
            return Ok(log
                .flat_map(|(_, seen)| seen.steps.range(start..end))
                .map(|(_, n)| n)
                .sum());
        }
        let instants = self.logs.instants(&inputs.log, inputs.within)?;
        Ok(instants.iter().map(|(_, n)| n).sum())
    }
}

/// Categories shown by themselves in a distribution; the rest together.
const SHOWN: usize = 12;
