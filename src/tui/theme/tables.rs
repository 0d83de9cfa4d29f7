//! The built-in colours, table by table.

use ratatui::style::{Color, Modifier, Style};

use super::Role;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

const ORANGE: Rgb = (230, 159, 0);
const SKY: Rgb = (86, 180, 233);
const YELLOW: Rgb = (240, 228, 66);
const BLUE: Rgb = (0, 114, 178);
const VERMILION: Rgb = (213, 94, 0);
const PURPLE: Rgb = (204, 121, 167);
const GREY: Rgb = (136, 142, 150);

/// Eight series colours on dark ground, in order of use.
pub const SERIES_DARK: [Rgb; 8] = [
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
pub const SERIES_LIGHT: [Rgb; 8] = [
    BLUE,
    VERMILION,
    (0, 140, 100),
    (160, 70, 120),
    (150, 110, 0),
    (60, 130, 190),
    (90, 90, 200),
    (100, 104, 110),
];
pub const SERIES_SIXTEEN: [Color; 8] = [
    Color::Cyan,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::LightYellow,
    Color::LightRed,
    Color::LightBlue,
    Color::Gray,
];
/// Eight series colours on black ground, all of them bright.
pub const SERIES_CONTRAST: [Rgb; 8] = [
    (110, 210, 255),
    (255, 190, 0),
    (90, 255, 180),
    (255, 160, 220),
    (255, 245, 90),
    (255, 140, 110),
    (160, 170, 255),
    (215, 215, 215),
];

/// Calm to hot on dark ground.
pub const HEAT_DARK: [Rgb; 4] = [(44, 62, 80), (52, 110, 140), (214, 178, 70), VERMILION];
/// Calm to hot on light ground.
pub const HEAT_LIGHT: [Rgb; 4] = [
    (205, 214, 222),
    (120, 165, 200),
    (210, 150, 20),
    (190, 60, 0),
];
/// Calm to hot on black ground.
pub const HEAT_CONTRAST: [Rgb; 4] = [
    (110, 125, 140),
    (120, 190, 235),
    (255, 215, 80),
    (255, 120, 70),
];
/// Text and ground of the high-contrast table, which does not rely on the terminal's.
pub const GROUND_CONTRAST: (Rgb, Rgb) = ((255, 255, 255), (0, 0, 0));

/// The colours of a palette of 24 bits.
#[derive(Debug)]
pub struct Table {
    dim: Rgb,
    rule: Rgb,
    accent: Rgb,
    marked: Rgb,
    ok: Rgb,
    warn: Rgb,
    bad: Rgb,
    running: Rgb,
    /// Grounds of the selected row, of the selected row without focus, of a button.
    selected: Rgb,
    selected_dim: Rgb,
    button: Rgb,
    /// Text and ground of the button that has the focus.
    focused: (Rgb, Rgb),
}

/// For dark backgrounds, after Okabe and Ito.
pub const DARK: Table = Table {
    dim: (132, 140, 150),
    rule: (78, 86, 98),
    accent: SKY,
    marked: YELLOW,
    ok: (46, 190, 148),
    warn: ORANGE,
    bad: (245, 116, 60),
    running: (120, 170, 250),
    selected: (38, 58, 82),
    selected_dim: (34, 40, 48),
    button: (52, 60, 70),
    focused: ((10, 14, 20), SKY),
};

/// For light backgrounds, after Okabe and Ito, darkened until they can be read on white and on cream.
pub const LIGHT: Table = Table {
    dim: (96, 102, 110),
    rule: (160, 166, 174),
    accent: (0, 95, 160),
    marked: (128, 92, 0),
    ok: (0, 110, 90),
    warn: (150, 97, 0),
    bad: (150, 20, 10),
    running: (0, 80, 190),
    selected: (206, 226, 244),
    selected_dim: (232, 236, 240),
    button: (222, 226, 230),
    focused: ((255, 255, 255), (0, 95, 160)),
};

/// On its own black ground.
pub const CONTRAST: Table = Table {
    dim: (205, 205, 205),
    rule: (150, 150, 150),
    accent: (110, 210, 255),
    marked: (255, 240, 80),
    ok: (90, 255, 180),
    warn: (255, 200, 0),
    bad: (255, 140, 110),
    running: (150, 190, 255),
    selected: (0, 60, 110),
    selected_dim: (45, 45, 45),
    button: (60, 60, 60),
    focused: ((0, 0, 0), (255, 240, 80)),
};

impl Table {
    /// Text, ground and weight of a role; what is absent is the terminal's own.
    pub const fn of(&self, role: Role) -> (Option<Rgb>, Option<Rgb>, Modifier) {
        let plain = Modifier::empty();
        let bold = Modifier::BOLD;
        match role {
            Role::Text => (None, None, plain),
            Role::Dim => (Some(self.dim), None, plain),
            Role::Rule => (Some(self.rule), None, plain),
            Role::Accent | Role::Match => (Some(self.accent), None, plain),
            Role::Title => (Some(self.accent), None, bold),
            Role::Header => (None, None, bold),
            Role::Column => (Some(self.dim), None, Modifier::UNDERLINED),
            Role::Selected => (None, Some(self.selected), bold),
            Role::SelectedDim => (None, Some(self.selected_dim), plain),
            Role::Marked => (Some(self.marked), None, bold),
            Role::Ok => (Some(self.ok), None, plain),
            Role::Warn => (Some(self.warn), None, plain),
            Role::Bad => (Some(self.bad), None, bold),
            Role::Running => (Some(self.running), None, plain),
            Role::Button => (None, Some(self.button), plain),
            Role::ButtonFocused => (Some(self.focused.0), Some(self.focused.1), bold),
            Role::Field => (None, None, Modifier::UNDERLINED),
        }
    }
}

/// Heat in the terminal's own colours.
pub const fn heat_sixteen(level: f64) -> Style {
    Style::new().fg(if level >= 0.999 {
        Color::LightRed
    } else if level >= 0.5 {
        Color::Yellow
    } else if level >= 0.2 {
        Color::Cyan
    } else {
        Color::Blue
    })
}

/// Weight, underline and reverse only.
pub fn mono(role: Role) -> Style {
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

/// The terminal's own sixteen colours.
pub fn sixteen(role: Role) -> Style {
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
