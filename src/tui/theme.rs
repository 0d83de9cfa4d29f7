//! Roles to styles: the only file that names a colour.
//!
//! Views ask for a meaning ("bad", "selected"); the theme answers with a style for the terminal at hand.
//! The default palette is Okabe and Ito's, which stays apart for the common kinds of colour blindness;
//! status is in any case told three times: glyph, word, colour.

use ratatui::style::{Color, Modifier, Style};

/// Which table of colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// 24-bit or 256 colours on a dark background.
    Dark,
    /// 24-bit or 256 colours on a light background.
    Light,
    /// The sixteen colours of the terminal itself.
    Sixteen,
    /// No colour: weight, underline and reverse only.
    Mono,
}

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24-bit.
    True,
    /// The 256-colour cube.
    Indexed,
    /// The sixteen basic colours.
    Basic,
    /// None wanted or none there.
    None,
}

/// The meaning of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that may be overlooked.
    Dim,
    /// The product's own colour: keys, focus.
    Accent,
    /// A heading or the focused region's title.
    Title,
    /// The top line.
    Header,
    /// Column heads.
    Column,
    /// The selected row.
    Selected,
    /// The selected row of a region without focus.
    SelectedDim,
    /// A marked row's mark.
    Marked,
    /// Good.
    Ok,
    /// Look at this.
    Warn,
    /// Act on this.
    Bad,
    /// In progress.
    Running,
    /// Axes and rules.
    Rule,
    /// A button.
    Button,
    /// The button that has the focus.
    ButtonFocused,
    /// A text field.
    Field,
    /// A piece that matches a filter.
    Match,
}

/// Styles for every role and series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    palette: Palette,
    depth: Depth,
}

const ORANGE: (u8, u8, u8) = (230, 159, 0);
const SKY: (u8, u8, u8) = (86, 180, 233);
const GREEN: (u8, u8, u8) = (0, 158, 115);
const YELLOW: (u8, u8, u8) = (240, 228, 66);
const BLUE: (u8, u8, u8) = (0, 114, 178);
const VERMILION: (u8, u8, u8) = (213, 94, 0);
const PURPLE: (u8, u8, u8) = (204, 121, 167);
const GREY: (u8, u8, u8) = (136, 142, 150);

/// Eight series colours on dark ground, in order of use.
const SERIES_DARK: [(u8, u8, u8); 8] = [
    SKY,
    ORANGE,
    (46, 190, 148),
    PURPLE,
    YELLOW,
    (240, 124, 50),
    (120, 160, 240),
    GREY,
];
/// Eight series colours on light ground.
const SERIES_LIGHT: [(u8, u8, u8); 8] = [
    BLUE,
    VERMILION,
    GREEN,
    (160, 70, 120),
    (150, 110, 0),
    (60, 130, 190),
    (90, 90, 200),
    (100, 104, 110),
];
const SERIES_SIXTEEN: [Color; 8] = [
    Color::Cyan,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::LightYellow,
    Color::LightRed,
    Color::LightBlue,
    Color::Gray,
];

impl Theme {
    /// A theme for a palette on a terminal of a colour depth.
    #[must_use]
    pub fn new(palette: Palette, depth: Depth) -> Self {
        let palette = match depth {
            Depth::None => Palette::Mono,
            Depth::Basic if palette != Palette::Mono => Palette::Sixteen,
            _ => palette,
        };
        Self { palette, depth }
    }

    /// The table in use.
    #[must_use]
    pub const fn palette(&self) -> Palette {
        self.palette
    }

