//! What changed while nobody looked: gathered from what the panes show anyway and three questions about runs.

use trimtab_core::audit::Outcome;
use trimtab_core::job::{Job, JobState};
use trimtab_core::registry::DeploymentKind;
use trimtab_core::release::RequestState;
use trimtab_core::run::RunPage;
use trimtab_core::time::Millis;

use super::Model;
use super::nav::Pane;
use super::registry::Region;
use crate::format;
use crate::msg::Trouble;
use crate::remember::Left;

/// Names that one line tells.
const NAMED: usize = 3;
/// Lines of one kind; the pane has the others.
const LINES: usize = 6;

/// A question about runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that started meanwhile.
    New,
    /// Those that ended well.
    Finished,
    /// Those that ended badly.
    Failed,
}

impl Part {
    /// Every question.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Finished, Self::New];

    /// The filter that finds them; what one would type after `/`.
    #[must_use]
    pub fn filter(self, since: Millis) -> String {
        let at = format!("\"{since}\"");
        match self {
            Self::New => format!("started > {at}"),
            Self::Finished => format!("ended > {at} and status = finished"),
            Self::Failed => format!("ended > {at} and status in (failed, killed)"),
        }
    }
}

/// How grave a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something failed, or an alert opened.
    Bad,
    /// Production moved, or somebody is asked for a decision.
    Look,
    /// It went as it should.
    Good,
}

/// Where Enter leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The runs that a filter finds.
    Runs(String),
    /// A model's versions, or its requests.
    Registry(Region, String),
    /// A monitor by name.
    Monitor(String),
    /// A job.
    Job(trimtab_core::job::JobId),
}

impl Place {
    /// The pane it is in.
    #[must_use]
    pub const fn pane(&self) -> Pane {
        match self {
            Self::Runs(_) => Pane::Runs,
            Self::Registry(..) => Pane::Registry,
            Self::Monitor(_) => Pane::Monitors,
            Self::Job(_) => Pane::Retrain,
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How grave.
    pub weight: Weight,
    /// What, in a sentence.
    pub text: String,
    /// Where more of it is.
    pub place: Place,
}

/// A digest on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathering {
    /// Since when, and what stood then.
    pub left: Left,
    /// The answers so far, in the order of [`Part::ALL`].
    pub runs: [Option<Result<RunPage, Trouble>>; 3],
}

impl Gathering {
    /// Nothing is answered yet.
    #[must_use]
    pub const fn new(left: Left) -> Self {
        Self {
            left,
            runs: [None, None, None],
        }
    }

    /// The changes, gravest first, once everything that tells of them is here.
    #[must_use]
    pub fn changes(&self, m: &Model) -> Option<Vec<Change>> {
        let known = |value: bool, error: bool| value || error;
        let d = &m.data;
        let here = known(d.registry.value.is_some(), d.registry.error.is_some())
            && known(d.monitors.value.is_some(), d.monitors.error.is_some())
            && known(d.jobs.value.is_some(), d.jobs.error.is_some())
            && self.runs.iter().all(Option::is_some);
        if !here {
            return None;
        }
        let mut out = Vec::new();
        self.run_changes(&mut out);
        out.extend(alerts(m, &self.left));
        out.extend(few(production(m, self.left.at)));
        out.extend(few(requests(m, self.left.at)));
        out.extend(few(jobs(m, self.left.at)));
        out.extend(windows(m, self.left.at));
        // Stable: within one weight the order above stays.
        out.sort_by_key(|c| c.weight);
        Some(out)
    }

