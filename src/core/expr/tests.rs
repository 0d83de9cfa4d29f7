//! The grammar: what reads as what, and what is refused and where.

mod properties;

use super::*;
use crate::{
    search::{Attribute, Expr, Filter, RUNS, Subject},
    table::RunKey,
    time::Millis,
};
use rstest::rstest;

/// 2026-11-21 10:00 UTC.
const NOW: Millis = Millis(1_795_255_200_000);

struct Run;

impl Subject for Run {
    fn text(&self, attribute: Attribute) -> Option<&str> {
        Some(match attribute {
            Attribute::RunId => "3f2a91c0000000000000000000000000",
            Attribute::RunName => "deep-trees",
            Attribute::Status => "RUNNING",
            Attribute::Health => "nan",
            Attribute::UserId => "ana",
            Attribute::ExperimentName => "late15",
            _ => return None,
        })
    }
    fn number(&self, attribute: Attribute) -> Option<i64> {
        match attribute {
            Attribute::StartTime => Some(NOW.0 - Millis::DAY),
            Attribute::Duration => Some(Millis::DAY),
            _ => None,
        }
    }
    fn metric(&self, key: &str) -> Option<f64> {
        match key {
            "auc" => Some(0.93),
            "val loss" => Some(f64::NAN),
            _ => None,
        }
    }
    fn metric_range(&self, key: &str) -> Option<(f64, f64)> {
        (key == "auc").then_some((0.5, 0.95))
    }
    fn param(&self, key: &str) -> Option<&str> {
        match key {
            "depth" => Some("6"),
            "opt" => Some("Adam"),
            _ => None,
        }
    }
    fn tag(&self, key: &str) -> Option<&str> {
        (key == "a/b.c").then_some("it's \"it\"")
    }
    fn words(&self) -> &str {
        "deep-trees\n3f2a91c\ndepth=6\nopt=adam"
    }
}

#[rstest]
#[case("", true)]
#[case("  ", true)]
#[case(
    "metrics.auc > 0.9 and params.depth = 6 and status = running and started > -2d",
    true
)]
#[case("metrics.auc>0.9 params.depth=6", true)]
#[case("metrics.auc > 0.94", false)]
#[case("max(metrics.auc) > 0.94 and min(metrics.auc) <= 0.5", true)]
#[case("metrics.auc > 0.94 or trees", true)]
#[case("not trees", false)]
#[case("NOT (metrics.auc < 0.9 OR status IN (failed, KILLED))", true)]
#[case("status not in ('FINISHED', failed)", true)]
#[case("status != running", false)]
#[case("status ~ ^run", true)]
#[case("status ~ ^Run and status !~ ^Fin", true)]
#[case(
    "status like 'run%' and status like 'RUN%' and status not like 'Fin%'",
    true
)]
#[case("health ~ ^N and health like NaN", true)]
#[case("has(metrics.auc) and not has(metrics.f1)", true)]
#[case("has(parent)", false)]
#[case("metrics.f1 is null and ended is null", true)]
#[case("params.depth is not null", true)]
#[case("params.depth >= 6.0 and params.depth < 7", true)]
#[case("params.depth = \"6.0\"", false)]
#[case("params.depth != 7", true)]
#[case("params.lr != 7", false)]
#[case("params.opt ~ adam and params.opt !~ 'S' and params.opt = Adam", true)]
#[case(
    "params.opt like 'A%' and name ilike 'DEEP%' and not name not like 'd%'",
    true
)]
#[case("tags.a/b.c = 'it\\'s \"it\"'", true)]
#[case("tags.\"a/b.c\" ~ it", true)]
#[case("metrics.`val loss` > 0", false)]
#[case("metrics.`val loss` != 0", true)]
#[case("health != ok and health in (nan, diverged)", true)]
#[case("age < 2d and age > 23h and duration = 24h", true)]
#[case("started >= 2026-11-20T10:00 and started < today", true)]
#[case("started = 2026-11-20T12:00+02:00", true)]
#[case("DEEP", true)]
#[case("\"depth=6\" dep", true)]
#[case("attributes.status = 'RUNNING' AND run_name = 'deep-trees'", true)]
#[case("experiment = late15 user = ana id ~ ^3f2", true)]
fn filters(#[case] text: &str, #[case] expected: bool) {
    let filter = parse(text, NOW).unwrap();
    assert_eq!(filter.matches(&Run), expected, "{filter:?}");
    let printed = print(&filter);
    assert_eq!(parse(&printed, NOW), Ok(filter), "{printed}");
}

