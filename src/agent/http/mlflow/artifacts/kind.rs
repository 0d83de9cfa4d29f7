//! What sort of file an artifact is, guessed from its name.
//!
//! As MLflow's `_guess_mime_type`: what people read is plain text, the rest is what Python's
//! `mimetypes` says, without the tables of the system.

use axum::http::HeaderValue;

/// Endings, or whole names without a dot, of files that are shown as text. Case counts.
const TEXT: [&str; 26] = [
    "txt",
    "log",
    "err",
    "cfg",
    "conf",
    "cnf",
    "cf",
    "ini",
    "properties",
    "prop",
    "hocon",
    "toml",
    "yaml",
    "yml",
    "xml",
    "json",
    "js",
    "py",
    "py3",
    "csv",
    "tsv",
    "md",
    "rst",
    "ipynb",
    "MLmodel",
    "mlproject",
];

/// Packings: the ending before it says what is packed.
const PACKED: [&str; 5] = ["Z", "br", "bz2", "gz", "xz"];

/// Endings that stand for two.
const SHORT: [(&str, &str); 6] = [
    ("svgz", "svg"),
    ("taz", "tar"),
    ("tbz2", "tar"),
    ("tgz", "tar"),
    ("txz", "tar"),
    ("tz", "tar"),
];

