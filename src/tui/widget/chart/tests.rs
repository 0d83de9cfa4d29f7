use ratatui::buffer::Buffer;
use trimtab_core::time::Millis;

use super::*;
use crate::testing;

fn curve(name: &str, series: usize, f: impl Fn(f64) -> f64) -> Line {
    Line {
        name: name.into(),
        points: Arc::new((0..=100).map(|i| (f64::from(i), f(f64::from(i)))).collect()),
        series,
        faint: false,
    }
}

fn sample() -> Chart {
    Chart {
        lines: vec![
            curve("deep-trees", 0, |x| 0.62 + 0.1 * (1.0 - (-x / 20.0).exp())),
            curve("baseline", 1, |x| 0.62 + 0.07 * (1.0 - (-x / 30.0).exp())),
        ],
        marks: vec![Mark {
            x: 40.0,
            label: "v2".into(),
        }],
        bound: Some((0.66, "min".into())),
        x_label: "step".into(),
        ..Chart::default()
    }
}

fn draw(chart: &Chart, width: u16, height: u16, look: &crate::caps::Look) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    chart.draw(
        &mut Brush {
            buf: &mut buf,
            look,
        },
        area,
    );
    testing::frame(&buf)
}

#[test]
fn curves_with_axes_and_legend() {
    insta::assert_snapshot!("chart_80x14", draw(&sample(), 80, 14, &testing::look()));
}

#[test]
fn narrow_and_ascii_and_mono() {
    insta::assert_snapshot!(
        "chart_40x10_ascii",
        draw(&sample(), 40, 10, &testing::ascii())
    );
    insta::assert_snapshot!(
        "chart_40x10_mono",
        draw(&sample(), 40, 10, &testing::mono())
    );
}

#[test]
fn dates_cursor_and_gaps() {
    let week = Millis::WEEK as f64;
    let start = 1_357_516_800_000.0;
    let mut points: Vec<(f64, f64)> = (0..50)
        .map(|i| (start + f64::from(i) * week, 0.7 - 0.002 * f64::from(i % 17)))
        .collect();
    points[20].1 = f64::NAN;
    let chart = Chart {
        lines: vec![Line {
            name: "auc".into(),
            points: points.into(),
            series: 0,
            faint: false,
        }],
        x_kind: XKind::Date,
        cursor: Some(start + 30.0 * week),
        ..Chart::default()
    };
    insta::assert_snapshot!("chart_dates", draw(&chart, 80, 12, &testing::look()));
}

#[test]
fn draws_at_any_size_with_any_values() {
    let wild = [f64::NAN, f64::INFINITY, -0.0, 1e300, -1e300, 5e-324, 3.0];
    for y_scale in [YScale::Straight, YScale::Log, YScale::Symlog] {
        for n in 0..wild.len() {
            let points = (0..=n).map(|i| (wild[(i * 3) % 7], wild[i]));
            let chart = Chart {
                lines: vec![Line {
                    name: "x".into(),
                    points: Arc::new(points.collect()),
                    series: n,
                    faint: n % 2 == 0,
                }],
                bound: Some((wild[n], "b".into())),
                marks: vec![Mark {
                    x: wild[n],
                    label: "v1".into(),
                }],
                cursor: Some(wild[n]),
                y_scale,
                x_log: n % 3 == 0,
                clip: n as f64 / 20.0,
                y_words: vec!["adam".into(); n / 4],
                x_words: vec!["a".into(); n / 6],
                ..Chart::default()
            };
            for kind in [XKind::Number, XKind::Date, XKind::Elapsed] {
                for (w, h) in [(1, 1), (3, 2), (18, 5), (20, 6), (80, 24), (200, 50)] {
                    let _ = draw(
                        &Chart {
                            x_kind: kind,
                            ..chart.clone()
                        },
                        w,
                        h,
                        &testing::look(),
                    );
                }
            }
        }
    }
}
