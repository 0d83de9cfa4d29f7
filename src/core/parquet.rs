//! A table as a Parquet file, in memory: one row group, plain values, no compression. Tables of a console are small; what reads
//! them is not.
//!
//! The format: <https://parquet.apache.org/docs/file-format/>, its structures in Thrift's compact protocol. Written here, as
//! the `parquet` crate brings more code than the rest of the console, and DuckDB is the agent's alone.

/// A column's values; `None` is null.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// Numbers; NaN and infinities are values.
    Double(Vec<Option<f64>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
}

/// A column with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; no two columns have the same.
    pub name: String,
    /// Its values.
    pub values: Values,
}

/// Rows of a page.
const PAGE: usize = 10_000;
const MAGIC: &[u8; 4] = b"PAR1";

/// The format's words, by the numbers that it gives them.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const OPTIONAL: i64 = 1;
const UTF8: i64 = 0;

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Double(v) => v.len(),
            Self::Integer(v) => v.len(),
        }
    }

    fn kind(&self) -> i64 {
        match self {
            Self::Integer(_) => 2,
            Self::Double(_) => 5,
            Self::Text(_) => 6,
        }
    }

    /// Which of some rows have a value, and the values that are there.
    fn page(&self, from: usize, to: usize) -> (Vec<bool>, Vec<u8>) {
        fn of<T>(
            rows: &[Option<T>],
            mut write: impl FnMut(&T, &mut Vec<u8>),
        ) -> (Vec<bool>, Vec<u8>) {
            let mut out = Vec::new();
            rows.iter().flatten().for_each(|v| write(v, &mut out));
            (rows.iter().map(Option::is_some).collect(), out)
        }
        match self {
            Self::Text(v) => of(&v[from..to], |text, out| {
                out.extend(length(text.len()).to_le_bytes());
                out.extend(text.as_bytes());
            }),
            Self::Double(v) => of(&v[from..to], |v, out| out.extend(v.to_le_bytes())),
            Self::Integer(v) => of(&v[from..to], |v, out| out.extend(v.to_le_bytes())),
        }
    }
}

/// A length as the format has it. Nothing in a page comes near four billion bytes.
fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The file. A column that is shorter than the first ends in nulls, a longer one is cut.
pub fn file(columns: &[Column]) -> Vec<u8> {
    let rows = columns.first().map_or(0, |c| c.values.len());
    let mut out = MAGIC.to_vec();
    let mut chunks = Vec::new();
    for column in columns {
        let start = out.len();
        let mut at = 0;
        // A chunk without a page is none: an empty table has empty pages.
        while at < rows || at == 0 {
            let to = rows.min(at + PAGE);
            page(&column.values, at, to, &mut out);
            at = to.max(1);
        }
        chunks.push((start, out.len() - start));
    }
    let footer = footer(columns, &chunks, rows);
    out.extend(&footer);
    out.extend(length(footer.len()).to_le_bytes());
    out.extend(MAGIC);
    out
}

/// One page: its header, which rows have values, and the values.
fn page(values: &Values, from: usize, to: usize, out: &mut Vec<u8>) {
    let end = to.min(values.len());
    let (mut there, data) = values.page(from.min(end), end);
    there.resize(to - from, false);
    let mut levels = Vec::new();
    for run in there.chunk_by(|a, b| a == b) {
        varint(run.len() as u64 * 2, &mut levels);
        levels.push(u8::from(run[0]));
    }
    let size = number(4 + levels.len() + data.len());
    let mut header = Struct::default();
    // A data page.
    header.i32(1, 0);
    header.i32(2, size);
    header.i32(3, size);
    header.nested(5, |page| {
        page.i32(1, number(to - from));
        page.i32(2, PLAIN);
        page.i32(3, RLE);
        page.i32(4, RLE);
    });
    out.extend(header.end());
    out.extend(length(levels.len()).to_le_bytes());
    out.extend(levels);
    out.extend(data);
}

