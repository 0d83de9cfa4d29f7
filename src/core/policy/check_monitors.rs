//! What only the whole file shows of monitors: numbers out of range, and keys that would have no effect.

use super::{
    Cut, Direction, MonitorPolicy, Policy, QualityMetric, QualityPolicy, Span, Task,
    check::{
        Faults,
        Step::{At, Key},
        bad_name, plain_name,
    },
    error::Fault,
};

pub(super) fn monitors<'a>(policy: &'a Policy, faults: &mut Faults<'a>) {
    for (name, monitor) in &policy.monitors {
        let here = [Key("monitors"), Key(name)];
        if !plain_name(name) {
            faults.add(here, bad_name("monitor", name));
        }
        if !policy.models.contains_key(&monitor.model) {
            let known = policy.models.keys().map(String::as_str);
            faults.add(
                [here[0], here[1], Key("model")],
                Fault::unknown("model", &monitor.model, known),
            );
        }
        if let Some((from, to)) = monitor.reference_span().filter(|(from, to)| from >= to) {
            faults.add(
                [here[0], here[1], Key("reference_to")],
                Fault::new(
                    format!(
                        "an end, {}, that is not after the start, {}",
                        to.date(),
                        from.date()
                    ),
                    "a later moment",
                ),
            );
        }
        segments(name, monitor, faults);
        if let Some(every) = monitor.every {
            sliding(name, monitor.cut(), every, faults);
        }
        let drift = |key| [here[0], here[1], Key("drift"), Key(key)];
        let d = &monitor.drift;
        if !(d.psi > 0.0 && d.psi.is_finite()) {
            faults.add(
                drift("psi"),
                Fault::new(format!("psi = {}", d.psi), "a number above 0"),
            );
        }
        if !(d.alpha > 0.0 && d.alpha < 1.0) {
            faults.add(
                drift("alpha"),
                Fault::new(format!("alpha = {}", d.alpha), "a number between 0 and 1"),
            );
        }
        if !(d.threshold > 0.0 && d.threshold.is_finite()) {
            let found = format!("threshold = {}", d.threshold);
            faults.add(drift("threshold"), Fault::new(found, "a number above 0"));
        }
        if !(d.share > 0.0 && d.share <= 1.0) {
            let found = format!("share = {}", d.share);
            faults.add(
                drift("share"),
                Fault::new(found, "a number above 0 and at most 1"),
            );
        }
        let named = monitor.columns.features.as_ref();
        for (feature, rule) in &d.features {
            if let Some(names) = named.filter(|_| !monitor.columns.compares(feature)) {
                let path = [
                    here[0],
                    here[1],
                    Key("drift"),
                    Key("features"),
                    Key(feature),
                ];
                let known = names.iter().map(String::as_str);
                faults.add(path, Fault::unknown("feature", feature, known));
            }
            let at = |key| {
                [
                    here[0],
                    here[1],
                    Key("drift"),
                    Key("features"),
                    Key(feature),
                    Key(key),
                ]
            };
            if let Some(t) = rule.threshold.filter(|t| !(*t > 0.0 && t.is_finite())) {
                let found = format!("threshold = {t}");
                faults.add(at("threshold"), Fault::new(found, "a number above 0"));
            }
            if let Some(w) = rule.weight.filter(|w| !(*w >= 0.0 && w.is_finite())) {
                let found = format!("weight = {w}");
                faults.add(at("weight"), Fault::new(found, "0 or a number above it"));
            }
        }
        let a = &monitor.alert;
        if a.bad == 0 || a.bad > a.of {
            let found = format!("bad = {} of {} windows", a.bad, a.of);
            let at = [here[0], here[1], Key("alert")];
            faults.add(at, Fault::new(found, "bad from 1 up to of"));
        }
        for (key, windows) in [
            ("calm", a.calm),
            ("silent", a.silent),
            ("escalate", a.escalate),
        ] {
            if windows == 0 {
                let at = [here[0], here[1], Key("alert"), Key(key)];
                faults.add(at, Fault::new(format!("{key} = 0"), "1 or more"));
            }
        }
        if let Some(features) = &monitor.columns.features {
            let columns = [here[0], here[1], Key("columns"), Key("features")];
            for (i, feature) in features
                .iter()
                .enumerate()
                .filter(|(i, f)| features[..*i].contains(f))
            {
                let at = [columns[0], columns[1], columns[2], columns[3], At(i)];
                faults.add(
                    at,
                    Fault::new(
                        format!("the feature `{feature}` a second time"),
                        "each feature once",
                    ),
                );
            }
        }
        if let Some(rule) = &monitor.quality {
            quality(name, monitor, rule, faults);
        }
    }
}

/// The most columns of segments, and the most values of each: every one of them is judged and stored.
const MOST_SEGMENTS: (usize, u32) = (8, 50);

