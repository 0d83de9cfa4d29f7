//! `trimtab serve`: a model server on loopback that follows a symlink.

use super::error::{CliError, CliResult, Exit};
use std::{net::SocketAddr, path::PathBuf};

/// Options of the model server.
#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    /// The symlink that names the version in production.
    #[arg(long, value_name = "PATH")]
    link: PathBuf,
    /// Where to listen; loopback only.
    #[arg(long, default_value = "127.0.0.1:8123", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// End when standard input closes.
    #[arg(long, hide = true)]
    with_parent: bool,
}

/// Serves until SIGTERM, SIGINT, or the parent's end.
pub async fn run(args: ServeArgs) -> CliResult {
    if !args.listen.ip().is_loopback() {
        return Err(CliError::usage(
            format!("{} is not a loopback address.", args.listen),
            "The demonstration's server has no authentication; listen on 127.0.0.1 or [::1].",
        ));
    }
    trimtab_demo::serve::run(&args.link, args.listen, args.with_parent)
        .await
        .map_err(|e| {
            CliError::unreachable(format!("The model server on {} ended.", args.listen), "")
                .caused_by(&e)
        })?;
    Ok(Exit::Done)
}
