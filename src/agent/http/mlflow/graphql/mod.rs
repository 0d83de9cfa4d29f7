//! GraphQL as MLflow's own pages ask it: a document is checked against the types, then each of its outermost fields
//! is a call of REST, whose answer is cut to what was selected.
//!
//! Texts of errors and limits are those of MLflow's server (`server/graphql`, and graphql-core's validation). As there,
//! they come with 200 beside the data, and no directive is known but `@component` on operations.

mod document;
mod limits;
mod project;
mod types;

use super::{ApiError, Args, Reply, Router, json};
use async_graphql_parser::parse_query;
use axum::{
    body::Body,
    extract::{FromRequest as _, Request},
    http::{Extensions, HeaderValue, Method, header::CONTENT_TYPE},
    routing::post,
};
use document::{Document, Field};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tower_service::Service as _;
use types::Call;

/// What a request asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    query: Option<String>,
    variables: Option<Value>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
}

/// What is answered.
#[derive(Debug, Serialize)]
struct Answer {
    data: Option<Map<String, Value>>,
    errors: Option<Vec<String>>,
}

impl Answer {
    fn wrong(errors: Vec<String>) -> Self {
        Self {
            data: None,
            errors: Some(errors),
        }
    }
}

/// `/graphql`, answered from REST's calls.
pub(super) fn routes(rest: axum::Router) -> Router {
    let handler = move |request: Request| answer(rest.clone(), request);
    Router::new().route("/graphql", post(handler.clone()).get(handler))
}

async fn answer(rest: axum::Router, request: Request) -> Result<Reply<Answer>, ApiError> {
    let rest = Rest {
        extensions: request.extensions().clone(),
        router: rest,
    };
    let Args(ask) = Args::<Ask>::from_request(request, &()).await?;
    let query = json::required(ask.query, "query")?;
    if let Err(why) = limits::text(&query) {
        return Ok(Reply(Answer::wrong(vec![why])));
    }
    let parsed = parse_query(&query)
        .map_err(|error| ApiError::invalid(format!("The query is no GraphQL document: {error}")))?;
    if let Err(why) = limits::document(&parsed) {
        return Ok(Reply(Answer::wrong(vec![why])));
    }
    let operation = ask.operation_name.filter(|name| !name.is_empty());
    let document = Document::read(&parsed, operation.as_deref(), ask.variables.as_ref());
    let document = match document {
        Ok(document) => document,
        Err(errors) => return Ok(Reply(Answer::wrong(errors))),
    };
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for field in document.fields() {
        let value = match field.call {
            Some(call) => rest.ask(&document, &field, call).await,
            None => Ok(Value::from(document.name())),
        };
        let value = value.unwrap_or_else(|why| {
            errors.push(why);
            Value::Null
        });
        data.insert(field.key.to_owned(), value);
    }
    Ok(Reply(Answer {
        data: Some(data),
        errors: (!errors.is_empty()).then_some(errors),
    }))
}

/// REST's calls, in the name of whoever asked.
struct Rest {
    router: axum::Router,
    extensions: Extensions,
}

impl Rest {
    /// The answer to one of the outermost fields, or REST's reason for having none.
    async fn ask(
        &self,
        document: &Document<'_>,
        field: &Field<'_>,
        call: &Call,
    ) -> Result<Value, String> {
        let input = document.input(field, call)?;
        let mut answer = match &call.rest {
            Some((method, path)) => self.call(method, path, input).await?,
            None => json!({ "output": input }),
        };
        let selections = field.selections();
        let runs = match answer.get_mut("run") {
            Some(run) => std::slice::from_mut(run),
            None => match answer.get_mut("runs") {
                Some(Value::Array(runs)) => runs.as_mut_slice(),
                _ => &mut [],
            },
        };
        let within = |name| document.selects(&selections, &["run", "runs"], name);
        let (experiment, versions) = (within("experiment"), within("modelVersions"));
        for run in runs {
            self.complete(run, experiment, versions).await?;
        }
        Ok(project::object(document, &answer, call.answer, &selections))
    }

    /// Puts a run's experiment and versions beside what REST tells of it.
    async fn complete(
        &self,
        run: &mut Value,
        experiment: bool,
        versions: bool,
    ) -> Result<(), String> {
        if experiment {
            let ask = json!({ "experiment_id": run["info"]["experiment_id"] });
            let mut found = self.call(&Method::GET, "/experiments/get", ask).await?;
            run["experiment"] = found["experiment"].take();
        }
        if versions {
            let id = run["info"]["run_id"].as_str().unwrap_or_default();
            let ask = json!({ "filter": format!("run_id='{id}'") });
            let path = "/model-versions/search";
            let mut found = self.call(&Method::GET, path, ask).await?;
            run["model_versions"] = found["model_versions"].take();
        }
        Ok(())
    }

    async fn call(&self, method: &Method, path: &str, message: Value) -> Result<Value, String> {
        let mut request = Request::new(Body::from(message.to_string()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.parse().map_err(|e| format!("{path}: {e}"))?;
        *request.extensions_mut() = self.extensions.clone();
        let kind = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        let Ok(response) = self.router.clone().call(request).await;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.map_err(|e| e.to_string())?.to_bytes();
        let answer: Value = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
        match (status.is_success(), &answer["message"]) {
            (true, _) => Ok(answer),
            (false, Value::String(why)) => Err(why.clone()),
            (false, _) => Err(format!("{path} answered {status}.")),
        }
    }
}

#[cfg(test)]
mod tests;
