//! `trimtab runs artifacts|inputs`: a run's files, listed, printed, saved; what it read and made.

use super::super::{
    context::expect_reply,
    error::{CliError, CliResult, Exit},
    output::Output,
};
use super::find;
use std::{
    fs::File,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};
use trimtab_core::{
    artifact::{ArtifactFolder, ArtifactPart, is_text},
    run::RunId,
};
use trimtab_wire::{FailureKind, Link, LinkError, Reply, Request};

/// Which files, and where they go.
#[derive(clap::Args, Debug)]
pub struct ArtifactArgs {
    /// The run: its id, the start of its id, or its name.
    run: String,
    /// A folder to list, or a file to print; all of the run's artifacts when absent.
    #[arg(default_value = "")]
    path: String,
    /// Write the file here instead of printing it; an existing file is not replaced.
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the first rows of a table (Parquet, CSV, TSV) under its columns.
    #[arg(long, value_name = "N", conflicts_with = "output")]
    rows: Option<u32>,
}

/// Lists a folder, or prints or saves a file.
pub async fn artifacts(link: &Link, args: ArtifactArgs, out: &mut Output) -> CliResult {
    let run = find(link, &args.run).await?.id;
    if let Some(rows) = args.rows {
        return table(link, run, args.path, rows, out).await;
    }
    if let Some(to) = &args.output {
        return save(link, &run, &args.path, to, out).await;
    }
    let listed = list(link, &run, &args.path).await?;
    if args.path.is_empty() || !listed.entries.is_empty() {
        return folder(&listed, out);
    }
    match part(link, &run, &args.path, 0).await {
        Ok(first) => print(link, &run, &args.path, first, out).await,
        // An empty folder is one, too.
        Err(LinkError::Failure(f)) if f.kind == FailureKind::Invalid => folder(&listed, out),
        Err(error) => Err(error.into()),
    }
}

fn folder(listed: &ArtifactFolder, out: &mut Output) -> CliResult {
    if out.json {
        out.json(listed)?;
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = listed
        .entries
        .iter()
        .map(|e| match e.size {
            Some(size) => vec![e.name.clone(), size.to_string()],
            None => vec![format!("{}/", e.name), "-".into()],
        })
        .collect();
    out.table(&["artifact", ">bytes"], &rows)?;
    Ok(Exit::Done)
}

async fn list(link: &Link, run: &RunId, path: &str) -> CliResult<ArtifactFolder> {
    let request = Request::Artifacts {
        run: run.clone(),
        path: path.to_owned(),
    };
    Ok(expect_reply!(link.request(request).await?, Reply::Artifacts(f) => f))
}

async fn part(
    link: &Link,
    run: &RunId,
    path: &str,
    offset: u64,
) -> Result<ArtifactPart, LinkError> {
    let request = Request::ArtifactPart {
        run: run.clone(),
        path: path.to_owned(),
        offset,
        max: 0,
    };
    match link.request(request).await? {
        Reply::ArtifactPart(part) => Ok(part),
        _ => Err(LinkError::Unexpected),
    }
}

/// Prints a file as it is, from its first part on.
async fn print(
    link: &Link,
    run: &RunId,
    path: &str,
    first: ArtifactPart,
    out: &mut Output,
) -> CliResult {
    if std::io::stdout().is_terminal() && !is_text(&first.bytes.0) {
        return Err(CliError::usage(
            format!("{path} is no text, and would disturb the terminal."),
            "Save it with `-o FILE`, or send it to a program.",
        ));
    }
    each(link, run, path, first, |bytes| out.raw(bytes)).await?;
    Ok(Exit::Done)
}

/// Hands over every part of a file.
async fn each(
    link: &Link,
    run: &RunId,
    path: &str,
    first: ArtifactPart,
    mut take: impl FnMut(&[u8]) -> CliResult<()>,
) -> CliResult<()> {
    let mut next = first;
    loop {
        take(&next.bytes.0)?;
        let offset = next.offset + next.bytes.0.len() as u64;
        if offset >= next.total || next.bytes.0.is_empty() {
            return Ok(());
        }
        next = part(link, run, path, offset).await?;
    }
}

async fn save(link: &Link, run: &RunId, path: &str, to: &Path, out: &mut Output) -> CliResult {
    let first = part(link, run, path, 0).await?;
    let failed = |e: std::io::Error| {
        CliError::refused(
            format!("{} cannot be written.", to.display()),
            "Name a file that does not exist, in a folder you may write to.",
        )
        .caused_by(&e)
    };
    let mut file = File::create_new(to).map_err(failed)?;
    let total = first.total;
    let written = each(link, run, path, first, |bytes| {
        file.write_all(bytes).map_err(failed)
    });
    if let Err(error) = written.await {
        // Half of it is no use to anybody.
        let _ = std::fs::remove_file(to);
        return Err(error);
    }
    match out.json {
        true => {
            let saved = to.display().to_string();
            out.json(&serde_json::json!({ "file": saved, "bytes": total }))?;
        }
        false => out.line(format!("Wrote {} ({total} bytes).", to.display()))?,
    }
    Ok(Exit::Done)
}

async fn table(link: &Link, run: RunId, path: String, rows: u32, out: &mut Output) -> CliResult {
    let request = Request::ArtifactTable { run, path, rows };
    let head = expect_reply!(link.request(request).await?, Reply::ArtifactTable(t) => t);
    if out.json {
        out.json(&head)?;
        return Ok(Exit::Done);
    }
    let names: Vec<&str> = head.columns.iter().map(|c| c.0.as_str()).collect();
    let rows: Vec<Vec<String>> = head
        .rows
        .iter()
        .map(|r| {
            let cell = |c: &Option<String>| c.as_deref().unwrap_or("-").replace(['\n', '\r'], " ");
            r.iter().map(cell).collect()
        })
        .collect();
    out.table(&names, &rows)?;
    Ok(Exit::Done)
}

/// What a run read and made.
pub async fn inputs(link: &Link, run: &str, out: &mut Output) -> CliResult {
    let run = find(link, run).await?.id;
    let found = expect_reply!(
        link.request(Request::RunInputs(run)).await?,
        Reply::RunInputs(i) => i
    );
    if out.json {
        out.json(&found)?;
        return Ok(Exit::Done);
    }
    let datasets = found.datasets.iter().map(|d| {
        vec![
            "data".to_owned(),
            d.name.clone(),
            d.digest.clone(),
            d.context.clone(),
            d.source.clone(),
        ]
    });
    let models = found.models.iter().map(|m| {
        let sort = if m.made_at.is_some() { "made" } else { "read" };
        vec![
            sort.to_owned(),
            m.name.clone(),
            m.id.clone(),
            m.status.clone(),
            m.uri.clone(),
        ]
    });
    let rows: Vec<Vec<String>> = datasets.chain(models).collect();
    out.table(
        &["sort", "name", "digest or id", "context", "source"],
        &rows,
    )?;
    Ok(Exit::Done)
}
