//! Pictures in cells: each cell two pixels, one over the other.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{ImageReader, Limits, RgbaImage};

use crate::msg::Trouble;

/// The most memory that decoding may take, in bytes.
const MEMORY: u64 = 512 << 20;
/// The most pixels on a side.
const SIDE: u32 = 30_000;
/// How many times a small picture is made larger at most.
const LARGER: f64 = 4.0;

/// One pixel: red, green, blue.
pub type Pixel = [u8; 3];

/// A picture made for some columns and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The room that it was made for.
    pub room: (u16, u16),
    /// Columns that it takes.
    pub columns: u16,
    /// The original's width and height.
    pub size: (u32, u32),
    /// Row by row, the upper and the lower pixel of each cell.
    pub cells: Vec<[Pixel; 2]>,
}

impl Picture {
    /// The cells of a row.
    pub fn rows(&self) -> impl Iterator<Item = &[[Pixel; 2]]> {
        self.cells.chunks(usize::from(self.columns.max(1)))
    }
}

/// Makes a picture for a room of so many columns and rows, from PNG, JPEG, GIF (its first frame) or WebP. What is
/// transparent shows `ground`. Takes its time: call it off the loop.
///
/// # Errors
/// Bytes that are no such picture, or a larger one than can be shown.
pub fn decode(bytes: &[u8], room: (u16, u16), ground: Pixel) -> Result<Picture, Trouble> {
    let failed = |why: String| Trouble {
        message: format!("This is no picture that can be shown: {why}."),
        hint: "v shows its bytes; e saves it.".into(),
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|e| failed(e.to_string()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE), Some(SIDE));
    reader.limits(limits);
    let picture = reader.decode().map_err(|e| failed(e.to_string()))?;
    Ok(fit(&picture.into_rgba8(), room, ground))
}

fn fit(picture: &RgbaImage, room: (u16, u16), ground: Pixel) -> Picture {
    let (width, height) = (picture.width().max(1), picture.height().max(1));
    let across = f64::from(room.0.max(1)) / f64::from(width);
    let down = f64::from(room.1.max(1)) * 2.0 / f64::from(height);
    let scale = across.min(down).min(LARGER);
    let side = |pixels: u32, most: u32| ((f64::from(pixels) * scale).round() as u32).clamp(1, most);
    let columns = side(width, room.0.max(1).into());
    let rows = side(height, u32::from(room.1.max(1)) * 2);
    let small = if scale < 1.0 {
        imageops::thumbnail(picture, columns, rows)
    } else {
        imageops::resize(picture, columns, rows, FilterType::Nearest)
    };
    let pixel = |x: u32, y: u32| match small.get_pixel_checked(x, y) {
        Some(p) => blend(p.0, ground),
        None => ground,
    };
    let cells = (0..rows.div_ceil(2))
        .flat_map(|row| (0..columns).map(move |x| (x, row * 2)))
        .map(|(x, y)| [pixel(x, y), pixel(x, y + 1)])
        .collect();
    Picture {
        room,
        columns: columns as u16,
        size: (picture.width(), picture.height()),
        cells,
    }
}

fn blend([r, g, b, a]: [u8; 4], ground: Pixel) -> Pixel {
    let (a, rest) = (u32::from(a), 255 - u32::from(a));
    let mix = |c: u8, under: u8| ((u32::from(c) * a + u32::from(under) * rest) / 255) as u8;
    [mix(r, ground[0]), mix(g, ground[1]), mix(b, ground[2])]
}

/// How light a pixel looks, 0 to 1 (ITU-R BT.601 luma).
#[must_use]
pub fn lightness([r, g, b]: Pixel) -> f64 {
    (0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)) / 255.0
}

/// Tests, and a sample that other tests show.
#[cfg(test)]
pub mod tests {
    use image::{ImageFormat, Rgba};
    use proptest::prelude::*;

    use super::*;

    /// A picture of two halves, red at the left and half transparent blue at the right.
    pub fn sample(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgba([255, 0, 0, 255])
            } else {
                Rgba([0, 0, 255, 128])
            }
        });
        let mut out = Cursor::new(Vec::new());
        let all = image::DynamicImage::from(picture);
        match format {
            ImageFormat::Jpeg => all.to_rgb8().write_to(&mut out, format).unwrap(),
            _ => all.write_to(&mut out, format).unwrap(),
        }
        out.into_inner()
    }

    #[test]
    fn every_format_is_read_and_keeps_its_shape() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let picture = decode(&sample(200, 100, format), (40, 40), [0; 3]).unwrap();
            assert_eq!(
                (picture.columns, picture.rows().count(), picture.size),
                (40, 10, (200, 100)),
                "{format:?}"
            );
            let [red, _] = picture.cells[0];
            assert!(red[0] > 200 && red[2] < 60, "{format:?} {red:?}");
        }
        let clear = decode(&sample(8, 8, ImageFormat::Png), (8, 4), [255; 3]).unwrap();
        let [blue, _] = clear.cells[7];
        assert!(blue[0] > 100 && blue[2] == 255, "{blue:?}");
    }

    #[test]
    fn what_is_no_picture_is_told() {
        assert!(decode(b"no picture", (8, 4), [0; 3]).is_err());
        let cut = &sample(50, 50, ImageFormat::Png)[..60];
        assert!(decode(cut, (8, 4), [0; 3]).is_err());
    }

    proptest! {
        #[test]
        fn it_stays_in_its_room(w in 1u32..90, h in 1u32..90, columns in 1u16..40, rows in 1u16..20) {
            let picture = fit(&RgbaImage::new(w, h), (columns, rows), [0; 3]);
            prop_assert!(picture.columns >= 1 && picture.columns <= columns);
            let tall = picture.rows().count();
            prop_assert!(tall >= 1 && tall <= usize::from(rows));
        }
    }
}
