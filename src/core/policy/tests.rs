//! The policy file as people write it, right and wrong.
use super::*;
use rstest::rstest;

/// The sketch of the demonstration's policy: every table, every key.
const FULL: &str = r#"
[workspace]
name = "flights"

[agent]
http = "127.0.0.1:5000"

[models.late15]
experiment = "late15"
metric = "heldout_auc"
direction = "max"
[models.late15.gate]
rules = [
  { name = "absolute", metric = "heldout_auc", min = 0.62 },
  { name = "champion", metric = "heldout_auc", at_least = "champion", margin = 0.0 },
]
[models.late15.approval]
required = 1
author_may_approve = true
[models.late15.target]
kind = "symlink"
path = "serving/late15"
reload = "http://127.0.0.1:8123/reload"
verify = "http://127.0.0.1:8123/health"
timeout = "5s"

[monitors.late15]
model = "late15"
log = "log/**/*.parquet"
labels = "labels/**/*.parquet"
reference = "reference.parquet"
window = "week"
[monitors.late15.columns]
timestamp = "timestamp"
request_id = "request_id"
version = "model_version"
prediction = "prediction"
score = "probability"
label = "label"
label_timestamp = "label_ts"
latency = "latency_ms"
status = "status_code"
features = ["distance", "dest"]
[monitors.late15.drift]
psi = 0.1
alpha = 0.05
min_rows = 100
[monitors.late15.quality]
metric = "auc"
min = 0.66
min_labels = 500

[recipes.late15]
model = "late15"
command = ["{trimtab}", "demo", "train"]
window = "12w"
timeout = "10m"
[recipes.late15.params]
depth = 6
rate = "0.1"
[[recipes.late15.triggers]]
kind = "metric_below"
monitor = "late15"
metric = "auc"
below = 0.66
windows = 2
cooldown = "4w"
[[recipes.late15.triggers]]
kind = "schedule"
cron = "0 3 * * 1"

[notify.ops]
url_file = "ops.url"
monitors = ["late15"]
"#;

fn fails(text: &str) -> PolicyError {
    Policy::parse(text, "trimtab.toml").unwrap_err()
}

#[test]
fn the_full_file_says_what_it_says() {
    let p = Policy::parse(FULL, "trimtab.toml").unwrap();
    let model = &p.models["late15"];
    assert_eq!(model.gate.rules[1].bound, Bound::Champion { margin: 0.0 });
    assert!(model.approval.author_may_approve);
    let Target::Symlink(link) = &model.target else {
        panic!("a symlink")
    };
    assert_eq!(
        (link.path.as_str(), link.timeout.millis()),
        ("serving/late15", 5_000)
    );
    let monitor = &p.monitors["late15"];
    assert_eq!(monitor.window, Window::Week);
    assert_eq!(
        monitor.quality.as_ref().map(|q| (q.metric, q.min)),
        Some((QualityMetric::Auc, Some(0.66)))
    );
    assert!(monitor.columns.has_role("latency_ms") && !monitor.columns.has_role("distance"));
    let recipe = &p.recipes["late15"];
    assert_eq!(
        recipe
            .params
            .values()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["6", "0.1"]
    );
    assert_eq!(recipe.triggers[0].rule.word(), "metric_below");
    assert_eq!(recipe.triggers[0].windows, 2);
    assert_eq!(
        p.recipes_of("late15").count() + p.monitors_of("late15").count(),
        2
    );
    assert_eq!(p.agent.http.unwrap().port(), 5000);
}

#[test]
fn what_is_left_out_has_its_default() {
    let p = Policy::parse("[workspace]\nname = 'w'\n[models.m]\nmetric = 'auc'\n[monitors.m]\nmodel = 'm'\nlog = 'l'\nreference = 'r'\n[recipes.m]\nmodel = 'm'\ncommand = ['t']", "t").unwrap();
    assert_eq!(p.agent.http, None);
    let m = &p.models["m"];
    assert_eq!(
        (m.direction, &m.target, m.approval.required),
        (Direction::Max, &Target::Alias, 1)
    );
    assert!(!m.approval.author_may_approve && m.gate.rules.is_empty());
    let w = &p.monitors["m"];
    assert_eq!(
        (w.drift.psi, w.drift.alpha, w.drift.min_rows, w.window),
        (0.1, 0.05, 100, Window::Week)
    );
    assert_eq!(w.quality, None);
    let r = &p.recipes["m"];
    assert_eq!(
        (r.window.to_string(), r.timeout.to_string()),
        ("12w".into(), "1h".into())
    );
}

