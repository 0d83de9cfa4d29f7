//! Files that come to be, stay whole and never lie outside.

use super::*;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn depot() -> (TempDir, Depot) {
    let dir = tempfile::tempdir().unwrap();
    let depot = Depot::new(dir.path().join("root"), dir.path().join("drafts"));
    (dir, depot)
}

fn path(text: &str) -> ArtifactPath {
    ArtifactPath::parse(text).unwrap()
}

async fn put(depot: &Depot, to: &str, text: &str) -> Result<(), ArtifactError> {
    let mut draft = depot.begin(path(to)).await?;
    draft.write(text.as_bytes()).await?;
    draft.publish().await
}

async fn get(depot: &Depot, from: &str) -> Result<String, ArtifactError> {
    let mut text = String::new();
    io::Read::read_to_string(&mut depot.open(path(from)).await?.file, &mut text)?;
    Ok(text)
}

async fn names(depot: &Depot, folder: &str) -> Vec<String> {
    let entries = depot.list(path(folder)).await.unwrap();
    entries
        .into_iter()
        .map(|e| match e.size {
            Some(size) => format!("{} {size}", e.name),
            None => format!("{}/", e.name),
        })
        .collect()
}

#[tokio::test]
async fn a_file_is_there_whole_or_not_at_all() {
    let (dir, depot) = depot();
    let mut draft = depot.begin(path("a/b/c.txt")).await.unwrap();
    draft.write(b"one").await.unwrap();
    assert!(names(&depot, "").await.is_empty());
    draft.publish().await.unwrap();
    assert_eq!(get(&depot, "a/b/c.txt").await.unwrap(), "one");
    put(&depot, "a/b/c.txt", "two").await.unwrap();
    put(&depot, "a/empty", "").await.unwrap();
    assert_eq!(get(&depot, "a//b/./c.txt").await.unwrap(), "two");
    assert_eq!(names(&depot, "a").await, ["b/", "empty 0"]);
    // Broken off, or killed before its end.
    drop(depot.begin(path("a/broken")).await.unwrap());
    std::mem::forget(depot.begin(path("a/killed")).await.unwrap());
    let drafts = || fs::read_dir(dir.path().join("drafts")).map_or(0, Iterator::count);
    assert_eq!((names(&depot, "a").await.len(), drafts()), (2, 1));
    depot.tidy();
    assert_eq!(drafts(), 0);
}

#[tokio::test]
async fn what_is_in_the_way_is_said() {
    let (_dir, depot) = depot();
    put(&depot, "a/b", "x").await.unwrap();
    for (to, why) in [
        ("a", "refers to a directory"),
        ("a/b/c", "below a file"),
        ("a/b/c/d", "below a file"),
        ("", "refers to a directory"),
        (&"x".repeat(300), "Invalid path"),
        (&"d/".repeat(3000), "Invalid path"),
    ] {
        let error = put(&depot, to, "y").await.unwrap_err().to_string();
        assert!(error.contains(why), "{to:.20}: {error}");
    }
    // A folder that came while the file was on its way.
    let draft = depot.begin(path("late")).await.unwrap();
    put(&depot, "late/x", "x").await.unwrap();
    assert!(draft.publish().await.is_err());
    for (from, why) in [
        ("a", "'a'"),
        ("none", "No such artifact: 'none'"),
        ("a/b/c", "No such artifact"),
        (&"x".repeat(300), "Invalid path"),
    ] {
        let error = get(&depot, from).await.unwrap_err().to_string();
        assert!(error.contains(why), "{from:.20}: {error}");
    }
    assert!(names(&depot, "a/b").await.is_empty() && names(&depot, "none").await.is_empty());
}

#[tokio::test]
async fn links_may_not_lead_out() {
    let (dir, depot) = depot();
    put(&depot, "in/file", "inside").await.unwrap();
    let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    for (to, link) in [
        (outside.as_path(), "out"),
        (&outside.join("secret"), "leak"),
        (Path::new("in"), "fair"),
        (Path::new("loop"), "loop"),
        (Path::new("nowhere"), "dangling"),
    ] {
        symlink(to, root.join(link)).unwrap();
    }
    for from in ["out/secret", "leak", "loop", "loop/x", "dangling", "out"] {
        assert!(get(&depot, from).await.is_err(), "{from}");
    }
    assert!(depot.list(path("out")).await.is_err());
    assert_eq!(get(&depot, "fair/file").await.unwrap(), "inside");
    assert_eq!(names(&depot, "").await, ["fair/", "in/"]);
    for to in ["out/new", "out/secret", "loop/x", "dangling/x"] {
        assert!(put(&depot, to, "x").await.is_err(), "{to}");
    }
    assert!(depot.delete(path("out/secret")).await.is_err());
    // A link itself can be replaced and deleted; what it leads to is not touched.
    put(&depot, "leak", "mine").await.unwrap();
    depot.delete(path("out")).await.unwrap();
    assert_eq!(get(&depot, "leak").await.unwrap(), "mine");
    assert_eq!(
        fs::read_to_string(outside.join("secret")).unwrap(),
        "secret"
    );
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[tokio::test]
async fn deleting_takes_files_and_folders() {
    let (dir, depot) = depot();
    depot.delete(path("none")).await.unwrap();
    for file in ["a/b/c", "a/b/d/e", "a/f"] {
        put(&depot, file, "x").await.unwrap();
    }
    depot.delete(path("a/f")).await.unwrap();
    depot.delete(path("a/f/below")).await.unwrap();
    assert_eq!(names(&depot, "a").await, ["b/"]);
    depot.delete(path("a/b")).await.unwrap();
    assert_eq!(names(&depot, "").await, ["a/"]);
    assert!(names(&depot, "a").await.is_empty());
    assert!(depot.delete(path("")).await.is_err());
    assert_eq!(fs::read_dir(dir.path().join("drafts")).unwrap().count(), 0);
}
