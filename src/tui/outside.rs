//! The user's own editor: given the terminal, and a file with the text.

use std::io::{self, Write as _};
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use crate::msg::Trouble;

/// The most that is taken back, in bytes: a note has 8,000 characters at most.
const MOST: u64 = 256 << 10;

/// Opens a text in the editor that `$VISUAL` or `$EDITOR` names, in `vi` when neither does, and waits for its end. The
/// terminal must have been given back. The file can be read by its owner alone, and is gone afterwards.
///
/// # Errors
/// An editor that cannot be started or fails; a file that cannot be written or is no text any more.
pub async fn edit(text: &str, env: impl Fn(&str) -> Option<String>) -> Result<String, Trouble> {
    let line = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| env(name).filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| "vi".to_owned());
    // `code --wait` has arguments; a shell is not asked, so that nothing in it is run.
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let failed = |why: String| {
        Trouble {
        message: format!("The note was not edited with {program}: {why}."),
        hint: "Set EDITOR to an editor that waits, such as vi or nano; what was written is still here."
            .into(),
    }
    };
    let io = |e: io::Error| failed(e.to_string());
    let mut file = tempfile::Builder::new()
        .prefix("trimtab-note-")
        .suffix(".md")
        .tempfile()
        .map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.flush().map_err(io)?;
    let status: ExitStatus = Command::new(program)
        .args(words)
        .arg(file.path())
        .stdin(Stdio::inherit())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .status()
        .await
        .map_err(io)?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    // Editors may write another file in its place, so that it is read by its name.
    let length = std::fs::metadata(file.path()).map_err(io)?.len();
    if length > MOST {
        return Err(failed(format!("it left {length} bytes")));
    }
    std::fs::read_to_string(file.path()).map_err(io)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A program of a few lines of shell, by its path.
    fn editor(dir: &tempfile::TempDir, script: &str) -> String {
        let path = dir.path().join("editor");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    #[tokio::test]
    async fn what_the_editor_leaves_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        // Another file in its place, as vi does it; the arguments come before the file.
        let program = editor(
            &dir,
            "printf '%s %s' \"$1\" \"$(cat \"$2\")\" > \"$2.new\" && mv \"$2.new\" \"$2\"",
        );
        let env = |name: &str| (name == "EDITOR").then(|| format!("{program} --wait"));
        assert_eq!(edit("a\nb", env).await.unwrap(), "--wait a\nb");
    }

    #[tokio::test]
    async fn failures_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let program = editor(&dir, "exit 3");
        let wrong = edit("a", |_| Some(program.clone())).await.unwrap_err();
        assert!(wrong.message.contains("exit status: 3"), "{wrong:?}");
        let none = edit("a", |_| Some("/no/such/editor".into())).await;
        assert!(none.is_err());
    }
}