#[test]
fn it_survives_being_written_and_read_again() {
    let p = Policy::parse(FULL, "t").unwrap();
    let text = toml::to_string(&p).unwrap();
    assert_eq!(Policy::parse(&text, "t").unwrap(), p);
}

#[test]
fn the_template_parses_with_and_without_its_comments() {
    Policy::parse(Policy::template(), "trimtab.toml").unwrap();
    // Every optional table, uncommented; the second `kind` of a table goes, being an alternative.
    let all: String = Policy::template()
        .lines()
        .filter(|l| !l.starts_with("kind = \"alias\""))
        .filter_map(|l| {
            let bare = l.strip_prefix("# ").unwrap_or(l);
            let toml = bare.starts_with('[')
                || bare.contains(" = ")
                || bare.starts_with("  {")
                || bare == "]";
            toml.then(|| format!("{bare}\n"))
        })
        .collect();
    let p = Policy::parse(&all, "template").unwrap();
    assert_eq!((p.monitors.len(), p.recipes.len()), (1, 1));
    assert!(p.agent.http.is_some() && matches!(p.models["example"].target, Target::Symlink(_)));
    assert!(p.agent.http_token_file.is_some() && p.agent.http_tls_key.is_some());
}

#[test]
fn an_error_reads_as_a_compilers() {
    let e = fails(&FULL.replace("psi = 0.1", "psii = 0.1"));
    assert_eq!(
        e.to_string(),
        "trimtab.toml:45:1: unknown key `psii`; expected one of psi, alpha, min_rows, method, threshold, share, features. Did you mean `psi`?\n   |\n45 | psii = 0.1\n   | ^^^^"
    );
}

