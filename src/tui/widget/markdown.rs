//! Markdown set in lines: headings, lists, quotes, code, emphasis, links with their addresses.
//!
//! What colour or slant tells is told by characters, too: headings have a line below, code its marks, quotes a bar.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::style::Modifier;

use super::text::{Brush, Ink, clean, fit, width};
use crate::glyphs::Glyphs;
use crate::theme::Role;

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Face {
    /// A heading.
    pub heading: bool,
    /// Strong.
    pub strong: bool,
    /// Emphasised.
    pub emphasis: bool,
    /// Struck out.
    pub struck: bool,
    /// Code, or the address of a link.
    pub code: bool,
    /// A mark that is not of the text: bars, bullets.
    pub mark: bool,
}

impl Face {
    fn ink(self, brush: &Brush<'_>) -> Ink {
        let role = match self {
            Self { heading: true, .. } => Role::Title,
            Self { code: true, .. } => Role::Accent,
            Self { mark: true, .. } => Role::Dim,
            _ => Role::Text,
        };
        let mut style = brush.look.theme.style(role);
        for (on, modifier) in [
            (self.strong, Modifier::BOLD),
            (self.emphasis, Modifier::ITALIC),
            (self.struck, Modifier::CROSSED_OUT),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        style.into()
    }
}

/// One line, in pieces.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line(pub Vec<(String, Face)>);

impl Line {
    /// The line's text alone.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Draws it.
    pub fn draw(&self, brush: &mut Brush<'_>, x: u16, y: u16, max: u16) {
        let pieces: Vec<(&str, Ink)> = self
            .0
            .iter()
            .map(|(text, face)| (text.as_str(), face.ink(brush)))
            .collect();
        brush.pieces(x, y, max, &pieces);
    }
}

/// Sets a text in lines of at most so many columns.
#[must_use]
pub fn set(text: &str, columns: usize, glyphs: &'static Glyphs) -> Vec<Line> {
    let options =
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut setter = Setter {
        glyphs,
        columns: columns.max(8),
        lines: Vec::new(),
        line: Vec::new(),
        used: 0,
        face: Face::default(),
        prefixes: Vec::new(),
        lists: Vec::new(),
        links: Vec::new(),
        code: false,
        begun: false,
    };
    for event in Parser::new_ext(text, options) {
        setter.event(event);
    }
    setter.end_line();
    while setter
        .lines
        .last()
        .is_some_and(|l| l.plain().trim().is_empty())
    {
        setter.lines.pop();
    }
    setter.lines
}

/// What stands at the beginning of lines, for as long as a quote, a list's item or a block of code goes on.
struct Prefix {
    first: Option<String>,
    rest: String,
}

struct Setter {
    glyphs: &'static Glyphs,
    columns: usize,
    lines: Vec<Line>,
    line: Vec<(String, Face)>,
    used: usize,
    face: Face,
    prefixes: Vec<Prefix>,
    /// Numbers of lists that count.
    lists: Vec<Option<u64>>,
    links: Vec<String>,
    code: bool,
    /// Whether the line has its prefix.
    begun: bool,
}

impl Setter {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => {
                for line in text.lines() {
                    self.code_line(&clean(line));
                }
            }
            Event::Text(text) => self.words(&clean(&text)),
            Event::Code(code) => {
                let before = std::mem::replace(&mut self.face.code, true);
                self.words(&format!("`{}`", clean(&code)));
                self.face.code = before;
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                for line in html.lines() {
                    self.words(&clean(line));
                }
            }
            Event::SoftBreak => self.words(" "),
            Event::HardBreak => self.end_line(),
            Event::Rule => {
                self.gap();
                let rule = self.glyphs.rule.repeat(self.columns.min(40));
                self.put(&rule, marked());
                self.gap();
            }
            Event::TaskListMarker(done) => self.words(if done { "[x] " } else { "[ ] " }),
            Event::InlineMath(t) | Event::DisplayMath(t) => self.words(&clean(&t)),
            Event::FootnoteReference(name) => self.words(&format!("[{}]", clean(&name))),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.gap();
                self.face.heading = true;
            }
            Tag::Paragraph if self.lists.is_empty() => self.gap(),
            // In a list, the first paragraph stands beside the bullet.
            Tag::Paragraph if self.begun || self.waiting() => {}
            Tag::Paragraph => self.end_line(),
            Tag::BlockQuote(_) => {
                self.gap();
                self.prefix(None, &format!("{} ", self.glyphs.bar));
            }
            Tag::CodeBlock(kind) => {
                self.gap();
                self.code = true;
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.put(&format!("  {}", clean(&language)), marked());
                    self.end_line();
                }
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.gap();
                } else {
                    self.end_line();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => format!("{} ", self.glyphs.dot),
                };
                let rest = " ".repeat(width(&bullet));
                self.prefix(Some(bullet), &rest);
            }
            Tag::Emphasis => self.face.emphasis = true,
            Tag::Strong => self.face.strong = true,
            Tag::Strikethrough => self.face.struck = true,
            Tag::Link { dest_url, .. } => self.links.push(clean(&dest_url)),
            Tag::Image { dest_url, .. } => {
                self.words("image ");
                self.links.push(clean(&dest_url));
            }
            Tag::Table(_) => self.gap(),
            Tag::TableCell if self.begun => self.put(&format!(" {} ", self.glyphs.bar), marked()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.face.heading = false;
                let long = self.line.iter().map(|(t, _)| width(t)).sum::<usize>();
                self.end_line();
                let rule = match level {
                    HeadingLevel::H1 => self.glyphs.rule,
                    HeadingLevel::H2 => self.glyphs.dash,
                    _ => return,
                };
                self.put(&rule.repeat(long.min(self.columns)), marked());
                self.end_line();
            }
            TagEnd::Paragraph => self.end_line(),
            TagEnd::BlockQuote(_) => {
                self.end_line();
                self.prefixes.pop();
            }
            TagEnd::CodeBlock => {
                self.code = false;
                self.end_line();
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.end_line();
                self.prefixes.pop();
            }
            TagEnd::Emphasis => self.face.emphasis = false,
            TagEnd::Strong => self.face.strong = false,
            TagEnd::Strikethrough => self.face.struck = false,
            TagEnd::Link | TagEnd::Image => {
                if let Some(address) = self.links.pop()
                    && !self.line.iter().any(|(t, _)| t.contains(&address))
                {
                    let before = std::mem::replace(&mut self.face.code, true);
                    self.words(&format!(" <{address}>"));
                    self.face.code = before;
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.end_line(),
            _ => {}
        }
    }

    fn prefix(&mut self, first: Option<String>, rest: &str) {
        self.prefixes.push(Prefix {
            first,
            rest: rest.to_owned(),
        });
    }

    /// Whether the line to come is the first of a list's item.
    fn waiting(&self) -> bool {
        self.prefixes.last().is_some_and(|p| p.first.is_some())
    }

    /// An empty line, unless there is one or nothing before it.
    fn gap(&mut self) {
        self.end_line();
        if self.waiting() {
            return;
        }
        if self
            .lines
            .last()
            .is_some_and(|l| !l.plain().trim().is_empty())
        {
            self.lines.push(Line::default());
        }
    }

    fn end_line(&mut self) {
        if self.begun {
            self.lines.push(Line(std::mem::take(&mut self.line)));
            (self.used, self.begun) = (0, false);
        }
    }

    fn begin(&mut self) {
        if self.begun {
            return;
        }
        self.begun = true;
        for prefix in &mut self.prefixes {
            let text = prefix.first.take().unwrap_or_else(|| prefix.rest.clone());
            // Whoever nests deeper than half the room is shown no further to the right.
            if self.used + width(&text) <= self.columns / 2 {
                self.used += width(&text);
                self.line.push((text, marked()));
            }
        }
    }

    /// Puts a piece that is not broken; what does not fit is cut.
    fn put(&mut self, text: &str, face: Face) {
        self.begin();
        let text = fit(
            text,
            self.columns.saturating_sub(self.used),
            self.glyphs.ellipsis,
        );
        self.used += width(&text);
        self.line.push((text, face));
    }

    fn code_line(&mut self, line: &str) {
        let face = Face {
            code: true,
            ..Face::default()
        };
        self.put(&format!("    {line}"), face);
        self.end_line();
    }

    /// Puts words, in further lines where they do not fit.
    fn words(&mut self, text: &str) {
        for piece in text.split_inclusive(' ') {
            let word = piece.trim_end_matches(' ');
            let mut word = word.to_owned();
            if !word.is_empty() {
                self.begin();
            }
            while self.begun && self.used + width(&word) > self.columns {
                if self.is_blank() {
                    // Longer than a line: cut.
                    let head = fit(&word, self.columns - self.used, "");
                    if head.is_empty() {
                        break;
                    }
                    word = word[head.len()..].to_owned();
                    self.push(head);
                }
                self.end_line();
                self.begin();
            }
            if !word.is_empty() {
                self.push(word);
            }
            if piece.ends_with(' ') && self.begun && !self.is_blank() && self.used < self.columns {
                self.push(" ".into());
            }
        }
    }

    fn push(&mut self, text: String) {
        self.begin();
        self.used += width(&text);
        let face = self.face;
        match self.line.last_mut() {
            Some((last, f)) if *f == face => last.push_str(&text),
            _ => self.line.push((text, face)),
        }
    }

    /// Whether nothing but prefixes stands in the line.
    fn is_blank(&self) -> bool {
        self.line.iter().all(|(_, face)| face.mark)
    }
}

