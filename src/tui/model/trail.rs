//! Where somebody was before: views to go back to, and forward again.

use super::Model;
use super::compare;
use super::detail::Tab;
use super::list::List;
use super::monitors::Monitors;
use super::nav::Pane;
use super::registry::Region;
use super::run_table::RunView;
use trimtab_core::run::RunId;

/// Views remembered.
const MOST: usize = 50;

/// What one looks at in a pane: what is not the same makes it another view.
#[derive(Debug, Clone, PartialEq)]
enum Sight {
    Plain,
    Runs {
        view: Box<RunView>,
        detail: bool,
        /// The run in detail over the pane, and its tab.
        open: Option<(RunId, Tab)>,
    },
    Compare(compare::View),
    Registry(Region),
    Monitor(usize),
    Retrain {
        wide_log: bool,
    },
    Audit(String),
}

/// One view, with the selection in its list.
#[derive(Debug, Clone, PartialEq)]
struct View {
    pane: Pane,
    sight: Sight,
    list: List,
}

/// The views somebody came through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trail {
    back: Vec<View>,
    forward: Vec<View>,
    /// The view in front when last looked at.
    here: Option<View>,
}

fn list(m: &mut Model, pane: Pane) -> Option<&mut List> {
    match pane {
        Pane::Fleet => Some(&mut m.fleet.list),
        Pane::Runs => Some(&mut m.runs.list),
        Pane::Compare => Some(&mut m.compare.list),
        Pane::Registry if m.registry.region == Region::Versions => Some(&mut m.registry.versions),
        Pane::Registry => Some(&mut m.registry.requests),
        Pane::Retrain => Some(&mut m.retrain.list),
        Pane::Audit => Some(&mut m.audit.list),
        Pane::Sql => Some(&mut m.sql.list),
        Pane::Monitors => None,
    }
}

fn now(m: &mut Model) -> View {
    let pane = m.pane;
    let sight = match pane {
        Pane::Fleet | Pane::Sql => Sight::Plain,
        Pane::Runs => Sight::Runs {
            // Columns are the table's clothes, not another view.
            view: Box::new(RunView {
                columns: None,
                ..m.runs.view.clone()
            }),
            detail: m.runs.detail,
            open: m.detail.run.clone().map(|run| (run, m.detail.tab)),
        },
        Pane::Compare => Sight::Compare(m.compare.view),
        Pane::Registry => Sight::Registry(m.registry.region),
        Pane::Monitors => Sight::Monitor(m.monitors.index),
        Pane::Retrain => Sight::Retrain {
            wide_log: m.retrain.wide_log,
        },
        Pane::Audit => Sight::Audit(m.audit.filter.clone()),
    };
    View {
        pane,
        sight,
        list: list(m, pane).copied().unwrap_or_default(),
    }
}

/// Notes where somebody is. Called after every message; what is half typed or half chosen is no view yet.
pub fn note(m: &mut Model) {
    if !m.layers.is_empty() {
        return;
    }
    let here = now(m);
    if let Some(before) = m.trail.here.replace(here.clone())
        && (before.pane, &before.sight) != (here.pane, &here.sight)
    {
        m.trail.forward.clear();
        m.trail.back.push(before);
        if m.trail.back.len() > MOST {
            m.trail.back.remove(0);
        }
    }
}

/// Whether there is a view to go to.
#[must_use]
pub fn leads(m: &Model, back: bool) -> bool {
    let views = if back {
        &m.trail.back
    } else {
        &m.trail.forward
    };
    !views.is_empty()
}

/// Goes to the view before, or to the one that was left by going back.
pub fn go(m: &mut Model, back: bool) {
    let mut trail = std::mem::take(&mut m.trail);
    let here = trail.here.take().unwrap_or_else(|| now(m));
    let (from, to) = if back {
        (&mut trail.back, &mut trail.forward)
    } else {
        (&mut trail.forward, &mut trail.back)
    };
    let Some(view) = from.pop() else {
        trail.here = Some(here);
        m.trail = trail;
        return;
    };
    to.push(here);
    show(m, view);
    trail.here = Some(now(m));
    m.trail = trail;
}

fn show(m: &mut Model, view: View) {
    m.pane = view.pane;
    match view.sight {
        Sight::Plain => {}
        Sight::Runs { view, detail, open } => {
            match open {
                Some((run, tab)) => {
                    m.detail.open(run);
                    m.detail.tab = tab;
                }
                None => m.detail.run = None,
            }
            if m.runs.view.deleted != view.deleted {
                // What is meant by an act is among the runs that are shown.
                m.runs.marks.clear();
            }
            let view = RunView {
                columns: m.runs.view.columns.take(),
                ..*view
            };
            if m.runs.view != view {
                m.runs.view = view;
                m.runs.view_name = None;
                m.runs.restart();
            }
            m.runs.detail = detail;
        }
        Sight::Compare(view) => m.compare.view = view,
        Sight::Registry(region) => m.registry.region = region,
        Sight::Monitor(index) if index != m.monitors.index => {
            m.monitors = Monitors {
                index,
                ..Monitors::default()
            };
        }
        Sight::Monitor(_) => {}
        Sight::Retrain { wide_log } => m.retrain.wide_log = wide_log,
        Sight::Audit(filter) => m.audit.filter = filter,
    }
    if let Some(list) = list(m, view.pane) {
        *list = view.list;
    }
}
