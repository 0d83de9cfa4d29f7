//! The characters the console draws with: one set for UTF-8 terminals, one for plain ASCII.
//!
//! Nothing outside this file spells a special character, so `--ascii` cannot be forgotten anywhere.

/// One complete set of drawing characters.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether charts may use braille cells.
    pub braille: bool,
    /// Good.
    pub ok: &'static str,
    /// Look at this.
    pub warn: &'static str,
    /// Act on this.
    pub bad: &'static str,
    /// Nothing known.
    pub unknown: &'static str,
    /// In progress.
    pub running: &'static str,
    /// Waits for someone.
    pub waiting: &'static str,
    /// The selected row.
    pub cursor: &'static str,
    /// A marked row.
    pub mark: &'static str,
    /// Horizontal rule.
    pub rule: &'static str,
    /// Vertical rule.
    pub bar: &'static str,
    /// Corner of an axis.
    pub corner: &'static str,
    /// Tick on a horizontal axis.
    pub tick_x: &'static str,
    /// Tick on a vertical axis.
    pub tick_y: &'static str,
    /// Faint horizontal line (thresholds).
    pub dash: &'static str,
    /// Faint vertical line (deployments).
    pub dash_y: &'static str,
    /// Corners of a dialog: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Text goes on.
    pub ellipsis: &'static str,
    /// Between items of one line.
    pub dot: &'static str,
    /// From one value to another.
    pub arrow: &'static str,
    /// Larger than before.
    pub up: &'static str,
    /// Smaller than before.
    pub down: &'static str,
    /// Nothing here.
    pub none: &'static str,
    /// Sorted ascending, descending.
    pub sort: [&'static str; 2],
    /// Eight levels of a sparkline, low to high.
    pub levels: [&'static str; 8],
    /// Five shades of a heat cell, low to high.
    pub shades: [&'static str; 5],
    /// Markers that tell series apart.
    pub markers: [&'static str; 8],
    /// Line characters of series when braille is off.
    pub lines: [&'static str; 8],
    /// A bar's full cell and its outline (histograms).
    pub block: [&'static str; 2],
    /// Text cursor in an input line.
    pub caret: &'static str,
    /// Plus or minus.
    pub plus_minus: &'static str,
    /// At least, at most.
    pub compare: [&'static str; 2],
    /// What stands before a folded line and before an open one.
    pub fold: [&'static str; 2],
    /// Times (speed).
    pub times: &'static str,
    /// The best of several values.
    pub best: &'static str,
    /// What others are measured against.
    pub base: &'static str,
    /// Where a curve has no number.
    pub gap: &'static str,
    /// A cell whose upper half is in the colour of text and whose lower half in that of the ground.
    pub half: &'static str,
    /// Cells from dark to light, where pictures have no colours.
    pub ramp: [&'static str; 10],
}

/// Markers of series beyond the eighth. Two letters are among the plain markers already.
const LETTERS: [&str; 42] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t",
    "u", "v", "w", "y", "z", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N",
    "O", "P", "Q", "R",
];

impl Glyphs {
    /// The marker of a series: another one for each of fifty, so that none needs colour to be told from the others.
    #[must_use]
    pub fn marker(&self, series: usize) -> &'static str {
        match series.checked_sub(self.markers.len()) {
            None => self.markers[series],
            Some(beyond) => LETTERS[beyond % LETTERS.len()],
        }
    }
}

/// For UTF-8 terminals.
pub static UNICODE: Glyphs = Glyphs {
    braille: true,
    ok: "●",
    warn: "▲",
    bad: "■",
    unknown: "○",
    running: "▶",
    waiting: "◆",
    cursor: "▌",
    mark: "✓",
    rule: "─",
    bar: "│",
    corner: "└",
    tick_x: "┬",
    tick_y: "┤",
    dash: "╌",
    dash_y: "┊",
    corners: ["╭", "╮", "╰", "╯"],
    ellipsis: "…",
    dot: "·",
    arrow: "→",
    up: "↑",
    down: "↓",
    none: "–",
    sort: ["▴", "▾"],
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    shades: ["·", "░", "▒", "▓", "█"],
    markers: ["●", "■", "▲", "◆", "○", "□", "△", "◇"],
    lines: ["*", "+", "x", "o", "#", "@", "%", "="],
    block: ["█", "▏"],
    caret: "▏",
    plus_minus: "±",
    compare: ["≥", "≤"],
    fold: ["▸ ", "▾ "],
    times: "×",
    best: "★",
    base: "◂",
    gap: "×",
    half: "▀",
    ramp: [" ", "·", ":", "-", "=", "+", "░", "▒", "▓", "█"],
};

/// For terminals and fonts with nothing but ASCII.
pub static ASCII: Glyphs = Glyphs {
    braille: false,
    ok: "o",
    warn: "!",
    bad: "X",
    unknown: "?",
    running: ">",
    waiting: "@",
    cursor: ">",
    mark: "*",
    rule: "-",
    bar: "|",
    corner: "+",
    tick_x: "+",
    tick_y: "+",
    dash: "-",
    dash_y: ":",
    corners: ["+", "+", "+", "+"],
    ellipsis: "~",
    dot: "|",
    arrow: "->",
    up: "^",
    down: "v",
    none: "-",
    sort: ["^", "v"],
    levels: ["_", ".", "-", "=", "+", "*", "#", "@"],
    shades: [".", ":", "+", "#", "@"],
    markers: ["*", "+", "x", "o", "#", "@", "%", "="],
    lines: ["*", "+", "x", "o", "#", "@", "%", "="],
    block: ["#", ":"],
    caret: "_",
    plus_minus: "+-",
    compare: [">=", "<="],
    fold: ["+ ", "- "],
    times: "x",
    best: "*",
    base: "<",
    gap: "N",
    half: "=",
    ramp: [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_set_is_plain() {
        let text = format!("{ASCII:?}");
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn fifty_series_have_fifty_markers() {
        for set in [&UNICODE, &ASCII] {
            let markers: std::collections::HashSet<_> = (0..50).map(|i| set.marker(i)).collect();
            assert_eq!(markers.len(), 50);
        }
    }
}