    /// Whether colour tells anything at all here; if not, cells print their values.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        self.palette != Palette::Mono
    }

    fn rgb(&self, (r, g, b): (u8, u8, u8)) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            _ => Color::Indexed(cube(r, g, b)),
        }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        match self.palette {
            Palette::Mono => mono(role),
            Palette::Sixteen => sixteen(role),
            Palette::Dark => self.rich(role, true),
            Palette::Light => self.rich(role, false),
        }
    }

    /// The style of the `index`-th series of a chart.
    #[must_use]
    pub fn series(&self, index: usize) -> Style {
        match self.palette {
            Palette::Mono => Style::new(),
            Palette::Sixteen => Style::new().fg(SERIES_SIXTEEN[index % 8]),
            Palette::Dark => Style::new().fg(self.rgb(SERIES_DARK[index % 8])),
            Palette::Light => Style::new().fg(self.rgb(SERIES_LIGHT[index % 8])),
        }
    }

    /// The style of a heat cell; `level` is 0 (calm) to 1 (hot).
    #[must_use]
    pub fn heat(&self, level: f64) -> Style {
        let level = if level.is_finite() {
            level.clamp(0.0, 1.0)
        } else {
            0.0
        };
        match self.palette {
            Palette::Mono if level >= 1.0 => Style::new().add_modifier(Modifier::BOLD),
            Palette::Mono => Style::new(),
            Palette::Sixteen if level >= 0.999 => Style::new().fg(Color::LightRed),
            Palette::Sixteen if level >= 0.5 => Style::new().fg(Color::Yellow),
            Palette::Sixteen if level >= 0.2 => Style::new().fg(Color::Cyan),
            Palette::Sixteen => Style::new().fg(Color::Blue),
            Palette::Dark => Style::new().fg(self.rgb(blend(
                &[(44, 62, 80), (52, 110, 140), (214, 178, 70), VERMILION],
                level,
            ))),
            Palette::Light => Style::new().fg(self.rgb(blend(
                &[
                    (205, 214, 222),
                    (120, 165, 200),
                    (210, 150, 20),
                    (190, 60, 0),
                ],
                level,
            ))),
        }
    }

    fn rich(&self, role: Role, dark: bool) -> Style {
        let s = Style::new();
        let pick = |on_dark: (u8, u8, u8), on_light: (u8, u8, u8)| {
            self.rgb(if dark { on_dark } else { on_light })
        };
        let selected = pick((38, 58, 82), (206, 226, 244));
        match role {
            Role::Text => s,
            Role::Dim => s.fg(pick((132, 140, 150), (104, 110, 118))),
            Role::Rule => s.fg(pick((78, 86, 98), (170, 176, 184))),
            Role::Accent | Role::Match => s.fg(pick(SKY, BLUE)),
            Role::Title => s.fg(pick(SKY, BLUE)).add_modifier(Modifier::BOLD),
            Role::Header => s.add_modifier(Modifier::BOLD),
            Role::Column => s
                .fg(pick((132, 140, 150), (104, 110, 118)))
                .add_modifier(Modifier::UNDERLINED),
            Role::Selected => s.bg(selected).add_modifier(Modifier::BOLD),
            Role::SelectedDim => s.bg(pick((34, 40, 48), (232, 236, 240))),
            Role::Marked => s
                .fg(pick(YELLOW, (150, 110, 0)))
                .add_modifier(Modifier::BOLD),
            Role::Ok => s.fg(pick((46, 190, 148), (0, 120, 88))),
            Role::Warn => s.fg(pick(ORANGE, (166, 106, 0))),
            Role::Bad => s
                .fg(pick((245, 116, 60), (186, 62, 0)))
                .add_modifier(Modifier::BOLD),
            Role::Running => s.fg(pick((120, 170, 250), BLUE)),
            Role::Button => s.bg(pick((52, 60, 70), (222, 226, 230))),
            Role::ButtonFocused => s
                .fg(pick((10, 14, 20), (255, 255, 255)))
                .bg(pick(SKY, BLUE))
                .add_modifier(Modifier::BOLD),
            Role::Field => s.add_modifier(Modifier::UNDERLINED),
        }
    }
}

fn mono(role: Role) -> Style {
    let s = Style::new();
    match role {
        Role::Text | Role::Ok | Role::Running | Role::Accent | Role::Button => s,
        Role::Dim | Role::Rule => s.add_modifier(Modifier::DIM),
        Role::Title | Role::Header | Role::Warn | Role::Marked => s.add_modifier(Modifier::BOLD),
        Role::Column | Role::Field | Role::Match => s.add_modifier(Modifier::UNDERLINED),
        Role::Selected | Role::ButtonFocused => s.add_modifier(Modifier::REVERSED),
        Role::SelectedDim => s.add_modifier(Modifier::BOLD),
        Role::Bad => s.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
    }
}

