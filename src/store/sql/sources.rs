//! Where each view's rows come from. Names, types and order of the columns are the documentation's; what they are
//! computed from stands here.

use super::memory::Pages;
use trimtab_core::sql::{SqlKind, VIEWS, ViewColumn};

/// Something a query can be handed rows of.
pub(super) struct Source {
    pub name: &'static str,
    pub columns: &'static [ViewColumn],
    pub from: From,
}

/// Where rows are.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// In the store: a query on its tables, with the columns' names and types.
    Store(&'static str),
    /// In the catalogue, exact to the last commit.
    Memory(Pages),
    /// With the asker, who computes them from policy and windows.
    Given,
}

const fn c(name: &'static str, kind: SqlKind) -> ViewColumn {
    ViewColumn {
        name,
        kind,
        doc: "",
    }
}

/// What the view of history is joined from: rows of the history are narrow, so that millions pass quickly.
const PARTS: &[Source] = &[
    Source {
        name: "points",
        columns: &[
            c("run_no", SqlKind::Integer),
            c("key_no", SqlKind::Integer),
            c("step", SqlKind::Integer),
            c("time", SqlKind::Time),
            c("value", SqlKind::Number),
        ],
        from: From::Store(
            "SELECT run_no::BIGINT AS run_no, key_no::BIGINT AS key_no, step, epoch_ms(time) AS time, value
             FROM metrics",
        ),
    },
    Source {
        name: "run_names",
        columns: &[
            c("run_no", SqlKind::Integer),
            c("run_id", SqlKind::Text),
            c("run", SqlKind::Text),
        ],
        from: From::Memory(Pages::Names),
    },
    Source {
        name: "metric_keys",
        columns: &[c("key_no", SqlKind::Integer), c("key", SqlKind::Text)],
        from: From::Store("SELECT key_no::BIGINT AS key_no, key FROM metric_keys"),
    },
];

/// The view of history, over [`PARTS`]; `$` is the query's number.
const METRICS: &str = "SELECT r.run_id, r.run, k.key, p.step, p.time, p.value
    FROM stored($, 'points') p
    JOIN stored($, 'run_names') r USING (run_no) JOIN stored($, 'metric_keys') k USING (key_no)";

/// What makes a view, as of query `number`.
pub(super) fn definition(view: &str, number: u64) -> String {
    match view {
        "metrics" => METRICS.replace('$', &number.to_string()),
        // The name is one of the documentation's.
        _ => format!("SELECT * FROM stored({number}, '{view}')"),
    }
}

/// A source by its name.
pub(super) fn source(name: &str) -> Option<&'static Source> {
    static ALL: std::sync::OnceLock<Vec<Source>> = std::sync::OnceLock::new();
    let all = ALL.get_or_init(|| {
        let views = VIEWS.iter().filter_map(|v| {
            Some(Source {
                name: v.name,
                columns: v.columns,
                from: from(v.name)?,
            })
        });
        views.collect()
    });
    all.iter().chain(PARTS).find(|s| s.name == name)
}

/// `None` for what is no source of its own.
fn from(view: &str) -> Option<From> {
    Some(match view {
        "runs" => From::Memory(Pages::Runs),
        "run_metrics" => From::Memory(Pages::Metrics),
        "params" => From::Memory(Pages::Params),
        "tags" => From::Memory(Pages::Tags),
        "alerts" | "monitors" => From::Given,
        _ => From::Store(sql(view)?),
    })
}

