//! What holds for every chart: well-formed files, text as text, no panic.

use super::*;
use crate::{Chart, Heatmap, Histogram, Mark, Series, XAxis, XKind, YAxis};
use proptest::prelude::*;

const SMALL: Size = Size {
    width: 320,
    height: 200,
};

fn curves(series: Vec<Series>) -> Chart {
    Chart {
        title: "Loss <of> \"late15\" & co".to_owned(),
        series,
        ..Chart::default()
    }
}

fn svg_of(chart: impl Into<ChartKind>) -> String {
    String::from_utf8(render(&chart.into(), Size::default(), Format::Svg).unwrap()).unwrap()
}

fn texts(svg: &str) -> Vec<String> {
    let doc = roxmltree::Document::parse(svg).unwrap();
    doc.descendants()
        .filter(|n| n.has_tag_name("text"))
        .map(|n| n.text().unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn a_chart_says_its_names_as_text() {
    let mut chart = curves(vec![
        Series::new(0, "train", vec![(0.0, 0.7), (500.0, 0.4)]),
        Series::new(1, "held-out", vec![(0.0, 0.7), (500.0, 0.5)]),
    ]);
    chart.x.label = "round".to_owned();
    chart.marks.push(Mark {
        x: 250.0,
        label: "v2 deployed".to_owned(),
    });
    let svg = svg_of(chart);
    let found = texts(&svg);
    for text in [
        "Loss <of> \"late15\" & co",
        "train",
        "held-out",
        "round",
        "v2 deployed",
        "0.500",
        "300",
    ] {
        assert!(
            found.iter().any(|t| t == text),
            "{text} is not in {found:?}"
        );
    }
    let doc = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(doc.root_element().attribute("width"), Some("1200"));
    assert_eq!(
        doc.root_element().attribute("viewBox"),
        Some("0 0 12000 7000")
    );
}

#[test]
fn a_gap_breaks_the_line() {
    let line = |ys: &[f64]| {
        svg_of(curves(vec![Series {
            name: String::new(),
            ..Series::new(
                0,
                "",
                ys.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect(),
            )
        }]))
        .matches("<polyline")
        .count()
    };
    let whole = line(&[1.0, 2.0, 3.0, 2.0, 1.0]);
    assert_eq!(line(&[1.0, 2.0, f64::NAN, 3.0, 1.0]), whole + 1);
}

#[test]
fn what_cannot_be_drawn_is_counted() {
    let mut chart = curves(vec![Series::new(
        0,
        "a",
        vec![(0.0, 1.0), (1.0, -1.0), (2.0, f64::INFINITY), (3.0, 10.0)],
    )]);
    assert!(texts(&svg_of(chart.clone())).contains(&"1 value not drawn: not finite".to_owned()));
    chart.y.log = true;
    assert!(
        texts(&svg_of(chart))
            .iter()
            .any(|t| t.starts_with("2 values not drawn"))
    );
}

#[test]
fn a_chart_without_data_says_so() {
    for series in [
        vec![],
        vec![Series::new(0, "a", vec![])],
        vec![Series::new(0, "a", vec![(0.0, f64::NAN); 5])],
    ] {
        assert!(texts(&svg_of(curves(series))).contains(&"No data".to_owned()));
    }
    assert!(texts(&svg_of(Heatmap::default())).contains(&"No data".to_owned()));
    assert!(texts(&svg_of(Histogram::default())).contains(&"No data".to_owned()));
}

#[test]
fn a_long_history_makes_a_small_file() {
    let points = (0..200_000)
        .map(|i| (f64::from(i), (f64::from(i) * 0.37).sin()))
        .collect();
    assert!(svg_of(curves(vec![Series::new(0, "a", points)])).len() < 200_000);
}

#[test]
fn fifty_curves_are_all_accounted_for() {
    let series = (0..50)
        .map(|i| Series::new(i, format!("run {i}"), vec![(0.0, i as f64), (1.0, 50.0)]))
        .collect();
    let found = texts(&svg_of(curves(series)));
    let named = found.iter().filter(|t| t.starts_with("run ")).count();
    let more: usize = found
        .iter()
        .find_map(|t| t.strip_prefix('+')?.strip_suffix(" more")?.parse().ok())
        .unwrap();
    assert_eq!(named + more, 50);
}

#[test]
fn the_heatmap_names_its_steps_and_its_gaps() {
    let map = Heatmap {
        title: "PSI".to_owned(),
        rows: vec!["distance".to_owned(), "origin".to_owned()],
        cols: vec!["w1".to_owned(), "w2".to_owned()],
        cells: vec![Some(0.05), Some(0.2), None, Some(f64::NAN)],
        thresholds: vec![0.1, 0.25],
        ..Heatmap::default()
    };
    let found = texts(&svg_of(map));
    for text in [
        "distance",
        "w2",
        "0.20",
        "below 0.1",
        "0.1 to 0.25",
        "0.25 and above",
        "no data",
    ] {
        assert!(
            found.iter().any(|t| t == text),
            "{text} is not in {found:?}"
        );
    }
}

#[test]
fn parts_that_do_not_fit_are_named() {
    let map = Heatmap {
        title: "m".to_owned(),
        rows: vec!["a".to_owned()],
        cols: vec!["b".to_owned()],
        ..Heatmap::default()
    };
    assert_eq!(
        render(&map.into(), SMALL, Format::Svg)
            .unwrap_err()
            .to_string(),
        "The chart \"m\" has 0 cells, expected 1."
    );
    let histogram = Histogram {
        bins: vec!["a".to_owned()],
        reference: vec![1.0],
        ..Histogram::default()
    };
    assert!(matches!(
        render(&histogram.into(), SMALL, Format::Svg),
        Err(PlotError::Shape {
            what: "current shares",
            ..
        })
    ));
}

#[test]
fn sizes_are_bounded() {
    let chart: ChartKind = curves(vec![]).into();
    for (width, height) in [
        (1, 1),
        (0, 0),
        (239, 700),
        (100_000, 700),
        (u32::MAX, u32::MAX),
    ] {
        assert!(matches!(
            render(&chart, Size { width, height }, Format::Png),
            Err(PlotError::Size { .. })
        ));
    }
    assert_eq!(
        render(
            &chart,
            Size {
                width: 1,
                height: 1
            },
            Format::Svg
        )
        .unwrap_err()
        .to_string(),
        "A chart of 1×1 pixels cannot be drawn. Ask for 240×160 to 4096×4096."
    );
}

#[test]
fn a_png_decodes_and_has_ink() {
    let chart = curves(vec![Series::new(
        0,
        "a",
        (0..100).map(|i| (f64::from(i), f64::from(i * i))).collect(),
    )]);
    let bytes = render(&chart.into(), SMALL, Format::Png).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (320, 200));
    let blue = pixels.chunks(3).filter(|p| p[2] > 150 && p[0] < 60).count();
    assert!(blue > 200, "the curve has {blue} pixels");
}

#[test]
fn formats_come_from_extensions() {
    assert_eq!(Format::of_extension("SVG"), Some(Format::Svg));
    assert_eq!(Format::of_extension("gif"), None);
}

fn any_series() -> impl Strategy<Value = Series> {
    let value = prop_oneof![
        any::<f64>(),
        -10.0f64..10.0,
        Just(f64::NAN),
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE)
    ];
    (
        ".{0,60}",
        prop::collection::vec((value.clone(), value), 0..30),
        any::<usize>(),
    )
        .prop_map(|(name, points, i)| Series::new(i, name, points))
}

