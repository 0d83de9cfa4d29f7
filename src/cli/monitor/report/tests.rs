use super::*;
use trimtab_core::{
    alarm::WindowRules,
    alert::Persistence,
    monitor::{InputProblem, Number, Quality, Service},
    policy::Cut,
    registry::Version,
    stats::effect::{Method, Rule},
};

/// A name that would be a script, were it not escaped.
const HOSTILE: &str = "</td><script>alert('\"&\u{1b}[2J</script>";

fn cell(feature: &str, effect: f64, verdict: Verdict) -> FeatureCell {
    FeatureCell {
        feature: feature.into(),
        categorical: false,
        rows: 1000,
        nulls: 10,
        psi: effect,
        distance: effect,
        p: 0.001,
        p_adjusted: 0.002,
        rule: Rule {
            method: Method::Psi,
            threshold: 0.1,
            weight: 1.0,
        },
        effect,
        verdict,
    }
}

fn window(week: i64, cells: Vec<FeatureCell>) -> WindowResult {
    WindowResult {
        monitor: "late".into(),
        start: Millis(week * Millis::WEEK),
        end: Millis((week + 1) * Millis::WEEK),
        rows: 1000,
        versions: vec![(Version(3), 1000)],
        segments: Vec::new(),
        cells,
        quality: Quality::unknown(),
        estimate: None,
        service: Service {
            p50_ms: 5.0,
            p95_ms: f64::NAN,
            p99_ms: 9.0,
            error_rate: 0.01,
        },
        computed: Millis(0),
    }
}

fn state() -> MonitorState {
    let cells = |shift: f64| {
        vec![
            cell("calm", 0.01, Verdict::Stable),
            cell(HOSTILE, 0.2 + shift, Verdict::Drifted),
            cell(
                "lost",
                f64::INFINITY,
                Verdict::Error("column missing".into()),
            ),
            cell("none", f64::NAN, Verdict::NotEnoughData),
        ]
    };
    MonitorState {
        name: HOSTILE.into(),
        model: "m".into(),
        psi_threshold: 0.1,
        quality_metric: "auc".into(),
        quality_min: f64::NAN,
        reference_rows: 5000,
        rules: WindowRules {
            share: 0.5,
            quality: None,
            alert: Persistence::default(),
            alpha: 0.05,
            cut: Cut::default(),
        },
        windows: (10..14)
            .map(|w| window(w, cells(w as f64 / 10.0)))
            .collect(),
        problems: vec![InputProblem {
            monitor: "m".into(),
            file: HOSTILE.into(),
            reason: "It is broken.".into(),
            rows: 7,
            first_seen: Millis(0),
        }],
        newest: Some(Millis(14 * Millis::WEEK)),
        now: Millis(14 * Millis::WEEK),
        handled: Vec::new(),
    }
}

fn made() -> String {
    let state = state();
    let window = newest(&state);
    let drawn = Distribution {
        feature: HOSTILE.into(),
        start: window.start,
        buckets: vec![HOSTILE.into(), "(null)".into()],
        reference: vec![0.5, 0.5],
        current: vec![0.9, 0.1],
        cell: window.cells[1].clone(),
        numbers: vec![Number {
            key: "psi_q10_null".into(),
            value: 0.25,
            about: "<definition>".into(),
        }],
        edges: Vec::new(),
        bins: Vec::new(),
        sql: String::new(),
    };
    page(&state, window, latency(&state.windows), &[drawn]).unwrap()
}

#[test]
fn names_are_text_and_the_page_is_well_formed() {
    let made = made();
    assert!(!made.contains("<script") && !made.contains('\u{1b}'));
    let page = roxmltree::Document::parse_with_options(
        &made,
        roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        },
    )
    .unwrap();
    let tags = |name: &str| page.descendants().filter(|n| n.has_tag_name(name)).count();
    let svg = ("http://www.w3.org/2000/svg", "svg");
    assert_eq!(
        page.descendants().filter(|n| n.has_tag_name(svg)).count(),
        4
    );
    assert_eq!((tags("h1"), tags("h2"), tags("table")), (1, 6, 3));
    let title = page.descendants().find(|n| n.has_tag_name("h1")).unwrap();
    let shown = HOSTILE.replace('\u{1b}', "?");
    assert!(title.text().unwrap().starts_with(&shown), "{title:?}");
    // Nothing is fetched: neither a picture nor a style from elsewhere.
    for node in page.descendants() {
        for attribute in node.attributes() {
            assert!(
                !["src", "href", "onload"].contains(&attribute.name()),
                "{node:?}"
            );
        }
    }
}

#[test]
fn what_is_worst_comes_first_and_is_marked() {
    let state = state();
    let ranked: Vec<&str> = ranked(newest(&state)).iter().map(|c| &*c.feature).collect();
    assert_eq!(ranked, ["lost", HOSTILE, "calm", "none"]);
    let made = made();
    assert!(made.contains("<td class=\" bad\">drifted</td>"));
    assert!(made.contains("<td class=\" bad\">column missing</td>"));
    assert!(made.contains("&lt;definition&gt;"));
}

#[test]
fn the_window_is_the_last_that_was_judged() {
    let mut state = state();
    // The newest one is not over yet.
    state.newest = Some(Millis(13 * Millis::WEEK + 1));
    state.now = Millis(13 * Millis::WEEK + 1);
    assert_eq!(newest(&state).start, Millis(12 * Millis::WEEK));
}
