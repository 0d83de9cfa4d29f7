//! A model server in a thread: it answers with the version that its symlink names, like the real one.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The server; it ends with the test's process.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    deaf: Arc<AtomicBool>,
}

impl Server {
    /// Serves the model that `link` names.
    pub(super) fn start(link: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let deaf = Arc::new(AtomicBool::new(false));
        let (link, heard) = (link.to_owned(), Arc::clone(&deaf));
        std::thread::spawn(move || {
            let mut loaded = read(&link);
            for stream in listener.incoming().flatten() {
                if !heard.load(Ordering::Relaxed) {
                    loaded = read(&link);
                }
                answer(stream, loaded);
            }
        });
        Self { address, deaf }
    }

    /// Whether it ignores that its link moves.
    pub(super) fn deaf(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::Relaxed);
    }
}

fn read(link: &Path) -> Option<u32> {
    let folder: PathBuf = std::fs::read_link(link).ok()?;
    folder.file_name()?.to_str()?.parse().ok()
}

fn answer(mut stream: TcpStream, version: Option<u32>) {
    let mut request = [0; 4096];
    // Small requests come in one piece.
    let _ = stream.read(&mut request);
    let version = version.map_or("null".into(), |v| v.to_string());
    let body = format!(r#"{{"status":"ok","model":"m","version":{version}}}"#);
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}
