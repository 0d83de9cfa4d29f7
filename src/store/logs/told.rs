//! The SQL with which a person counts again what a monitor counted: self-contained, its values as literals.
//!
//! It is shown, never run by Trimtab. It is made of the same pieces as what is run.

use super::{Kind, Part, Split, Want, Within, sql};

impl Within<'_> {
    fn told(&self, part: &Part<'_>) -> Option<String> {
        let condition = self.condition(part)?;
        let mut ends = [self.start.0, self.end.0].into_iter();
        let pieces: Vec<&str> = condition.split('?').collect();
        let mut text = String::new();
        for (i, piece) in pieces.iter().enumerate() {
            text += piece;
            if let Some(end) = ends.next().filter(|_| i + 1 < pieces.len()) {
                text += &end.to_string();
            }
        }
        Some(text)
    }
}

/// SQL that counts a window's rows: of numbers in the bins between these edges (a bin's number is how many edges lie
/// at or below its values; NULL for what is no finite number), of categories each. Of one segment alone where it is
/// given: by its place among the split's values, the rest's after them.
pub fn counting(
    parts: &[Part<'_>],
    within: Within<'_>,
    (name, kind): (&str, Kind),
    edges: &[f64],
    segment: Option<(Split<'_>, usize)>,
) -> String {
    let want = match kind {
        Kind::Number => Want::Number,
        Kind::Category => Want::Text,
    };
    let mut groups: Vec<(&Part<'_>, Vec<String>)> = Vec::new();
    for part in parts {
        let path = literal(&sql::path(part.file));
        let same = groups.iter_mut().find(|(first, _)| {
            first.file.format == part.file.format && first.columns == part.columns
        });
        match same {
            Some((_, paths)) => paths.push(path),
            None => groups.push((part, vec![path])),
        }
    }
    let rows = groups.into_iter().filter_map(|(part, paths)| {
        let value = match part.columns.get(name) {
            Some(class) => want.expression(name, *class),
            None => return None,
        };
        let from = sql::sources(part.file.format, part.columns, &paths.join(", "));
        let mut query = format!(
            "SELECT {value} AS v FROM {from}\n  WHERE {}",
            within.told(part)?
        );
        if let Some((split, place)) = segment {
            query += &format!("\n  AND {}", only(part, split, place));
        }
        Some(query)
    });
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let rows = rows.join("\n  UNION ALL ");
    match kind {
        Kind::Category => {
            format!("SELECT v, count(*) AS n FROM (\n  {rows}\n) GROUP BY v ORDER BY n DESC, v;")
        }
        Kind::Number => {
            let steps = edges.iter().map(|e| format!("(v >= '{e:?}'::DOUBLE)::INT"));
            let bin = steps.collect::<Vec<_>>().join(" + ");
            let bin = if bin.is_empty() { "0".to_owned() } else { bin };
            format!(
                "SELECT CASE WHEN isfinite(v) THEN {bin} END AS bin, count(*) AS n FROM (\n  {rows}\n) GROUP BY bin ORDER BY bin;"
            )
        }
    }
}

/// The rows of one segment.
fn only(part: &Part<'_>, split: Split<'_>, place: usize) -> String {
    let Some(class) = part.columns.get(split.column) else {
        // Without the column every row is the rest.
        return (place == split.values.len()).to_string();
    };
    let text = Want::Text.expression(split.column, *class);
    match split.values.get(place) {
        Some(value) => format!("{text} = {}", literal(value)),
        None if split.values.is_empty() => "true".to_owned(),
        None => {
            let values: Vec<String> = split.values.iter().map(|v| literal(v)).collect();
            format!("coalesce({text} NOT IN ({}), true)", values.join(", "))
        }
    }
}

/// A text as SQL has it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::{Class, tests::World};
    use std::collections::BTreeMap;
    use trimtab_core::time::Millis;

    #[test]
    fn what_is_told_counts_the_same() {
        let world = World::new();
        let rows = "SELECT make_timestamp_ms(i * 1000) AS ts, CASE WHEN i % 10 = 9 THEN NULL ELSE i / 7.0 END AS x, \
                    CASE i % 3 WHEN 0 THEN 'it''s' WHEN 1 THEN 'b' END AS g FROM range(1000) t(i)";
        let files = ["it's a.parquet", "b.parquet"].map(|name| world.write(name, rows));
        let columns: BTreeMap<String, Class> = [
            ("ts".to_owned(), Class::Time),
            ("x".to_owned(), Class::Float),
            ("g".to_owned(), Class::Text),
        ]
        .into();
        let parts = files.each_ref().map(|file| Part {
            file,
            columns: &columns,
            rows: 1_000,
        });
        let within = Within {
            timestamp: "ts",
            start: Millis(0),
            end: Millis(500_000),
        };
        let edges = [0.1 + 0.2, 30.0, 1.0 / 0.014];
        let run = |query: &str| -> Vec<(Option<String>, u64)> {
            let query = query.trim_end_matches(';');
            let query = format!("SELECT COLUMNS(*)::VARCHAR FROM ({query})");
            let mut statement = world.logs.db.prepare(&query).unwrap();
            let rows = statement.query_map([], |r| {
                Ok((r.get(0)?, r.get::<_, String>(1)?.parse().unwrap()))
            });
            rows.unwrap().map(Result::unwrap).collect()
        };
        let found = run(&counting(&parts, within, ("x", Kind::Number), &edges, None));
        let value = |i: u32| f64::from(i) / 7.0;
        let count = |of: &dyn Fn(u32) -> Option<String>| -> BTreeMap<Option<String>, u64> {
            let mut counts = BTreeMap::new();
            (0..500).for_each(|i| *counts.entry(of(i)).or_default() += 2);
            counts
        };
        let bin = |i: u32| {
            let bin = edges.iter().filter(|e| value(i) >= **e).count();
            (i % 10 != 9).then(|| bin.to_string())
        };
        assert_eq!(BTreeMap::from_iter(found), count(&bin));
        let values = ["it's".to_owned()];
        let split = Split {
            column: "g",
            values: &values,
        };
        for (place, rows) in [(0, 2 * 167), (1, 2 * 333)] {
            let query = counting(
                &parts,
                within,
                ("g", Kind::Category),
                &[],
                Some((split, place)),
            );
            let found = run(&query);
            assert_eq!(found.iter().map(|f| f.1).sum::<u64>(), rows, "{query}");
        }
    }
}
