//! Every filter and order of `golden.json` against what a real MLflow answered: accepted or not, in which words, the
//! clauses, and the records found, in order. `golden.py` makes the file.

use super::different::{DIFFERENT, How};
use super::record::Record;
use crate::search::{
    Clause, Direction, EXPERIMENTS, Expr, Field, Filter, Grammar, LOGGED_MODELS, MODELS, Order,
    OrderKey, RUNS, SearchError, Start, Test, VERSIONS, page,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Golden {
    runs: Vec<Record>,
    experiments: Vec<Record>,
    models: Vec<Record>,
    versions: Vec<Record>,
    logged_models: Vec<Record>,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    entity: String,
    filter: Option<String>,
    order_by: Option<Vec<Value>>,
    found: Option<Vec<Value>>,
    clauses: Option<Vec<Value>>,
    error: Option<String>,
}

impl Golden {
    fn of(&self, entity: &str) -> (&Grammar, &[Record], &'static str) {
        match entity {
            "runs" => (&RUNS, &self.runs, "run_id"),
            "experiments" => (&EXPERIMENTS, &self.experiments, "experiment_id"),
            "models" => (&MODELS, &self.models, "name"),
            "versions" => (&VERSIONS, &self.versions, "id"),
            "logged_models" => (&LOGGED_MODELS, &self.logged_models, "model_id"),
            other => panic!("no records of {other}"),
        }
    }

    /// Our answer: the clauses, and the ids found.
    fn ask(&self, answer: &Answer) -> Result<(Filter, Vec<Value>), SearchError> {
        let (grammar, records, id) = self.of(&answer.entity);
        let filter = Filter::parse(answer.filter.as_deref().unwrap_or_default(), grammar)?;
        let order = order(answer.order_by.as_deref().unwrap_or_default(), grammar)?;
        let registry = ["models", "versions"].contains(&answer.entity.as_str());
        let asked = if registry {
            filter.clone().hiding_prompts()
        } else {
            filter.clone()
        };
        let found = page(records, &asked, &order, Start::First, usize::MAX).unwrap();
        Ok((
            filter,
            found.rows.iter().map(|r| r.columns[id].clone()).collect(),
        ))
    }
}

fn order(clauses: &[Value], grammar: &Grammar) -> Result<Order, SearchError> {
    if clauses.iter().all(Value::is_string) {
        let texts: Vec<&str> = clauses.iter().filter_map(Value::as_str).collect();
        return Order::parse(&texts, grammar);
    }
    let keys = clauses.iter().map(|clause| {
        let direction = if clause["ascending"] == true {
            Direction::Ascending
        } else {
            Direction::Descending
        };
        let text = |name: &str| clause[name].as_str();
        let field = text("field_name").unwrap();
        OrderKey::logged_model(
            field,
            direction,
            text("dataset_name"),
            text("dataset_digest"),
        )
    });
    Ok(Order::with_ties(keys.collect::<Result<_, _>>()?, grammar))
}

/// A clause as MLflow's parser gives it, its aliases resolved.
fn as_mlflow(clause: &Clause) -> Value {
    let (kind, key) = match &clause.field {
        Field::Attribute(attribute) => ("attribute", attribute.name()),
        Field::Metric(key) => ("metric", key.as_str()),
        Field::Param(key) => ("parameter", key.as_str()),
        Field::Tag(key) => ("tag", key.as_str()),
        Field::Dataset(key) => ("dataset", key.word()),
        other => panic!("MLflow's grammar has no {other:?}"),
    };
    let either =
        |negated: bool, yes: &'static str, no: &'static str| if negated { no } else { yes };
    let (comparator, value) = match &clause.test {
        Test::Number(comparator, number) => (comparator.sign(), json!(number.to_string())),
        Test::Text { value, negated } => (either(*negated, "=", "!="), json!(value)),
        Test::Like(like) => (
            either(like.any_case(), "LIKE", "ILIKE"),
            json!(like.pattern()),
        ),
        Test::Texts { values, negated } => (either(*negated, "IN", "NOT IN"), json!(values)),
        Test::Numbers { values, negated } => {
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            (either(*negated, "IN", "NOT IN"), json!(texts))
        }
        Test::Null { negated } => (either(*negated, "IS NULL", "IS NOT NULL"), Value::Null),
        other => panic!("MLflow's grammar has no {other:?}"),
    };
    let value = if kind == "metric" {
        number(&value)
    } else {
        value
    };
    json!({"type": kind, "key": key, "comparator": comparator, "value": value})
}

/// MLflow's clause in our words: aliases and plurals resolved, metrics compared as floats.
fn in_our_words(clause: &Value) -> Value {
    let mut clause = clause.clone();
    let kind = match clause["type"].as_str().unwrap() {
        "metrics" => "metric",
        "params" => "parameter",
        "tags" => "tag",
        "attributes" => "attribute",
        other => other,
    }
    .to_owned();
    let attribute = kind == "attribute";
    clause["type"] = kind.as_str().into();
    let key = clause["key"].as_str().unwrap().to_owned();
    clause["key"] = match key.as_str() {
        "created" | "Created" if attribute => "start_time",
        "run name" | "Run name" | "Run Name" if attribute => "run_name",
        "creation_timestamp_ms" if attribute => "creation_timestamp",
        "last_updated_timestamp_ms" if attribute => "last_updated_timestamp",
        other => other,
    }
    .into();
    if kind == "metric" || key.ends_with("_ms") {
        clause["value"] = number(&clause["value"]);
    }
    clause
}

fn number(value: &Value) -> Value {
    json!(value.as_str().unwrap().parse::<f64>().unwrap().to_string())
}

/// A message without what Python leaves to chance: the order of sets, and a quote that some messages lack.
fn normal(message: &str) -> String {
    let Some((before, rest)) = message.split_once('{') else {
        return message.to_owned();
    };
    let (set, _) = rest.split_once('}').unwrap();
    let mut names: Vec<&str> = set.split(", ").collect();
    names.sort_unstable();
    format!("{before}{names:?}")
}

/// How our answer differs, and a line for who must look at it.
fn difference(golden: &Golden, answer: &Answer) -> Option<(How, String)> {
    match (golden.ask(answer), &answer.found, &answer.error) {
        (Ok((filter, rows)), Some(found), _) => {
            let Expr::And(parts) = &filter.expr else {
                panic!("not a conjunction")
            };
            let clause = |part: &Expr| match part {
                Expr::Clause(clause) => as_mlflow(clause),
                other => panic!("{other}"),
            };
            let clauses: Vec<Value> = parts.iter().map(clause).collect();
            let theirs: Vec<Value> = answer.clauses.iter().flatten().map(in_our_words).collect();
            if clauses != theirs {
                return Some((How::Reads, format!("{clauses:?}; theirs {theirs:?}")));
            }
            (rows != *found).then(|| (How::Finds, format!("{rows:?}; theirs {found:?}")))
        }
        (Err(error), None, Some(message)) => {
            let error = error.to_string();
            (normal(&error) != normal(message))
                .then(|| (How::Words, format!("{error}; theirs {message}")))
        }
        (Ok(_), None, message) => Some((How::More, format!("theirs {message:?}"))),
        (Err(error), ..) => Some((How::Less, error.to_string())),
    }
}

#[test]
fn answers_are_mlflows() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    let mut wrong = Vec::new();
    for answer in &golden.answers {
        let asked = answer
            .filter
            .clone()
            .unwrap_or_else(|| json!(answer.order_by).to_string());
        let meant = DIFFERENT
            .iter()
            .find(|(_, entity, asks)| *entity == answer.entity && asks.contains(&asked.as_str()));
        let found = difference(&golden, answer);
        if found.as_ref().map(|(how, _)| *how) != meant.map(|(how, ..)| *how) {
            wrong.push(format!("{} {asked}: {found:?}", answer.entity));
        }
    }
    assert!(golden.answers.len() > 400);
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
