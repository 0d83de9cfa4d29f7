//! The operator's story, told by the real binary on the real year, and read back.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use assert_cmd::Command;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use tempfile::TempDir;

#[test]
fn the_story_really_happens() {
    let home = TempDir::new().unwrap();
    let mut command = Command::cargo_bin("trimtab").unwrap();
    command
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path());
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", path);
    }
    let output = command
        .args(["demo", "--headless", "--json", "--dir", "w"])
        .timeout(Duration::from_secs(600))
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{err}\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let steps: BTreeMap<String, Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let step: Value = serde_json::from_str(line).unwrap();
            (
                step["title"].as_str().unwrap().to_owned(),
                step["measured"].clone(),
            )
        })
        .collect();

    // The first drifted week and its features come from the data: February's cold and pressure.
    let drift = &steps["Saw the inputs drift"];
    assert!(
        drift["first_drifted_week"].as_str().unwrap() < "2013-03-15",
        "{drift}"
    );
    let features: Vec<&str> = drift["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        features
            .iter()
            .any(|f| ["temp", "dewp", "pressure", "wind_dir"].contains(f)),
        "{features:?}"
    );

    // The model of January keeps some skill and never reaches a perfect one.
    let months = steps["Replayed February to June"]["months"]
        .as_array()
        .unwrap();
    for month in months
        .iter()
        .filter(|m| m["labelled"].as_u64().unwrap() > 10_000)
    {
        let auc = month["auc"].as_f64().unwrap();
        assert!((0.55..0.85).contains(&auc), "{month}");
    }

    // Retraining on April to June helps, on the same held-out rows.
    let trained = &steps["Retrained on April to June"];
    assert!(
        trained["heldout_auc"].as_f64() >= trained["champion_heldout_auc"].as_f64(),
        "{trained}"
    );

    let promoted = &steps["Asked, approved, promoted"];
    let rolled = &steps["Rolled back"];
    assert_ne!(promoted["before"], promoted["after"]);
    assert_eq!(
        (&rolled["before"], &rolled["after"]),
        (&promoted["after"], &promoted["before"])
    );

    // What was on disk afterwards is a workspace that the next agent opens.
    let mut audit = Command::cargo_bin("trimtab").unwrap();
    audit
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path());
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        audit.env("LD_LIBRARY_PATH", path);
    }
    audit
        .args(["audit", "verify", "--standalone", "-w", "w"])
        .assert()
        .success();
}
