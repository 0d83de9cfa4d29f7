//! What a stored window was made of, in one line: `DIGEST:FILES`, and for a number of rows `DIGEST:FILES:rowsN`.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use trimtab_core::policy::Cut;
use trimtab_store::logs::Inspection;

/// How a number of rows says that it has not all of them yet.
const FILLING: &str = "+";

/// How a log is cut: nothing where its windows' ends say so.
pub(super) fn tag(cut: Cut) -> String {
    cut.rows().map_or_else(String::new, |n| format!("rows{n}"))
}

/// The last part of the signature of a number of rows.
pub(super) fn signed(cut: Cut, full: bool) -> String {
    format!(":{}{}", tag(cut), if full { "" } else { FILLING })
}

/// How the log was cut for a window with this signature, and whether it had all of its rows.
pub(super) fn cut_of(inputs: &str) -> (&str, bool) {
    let tag = inputs.splitn(3, ':').nth(2).unwrap_or_default();
    tag.strip_suffix(FILLING)
        .map_or((tag, true), |tag| (tag, false))
}

/// A log file's name, short, since a month may have hundreds.
pub(super) fn short(seen: &Inspection) -> String {
    hex(Sha256::new_with_prefix(&seen.file.name), 6)
}

/// The shortened names of the log files that a window with this signature was made of; none for a
/// signature of an older version, which did not say.
pub(super) fn files_of(inputs: &str) -> impl Iterator<Item = &str> {
    let names = inputs.split(':').nth(1).unwrap_or_default();
    names.split(',').filter(|name| !name.is_empty())
}

/// The first bytes of a digest, in hexadecimal.
pub(super) fn hex(digest: Sha256, bytes: usize) -> String {
    let all = digest.finalize();
    all.iter().take(bytes).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Adds a text to a digest, told apart from the next.
pub(super) fn add(digest: &mut Sha256, text: &str) {
    digest.update(text.as_bytes());
    digest.update([0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::policy::Window;

    #[test]
    fn parts_are_read_back() {
        let cut = |rows| Cut {
            window: std::num::NonZeroU64::new(rows).map_or(Window::Day, Window::Rows),
            every: None,
        };
        assert_eq!((tag(cut(7)).as_str(), tag(cut(0)).as_str()), ("rows7", ""));
        let of = |inputs: &str| -> Vec<String> { files_of(inputs).map(str::to_owned).collect() };
        let inputs = format!("ab12:f1,f2{}", signed(cut(7), false));
        assert_eq!(
            (of(&inputs), cut_of(&inputs)),
            (vec!["f1".into(), "f2".into()], ("rows7", false))
        );
        assert_eq!(
            cut_of(&format!("ab:f{}", signed(cut(7), true))),
            ("rows7", true)
        );
        assert_eq!(
            (of("ab12:f1"), cut_of("ab12:f1")),
            (vec!["f1".into()], ("", true))
        );
        assert_eq!((of("ab12"), cut_of("")), (Vec::new(), ("", true)));
    }
}
