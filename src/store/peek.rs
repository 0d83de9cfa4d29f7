//! The first rows of a table in a file, as text: for people who look into it.

use crate::logs::LogError;
use duckdb::{Connection, Row, params};
use trimtab_core::artifact::{ArtifactKind, ROWS, TableHead};

/// Characters of one value that are read.
const CHARACTERS: usize = 2_000;
/// Bytes of all values together; rows beyond are left out.
const BYTES: usize = 8 << 20;
/// Bytes of a text file whose rows are counted; more would be read for a number alone.
const COUNTED: u64 = 64 << 20;

/// Reads the first rows of a file. `path` is one file, never a pattern: it must not hold `*`, `?` or `[`. `packed`
/// says that it is compressed with gzip. Blocking: call it off the async runtime.
///
/// # Errors
/// [`LogError::Db`] with what DuckDB says of the file.
pub fn head(
    path: &str,
    kind: ArtifactKind,
    packed: bool,
    size: u64,
    rows: u32,
) -> Result<TableHead, LogError> {
    let failed = |operation| move |source| LogError::Db { operation, source };
    let reading = failed("reading the table");
    let config = duckdb::Config::default()
        .enable_autoload_extension(false)
        .and_then(|c| c.threads(2))
        .and_then(|c| c.max_memory("512MB"))
        .map_err(failed("opening a reader of tables"))?;
    let db = Connection::open_in_memory_with_flags(config).map_err(reading)?;
    let source = source(kind, packed);
    let columns = described(&db, &source, path).map_err(reading)?;
    let query =
        format!("SELECT left(CAST(COLUMNS(*) AS VARCHAR), {CHARACTERS}) FROM {source} LIMIT ?");
    let mut head = TableHead {
        columns,
        ..TableHead::default()
    };
    let (width, mut bytes) = (head.columns.len(), 0);
    let mut statement = db.prepare(&query).map_err(reading)?;
    let mut found = statement
        .query(params![path, rows.min(ROWS)])
        .map_err(reading)?;
    while let Some(row) = found.next().map_err(reading)? {
        let row = values(row, width).map_err(reading)?;
        bytes += row.iter().flatten().map(String::len).sum::<usize>() + 8 * width;
        if bytes > BYTES {
            break;
        }
        head.rows.push(row);
    }
    if kind == ArtifactKind::Parquet || size <= COUNTED {
        let query = format!("SELECT count(*) FROM {source}");
        let counted = db.query_row(&query, [path], |row| row.get(0));
        head.total = Some(counted.map_err(reading)?);
    }
    Ok(head)
}

fn values(row: &Row<'_>, width: usize) -> duckdb::Result<Vec<Option<String>>> {
    (0..width).map(|i| row.get(i)).collect()
}

/// Names and types, in the file's order.
fn described(db: &Connection, source: &str, path: &str) -> duckdb::Result<Vec<(String, String)>> {
    let mut statement = db.prepare(&format!("DESCRIBE SELECT * FROM {source}"))?;
    let found = statement.query_map([path], |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.collect()
}

/// A table function with the file's rows; one parameter, its path. Text stays text: what is looked at is what
/// stands in the file.
fn source(kind: ArtifactKind, packed: bool) -> String {
    let text = |delimiter: &str| {
        let packing = if packed { "gzip" } else { "none" };
        format!(
            "read_csv(?, hive_partitioning = false, delim = '{delimiter}', quote = '\"', escape = '\"', \
             header = true, all_varchar = true, ignore_errors = true, null_padding = true, \
             compression = '{packing}')"
        )
    };
    match kind {
        ArtifactKind::Tsv => text("\\t"),
        ArtifactKind::Parquet => "read_parquet(?, hive_partitioning = false)".into(),
        _ => text(","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &str, kind: ArtifactKind) -> TableHead {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        head(&path.to_string_lossy(), kind, false, 9, 2).unwrap()
    }

    #[test]
    fn the_first_rows_are_read_as_they_stand() {
        let table = read(
            "a.csv",
            "id,name\n007,\"a,b\"\n8,\n9,c\n",
            ArtifactKind::Csv,
        );
        let names: Vec<&str> = table.columns.iter().map(|c| &*c.0).collect();
        assert_eq!(names, ["id", "name"]);
        let row = |a: &str, b: Option<&str>| vec![Some(a.to_owned()), b.map(str::to_owned)];
        assert_eq!(table.rows, [row("007", Some("a,b")), row("8", None)]);
        assert_eq!(table.total, Some(3));
        let table = read("a.tsv", "x\ty\n1,2\t3\n", ArtifactKind::Tsv);
        assert_eq!(table.rows, [row("1,2", Some("3"))]);
    }

    #[test]
    fn parquet_keeps_its_types() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it's.parquet");
        let quoted = path.to_string_lossy().replace('\'', "''");
        let db = Connection::open_in_memory().unwrap();
        let made = db.execute_batch(&format!(
            "COPY (SELECT range AS n, NULL::DOUBLE AS x, [1, 2] AS l FROM range(5)) TO '{quoted}' (FORMAT parquet)"
        ));
        made.unwrap();
        let table = head(&path.to_string_lossy(), ArtifactKind::Parquet, false, 9, 1).unwrap();
        let types: Vec<&str> = table.columns.iter().map(|c| &*c.1).collect();
        assert_eq!(types, ["BIGINT", "DOUBLE", "INTEGER[]"]);
        assert_eq!(
            table.rows,
            [[Some("0".to_owned()), None, Some("[1, 2]".into())]]
        );
        assert_eq!(table.total, Some(5));
    }

    #[test]
    fn what_is_no_table_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.parquet");
        std::fs::write(&path, "not parquet").unwrap();
        let wrong = head(&path.to_string_lossy(), ArtifactKind::Parquet, false, 9, 1);
        assert!(wrong.unwrap_err().to_string().contains("reading the table"));
    }
}
