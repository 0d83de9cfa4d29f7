//! One request: let in or turned away, then answered in a task of its own.

use super::{
    body::{Line, Memory},
    connection::Seat,
    guard::Guard,
    mlflow::{ApiError, ErrorCode},
};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, Request, Uri, uri::PathAndQuery},
    response::{IntoResponse as _, Response},
};
use hyper::body::Incoming;
use std::{net::IpAddr, sync::Arc};
use tokio_util::task::TaskTracker;
use tower_service::Service as _;

/// Headers of every answer, as MLflow's server sends them: what is shown is never guessed or framed.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("x-frame-options"),
        HeaderValue::from_static("SAMEORIGIN"),
    ),
];

/// What connections share.
pub(super) struct Api {
    guard: Guard,
    router: Router,
    memory: Memory,
    /// Requests under way; the store closes after them.
    work: TaskTracker,
}

impl Api {
    pub(super) fn new(guard: Guard, router: Router, work: TaskTracker) -> Self {
        Self {
            guard,
            router,
            memory: Memory::default(),
            work,
        }
    }

    /// Answers a request. What it asks for is carried through even if the client goes; a bug in a
    /// handler costs this answer and nothing else.
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: IpAddr,
        tls: bool,
        seat: Arc<Seat>,
    ) -> Response {
        seat.working();
        one_slash(request.uri_mut());
        let mut response = match self.guard.admit(&request, peer) {
            Err(refusal) => refusal,
            Ok(caller) => {
                request.extensions_mut().insert(caller);
                request.extensions_mut().insert(Line {
                    memory: self.memory.clone(),
                    seat: Arc::clone(&seat),
                    tls,
                });
                let call = self.router.clone().call(request);
                match self.work.spawn(call).await {
                    Ok(Ok(response)) => response,
                    Ok(Err(never)) => match never {},
                    Err(error) => {
                        tracing::error!(%error, "a request was not answered: this is a bug");
                        ApiError::new(
                            ErrorCode::InternalError,
                            "The agent failed on this request; see .trimtab/agent.log.",
                        )
                        .into_response()
                    }
                }
            }
        };
        response.headers_mut().extend(HEADERS);
        seat.waiting();
        response
    }
}

/// A client whose address of the server ends with a slash puts two before the call; one is meant.
fn one_slash(uri: &mut Uri) {
    let said = uri.path_and_query().map_or("", PathAndQuery::as_str);
    if !said.starts_with("//") {
        return;
    }
    let single = format!("/{}", said.trim_start_matches('/'));
    if let Ok(single) = PathAndQuery::try_from(single) {
        let mut parts = std::mem::take(uri).into_parts();
        parts.path_and_query = Some(single);
        // What came as an address of this form is one without its slashes, too.
        *uri = Uri::from_parts(parts).unwrap_or_default();
    }
}

/// An answer's service for one connection.
pub(super) fn service(
    api: Arc<Api>,
    peer: IpAddr,
    tls: bool,
    seat: Arc<Seat>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Send {
    hyper::service::service_fn(move |request| {
        let (api, seat) = (Arc::clone(&api), Arc::clone(&seat));
        async move { Ok(api.answer(request, peer, tls, seat).await) }
    })
}
