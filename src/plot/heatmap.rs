//! Lays out a heatmap: names on the left, names below, a legend above, a value in each cell that
//! has room for it (colour alone never says anything).

use crate::{
    chart::Heatmap,
    curves::{Area, EDGE, TEXT, heading},
    format::brief,
    palette::{FAINT, INK, PAPER, Rgb, SHADE},
    render::PlotError,
    scale::{drawable, extent},
    scene::{Align, Scene},
    text::{fit, width},
    ticks::nice_step,
};

/// More cells than pixels help nobody.
const MOST_CELLS: usize = 200_000;
/// From calm to alarming; light to dark, so that it also reads in grey.
const RAMP: [Rgb; 4] = [
    Rgb(233, 241, 247),
    Rgb(247, 205, 120),
    Rgb(213, 94, 0),
    Rgb(110, 20, 20),
];

/// # Errors
/// When the number of cells is not rows times columns, or too large.
pub(crate) fn lay_out(map: &Heatmap, scene: &mut Scene) -> Result<(), PlotError> {
    let (rows, cols) = (map.rows.len(), map.cols.len());
    let fault = |what, expected, found| PlotError::Shape {
        title: map.title.clone(),
        what,
        expected,
        found,
    };
    if map.cells.len() != rows.saturating_mul(cols) {
        return Err(fault("cells", rows.saturating_mul(cols), map.cells.len()));
    }
    if map.cells.len() > MOST_CELLS {
        return Err(fault("cells (at most)", MOST_CELLS, map.cells.len()));
    }
    let mut top = heading(scene, &map.title, "");
    if map.cells.is_empty() {
        scene.text(
            (scene.width / 2.0, scene.height / 2.0),
            "No data",
            16.0,
            FAINT,
            Align::Middle,
        );
        return Ok(());
    }
    let steps = steps(map);
    legend(scene, top, map, &steps);
    top += 20.0;

    let name_room = scene.width * 0.3;
    let names: Vec<String> = map
        .rows
        .iter()
        .map(|r| fit(r, TEXT, false, name_room))
        .collect();
    let left = EDGE
        + names
            .iter()
            .map(|n| width(n, TEXT, false))
            .fold(0.0, f64::max)
        + 8.0;
    let right = scene.width - EDGE;
    let cell_w = (right - left) / cols as f64;
    let (foot, turned) = foot(&map.cols, cell_w, scene.height * 0.3);
    let area = Area {
        left,
        right,
        top,
        bottom: scene.height - EDGE - foot,
    };
    let cell_h = (area.bottom - area.top) / rows as f64;

    cells(scene, area, map, &steps);
    let every = (14.0 / cell_h).ceil().max(1.0) as usize;
    for (r, name) in names.into_iter().enumerate().step_by(every) {
        scene.text(
            (left - 6.0, top + (r as f64 + 0.5) * cell_h),
            name,
            TEXT,
            INK,
            Align::End,
        );
    }
    columns(scene, area, &map.cols, foot, turned);
    Ok(())
}

/// The thresholds given, or even ones over the values.
fn steps(map: &Heatmap) -> Vec<f64> {
    if !map.thresholds.is_empty() {
        let mut given: Vec<f64> = map
            .thresholds
            .iter()
            .copied()
            .filter(|t| drawable(*t, false))
            .take(20)
            .collect();
        given.sort_by(f64::total_cmp);
        return given;
    }
    let Some((lo, hi)) =
        extent(map.cells.iter().flatten().copied(), false).filter(|(lo, hi)| hi > lo)
    else {
        return Vec::new();
    };
    let step = nice_step(hi - lo, 5);
    (1..=5)
        .map(|i| ((lo / step).floor() + f64::from(i)) * step)
        .filter(|v| *v < hi)
        .collect()
}

fn ink(value: Option<f64>, steps: &[f64]) -> Option<Rgb> {
    let value = value.filter(|v| drawable(*v, false))?;
    let level = steps.iter().filter(|s| value >= **s).count() as f64 / steps.len().max(1) as f64;
    let at = level * (RAMP.len() - 1) as f64;
    let i = (at as usize).min(RAMP.len() - 2);
    Some(RAMP[i].mix(RAMP[i + 1], at - i as f64))
}

