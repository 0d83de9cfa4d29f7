//! Charts and tables as files, for what comes after the console.

use std::path::Path;
use std::{fs, io};

use tokio::io::AsyncWriteExt as _;
use trimtab_core::run::RunId;
use trimtab_plot::{self as plot, ChartKind, Format};

use trimtab_wire::{Link, LinkError, Reply, Request};

use crate::msg::Trouble;
use crate::sheet::Sheet;
use crate::widget::chart::{Chart, XKind, YScale};
use crate::widget::scale::Bend;

/// Writes a chart as SVG and PNG beside each other; existing files are kept.
///
/// # Errors
/// A folder or disk that does not take them.
pub fn chart(chart: &Chart, dir: &Path, name: &str) -> Result<Vec<String>, Trouble> {
    let data = ChartKind::from(as_plot(chart));
    let stem = free_stem(dir, name, &["svg", "png"]);
    [("svg", Format::Svg), ("png", Format::Png)]
        .into_iter()
        .map(|(extension, format)| {
            let path = dir.join(format!("{stem}.{extension}"));
            let bytes =
                plot::render(&data, plot::Size::default(), format).map_err(|e| Trouble {
                    message: e.to_string(),
                    hint: String::new(),
                })?;
            fs::write(&path, bytes).map_err(|e| cannot_write(&path, &e))?;
            Ok(path.display().to_string())
        })
        .collect()
}

fn cannot_write(path: &Path, error: &io::Error) -> Trouble {
    Trouble {
        message: format!("{} cannot be written: {error}.", path.display()),
        hint: "Start the console in a folder you may write to, or free some space.".into(),
    }
}

/// Writes a table as CSV, JSON and Parquet beside each other; existing files are kept.
///
/// # Errors
/// A folder or disk that does not take them.
pub fn sheet(sheet: &Sheet, dir: &Path, name: &str) -> Result<Vec<String>, Trouble> {
    let stem = free_stem(dir, name, &["csv", "json", "parquet"]);
    let forms = [
        ("csv", sheet.csv().into_bytes()),
        ("json", sheet.json().into_bytes()),
        ("parquet", sheet.parquet()),
    ];
    forms
        .into_iter()
        .map(|(extension, bytes)| {
            let path = dir.join(format!("{stem}.{extension}"));
            fs::write(&path, bytes).map_err(|e| cannot_write(&path, &e))?;
            Ok(path.display().to_string())
        })
        .collect()
}

/// Fetches a file of a run's artifacts, piece by piece, and writes it; an existing file is kept.
///
/// # Errors
/// A file that cannot be read there or written here; then nothing is left of it.
pub async fn artifact(
    link: &Link,
    run: &RunId,
    path: &str,
    dir: &Path,
    name: &str,
) -> Result<Vec<String>, Trouble> {
    let name = harmless(name);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name.as_str(), String::new()),
    };
    let numbered = |n: usize| match n {
        1 => dir.join(&name),
        n => dir.join(format!("{stem}-{n}{extension}")),
    };
    let to = (1..10_000).map(numbered).find(|p| !p.exists());
    let to = to.unwrap_or_else(|| dir.join(&name));
    let failed = |e: io::Error| cannot_write(&to, &e);
    let mut file = tokio::fs::File::options()
        .write(true)
        .create_new(true)
        .open(&to)
        .await
        .map_err(failed)?;
    let written = async {
        let mut offset = 0;
        loop {
            let request = Request::ArtifactPart {
                run: run.clone(),
                path: path.to_owned(),
                offset,
                max: 0,
            };
            let part = match link.request(request).await? {
                Reply::ArtifactPart(part) => part,
                _ => return Err(LinkError::Unexpected.into()),
            };
            file.write_all(&part.bytes.0).await.map_err(failed)?;
            offset += part.bytes.0.len() as u64;
            if offset >= part.total || part.bytes.0.is_empty() {
                return file.flush().await.map_err(failed);
            }
        }
    };
    match written.await {
        Ok(()) => Ok(vec![to.display().to_string()]),
        Err(trouble) => {
            // What was made of it is no use to anybody.
            let _ = tokio::fs::remove_file(&to).await;
            Err(trouble)
        }
    }
}