fn sql(view: &str) -> Option<&'static str> {
    Some(match view {
        "experiments" => {
            "SELECT id::BIGINT AS id, name, artifact_location, epoch_ms(created) AS created,
                    epoch_ms(updated) AS updated, deleted
             FROM experiments"
        }
        "experiment_tags" => {
            "SELECT t.experiment::BIGINT AS experiment_id, e.name AS experiment, t.key, t.value
             FROM experiment_tags t LEFT JOIN experiments e ON e.id = t.experiment"
        }
        "datasets" => {
            "SELECT r.id AS run_id, r.name AS run, d.name, d.digest, d.source_type, d.source
             FROM dataset_inputs i JOIN datasets d USING (dataset_no) JOIN runs r USING (run_no)"
        }
        "logged_models" => {
            "SELECT id AS model_id, name, status, kind AS type, source_run AS run_id,
                    experiment::BIGINT AS experiment_id, epoch_ms(created) AS created,
                    epoch_ms(updated) AS updated, deleted
             FROM logged_models"
        }
        "models" => {
            "SELECT m.name, m.description, m.newest::BIGINT AS newest, a.version::BIGINT AS champion,
                    epoch_ms(m.created) AS created, epoch_ms(m.updated) AS updated
             FROM models m LEFT JOIN aliases a ON a.model = m.name AND a.alias = 'champion'"
        }
        "model_versions" => {
            "SELECT v.model, v.version::BIGINT AS version, v.stage,
                    (SELECT string_agg(a.alias, ', ' ORDER BY a.alias) FROM aliases a
                     WHERE a.model = v.model AND a.version = v.version) AS aliases,
                    coalesce(v.run, v.run_text) AS run_id, v.author, v.description, v.source,
                    epoch_ms(v.created) AS created, epoch_ms(v.updated) AS updated
             FROM model_versions v"
        }
        "version_metrics" => {
            "SELECT model, version::BIGINT AS version, key, value FROM version_metrics"
        }
        "version_tags" => "SELECT model, version::BIGINT AS version, key, value FROM version_tags",
        "aliases" => "SELECT model, alias, version::BIGINT AS version FROM aliases",
        "deployments" => {
            "SELECT seq, epoch_ms(at_ms) AS time, model, version::BIGINT AS version,
                    previous::BIGINT AS previous, kind, actor, epoch_ms(data_time) AS data_time
             FROM deployments"
        }
        "requests" => {
            "SELECT r.id, r.model, r.version::BIGINT AS version, r.champion::BIGINT AS champion, r.state,
                    r.author, r.reason, r.required::BIGINT AS required,
                    (SELECT count(*) FROM approvals a WHERE a.request = r.id) AS approvals, r.note,
                    epoch_ms(r.created) AS created, epoch_ms(r.updated) AS updated
             FROM requests r"
        }
        "gates" => {
            "SELECT request, name AS gate, passed, candidate, bound, reason FROM gate_results"
        }
        "approvals" => "SELECT request, actor, epoch_ms(at_ms) AS time, reason FROM approvals",
        "jobs" => {
            "SELECT id, recipe, model, state, actor, reason, window_from, window_to, params,
                    epoch_ms(created) AS created, epoch_ms(started) AS started, epoch_ms(ended) AS ended,
                    (ended - started) / 1000.0::DOUBLE AS duration_s, exit_code::BIGINT AS exit_code, error,
                    run AS run_id
             FROM jobs"
        }
        "windows" => {
            "SELECT w.monitor, epoch_ms(w.start_ms) AS window_start, epoch_ms(w.end_ms) AS window_end,
                    w.row_count AS rows, w.labelled,
                    (SELECT count(*) FROM cells c WHERE c.monitor = w.monitor AND c.start_ms = w.start_ms
                     AND c.verdict = 'drifted') AS drifted,
                    w.auc, w.log_loss, w.accuracy, w.precision, w.recall, w.f1, w.average_precision, w.brier,
                    w.calibration_error, w.positive_rate, w.mae, w.rmse, w.r2, w.bias, w.estimated_auc,
                    w.estimated_accuracy, w.p50_ms, w.p95_ms, w.p99_ms, w.error_rate,
                    epoch_ms(w.computed) AS computed
             FROM windows w"
        }
        "window_versions" => {
            "SELECT monitor, epoch_ms(start_ms) AS window_start, version::BIGINT AS version, row_count AS rows
             FROM window_versions"
        }
        "drift" => {
            "SELECT c.monitor, epoch_ms(c.start_ms) AS window_start, epoch_ms(w.end_ms) AS window_end, c.feature,
                    c.verdict, c.method, c.effect, c.threshold, c.p, c.p_adjusted, c.psi, c.distance, c.weight,
                    c.categorical, c.row_count AS rows, c.nulls, c.error
             FROM cells c JOIN windows w USING (monitor, start_ms)"
        }
        "alert_acts" => {
            "SELECT epoch_ms(at_ms) AS time, actor, monitor, subject, word AS act, note,
                    epoch_ms(until_ms) AS until
             FROM alert_acts"
        }
        "problems" => {
            "SELECT monitor, file, reason, row_count AS rows, epoch_ms(first_seen) AS first_seen FROM problems"
        }
        "audit" => {
            "SELECT seq, epoch_ms(at_ms) AS time, actor, action, subject, outcome, reason, detail, digest
             FROM audit"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_a_source() {
        for view in VIEWS.iter().filter(|v| v.name != "metrics") {
            assert!(source(view.name).is_some(), "{}", view.name);
        }
        assert!(source("metrics").is_none() && source("points").is_some());
    }
}