/// Endings in lower case, sorted.
const KINDS: [(&str, &str); 149] = [
    ("3g2", "audio/3gpp2"),
    ("3gp", "audio/3gpp"),
    ("3gpp", "audio/3gpp"),
    ("3gpp2", "audio/3gpp2"),
    ("a", "application/octet-stream"),
    ("aac", "audio/aac"),
    ("adts", "audio/aac"),
    ("ai", "application/postscript"),
    ("aif", "audio/x-aiff"),
    ("aifc", "audio/x-aiff"),
    ("aiff", "audio/x-aiff"),
    ("ass", "audio/aac"),
    ("au", "audio/basic"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bat", "text/plain"),
    ("bcpio", "application/x-bcpio"),
    ("bin", "application/octet-stream"),
    ("bmp", "image/bmp"),
    ("c", "text/plain"),
    ("cdf", "application/x-netcdf"),
    ("cpio", "application/x-cpio"),
    ("csh", "application/x-csh"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("dll", "application/octet-stream"),
    ("doc", "application/msword"),
    ("dot", "application/msword"),
    ("dvi", "application/x-dvi"),
    ("eml", "message/rfc822"),
    ("eps", "application/postscript"),
    ("etx", "text/x-setext"),
    ("exe", "application/octet-stream"),
    ("gif", "image/gif"),
    ("gtar", "application/x-gtar"),
    ("h", "text/plain"),
    ("h5", "application/x-hdf5"),
    ("hdf", "application/x-hdf"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ief", "image/ief"),
    ("jpe", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "application/javascript"),
    ("json", "application/json"),
    ("ksh", "text/plain"),
    ("latex", "application/x-latex"),
    ("loas", "audio/aac"),
    ("m1v", "video/mpeg"),
    ("m3u", "application/vnd.apple.mpegurl"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("man", "application/x-troff-man"),
    ("me", "application/x-troff-me"),
    ("mht", "message/rfc822"),
    ("mhtml", "message/rfc822"),
    ("mif", "application/x-mif"),
    ("mjs", "application/javascript"),
    ("mov", "video/quicktime"),
    ("movie", "video/x-sgi-movie"),
    ("mp2", "audio/mpeg"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpa", "video/mpeg"),
    ("mpe", "video/mpeg"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("ms", "application/x-troff-ms"),
    ("n3", "text/n3"),
    ("nc", "application/x-netcdf"),
    ("nq", "application/n-quads"),
    ("nt", "application/n-triples"),
    ("nws", "message/rfc822"),
    ("o", "application/octet-stream"),
    ("obj", "application/octet-stream"),
    ("oda", "application/oda"),
    ("opus", "audio/opus"),
    ("p12", "application/x-pkcs12"),
    ("p7c", "application/pkcs7-mime"),
    ("pbm", "image/x-portable-bitmap"),
    ("pdf", "application/pdf"),
    ("pfx", "application/x-pkcs12"),
    ("pgm", "image/x-portable-graymap"),
    ("pl", "text/plain"),
    ("png", "image/png"),
    ("pnm", "image/x-portable-anymap"),
    ("pot", "application/vnd.ms-powerpoint"),
    ("ppa", "application/vnd.ms-powerpoint"),
    ("ppm", "image/x-portable-pixmap"),
    ("pps", "application/vnd.ms-powerpoint"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("ps", "application/postscript"),
    ("pwz", "application/vnd.ms-powerpoint"),
    ("py", "text/x-python"),
    ("pyc", "application/x-python-code"),
    ("pyo", "application/x-python-code"),
    ("qt", "video/quicktime"),
    ("ra", "audio/x-pn-realaudio"),
    ("ram", "application/x-pn-realaudio"),
    ("ras", "image/x-cmu-raster"),
    ("rdf", "application/xml"),
    ("rgb", "image/x-rgb"),
    ("roff", "application/x-troff"),
    ("rtx", "text/richtext"),
    ("sgm", "text/x-sgml"),
    ("sgml", "text/x-sgml"),
    ("sh", "application/x-sh"),
    ("shar", "application/x-shar"),
    ("snd", "audio/basic"),
    ("so", "application/octet-stream"),
    ("src", "application/x-wais-source"),
    ("srt", "text/plain"),
    ("sv4cpio", "application/x-sv4cpio"),
    ("sv4crc", "application/x-sv4crc"),
    ("svg", "image/svg+xml"),
    ("swf", "application/x-shockwave-flash"),
    ("t", "application/x-troff"),
    ("tar", "application/x-tar"),
    ("tcl", "application/x-tcl"),
    ("tex", "application/x-tex"),
    ("texi", "application/x-texinfo"),
    ("texinfo", "application/x-texinfo"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("tr", "application/x-troff"),
    ("trig", "application/trig"),
    ("tsv", "text/tab-separated-values"),
    ("txt", "text/plain"),
    ("ustar", "application/x-ustar"),
    ("vcf", "text/x-vcard"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/x-wav"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("wiz", "application/msword"),
    ("wsdl", "application/xml"),
    ("xbm", "image/x-xbitmap"),
    ("xlb", "application/vnd.ms-excel"),
    ("xls", "application/vnd.ms-excel"),
    ("xml", "text/xml"),
    ("xpdl", "application/xml"),
    ("xpm", "image/x-xpixmap"),
    ("xsl", "application/xml"),
    ("xwd", "image/x-xwindowdump"),
    ("zip", "application/zip"),
];

/// The content type of a file of this name.
pub(super) fn of(name: &str) -> HeaderValue {
    HeaderValue::from_static(guess(name))
}

fn guess(name: &str) -> &'static str {
    let (stem, ending) = split(name);
    if TEXT.contains(&ending.unwrap_or(name)) {
        return "text/plain";
    }
    let Some(mut ending) = ending else {
        return "application/octet-stream";
    };
    if let Some((_, long)) = SHORT
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(ending))
    {
        ending = long;
    } else if PACKED.contains(&ending) {
        ending = split(stem).1.unwrap_or_default();
    }
    let ending = ending.to_ascii_lowercase();
    KINDS
        .binary_search_by_key(&ending.as_str(), |(ending, _)| ending)
        .ok()
        .and_then(|at| KINDS.get(at))
        .map_or("application/octet-stream", |(_, kind)| kind)
}

/// A name and its ending, without the dot between them. Dots at the start belong to the name.
fn split(name: &str) -> (&str, Option<&str>) {
    let bare = name.trim_start_matches('.');
    match bare.rfind('.') {
        Some(dot) => {
            let dot = dot + name.len() - bare.len();
            (&name[..dot], Some(&name[dot + 1..]))
        }
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of `mlflow.utils.mime_type_utils._guess_mime_type`.
    #[test]
    fn it_guesses_as_mlflow_does() {
        for (name, kind) in [
            ("a.txt", "text/plain"),
            ("MLmodel", "text/plain"),
            ("mlproject", "text/plain"),
            ("MLproject", "application/octet-stream"),
            ("model.pkl", "application/octet-stream"),
            ("a.PNG", "image/png"),
            ("a.png", "image/png"),
            ("a.svg", "image/svg+xml"),
            ("a.svgz", "image/svg+xml"),
            ("a.tar.gz", "application/x-tar"),
            ("a.tgz", "application/x-tar"),
            ("a.csv.gz", "text/csv"),
            ("a.html", "text/html"),
            ("a.parquet", "application/octet-stream"),
            ("a", "application/octet-stream"),
            ("a.", "application/octet-stream"),
            ("..", "application/octet-stream"),
            (".gitignore", "application/octet-stream"),
            (".txt", "application/octet-stream"),
            ("a.JSON", "application/json"),
            ("a.json", "text/plain"),
            ("conda.yaml", "text/plain"),
            ("a.xz", "application/octet-stream"),
            ("gz", "application/octet-stream"),
            ("a.b.c.pdf", "application/pdf"),
            ("a.zip", "application/zip"),
            ("a.onnx", "application/octet-stream"),
            ("requirements.txt", "text/plain"),
            ("日本.md", "text/plain"),
            ("a.TGZ", "application/x-tar"),
            ("a.wasm", "application/wasm"),
            ("a.csv.Z", "text/csv"),
        ] {
            assert_eq!(guess(name), kind, "{name}");
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(KINDS.is_sorted_by_key(|(ending, _)| ending));
    }
}
