//! Monitors as tables: windows, columns, quality, and every number about a cell.

use crate::cli::{
    error::{CliError, CliResult},
    output::{Output, number, percent, whole},
};
use trimtab_core::{
    monitor::{Distribution, MonitorState, WindowResult},
    segment::{self, Segment, SegmentResult},
    stats::drift::Verdict,
};

/// A monitor's line in the list.
pub(super) fn list_row(m: &MonitorState) -> Vec<String> {
    let newest = m.windows.last();
    let judged = m.windows.iter().rev().find_map(|w| {
        let value = w.quality.measure(&m.quality_metric)?;
        (!value.is_nan()).then_some(value)
    });
    vec![
        m.name.clone(),
        m.model.clone(),
        m.windows.len().to_string(),
        newest.map_or_else(|| "-".into(), |w| m.named(w.start)),
        newest.map_or_else(|| "-".into(), |w| w.rows.to_string()),
        newest.map_or_else(
            || "-".into(),
            |w| format!("{}/{}", w.drifted(), w.cells.len()),
        ),
        judged.map_or_else(|| "-".into(), number),
        newest.map_or_else(|| "-".into(), |w| percent(w.quality.labelled, w.rows)),
        m.problems.len().to_string(),
    ]
}

/// Its windows, alerts and problems.
pub(super) fn show(m: &MonitorState, alerts: bool, out: &mut Output) -> CliResult<()> {
    let rows: Vec<_> = m
        .windows
        .iter()
        .map(|w| {
            let versions: Vec<String> = w.versions.iter().map(|(v, _)| v.to_string()).collect();
            let names: Vec<&str> = w
                .cells
                .iter()
                .filter(|c| c.verdict == Verdict::Drifted)
                .map(|c| c.feature.as_str())
                .collect();
            vec![
                m.named(w.start),
                w.rows.to_string(),
                versions.join("+"),
                number(w.quality.auc),
                number(w.quality.log_loss),
                percent(w.quality.labelled, w.rows),
                number(w.service.p95_ms),
                names.len().to_string(),
                names.join(" "),
            ]
        })
        .collect();
    out.table(
        &[
            "window",
            ">rows",
            "version",
            ">auc",
            ">log loss",
            ">labels",
            ">p95 ms",
            ">drifted",
            "features",
        ],
        &rows,
    )?;
    // Of a segment alone there is no alert.
    for alarm in m.alarms().iter().filter(|_| alerts) {
        out.line(format!("alert: {}", alarm.words))?;
    }
    for p in &m.problems {
        out.line(format!(
            "problem: {}: {} ({} rows)",
            p.file, p.reason, p.rows
        ))?;
    }
    Ok(())
}

/// Every number about a cell; with the sentences that define them when asked to explain.
pub(super) fn numbers(d: &Distribution, explain: bool, out: &mut Output) -> CliResult<()> {
    let rows: Vec<_> = d
        .numbers
        .iter()
        .map(|n| {
            let mut row = vec![n.key.clone(), whole(n.value)];
            row.extend(explain.then(|| n.about.clone()));
            row
        })
        .collect();
    let heads: &[&str] = match explain {
        true => &["number", ">value", "definition"],
        false => &["number", ">value"],
    };
    out.table(heads, &rows)
}

/// The bins with what they hold, and the SQL that counts the window's rows again.
pub(super) fn explain(d: &Distribution, out: &mut Output) -> CliResult<()> {
    out.line("")?;
    if !d.bins.is_empty() {
        let edge = |i: Option<usize>| i.and_then(|i| d.edges.get(i)).map(|e| format!("{e:?}"));
        let bins = d.bins.iter().enumerate();
        let rows: Vec<_> = bins
            .map(|(i, (reference, window))| {
                vec![
                    i.to_string(),
                    edge(i.checked_sub(1)).unwrap_or_else(|| "-inf".into()),
                    edge(Some(i)).unwrap_or_else(|| "inf".into()),
                    reference.to_string(),
                    window.to_string(),
                ]
            })
            .collect();
        out.table(
            &[">bin", ">from", ">below", ">reference rows", ">window rows"],
            &rows,
        )?;
        out.line("")?;
    }
    out.line("The window's rows are counted by:")?;
    out.line(&d.sql)
}

