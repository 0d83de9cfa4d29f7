//! What became of a logged model in the registry, told by a tag of it.

use super::{LoggedModelEdit, edit, find};
use crate::Context;
use serde_json::{Value, json};
use trimtab_core::registry::Version;
use trimtab_wire::Failure;

/// The tag with the versions that were registered from a model, which MLflow's pages and clients read.
const VERSIONS: &str = "mlflow.modelVersions";

/// Writes down that a version was registered from a model.
pub(crate) async fn registered(
    ctx: &Context,
    id: &str,
    name: &str,
    version: Version,
) -> Result<(), Failure> {
    let known = find(ctx, id, false)?;
    let before = known.model.tags.get(VERSIONS);
    let Some(after) = with(before.map(|tag| &**tag), name, version) else {
        return Ok(());
    };
    let tag = vec![(VERSIONS.to_owned(), after)];
    edit(ctx, id, LoggedModelEdit::SetTags(tag)).await.map(drop)
}

/// The tag with one version more; `None` when it is there already. What is no list is replaced.
fn with(before: Option<&str>, name: &str, version: Version) -> Option<String> {
    let before = before.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    let mut versions = before.unwrap_or_default();
    let this = json!({"name": name, "version": version.0});
    if versions.contains(&this) {
        return None;
    }
    versions.push(this);
    // With the blanks that Python's JSON has, so that the text is the same.
    let said = |one: &Value| {
        let part = |key| one.get(key).map_or_else(String::new, Value::to_string);
        let (name, version) = (part("name"), part("version"));
        format!("{{\"name\": {name}, \"version\": {version}}}")
    };
    let said: Vec<String> = versions.iter().map(said).collect();
    Some(format!("[{}]", said.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_once_beside_the_others() {
        let one = with(None, "churn", Version(1)).unwrap();
        assert_eq!(one, r#"[{"name": "churn", "version": 1}]"#);
        assert_eq!(with(Some(&one), "churn", Version(1)), None);
        // Clients write numbers as text.
        let told = r#"[{"name": "a \"b\"", "version": "2"}]"#;
        assert_eq!(
            with(Some(told), "churn", Version(1)).unwrap(),
            r#"[{"name": "a \"b\"", "version": "2"}, {"name": "churn", "version": 1}]"#
        );
        assert_eq!(with(Some("none"), "churn", Version(1)), Some(one));
    }
}
