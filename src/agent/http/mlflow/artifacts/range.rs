//! `Range`: the part of a file that is wanted (RFC 9110, section 14).

/// What to send of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first of these bytes to the last.
    Bytes {
        /// The first byte's offset.
        first: u64,
        /// The last byte's, at least the first's.
        last: u64,
    },
    /// Nothing: the file ends before.
    Beyond,
}

/// Reads the header of a request for a file of `length` bytes. What is not understood, and several
/// parts at once, ask for all of it, as the RFC allows.
pub(super) fn part(header: Option<&str>, length: u64) -> Part {
    let Some((first, last)) = header
        .and_then(|h| h.trim().strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let text = text.trim();
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())
            .flatten()
    };
    let end = length.saturating_sub(1);
    let (first, last) = match (first.trim(), last.trim()) {
        // The last so many bytes.
        ("", suffix) => match number(suffix) {
            Some(0) => return Part::Beyond,
            Some(count) => (length.saturating_sub(count), end),
            None => return Part::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => (first, end),
            None => return Part::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.min(end)),
            _ => return Part::Whole,
        },
    };
    if first >= length {
        return Part::Beyond;
    }
    Part::Bytes { first, last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_to_the_file() {
        let bytes = |first, last| Part::Bytes { first, last };
        for (header, want) in [
            ("bytes=2-4", bytes(2, 4)),
            ("bytes=2-", bytes(2, 10)),
            ("bytes=-3", bytes(8, 10)),
            ("bytes=-300", bytes(0, 10)),
            ("bytes=0-0", bytes(0, 0)),
            ("bytes=5-99999999999999999999", Part::Whole),
            ("bytes=5-9999", bytes(5, 10)),
            ("bytes=11-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=4-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=", Part::Whole),
            ("lines=1-2", Part::Whole),
        ] {
            assert_eq!(part(Some(header), 11), want, "{header}");
        }
        assert_eq!(part(None, 11), Part::Whole);
        assert_eq!(part(Some("bytes=0-"), 0), Part::Beyond);
    }
}
