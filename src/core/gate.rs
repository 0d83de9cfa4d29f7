//! Gates: what a version must show before it may ask for production.

use crate::{
    policy::{Bound, Direction, GateRule},
    registry::Version,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one gate rule said, with the numbers it looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    /// The rule's name in policy.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// The candidate's value; `None` when the metric is missing.
    pub candidate: Option<f64>,
    /// The bound it was held against; `None` when there was none (no champion yet).
    pub bound: Option<f64>,
    /// The sentence shown to the operator.
    pub reason: String,
}

/// What is known about a candidate and the version it would replace.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The candidate's metrics, as its run logged them last.
    pub candidate: &'a BTreeMap<String, f64>,
    /// The version in production with its own run's metrics; `None` before the first promotion.
    pub champion: Option<(Version, &'a BTreeMap<String, f64>)>,
}

/// What the candidate's run calls the champion's value of a metric, measured on the candidate's own
/// held-out rows: `champion_heldout_auc`. Only these two are a fair comparison; the champion's own
/// run was held out on other rows.
pub fn champion_metric(metric: &str) -> String {
    format!("champion_{metric}")
}

/// Whether every rule passed. A gate without rules passes.
pub fn passed(results: &[GateResult]) -> bool {
    results.iter().all(|r| r.passed)
}

/// Holds the evidence against each rule, in policy's order. `direction` is the model's: which way
/// "at least as good as the champion" points.
pub fn evaluate(rules: &[GateRule], direction: Direction, evidence: &Evidence) -> Vec<GateResult> {
    rules
        .iter()
        .map(|rule| judge(rule, direction, evidence))
        .collect()
}

fn judge(rule: &GateRule, direction: Direction, evidence: &Evidence) -> GateResult {
    let result = |passed, candidate, bound, reason| GateResult {
        name: rule.name.clone(),
        passed,
        candidate,
        bound,
        reason,
    };
    let metric = rule.metric.as_str();
    let value = match known(evidence.candidate, metric) {
        Ok(value) => value,
        Err(why) => {
            return result(
                false,
                None,
                None,
                format!("The candidate's {metric} {why}."),
            );
        }
    };
    let (bound, direction, against) = match rule.bound {
        Bound::Min(min) => (min, Direction::Max, "the minimum".to_owned()),
        Bound::Max(max) => (max, Direction::Min, "the maximum".to_owned()),
        Bound::Champion { margin } => match champion_value(metric, evidence) {
            Rival::None => {
                let reason = format!(
                    "{metric} {} passes: there is no champion yet.",
                    number(value)
                );
                return result(true, Some(value), None, reason);
            }
            Rival::Unknown(why) => return result(false, Some(value), None, why),
            Rival::Known {
                value: champion,
                what,
            } => {
                let bound = match direction {
                    Direction::Max => champion + margin,
                    Direction::Min => champion - margin,
                };
                let what = if margin == 0.0 {
                    what
                } else {
                    format!(
                        "{what} ({}) with a margin of {}",
                        number(champion),
                        number(margin)
                    )
                };
                (bound, direction, what)
            }
        },
    };
    // NaN bounds cannot come from policy; a comparison with one is false, that is, failed.
    let (passed, sign) = match direction {
        Direction::Max => (value >= bound, if value >= bound { ">=" } else { "<" }),
        Direction::Min => (value <= bound, if value <= bound { "<=" } else { ">" }),
    };
    let (left, right) = apart(value, bound);
    result(
        passed,
        Some(value),
        Some(bound),
        format!("{metric} {left} {sign} {right}, {against}."),
    )
}

/// The champion's side of a comparison.
enum Rival {
    /// Nothing is in production.
    None,
    /// Its value, and where that comes from.
    Known { value: f64, what: String },
    /// It has no usable value, and why.
    Unknown(String),
}

fn champion_value(metric: &str, evidence: &Evidence) -> Rival {
    let Some((version, own)) = evidence.champion else {
        return Rival::None;
    };
    let paired = champion_metric(metric);
    if evidence.candidate.contains_key(&paired) {
        return match known(evidence.candidate, &paired) {
            Ok(value) => Rival::Known {
                value,
                what: format!("champion {version} on the same held-out rows"),
            },
            Err(why) => Rival::Unknown(format!(
                "The champion's value on the candidate's rows, {paired}, {why}."
            )),
        };
    }
    match known(own, metric) {
        Ok(value) => Rival::Known {
            value,
            what: format!("champion {version} on its own held-out rows"),
        },
        Err(why) => Rival::Unknown(format!(
            "The {metric} of champion {version} {why}, nor did the candidate log {paired}."
        )),
    }
}

fn known(metrics: &BTreeMap<String, f64>, metric: &str) -> Result<f64, &'static str> {
    match metrics.get(metric) {
        None => Err("was not logged"),
        Some(v) if v.is_nan() => Err("is not a number"),
        Some(v) => Ok(*v),
    }
}

/// Four decimals, which is what held-out metrics are good for; more for small numbers.
fn number(v: f64) -> String {
    if v != 0.0 && v.abs() < 1e-3 {
        format!("{v:.3e}")
    } else {
        format!("{v:.4}")
    }
}