fn cells(scene: &mut Scene, area: Area, map: &Heatmap, steps: &[f64]) {
    let (cols, rows) = (map.cols.len(), map.rows.len());
    let (w, h) = (
        (area.right - area.left) / cols as f64,
        (area.bottom - area.top) / rows as f64,
    );
    let gap = if w.min(h) > 6.0 { 1.0 } else { 0.0 };
    for (i, value) in map.cells.iter().enumerate() {
        let at = (
            area.left + (i % cols) as f64 * w,
            area.top + (i / cols) as f64 * h,
        );
        let middle = (at.0 + w / 2.0, at.1 + h / 2.0);
        let Some(fill) = ink(*value, steps) else {
            // A dash says "no data"; an empty cell would look like a calm one.
            let half = (w / 4.0).min(4.0);
            scene.line(
                (middle.0 - half, middle.1),
                (middle.0 + half, middle.1),
                SHADE,
                1.0,
            );
            continue;
        };
        scene.rect(at, (w - gap, h - gap), fill);
        let size = 10.0;
        let text = value.map(two_digits).unwrap_or_default();
        if h >= size + 4.0 && width(&text, size, false) + 4.0 <= w {
            let on = if fill.luma() > 0.55 { INK } else { PAPER };
            scene.text(middle, text, size, on, Align::Middle);
        }
    }
}

/// Two decimals, which is what a drift index is read to; less of them for large values.
fn two_digits(value: f64) -> String {
    if value.abs() < 9.995 {
        format!("{value:.2}")
    } else {
        brief(value)
    }
}

/// The height below the cells, and whether the names there are turned.
fn foot(names: &[String], cell: f64, most: f64) -> (f64, bool) {
    let longest = names
        .iter()
        .map(|n| width(&fit(n, TEXT, false, most), TEXT, false))
        .fold(0.0, f64::max);
    if longest + 6.0 <= cell {
        (20.0, false)
    } else {
        (longest + 12.0, true)
    }
}

fn columns(scene: &mut Scene, area: Area, names: &[String], foot: f64, turned: bool) {
    let cell = (area.right - area.left) / names.len() as f64;
    let every = if turned {
        (14.0 / cell).ceil().max(1.0) as usize
    } else {
        1
    };
    for (c, name) in names.iter().enumerate().step_by(every) {
        let x = area.left + (c as f64 + 0.5) * cell;
        if turned {
            scene.turned(
                (x, area.bottom + 6.0),
                fit(name, TEXT, false, foot - 10.0),
                TEXT,
                FAINT,
            );
        } else {
            scene.text(
                (x, area.bottom + 12.0),
                fit(name, TEXT, false, cell),
                TEXT,
                FAINT,
                Align::Middle,
            );
        }
    }
}

fn legend(scene: &mut Scene, y: f64, map: &Heatmap, steps: &[f64]) {
    let mut x = EDGE;
    let value = fit(&map.value, TEXT, false, scene.width * 0.3);
    if !value.is_empty() {
        x += width(&value, TEXT, false) + 12.0;
        scene.text((EDGE, y), value, TEXT, FAINT, Align::Start);
    }
    let mut entries: Vec<(Option<Rgb>, String)> = Vec::new();
    if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
        entries.push((
            ink(Some(first - first.abs() * 1e-6 - f64::MIN_POSITIVE), steps),
            format!("below {}", brief(*first)),
        ));
        for pair in steps.windows(2) {
            entries.push((
                ink(Some(pair[0]), steps),
                format!("{} to {}", brief(pair[0]), brief(pair[1])),
            ));
        }
        entries.push((
            ink(Some(*last), steps),
            format!("{} and above", brief(*last)),
        ));
    }
    if map.cells.iter().any(|c| ink(*c, steps).is_none()) {
        entries.push((None, "no data".to_owned()));
    }
    for (fill, text) in entries {
        let wide = 18.0 + width(&text, TEXT, false) + 16.0;
        if x + wide > scene.width {
            break;
        }
        match fill {
            Some(fill) => scene.rect((x, y - 6.0), (12.0, 12.0), fill),
            None => scene.line((x + 2.0, y), (x + 10.0, y), SHADE, 1.0),
        }
        scene.text((x + 18.0, y), text, TEXT, FAINT, Align::Start);
        x += wide;
    }
}
