//! Every built-in theme can be read: contrast after WCAG 2.2, and apart from each other for the common kinds of
//! colour blindness (Machado, Oliveira and Fernandes 2009, full severity; distances in Oklab).

use ratatui::style::{Color, Modifier};

use super::tables::Rgb;
use super::{Depth, Palette, Role, Theme};

/// Sixteen colours as xterm shows them by default.
const XTERM: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

fn rgb(colour: Color) -> Rgb {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match colour {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(i @ 232..) => (8 + 10 * (i - 232), 8 + 10 * (i - 232), 8 + 10 * (i - 232)),
        Color::Indexed(i @ 16..) => {
            let at = |n: u8| STEPS[usize::from(n % 6)];
            (at((i - 16) / 36), at((i - 16) / 6), at(i - 16))
        }
        named => {
            let found = XTERM.iter().find(|(c, _)| *c == named);
            found.unwrap_or_else(|| panic!("{named:?}")).1
        }
    }
}

fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

/// Relative luminance.
fn luminance((r, g, b): Rgb) -> f64 {
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// 1 (the same) to 21 (black on white).
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

type Matrix = [[f64; 3]; 3];
const NORMAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const PROTANOPIA: Matrix = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: Matrix = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITANOPIA: Matrix = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];

fn times(m: &Matrix, v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
}

/// Oklab of a colour as somebody sees it.
fn seen((r, g, b): Rgb, eyes: &Matrix) -> [f64; 3] {
    const TO_LMS: Matrix = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    const TO_LAB: Matrix = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    let light = times(eyes, [linear(r), linear(g), linear(b)]).map(|c| c.clamp(0.0, 1.0));
    times(&TO_LAB, times(&TO_LMS, light).map(f64::cbrt))
}

fn apart(a: Rgb, b: Rgb, eyes: &Matrix) -> f64 {
    let (a, b) = (seen(a, eyes), seen(b, eyes));
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// A theme's grounds: those that people have, or its own.
fn grounds(palette: Palette) -> &'static [Rgb] {
    match palette {
        Palette::Dark => &[(0, 0, 0), (30, 30, 30)],
        Palette::Light => &[(255, 255, 255), (253, 246, 227)],
        Palette::Contrast | Palette::Sixteen | Palette::Mono => &[(0, 0, 0)],
    }
}

const SPEAKING: [Role; 8] = [
    Role::Dim,
    Role::Accent,
    Role::Title,
    Role::Marked,
    Role::Ok,
    Role::Warn,
    Role::Bad,
    Role::Running,
];

fn fg(theme: &Theme, role: Role) -> Option<Rgb> {
    theme.style(role).fg.map(rgb)
}

#[test]
fn black_on_white_is_twenty_one() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
    // WCAG's own example of a bound that is just met.
    assert!(contrast((118, 118, 118), (255, 255, 255)) >= 4.5);
    assert!(contrast((119, 119, 119), (255, 255, 255)) < 4.5);
}

#[test]
fn every_word_can_be_read() {
    for (palette, depth, least) in [
        (Palette::Dark, Depth::True, 4.5),
        (Palette::Dark, Depth::Indexed, 4.5),
        (Palette::Light, Depth::True, 4.5),
        (Palette::Light, Depth::Indexed, 4.5),
        // WCAG's enhanced bound.
        (Palette::Contrast, Depth::True, 7.0),
        (Palette::Contrast, Depth::Indexed, 7.0),
        // The terminal decides; as xterm has them.
        (Palette::Sixteen, Depth::Basic, 4.0),
    ] {
        let theme = Theme::new(palette, depth);
        assert_eq!(theme.palette(), palette);
        for ground in grounds(palette) {
            for role in SPEAKING {
                let text = fg(&theme, role).unwrap();
                let c = contrast(text, *ground);
                assert!(
                    c >= least,
                    "{palette:?} {depth:?} {role:?}: {c:.2} on {ground:?}"
                );
            }
            for i in 0..8 {
                let c = contrast(rgb(theme.series(i).fg.unwrap()), *ground);
                assert!(c >= 3.0, "{palette:?} {depth:?} series {i}: {c:.2}");
            }
            for level in [0.5, 1.0] {
                // Calm cells may be faint, and each has its number in the read-out.
                let c = contrast(rgb(theme.heat(level).fg.unwrap()), *ground);
                assert!(c >= 2.0, "{palette:?} {depth:?} heat {level}: {c:.2}");
            }
        }
    }
}

