//! What a handler is asked, and what it answers: MLflow's messages over JSON and query strings.

use super::{ApiError, ErrorCode, json};
use crate::http::body::{BodyLimit, Line, USUAL};
use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderValue, Method, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

/// A request's message: the query string of a GET that has one, else the JSON body.
///
/// `T` is a plain struct with `#[serde(default)]`: every field optional, as in MLflow's protobuf; see
/// [`json`] for how fields are read and required.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Args<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Args<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let get = matches!(parts.method, Method::GET | Method::HEAD);
        match parts.uri.query() {
            Some(query) if get && !query.is_empty() => return json::from_query(query).map(Self),
            _ => {}
        }
        if matches!(parts.method, Method::POST | Method::PUT) {
            content_type(parts.headers.get(CONTENT_TYPE))?;
        }
        let limit = *parts.extensions.get::<BodyLimit>().unwrap_or(&USUAL);
        let line = parts.extensions.get::<Line>().ok_or_else(|| {
            ApiError::new(
                ErrorCode::InternalError,
                "A request came over no connection.",
            )
        })?;
        let whole = line.read(body, limit).await?;
        json::from_body(&whole.bytes).map(Self)
    }
}

/// What stands in a request's path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(found)) => Ok(Self(found)),
            // Bytes that are no text, most likely.
            Err(wrong) => Err(ApiError::invalid(wrong.body_text())),
        }
    }
}

/// JSON only, said as MLflow says it. A browser's form cannot send it to another origin.
fn content_type(value: Option<&HeaderValue>) -> Result<(), ApiError> {
    let value =
        value.ok_or_else(|| ApiError::invalid("Bad Request. Content-Type header is missing."))?;
    let kind = value
        .as_bytes()
        .split(|b| *b == b';')
        .next()
        .unwrap_or_default();
    if kind.trim_ascii().eq_ignore_ascii_case(b"application/json") {
        return Ok(());
    }
    Err(ApiError::invalid(
        "Bad Request. Content-Type must be one of ['application/json'].",
    ))
}

/// An answer's message, written as JSON. Leave empty lists, strings and absent values out with
/// `#[serde(skip_serializing_if = "json::empty")]`, as protobuf does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply<T>(pub T);

/// The answer of a call that only does something: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Empty {}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => ApiError::new(
                ErrorCode::InternalError,
                format!("The answer cannot be written: {error}."),
            )
            .into_response(),
        }
    }
}
