//! How much one document may ask: MLflow's limits (`server/graphql/graphql_no_batching.py`), and one on nesting that
//! keeps a hostile text from the parser.

use async_graphql_parser::types::{ExecutableDocument, Selection, SelectionSet};
use std::collections::HashSet;

/// How deep selections may go.
const DEPTH: usize = 10;
/// Fields of a document in all.
const SELECTIONS: usize = 1_000;
/// Fields of the outermost object.
const ROOTS: usize = 10;
/// Fields of one object under other names.
const ALIASES: usize = 10;
/// Brackets that may be open at once. The parser calls itself for each, and some thousands exhaust its stack.
const NESTING: usize = 100;

/// Refuses a text that could nest deeper than it is worth reading.
///
/// In texts and comments brackets are taken to open and never to close: no quote that the parser reads otherwise can
/// hide how deep a document goes.
pub(super) fn text(query: &str) -> Result<(), String> {
    let (mut open, mut rest) = (0usize, query.as_bytes());
    // Once a block does not end, none behind it does: nobody looks for its end again.
    let mut blocks_end = true;
    while let Some((first, more)) = rest.split_first() {
        let quoted = match (first, more.strip_prefix(b"\"\"")) {
            (b'"', Some(block)) => {
                let found = blocks_end.then(|| end(block)).flatten();
                blocks_end = found.is_some();
                found.map(|at| at + 5)
            }
            (b'"', None) => Some(simple(more)),
            (b'#', _) => Some(more.iter().position(|b| *b == b'\n').unwrap_or(more.len())),
            _ => None,
        };
        let length = quoted.unwrap_or(0).min(more.len());
        let opens = |text: &[u8]| text.iter().filter(|b| b"([{".contains(b)).count();
        open += opens(&rest[..=length]);
        if quoted.is_none() && b")]}".contains(first) {
            open = open.saturating_sub(1);
        }
        if open > NESTING {
            return Err(format!(
                "GraphQL queries should have at most {NESTING} brackets open at once"
            ));
        }
        rest = &more[length..];
    }
    Ok(())
}

/// The length of a text that was just opened, its closing quote included; it ends with its line.
fn simple(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Where a block of text ends: at three quotes that have no backslash before them.
fn end(block: &[u8]) -> Option<usize> {
    let found =
        |at: &usize| block[*at..].starts_with(b"\"\"\"") && (*at == 0 || block[at - 1] != b'\\');
    (0..block.len()).find(found)
}

/// Refuses a document that asks too much at once.
pub(super) fn document(document: &ExecutableDocument) -> Result<(), String> {
    let (mut roots, mut aliases, mut selections) = (0, 0, 0);
    for (_, operation) in document.operations.iter() {
        let mut stack = vec![(&operation.node.selection_set.node, 1)];
        while let Some((set, depth)) = stack.pop() {
            if depth > DEPTH {
                return Err(format!("Query exceeds maximum depth of {DEPTH}"));
            }
            let mut here = 0;
            for field in level(document, set) {
                roots += usize::from(depth == 1);
                here += usize::from(field.alias.is_some());
                if !field.selection_set.node.items.is_empty() {
                    stack.push((&field.selection_set.node, depth + 1));
                }
                selections += 1;
                if selections > SELECTIONS {
                    return Err(format!(
                        "Query exceeds maximum total selections of {SELECTIONS}"
                    ));
                }
            }
            aliases = aliases.max(here);
        }
    }
    for (got, most, what, setting) in [
        (roots, ROOTS, "root fields", "ROOT_FIELDS"),
        (aliases, ALIASES, "aliases", "ALIASES"),
    ] {
        if got > most {
            return Err(format!(
                "GraphQL queries should have at most {most} {what}, got {got} {what}. To increase the limit, set \
                 the MLFLOW_SERVER_GRAPHQL_MAX_{setting} environment variable."
            ));
        }
    }
    Ok(())
}

/// The fields of one object, those of its fragments among them. A fragment counts once, so that none goes round.
pub(super) fn level<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
) -> Vec<&'a async_graphql_parser::types::Field> {
    let (mut fields, mut seen) = (Vec::new(), HashSet::new());
    let mut stack: Vec<_> = set.items.iter().rev().collect();
    while let Some(selection) = stack.pop() {
        let inner = match &selection.node {
            Selection::Field(field) => {
                fields.push(&field.node);
                continue;
            }
            Selection::InlineFragment(inline) => &inline.node.selection_set.node,
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match document.fragments.get(name) {
                    Some(fragment) if seen.insert(name) => &fragment.node.selection_set.node,
                    _ => continue,
                }
            }
        };
        stack.extend(inner.items.iter().rev());
    }
    fields
}
