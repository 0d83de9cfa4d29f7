//! Errors as MLflow's server writes them, and the HTTP status of each.
//!
//! Codes, status, `sqlstate` and `error_class` are those of `mlflow/exceptions.py` and
//! `mlflow/error_classification.py`, 3.17.

use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::fmt;
use trimtab_wire::{Failure, FailureKind};

/// MLflow's error codes, as far as they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// Something in the request is wrong. 400.
    InvalidParameterValue,
    /// The request is no request. 400.
    BadRequest,
    /// There is one already; 400, not 409.
    ResourceAlreadyExists,
    /// Who calls is unknown. 401.
    Unauthenticated,
    /// Policy says no. 403.
    PermissionDenied,
    /// No such thing. 404.
    ResourceDoesNotExist,
    /// No such call. 404.
    EndpointNotFound,
    /// Something else is under way. 409.
    Aborted,
    /// Not offered by this server. 501, which clients take as "off".
    NotImplemented,
    /// The disk, the store or a bug. 500: clients try again.
    InternalError,
    /// Too much at once. 503: clients try again.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The code's name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvalidParameterValue => "INVALID_PARAMETER_VALUE",
            Self::BadRequest => "BAD_REQUEST",
            Self::ResourceAlreadyExists => "RESOURCE_ALREADY_EXISTS",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::ResourceDoesNotExist => "RESOURCE_DOES_NOT_EXIST",
            Self::EndpointNotFound => "ENDPOINT_NOT_FOUND",
            Self::Aborted => "ABORTED",
            Self::NotImplemented => "NOT_IMPLEMENTED",
            Self::InternalError => "INTERNAL_ERROR",
            Self::TemporarilyUnavailable => "TEMPORARILY_UNAVAILABLE",
        }
    }

    /// The HTTP status of an answer with this code.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameterValue | Self::BadRequest | Self::ResourceAlreadyExists => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::ResourceDoesNotExist | Self::EndpointNotFound => StatusCode::NOT_FOUND,
            Self::Aborted => StatusCode::CONFLICT,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// `sqlstate` and `error_class`; codes that MLflow does not classify have none.
    fn class(self) -> (Option<&'static str>, Option<&'static str>) {
        let user = |class| (Some("KAM00"), Some(class));
        match self {
            Self::InvalidParameterValue | Self::BadRequest => user("INVALID_PARAMETER_VALUE"),
            Self::ResourceAlreadyExists => user("RESOURCE_ALREADY_EXISTS"),
            Self::PermissionDenied => user("PERMISSION_DENIED"),
            Self::ResourceDoesNotExist | Self::EndpointNotFound => user("RESOURCE_NOT_FOUND"),
            Self::InternalError | Self::TemporarilyUnavailable => {
                (Some("XXM00"), Some("CLIENT_INTERNAL_ERROR"))
            }
            Self::Unauthenticated | Self::Aborted | Self::NotImplemented => (None, None),
        }
    }
}

/// An answer that says no. Written as MLflow's server writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// What sort of no.
    pub code: ErrorCode,
    /// Why, for a person.
    pub message: String,
    /// The HTTP status, where it is not the code's.
    status: Option<StatusCode>,
}

impl ApiError {
    /// An error with the status of its code.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            status: None,
        }
    }

    /// The request is wrong: the commonest error.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    /// No such thing.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceDoesNotExist, message)
    }

    /// The same with another HTTP status.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| self.code.status())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for ApiError {}

/// What the service says no to. Only a store or an agent that fails is worth another try: clients
/// repeat a 5xx for minutes.
impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let code = match failure.kind {
            FailureKind::NotFound => ErrorCode::ResourceDoesNotExist,
            FailureKind::Invalid => ErrorCode::InvalidParameterValue,
            FailureKind::Refused => ErrorCode::PermissionDenied,
            FailureKind::Incompatible => ErrorCode::BadRequest,
            FailureKind::Peer => ErrorCode::Aborted,
            FailureKind::Store | FailureKind::Internal => ErrorCode::InternalError,
        };
        let message = if failure.hint.is_empty() {
            failure.message
        } else {
            format!("{} {}", failure.message, failure.hint)
        };
        Self::new(code, message)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    error_code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_class: Option<&'static str>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            tracing::error!(code = self.code.name(), message = %self.message, "an HTTP request failed");
        }
        let (sqlstate, error_class) = self.code.class();
        let written = Written {
            error_code: self.code.name(),
            message: &self.message,
            sqlstate,
            error_class,
        };
        // Strings are always written.
        let body = serde_json::to_vec(&written).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        (status, [(CONTENT_TYPE, json)], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_written_as_mlflow_writes_it() {
        let error = ApiError::missing("No Experiment with id=7 exists");
        let response = error.into_response();
        assert_eq!(response.status(), 404);
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        assert_eq!(
            body,
            r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No Experiment with id=7 exists","sqlstate":"KAM00","error_class":"RESOURCE_NOT_FOUND"}"#
        );
    }

    #[test]
    fn only_what_may_pass_is_worth_another_try() {
        for kind in [
            FailureKind::NotFound,
            FailureKind::Invalid,
            FailureKind::Refused,
            FailureKind::Incompatible,
            FailureKind::Peer,
        ] {
            let error = ApiError::from(Failure::new(kind, "No.", "Ask again."));
            assert!(error.status().is_client_error(), "{error}");
            assert_eq!(error.message, "No. Ask again.");
        }
        let error = ApiError::from(Failure::new(FailureKind::Store, "The disk is full.", ""));
        assert_eq!(
            (error.status().as_u16(), error.message.as_str()),
            (500, "The disk is full.")
        );
    }
}