#[rstest]
#[case("metrics.auc >", 14, "a value is missing")]
#[case(
    "metrics.auc",
    1,
    "metrics.auc needs a comparison, such as metrics.auc > 0.9; quote it to look for the word"
)]
#[case("metrics. > 1", 1, "the key behind metrics. is missing")]
#[case(
    "depth = 6",
    1,
    "there is no column \"depth\": write metrics.depth, params.depth or tags.depth, or quote it to look for the word"
)]
#[case(
    "ok and mean.x = 1",
    8,
    "there is no prefix \"mean.\": there are metrics., params. and tags."
)]
#[case("metrics.auc > high", 15, "\"high\" is no number")]
#[case(
    "metrics.auc ~ 1",
    13,
    "metrics.auc cannot be compared with ~; use =, !=, <, <=, >, >="
)]
#[case(
    "status > running",
    8,
    "status cannot be compared with >; use =, !=, ~, !~, like, in"
)]
#[case(
    "status = done",
    10,
    "\"done\" is no status: there are running, scheduled, finished, failed, killed"
)]
#[case(
    "health = bad",
    10,
    "\"bad\" is no health: there are ok, nan, diverged, stalled, crashed"
)]
#[case(
    "started > 2d",
    11,
    "\"2d\" is no time: write -2d, -90m, today, 2026-11-21 or 2026-11-21T08:00"
)]
#[case(
    "started > 2026",
    11,
    "\"2026\" has no unit: write -2d, a day such as 2026-11-21, or milliseconds since 1970 in full"
)]
#[case(
    "started > -2",
    11,
    "\"-2\" has no unit: write -2d, a day such as 2026-11-21, or milliseconds since 1970 in full"
)]
#[case(
    "duration > 5",
    12,
    "\"5\" is no span of time: write 90s, 5m, 2h30m or 3d"
)]
#[case("params.opt > adam", 14, "\"adam\" is no number")]
#[case("(trees or deep", 1, "this parenthesis is not closed")]
#[case("trees)", 6, "\")\" cannot stand here")]
#[case("trees and", 10, "a condition is missing")]
#[case("or trees", 1, "\"or\" cannot stand here")]
#[case("name = 'deep", 8, "this quote is not closed")]
#[case("name ~ \"a(b\"", 8, "this is no regular expression: unclosed group")]
#[case(
    "min(params.depth) > 1",
    5,
    "min(…) takes a metric, such as min(metrics.loss)"
)]
#[case("status in running", 11, "\"running\" cannot stand here")]
#[case("status in (running", 11, "this parenthesis is not closed")]
#[case(
    "é = 1",
    1,
    "there is no column \"é\": write metrics.é, params.é or tags.é, or quote it to look for the word"
)]
#[case("éé and metrics.auc >", 21, "a value is missing")]
fn mistakes_say_where(#[case] text: &str, #[case] column: usize, #[case] message: &str) {
    let error = parse(text, NOW).unwrap_err();
    assert_eq!(
        (error.column, error.wrong.to_string().as_str()),
        (column, message)
    );
    assert!(text.get(error.at.clone()).is_some(), "{error:?}");
}

#[rstest]
#[case("metrics.\"top 5\"", "top 5")]
#[case("metrics.val.\"top 5\"", "val.top 5")]
#[case("metrics.a.b.`c.d`", "a.b.c.d")]
#[case("METRIC.val.'x'", "val.x")]
fn a_key_may_be_quoted_from_any_dot_on(#[case] name: &str, #[case] key: &str) {
    assert_eq!(key_of(name), Ok(RunKey::Metric(key.to_owned())));
    let least = format!("min({name})");
    assert_eq!(key_of(&least), Ok(RunKey::Least(key.to_owned())));
    let Ok(filter) = parse(&format!("{name} > 1"), NOW) else {
        panic!("{name}")
    };
    let plain = parse(&format!("metrics.\"{key}\" > 1"), NOW);
    assert_eq!(plain, Ok(filter));
    assert_eq!(key_of("metrics.\"\""), Err(Wrong::NoKey("metrics.".into())));
}

