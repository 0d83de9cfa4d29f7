//! Paints a scene onto a plotters backend.
//!
//! Backends count in whole pixels. The scene is therefore painted larger than asked for: SVG says
//! so in its view box, PNG is averaged down, and curves come out smooth in both.

use crate::{
    palette::Rgb,
    render::PlotError,
    scene::{Align, At, Scene, Shape},
    text::{EM, FAMILY},
};
use plotters::{
    prelude::{Color as _, DrawingBackend, RGBColor},
    style::{
        FontFamily, FontStyle, FontTransform, IntoTextStyle as _, ShapeStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};
use plotters_backend::DrawingErrorKind;

/// Coordinates beyond this are clamped; rasterizers loop over every pixel between ends.
const FAR: f64 = 200_000.0;

/// What a backend makes; the two need different care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// The viewer joins the segments of a path.
    Vector,
    /// Each segment is drawn alone with a disc at each joint: plotters' own outline of a thick
    /// path grows spikes where a curve turns sharply.
    Raster,
}

impl Medium {
    /// How far plotters sets a text too high, in parts of its size, for capitals to be centred.
    fn drop(self) -> f64 {
        match self {
            Self::Vector => 0.09,
            Self::Raster => 0.14,
        }
    }
}

/// Paints every shape, `scale` times larger.
///
/// # Errors
/// When the backend fails.
pub(crate) fn paint<B: DrawingBackend>(
    scene: &Scene,
    backend: &mut B,
    scale: f64,
    medium: Medium,
) -> Result<(), PlotError> {
    scene.shapes.iter().try_for_each(|shape| {
        one(shape, backend, scale, medium).map_err(|e| PlotError::Draw(e.to_string()))
    })
}

fn one<B: DrawingBackend>(
    shape: &Shape,
    backend: &mut B,
    scale: f64,
    medium: Medium,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    let px = |v: f64| (v * scale).clamp(-FAR, FAR).round() as i32;
    let at = |(x, y): At| (px(x), px(y));
    match shape {
        Shape::Path { points, ink, width } => {
            let style = ShapeStyle {
                color: rgb(*ink).to_rgba(),
                filled: true,
                stroke_width: (width * scale).round().max(1.0) as u32,
            };
            let mut points: Vec<_> = points.iter().map(|&p| at(p)).collect();
            points.dedup();
            match medium {
                _ if points.len() < 2 => {}
                Medium::Vector => backend.draw_path(points, &style)?,
                Medium::Raster => {
                    for pair in points.windows(2) {
                        backend.draw_line(pair[0], pair[1], &style)?;
                    }
                    for &joint in points.get(1..points.len() - 1).unwrap_or_default() {
                        backend.draw_circle(joint, style.stroke_width / 2, &style, true)?;
                    }
                }
            }
        }
        Shape::Area { points, ink } => {
            backend.fill_polygon(points.iter().map(|&p| at(p)), &rgb(*ink).filled())?
        }
        Shape::Rect {
            at: corner,
            size,
            ink,
        } => {
            let (from, to) = (at(*corner), at((corner.0 + size.0, corner.1 + size.1)));
            backend.draw_rect(from, to, &rgb(*ink).filled(), true)?;
        }
        Shape::Disc {
            at: centre,
            radius,
            ink,
        } => {
            backend.draw_circle(
                at(*centre),
                px(*radius).max(1) as u32,
                &rgb(*ink).filled(),
                true,
            )?;
        }
        Shape::Text {
            at: place,
            text,
            size,
            bold,
            ink,
            align,
            turned,
        } => {
            if text.is_empty() {
                return Ok(());
            }
            let weight = if *bold {
                FontStyle::Bold
            } else {
                FontStyle::Normal
            };
            let anchor = match align {
                Align::Start => HPos::Left,
                Align::Middle => HPos::Center,
                Align::End => HPos::Right,
            };
            let mut style =
                (FontFamily::Name(FAMILY), size * EM * scale, weight).into_text_style(&(1, 1));
            style.color = rgb(*ink).to_backend_color();
            style = style.pos(Pos::new(anchor, VPos::Center));
            if *turned {
                style = style.transform(FontTransform::Rotate270);
            }
            let drop = size * medium.drop();
            let place = if *turned {
                (place.0 + drop, place.1)
            } else {
                (place.0, place.1 + drop)
            };
            backend.draw_text(text, &style, at(place))?;
        }
    }
    Ok(())
}

fn rgb(Rgb(r, g, b): Rgb) -> RGBColor {
    RGBColor(r, g, b)
}
