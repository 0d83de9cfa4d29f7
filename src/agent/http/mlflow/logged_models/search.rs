//! `logged-models/search`.

use super::{Ctx, ModelMessage};
use crate::{
    http::mlflow::{
        ApiError, Args, Reply,
        json::{self, required},
    },
    service::logged_models::{self, Asked},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use trimtab_core::{
    logged_model::DatasetName,
    python,
    search::{Cursor, Direction, OrderKey},
};

/// Models when the client does not say.
const USUAL: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    #[serde(alias = "experimentIds")]
    experiment_ids: Option<Vec<String>>,
    filter: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    datasets: Vec<Dataset>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    max_results: Option<i64>,
    #[serde(deserialize_with = "json::objects")]
    #[serde(alias = "orderBy")]
    order_by: Vec<OrderBy>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dataset {
    #[serde(deserialize_with = "json::text")]
    #[serde(alias = "datasetName")]
    dataset_name: String,
    #[serde(deserialize_with = "json::text")]
    #[serde(alias = "datasetDigest")]
    dataset_digest: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct OrderBy {
    #[serde(deserialize_with = "json::text")]
    #[serde(alias = "fieldName")]
    field_name: String,
    #[serde(deserialize_with = "json::flag")]
    ascending: Option<bool>,
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

impl OrderBy {
    /// Without what says nothing, so that a token's is equal to a request's.
    fn plain(mut self) -> Self {
        self.ascending = Some(self.ascending.unwrap_or(true));
        for text in [&mut self.dataset_name, &mut self.dataset_digest] {
            *text = text.take().filter(|t| !t.is_empty());
        }
        self
    }

    fn key(&self) -> Result<OrderKey, ApiError> {
        let direction = match self.ascending {
            Some(false) => Direction::Descending,
            _ => Direction::Ascending,
        };
        OrderKey::logged_model(
            &self.field_name,
            direction,
            self.dataset_name.as_deref(),
            self.dataset_digest.as_deref(),
        )
        .map_err(|e| ApiError::invalid(e.to_string()))
    }

    /// As Python prints it.
    fn shown(&self) -> String {
        let text = |t: &Option<String>| t.as_deref().map_or("None".into(), python::quoted);
        let ascending = match self.ascending {
            Some(false) => "False",
            _ => "True",
        };
        format!(
            "{{'field_name': {}, 'ascending': {ascending}, 'dataset_name': {}, 'dataset_digest': {}}}",
            python::quoted(&self.field_name),
            text(&self.dataset_name),
            text(&self.dataset_digest)
        )
    }
}

/// Where a page begins, and of which search: a token is good for no other.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Token {
    #[serde(alias = "experimentIds")]
    experiment_ids: Option<Vec<String>>,
    #[serde(alias = "filterString")]
    filter_string: Option<String>,
    #[serde(alias = "orderBy")]
    order_by: Option<Vec<OrderBy>>,
    after: Option<Cursor>,
}

impl Token {
    fn read(text: &str) -> Result<Self, ApiError> {
        let wrong = |why: &dyn std::fmt::Display| {
            ApiError::invalid(format!("Invalid page token: {text}. {why}"))
        };
        let bytes = STANDARD.decode(text).map_err(|e| wrong(&e))?;
        serde_json::from_slice(&bytes).map_err(|e| wrong(&e))
    }

    /// Refuses a token of another search, in MLflow's words.
    fn check(&self, asked: &Self) -> Result<(), ApiError> {
        let none = || "None".to_owned();
        let ids = |t: &Self| t.experiment_ids.as_deref().map_or_else(none, python::list);
        let filter = |t: &Self| t.filter_string.clone().unwrap_or_else(none);
        let order = |t: &Self| {
            let shown = |o: &Vec<OrderBy>| o.iter().map(OrderBy::shown).collect::<Vec<_>>();
            let list = |o| format!("[{}]", shown(o).join(", "));
            t.order_by.as_ref().map_or_else(none, list)
        };
        let differs = |what: &str, which: &str, expected: String, found: String| {
            Err(ApiError::invalid(format!(
                "{what} in the page token {which} not match the requested {}. \
                 Expected: {expected}. Found: {found}",
                match what {
                    "Experiment IDs" => "experiment IDs",
                    "Filter string" => "filter string",
                    _ => "order by",
                }
            )))
        };
        if self.experiment_ids != asked.experiment_ids {
            return differs("Experiment IDs", "do", ids(asked), ids(self));
        }
        if self.filter_string != asked.filter_string {
            return differs("Filter string", "does", filter(asked), filter(self));
        }
        if self.order_by != asked.order_by {
            return differs("Order by", "does", order(asked), order(self));
        }
        Ok(())
    }
}

pub(super) async fn search(State(ctx): Ctx, Args(ask): Args<Search>) -> Result<Response, ApiError> {
    let experiments = required(ask.experiment_ids, "experiment_ids")?;
    if ask.datasets.iter().any(|d| d.dataset_name.is_empty()) {
        return Err(ApiError::invalid(
            "`dataset_name` in the `datasets` clause must be specified.",
        ));
    }
    let order_by: Vec<OrderBy> = ask.order_by.into_iter().map(OrderBy::plain).collect();
    let mut asked = Token {
        experiment_ids: Some(experiments),
        filter_string: ask.filter.filter(|f| !f.is_empty()),
        order_by: Some(order_by).filter(|o| !o.is_empty()),
        after: None,
    };
    if let Some(text) = ask.page_token.filter(|t| !t.is_empty()) {
        let token = Token::read(&text)?;
        token.check(&asked)?;
        asked.after = token.after;
    }
    let order = asked.order_by.iter().flatten().map(OrderBy::key);
    let limit = match ask.max_results {
        None | Some(0) => USUAL,
        Some(limit) => limit,
    };
    let dataset = |d: Dataset| DatasetName {
        name: d.dataset_name,
        digest: d.dataset_digest,
    };
    let page = logged_models::search(
        &ctx,
        Asked {
            experiments: asked.experiment_ids.as_deref().unwrap_or_default(),
            filter: asked.filter_string.as_deref().unwrap_or_default(),
            datasets: ask.datasets.into_iter().map(dataset).collect(),
            order: order.collect::<Result<_, _>>()?,
            after: asked.after.take(),
            // Below nothing is nothing.
            limit: usize::try_from(limit).unwrap_or_default(),
        },
    )
    .await?;
    asked.after = page.next;
    #[derive(Serialize)]
    struct Found<'a> {
        #[serde(skip_serializing_if = "json::empty")]
        models: Vec<ModelMessage<'a>>,
        #[serde(skip_serializing_if = "json::empty")]
        next_page_token: Option<String>,
    }
    let next = asked.after.is_some().then(|| serde_json::to_vec(&asked));
    Ok(Reply(Found {
        models: page.models.iter().map(ModelMessage::from).collect(),
        // A struct of texts and numbers is always written.
        next_page_token: next.and_then(Result::ok).map(|json| STANDARD.encode(json)),
    })
    .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(field: &str) -> OrderBy {
        OrderBy {
            field_name: field.into(),
            ..OrderBy::default()
        }
        .plain()
    }

    #[test]
    fn a_token_of_another_search_is_refused_in_mlflows_words() {
        let asked = Token {
            experiment_ids: Some(vec!["1".into()]),
            filter_string: Some("name = 'a'".into()),
            order_by: Some(vec![order("name")]),
            after: None,
        };
        let said = |token: Token| token.check(&asked).unwrap_err().message;
        let empty = Token::read("e30=").unwrap();
        assert_eq!(
            said(empty),
            "Experiment IDs in the page token do not match the requested experiment IDs. \
             Expected: ['1']. Found: None"
        );
        let token = |filter: Option<&str>| Token {
            experiment_ids: asked.experiment_ids.clone(),
            filter_string: filter.map(Into::into),
            ..Token::default()
        };
        assert_eq!(
            said(token(None)),
            "Filter string in the page token does not match the requested filter string. \
             Expected: name = 'a'. Found: None"
        );
        assert_eq!(
            said(token(Some("name = 'a'"))),
            "Order by in the page token does not match the requested order by. Expected: \
             [{'field_name': 'name', 'ascending': True, 'dataset_name': None, \
             'dataset_digest': None}]. Found: None"
        );
        for garbage in ["garbage", "!", "WzFd"] {
            assert!(Token::read(garbage).is_err());
        }
    }
}
