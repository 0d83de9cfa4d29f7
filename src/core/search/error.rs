//! What is wrong with a filter or an order, in MLflow's words: clients read them (`INVALID_PARAMETER_VALUE`).

/// What is wrong with a filter or an `order_by`. Each message names the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Nothing but blanks.
    #[error("Invalid filter '{0}'. Could not be parsed.")]
    Blank(String),
    /// Two statements with `;` between them.
    #[error("Search filter contained multiple expression {0:?}. Provide AND-ed expression list.")]
    Several(String),
    /// What is not part of any comparison (already quoted and joined).
    #[error("Invalid clause(s) in filter string: {0}")]
    Clauses(String),
    /// The left side is not a name.
    #[error("Invalid comparison clause. Expected 'Identifier' found '{0}'")]
    NotAName(String),
    /// The right side does not fit the comparator.
    #[error("Invalid comparison clause. Expected value token found '{0}'")]
    NotAValue(String),
    /// An unknown prefix.
    #[error("Invalid entity type '{found}'. {valid}")]
    Entity {
        /// The prefix.
        found: String,
        /// Which there are.
        valid: &'static str,
    },
    /// An unknown column.
    #[error("Invalid attribute key '{found}' specified. Valid keys are '{valid}'")]
    Attribute {
        /// The name.
        found: String,
        /// Which there are.
        valid: String,
    },
    /// An unknown property of a dataset.
    #[error(
        "Invalid dataset key '{0}' specified. Valid keys are '{{'name', 'digest', 'context'}}'"
    )]
    DatasetKey(String),
    /// A metric compared with something else than a number.
    #[error("Expected numeric value type for metric. Found {0}")]
    MetricValue(String),
    /// A numeric column compared with something else than a number.
    #[error("Expected numeric value type for numeric attribute: {key}. Found {found}")]
    NumericAttribute {
        /// The column.
        key: &'static str,
        /// The token.
        found: String,
    },
    /// A fraction where only whole numbers are.
    #[error("Invalid value for numeric attribute '{key}': {found}")]
    NotWhole {
        /// The column.
        key: &'static str,
        /// The token.
        found: String,
    },
    /// Text compared with something else than text.
    #[error("Expected a quoted string value{what}. Got value {found}")]
    TextValue {
        /// What kind of field it is, and an example.
        what: &'static str,
        /// The token.
        found: String,
    },
    /// A value without quotes.
    #[error(
        "Parameter value is either not quoted or unidentified quote types used for string value {0}. \
         Use either single or double quotes."
    )]
    Unquoted(String),
    /// An experiment's number that is not one.
    #[error("Invalid experiment ID '{0}'. Experiment ID must be a valid integer.")]
    ExperimentId(String),
    /// A list where none may stand.
    #[error("Only [{0}] attributes support comparison with a list of quoted string values.")]
    NoList(String),
    /// `()`.
    #[error(
        "While parsing a list in the query, expected a non-empty list of string values, but got empty list"
    )]
    EmptyList,
    /// A list that cannot be read.
    #[error(
        "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list."
    )]
    BadList,
    /// A list with something else than strings.
    #[error(
        "While parsing a list in the query, expected string value, punctuation, or whitespace, \
         but got different type in list: {0}"
    )]
    MixedList(String),
    /// A comparator that the field does not have.
    #[error("Invalid comparator '{found}' not one of '{{{valid}}}'")]
    Comparator {
        /// The comparator.
        found: String,
        /// Which there are.
        valid: &'static str,
    },
    /// `IS NULL` where nothing is ever null.
    #[error("IS NULL / IS NOT NULL is only supported for {valid}, not for '{entity}' '{key}'")]
    Null {
        /// What may be null.
        valid: &'static str,
        /// What kind of field it is.
        entity: &'static str,
        /// Its name.
        key: String,
    },
    /// An `order_by` that is not a name and a direction.
    #[error("Invalid order_by clause '{0}'. Could not be parsed.")]
    OrderBy(String),
    /// A direction that is not one.
    #[error("Invalid ordering key in order_by clause '{0}'.")]
    Direction(String),
    /// Something that has no order.
    #[error("Invalid order_by entity: {0}")]
    OrderEntity(&'static str),
    /// The same key twice.
    #[error("`order_by` contains duplicate fields: {0}")]
    Duplicate(String),
    /// Anything wrong with a filter of logged models: MLflow has another parser for those.
    #[error("{0}")]
    LoggedModel(String),
    /// A logged model's `order_by` that names nothing known.
    #[error("Invalid order by field name: {0}")]
    OrderField(String),
}
