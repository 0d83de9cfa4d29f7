//! Text as HTML, and the frame of a page. What is put in is escaped; nothing is loaded from elsewhere.

use std::fmt::Write as _;

/// All the style there is: a page that is mailed has only itself.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1c2530;background:#fff;margin:0 auto;max-width:1180px;padding:24px}\
h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px;border-bottom:1px solid #d5dce3}\
h3{font-size:15px;margin:20px 0 4px}p{margin:4px 0}.faint{color:#5a6673}\
table{border-collapse:collapse;margin:8px 0;font-variant-numeric:tabular-nums}\
th,td{padding:2px 12px 2px 0;text-align:left;border-bottom:1px solid #eceff2}.n{text-align:right}\
.bad{color:#a33b00;font-weight:600}.ok{color:#1f6f4a}svg{max-width:100%;height:auto}\
@media print{h2,h3,svg,tr{break-inside:avoid}details{display:block}}";

/// A page that grows.
#[derive(Debug)]
pub struct Page(String);

impl Page {
    /// A page with a title.
    pub fn new(title: &str) -> Self {
        let title = escape(title);
        // What scripts there might be by mistake do not run, and nothing is fetched.
        Self(format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\
             <meta name=\"viewport\" content=\"width=device-width\"/>\
             <title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
        ))
    }

    /// A heading; level 2 or 3.
    pub fn heading(&mut self, level: u8, text: &str) {
        self.line(&format!("<h{level}>{}</h{level}>", escape(text)));
    }

    /// A paragraph, of one of the style's classes or of none (`""`).
    pub fn text(&mut self, class: &str, text: &str) {
        self.line(&format!("<p class=\"{class}\">{}</p>", escape(text)));
    }

    /// A picture as `trimtab_plot` draws it, which escapes what it writes.
    pub fn svg(&mut self, svg: &str) {
        // A declaration of XML has no place within HTML.
        let start = svg.find("<svg").unwrap_or(0);
        self.line(&svg[start..]);
    }

    /// A table. Columns whose head starts with `>` hold numbers; cells that start with `!` are marked.
    pub fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        let class = |i: usize| match heads.get(i) {
            Some(head) if head.starts_with('>') => "n",
            _ => "",
        };
        let mut out = "<table><thead><tr>".to_owned();
        // Writing to a string cannot fail.
        for (i, head) in heads.iter().enumerate() {
            let head = escape(head.trim_start_matches('>'));
            let _ = write!(out, "<th class=\"{}\">{head}</th>", class(i));
        }
        out.push_str("</tr></thead><tbody>");
        for row in rows {
            out.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let (mark, cell) = match cell.strip_prefix('!') {
                    Some(cell) => (" bad", cell),
                    None => ("", &**cell),
                };
                let cell = escape(cell);
                let _ = write!(out, "<td class=\"{}{mark}\">{cell}</td>", class(i));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>");
        self.line(&out);
    }

    /// What is shown when somebody opens it.
    pub fn folded(&mut self, summary: &str, inside: impl FnOnce(&mut Self)) {
        self.line(&format!("<details><summary>{}</summary>", escape(summary)));
        inside(self);
        self.line("</details>");
    }

    /// The whole text.
    pub fn end(mut self) -> String {
        self.0.push_str("</body></html>\n");
        self.0
    }

    fn line(&mut self, html: &str) {
        self.0.push_str(html);
        self.0.push('\n');
    }
}

/// Text as it may stand in HTML, also in an attribute. Control characters, which HTML cannot hold, are shown
/// as a question mark.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