/// `from` → `to` in the full file; then line, column, and parts of the message.
#[rstest]
#[case::unknown_table(
    "[agent]",
    "[agnet]",
    "5:2",
    "unknown key `agnet`; expected one of workspace, agent, models, monitors, recipes, notify. Did you mean `agent`?"
)]
#[case::unknown_key(
    "metric = \"heldout_auc\"\nd",
    "metrik = \"heldout_auc\"\nd",
    "10:1",
    "unknown key `metrik`"
)]
#[case::missing_key("log = \"log/**/*.parquet\"", "", "27:1", "no key `log`")]
#[case::wrong_type(
    "psi = 0.1",
    "psi = \"much\"",
    "45:7",
    "string \"much\"; expected a number"
)]
#[case::table_wanted(
    "[models.late15.approval]\nrequired = 1\nauthor_may_approve = true",
    "approval = 3",
    "17:1",
    ""
)]
#[case::negative_rows(
    "min_rows = 100",
    "min_rows = -1",
    "47:12",
    "expected a whole number, 0 or more"
)]
#[case::bad_direction(
    "\"max\"",
    "\"up\"",
    "11:13",
    "unknown value `up`; expected one of max, min"
)]
#[case::unknown_window(
    "window = \"week\"",
    "window = \"weak\"",
    "32:10",
    "invalid window \"weak\"; expected \"hour\", \"day\", \"week\", \"month\", a span such as \"24h\", or { rows = 10000 }."
)]
#[case::bad_span(
    "timeout = \"10m\"",
    "timeout = \"5x\"",
    "57:11",
    "invalid span \"5x\"; expected a whole number above 0 with a unit"
)]
#[case::span_number(
    "timeout = \"10m\"",
    "timeout = 10",
    "57:11",
    "integer `10`; expected a whole number above 0 with a unit"
)]
#[case::psi_zero("psi = 0.1", "psi = 0.0", "45:7", "psi = 0; expected a number above 0")]
#[case::psi_nan("psi = 0.1", "psi = nan", "45:7", "psi = NaN")]
#[case::alpha_one(
    "alpha = 0.05",
    "alpha = 1.0",
    "46:9",
    "alpha = 1; expected a number between 0 and 1"
)]
#[case::quality_unknown(
    "metric = \"auc\"\nmin",
    "metric = \"auk\"\nmin",
    "49:10",
    "Did you mean `auc`?"
)]
#[case::quality_way(
    "min = 0.66",
    "max = 0.66",
    "50:7",
    "max for auc, where more is better; expected min"
)]
#[case::quality_no_labels("labels = \"labels/**/*.parquet\"", "", "48:18", "no labels")]
#[case::quality_no_score("score = \"probability\"", "", "49:10", "no score column")]
#[case::quality_other_task(
    "metric = \"auc\"\nmin",
    "metric = \"r2\"\nmin",
    "49:10",
    "the measure r2, which no classification has; expected one of auc, log_loss"
)]
#[case::quality_unbounded(
    "min = 0.66\n",
    "",
    "48:18",
    "no bound on auc, so that nothing is judged; expected min = <number>"
)]
#[case::rule_for_no_feature(
    "min_rows = 100",
    "min_rows = 100\n[monitors.late15.drift.features.dst]\nweight = 2",
    "48:33",
    "unknown feature `dst`; expected one of distance, dest. Did you mean `dest`?"
)]
#[case::alert_calm(
    "[monitors.late15.quality]",
    "[monitors.late15.alert]\ncalm = 0\n[monitors.late15.quality]",
    "49:8",
    "calm = 0; expected 1 or more"
)]
#[case::alert_silent(
    "[monitors.late15.quality]",
    "[monitors.late15.alert]\nsilent = 0\n[monitors.late15.quality]",
    "49:10",
    "silent = 0; expected 1 or more"
)]
#[case::alert_escalate(
    "[monitors.late15.quality]",
    "[monitors.late15.alert]\nescalate = 0\n[monitors.late15.quality]",
    "49:12",
    "escalate = 0; expected 1 or more"
)]
#[case::two_bounds(
    "min = 0.62",
    "min = 0.62, max = 0.9",
    "14:3",
    "gate rule \"absolute\" has two bounds; expected one of min, max or at_least"
)]
#[case::no_bound(", min = 0.62", "", "14:3", "has no bound")]
#[case::margin_alone(
    "min = 0.62",
    "min = 0.62, margin = 0.1",
    "14:3",
    "margin without a champion"
)]
#[case::rule_twice(
    "name = \"champion\"",
    "name = \"absolute\"",
    "15:12",
    "a second gate rule named `absolute`"
)]
#[case::rule_key("min = 0.62", "min = 0.62, mx = 1", "14:60", "unknown key `mx`")]
#[case::rule_bound_nan(
    "min = 0.62",
    "min = nan",
    "14:54",
    "min = NaN; expected a finite number"
)]
#[case::no_path(
    "path = \"serving/late15\"",
    "",
    "20:1",
    "kind \"symlink\" without a path"
)]
#[case::alias_with_path(
    "kind = \"symlink\"",
    "kind = \"alias\"",
    "20:1",
    "kind \"alias\" with other keys"
)]
#[case::bad_kind(
    "kind = \"symlink\"",
    "kind = \"simlink\"",
    "21:8",
    "Did you mean `symlink`?"
)]
#[case::bad_url(
    "reload = \"http",
    "reload = \"ftp",
    "23:10",
    "expected one that starts with http://"
)]
#[case::monitor_model(
    "[monitors.late15]\nmodel = \"late15\"",
    "[monitors.late15]\nmodel = \"late51\"",
    "28:9",
    "unknown model `late51`; expected late15. Did you mean `late15`?"
)]
#[case::every_no_part(
    "[monitors.late15]\nmodel = \"late15\"",
    "[monitors.late15]\nevery = \"50h\"\nmodel = \"late15\"",
    "28:9",
    "every = \"50h\", of which week is no multiple; expected an even part of the window"
)]
#[case::every_of_rows(
    "window = \"week\"",
    "every = \"1h\"\nwindow = { rows = 9 }",
    "32:9",
    "every = \"1h\" with windows by 9 rows"
)]
#[case::every_too_often(
    "[monitors.late15]\nmodel = \"late15\"",
    "[monitors.late15]\nevery = \"1m\"\nmodel = \"late15\"",
    "28:9",
    "10080 windows that overlap"
)]
#[case::segments_twice(
    "[monitors.late15]\nmodel = \"late15\"",
    "[monitors.late15]\nsegments = [\"dest\", \"dest\"]\nmodel = \"late15\"",
    "28:21",
    "segments by `dest` a second time"
)]
#[case::segment_values(
    "[monitors.late15]\nmodel = \"late15\"",
    "[monitors.late15]\nsegment_values = 51\nmodel = \"late15\"",
    "28:18",
    "segment_values = 51; expected a number from 1 up to 50"
)]
#[case::recipe_model(
    "[recipes.late15]\nmodel = \"late15\"",
    "[recipes.late15]\nmodel = \"x\"",
    "54:9",
    "unknown model `x`; expected late15."
)]
#[case::no_command(
    "command = [\"{trimtab}\", \"demo\", \"train\"]",
    "command = []",
    "55:11",
    "an empty command"
)]
#[case::shell_command(
    "command = [\"{trimtab}\", \"demo\", \"train\"]",
    "command = \"train\"",
    "55:11",
    "expected an array"
)]
#[case::bad_param("depth = 6", "\"de-pth\" = 6", "59:12", "the parameter `de-pth`")]
#[case::param_table(
    "depth = 6",
    "depth = []",
    "59:9",
    "expected a string, a number or a boolean"
)]
#[case::trigger_monitor(
    "monitor = \"late15\"",
    "monitor = \"late\"",
    "63:11",
    "unknown monitor `late`"
)]
#[case::trigger_key(
    "below = 0.66",
    "above = 0.66",
    "61:1",
    "with the key above; expected monitor, metric, below, windows and cooldown"
)]
#[case::trigger_missing("below = 0.66\n", "", "61:1", "without the key below")]
#[case::trigger_windows(
    "windows = 2",
    "windows = 0",
    "66:11",
    "windows = 0; expected 1 or more"
)]
#[case::trigger_way(
    "metric = \"auc\"\nbelow",
    "metric = \"log_loss\"\nbelow",
    "62:8",
    "expected kind = \"metric_above\""
)]
#[case::cron("0 3 * * 1", "weekly", "70:8", "expected five fields")]
#[case::feature_twice(
    "\"distance\", \"dest\"",
    "\"dest\", \"dest\"",
    "43:21",
    "the feature `dest` a second time"
)]
#[case::name_escapes(
    "[models.late15]",
    "[models.\"../x\"]\nmetric='a'\n[models.late15]",
    "8:9",
    "the model name `../x`"
)]
#[case::token_missing_file(
    "http = \"127.0.0.1:5000\"",
    "http = \"127.0.0.1:5000\"\nhttp_token_file = \"\"",
    "7:19",
    "an empty path"
)]
#[case::certificate_alone(
    "http = \"127.0.0.1:5000\"",
    "http = \"127.0.0.1:5000\"\nhttp_tls_cert = \"c.pem\"",
    "7:17",
    "expected http_tls_key"
)]
#[case::key_alone(
    "http = \"127.0.0.1:5000\"",
    "http = \"127.0.0.1:5000\"\nhttp_tls_key = \"k.pem\"",
    "7:16",
    "expected http_tls_cert"
)]
#[case::token_without_address(
    "http = \"127.0.0.1:5000\"",
    "http_token_file = \"t\"",
    "6:19",
    "no address to serve at"
)]
#[case::host_with_port(
    "http = \"127.0.0.1:5000\"",
    "http = \"127.0.0.1:5000\"\nhttp_hosts = [\"a.example:80\"]",
    "7:14",
    "the host name `a.example:80`"
)]
#[case::no_artifact_root(
    "http = \"127.0.0.1:5000\"",
    "http = \"127.0.0.1:5000\"\nartifact_root = \"hdfs://host/x\"",
    "7:17",
    "no place for artifacts: 'artifact_location' cannot use the 'hdfs' scheme"
)]
#[case::artifact_root_of_nobody(
    "http = \"127.0.0.1:5000\"",
    "artifact_root = \"artifacts\"",
    "6:17",
    "artifact_root, but no address to serve at"
)]
#[case::open_address(
    "127.0.0.1:5000",
    "0.0.0.0:5000",
    "6:8",
    "expected http_token_file = \"<file>\" beside it, or a loopback address"
)]
#[case::reference_ends_first(
    "reference = \"reference.parquet\"",
    "reference = \"reference.parquet\"\nreference_from = \"2013-02-01\"\nreference_to = \"2013-02-01\"",
    "33:16",
    "an end, 2013-02-01, that is not after the start, 2013-02-01"
)]
#[case::no_moment(
    "reference = \"reference.parquet\"",
    "reference = \"reference.parquet\"\nreference_from = \"spring\"",
    "32:18",
    "invalid moment \"spring\"; expected a UTC day or an instant"
)]
#[case::nobody_tells(
    "url_file = \"ops.url\"",
    "on = [\"firing\"]",
    "72:9",
    "nothing that tells `ops`; expected url_file"
)]
#[case::two_ways(
    "url_file = \"ops.url\"",
    "url_file = \"ops.url\"\ncommand = [\"mail\"]",
    "74:11",
    "a command beside a webhook"
)]
#[case::no_program("url_file = \"ops.url\"", "command = [\"\"]", "73:11", "no program")]
#[case::body_for_a_command(
    "url_file = \"ops.url\"",
    "command = [\"mail\"]\nbody = \"json\"",
    "74:8",
    "a body for a command"
)]
#[case::nothing_to_tell(
    "url_file = \"ops.url\"",
    "url_file = \"ops.url\"\non = []",
    "74:6",
    "nothing to tell"
)]
#[case::unknown_occasion(
    "url_file = \"ops.url\"",
    "url_file = \"ops.url\"\non = [\"fireing\"]",
    "74:7",
    "Did you mean `firing`?"
)]
#[case::unknown_monitor(
    "monitors = [\"late15\"]",
    "monitors = [\"late51\"]",
    "74:13",
    "unknown monitor `late51`; expected late15. Did you mean `late15`?"
)]
#[case::not_an_address("127.0.0.1:5000", "localhost", "6:8", "")]
#[case::syntax("name = \"flights\"", "name = flights", "3:8", "")]
#[case::twice(
    "name = \"flights\"",
    "name = \"flights\"\nname = \"again\"",
    "4:1",
    "duplicate key"
)]
fn a_wrong_file_says_where(
    #[case] from: &str,
    #[case] to: &str,
    #[case] place: &str,
    #[case] says: &str,
) {
    assert!(FULL.contains(from), "the full file no longer has {from:?}");
    let e = fails(&FULL.replacen(from, to, 1));
    let text = e.to_string();
    assert_eq!(format!("{}:{}", e.line, e.column), place, "{text}");
    assert!(text.contains(says), "{says:?} is not in:\n{text}");
    assert!(
        !text.contains("struct ") && !text.contains("field `"),
        "Rust shows through:\n{text}"
    );
}

