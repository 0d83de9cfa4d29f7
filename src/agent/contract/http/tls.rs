//! HTTPS with a certificate from files.

use super::Site;
use crate::{
    AgentError,
    contract::bench::{POLICY, options, workspace},
    run,
};
use std::{fs, path::Path, sync::Arc};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer},
};

const KEYS: &str = "http_tls_cert = \"cert.pem\"\nhttp_tls_key = \"key.pem\"\n";

fn policy() -> String {
    format!("{POLICY}\n[agent]\nhttp = \"127.0.0.1:0\"\n{KEYS}")
}

/// Writes a certificate for `localhost` and its key.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_spoken_with_the_given_certificate() {
    let dir = Arc::new(workspace(&policy()));
    let cert = certify(dir.path());
    let site = Site::on(dir).await;
    let mut roots = RootCertStore::empty();
    roots.add(cert).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = "localhost".try_into().unwrap();
    let mut stream = connector.connect(name, site.connect().await).await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("OK"),
        "{answer}"
    );
    site.bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_used_keep_the_agent_from_starting() {
    let dir = workspace(&policy());
    let other = tempfile::tempdir().unwrap();
    let fails = async |why: &str| {
        let error = run(options(dir.path()), std::future::pending())
            .await
            .unwrap_err();
        assert!(matches!(error, AgentError::Http { .. }), "{error}");
        assert!(error.to_string().contains(why), "{why}: {error}");
    };
    fails("cert.pem cannot be used").await;
    certify(dir.path());
    certify(other.path());
    fs::copy(other.path().join("key.pem"), dir.path().join("key.pem")).unwrap();
    fails("key.pem cannot be used").await;
    fs::write(dir.path().join("key.pem"), "no key").unwrap();
    fails("key.pem cannot be used").await;
    fs::write(dir.path().join("cert.pem"), "").unwrap();
    fails("no certificate stands in it").await;
}