/// Both numbers in as few decimals, from four, as show that they differ.
fn apart(a: f64, b: f64) -> (String, String) {
    let short = (number(a), number(b));
    if a == b || short.0 != short.1 {
        return short;
    }
    (5..17)
        .map(|d| (format!("{a:.d$}"), format!("{b:.d$}")))
        .find(|(a, b)| a != b)
        .unwrap_or(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn metrics(of: &[(&str, f64)]) -> BTreeMap<String, f64> {
        of.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect()
    }

    fn rule(bound: Bound) -> GateRule {
        GateRule {
            name: "r".into(),
            metric: "auc".into(),
            bound,
        }
    }

    fn one(
        bound: Bound,
        direction: Direction,
        candidate: &[(&str, f64)],
        champion: Option<&[(&str, f64)]>,
    ) -> GateResult {
        let candidate = metrics(candidate);
        let champion = champion.map(metrics);
        let evidence = Evidence {
            candidate: &candidate,
            champion: champion.as_ref().map(|m| (Version(2), m)),
        };
        evaluate(&[rule(bound)], direction, &evidence).remove(0)
    }

    const BEAT: Bound = Bound::Champion { margin: 0.0 };

    #[rstest]
    #[case::above(Bound::Min(0.6), 0.65, true, "auc 0.6500 >= 0.6000, the minimum.")]
    #[case::equal(Bound::Min(0.6), 0.6, true, "auc 0.6000 >= 0.6000, the minimum.")]
    #[case::below(Bound::Min(0.6), 0.55, false, "auc 0.5500 < 0.6000, the minimum.")]
    #[case::barely_below(
        Bound::Min(0.6),
        0.599_999,
        false,
        "auc 0.599999 < 0.600000, the minimum."
    )]
    #[case::under_the_maximum(Bound::Max(0.6), 0.55, true, "auc 0.5500 <= 0.6000, the maximum.")]
    #[case::over_the_maximum(Bound::Max(0.6), 0.65, false, "auc 0.6500 > 0.6000, the maximum.")]
    fn an_absolute_bound(
        #[case] bound: Bound,
        #[case] value: f64,
        #[case] passed: bool,
        #[case] reason: &str,
    ) {
        // The model's direction has no say in an absolute bound.
        for direction in [Direction::Max, Direction::Min] {
            let r = one(bound, direction, &[("auc", value)], None);
            assert_eq!(
                (r.passed, r.candidate, r.reason.as_str()),
                (passed, Some(value), reason)
            );
        }
    }

    #[test]
    fn the_first_version_needs_no_champion() {
        let r = one(BEAT, Direction::Max, &[("auc", 0.7)], None);
        assert_eq!((r.passed, r.bound), (true, None));
        assert_eq!(r.reason, "auc 0.7000 passes: there is no champion yet.");
    }

    #[test]
    fn the_same_rows_are_preferred_and_named() {
        let paired = one(
            BEAT,
            Direction::Max,
            &[("auc", 0.70), ("champion_auc", 0.71)],
            Some(&[("auc", 0.60)]),
        );
        assert!(!paired.passed);
        assert_eq!(
            paired.reason,
            "auc 0.7000 < 0.7100, champion v2 on the same held-out rows."
        );
        let own = one(
            BEAT,
            Direction::Max,
            &[("auc", 0.70)],
            Some(&[("auc", 0.60)]),
        );
        assert!(own.passed);
        assert_eq!(
            own.reason,
            "auc 0.7000 >= 0.6000, champion v2 on its own held-out rows."
        );
    }

    #[test]
    fn a_margin_is_in_the_good_direction() {
        let beat_by = Bound::Champion { margin: 0.02 };
        let auc = one(
            beat_by,
            Direction::Max,
            &[("auc", 0.71)],
            Some(&[("auc", 0.70)]),
        );
        assert_eq!((auc.passed, auc.bound), (false, Some(0.72)));
        assert!(
            auc.reason
                .ends_with("on its own held-out rows (0.7000) with a margin of 0.0200."),
            "{}",
            auc.reason
        );
        let loss = one(
            beat_by,
            Direction::Min,
            &[("auc", 0.40)],
            Some(&[("auc", 0.45)]),
        );
        assert!(
            loss.passed && loss.reason.starts_with("auc 0.4000 <= 0.4300"),
            "{}",
            loss.reason
        );
        let tolerant = one(
            Bound::Champion { margin: -0.02 },
            Direction::Max,
            &[("auc", 0.69)],
            Some(&[("auc", 0.70)]),
        );
        assert!(tolerant.passed);
    }

    #[rstest]
    #[case::candidate_missing(&[], Some(&[("auc", 0.6)][..]), "The candidate's auc was not logged.")]
    #[case::candidate_nan(&[("auc", f64::NAN)], Some(&[("auc", 0.6)][..]), "The candidate's auc is not a number.")]
    #[case::champion_missing(&[("auc", 0.7)], Some(&[][..]), "The auc of champion v2 was not logged, nor did the candidate log champion_auc.")]
    #[case::paired_nan(&[("auc", 0.7), ("champion_auc", f64::NAN)], Some(&[("auc", 0.6)][..]), "The champion's value on the candidate's rows, champion_auc, is not a number.")]
    fn what_is_unknown_fails(
        #[case] candidate: &[(&str, f64)],
        #[case] champion: Option<&[(&str, f64)]>,
        #[case] reason: &str,
    ) {
        let r = one(BEAT, Direction::Max, candidate, champion);
        assert_eq!((r.passed, r.reason.as_str()), (false, reason));
    }

    #[test]
    fn all_rules_must_pass() {
        let results = |rules: &[GateRule]| {
            let candidate = metrics(&[("auc", 0.65)]);
            evaluate(
                rules,
                Direction::Max,
                &Evidence {
                    candidate: &candidate,
                    champion: None,
                },
            )
        };
        assert!(passed(&results(&[])));
        assert!(passed(&results(&[rule(Bound::Min(0.6)), rule(BEAT)])));
        assert!(!passed(&results(&[
            rule(Bound::Min(0.6)),
            rule(Bound::Min(0.7))
        ])));
    }
}