#[test]
fn a_measure_of_classes_needs_the_classes() {
    let bare = FULL.replace("prediction = \"prediction\"\n", "");
    Policy::parse(&bare, "t").unwrap();
    let e = fails(&bare.replace("metric = \"auc\"\nmin =", "metric = \"f1\"\nmin ="));
    let text = e.to_string();
    assert!(
        text.starts_with("trimtab.toml:48:10: the measure f1, but no prediction column"),
        "{text}"
    );
}

#[test]
fn a_rule_for_an_answer_or_for_an_unlisted_feature_is_no_fault() {
    let rule = "min_rows = 100\n[monitors.late15.drift.features.probability]\nweight = 0";
    Policy::parse(&FULL.replace("min_rows = 100", rule), "t").unwrap();
    let unlisted = FULL.replace("features = [\"distance\", \"dest\"]\n", "");
    let rule = "min_rows = 100\n[monitors.late15.drift.features.dst]\nweight = 2";
    Policy::parse(&unlisted.replace("min_rows = 100", rule), "t").unwrap();
}

#[test]
fn the_first_of_many_faults_is_reported() {
    let e = fails(
        &FULL
            .replace("alpha = 0.05", "alpha = 7")
            .replace("psi = 0.1", "psi = -1"),
    );
    assert_eq!((e.line, e.column), (45, 7));
}

#[test]
fn an_empty_file_asks_for_the_workspace() {
    assert!(
        fails("")
            .to_string()
            .starts_with("trimtab.toml:1:1: no key `workspace`")
    );
}

#[test]
fn the_schema_knows_every_table() {
    let text = json_schema();
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(schema["properties"]["models"].is_object());
    for word in [
        "Target",
        "Trigger",
        "GateRule",
        "DriftPolicy",
        "at_least",
        "metric_below",
        "cooldown",
    ] {
        assert!(
            text.contains(&format!("\"{word}\"")),
            "{word} is not in the schema"
        );
    }
    assert!(text.ends_with("}\n"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\[|\\]|=|\"|\n|models|x|\\.|1|é| ){0,60}") {
        if let Err(e) = Policy::parse(&text, "t") {
            let _ = e.to_string();
        }
    }

    #[test]
    fn a_broken_line_never_panics(line in 0usize..80, junk in ".{0,10}") {
        let text: Vec<&str> = FULL.lines().enumerate().map(|(i, l)| if i == line { junk.as_str() } else { l }).collect();
        if let Err(e) = Policy::parse(&text.join("\n"), "t") {
            let _ = e.to_string();
        }
    }
}