#[test]
fn depth_has_a_limit() {
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&nested(40), NOW).is_ok());
    assert_eq!(
        parse(&nested(9_000), NOW).unwrap_err().wrong,
        Wrong::TooDeep
    );
    assert!(parse(&"not ".repeat(9_000), NOW).is_err());
    let nested = |n: usize| format!("{}metrics.x{}", "min(".repeat(n), ")".repeat(n));
    assert_eq!(key_of(&nested(1)), Ok(RunKey::Least("x".into())));
    for n in [2, 20_000] {
        assert_eq!(key_of(&nested(n)), Err(Wrong::NotAMetric("min")));
    }
    assert_eq!(
        key_of("MAX (params.x)"),
        Err(Wrong::NotAMetric("max")),
        "in any case, with blanks"
    );
    assert_eq!(key_of("min(colour)"), Err(Wrong::Name("colour".into())));
    assert!(key_of("min(metrics.x").is_err() && key_of("min()").is_err());
}

#[test]
fn words_are_looked_for_in_pieces_when_asked() {
    let strict = parse("dptrees metrics.auc > 0.9", NOW).unwrap();
    assert!(!strict.matches(&Run));
    assert!(strict.fuzzily().unwrap().matches(&Run));
    assert_eq!(parse("status = running", NOW).unwrap().fuzzily(), None);
    // What is excluded is excluded as it was said.
    assert_eq!(parse("not dptrees", NOW).unwrap().fuzzily(), None);
}

/// MLflow's own filters read here as what they are there.
#[rstest]
#[case("metrics.auc > 0.5 AND params.opt = 'Adam' AND tags.x != 'y'")]
#[case("attributes.status = 'FINISHED' and run_name LIKE 'a%'")]
#[case("start_time > 1795255200000 AND params.`my key` ILIKE \"%a%\"")]
#[case("tags.x IS NULL AND params.y IS NOT NULL AND run_id IN ('a', 'b')")]
fn mlflows_filters_are_the_same_expressions(#[case] text: &str) {
    let Expr::And(theirs) = Filter::parse(text, &RUNS).unwrap().expr else {
        panic!()
    };
    let Expr::And(ours) = parse(text, NOW).unwrap().expr else {
        panic!()
    };
    assert_eq!(ours, theirs);
}

fn vocabulary() -> Vocabulary {
    let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
    Vocabulary {
        metrics: all(&["auc", "train_loss", "val loss"]),
        params: all(&["depth", "learning_rate"]),
        tags: all(&["window"]),
        users: all(&["ana", "Bo Li"]),
        experiments: all(&["late15"]),
    }
}

#[rstest]
#[case("metrics.a|", 0, &["metrics.auc"])]
#[case("tr|", 0, &["metrics.train_loss"])]
#[case("loss|", 0, &["metrics.train_loss", "metrics.\"val loss\""])]
#[case("trees and dep|", 10, &["params.depth"])]
#[case("status = f|", 9, &["finished", "failed"])]
#[case("status =|", 8, &["running", "scheduled", "finished", "failed", "killed"])]
#[case("status in (failed, k|", 19, &["killed"])]
#[case("user = |", 7, &["ana", "\"Bo Li\""])]
#[case("has(par|", 4, &["params.depth", "params.learning_rate"])]
#[case("min(met|", 4, &["metrics.auc", "metrics.train_loss", "metrics.\"val loss\""])]
#[case("metrics.auc > 0.9 a|", 18, &["and", "age", "metrics.auc", "name", "status", "health", "started", "duration", "parent", "has(", "metrics.train_loss", "metrics.\"val loss\"", "params.learning_rate"])]
#[case("metrics.auc |", 12, &[">", ">=", "<", "<=", "=", "!=", "~", "in (", "is null"])]
#[case("metrics.auc > 0.9|", 14, &[])]
fn completions(#[case] text: &str, #[case] from: usize, #[case] expected: &[&str]) {
    let cursor = text.find('|').unwrap();
    let text = text.replace('|', "");
    let found = complete(&text, cursor, &vocabulary());
    let mut options: Vec<&str> = found.options.iter().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    if expected.len() > 9 {
        // Many: which, not in which order.
        options.sort_unstable();
        expected.sort_unstable();
    }
    assert_eq!((found.from, options), (from, expected));
}

#[rstest]
#[case("st", true)]
#[case("metrics.auc > 0.9 an", true)]
#[case("not (metr", true)]
#[case("deep", false)]
#[case("status = r", false)]
#[case("status in (a, r", false)]
#[case("started ", false)]
#[case("\"st", false)]
#[case("", false)]
fn words_that_may_become_names(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_unfinished(text), expected);
}
