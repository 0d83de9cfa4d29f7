//! Results as CSV and JSON, rows at a time.

use super::{SqlCell, SqlColumn, SqlTable};
use serde_json::{Map, Number, Value};

/// The columns' names, made different: a second `n` is `n_2`.
pub fn names(columns: &[SqlColumn]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let taken = |name: &String| out.iter().any(|n| n.eq_ignore_ascii_case(name));
        let mut name = column.name.clone();
        let mut n = 1;
        while taken(&name) {
            n += 1;
            name = format!("{}_{n}", column.name);
        }
        out.push(name);
    }
    out
}

/// The first line of a CSV file.
pub fn csv_head(columns: &[SqlColumn]) -> String {
    let names = names(columns);
    let names: Vec<String> = names.iter().map(|n| quoted(n)).collect();
    names.join(",") + "\n"
}

/// Rows by RFC 4180, with line feeds; an empty field is null, an empty text is `""`.
pub fn csv_rows(table: &SqlTable) -> String {
    let mut out = String::new();
    for row in 0..table.rows() {
        for column in 0..table.columns.len() {
            if column > 0 {
                out.push(',');
            }
            match table.cell(row, column) {
                SqlCell::Text(text) => out += &quoted(text),
                _ => out += &table.text(row, column).unwrap_or_default(),
            }
        }
        out.push('\n');
    }
    out
}

/// Rows as objects. What is no finite number is a word, as JSON has none for it.
pub fn json_rows(table: &SqlTable) -> Vec<Value> {
    let names = names(&table.columns);
    let row = |row| {
        let cells = names.iter().enumerate();
        let cells = cells.map(|(column, name)| (name.clone(), json(table, row, column)));
        Value::Object(cells.collect::<Map<_, _>>())
    };
    (0..table.rows()).map(row).collect()
}

fn json(table: &SqlTable, row: usize, column: usize) -> Value {
    let text = || table.text(row, column).map_or(Value::Null, Value::String);
    match table.cell(row, column) {
        SqlCell::Null => Value::Null,
        SqlCell::Flag(b) => Value::Bool(b),
        SqlCell::Integer(i) => match i64::try_from(i) {
            Ok(i) => Value::Number(i.into()),
            Err(_) => text(),
        },
        SqlCell::Number(n) => Number::from_f64(n).map_or_else(text, Value::Number),
        SqlCell::Text(_) | SqlCell::Time(_) => text(),
    }
}

/// A field between quotes when it needs them.
fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{SqlCells, SqlKind};

    #[test]
    fn rows_are_written_whole() {
        let column = |name: &str, kind: SqlKind| SqlColumn {
            name: name.into(),
            type_name: kind.type_name().into(),
            kind,
        };
        let table = SqlTable {
            columns: vec![
                column("n", SqlKind::Integer),
                column("n", SqlKind::Number),
                column("a,b", SqlKind::Text),
                column("t", SqlKind::Time),
                column("ok", SqlKind::Flag),
            ],
            cells: vec![
                SqlCells::Integer(vec![Some(1), Some(i128::MAX)]),
                SqlCells::Number(vec![Some(0.5), Some(f64::NAN)]),
                SqlCells::Text(vec![Some("say \"hi\"".into()), Some(String::new())]),
                SqlCells::Time(vec![Some(0), None]),
                SqlCells::Flag(vec![Some(true), None]),
            ],
        };
        assert_eq!(csv_head(&table.columns), "n,n_2,\"a,b\",t,ok\n");
        assert_eq!(
            csv_rows(&table),
            format!(
                "1,0.5,\"say \"\"hi\"\"\",1970-01-01 00:00:00,true\n{},NaN,\"\",,\n",
                i128::MAX
            )
        );
        let rows = json_rows(&table);
        assert_eq!(rows[0]["n"], 1);
        assert_eq!(rows[0]["ok"], true);
        assert_eq!(rows[1]["n_2"], "NaN");
        assert_eq!(rows[1]["n"], i128::MAX.to_string());
        assert!(rows[1]["t"].is_null());
    }
}
