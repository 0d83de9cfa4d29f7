//! Numbers as people read them on an axis.

/// A number to the precision of `step` (the distance between neighbouring ticks), with thousands
/// separators; far from 1, in powers of ten.
pub(crate) fn number(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let (size, step) = (value.abs(), step.abs());
    if !(1e-5..1e10).contains(&size.max(step)) {
        return scientific(value, step);
    }
    let decimals = if step > 0.0 {
        (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as usize
    } else {
        3
    };
    // 2.5 needs one digit more than its magnitude says.
    let scaled = step * 10f64.powi(decimals as i32);
    let decimals = decimals
        + usize::from(step > 0.0 && decimals < 9 && (scaled - scaled.round()).abs() > 1e-6);
    separate(&format!("{value:.decimals$}"))
}

fn scientific(value: f64, step: f64) -> String {
    let exponent = value.abs().log10().floor();
    let digits = if step > 0.0 {
        (exponent - step.log10().floor()).clamp(0.0, 6.0) as usize
    } else {
        2
    };
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((m, e)) if m.contains('.') => {
            format!("{}e{e}", m.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// Puts separators into the whole part: `-1234567.5` is `−1,234,567.5`.
fn separate(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |r| ("−", r));
    let (whole, part) = rest
        .split_once('.')
        .map_or((rest, None), |(w, p)| (w, Some(p)));
    let mut out = sign.to_owned();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// A value to about three significant digits, for legends and cells.
pub(crate) fn brief(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let step = 10f64.powf(value.abs().log10().floor() - 2.0);
    let text = number(value, step);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, step, text) in [
            (0.0, 1.0, "0"),
            (1_234_567.0, 1000.0, "1,234,567"),
            (-12_000.0, 500.0, "−12,000"),
            (0.25, 0.05, "0.25"),
            (0.3, 0.1, "0.3"),
            (2.5, 2.5, "2.5"),
            (0.025, 0.025, "0.025"),
            (1e-7, 1e-7, "1e-7"),
            (1.5e12, 5e11, "1.5e12"),
            (100.0, 100.0, "100"),
        ] {
            assert_eq!(number(value, step), text);
        }
        assert_eq!(brief(0.1), "0.1");
        assert_eq!(brief(0.25), "0.25");
        assert_eq!(brief(1234.0), "1,234");
    }
}
