//! `registered-models/…`: made, read, found, changed, deleted, tagged.

use super::{
    Tag,
    entities::{ModelOut, OneModel},
    pairs,
};
use crate::{
    http::{
        Caller,
        mlflow::{
            ApiError, Args, Ctx, Empty, Reply, Router, json, json::required, tracking::token::Token,
        },
    },
    service::registry::{self, Asked},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{delete, get, patch, post},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trimtab_core::search::Cursor;

/// Models on a page when nobody says, and at most.
const PAGE: (i64, i64) = (100, 1000);

pub(super) fn routes() -> Router {
    Router::new()
        .route("/registered-models/create", post(create))
        .route("/registered-models/get", get(one))
        .route("/registered-models/search", get(search))
        .route("/registered-models/update", patch(update))
        .route("/registered-models/rename", post(rename))
        .route("/registered-models/delete", delete(remove))
        .route("/registered-models/set-tag", post(set_tag))
        .route("/registered-models/delete-tag", delete(delete_tag))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<String>,
    #[serde(alias = "newName")]
    new_name: Option<String>,
    description: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    tags: Vec<Tag>,
}

async fn create(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let words = ask.description.unwrap_or_default();
    let made = registry::create_model(&ctx, &caller.0, name, pairs(ask.tags), words).await?;
    Ok(Reply(OneModel::of(&ctx, &made)).into_response())
}

async fn one(State(ctx): Ctx, Args(ask): Args<Named>) -> Result<Response, ApiError> {
    let found = registry::model(&ctx, &required(ask.name, "name")?)?;
    Ok(Reply(OneModel::of(&ctx, &found)).into_response())
}

async fn update(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let words = ask.description.unwrap_or_default();
    let now = registry::describe_model(&ctx, &caller.0, &name, words).await?;
    Ok(Reply(OneModel::of(&ctx, &now)).into_response())
}

async fn rename(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let to = required(ask.new_name, "new_name")?;
    let now = registry::rename_model(&ctx, &caller.0, &name, to).await?;
    Ok(Reply(OneModel::of(&ctx, &now)).into_response())
}

async fn remove(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Named>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    registry::delete_model(&ctx, &caller.0, &name).await?;
    Ok(Reply(Empty {}))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TagAsk {
    name: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

async fn set_tag(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<TagAsk>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let key = required(ask.key, "key")?;
    let value = ask.value.unwrap_or_default();
    registry::set_model_tag(&ctx, &caller.0, &name, key, value).await?;
    Ok(Reply(Empty {}))
}

async fn delete_tag(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<Untag>,
) -> Result<Reply<Empty>, ApiError> {
    let name = required(ask.name, "name")?;
    let key = required(ask.key, "key")?;
    registry::delete_model_tag(&ctx, &caller.0, &name, key).await?;
    Ok(Reply(Empty {}))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Untag {
    name: Option<String>,
    key: Option<String>,
}

/// A search of models or versions.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    filter: Option<String>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    pub(super) max_results: Option<i64>,
    #[serde(deserialize_with = "json::list")]
    #[serde(alias = "orderBy")]
    order_by: Vec<String>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

impl Search {
    /// What the service is asked, with so many on a page, and the token that it began with.
    pub(super) fn asked(self, limit: i64) -> Result<(Asked, Token<Cursor>), ApiError> {
        let token: Token<Cursor> = Token::read(self.page_token.as_deref())?;
        let asked = Asked {
            filter: self.filter.unwrap_or_default(),
            order_by: self.order_by,
            after: token.after.clone(),
            skip: token.offset,
            limit: usize::try_from(limit).unwrap_or_default(),
        };
        Ok((asked, token))
    }
}

/// Refuses a page that is too large, in MLflow's words: it looks at the text of the query.
pub(super) fn at_most(size: i64, most: i64) -> Result<i64, ApiError> {
    match size > most {
        true => Err(json::invalid_value(
            "max_results",
            &Value::from(size.to_string()),
        )),
        false => Ok(size),
    }
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    registered_models: Vec<ModelOut<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    next_page_token: Option<String>,
}

async fn search(State(ctx): Ctx, Args(ask): Args<Search>) -> Result<Response, ApiError> {
    let size = at_most(ask.max_results.unwrap_or(PAGE.0), PAGE.1)?;
    let (asked, token) = ask.asked(size)?;
    let found = registry::search_models(&ctx, asked).await?;
    let page = Page {
        registered_models: found
            .rows
            .iter()
            .map(|m| ModelOut::found(&ctx, m))
            .collect(),
        next_page_token: found.next.and_then(|n| token.next(found.rows.len(), n)),
    };
    Ok(Reply(page).into_response())
}