fn segments<'a>(name: &'a str, monitor: &'a MonitorPolicy, faults: &mut Faults<'a>) {
    let here = [Key("monitors"), Key(name)];
    let (columns, values) = (&monitor.segments, monitor.segment_values);
    if columns.len() > MOST_SEGMENTS.0 {
        let found = format!("segments by {} columns", columns.len());
        let expected = format!("at most {}", MOST_SEGMENTS.0);
        faults.add(
            [here[0], here[1], Key("segments")],
            Fault::new(found, expected),
        );
    }
    let repeated = |(i, c): &(usize, &String)| columns[..*i].contains(c);
    for (i, column) in columns.iter().enumerate().filter(repeated) {
        let found = format!("segments by `{column}` a second time");
        let at = [here[0], here[1], Key("segments"), At(i)];
        faults.add(at, Fault::new(found, "each column once"));
    }
    if !(1..=MOST_SEGMENTS.1).contains(&values) {
        let found = format!("segment_values = {values}");
        let expected = format!("a number from 1 up to {}", MOST_SEGMENTS.1);
        faults.add(
            [here[0], here[1], Key("segment_values")],
            Fault::new(found, expected),
        );
    }
}

/// The most windows that one row may lie in: each of them reads it.
const MOST_OVERLAPS: i64 = 1_000;

/// How far apart windows begin: an even part of their length.
fn sliding<'a>(name: &'a str, cut: Cut, every: Span, faults: &mut Faults<'a>) {
    let at = [Key("monitors"), Key(name), Key("every")];
    let Some(length) = cut.length() else {
        let found = format!("every = \"{every}\" with windows by {}", cut.window);
        let expected = "windows of one length: hour, day, week or a span such as \"24h\"";
        faults.add(at, Fault::new(found, expected));
        return;
    };
    let step = every.millis();
    if length % step != 0 {
        let found = format!(
            "every = \"{every}\", of which {} is no multiple",
            cut.window
        );
        faults.add(at, Fault::new(found, "an even part of the window"));
    } else if length / step > MOST_OVERLAPS {
        let found = format!("{} windows that overlap", length / step);
        let expected = format!("a longer span: at most {MOST_OVERLAPS} windows may overlap");
        faults.add(at, Fault::new(found, expected));
    }
}

/// The bound on quality: a measure that can be had, and one bound on it, on its own side.
fn quality<'a>(
    name: &'a str,
    monitor: &'a MonitorPolicy,
    quality: &'a QualityPolicy,
    faults: &mut Faults<'a>,
) {
    let here = [Key("monitors"), Key(name)];
    let at = |key| [here[0], here[1], Key("quality"), Key(key)];
    if monitor.labels.is_none() {
        let fault = Fault::new(
            "quality to judge but no labels",
            "labels = \"<glob>\" in this monitor",
        );
        faults.add([here[0], here[1], Key("quality")], fault);
    }
    if quality.metric.task() != monitor.task {
        let fitting = QualityMetric::ALL
            .into_iter()
            .filter(|m| m.task() == monitor.task);
        let words: Vec<&str> = fitting.map(QualityMetric::word).collect();
        let task = match monitor.task {
            Task::Classification => "classification",
            Task::Regression => "regression",
        };
        let found = format!("the measure {}, which no {task} has", quality.metric);
        let expected = format!("one of {}", words.join(", "));
        faults.add(at("metric"), Fault::new(found, expected));
    }
    if !quality.metric.needs_score() && monitor.columns.prediction.is_none() {
        let found = format!("the measure {}, but no prediction column", quality.metric);
        let expected = "prediction = \"<column>\" in this monitor's columns";
        faults.add(at("metric"), Fault::new(found, expected));
    }
    if quality.metric.needs_score() && monitor.columns.score.is_none() {
        let found = format!("the measure {}, but no score column", quality.metric);
        faults.add(
            at("metric"),
            Fault::new(found, "score = \"<column>\" in this monitor's columns"),
        );
    }
    let (right, wrong, wrong_bound) = match quality.metric.direction() {
        Direction::Max => ("min", "max", quality.max),
        Direction::Min => ("max", "min", quality.min),
    };
    if wrong_bound.is_some() {
        let better = if right == "min" { "more" } else { "less" };
        let found = format!("{wrong} for {}, where {better} is better", quality.metric);
        faults.add(at(wrong), Fault::new(found, format!("{right} = <number>")));
    }
    if quality.min.is_none() && quality.max.is_none() {
        let found = format!("no bound on {}, so that nothing is judged", quality.metric);
        faults.add(
            [here[0], here[1], Key("quality")],
            Fault::new(found, format!("{right} = <number>")),
        );
    }
    for (key, bound) in [("min", quality.min), ("max", quality.max)] {
        if let Some(bound) = bound.filter(|b| !b.is_finite()) {
            faults.add(
                at(key),
                Fault::new(format!("{key} = {bound}"), "a finite number"),
            );
        }
    }
}
