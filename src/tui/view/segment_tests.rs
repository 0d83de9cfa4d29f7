//! The Monitors pane by segments, and windows shorter than a day.

use trimtab_core::monitor::MonitorState;
use trimtab_core::policy::Window;
use trimtab_core::segment::{Segment, SegmentResult};
use trimtab_core::stats::drift::Verdict;
use trimtab_core::time::Millis;
use trimtab_wire::{Request, Snapshot};

use crate::model::data::Slot;
use crate::testing::fixtures;
use crate::testing::harness::Harness;

fn shown(monitor: MonitorState, width: u16) -> Harness {
    let mut h = Harness::alive(width, 50);
    h.keys("5");
    h.feed(Slot::Monitors, Snapshot::Monitors(vec![monitor]));
    h
}

/// Every window with two segments, in one of which every feature drifted.
fn segmented() -> MonitorState {
    let mut monitor = fixtures::monitor();
    for w in &mut monitor.windows {
        let part = |value: Option<&str>, verdict: Verdict, rows| SegmentResult {
            segment: Segment {
                column: "carrier".into(),
                value: value.map(str::to_owned),
            },
            rows,
            own_reference: value.is_some(),
            cells: w
                .cells
                .iter()
                .map(|c| trimtab_core::monitor::FeatureCell {
                    verdict: verdict.clone(),
                    ..c.clone()
                })
                .collect(),
            quality: w.quality.clone(),
        };
        w.segments = vec![
            part(Some("AA"), Verdict::Drifted, 4_000),
            part(None, Verdict::Stable, 2_012),
        ];
    }
    monitor
}

#[test]
fn segments_are_stepped_through() {
    let mut h = shown(segmented(), 200);
    let whole = h.text_frame();
    assert!(!whole.contains("carrier=AA,"), "{whole}");
    assert!(
        whole.contains("1 of 2 segments drifted as a whole: carrier=AA"),
        "{whole}"
    );
    h.keys("s");
    let first = h.text_frame();
    assert!(
        first.contains("carrier=AA, 1 of 2") && first.contains("its own part of the reference"),
        "{first}"
    );
    assert!(first.contains("4,000 rows"), "{first}");
    h.keys("s");
    let rest = h.text_frame();
    assert!(
        rest.contains("carrier=(other), 2 of 2") && rest.contains("all of the reference"),
        "{rest}"
    );
    h.keys("s");
    assert_eq!(h.text_frame(), whole);
    h.keys("S");
    assert!(h.text_frame().contains("carrier=(other), 2 of 2"));
    // A monitor without segments shows all rows again.
    h.feed(
        Slot::Monitors,
        Snapshot::Monitors(vec![fixtures::monitor()]),
    );
    let without = h.text_frame();
    assert!(!without.contains("carrier=(other)"), "{without}");
}

#[test]
fn a_segment_s_distribution_is_its_own() {
    let mut h = shown(segmented(), 80);
    h.keys("s");
    h.keys("j");
    h.keys("j");
    let of = |r: &Request| match r {
        Request::Distribution { segment, .. } => segment.as_ref().map(Segment::to_string),
        _ => None,
    };
    let asked: Vec<String> = h.asked.iter().filter_map(|(_, r)| of(r)).collect();
    assert_eq!(asked, ["carrier=AA"]);
}

#[test]
fn hours_are_named_by_the_hour() {
    let mut monitor = fixtures::monitor();
    monitor.rules.cut.window = Window::Hour;
    let first = monitor.windows[0].start;
    let hour = Millis::DAY / 24;
    let windows: Vec<_> = (0..30)
        .map(|i| {
            let mut w = monitor.windows[i as usize % monitor.windows.len()].clone();
            w.start = Millis(first.0 + i * hour);
            w.end = Millis(w.start.0 + hour);
            w
        })
        .collect();
    monitor.windows = windows;
    monitor.newest = monitor.windows.last().map(|w| w.end);
    let frame = shown(monitor, 200).text_frame();
    // The newest window in the title, days above the grid.
    assert!(frame.contains("Feb 05 05:00"), "{frame}");
    assert!(
        frame
            .lines()
            .any(|l| l.contains("Feb 04") && l.contains("Feb 05")),
        "{frame}"
    );
}