/// What is known of a window's quality: measures with their values, and intervals where there are some.
pub(super) fn list_quality(w: &WindowResult) -> Vec<Vec<String>> {
    let q = &w.quality;
    let interval = |(low, high): (f64, f64)| format!(" ({} to {})", number(low), number(high));
    let known = [
        ("auc", q.auc, interval(q.auc_95)),
        ("pr auc", q.average_precision, String::new()),
        ("log loss", q.log_loss, String::new()),
        ("brier", q.brier, String::new()),
        ("calibration error", q.calibration_error, String::new()),
        ("accuracy", q.accuracy, interval(q.accuracy_95)),
        ("precision", q.precision, String::new()),
        ("recall", q.recall, String::new()),
        ("f1", q.f1, interval(q.f1_95)),
        ("f1 macro", q.f1_macro, String::new()),
        ("f1 weighted", q.f1_weighted, String::new()),
        ("mae", q.mae, String::new()),
        ("rmse", q.rmse, String::new()),
        ("mape", q.mape, String::new()),
        ("r2", q.r2, String::new()),
        ("bias", q.bias, String::new()),
    ];
    let mut rows = vec![vec![
        "labels".to_owned(),
        format!(
            "{} of {} rows ({})",
            q.labelled,
            w.rows,
            percent(q.labelled, w.rows)
        ),
    ]];
    let known = known.into_iter().filter(|(_, value, _)| !value.is_nan());
    rows.extend(
        known.map(|(name, value, sure)| vec![name.to_owned(), format!("{}{sure}", number(value))]),
    );
    rows
}

/// Quality of one window: what is known, how sure that is, what is only estimated.
fn show_quality(w: &WindowResult, out: &mut Output) -> CliResult<()> {
    let rows = list_quality(w);
    let mut rows = rows.iter();
    if let Some(labels) = rows.next() {
        out.line(labels.join(" for "))?;
    }
    let known: Vec<String> = rows.map(|row| row.join(" ")).collect();
    if !known.is_empty() {
        out.line(format!("quality: {}", known.join(", ")))?;
    }
    if let Some(e) = &w.estimate {
        out.line(format!(
            "estimated from {} scores, without labels: auc {}, accuracy {}, precision {}, recall {}, f1 {}",
            e.rows,
            number(e.auc),
            number(e.accuracy),
            number(e.precision),
            number(e.recall),
            number(e.f1)
        ))?;
    }
    Ok(())
}

/// A monitor's windows with nothing but one segment's rows. What people did about its alerts, and what is wrong
/// with its input, is not about a segment.
pub(super) fn of_segment(mut m: MonitorState, segment: &Segment) -> CliResult<MonitorState> {
    let known: Vec<String> = segment::all(&m.windows)
        .iter()
        .map(Segment::to_string)
        .collect();
    let windows = m.windows.iter().filter_map(|w| w.of_segment(segment));
    m.windows = windows.collect();
    if m.windows.is_empty() {
        let hint = match known.is_empty() {
            true => "Name its columns in policy: segments = [\"country\"].".to_owned(),
            false => format!("It has {}.", known.join(", ")),
        };
        return Err(CliError::usage(
            format!("The monitor {} has no segment {segment}.", m.name),
            hint,
        ));
    }
    m.handled.clear();
    m.problems.clear();
    Ok(m)
}

/// The columns of [`segment_rows`].
pub(super) const SEGMENT_HEADS: [&str; 6] = [
    "segment",
    ">rows",
    ">drifted",
    ">by weight",
    ">quality",
    "compared with",
];

/// A window's segments: how many columns drifted, how much that is, the measure that policy judges.
pub(super) fn segment_rows(m: &MonitorState, w: &WindowResult) -> Vec<Vec<String>> {
    let share = |s: &SegmentResult| match s.drifted_share() {
        Some(share) => format!("{:.0} %", share * 100.0),
        None => "-".to_owned(),
    };
    w.segments
        .iter()
        .map(|s| {
            vec![
                s.segment.to_string(),
                s.rows.to_string(),
                format!("{}/{}", s.drifted(), s.cells.len()),
                share(s),
                number(s.quality.measure(&m.quality_metric).unwrap_or(f64::NAN)),
                s.against().to_owned(),
            ]
        })
        .collect()
}

/// The columns of one window, its quality and its segments.
pub(super) fn show_window(m: &MonitorState, w: &WindowResult, out: &mut Output) -> CliResult<()> {
    show_quality(w, out)?;
    let rows: Vec<_> = w
        .cells
        .iter()
        .map(|c| {
            let verdict = match &c.verdict {
                Verdict::Drifted => "▲ drifted".to_owned(),
                Verdict::Stable => "  stable".to_owned(),
                Verdict::NotEnoughData => "? not enough data".to_owned(),
                Verdict::Error(why) => format!("! {why}"),
            };
            vec![
                c.feature.clone(),
                verdict,
                c.rule.method.word().to_owned(),
                number(c.effect),
                number(c.rule.threshold),
                number(c.p_adjusted),
                number(c.psi),
                number(c.distance),
                c.rows.to_string(),
                percent(c.nulls, c.rows),
            ]
        })
        .collect();
    out.table(
        &[
            "feature",
            "verdict",
            "by",
            ">effect",
            ">from",
            ">p adjusted",
            ">psi",
            ">distance",
            ">rows",
            ">nulls",
        ],
        &rows,
    )?;
    if w.segments.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.table(&SEGMENT_HEADS, &segment_rows(m, w))
}
