//! Lays out a distribution over its reference: a wide pale bar behind a narrow bright one, so that
//! both stay visible whichever is higher.

use crate::{
    chart::Histogram,
    curves::{Area, EDGE, TEXT, heading, y_axis},
    format::number,
    palette::{FAINT, INK, SHADE, colour},
    render::PlotError,
    scale::Scale,
    scene::{Align, Scene},
    text::{fit, width},
    ticks,
};

/// More bars than pixels help nobody.
const MOST_BINS: usize = 5_000;

/// # Errors
/// When there is not one share for each bin, or too many bins.
pub(crate) fn lay_out(chart: &Histogram, scene: &mut Scene) -> Result<(), PlotError> {
    let bins = chart.bins.len();
    let fault = |what, expected, found| PlotError::Shape {
        title: chart.title.clone(),
        what,
        expected,
        found,
    };
    if chart.reference.len() != bins {
        return Err(fault("reference shares", bins, chart.reference.len()));
    }
    if chart.current.len() != bins {
        return Err(fault("current shares", bins, chart.current.len()));
    }
    if bins > MOST_BINS {
        return Err(fault("bins (at most)", MOST_BINS, bins));
    }
    let mut top = heading(scene, &chart.title, "");
    let shares = || {
        chart
            .reference
            .iter()
            .chain(&chart.current)
            .copied()
            .map(share)
    };
    let most = shares().fold(0.0, f64::max);
    if bins == 0 || most == 0.0 {
        scene.text(
            (scene.width / 2.0, scene.height / 2.0),
            "No data",
            16.0,
            FAINT,
            Align::Middle,
        );
        return Ok(());
    }
    legend(scene, top, chart);
    top += 24.0;

    let y = Scale::exact(0.0, most * 1.04);
    let longest_name = scene.height * 0.3;
    let longest = chart
        .bins
        .iter()
        .map(|b| width(&fit(b, TEXT, false, longest_name), TEXT, false))
        .fold(0.0, f64::max);
    let y_ticks = |bottom: f64| {
        let step = ticks::nice_step(most * 104.0, ((bottom - top) / 45.0).max(2.0) as usize);
        (0..200)
            .map(|i| f64::from(i) * step)
            .take_while(|v| *v <= most * 104.0)
            .map(|v| (v / 100.0, number(v, step) + " %"))
            .collect::<Vec<_>>()
    };
    let tick_width = y_ticks(scene.height)
        .iter()
        .map(|t| width(&t.1, TEXT, false))
        .fold(0.0, f64::max);
    let (left, right) = (EDGE + tick_width + 10.0, scene.width - EDGE);
    let slot = (right - left) / bins as f64;
    let turned = longest + 6.0 > slot;
    let names = if turned { longest + 10.0 } else { 20.0 };
    let label = if chart.label.is_empty() { 0.0 } else { 20.0 };
    let area = Area {
        left,
        right,
        top,
        bottom: scene.height - EDGE - names - label,
    };
    let y = y.over(area.bottom, area.top);
    y_axis(scene, area, &y, &y_ticks(area.bottom));

    let every = if turned {
        (14.0 / slot).ceil().max(1.0) as usize
    } else {
        1
    };
    for (i, name) in chart.bins.iter().enumerate() {
        let middle = area.left + (i as f64 + 0.5) * slot;
        for (value, part, ink) in [
            (chart.reference[i], 0.86, SHADE),
            (chart.current[i], 0.44, colour(0)),
        ] {
            let high = y.place(share(value));
            let wide = (slot * part).min(80.0 * part);
            scene.rect((middle - wide / 2.0, high), (wide, area.bottom - high), ink);
        }
        if i % every != 0 {
            continue;
        }
        if turned {
            scene.turned(
                (middle, area.bottom + 6.0),
                fit(name, TEXT, false, longest + 1.0),
                TEXT,
                FAINT,
            );
        } else {
            scene.text(
                (middle, area.bottom + 13.0),
                fit(name, TEXT, false, slot),
                TEXT,
                FAINT,
                Align::Middle,
            );
        }
    }
    scene.line(
        (area.left, area.bottom),
        (area.right, area.bottom),
        INK,
        1.0,
    );
    let label = fit(&chart.label, TEXT, false, right - left);
    scene.text(
        ((left + right) / 2.0, scene.height - EDGE),
        label,
        TEXT,
        FAINT,
        Align::Middle,
    );
    Ok(())
}

/// A share that can be drawn: what is not a number, or negative, is nothing.
fn share(value: f64) -> f64 {
    if value.is_finite() {
        value.clamp(0.0, 1e12)
    } else {
        0.0
    }
}

fn legend(scene: &mut Scene, y: f64, chart: &Histogram) {
    let room = (scene.width - 2.0 * EDGE) / 2.0 - 40.0;
    let mut x = EDGE;
    for (name, ink) in [
        (&chart.reference_name, SHADE),
        (&chart.current_name, colour(0)),
    ] {
        let name = fit(name, TEXT, false, room);
        if name.is_empty() {
            continue;
        }
        scene.rect((x, y - 6.0), (12.0, 12.0), ink);
        scene.text((x + 18.0, y), name.clone(), TEXT, INK, Align::Start);
        x += 18.0 + width(&name, TEXT, false) + 24.0;
    }
}
