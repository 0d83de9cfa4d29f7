//! Monitors for tests.

use super::*;
use crate::{
    monitor::{Quality, Service},
    policy::{QualityMetric, Window},
    stats::effect::{Method, Rule},
};

/// A cell, certain and far beyond the threshold of PSI.
pub(crate) fn cell(feature: &str, verdict: Verdict, weight: f64) -> FeatureCell {
    FeatureCell {
        feature: feature.into(),
        categorical: false,
        rows: 500,
        nulls: 0,
        psi: 0.5,
        distance: 0.2,
        p: 1e-9,
        p_adjusted: 2e-9,
        rule: Rule {
            method: Method::Psi,
            threshold: 0.1,
            weight,
        },
        effect: 0.5,
        verdict,
    }
}

/// The window of a day: whether the column that weighs most drifted, and an AUC; NaN without labels.
pub(crate) fn window(day: i64, drifted: bool, auc: f64) -> WindowResult {
    let verdict = if drifted {
        Verdict::Drifted
    } else {
        Verdict::Stable
    };
    WindowResult {
        monitor: "m".into(),
        start: Millis(day * 86_400_000),
        end: Millis((day + 1) * 86_400_000),
        rows: 500,
        versions: Vec::new(),
        cells: vec![
            cell("temp", verdict, 3.0),
            cell("dest", Verdict::Stable, 1.0),
            cell("few", Verdict::NotEnoughData, 9.0),
        ],
        quality: Quality {
            labelled: if auc.is_nan() { 0 } else { 400 },
            auc,
            ..Quality::unknown()
        },
        estimate: None,
        service: Service {
            p50_ms: 1.0,
            p95_ms: 1.0,
            p99_ms: 1.0,
            error_rate: 0.0,
        },
        segments: Vec::new(),
        // Long after: the log is replayed.
        computed: Millis(100_000 * 86_400_000),
    }
}

/// A monitor after these windows, the last one complete.
pub(crate) fn state(windows: Vec<WindowResult>) -> MonitorState {
    MonitorState {
        name: "m".into(),
        model: "m".into(),
        psi_threshold: 0.1,
        quality_metric: "auc".into(),
        quality_min: 0.7,
        reference_rows: 1_000,
        rules: WindowRules {
            share: 0.7,
            quality: Some(QualityPolicy {
                metric: QualityMetric::Auc,
                min: Some(0.7),
                max: None,
                min_labels: 300,
                label_delay: None,
            }),
            alert: Persistence::default(),
            alpha: 0.05,
            cut: Cut {
                window: Window::Day,
                every: None,
            },
        },
        newest: windows.last().map(|w| w.end),
        now: Millis(200_000 * 86_400_000),
        handled: Vec::new(),
        windows,
        problems: Vec::new(),
    }
}
