//! Windows by the values of a column.

use super::*;
use trimtab_core::{
    alarm::Subject,
    alert::Said,
    segment::Segment,
    stats::profile::{ReferenceProfile, WindowProfile},
};

fn segmented(columns: &[&str]) -> MonitorPolicy {
    MonitorPolicy {
        segments: columns.iter().map(|c| (*c).to_owned()).collect(),
        ..policy()
    }
}

/// The frame with `x` moved where the colour is blue.
fn blue_moved(frame: &Frame, by: f64) -> Frame {
    let Ok(Column::Text(colours)) = frame.column("colour") else {
        panic!("no colours")
    };
    let mut moved = Frame::new();
    for (name, column) in frame.columns() {
        let column = match column {
            Column::Number(values) if name == "x" => Column::Number(
                values
                    .iter()
                    .zip(colours)
                    .map(|(v, c)| {
                        v.map(|v| {
                            if c.as_deref() == Some("blue") {
                                v + by
                            } else {
                                v
                            }
                        })
                    })
                    .collect(),
            ),
            other => other.clone(),
        };
        moved.push(name, column).unwrap();
    }
    moved
}

/// The values of `x` of one colour.
fn x_of(frame: &Frame, colour: &str) -> Vec<f64> {
    let (Ok(Column::Text(colours)), Ok(Column::Number(x))) =
        (frame.column("colour"), frame.column("x"))
    else {
        panic!("no such columns")
    };
    let of = |(c, v): (&Option<String>, &Option<f64>)| (c.as_deref() == Some(colour)).then_some(*v);
    colours.iter().zip(x).filter_map(of).flatten().collect()
}

fn names(window: &WindowResult) -> Vec<String> {
    window
        .segments
        .iter()
        .map(|s| s.segment.to_string())
        .collect()
}

#[tokio::test]
async fn what_happens_to_a_part_is_seen() {
    let mut policy = segmented(&["colour"]);
    policy.drift.share = 0.3;
    let world = World::with(policy);
    let moved = blue_moved(&week(WEEKS[0], "w0-", 400, 0.0), 0.5);
    world.write(&format!("log/{}.parquet", WEEKS[0]), &moved);
    world.write("labels/a.parquet", &labels("w0-", 300));
    assert_eq!(problems(&world.pass().await), []);
    let window = world.window(0).await;
    assert_eq!(names(&window), ["colour=red", "colour=blue"]);
    assert_eq!(window.segments.iter().map(|s| s.rows).sum::<u64>(), 400);
    let labelled = |w: &WindowResult| w.segments.iter().map(|s| s.quality.labelled).sum::<u64>();
    assert_eq!((labelled(&window), window.quality.labelled), (300, 300));
    let blue: Segment = "colour=blue".parse().unwrap();
    let (red, blue) = (&window.segments[0], window.segment(&blue).unwrap());
    // The column itself says nothing of its segments.
    let features: Vec<&str> = blue.cells.iter().map(|c| c.feature.as_str()).collect();
    assert_eq!(features, ["x", "score", "answer"]);
    assert_eq!((red.drifted(), blue.drifted()), (0, 1));
    assert!(red.own_reference && blue.own_reference);

    // As if there were nothing but these rows.
    let reference = week("2013-01-07", "r", 1000, 0.0);
    let alone = ReferenceProfile::numeric(x_of(&reference, "blue"), 0);
    let c = alone
        .compare(&WindowProfile::numeric(x_of(&moved, "blue"), 0))
        .unwrap();
    assert_eq!(
        (blue.cells[0].psi, blue.cells[0].distance),
        (c.psi, c.distance)
    );

    // A part that drifts makes the window bad, and is named.
    let state = world.runner.state("m").await.unwrap();
    assert_eq!(state.rules.said(Subject::Drift, &window), Said::Bad);
    let mut first = state.clone();
    first.windows.truncate(1);
    let words = &first.alarms()[0].words;
    assert!(
        words.contains("in segments colour=blue (1 of 3)"),
        "{words}"
    );

    let start = Millis::parse(WEEKS[0]).unwrap();
    let of = |segment: &str| ("x", segment.parse().ok());
    let shown = world
        .runner
        .distribution("m", start, of("colour=blue"))
        .await
        .unwrap();
    assert_eq!(shown.number("psi_q10_null"), Some(blue.cells[0].psi));
    assert_eq!(shown.bins.iter().map(|b| b.1).sum::<u64>(), blue.rows);
    assert_eq!(shown.edges.len(), 9);
    assert!(
        shown.sql.contains("= 'blue'") && shown.sql.contains("isfinite"),
        "{}",
        shown.sql
    );
    let none = world
        .runner
        .distribution("m", start, of("colour=green"))
        .await;
    let none = none.unwrap_err().to_string();
    assert!(none.contains("it has no segment colour=green"), "{none}");
}

#[tokio::test]
async fn few_values_are_told_apart_and_few_rows_have_no_reference() {
    let mut policy = segmented(&["colour"]);
    policy.segment_values = 1;
    policy.drift.min_rows = 500;
    let world = World::with(policy);
    world.pass().await;
    let window = world.window(0).await;
    // Of a thousand rows some 600 are red.
    assert_eq!(names(&window), ["colour=red", "colour=(other)"]);
    let own: Vec<bool> = window.segments.iter().map(|s| s.own_reference).collect();
    assert_eq!(own, [true, false]);
    // The rest is compared with all rows, and with the reference's whole.
    let rest = &window.segments[1];
    let reference = week("2013-01-07", "r", 1000, 0.0);
    let all = ["red", "blue"].map(|c| x_of(&reference, c)).concat();
    let blue = x_of(&week(WEEKS[0], "w0-", 400, 0.0), "blue");
    assert_eq!(rest.rows, blue.len() as u64);
    let c = ReferenceProfile::numeric(all, 0)
        .compare(&WindowProfile::numeric(blue, 0))
        .unwrap();
    assert_eq!(rest.cells[0].distance, c.distance);
}

#[tokio::test]
async fn columns_that_the_reference_lacks_have_segments_too() {
    let world = World::with(segmented(&["version", "nowhere"]));
    let reference = without(&week("2013-01-07", "r", 1000, 0.0), "version");
    world.write("reference.parquet", &reference);
    let outcome = world.pass().await;
    let unknown = |p: &InputProblem| p.reason == "There is no column \"nowhere\".";
    assert!(
        outcome.problems.iter().any(unknown),
        "{:?}",
        outcome.problems
    );
    let window = world.window(0).await;
    assert_eq!(names(&window), ["version=m-v1", "version=m-v2"]);
    let rows: Vec<u64> = window.segments.iter().map(|s| s.rows).collect();
    assert_eq!(rows, [300, 100]);
    assert!(window.segments.iter().all(|s| !s.own_reference));
    // Without segments in policy, windows are computed again without any.
    let policies = BTreeMap::from([("m".to_owned(), policy())]);
    world.runner.set_policies(&policies);
    assert_eq!(world.pass().await.windows.len(), 3);
    assert_eq!(world.window(0).await.segments, []);
}