fn any_chart() -> impl Strategy<Value = ChartKind> {
    let kind = prop_oneof![
        Just(XKind::Step),
        Just(XKind::Time),
        Just(XKind::Relative),
        prop::collection::vec(".{0,20}", 0..5).prop_map(XKind::Category)
    ];
    let curves = (
        ".{0,80}",
        kind,
        any::<bool>(),
        prop::collection::vec(any_series(), 0..6),
        prop::collection::vec((any::<f64>(), ".{0,20}"), 0..4),
    )
        .prop_map(|(title, kind, log, series, marks)| {
            let marks = marks
                .into_iter()
                .map(|(x, label)| Mark { x, label })
                .collect();
            Chart {
                title,
                x: XAxis {
                    label: "x".to_owned(),
                    kind,
                },
                y: YAxis {
                    label: "y".to_owned(),
                    log,
                    ..YAxis::default()
                },
                series,
                marks,
            }
            .into()
        });
    let names = |n| prop::collection::vec(".{0,30}", n);
    let heatmap = (0usize..6, 0usize..6)
        .prop_flat_map(move |(r, c)| {
            (
                names(r),
                names(c),
                prop::collection::vec(any::<Option<f64>>(), r * c),
                prop::collection::vec(any::<f64>(), 0..4),
            )
        })
        .prop_map(|(rows, cols, cells, thresholds)| {
            Heatmap {
                rows,
                cols,
                cells,
                thresholds,
                ..Heatmap::default()
            }
            .into()
        });
    let histogram = (0usize..9)
        .prop_flat_map(move |n| {
            (
                prop::collection::vec(".{0,30}", n),
                prop::collection::vec(any::<f64>(), n),
                prop::collection::vec(0.0f64..1.0, n),
            )
        })
        .prop_map(|(bins, reference, current)| {
            Histogram {
                bins,
                reference,
                current,
                ..Histogram::default()
            }
            .into()
        });
    prop_oneof![3 => curves, 1 => heatmap, 1 => histogram]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_chart_is_well_formed_at_any_size(chart in any_chart(), width in 240u32..900, height in 160u32..700) {
        let svg = render(&chart, Size { width, height }, Format::Svg).unwrap();
        let text = String::from_utf8(svg).unwrap();
        prop_assert!(roxmltree::Document::parse(&text).is_ok(), "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_chart_makes_a_png(chart in any_chart()) {
        let bytes = render(&chart, SMALL, Format::Png).unwrap();
        prop_assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    }
}