#[test]
fn what_is_selected_can_be_read() {
    for palette in [Palette::Dark, Palette::Light, Palette::Contrast] {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = Theme::new(palette, depth);
            let white = [(255, 255, 255), (0, 0, 0)][usize::from(palette == Palette::Light)];
            for role in [Role::Selected, Role::SelectedDim, Role::Button] {
                let ground = rgb(theme.style(role).bg.unwrap());
                assert!(contrast(white, ground) >= 4.5, "{palette:?} {role:?}");
                for word in SPEAKING {
                    // A selected row is bold: WCAG's bound for large text.
                    let c = contrast(fg(&theme, word).unwrap(), ground);
                    assert!(
                        c >= 3.0,
                        "{palette:?} {depth:?} {word:?} on {role:?}: {c:.2}"
                    );
                }
            }
            let button = theme.style(Role::ButtonFocused);
            let c = contrast(rgb(button.fg.unwrap()), rgb(button.bg.unwrap()));
            assert!(c >= 4.5, "{palette:?}: {c:.2}");
        }
    }
}

#[test]
fn states_stay_apart_for_every_kind_of_eyes() {
    let states = [Role::Ok, Role::Warn, Role::Bad, Role::Running];
    for palette in [Palette::Dark, Palette::Light, Palette::Contrast] {
        let theme = Theme::new(palette, Depth::True);
        for (name, eyes) in [
            ("normal", NORMAL),
            ("protanopia", PROTANOPIA),
            ("deuteranopia", DEUTERANOPIA),
            ("tritanopia", TRITANOPIA),
        ] {
            for (i, a) in states.iter().enumerate() {
                for b in &states[i + 1..] {
                    let d = apart(fg(&theme, *a).unwrap(), fg(&theme, *b).unwrap(), &eyes);
                    // About 0.02 is just seen. What asks for a person must be far from what does not.
                    let alarm = |r: &Role| matches!(r, Role::Bad | Role::Warn);
                    let least = if alarm(a) == alarm(b) { 0.035 } else { 0.08 };
                    assert!(
                        d >= least,
                        "{palette:?}, {name}: {a:?} and {b:?} are {d:.3} apart"
                    );
                }
            }
        }
    }
}

#[test]
fn the_default_is_okabe_and_itos() {
    let theme = Theme::new(Palette::Dark, Depth::True);
    let (sky, orange) = ((86, 180, 233), (230, 159, 0));
    assert_eq!(fg(&theme, Role::Accent), Some(sky));
    assert_eq!(fg(&theme, Role::Warn), Some(orange));
    assert_eq!(rgb(theme.series(0).fg.unwrap()), sky);
    assert_eq!(rgb(theme.series(1).fg.unwrap()), orange);
    // The first five curves of a chart are told apart by everybody; beyond, markers tell.
    for eyes in [NORMAL, PROTANOPIA, DEUTERANOPIA, TRITANOPIA] {
        for i in 0..5 {
            for j in i + 1..5 {
                let colour = |n: usize| rgb(theme.series(n).fg.unwrap());
                let d = apart(colour(i), colour(j), &eyes);
                assert!(d >= 0.028, "{i} and {j}: {d:.3}");
            }
        }
    }
}

#[test]
fn without_colour_weight_tells() {
    let theme = Theme::new(Palette::Mono, Depth::True);
    let selected = theme.style(Role::Selected).add_modifier;
    assert!(selected.contains(Modifier::REVERSED));
    assert_ne!(theme.style(Role::Bad), theme.style(Role::Ok));
    assert_ne!(theme.style(Role::Bad), theme.style(Role::Warn));
    for level in [0.0, 1.0] {
        assert_eq!(theme.heat(level).fg, None);
    }
}
