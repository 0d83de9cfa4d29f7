//! One POST over a connection of its own, with the address looked at that is really connected to.

use super::reach::is_public;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Request,
    client::conn::http1,
    header::{AUTHORIZATION, HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use reqwest::Url;
use std::{io, path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// What deliveries say they come from.
const AGENT: &str = concat!("trimtab/", env!("CARGO_PKG_VERSION"));
/// How long a server may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How much of an answer is kept, in bytes.
const SHOWN: usize = 64 << 10;
/// Where systems keep the authorities that they trust; the first that is there counts.
const AUTHORITIES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What the other side said.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What it asks for in `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// The start of the body.
    pub body: String,
}

/// Posts JSON. Redirects are not followed.
///
/// # Errors
/// Why there is no answer; the URL is not in it, since it may hold a password.
pub(crate) async fn post(
    url: &Url,
    headers: HeaderMap,
    body: String,
    public: bool,
) -> Result<Answer, String> {
    let host = url.host_str().ok_or("its URL names no host")?;
    let host = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().ok_or("its URL names no port")?;
    let request = request(url, headers, body)?;
    let stream = timeout(CONNECT, connect(host, port, public));
    let stream = stream.await.map_err(|_| "it is not reached in time")??;
    if url.scheme() == "http" {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|e| e.to_string())?;
    let tls = tls().await?.connect(name, stream);
    let stream = timeout(CONNECT, tls).await;
    let stream = stream.map_err(|_| "TLS is not agreed on in time")?;
    exchange(stream.map_err(|e| format!("TLS: {e}"))?, request).await
}

fn request(
    url: &Url,
    mut headers: HeaderMap,
    body: String,
) -> Result<Request<Full<Bytes>>, String> {
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let authority = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let header = |text: String| HeaderValue::try_from(text).map_err(|e| e.to_string());
    headers.insert(HOST, header(authority)?);
    // Some receivers refuse whoever does not say what it is.
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    if !url.username().is_empty() || url.password().is_some() {
        let pair = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        headers.insert(
            AUTHORIZATION,
            header(format!("Basic {}", STANDARD.encode(pair)))?,
        );
    }
    let mut request = Request::post(path)
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| e.to_string())?;
    *request.headers_mut() = headers;
    Ok(request)
}

async fn connect(host: &str, port: u16, public: bool) -> Result<TcpStream, String> {
    let found = lookup_host((host, port)).await.map_err(|e| e.to_string())?;
    let mut last = "its host has no address".to_owned();
    for address in found {
        if public && !is_public(address.ip()) {
            last = format!(
                "{} is no public address, and this agent serves other hosts",
                address.ip()
            );
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("{address}: {error}"),
        }
    }
    Err(last)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let text = |e: hyper::Error| e.to_string();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
    // It ends with the sender, or with the other side.
    let connection = tokio::spawn(connection);
    let answered = sender.send_request(request).await;
    let result = match answered {
        Ok(response) => read(response).await,
        Err(error) => Err(error.to_string()),
    };
    connection.abort();
    result
}

async fn read(response: hyper::Response<hyper::body::Incoming>) -> Result<Answer, String> {
    let (parts, mut body) = response.into_parts();
    let asked = parts
        .headers
        .get("retry-after")
        .and_then(|v| v.to_str().ok());
    let mut shown = Vec::new();
    while shown.len() < SHOWN {
        match body.frame().await {
            Some(Ok(frame)) => shown.extend(frame.into_data().unwrap_or_default()),
            // What came is enough; the status has been said.
            Some(Err(_)) | None => break,
        }
    }
    shown.truncate(SHOWN);
    Ok(Answer {
        status: parts.status.as_u16(),
        retry_after: asked.and_then(|s| s.trim().parse().ok()),
        body: String::from_utf8_lossy(&shown).into_owned(),
    })
}

/// TLS with the authorities that this system trusts, read anew: they change, and deliveries are rare.
async fn tls() -> Result<TlsConnector, String> {
    let read = tokio::task::spawn_blocking(|| {
        let named = std::env::var_os("SSL_CERT_FILE");
        let file = named.as_ref().map(Path::new).or_else(|| {
            let mut places = AUTHORITIES.iter().map(Path::new);
            places.find(|p| p.exists())
        });
        let file =
            file.ok_or_else(|| io::Error::other("this system has no authorities to trust"))?;
        let mut roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(file).map_err(io::Error::other)?;
        roots.add_parsable_certificates(certificates.flatten());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok::<_, io::Error>(TlsConnector::from(Arc::new(config)))
    });
    let made = read.await.map_err(|e| e.to_string())?;
    made.map_err(|e| format!("TLS: {e}"))
}
