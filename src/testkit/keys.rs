//! Key notation to the bytes a terminal sends: `jj<space>c<enter><esc><ctrl-c>`.

/// The bytes of each key, in order.
///
/// # Panics
/// On a name that no key has, naming it.
pub fn parse(keys: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            out.push(named(name).unwrap_or_else(|| panic!("<{name}> in {keys:?} is no key")));
            rest = after;
        } else {
            out.push(c.to_string().into_bytes());
            rest = &rest[c.len_utf8()..];
        }
    }
    // Escape with a byte after it reads as alt and that key. The kitty encoding, which crossterm
    // takes unasked, has no such doubt; at the end the plain byte keeps other programs happy.
    let last = out.len().saturating_sub(1);
    for key in out.iter_mut().take(last).filter(|k| **k == b"\x1b") {
        *key = b"\x1b[27u".to_vec();
    }
    out
}

fn named(name: &str) -> Option<Vec<u8>> {
    let text: &[u8] = match name {
        "space" => b" ",
        "enter" | "ret" => b"\r",
        "esc" => b"\x1b",
        "tab" => b"\t",
        "backtab" | "s-tab" | "shift-tab" => b"\x1b[Z",
        "backspace" => b"\x7f",
        "del" => b"\x1b[3~",
        "ins" => b"\x1b[2~",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "home" => b"\x1b[H",
        "end" => b"\x1b[F",
        "pageup" => b"\x1b[5~",
        "pagedown" => b"\x1b[6~",
        "f1" => b"\x1bOP",
        "f2" => b"\x1bOQ",
        "f3" => b"\x1bOR",
        "f4" => b"\x1bOS",
        "f5" => b"\x1b[15~",
        "lt" => b"<",
        "gt" => b">",
        _ => return chord(name),
    };
    Some(text.to_vec())
}

fn chord(name: &str) -> Option<Vec<u8>> {
    let (modifier, key) = name.split_once('-')?;
    let mut chars = key.chars();
    let (c, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    match modifier {
        // A control character is its letter without the upper three bits.
        "ctrl" | "c" if c.is_ascii() => Some(vec![c.to_ascii_uppercase() as u8 & 0x1f]),
        "alt" | "a" => Some(format!("\x1b{c}").into_bytes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_bytes() {
        let parsed = parse("j<space><ctrl-c><up>é<lt>");
        assert_eq!(
            parsed,
            [
                b"j".to_vec(),
                b" ".to_vec(),
                vec![3],
                b"\x1b[A".to_vec(),
                "é".as_bytes().to_vec(),
                b"<".to_vec()
            ]
        );
    }

    #[test]
    fn escape_never_swallows_the_next_key() {
        assert_eq!(parse("<esc>j"), [b"\x1b[27u".to_vec(), b"j".to_vec()]);
        assert_eq!(parse("j<esc>"), [b"j".to_vec(), b"\x1b".to_vec()]);
    }

    #[test]
    #[should_panic(expected = "<entre>")]
    fn misspelt_names_fail() {
        parse("<entre>");
    }
}
