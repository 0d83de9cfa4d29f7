//! From `order_by` to an [`Order`].

use super::identifier::resolve;
use super::lexer::{Kind, tokens};
use super::{
    Attribute, DatasetScope, Direction, Entity, Field, Grammar, Order, OrderKey, SearchError,
};

impl Order {
    /// Reads `order_by` clauses (`metrics.loss DESC`); none gives the grammar's own order.
    ///
    /// # Errors
    /// [`SearchError`], in MLflow's words.
    pub fn parse<T: AsRef<str>>(clauses: &[T], grammar: &Grammar) -> Result<Self, SearchError> {
        let keys = clauses
            .iter()
            .map(|clause| OrderKey::parse(clause.as_ref(), grammar))
            .collect::<Result<Vec<_>, _>>()?;
        let repeated =
            |(i, key): (usize, &OrderKey)| keys[..i].iter().any(|k| k.field == key.field);
        if grammar.unique_keys && keys.iter().enumerate().any(repeated) {
            let quoted: Vec<String> = clauses
                .iter()
                .map(|c| format!("'{}'", c.as_ref()))
                .collect();
            return Err(SearchError::Duplicate(format!("[{}]", quoted.join(", "))));
        }
        Ok(Self::with_ties(keys, grammar))
    }

    /// These keys, and behind them what makes the order total.
    pub fn with_ties(keys: Vec<OrderKey>, grammar: &Grammar) -> Self {
        let default = if keys.is_empty() {
            grammar.default_order
        } else {
            &[]
        };
        let own = default.iter().chain(grammar.ties);
        let own = own
            .map(|(attribute, direction)| OrderKey::new(Field::Attribute(*attribute), *direction));
        Self::of(keys.into_iter().chain(own))
    }
}

impl OrderKey {
    /// Reads one `order_by` clause.
    ///
    /// # Errors
    /// [`SearchError`], in MLflow's words.
    pub fn parse(clause: &str, grammar: &Grammar) -> Result<Self, SearchError> {
        let found = tokens(clause);
        let unparsable = || SearchError::OrderBy(clause.to_owned());
        let (name, direction) = match found.as_slice() {
            [name] => (name, Direction::Ascending),
            [name, word] => match word.text.to_ascii_uppercase().as_str() {
                "ASC" => (name, Direction::Ascending),
                "DESC" => (name, Direction::Descending),
                _ if word.kind == Kind::Name => {
                    return Err(SearchError::Direction(clause.to_owned()));
                }
                _ => return Err(unparsable()),
            },
            _ => return Err(unparsable()),
        };
        let is_direction = ["ASC", "DESC"].contains(&name.text.to_ascii_uppercase().as_str());
        if name.kind != Kind::Name || is_direction {
            return Err(unparsable());
        }
        let field = resolve(name.text, grammar, grammar.order)?;
        let entity = field.entity();
        if entity != Entity::Attribute && !grammar.order_entities.contains(&entity) {
            return Err(SearchError::OrderEntity(entity.word()));
        }
        Ok(Self::new(field, direction))
    }

    /// Reads an entry of `order_by` of a search for logged models, which is not text: `metrics.NAME` or an attribute.
    ///
    /// # Errors
    /// An unknown name.
    pub fn logged_model(
        field_name: &str,
        direction: Direction,
        dataset_name: Option<&str>,
        dataset_digest: Option<&str>,
    ) -> Result<Self, SearchError> {
        let some = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        let (name, digest) = (some(dataset_name), some(dataset_digest));
        let unknown = |why: &str| SearchError::OrderField(format!("{field_name}{why}"));
        let field = match field_name.split_once('.') {
            // The key stands here without quotes, dots and all.
            Some(("metrics", key)) => Field::Metric(key.to_owned()),
            Some(_) => return Err(unknown(". Only metrics are supported.")),
            None => Field::Attribute(
                logged_model_attribute(field_name.trim()).ok_or_else(|| unknown(""))?,
            ),
        };
        let scoped = matches!(field, Field::Metric(_)) && (name.is_some() || digest.is_some());
        let dataset = scoped.then_some(DatasetScope { name, digest });
        Ok(Self {
            field,
            direction,
            dataset,
        })
    }
}

fn logged_model_attribute(name: &str) -> Option<Attribute> {
    let known = super::LOGGED_MODELS
        .order
        .iter()
        .find(|(n, _)| *n == name)?;
    Some(known.1)
}
