//! Roles to styles: the only folder that names a colour.
//!
//! Views ask for a meaning ("bad", "selected"); the theme answers with a style for the terminal at hand.
//! The default palette is Okabe and Ito's, which stays apart for the common kinds of colour blindness;
//! status is in any case told three times: glyph, word, colour. A user's own theme changes one of these
//! ([`user`]).

mod colour;
#[cfg(test)]
mod legible;
mod tables;
pub mod user;

use std::sync::Arc;

use ratatui::style::{Modifier, Style};

use self::colour::Colour;
use self::user::UserTheme;

/// Which table of colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// 24-bit or 256 colours on a dark background.
    Dark,
    /// 24-bit or 256 colours on a light background.
    Light,
    /// Far apart from its own black ground, whatever the terminal's is.
    Contrast,
    /// The sixteen colours of the terminal itself.
    Sixteen,
    /// No colour: weight, underline and reverse only.
    Mono,
}

impl Palette {
    /// Every palette.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::Contrast,
        Self::Sixteen,
        Self::Mono,
    ];

    /// Its name, as it is written in the user's files and after `:theme`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
            Self::Sixteen => "sixteen",
            Self::Mono => "none",
        }
    }

    /// Reads [`Self::word`] back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

impl Role {
    /// Every role with the name it has in a user's theme.
    pub const ALL: [(&'static str, Self); 18] = [
        ("text", Self::Text),
        ("dim", Self::Dim),
        ("accent", Self::Accent),
        ("title", Self::Title),
        ("header", Self::Header),
        ("column", Self::Column),
        ("selected", Self::Selected),
        ("selected-dim", Self::SelectedDim),
        ("marked", Self::Marked),
        ("ok", Self::Ok),
        ("warn", Self::Warn),
        ("bad", Self::Bad),
        ("running", Self::Running),
        ("rule", Self::Rule),
        ("button", Self::Button),
        ("button-focused", Self::ButtonFocused),
        ("field", Self::Field),
        ("match", Self::Match),
    ];
}

/// Styles for every role and series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    palette: Palette,
    depth: Depth,
    /// What a user changed of the palette.
    user: Option<Arc<UserTheme>>,
}

impl Theme {
    /// A theme for a palette on a terminal of a colour depth.
    #[must_use]
    pub fn new(palette: Palette, depth: Depth) -> Self {
        let palette = match depth {
            Depth::None => Palette::Mono,
            Depth::Basic if palette != Palette::Mono => Palette::Sixteen,
            _ => palette,
        };
        Self {
            palette,
            depth,
            user: None,
        }
    }

    /// A user's theme on a terminal of a colour depth.
    #[must_use]
    pub fn of_user(user: Arc<UserTheme>, depth: Depth) -> Self {
        Self {
            user: Some(Arc::clone(&user)),
            ..Self::new(user.base, depth)
        }
    }

    /// The table in use.
    #[must_use]
    pub const fn palette(&self) -> Palette {
        self.palette
    }