/// A file's name from elsewhere, without what means something to a file system or a terminal.
fn harmless(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| {
            if c == '/' || c == '\\' || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .take(120)
        .collect();
    match clean.trim_start_matches('.') {
        "" => "artifact".to_owned(),
        name => name.to_owned(),
    }
}

/// `name`, or `name-2`, `name-3`, … when that is taken.
fn free_stem(dir: &Path, name: &str, extensions: &[&str]) -> String {
    let taken = |stem: &str| {
        let mut files = extensions.iter().map(|e| dir.join(format!("{stem}.{e}")));
        files.any(|f| f.exists())
    };
    (1..10_000)
        .map(|n| {
            if n == 1 {
                name.to_owned()
            } else {
                format!("{name}-{n}")
            }
        })
        .find(|stem| !taken(stem))
        .unwrap_or_else(|| name.to_owned())
}

/// The same chart in the terms of `trimtab-plot`; what is zoomed or clipped away is left away.
fn as_plot(chart: &Chart) -> plot::Chart {
    let inside = |x: f64| {
        chart
            .x_range
            .is_none_or(|(low, high)| (low..=high).contains(&x))
    };
    // The other format has no logarithmic x: it gets the logarithms, and says so.
    let log = chart.x_log
        && chart
            .lines
            .iter()
            .flat_map(|l| l.points.iter())
            .all(|p| p.0 > 0.0);
    let across = |x: f64| if log { x.log10() } else { x };
    let range = chart.y_range().filter(|_| chart.clip > 0.0);
    let points = |line: &crate::widget::chart::Line| {
        let seen = line.points.iter().copied().filter(|p| inside(p.0));
        let points: Vec<(f64, f64)> = seen.map(|(x, y)| (across(x), y)).collect();
        match range {
            Some(range) => clipped(&points, range),
            None => points,
        }
    };
    let mut series: Vec<plot::Series> = chart
        .lines
        .iter()
        .filter(|l| !l.faint)
        .map(|l| plot::Series::new(l.series, l.name.clone(), points(l)))
        .collect();
    // In the order of the runs, whichever was selected.
    series.sort_by_key(|s| s.colour);
    // What was logged stands behind what was smoothed, thin and without a name.
    let raw = chart
        .lines
        .iter()
        .filter(|l| l.faint)
        .map(|l| plot::Series {
            name: String::new(),
            points: points(l),
            colour: l.series,
            marker: plot::Marker::None,
            faint: true,
        });
    series.splice(0..0, raw);
    if let (Some((y, label)), Some((low, high))) =
        (&chart.bound, chart.x_range.or_else(|| chart.extent()))
    {
        series.push(plot::Series {
            name: label.clone(),
            points: vec![(low, *y), (high, *y)],
            colour: 7,
            ..plot::Series::default()
        });
    }
    let kind = match chart.x_kind {
        _ if !chart.x_words.is_empty() => plot::XKind::Category(chart.x_words.clone()),
        XKind::Number => plot::XKind::Step,
        XKind::Date => plot::XKind::Time,
        XKind::Elapsed => plot::XKind::Relative,
    };
    let seen = series.iter().flat_map(|s| &s.points).map(|p| p.1);
    let symlog = match (chart.y_scale, Bend::symlog(seen)) {
        (YScale::Symlog, Bend::Symlog(knee)) => Some(knee),
        _ => None,
    };
    plot::Chart {
        title: chart.title.clone(),
        x: plot::XAxis {
            label: if log {
                format!("{} (powers of ten)", chart.x_label)
            } else {
                chart.x_label.clone()
            },
            kind,
        },
        y: plot::YAxis {
            label: words(&chart.y_words),
            log: chart.y_scale == YScale::Log,
            symlog,
        },
        series,
        marks: chart
            .marks
            .iter()
            .filter(|m| inside(m.x))
            .map(|m| plot::Mark {
                x: m.x,
                label: m.label.clone(),
            })
            .collect(),
    }
}

/// Which number stands for which word.
fn words(words: &[String]) -> String {
    let told = words.iter().enumerate().map(|(i, w)| format!("{i} = {w}"));
    told.collect::<Vec<_>>().join(", ")
}

/// The parts of a curve between two values, cut where it crosses them.
fn clipped(points: &[(f64, f64)], (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    let inside = |y: f64| (low..=high).contains(&y);
    let crossing = |a: (f64, f64), b: (f64, f64)| {
        let end = if a.1.max(b.1) > high && !inside(a.1.max(b.1)) && a.1.min(b.1) <= high {
            high
        } else {
            low
        };
        (a.0 + (b.0 - a.0) * (end - a.1) / (b.1 - a.1), end)
    };
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (i, &here) in points.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| points[i]);
        let crosses = before
            .filter(|b| b.1.is_finite() && here.1.is_finite() && inside(b.1) != inside(here.1));
        out.extend(crosses.map(|b| crossing(b, here)));
        if inside(here.1) {
            out.push(here);
        } else {
            // A gap, so that what follows is not joined to it.
            out.push((here.0, f64::NAN));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sheet::Value;
    use crate::widget::chart::Line;

    fn line(points: Vec<(f64, f64)>) -> Line {
        Line {
            name: "auc".into(),
            points: points.into(),
            series: 0,
            faint: false,
        }
    }

    #[test]
    fn exports_never_overwrite() {
        let dir = tempfile::tempdir().unwrap();
        let chart = Chart {
            title: "auc".into(),
            lines: vec![line(vec![(0.0, 0.5), (1.0, f64::NAN), (2.0, 0.7)])],
            bound: Some((0.6, "bound".into())),
            ..Chart::default()
        };
        let first = super::chart(&chart, dir.path(), "late15-auc").unwrap();
        let second = super::chart(&chart, dir.path(), "late15-auc").unwrap();
        assert!(
            first[0].ends_with("late15-auc.svg") && second[1].ends_with("late15-auc-2.png"),
            "{first:?} {second:?}"
        );
        let refused = super::chart(&chart, Path::new("/proc/nowhere"), "x").unwrap_err();
        assert!(refused.message.contains("cannot be written"), "{refused:?}");
    }

    #[test]
    fn tables_are_written_in_each_form() {
        let dir = tempfile::tempdir().unwrap();
        let mut table = Sheet::new(["run"]);
        table.rows.push(vec![Value::from("a,b")]);
        for expected in ["t.csv", "t-2.csv"] {
            let files = sheet(&table, dir.path(), "t").unwrap();
            assert!(files[0].ends_with(expected), "{files:?}");
            assert_eq!(fs::read(&files[2]).unwrap(), table.parquet());
            assert_eq!(fs::read_to_string(&files[0]).unwrap(), "run\n\"a,b\"\n");
        }
    }

    #[test]
    fn what_is_shown_is_what_is_exported() {
        let symlog = Chart {
            lines: vec![line(vec![(0.0, -100.0), (1.0, 5.0), (2.0, 100.0)])],
            y_scale: YScale::Symlog,
            x_log: true,
            ..Chart::default()
        };
        let drawn = as_plot(&symlog);
        assert_eq!(drawn.y.symlog, Some(1.0));
        assert_eq!(
            drawn.series[0].points[0].0, 0.0,
            "zero has no logarithm: x stays"
        );
        let clipped = Chart {
            lines: vec![line(
                (0..300)
                    .map(|i| (f64::from(i), if i == 150 { 1e9 } else { f64::from(i % 7) }))
                    .collect(),
            )],
            clip: 0.01,
            ..Chart::default()
        };
        let most = as_plot(&clipped).series[0]
            .points
            .iter()
            .map(|p| p.1)
            .fold(0.0, f64::max);
        assert!(most < 10.0, "{most}");
        let words = Chart {
            lines: vec![line(vec![(0.0, 1.0)])],
            x_words: vec!["adam".into(), "sgd".into()],
            y_words: vec!["no".into(), "yes".into()],
            points: true,
            ..Chart::default()
        };
        let drawn = as_plot(&words);
        assert_eq!(drawn.x.kind, plot::XKind::Category(words.x_words.clone()));
        assert_eq!(drawn.y.label, "0 = no, 1 = yes");
    }

    #[test]
    fn a_curve_is_cut_where_it_leaves() {
        let cut = clipped(
            &[(0.0, 0.0), (1.0, 2.0), (2.0, 0.0), (3.0, -4.0)],
            (-1.0, 1.0),
        );
        let seen: Vec<_> = cut.into_iter().filter(|p| !p.1.is_nan()).collect();
        assert_eq!(
            seen,
            [(0.0, 0.0), (0.5, 1.0), (1.5, 1.0), (2.0, 0.0), (2.25, -1.0)]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_left_outside(ys in prop::collection::vec(-9.0f64..9.0, 0..40), low in -5.0f64..0.0, high in 0.0f64..5.0) {
            let points: Vec<_> = ys.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            let cut = clipped(&points, (low, high));
            for (x, y) in &cut {
                prop_assert!(y.is_nan() || (low - 1e-9..=high + 1e-9).contains(y), "{x} {y}");
            }
            prop_assert!(cut.windows(2).all(|w| w[0].0 <= w[1].0));
            let kept = points.iter().filter(|p| (low..=high).contains(&p.1)).count();
            prop_assert!(cut.iter().filter(|p| !p.1.is_nan()).count() >= kept);
        }
    }
}
