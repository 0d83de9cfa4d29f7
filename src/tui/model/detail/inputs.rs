//! What a run read and made, as lines of a list.

use trimtab_core::inputs::RunInputs;

use super::Fact;
use super::form::pretty_json;

/// Data sets, models that were read, models that were made.
pub fn facts(inputs: &RunInputs) -> Vec<Fact> {
    let datasets = inputs.datasets.iter().map(|d| {
        let mut full = vec![
            format!("name     {}", d.name),
            format!("digest   {}", d.digest),
            format!("source   {} {}", d.source_type, d.source),
        ];
        full.extend(d.tags.iter().map(|(k, v)| format!("tag      {k} = {v}")));
        for (title, text) in [("schema", &d.schema), ("profile", &d.profile)] {
            if let Some(text) = text {
                full.push(String::new());
                full.push(title.to_owned());
                full.extend(pretty_json(text).lines().map(str::to_owned));
            }
        }
        Fact {
            name: d.name.clone(),
            value: place(&d.source),
            full,
            sort: "data",
            id: d.digest.clone(),
            context: d.context.clone(),
        }
    });
    let models = inputs.models.iter().map(|m| {
        let known = !m.status.is_empty();
        let mut full = vec![format!("id       {}", m.id)];
        if known {
            full.push(format!("name     {}", m.name));
            full.push(format!("type     {}", m.kind));
            full.push(format!("status   {}", m.status));
            full.push(format!("files    {}", m.uri));
        } else {
            full.push("No such logged model is known here.".into());
        }
        full.extend(m.made_at.map(|step| format!("made at step {step}")));
        Fact {
            name: if known { m.name.clone() } else { m.id.clone() },
            value: m.uri.clone(),
            full,
            sort: if m.made_at.is_some() { "made" } else { "read" },
            id: m.id.clone(),
            context: [m.kind.as_str(), m.status.as_str()]
                .join(" ")
                .trim()
                .to_owned(),
        }
    });
    datasets.chain(models).collect()
}

/// The one address in a source, which is JSON of many shapes; else all of it.
fn place(source: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(source).ok();
    let found = json.as_ref().and_then(|json| {
        ["uri", "url", "path", "table", "name"]
            .iter()
            .find_map(|key| json.get(*key)?.as_str())
    });
    found.unwrap_or(source).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sources_address_is_found() {
        assert_eq!(place(r#"{"uri": "s3://b/x"}"#), "s3://b/x");
        assert_eq!(place(r#"{"tags": {}}"#), r#"{"tags": {}}"#);
        assert_eq!(place("plain"), "plain");
    }
}