    /// How many colours it draws with.
    #[must_use]
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.user
            .as_ref()
            .map_or(self.palette.word(), |u| u.name.as_str())
    }

    /// Whether colour tells anything at all here; if not, cells print their values.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        self.palette != Palette::Mono
    }

    /// The style of every cell before anything is written: the ground, where a theme has one of its own.
    #[must_use]
    pub fn ground(&self) -> Style {
        let mut style = match self.palette {
            Palette::Contrast => self.pair(tables::GROUND_CONTRAST),
            _ => Style::new(),
        };
        if let Some(user) = &self.user {
            style = self.patch(style, user.ground, Modifier::empty());
        }
        style
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let style = match self.palette {
            Palette::Mono => tables::mono(role),
            Palette::Sixteen => tables::sixteen(role),
            Palette::Dark => self.rich(&tables::DARK, role),
            Palette::Light => self.rich(&tables::LIGHT, role),
            Palette::Contrast => self.rich(&tables::CONTRAST, role),
        };
        match self.user.as_ref().and_then(|u| u.roles.get(&role)) {
            Some(own) => {
                let style = style.remove_modifier(own.without);
                self.patch(style, (own.fg, own.bg), own.with)
            }
            None => style,
        }
    }

    /// The style of the `index`-th series of a chart.
    #[must_use]
    pub fn series(&self, index: usize) -> Style {
        if let Some(user) = &self.user
            && !user.series.is_empty()
            && let Some(colour) = user.series[index % user.series.len()].on(self.depth)
        {
            return Style::new().fg(colour);
        }
        let table = match self.palette {
            Palette::Mono => return Style::new(),
            Palette::Sixteen => return Style::new().fg(tables::SERIES_SIXTEEN[index % 8]),
            Palette::Dark => &tables::SERIES_DARK,
            Palette::Light => &tables::SERIES_LIGHT,
            Palette::Contrast => &tables::SERIES_CONTRAST,
        };
        self.fg(table[index % 8])
    }

    /// The style of a heat cell; `level` is 0 (calm) to 1 (hot).
    #[must_use]
    pub fn heat(&self, level: f64) -> Style {
        let level = if level.is_finite() {
            level.clamp(0.0, 1.0)
        } else {
            0.0
        };
        if let (Some(stops), Depth::True | Depth::Indexed) =
            (self.user.as_ref().and_then(|u| u.heat), self.depth)
        {
            return self.fg(colour::blend(&stops, level));
        }
        let stops = match self.palette {
            Palette::Mono if level >= 1.0 => return Style::new().add_modifier(Modifier::BOLD),
            Palette::Mono => return Style::new(),
            Palette::Sixteen => return tables::heat_sixteen(level),
            Palette::Dark => &tables::HEAT_DARK,
            Palette::Light => &tables::HEAT_LIGHT,
            Palette::Contrast => &tables::HEAT_CONTRAST,
        };
        self.fg(colour::blend(stops, level))
    }

    /// The style of a cell with two pixels, one over the other; `None` where the terminal has too few colours for
    /// pictures.
    #[must_use]
    pub fn pixels(&self, [upper, lower]: [crate::picture::Pixel; 2]) -> Option<Style> {
        if !self.has_colour() {
            return None;
        }
        let colour = |[r, g, b]: crate::picture::Pixel| match self.depth {
            Depth::True | Depth::Indexed => Colour::Rgb((r, g, b)).on(self.depth),
            Depth::Basic | Depth::None => None,
        };
        Some(Style::new().fg(colour(upper)?).bg(colour(lower)?))
    }

    /// What lies behind a picture that is transparent.
    #[must_use]
    pub const fn picture_ground(&self) -> crate::picture::Pixel {
        match self.palette {
            Palette::Light => [255; 3],
            _ => [0; 3],
        }
    }

    fn fg(&self, rgb: tables::Rgb) -> Style {
        Colour::Rgb(rgb)
            .on(self.depth)
            .map_or_else(Style::new, |c| Style::new().fg(c))
    }

    fn pair(&self, (fg, bg): (tables::Rgb, tables::Rgb)) -> Style {
        let colours = (Some(Colour::Rgb(fg)), Some(Colour::Rgb(bg)));
        self.patch(Style::new(), colours, Modifier::empty())
    }

    /// A style with other colours, as far as the terminal has them.
    fn patch(
        &self,
        style: Style,
        (fg, bg): (Option<Colour>, Option<Colour>),
        with: Modifier,
    ) -> Style {
        let own = |c: Option<Colour>| c.and_then(|c| c.on(self.depth));
        Style {
            fg: own(fg).or(style.fg),
            bg: own(bg).or(style.bg),
            ..style.add_modifier(with)
        }
    }

    /// The style of a role in a table of 24-bit colours.
    fn rich(&self, t: &tables::Table, role: Role) -> Style {
        let (fg, bg, with) = t.of(role);
        self.patch(
            Style::new(),
            (fg.map(Colour::Rgb), bg.map(Colour::Rgb)),
            with,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_means_no_colour() {
        let theme = Theme::new(Palette::Dark, Depth::None);
        for (_, role) in Role::ALL {
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
        assert_eq!(
            Theme::new(Palette::Dark, Depth::Indexed).series(0).fg,
            Some(ratatui::style::Color::Indexed(74))
        );
    }

    #[test]
    fn heat_is_total() {
        for palette in Palette::ALL {
            let theme = Theme::new(palette, Depth::True);
            for level in [-1.0, 0.0, 0.5, 1.0, 7.0, f64::NAN, f64::INFINITY] {
                let _ = theme.heat(level);
            }
        }
    }
}