fn footer(columns: &[Column], chunks: &[(usize, usize)], rows: usize) -> Vec<u8> {
    let mut file = Struct::default();
    file.i32(1, 1);
    let mut schema = vec![Struct::default()];
    schema[0].text(4, "table");
    schema[0].i32(5, number(columns.len()));
    schema.extend(columns.iter().map(|column| {
        let mut leaf = Struct::default();
        leaf.i32(1, column.values.kind());
        leaf.i32(3, OPTIONAL);
        leaf.text(4, &column.name);
        if matches!(column.values, Values::Text(_)) {
            leaf.i32(6, UTF8);
        }
        leaf
    }));
    file.structs(2, schema);
    file.i64(3, number(rows));
    let mut group = Struct::default();
    let chunk = |(column, &(start, size)): (&Column, &(usize, usize))| {
        let mut chunk = Struct::default();
        chunk.i64(2, number(start));
        chunk.nested(3, |about| {
            about.i32(1, column.values.kind());
            about.list(2, 5, 2);
            zigzag(PLAIN, &mut about.bytes);
            zigzag(RLE, &mut about.bytes);
            about.list(3, 8, 1);
            text(&column.name, &mut about.bytes);
            // Not compressed.
            about.i32(4, 0);
            about.i64(5, number(rows));
            about.i64(6, number(size));
            about.i64(7, number(size));
            about.i64(9, number(start));
        });
        chunk
    };
    group.structs(1, columns.iter().zip(chunks).map(chunk).collect());
    group.i64(2, number(chunks.iter().map(|c| c.1).sum()));
    group.i64(3, number(rows));
    file.structs(4, vec![group]);
    file.text(6, concat!("trimtab ", env!("CARGO_PKG_VERSION")));
    file.end()
}

/// A structure of Thrift's compact protocol on its way: fields are written in rising order.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    fn field(&mut self, id: u8, kind: u8) {
        // Fields of these structures are never 16 numbers apart.
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    fn i32(&mut self, id: u8, value: i64) {
        self.field(id, 5);
        zigzag(value, &mut self.bytes);
    }

    fn i64(&mut self, id: u8, value: i64) {
        self.field(id, 6);
        zigzag(value, &mut self.bytes);
    }

    fn text(&mut self, id: u8, value: &str) {
        self.field(id, 8);
        text(value, &mut self.bytes);
    }

    fn list(&mut self, id: u8, kind: u8, len: usize) {
        self.field(id, 9);
        match u8::try_from(len) {
            Ok(few @ 0..15) => self.bytes.push(few << 4 | kind),
            _ => {
                self.bytes.push(0xf0 | kind);
                varint(len as u64, &mut self.bytes);
            }
        }
    }

    fn structs(&mut self, id: u8, items: Vec<Self>) {
        self.list(id, 12, items.len());
        items.into_iter().for_each(|i| self.bytes.extend(i.end()));
    }

    fn nested(&mut self, id: u8, write: impl FnOnce(&mut Self)) {
        self.field(id, 12);
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes.extend(inner.end());
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn text(value: &str, out: &mut Vec<u8>) {
    varint(value.len() as u64, out);
    out.extend(value.as_bytes());
}

#[expect(
    clippy::cast_sign_loss,
    reason = "zigzag puts the sign into the last bit"
)]
fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint(((value << 1) ^ (value >> 63)) as u64, out);
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_the_format_says() {
        let column = Column {
            name: "n".into(),
            values: Values::Integer(vec![Some(1), None]),
        };
        let file = file(&[column]);
        assert_eq!(&file[..4], MAGIC);
        assert_eq!(&file[file.len() - 4..], MAGIC);
        // Page header: data page, 16 bytes twice, then 2 values, plain, RLE, RLE.
        assert_eq!(
            file[4..21],
            [
                0x15, 0, 0x15, 32, 0x15, 32, 0x2c, 0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0
            ]
        );
        // Levels: one row with a value, one without; then the value.
        assert_eq!(
            file[21..37],
            [4, 0, 0, 0, 2, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn numbers_are_written_as_thrift_does() {
        let of = |value| {
            let mut out = Vec::new();
            zigzag(value, &mut out);
            out
        };
        assert_eq!(of(0), [0]);
        assert_eq!(of(-1), [1]);
        assert_eq!(of(64), [0x80, 1]);
        assert_eq!(of(i64::MIN).len(), 10);
    }
}