fn marked() -> Face {
    Face {
        mark: true,
        ..Face::default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::glyphs::{ASCII, UNICODE};

    fn plain(text: &str, columns: usize) -> Vec<String> {
        let lines = set(text, columns, &UNICODE);
        lines
            .iter()
            .map(|l| l.plain().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn the_common_parts_are_set() {
        let text = "# Why\n\nWe *saw* **drift** in `carrier`.\n\n- one\n- two\n  1. deep\n\n> quoted\n\n```sql\nselect 1\n```\n[docs](https://x.org/a)";
        assert_eq!(
            plain(text, 40),
            [
                "Why",
                "───",
                "",
                "We saw drift in `carrier`.",
                "",
                "· one",
                "· two",
                "  1. deep",
                "",
                "│ quoted",
                "",
                "  sql",
                "    select 1",
                "",
                "docs <https://x.org/a>",
            ]
        );
    }

    #[test]
    fn words_wrap_under_their_bullet() {
        assert_eq!(plain("- aaa bbb ccc ddd", 10), ["· aaa bbb", "  ccc ddd"]);
        assert_eq!(plain("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
        let lines = set("a **b** c", 20, &ASCII);
        assert!(lines[0].0.iter().any(|(t, f)| t == "b" && f.strong));
    }

    proptest! {
        #[test]
        fn any_text_fits(text in "[#*`>\\-\\[\\]()|!1. \na-c世]{0,80}", columns in 8usize..40) {
            for line in set(&text, columns, &UNICODE) {
                prop_assert!(width(&line.plain()) <= columns, "{:?} {}", line.plain(), columns);
            }
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}", columns in 0usize..12) {
            let _ = set(&text, columns, &ASCII);
        }
    }
}
