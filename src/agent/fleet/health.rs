//! How a model is, in one word and one sentence. Pure.

use trimtab_core::{
    monitor::WindowResult,
    policy::{Direction, QualityPolicy},
    registry::Version,
};
use trimtab_wire::{Health, Serving};

/// What a model's health is judged on.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    /// The version the registry calls champion.
    pub champion: Option<Version>,
    /// What production answered; `None` when it cannot be asked.
    pub serving: Option<&'a Serving>,
    /// Its monitor's windows, oldest first.
    pub windows: &'a [WindowResult],
    /// Drifted and judged cells of the newest window.
    pub drifted: (u32, u32),
    /// When quality counts as bad.
    pub quality: Option<&'a QualityPolicy>,
}

/// The worst that is true, and why.
pub(super) fn judge(evidence: &Evidence<'_>) -> (Health, String) {
    let Some(champion) = evidence.champion else {
        return (Health::Unknown, "Nothing is in production yet.".into());
    };
    if let Some(serving) = evidence.serving
        && !serving.ok
    {
        return (
            Health::Bad,
            format!("Production does not answer: {}.", serving.detail),
        );
    }
    let quality = evidence
        .quality
        .and_then(|policy| newest_quality(evidence.windows, policy));
    if let Some(Measured { bad: true, text }) = &quality {
        return (Health::Bad, format!("{text}."));
    }
    if let Some(version) = evidence.serving.and_then(|s| s.version)
        && version != champion
    {
        return (
            Health::Warning,
            format!("Production answers {version}, the registry says {champion}."),
        );
    }
    let (drifted, judged) = evidence.drifted;
    if let Some(newest) = evidence.windows.last()
        && drifted > 0
    {
        let held = quality.map(|q| format!("; {}", q.text)).unwrap_or_default();
        return (
            Health::Warning,
            format!(
                "{drifted} of {judged} inputs drifted in the window of {}{held}.",
                newest.start.brief()
            ),
        );
    }
    match (evidence.windows.last(), quality) {
        (None, _) => (
            Health::Unknown,
            "No inference log has been seen yet.".into(),
        ),
        (Some(_), Some(quality)) => (Health::Ok, format!("{}.", quality.text)),
        (Some(newest), None) => (
            Health::Ok,
            format!(
                "No drift in the window of {}; labels have not arrived.",
                newest.start.brief()
            ),
        ),
    }
}

struct Measured {
    bad: bool,
    text: String,
}

/// The newest window with labels enough to judge.
fn newest_quality(windows: &[WindowResult], policy: &QualityPolicy) -> Option<Measured> {
    let (window, value) = windows.iter().rev().find_map(|w| {
        let value = w.quality.measure(policy.metric.word())?;
        (w.quality.labelled >= policy.min_labels && !value.is_nan()).then_some((w, value))
    })?;
    let of = format!(
        "{} {value:.3} in the window of {}",
        policy.metric,
        window.start.brief()
    );
    let bound = match policy.metric.direction() {
        Direction::Max => policy.min.map(|min| (value < min, "under", min)),
        Direction::Min => policy.max.map(|max| (value > max, "over", max)),
    };
    Some(match bound {
        Some((true, side, bound)) => Measured {
            bad: true,
            text: format!("{of}, {side} {bound} ({} labels)", window.quality.labelled),
        },
        _ => Measured {
            bad: false,
            text: of,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::{
        monitor::{Quality, Service},
        policy::QualityMetric,
        time::Millis,
    };

    fn window(week: i64, auc: f64, labelled: u64) -> WindowResult {
        let start = Millis(week * Millis::WEEK);
        WindowResult {
            monitor: "m".into(),
            start,
            end: Millis(start.0 + Millis::WEEK),
            rows: 1000,
            versions: Vec::new(),
            segments: Vec::new(),
            cells: Vec::new(),
            quality: Quality {
                labelled,
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
            computed: start,
        }
    }

    fn policy() -> QualityPolicy {
        QualityPolicy {
            metric: QualityMetric::Auc,
            min: Some(0.66),
            max: None,
            min_labels: 500,
            label_delay: None,
        }
    }

    fn serving(version: u32, ok: bool) -> Serving {
        Serving {
            version: Some(Version(version)),
            ok,
            detail: "it is down".into(),
            checked: Millis(0),
        }
    }

    #[test]
    fn the_worst_comes_first_and_says_why() {
        let quality = policy();
        let windows = [
            window(1, 0.7, 900),
            window(2, 0.6, 900),
            window(3, f64::NAN, 10),
        ];
        let mut evidence = Evidence {
            champion: Some(Version(1)),
            serving: None,
            windows: &windows,
            drifted: (3, 12),
            quality: Some(&quality),
        };
        let (health, why) = judge(&evidence);
        assert_eq!(health, Health::Bad);
        assert_eq!(
            why,
            "auc 0.600 in the window of 1970-01-15, under 0.66 (900 labels)."
        );
        let down = serving(1, false);
        evidence.serving = Some(&down);
        assert!(judge(&evidence).1.contains("it is down"));
        let other = serving(2, true);
        evidence.serving = Some(&other);
        evidence.windows = &windows[..1];
        assert_eq!(judge(&evidence).0, Health::Warning);
        evidence.serving = None;
        let (health, why) = judge(&evidence);
        assert_eq!(
            (health, why.as_str()),
            (
                Health::Warning,
                "3 of 12 inputs drifted in the window of 1970-01-08; auc 0.700 in the window of 1970-01-08."
            )
        );
        evidence.drifted = (0, 12);
        assert_eq!(judge(&evidence).0, Health::Ok);
        evidence.champion = None;
        assert_eq!(judge(&evidence).0, Health::Unknown);
    }
}
