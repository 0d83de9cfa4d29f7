//! The words of MLflow's parser for logged models (`search_logged_model_utils.py`), which is another one than the rest
//! of its searches have.

use super::{Attribute, Entity, Field, SearchError};
use crate::python::quoted;

/// A comparator that the field does not have.
pub(super) fn comparator(field: &Field, found: &str, numeric: bool) -> SearchError {
    let valid = match numeric {
        true => "('<', '<=', '>', '>=', '=', '!=')",
        false => "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')",
    };
    let entity = match field.entity() {
        Entity::Metric => "metrics",
        Entity::Param => "params",
        Entity::Tag => "tags",
        Entity::Attribute | Entity::Dataset => "attributes",
    };
    // The columns of MLflow's table.
    let key = match field {
        Field::Attribute(Attribute::CreationTimestamp) => "creation_timestamp_ms",
        Field::Attribute(Attribute::LastUpdatedTimestamp) => "last_updated_timestamp_ms",
        other => other.key(),
    };
    SearchError::LoggedModel(format!(
        "Invalid comparison operator for {entity}.{key}: {}. Expected one of {valid}.",
        quoted(found)
    ))
}

/// `IS NULL`: nothing there is ever compared so. Without a blank, as MLflow prints it.
pub(super) fn null(name: &str, words: &str) -> SearchError {
    SearchError::LoggedModel(format!(
        "Invalid comparison: {name}{words}. Expected a comparison with 3 tokens."
    ))
}

/// An unknown prefix.
pub(super) fn entity(found: &str) -> SearchError {
    SearchError::LoggedModel(format!(
        "Invalid entity type: {}. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
        quoted(found)
    ))
}

/// What a whole filter is wrong with, by what was found wrong in it.
pub(super) fn filter(text: &str, error: SearchError) -> SearchError {
    let expected = match error {
        SearchError::Blank(_) | SearchError::Several(_) => "a single SQL expression.",
        SearchError::Clauses(_) => {
            "a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."
        }
        other => return other,
    };
    SearchError::LoggedModel(format!(
        "Invalid filter string: {}. Expected {expected}",
        quoted(text)
    ))
}
