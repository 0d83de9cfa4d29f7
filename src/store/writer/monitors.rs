//! Writing what monitors computed. Nothing is judged: the newest word stands.

use super::{
    Desk,
    rows::{Rare, append},
};
use crate::change::Applied;
use duckdb::{Connection, ToSql, appender_params_from_iter, params};
use trimtab_core::{
    alarm::Handled,
    alert::Handling,
    monitor::{InputProblem, WindowResult},
    stats::drift::Verdict,
    time::Millis,
};

/// A window and the fingerprint of its inputs.
pub(super) struct WindowRow {
    pub window: WindowResult,
    pub inputs: String,
}

impl Desk<'_> {
    pub(super) fn put_window(&mut self, window: &WindowResult, inputs: &str) -> Applied {
        self.rows.rare.push(Rare::Window(Box::new(WindowRow {
            window: window.clone(),
            inputs: inputs.to_owned(),
        })));
        Applied::Done
    }

    pub(super) fn remove_windows(&mut self, monitor: &str, starts: &[Millis]) -> Applied {
        let row = Rare::WindowsGone(monitor.to_owned(), starts.to_vec());
        self.rows.rare.push(row);
        Applied::Done
    }

    pub(super) fn handle_alert(&mut self, handled: &Handled) -> Applied {
        let row = Rare::Handled(Box::new(handled.clone()));
        self.rows.rare.push(row);
        Applied::Done
    }

    pub(super) fn set_problems(&mut self, monitor: &str, problems: &[InputProblem]) -> Applied {
        self.rows
            .rare
            .push(Rare::Problems(monitor.to_owned(), problems.to_vec()));
        Applied::Done
    }
}

/// A verdict as two columns: its word and, for an error, the message.
fn verdict(v: &Verdict) -> (&'static str, Option<&str>) {
    match v {
        Verdict::Drifted => ("drifted", None),
        Verdict::Stable => ("stable", None),
        Verdict::NotEnoughData => ("not_enough_data", None),
        Verdict::Error(why) => ("error", Some(why)),
    }
}

pub(super) fn delete_window(db: &Connection, monitor: &str, start: Millis) -> duckdb::Result<()> {
    for sql in [
        "DELETE FROM windows WHERE monitor = ? AND start_ms = ?",
        "DELETE FROM window_versions WHERE monitor = ? AND start_ms = ?",
        "DELETE FROM cells WHERE monitor = ? AND start_ms = ?",
        "DELETE FROM segments WHERE monitor = ? AND start_ms = ?",
        "DELETE FROM segment_cells WHERE monitor = ? AND start_ms = ?",
    ] {
        db.prepare_cached(sql)?.execute(params![monitor, start.0])?;
    }
    Ok(())
}

pub(super) fn write_window(db: &Connection, row: &WindowRow) -> duckdb::Result<()> {
    let WindowRow { window: w, inputs } = row;
    delete_window(db, &w.monitor, w.start)?;
    let (q, s, e) = (&w.quality, &w.service, w.estimate);
    db.prepare_cached(
        "INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
             ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        w.monitor,
        w.start.0,
        w.end.0,
        w.rows,
        q.labelled,
        q.auc,
        q.log_loss,
        q.accuracy,
        q.f1,
        q.positive_rate,
        s.p50_ms,
        s.p95_ms,
        s.p99_ms,
        s.error_rate,
        w.computed.0,
        inputs,
        q.precision,
        q.recall,
        q.f1_macro,
        q.f1_weighted,
        q.average_precision,
        q.brier,
        q.calibration_error,
        q.auc_95.0,
        q.auc_95.1,
        q.accuracy_95.0,
        q.accuracy_95.1,
        q.f1_95.0,
        q.f1_95.1,
        q.mae,
        q.rmse,
        q.mape,
        q.r2,
        q.bias,
        e.map(|e| e.rows),
        e.map(|e| e.auc),
        e.map(|e| e.accuracy),
        e.map(|e| e.precision),
        e.map(|e| e.recall),
        e.map(|e| e.f1),
    ])?;
    let versions: Vec<_> = (0u32..).zip(&w.versions).collect();
    append(
        db,
        "window_versions",
        &versions,
        |app, (i, (version, rows))| {
            app.append_row(params![w.monitor, w.start.0, i, version.0, rows])
        },
    )?;
    let cells: Vec<_> = (0u32..).zip(&w.cells).collect();
    append(db, "cells", &cells, |app, (i, c)| {
        let (word, error) = verdict(&c.verdict);
        app.append_row(params![
            w.monitor,
            w.start.0,
            i,
            c.feature,
            c.categorical,
            c.rows,
            c.nulls,
            c.psi,
            c.distance,
            c.p,
            c.p_adjusted,
            word,
            error,
            c.rule.method.word(),
            c.rule.threshold,
            c.rule.weight,
            c.effect,
        ])
    })?;
    write_segments(db, w)
}

fn write_segments(db: &Connection, w: &WindowResult) -> duckdb::Result<()> {
    let segments: Vec<_> = (0u32..).zip(&w.segments).collect();
    append(db, "segments", &segments, |app, (i, s)| {
        let mut row: Vec<Box<dyn ToSql>> = vec![
            Box::new(w.monitor.clone()),
            Box::new(w.start.0),
            Box::new(*i),
            Box::new(s.segment.column.clone()),
            Box::new(s.segment.value.clone()),
            Box::new(s.rows),
            Box::new(s.own_reference),
            Box::new(s.quality.labelled),
        ];
        let numbers = s.quality.numbers();
        row.extend(numbers.map(|n| Box::new(n) as Box<dyn ToSql>));
        app.append_row(appender_params_from_iter(row))
    })?;
    let cells = segments.iter().flat_map(|(segment, s)| {
        let cells = (0u32..).zip(&s.cells);
        cells.map(move |(i, cell)| (*segment, i, cell))
    });
    let cells: Vec<_> = cells.collect();
    append(db, "segment_cells", &cells, |app, (segment, i, c)| {
        let (word, error) = verdict(&c.verdict);
        app.append_row(params![
            w.monitor,
            w.start.0,
            segment,
            i,
            c.feature,
            c.categorical,
            c.rows,
            c.nulls,
            c.psi,
            c.distance,
            c.p,
            c.p_adjusted,
            word,
            error,
            c.rule.method.word(),
            c.rule.threshold,
            c.rule.weight,
            c.effect,
        ])
    })
}

pub(super) fn write_handled(db: &Connection, h: &Handled) -> duckdb::Result<()> {
    let (word, note, until) = match &h.handling {
        Handling::Acknowledge { note } => ("acknowledge", Some(note), None),
        Handling::Snooze { until } => ("snooze", None, Some(until.0)),
        Handling::Close => ("close", None, None),
    };
    db.prepare_cached(
        "INSERT INTO alert_acts
         SELECT ?, ?, ?, ?, ?, ?, ?, ?, coalesce(max(ordinal), 0) + 1 FROM alert_acts",
    )?
    .execute(params![
        h.monitor,
        h.subject.word(),
        word,
        note,
        until,
        h.after.0,
        h.at.0,
        h.actor,
    ])?;
    Ok(())
}

pub(super) fn write_problems(
    db: &Connection,
    monitor: &str,
    problems: &[InputProblem],
) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM problems WHERE monitor = ?")?
        .execute([monitor])?;
    let problems: Vec<_> = (0u32..).zip(problems).collect();
    append(db, "problems", &problems, |app, (i, p)| {
        app.append_row(params![
            monitor,
            i,
            p.file,
            p.reason,
            p.rows,
            p.first_seen.0
        ])
    })
}