fn sixteen(role: Role) -> Style {
    let s = Style::new();
    match role {
        Role::Text => s,
        Role::Dim | Role::Rule => s.fg(Color::DarkGray),
        Role::Accent | Role::Match => s.fg(Color::Cyan),
        Role::Title => s.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Header => s.add_modifier(Modifier::BOLD),
        Role::Column => s.fg(Color::DarkGray).add_modifier(Modifier::UNDERLINED),
        Role::Selected | Role::ButtonFocused => s.add_modifier(Modifier::REVERSED),
        Role::SelectedDim => s.add_modifier(Modifier::BOLD),
        Role::Marked => s.fg(Color::LightYellow).add_modifier(Modifier::BOLD),
        Role::Ok => s.fg(Color::Green),
        Role::Warn => s.fg(Color::Yellow),
        Role::Bad => s.fg(Color::LightRed).add_modifier(Modifier::BOLD),
        Role::Running => s.fg(Color::LightBlue),
        Role::Button => s.add_modifier(Modifier::BOLD),
        Role::Field => s.add_modifier(Modifier::UNDERLINED),
    }
}

/// Mixes the stops of a ramp at `level`, 0 to 1.
fn blend(stops: &[(u8, u8, u8); 4], level: f64) -> (u8, u8, u8) {
    let at = level * 3.0;
    // `level` is clamped by the caller, so the index is 0, 1 or 2.
    let i = (at.floor() as usize).min(2);
    let t = at - i as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
    let (a, b) = (stops[i], stops[i + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The nearest colour of the 6×6×6 cube or the grey ramp of 256-colour terminals.
fn cube(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |v: u8| {
        (0..6u8)
            .min_by_key(|i| STEPS[*i as usize].abs_diff(v))
            .unwrap_or(0)
    };
    let (ri, gi, bi) = (nearest(r), nearest(g), nearest(b));
    let distance = |x: (u8, u8, u8)| {
        let d = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        d(x.0, r) + d(x.1, g) + d(x.2, b)
    };
    let in_cube = (STEPS[ri as usize], STEPS[gi as usize], STEPS[bi as usize]);
    let grey = (0..24u8)
        .min_by_key(|i| {
            let v = 8 + 10 * i;
            distance((v, v, v))
        })
        .unwrap_or(0);
    let v = 8 + 10 * grey;
    if distance((v, v, v)) < distance(in_cube) {
        232 + grey
    } else {
        16 + 36 * ri + 6 * gi + bi
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_means_no_colour() {
        let theme = Theme::new(Palette::Dark, Depth::None);
        let roles = [
            Role::Text,
            Role::Dim,
            Role::Accent,
            Role::Title,
            Role::Header,
            Role::Column,
            Role::Selected,
            Role::SelectedDim,
            Role::Marked,
            Role::Ok,
            Role::Warn,
            Role::Bad,
            Role::Running,
            Role::Rule,
            Role::Button,
            Role::ButtonFocused,
            Role::Field,
            Role::Match,
        ];
        for role in roles {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        assert_eq!(theme.series(3).fg, None);
        assert_eq!(theme.heat(0.7).fg, None);
    }

    #[test]
    fn basic_terminals_get_their_own_sixteen() {
        assert_eq!(
            Theme::new(Palette::Dark, Depth::Basic).palette(),
            Palette::Sixteen
        );
        assert_eq!(cube(255, 255, 255), 231);
        assert_eq!(cube(0, 0, 0), 16);
        assert_eq!(
            Theme::new(Palette::Dark, Depth::Indexed).series(0).fg,
            Some(Color::Indexed(cube(86, 180, 233)))
        );
    }

    #[test]
    fn heat_is_total() {
        for palette in [
            Palette::Dark,
            Palette::Light,
            Palette::Sixteen,
            Palette::Mono,
        ] {
            let theme = Theme::new(palette, Depth::True);
            for level in [-1.0, 0.0, 0.5, 1.0, 7.0, f64::NAN, f64::INFINITY] {
                let _ = theme.heat(level);
            }
        }
    }
}
