//! Watches the user's files of taste, so that a change of theme or keys is seen without a restart.
//!
//! Files are looked at, not subscribed to: that works on every file system and whoever writes them how, and a look at
//! two folders every other second costs nothing that could be measured. Nothing is drawn unless something changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::config::{self, Taste};
use crate::msg::{Msg, Trouble};
use crate::theme::user::{self, Read};

/// The time between two looks.
pub const EVERY: Duration = Duration::from_secs(2);

/// What the files say.
#[derive(Debug, Clone, PartialEq)]
pub struct Tasted {
    /// The config, or what is wrong with it.
    pub taste: Result<Taste, Trouble>,
    /// The themes by name.
    pub themes: BTreeMap<String, Read>,
}

/// The themes beside a config file.
#[must_use]
pub fn themes(config: &Path) -> BTreeMap<String, Read> {
    user::read_all(&user::folder(config))
}

/// Reads everything.
#[must_use]
pub fn read(config: &Path) -> Tasted {
    Tasted {
        taste: config::load(Some(config)).map_err(|e| Trouble {
            message: e.to_string(),
            hint: "What was read before stays in force until it is mended.".into(),
        }),
        themes: themes(config),
    }
}

/// What changes when a file is written: its length and when.
pub type Trace = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

/// Looks at the files. Taken before they are read, so that no change is lost between the two.
#[must_use]
pub fn trace(config: &Path) -> Trace {
    let entries = fs::read_dir(user::folder(config)).into_iter().flatten();
    let themes = entries.flatten().map(|e| e.path());
    let look = |path: PathBuf| {
        let meta = fs::metadata(&path).ok();
        let told = meta.and_then(|m| Some((m.len(), m.modified().ok()?)));
        (path, told)
    };
    let mut all: Trace = themes.map(look).collect();
    all.sort();
    all.push(look(config.to_owned()));
    all
}

/// Sends what the files say whenever they change from what was `known`, until nobody listens.
pub async fn watch(config: PathBuf, mut known: Trace, every: Duration, inbox: mpsc::Sender<Msg>) {
    loop {
        tokio::time::sleep(every).await;
        let path = config.clone();
        // A home directory that hangs must not hold up anything but this.
        let look = tokio::task::spawn_blocking(move || trace(&path)).await;
        let Ok(now) = look else { return };
        if known != now {
            let path = config.clone();
            let read = tokio::task::spawn_blocking(move || read(&path)).await;
            let Ok(tasted) = read else { return };
            if inbox.send(Msg::Tasted(Box::new(tasted))).await.is_err() {
                return;
            }
        }
        known = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("config.toml");
        let (inbox, mut messages) = mpsc::channel(4);
        let every = Duration::from_millis(1);
        let watching = watch(config.clone(), trace(&config), every, inbox);
        let task = tokio::spawn(watching);
        let mut next = async || match messages.recv().await {
            Some(Msg::Tasted(tasted)) => *tasted,
            other => panic!("{other:?}"),
        };
        fs::write(&config, "theme = \"light\"").unwrap();
        // A look may fall between the file's being made and its being filled.
        while next().await.taste.unwrap().theme.as_deref() != Some("light") {}
        fs::create_dir(dir.path().join("themes")).unwrap();
        fs::write(dir.path().join("themes/night.toml"), "base = 3").unwrap();
        while next().await.themes.get("night").is_none_or(Result::is_ok) {}
        fs::write(&config, "theme = ").unwrap();
        let broken = loop {
            if let Err(broken) = next().await.taste {
                break broken;
            }
        };
        assert!(broken.message.contains("line 1"), "{broken:?}");
        fs::remove_file(&config).unwrap();
        while next().await.taste.map_or(true, |t| t.theme.is_some()) {}
        task.abort();
    }
}