    fn run_changes(&self, out: &mut Vec<Change>) {
        for (part, answer) in Part::ALL.into_iter().zip(&self.runs) {
            // An agent that cannot say is told of elsewhere; what else changed is told all the same.
            let Some(Ok(page)) = answer else { continue };
            if page.matching == 0 {
                continue;
            }
            let (word, weight) = match part {
                Part::New => ("started", Weight::Good),
                Part::Finished => ("finished", Weight::Good),
                Part::Failed => ("failed or killed", Weight::Bad),
            };
            let mut names: Vec<&str> = page.rows.iter().map(|r| r.name.as_str()).collect();
            names.truncate(NAMED);
            let more = page.matching.saturating_sub(names.len() as u64);
            let mut text = format!(
                "{} {word}: {}",
                format::plural(page.matching, "run"),
                names.join(", ")
            );
            if more > 0 {
                text.push_str(&format!(" and {} more", format::count(more)));
            }
            out.push(Change {
                weight,
                text,
                place: Place::Runs(part.filter(self.left.at)),
            });
        }
    }
}

/// The newest few, and how many more there are.
fn few(mut changes: Vec<Change>) -> Vec<Change> {
    if changes.len() > LINES {
        let more = changes.len() - (LINES - 1);
        changes.truncate(LINES - 1);
        if let Some(last) = changes.last().cloned() {
            changes.push(Change {
                weight: last.weight,
                text: format!("and {more} more of these"),
                place: last.place,
            });
        }
    }
    changes
}

/// The alerts that are open now: the monitor's name and what each is about.
#[must_use]
pub fn open_alerts(m: &Model) -> Vec<(String, String)> {
    let open = |w: &trimtab_core::monitor::MonitorState| {
        let name = w.name.clone();
        w.alarms()
            .into_iter()
            .filter(|a| a.alert.state.is_open())
            .map(move |a| (name.clone(), a.subject.word().to_owned()))
            .collect::<Vec<_>>()
    };
    m.data.monitor_rows().iter().flat_map(open).collect()
}

fn alerts(m: &Model, left: &Left) -> Vec<Change> {
    let mut out = Vec::new();
    for monitor in m.data.monitor_rows() {
        for alarm in monitor.alarms() {
            let key = (monitor.name.clone(), alarm.subject.word().to_owned());
            let (was, is) = (left.alerts.contains(&key), alarm.alert.state.is_open());
            let place = Place::Monitor(monitor.name.clone());
            if is && !was {
                // The words go on to what a command line needs; here their first part is enough.
                let words = alarm.words.split("; ").next().unwrap_or_default();
                out.push(Change {
                    weight: Weight::Bad,
                    text: format!("{}: {words}", monitor.name),
                    place,
                });
            } else if was && !is {
                out.push(Change {
                    weight: Weight::Good,
                    text: format!(
                        "{}: the {} alert is over",
                        monitor.name,
                        alarm.subject.word()
                    ),
                    place,
                });
            }
        }
    }
    out
}

fn production(m: &Model, since: Millis) -> Vec<Change> {
    let all = m.data.registry.value.iter().flat_map(|r| &r.deployments);
    let mut moved: Vec<_> = all.filter(|d| d.at > since).collect();
    moved.reverse();
    let change = |d: &trimtab_core::registry::Deployment| {
        let from = d
            .previous
            .map_or_else(String::new, |p| format!(" from {p}"));
        let how = match d.kind {
            DeploymentKind::Promotion => "promoted",
            DeploymentKind::Rollback => "rolled back",
        };
        Change {
            weight: Weight::Look,
            text: format!(
                "{} {how}{from} to {} by {}, {}",
                d.model,
                d.version,
                d.actor,
                format::ago_words(m.now, d.at)
            ),
            place: Place::Registry(Region::Versions, d.model.clone()),
        }
    };
    moved.into_iter().map(change).collect()
}

fn requests(m: &Model, since: Millis) -> Vec<Change> {
    let new = m.data.request_rows().iter().filter(|r| r.created > since);
    new.filter_map(|r| {
        let (weight, what) = match r.state {
            RequestState::AwaitingApproval => (Weight::Look, "asks for production"),
            RequestState::GateFailed => (Weight::Bad, "did not pass its gates"),
            RequestState::Failed => (Weight::Bad, "could not be put into production"),
            RequestState::Rejected => (Weight::Good, "was rejected"),
            // Production moved, which is told by itself.
            _ => return None,
        };
        Some(Change {
            weight,
            text: format!("{} {} {what} (request {})", r.model, r.version, r.id),
            place: Place::Registry(Region::Requests, r.model.clone()),
        })
    })
    .collect()
}

fn jobs(m: &Model, since: Millis) -> Vec<Change> {
    let ended = |j: &&Job| j.ended.is_some_and(|at| at > since);
    let change = |j: &Job| {
        let name = format!("Job {} ({})", j.id, j.model);
        let (weight, text) = match j.state {
            JobState::Succeeded => (Weight::Good, format!("{name} succeeded")),
            JobState::Cancelled => (Weight::Good, format!("{name} was cancelled")),
            _ => {
                let why = j.error.as_deref().unwrap_or(Outcome::Failed.word());
                (Weight::Bad, format!("{name} failed: {why}"))
            }
        };
        Change {
            weight,
            text,
            place: Place::Job(j.id),
        }
    };
    m.data.job_rows().iter().filter(ended).map(change).collect()
}

/// How many windows were judged, and in how many so much drifted that the whole window did.
fn windows(m: &Model, since: Millis) -> Vec<Change> {
    use trimtab_core::alarm::Subject;
    use trimtab_core::alert::Said;
    let change = |monitor: &trimtab_core::monitor::MonitorState| {
        let new: Vec<_> = monitor
            .windows
            .iter()
            .filter(|w| w.computed > since)
            .collect();
        let drifted = new
            .iter()
            .filter(|w| monitor.rules.said(Subject::Drift, w) == Said::Bad)
            .count();
        // That windows were judged is as usual.
        (drifted > 0).then(|| Change {
            weight: Weight::Look,
            text: format!(
                "{}: {drifted} of {} judged since drifted",
                monitor.name,
                format::plural(new.len() as u64, "window")
            ),
            place: Place::Monitor(monitor.name.clone()),
        })
    };
    m.data.monitor_rows().iter().filter_map(change).collect()
}
