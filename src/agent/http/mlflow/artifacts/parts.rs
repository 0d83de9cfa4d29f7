//! `mlflow-artifacts/mpu/…`: a file in parts, each sent to an address of its own.
//!
//! MLflow's server hands out addresses that an object store signed; a client sends its parts there
//! without the credentials that it has for the server (`HttpArtifactRepository._upload_part`). Here the
//! addresses lead back to the agent, and the upload's id, which nobody can guess, stands for the token.

use super::{ApiError, Args, Empty, ErrorCode, InPath, Reply, json};
use crate::{
    Context,
    artifacts::{ArtifactPath, Part},
    http::body::Line,
    random, service,
};
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Below this a part is sent, without the server's token: its address names the upload by an id that was
/// given to somebody who had it.
pub(in crate::http) const PARTS: &str = "/api/2.0/mlflow-artifacts/mpu/part/";

/// What a proxy that ends TLS says the client spoke.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Create {
    path: Option<String>,
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "numParts")]
    num_parts: Option<i64>,
}

/// Where the parts go.
#[derive(Debug, Serialize)]
pub(super) struct Created {
    upload_id: String,
    #[serde(skip_serializing_if = "json::empty")]
    credentials: Vec<Credential>,
}

/// Where one part goes.
#[derive(Debug, Serialize)]
struct Credential {
    url: String,
    part_number: i64,
}

pub(super) async fn create(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    uri: Uri,
    headers: HeaderMap,
    Args(ask): Args<Create>,
) -> Result<Reply<Created>, ApiError> {
    let file = file_of(&uri, "/mpu/create/", ask.path)?;
    let parts = ask.num_parts.unwrap_or_default();
    let upload_id = random::uuid().map_err(|error| {
        ApiError::new(
            ErrorCode::InternalError,
            format!("The system gave no random bytes: {error}."),
        )
    })?;
    service::artifacts::begin_parts(&ctx, upload_id.clone(), file, parts).await?;
    let base = base(&headers, &line);
    let credential = |part_number| Credential {
        url: format!("{base}{PARTS}{upload_id}/{part_number}"),
        part_number,
    };
    let credentials = (1..=parts).map(credential).collect();
    Ok(Reply(Created {
        upload_id,
        credentials,
    }))
}

/// One part, without the server's token.
pub(super) async fn receive(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    InPath((upload, number)): InPath<(String, String)>,
    mut body: Body,
) -> Result<[(HeaderName, HeaderValue); 1], ApiError> {
    let number: i64 = number.parse().map_err(|_| {
        ApiError::invalid(format!("'{number}' is no part's number: it is from 1 on."))
    })?;
    let mut part = service::artifacts::begin_part(&ctx, &upload, number).await?;
    while let Some(piece) = line.next(&mut body, None).await? {
        part.write(&piece).await.map_err(ApiError::from)?;
    }
    let etag = service::artifacts::keep_part(&ctx, &upload, number, part).await?;
    let etag = HeaderValue::try_from(etag)
        .map_err(|error| ApiError::new(ErrorCode::InternalError, error.to_string()))?;
    Ok([(header::ETAG, etag)])
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Complete {
    path: Option<String>,
    #[serde(alias = "uploadId")]
    upload_id: Option<String>,
    #[serde(deserialize_with = "json::objects")]
    parts: Vec<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(deserialize_with = "json::int")]
    #[serde(alias = "partNumber")]
    part_number: Option<i64>,
    etag: Option<String>,
}

pub(super) async fn complete(
    State(ctx): State<Arc<Context>>,
    uri: Uri,
    Args(ask): Args<Complete>,
) -> Result<Reply<Empty>, ApiError> {
    let file = file_of(&uri, "/mpu/complete/", ask.path)?;
    let part = |named: Named| Part {
        number: named.part_number.unwrap_or_default(),
        etag: named.etag.unwrap_or_default(),
    };
    let parts: Vec<Part> = ask.parts.into_iter().map(part).collect();
    let parts = json::required((!parts.is_empty()).then_some(parts), "parts")?;
    let upload = ask.upload_id.unwrap_or_default();
    service::artifacts::complete_parts(&ctx, upload, file, parts).await?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Abort {
    path: Option<String>,
    #[serde(alias = "uploadId")]
    upload_id: Option<String>,
}

pub(super) async fn abort(
    State(ctx): State<Arc<Context>>,
    uri: Uri,
    Args(ask): Args<Abort>,
) -> Result<Reply<Empty>, ApiError> {
    let file = file_of(&uri, "/mpu/abort/", ask.path)?;
    service::artifacts::abort_parts(&ctx, ask.upload_id.unwrap_or_default(), file).await?;
    Ok(Reply(Empty {}))
}

/// The file that a call is about: the folder in its address, and the name that the client's own file has.
fn file_of(uri: &Uri, after: &str, own: Option<String>) -> Result<ArtifactPath, ApiError> {
    let (_, folder) = uri.path().split_once(after).unwrap_or_default();
    let folder = ArtifactPath::parse(&percent_decode_str(folder).decode_utf8_lossy())?;
    let own = json::required(own, "path")?;
    let name = own.rsplit('/').next().unwrap_or_default();
    let name = ArtifactPath::parse(name)?;
    if name.name().is_none() {
        return Err(ApiError::invalid("The path must end with a file's name."));
    }
    Ok(folder.join(&name))
}

/// How this client reached the agent: what it asked is what it can ask again.
fn base(headers: &HeaderMap, line: &Line) -> String {
    let forwarded = headers.get(FORWARDED).map(HeaderValue::as_bytes);
    let scheme = match (line.tls, forwarded) {
        (true, _) | (_, Some(b"https")) => "https",
        _ => "http",
    };
    // The guard let in one Host, and a well-formed one.
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or_default())
}
