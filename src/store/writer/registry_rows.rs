//! Writing the registry's rows.

use super::rows::append;
use duckdb::{Connection, params};
use trimtab_core::{
    registry::{Deployment, Model, ModelVersion, Version, webhook::Webhook},
    time::Millis,
};

/// What hangs on a model's name, with the column that holds it.
const NAMED: [(&str, &str); 7] = [
    ("models", "name"),
    ("model_tags", "model"),
    ("model_versions", "model"),
    ("version_tags", "model"),
    ("version_metrics", "model"),
    ("aliases", "model"),
    ("deployments", "model"),
];

/// Writes a model's row and tags in place of those it had.
pub(super) fn write_model(db: &Connection, m: &Model) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM models WHERE name = ?")?
        .execute([&m.name])?;
    db.prepare_cached("DELETE FROM model_tags WHERE model = ?")?
        .execute([&m.name])?;
    db.prepare_cached(
        "INSERT INTO models (name, created, updated, description, newest) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        m.name,
        m.created.0,
        m.updated.0,
        m.description,
        m.newest
    ])?;
    for (key, value) in &m.tags {
        db.prepare_cached("INSERT INTO model_tags VALUES (?, ?, ?)")?
            .execute(params![m.name, key, value])?;
    }
    Ok(())
}

pub(super) fn delete_model(db: &Connection, name: &str) -> duckdb::Result<()> {
    for (table, column) in NAMED {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE {column} = ?"))?
            .execute([name])?;
    }
    Ok(())
}

pub(super) fn rename_model(
    db: &Connection,
    from: &str,
    to: &str,
    at: Millis,
) -> duckdb::Result<()> {
    for (table, column) in NAMED.into_iter().chain([("requests", "model")]) {
        db.prepare_cached(&format!(
            "UPDATE {table} SET {column} = ? WHERE {column} = ?"
        ))?
        .execute([to, from])?;
    }
    db.prepare_cached("UPDATE model_versions SET updated = ? WHERE model = ?")?
        .execute(params![at.0, to])
        .map(drop)
}

/// Writes a version's row and tags, in place of those it had unless it is new. Its metrics never change.
pub(super) fn write_version(db: &Connection, v: &ModelVersion, new: bool) -> duckdb::Result<()> {
    if !new {
        for table in ["model_versions", "version_tags"] {
            db.prepare_cached(&format!(
                "DELETE FROM {table} WHERE model = ? AND version = ?"
            ))?
            .execute(params![v.model, v.version.0])?;
        }
    }
    db.prepare_cached(
        "INSERT INTO model_versions (model, version, run, created, author, source, updated, description,
             stage, run_text, run_link, model_id, location)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        v.model,
        v.version.0,
        v.run.as_ref().map(|r| r.as_str()),
        v.created.0,
        v.author,
        v.source,
        v.updated.0,
        v.description,
        v.stage.word(),
        v.run_text,
        v.run_link,
        v.model_id,
        v.location,
    ])?;
    let tags: Vec<_> = v.tags.iter().collect();
    append(db, "version_tags", &tags, |app, (key, value)| {
        app.append_row(params![v.model, v.version.0, key, value])
    })?;
    if !new {
        return Ok(());
    }
    let metrics: Vec<_> = v.metrics.iter().collect();
    append(db, "version_metrics", &metrics, |app, (key, value)| {
        app.append_row(params![v.model, v.version.0, key, value])
    })
}

pub(super) fn delete_version(db: &Connection, model: &str, version: Version) -> duckdb::Result<()> {
    for table in [
        "model_versions",
        "version_tags",
        "version_metrics",
        "aliases",
    ] {
        db.prepare_cached(&format!(
            "DELETE FROM {table} WHERE model = ? AND version = ?"
        ))?
        .execute(params![model, version.0])?;
    }
    Ok(())
}

/// Points an alias at a version, or takes it off.
pub(super) fn write_alias(
    db: &Connection,
    model: &str,
    alias: &str,
    version: Option<Version>,
) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM aliases WHERE model = ? AND alias = ?")?
        .execute(params![model, alias])?;
    let Some(version) = version else {
        return Ok(());
    };
    db.prepare_cached("INSERT INTO aliases VALUES (?, ?, ?)")?
        .execute(params![model, alias, version.0])
        .map(drop)
}

pub(super) fn write_deployment(db: &Connection, seq: u64, d: &Deployment) -> duckdb::Result<()> {
    db.prepare_cached("INSERT INTO deployments VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            seq,
            d.model,
            d.version.0,
            d.previous.map(|v| v.0),
            d.at.0,
            d.data_time.map(|t| t.0),
            d.kind.word(),
            d.actor,
        ])
        .map(drop)
}

/// Writes a webhook in place of the one with its id, or takes that out.
pub(super) fn write_webhook(
    db: &Connection,
    id: &str,
    webhook: Option<&Webhook>,
) -> duckdb::Result<()> {
    db.prepare_cached("DELETE FROM webhooks WHERE id = ?")?
        .execute([id])?;
    let Some(w) = webhook else {
        return Ok(());
    };
    let events: Vec<String> = w.events.iter().map(ToString::to_string).collect();
    db.prepare_cached("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            w.id,
            w.name,
            w.description,
            w.url,
            events.join(" "),
            w.status.word(),
            w.created.0,
            w.updated.0,
        ])
        .map(drop)
}
