//! TLS from files.

use std::{path::Path, sync::Arc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

/// What takes TLS connections with the certificate (and those above it) and the key of two PEM files.
///
/// # Errors
/// Why a file cannot be used, with its path.
pub(super) fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let wrong = |what: &str, path: &Path, error: &dyn std::fmt::Display| {
        format!("the {what} {} cannot be used: {error}", path.display())
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong("certificate", cert, &e))?;
    if chain.is_empty() {
        return Err(wrong("certificate", cert, &"no certificate stands in it"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong("key", key, &e))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong("certificate", cert, &e))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| wrong("key", key, &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
