//! What the operator had selected, found again after rows moved.

use trimtab_core::job::JobId;
use trimtab_core::registry::Version;
use trimtab_core::release::RequestId;
use trimtab_core::run::RunId;

use crate::model::Model;

/// A line of the runs table: the head of a group is known by its value, as its best run changes.
struct Line {
    at: usize,
    run: RunId,
    group: Option<String>,
}

impl Line {
    fn at(m: &Model, at: usize) -> Option<Self> {
        Some(Self {
            at,
            run: m.runs.row(m, at)?.id.clone(),
            group: m.runs.line(m, at).group,
        })
    }

    /// Where it is in the slice that is here.
    fn find(&self, m: &Model) -> Option<usize> {
        let page = m.data.runs.value.as_ref()?;
        let is = |i: &usize| match (&self.group, page.line(*i).group) {
            (Some(own), Some(other)) => *own == other,
            (None, None) => page.rows[*i].id == self.run,
            _ => false,
        };
        Some(page.offset as usize + (0..page.rows.len()).find(is)?)
    }
}

/// What was selected before rows moved. The top row is no anchor: there one wants to see what is newest.
pub struct Anchors {
    run: Option<Line>,
    range: Option<Line>,
    job: Option<JobId>,
    entry: Option<u64>,
    version: Option<(String, Version)>,
    request: Option<RequestId>,
    model: Option<String>,
}

impl Anchors {
    /// What is selected now.
    #[must_use]
    pub fn of(m: &Model) -> Self {
        Self {
            run: Some(m.runs.list.selected)
                .filter(|at| *at > 0)
                .and_then(|at| Line::at(m, at)),
            range: m.runs.anchor.and_then(|at| Line::at(m, at)),
            job: m
                .retrain
                .selected(m)
                .filter(|_| m.retrain.list.selected > 0)
                .map(|j| j.id),
            entry: m
                .audit
                .selected(m)
                .filter(|_| m.audit.list.selected > 0)
                .map(|e| e.seq),
            version: m
                .registry
                .selected_version(m)
                .filter(|_| m.registry.versions.selected > 0)
                .map(|v| (v.model.clone(), v.version)),
            request: m
                .registry
                .selected_request(m)
                .filter(|_| m.registry.requests.selected > 0)
                .map(|r| r.id),
            model: m.fleet.selected(m).map(|r| r.model.clone()),
        }
    }

    /// Selects it again, where it is by now.
    pub fn restore(self, m: &mut Model) {
        let moved = |m: &Model, line: Option<&Line>| {
            line.and_then(|l| Some(l.find(m)? as isize - l.at as isize))
        };
        let run = moved(m, self.run.as_ref()).unwrap_or(0);
        let range = moved(m, self.range.as_ref());
        m.runs.list.selected = m.runs.list.selected.saturating_add_signed(run);
        m.runs.list.offset = m.runs.list.offset.saturating_add_signed(run);
        // A range that began out of the slice moves with what is selected.
        let range = range.unwrap_or(run);
        m.runs.anchor = m.runs.anchor.map(|a| a.saturating_add_signed(range));
        if let Some(at) = self
            .job
            .and_then(|id| m.data.job_rows().iter().position(|j| j.id == id))
        {
            m.retrain.list.selected = at;
        }
        if let Some(at) = self
            .entry
            .and_then(|seq| m.audit.rows(m).iter().position(|e| e.seq == seq))
        {
            m.audit.list.selected = at;
        }
        if let Some((name, version)) = self.version {
            let rows = crate::model::registry::Registry::rows(m);
            let at = rows
                .iter()
                .position(|v| v.model == name && v.version == version);
            if let Some(at) = at {
                m.registry.versions.selected = at;
            }
        }
        if let Some(at) = self
            .request
            .and_then(|id| m.data.request_rows().iter().position(|r| r.id == id))
        {
            m.registry.requests.selected = at;
        }
        if let Some(at) = self
            .model
            .and_then(|name| m.data.fleet_rows().iter().position(|r| r.model == name))
        {
            m.fleet.list.selected = at;
        }
    }
}
