//! `webhooks/…`: made, read, changed, deleted, tried out. A secret goes in and never comes out.

use crate::{
    http::{
        Caller,
        mlflow::{
            ApiError, Args, Ctx, Empty, ErrorCode, InPath, Reply, Router, json, json::required,
            tracking::token::Token,
        },
    },
    service::registry::{self, HookEdit, NewHook, TestResult},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use trimtab_core::registry::webhook::{Action, Entity, Event, Status, Webhook};

/// Webhooks on a page when nobody says, and at most.
const PAGE: (i64, i64) = (100, 1000);

pub(super) fn routes() -> Router {
    Router::new()
        .route("/webhooks", post(create).get(list))
        .route("/webhooks/{id}", get(one).patch(update).delete(remove))
        .route("/webhooks/{id}/test", post(test))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct EventIn {
    entity: Option<String>,
    action: Option<String>,
}

impl EventIn {
    fn read(&self) -> Result<Event, ApiError> {
        let entity = self.entity.as_deref().and_then(Entity::from_word);
        let action = self.action.as_deref().and_then(Action::from_word);
        let (Some(entity), Some(action)) = (entity, action) else {
            return Err(ApiError::invalid(format!(
                "There is no webhook event {} {}.",
                self.entity.as_deref().unwrap_or("(no entity)"),
                self.action.as_deref().unwrap_or("(no action)")
            )));
        };
        Event::new(entity, action).map_err(|e| ApiError::invalid(e.to_string()))
    }
}

/// Reads events; the same twice is refused.
fn events(read: &[EventIn]) -> Result<Vec<Event>, ApiError> {
    let mut events: Vec<Event> = Vec::with_capacity(read.len());
    for event in read {
        let event = event.read()?;
        if events.contains(&event) {
            let message = format!("The event {event} is named twice.");
            return Err(ApiError::new(ErrorCode::BadRequest, message));
        }
        events.push(event);
    }
    Ok(events)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HookIn {
    name: Option<String>,
    description: Option<String>,
    url: Option<String>,
    #[serde(deserialize_with = "some_objects")]
    events: Option<Vec<EventIn>>,
    secret: Option<String>,
    status: Option<String>,
}

/// A list that can be absent.
fn some_objects<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<EventIn>>, D::Error> {
    json::objects(deserializer).map(Some)
}

#[derive(Serialize)]
struct EventOut {
    entity: String,
    action: String,
}

#[derive(Serialize)]
struct HookOut<'a> {
    webhook_id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    url: &'a str,
    events: Vec<EventOut>,
    status: &'static str,
    creation_timestamp: i64,
    last_updated_timestamp: i64,
}

impl<'a> HookOut<'a> {
    fn of(hook: &'a Webhook) -> Self {
        let event = |e: &Event| EventOut {
            entity: e.entity.word().to_uppercase(),
            action: e.action.word().to_uppercase(),
        };
        Self {
            webhook_id: &hook.id,
            name: &hook.name,
            description: &hook.description,
            url: &hook.url,
            events: hook.events.iter().map(event).collect(),
            status: hook.status.word(),
            creation_timestamp: hook.created.0,
            last_updated_timestamp: hook.updated.0,
        }
    }
}

#[derive(Serialize)]
struct One<'a> {
    webhook: HookOut<'a>,
}

fn answer(hook: &Webhook) -> Response {
    let webhook = HookOut::of(hook);
    Reply(One { webhook }).into_response()
}

async fn create(
    State(ctx): Ctx,
    caller: Caller,
    Args(ask): Args<HookIn>,
) -> Result<Response, ApiError> {
    let name = required(ask.name, "name")?;
    let url = required(ask.url, "url")?;
    let read = required(ask.events.map(Listed), "events")?;
    let new = NewHook {
        name,
        url,
        events: events(&read.0)?,
        description: ask.description.unwrap_or_default(),
        secret: ask.secret.unwrap_or_default(),
        status: status(ask.status.as_deref()).unwrap_or_default(),
    };
    Ok(answer(&registry::create_hook(&ctx, &caller.0, new).await?))
}

/// A list that says something even when it is empty.
struct Listed(Vec<EventIn>);
impl json::Presence for Listed {}

/// A status; a word that is none is not heard, as in MLflow.
fn status(word: Option<&str>) -> Option<Status> {
    word.and_then(Status::from_word)
}

async fn one(State(ctx): Ctx, InPath(id): InPath<String>) -> Result<Response, ApiError> {
    Ok(answer(&*registry::hook(&ctx, &id)?))
}

async fn update(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    caller: Caller,
    Args(ask): Args<HookIn>,
) -> Result<Response, ApiError> {
    let said = |text: Option<String>| text.filter(|t| !t.is_empty());
    let read = ask.events.filter(|e| !e.is_empty());
    let edit = HookEdit {
        name: said(ask.name),
        description: ask.description,
        url: said(ask.url),
        events: read.map(|e| events(&e)).transpose()?,
        secret: ask.secret,
        status: status(ask.status.as_deref()),
    };
    Ok(answer(
        &registry::edit_hook(&ctx, &caller.0, &id, edit).await?,
    ))
}

async fn remove(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    caller: Caller,
) -> Result<Reply<Empty>, ApiError> {
    registry::delete_hook(&ctx, &caller.0, &id).await?;
    Ok(Reply(Empty {}))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TestIn {
    event: Option<EventIn>,
}

#[derive(Serialize)]
struct Tested {
    result: ResultOut,
}

#[derive(Default, Serialize)]
struct ResultOut {
    success: bool,
    #[serde(skip_serializing_if = "json::empty")]
    response_status: Option<u16>,
    #[serde(skip_serializing_if = "json::empty")]
    response_body: Option<String>,
    #[serde(skip_serializing_if = "json::empty")]
    error_message: Option<String>,
}

async fn test(
    State(ctx): Ctx,
    InPath(id): InPath<String>,
    caller: Caller,
    Args(ask): Args<TestIn>,
) -> Result<Reply<Tested>, ApiError> {
    let event = ask.event.map(|e| e.read()).transpose()?;
    let result = match registry::test_hook(&ctx, &caller.0, &id, event).await? {
        TestResult::Answered(answer) => ResultOut {
            success: answer.status < 400,
            response_status: Some(answer.status),
            response_body: Some(answer.body),
            error_message: None,
        },
        TestResult::Failed(reason) => ResultOut {
            error_message: Some(format!("Failed to test webhook: {reason}")),
            ..ResultOut::default()
        },
    };
    Ok(Reply(Tested { result }))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListIn {
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "maxResults")]
    max_results: Option<i64>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

#[derive(Serialize)]
struct ListOut<'a> {
    #[serde(skip_serializing_if = "json::empty")]
    webhooks: Vec<HookOut<'a>>,
    #[serde(skip_serializing_if = "json::empty")]
    next_page_token: Option<String>,
}

async fn list(State(ctx): Ctx, Args(ask): Args<ListIn>) -> Result<Response, ApiError> {
    let size = ask.max_results.filter(|n| *n != 0).unwrap_or(PAGE.0);
    if !(1..=PAGE.1).contains(&size) {
        return Err(ApiError::invalid("max_results must be between 1 and 1000."));
    }
    let token: Token<()> = Token::read(ask.page_token.as_deref())?;
    let skip = token.offset;
    let size = usize::try_from(size).unwrap_or_default();
    let all = registry::hooks(&ctx);
    let end = skip.saturating_add(size);
    let page = ListOut {
        webhooks: all
            .iter()
            .skip(skip)
            .take(size)
            .map(|w| HookOut::of(w))
            .collect(),
        next_page_token: token.next(size, ()).filter(|_| all.len() > end),
    };
    Ok(Reply(page).into_response())
}
