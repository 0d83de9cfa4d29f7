//! Which workspace a command is for, and the link to its agent.

use super::error::{CliError, CliResult};
use std::path::{Path, PathBuf};
use trimtab_core::shell;
use trimtab_wire::{Dial, Link};

/// The file that makes a folder a workspace.
pub const POLICY_FILE: &str = "trimtab.toml";

/// Options that every command takes.
#[derive(clap::Args, Clone, Debug)]
pub struct Global {
    /// The workspace's folder [default: found upwards from here, else the user's own].
    #[arg(
        long,
        short = 'w',
        global = true,
        env = "TRIMTAB_WORKSPACE",
        value_name = "DIR"
    )]
    pub workspace: Option<PathBuf>,
    /// Run on another machine, through `ssh USER@HOST trimtab attach`.
    #[arg(long, global = true, value_name = "USER@HOST")]
    pub host: Option<String>,
    /// Run the agent inside this process, for as long as it lives.
    #[arg(long, global = true)]
    pub standalone: bool,
    /// Print JSON with stable fields.
    #[arg(long, global = true)]
    pub json: bool,
}

impl Global {
    /// The workspace's folder, absolute.
    pub fn root(&self) -> CliResult<PathBuf> {
        if let Some(dir) = &self.workspace {
            return existing(dir);
        }
        let here = std::env::current_dir()
            .map_err(|e| CliError::usage("The current folder cannot be read.", "").caused_by(&e))?;
        if let Some(found) = find_upwards(&here) {
            return Ok(found.to_owned());
        }
        if let Some(dirs) = directories::ProjectDirs::from("", "", "trimtab")
            && dirs.data_dir().join(POLICY_FILE).is_file()
        {
            return Ok(dirs.data_dir().to_owned());
        }
        Err(CliError::usage(
            format!(
                "No {POLICY_FILE} here ({}) or in any folder above.",
                here.display()
            ),
            "Make a workspace with `trimtab init`, name one with `--workspace DIR`, or look around with `trimtab demo`.",
        ))
    }

    /// How to reach the agent; starts it when none answers.
    pub async fn dial(&self) -> CliResult<Dial> {
        if let Some(host) = &self.host {
            let mut argv: Vec<String> = ["ssh", "-T", "--", host, "trimtab", "attach"]
                .map(String::from)
                .to_vec();
            if let Some(dir) = &self.workspace {
                // ssh joins its arguments with blanks and hands them to the remote shell.
                argv.extend([
                    "--workspace".into(),
                    shell::word(&dir.display().to_string()),
                ]);
            }
            return Ok(Dial::Command(argv));
        }
        let root = self.root()?;
        if self.standalone {
            return super::agent::standalone(&root).await;
        }
        super::agent::ensure(&root).await?;
        Ok(Dial::Unix(socket(&root)))
    }

    /// A link for one command.
    pub async fn link(&self) -> CliResult<Link> {
        Ok(Link::connect(&self.dial().await?, "cli").await?)
    }
}

/// The socket of a workspace's agent.
pub fn socket(root: &Path) -> PathBuf {
    trimtab_wire::socket::path(root, std::env::var_os("XDG_RUNTIME_DIR"))
}

/// The nearest folder, from `start` upwards, that holds a policy file.
fn find_upwards(start: &Path) -> Option<&Path> {
    start
        .ancestors()
        .find(|dir| dir.join(POLICY_FILE).is_file())
}

fn existing(dir: &Path) -> CliResult<PathBuf> {
    let root = dir.canonicalize().map_err(|e| {
        CliError::usage(
            format!("The workspace {} cannot be opened.", dir.display()),
            "Check `--workspace` and TRIMTAB_WORKSPACE.",
        )
        .caused_by(&e)
    })?;
    if root.join(POLICY_FILE).is_file() {
        return Ok(root);
    }
    Err(CliError::usage(
        format!(
            "{} is not a workspace: it has no {POLICY_FILE}.",
            root.display()
        ),
        format!("Make it one with `trimtab init {}`.", dir.display()),
    ))
}

/// Unwraps the reply that a request must bring.
macro_rules! expect_reply {
    ($reply:expr, $($pattern:pat => $value:expr),+ $(,)?) => {
        match $reply {
            $($pattern => $value,)+
            _ => return Err(trimtab_wire::LinkError::Unexpected.into()),
        }
    };
}
pub(crate) use expect_reply;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_found_from_inside_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let deep = dir.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("folders");
        assert_eq!(find_upwards(&deep), None);
        std::fs::write(dir.path().join(POLICY_FILE), "").expect("a file");
        assert_eq!(find_upwards(&deep), Some(dir.path()));
    }
}
