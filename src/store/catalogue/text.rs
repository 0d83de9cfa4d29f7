//! The text of a run that plain words are looked for in.

use trimtab_core::record::{RunRecord, Shared};

/// Of a longer value only the beginning is looked at: nobody looks for a word in the middle of a
/// model's serialised history, which MLflow's clients put into a tag.
const VALUE: usize = 200;

/// Name, id, and `key=value` of each parameter and tag, lower-case, one a line.
pub(crate) fn of(record: &RunRecord) -> Box<str> {
    let mut text = String::with_capacity(64 + 24 * (record.params.len() + record.tags.len()));
    text.push_str(&record.name);
    text.push('\n');
    text.push_str(record.id.as_str());
    let facts = record.params.iter().chain(record.tags.iter());
    for (key, value) in facts {
        text.push('\n');
        text.push_str(key);
        text.push('=');
        text.push_str(start(value));
    }
    match text.is_ascii() {
        true => text.make_ascii_lowercase(),
        false => text = text.to_lowercase(),
    }
    text.into_boxed_str()
}

fn start(value: &Shared) -> &str {
    let mut end = value.len().min(VALUE);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}
