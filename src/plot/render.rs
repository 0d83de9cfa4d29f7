//! From a chart to the bytes of a file.

use crate::{
    chart::ChartKind,
    curves, heatmap, histogram,
    paint::{Medium, paint},
    palette::PAPER,
    scene::Scene,
    text,
};
use plotters::prelude::{BitMapBackend, DrawingBackend as _, SVGBackend};
use std::fmt;

/// A size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// The smallest that holds a title, axes and a curve.
    pub const LEAST: Self = Self {
        width: 240,
        height: 160,
    };
    /// The largest, 4K by 4K: larger images would need gigabytes while they are drawn.
    pub const MOST: Self = Self {
        width: 4096,
        height: 4096,
    };
}

impl Default for Size {
    fn default() -> Self {
        Self {
            width: 1200,
            height: 700,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable; text stays text.
    Svg,
    /// Pixels.
    Png,
}

impl Format {
    /// The format that a file's extension names, in any case.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

/// A chart that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlotError {
    /// Nothing would be readable, or memory would not do.
    #[error("A chart of {asked} pixels cannot be drawn. Ask for {least} to {most}.", least = Size::LEAST, most = Size::MOST)]
    Size {
        /// What was asked for.
        asked: Size,
    },
    /// The chart's parts do not fit together.
    #[error("The chart {title:?} has {found} {what}, expected {expected}.")]
    Shape {
        /// The chart's title.
        title: String,
        /// What there is too much or too little of.
        what: &'static str,
        /// How many are needed (or allowed).
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The drawing library failed.
    #[error("The chart could not be drawn: {0}. Please report this with the chart's data.")]
    Draw(String),
}

/// Draws a chart and returns the file's bytes.
///
/// # Errors
/// [`PlotError::Size`] outside [`Size::LEAST`]..=[`Size::MOST`]; [`PlotError::Shape`] when the
/// chart's parts do not fit together.
pub fn render(chart: &ChartKind, size: Size, format: Format) -> Result<Vec<u8>, PlotError> {
    let fits = |v, least, most| (least..=most).contains(&v);
    if !fits(size.width, Size::LEAST.width, Size::MOST.width)
        || !fits(size.height, Size::LEAST.height, Size::MOST.height)
    {
        return Err(PlotError::Size { asked: size });
    }
    text::ready()?;
    let mut scene = Scene::new(f64::from(size.width), f64::from(size.height));
    scene.rect((0.0, 0.0), (scene.width, scene.height), PAPER);
    match chart {
        ChartKind::Curves(c) => curves::lay_out(c, &mut scene),
        ChartKind::Heatmap(h) => heatmap::lay_out(h, &mut scene)?,
        ChartKind::Histogram(h) => histogram::lay_out(h, &mut scene)?,
    }
    match format {
        Format::Svg => svg(&scene, size, chart.title()).map(String::into_bytes),
        Format::Png => png(&scene, size),
    }
}

/// How much finer than a pixel SVG coordinates are.
const SVG_SCALE: u32 = 10;

fn svg(scene: &Scene, size: Size, title: &str) -> Result<String, PlotError> {
    let (w, h) = (size.width * SVG_SCALE, size.height * SVG_SCALE);
    let mut out = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut out, (w, h));
        paint(scene, &mut backend, f64::from(SVG_SCALE), Medium::Vector)?;
        backend
            .present()
            .map_err(|e| PlotError::Draw(e.to_string()))?;
    }
    // The head that plotters wrote says the painted size; ours shows it at the asked size, with
    // round joints and a title for screen readers.
    let body = out.find("<rect").map_or("", |at| &out[at..]);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         stroke-linejoin=\"round\" stroke-linecap=\"round\">\n<title>{}</title>\n{body}",
        size.width,
        size.height,
        escape(&text::clean(title)),
    ))
}

/// Text made safe for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn png(scene: &Scene, size: Size) -> Result<Vec<u8>, PlotError> {
    // Nine samples for each pixel while that stays below some 50 MB.
    let scale = if size.width * size.height <= 2_000_000 {
        3
    } else {
        2
    };
    let (w, h) = (size.width * scale, size.height * scale);
    let mut fine = vec![255; w as usize * h as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut fine, (w, h));
        paint(scene, &mut backend, f64::from(scale), Medium::Raster)?;
        backend
            .present()
            .map_err(|e| PlotError::Draw(e.to_string()))?;
    }
    let pixels = average(&fine, w as usize, scale as usize);
    let mut out = Vec::new();
    let failed = |e: png::EncodingError| PlotError::Draw(e.to_string());
    let mut encoder = png::Encoder::new(&mut out, size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// Averages squares of `scale` by `scale` RGB pixels. `width` is that of the fine image.
fn average(fine: &[u8], width: usize, scale: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(fine.len() / (scale * scale));
    for band in fine.chunks_exact(width * scale * 3) {
        for x in (0..width).step_by(scale) {
            for channel in 0..3 {
                let sum: usize = (0..scale * scale)
                    .map(|i| usize::from(band[((i / scale) * width + x + i % scale) * 3 + channel]))
                    .sum();
                out.push((sum / (scale * scale)) as u8);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
