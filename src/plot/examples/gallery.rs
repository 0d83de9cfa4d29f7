//! Draws one chart of each kind, for looking at: `cargo run -p trimtab-plot --example gallery -- FOLDER`.

use std::{error::Error, fs, path::PathBuf};
use trimtab_plot::{
    Chart, ChartKind, Format, Heatmap, Histogram, Mark, Series, Size, XAxis, XKind, YAxis, render,
};

/// Enough randomness for a curve's noise, the same each time.
fn noise(seed: u32) -> impl FnMut() -> f64 {
    let mut state = u64::from(seed) * 2 + 1;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
    }
}

fn loss(index: usize, name: &str) -> Series {
    let mut next = noise(index as u32);
    let floor = 0.02 + 0.01 * index as f64;
    let y = |i: i32, n: f64| {
        floor
            + 0.7 * (-f64::from(i) / (150.0 + 40.0 * index as f64)).exp() * (1.0 + 0.3 * n)
            + 0.01 * n.abs()
    };
    let points = (0..2000).map(|i| {
        (
            f64::from(i),
            if index == 1 && (700..900).contains(&i) {
                f64::NAN
            } else {
                y(i, next())
            },
        )
    });
    Series::new(index, name, points.collect())
}

fn charts() -> Result<Vec<(&'static str, ChartKind)>, jiff::Error> {
    let names = [
        "depth=6 rate=0.1",
        "depth=4 rate=0.1",
        "depth=8 rate=0.05 with a name that goes on and on",
        "baseline",
    ];
    let curves = Chart {
        title: "Training loss of late15".to_owned(),
        x: XAxis {
            label: "round".to_owned(),
            kind: XKind::Step,
        },
        y: YAxis {
            label: "log loss".to_owned(),
            log: false,
            ..YAxis::default()
        },
        series: names.iter().enumerate().map(|(i, n)| loss(i, n)).collect(),
        marks: vec![],
    };
    let mut log = curves.clone();
    log.y.log = true;
    log.title += " (logarithmic)";
    let week = 7.0 * 86_400_000.0;
    let start = 1_357_516_800_000.0;
    let mut next = noise(9);
    let auc = |drop: f64, next: &mut dyn FnMut() -> f64| {
        (0..48)
            .map(|w| {
                (
                    start + f64::from(w) * week,
                    0.72 - drop * f64::from(w) / 48.0 + 0.03 * next(),
                )
            })
            .collect()
    };
    let time = Chart {
        title: "AUC in production, by week".to_owned(),
        x: XAxis {
            label: "week".to_owned(),
            kind: XKind::Time,
        },
        y: YAxis {
            label: "AUC".to_owned(),
            log: false,
            ..YAxis::default()
        },
        series: vec![
            Series::new(0, "version 1", auc(0.1, &mut next)),
            Series::new(1, "version 2", auc(0.03, &mut next)),
        ],
        marks: vec![
            Mark {
                x: start + 20.0 * week,
                label: "v2 promoted".to_owned(),
            },
            Mark {
                x: start + 21.0 * week,
                label: "rolled back to v1".to_owned(),
            },
            Mark {
                x: start + 40.0 * week,
                label: "v3 promoted".to_owned(),
            },
        ],
    };
    let many = Chart {
        title: "Fifty runs".to_owned(),
        x: XAxis {
            label: "since start".to_owned(),
            kind: XKind::Relative,
        },
        series: (0..50)
            .map(|i| {
                Series::new(
                    i,
                    format!("run {i}"),
                    (0..100)
                        .map(|t| {
                            (
                                f64::from(t) * 60_000.0,
                                (f64::from(t) * 0.05 + i as f64).sin() + i as f64 * 0.1,
                            )
                        })
                        .collect(),
                )
            })
            .collect(),
        ..Chart::default()
    };
    let features = [
        "distance",
        "dep_hour",
        "temp",
        "wind_speed",
        "precip",
        "visib",
        "carrier",
        "origin",
        "dest",
        "score",
    ];
    let weeks: Vec<String> = (0..26)
        .map(|w| {
            jiff::Timestamp::from_millisecond((start + f64::from(w) * week) as i64)
                .map(|t| t.strftime("%F").to_string())
        })
        .collect::<Result<_, _>>()?;
    let cells = (0..features.len() * weeks.len())
        .map(|i| {
            if i % 97 == 5 {
                None
            } else {
                Some(
                    ((i % 26) as f64 * 0.012 * ((i / 26) % 4) as f64 + 0.05 * (next() + 0.5)).abs(),
                )
            }
        })
        .collect();
    let heatmap = Heatmap {
        title: "Drift against January".to_owned(),
        value: "PSI".to_owned(),
        rows: features.iter().map(|f| (*f).to_owned()).collect(),
        cols: weeks,
        cells,
        thresholds: vec![0.1, 0.25],
    };
    let histogram = Histogram {
        title: "temp, week of 2013-07-08".to_owned(),
        label: "temp (°F)".to_owned(),
        bins: [
            "< 20", "20–30", "30–40", "40–50", "50–60", "60–70", "70–80", "80–90", "≥ 90", "(null)",
        ]
        .map(str::to_owned)
        .to_vec(),
        reference_name: "January (26,398 rows)".to_owned(),
        reference: vec![0.08, 0.21, 0.38, 0.24, 0.07, 0.01, 0.0, 0.0, 0.0, 0.01],
        current_name: "this week (6,410 rows)".to_owned(),
        current: vec![0.0, 0.0, 0.0, 0.0, 0.01, 0.09, 0.46, 0.33, 0.09, 0.02],
    };
    Ok(vec![
        ("curves", curves.into()),
        ("log", log.into()),
        ("time", time.into()),
        ("many", many.into()),
        ("heatmap", heatmap.into()),
        ("histogram", histogram.into()),
    ])
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("Say which folder to write to.")?,
    );
    fs::create_dir_all(&folder)?;
    for (name, chart) in charts()? {
        for (format, extension) in [(Format::Svg, "svg"), (Format::Png, "png")] {
            fs::write(
                folder.join(format!("{name}.{extension}")),
                render(&chart, Size::default(), format)?,
            )?;
        }
    }
    Ok(())
}
