//! Runs effects on tokio; what comes of them goes back as messages through one bounded queue.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};
use trimtab_wire::{Link, NoteOf, Topic};

use crate::clipboard::{self, Way};
use crate::export;
use crate::model::data::Slot;
use crate::msg::{Effect, Msg, Trouble};
use crate::picture;
use crate::remember::{self, Remembered, Saved};
use crate::taste;

/// How often, and after which pause, a state file is tried that another console holds.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);
/// How long leaving waits for the last change to be written.
const SETTLE: Duration = Duration::from_secs(1);

/// Holds the link and the tasks that feed the console.
pub struct Runner {
    link: Link,
    inbox: mpsc::Sender<Msg>,
    feeds: HashMap<Slot, AbortHandle>,
    paths: Paths,
    clipboard: Way,
    saving: Option<Saving>,
    watcher: Option<AbortHandle>,
}

/// Where effects write to.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// The folder of exported charts.
    pub exports: PathBuf,
    /// Where what is remembered is kept; nothing is when absent.
    pub state: Option<PathBuf>,
    /// The machine of the agent, when it is another one.
    pub host: Option<String>,
}

/// What writes down what is remembered.
struct Saving {
    /// The last state to write; the task takes the newest and leaves the rest.
    newest: watch::Sender<Option<(PathBuf, Remembered)>>,
    task: JoinHandle<()>,
}

/// What only the loop itself can do, because it holds the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Send these bytes to the terminal, between two frames.
    Send(Vec<u8>),
    /// Stop until continued.
    Suspend,
    /// Write a text in the user's own editor.
    Edit {
        /// What it is about.
        of: NoteOf,
        /// The text.
        text: String,
    },
    /// Draw everything anew.
    Redraw,
    /// Leave.
    Quit,
}

impl Runner {
    /// A runner that answers into `inbox`.
    pub fn new(link: Link, inbox: mpsc::Sender<Msg>, paths: Paths, clipboard: Way) -> Self {
        let mut links = link.state();
        let watcher = inbox.clone();
        tokio::spawn(async move {
            loop {
                let now = links.borrow_and_update().clone();
                if watcher.send(Msg::Linked(now)).await.is_err() || links.changed().await.is_err() {
                    return;
                }
            }
        });
        Self {
            link,
            inbox,
            feeds: HashMap::new(),
            paths,
            clipboard,
            saving: None,
            watcher: None,
        }
    }

    /// Tells when the user's files of taste change, until the console ends.
    pub fn watch(&mut self, config: PathBuf, known: taste::Trace) {
        let task = taste::watch(config, known, taste::EVERY, self.inbox.clone());
        let task = tokio::spawn(task);
        self.watcher = Some(task.abort_handle());
    }

    /// Starts an effect, or hands it back to the loop.
    pub fn run(&mut self, effect: Effect) -> Option<Order> {
        match effect {
            Effect::Follow {
                slot,
                generation,
                topic,
            } => self.follow(slot, generation, topic),
            Effect::Unfollow(slot) => {
                if let Some(task) = self.feeds.remove(&slot) {
                    task.abort();
                }
            }
            Effect::Ask { call, request } => {
                let (link, inbox) = (self.link.clone(), self.inbox.clone());
                tokio::spawn(async move {
                    let result = link
                        .request(*request)
                        .await
                        .map(Box::new)
                        .map_err(Trouble::from);
                    // The console is gone when nobody listens.
                    let _ = inbox.send(Msg::Answered { call, result }).await;
                });
            }
            Effect::Export { chart, name } => {
                self.export(move |dir| export::chart(&chart, dir, &name));
            }
            Effect::ExportSheet { sheet, name } => {
                self.export(move |dir| export::sheet(&sheet, dir, &name));
            }
            Effect::Decode {
                path,
                bytes,
                room,
                ground,
            } => {
                let inbox = self.inbox.clone();
                tokio::spawn(async move {
                    let made =
                        tokio::task::spawn_blocking(move || picture::decode(&bytes, room, ground));
                    let result = made.await.unwrap_or_else(|e| {
                        Err(Trouble {
                            message: format!("The picture could not be made: {e}."),
                            hint: "This is a bug; the log has the details.".into(),
                        })
                    });
                    let result = result.map(Box::new);
                    let _ = inbox.send(Msg::Decoded { path, result }).await;
                });
            }
            Effect::Fetch { run, path, name } => {
                let (link, inbox) = (self.link.clone(), self.inbox.clone());
                let dir = self.paths.exports.clone();
                tokio::spawn(async move {
                    let result = export::artifact(&link, &run, &path, &dir, &name).await;
                    let _ = inbox.send(Msg::Exported(result)).await;
                });
            }
            Effect::Edit { of, text } => return Some(Order::Edit { of, text }),
            Effect::Recall { workspace } => self.recall(&workspace),
            Effect::Remember {
                workspace,
                before,
                state,
            } => self.remember(&workspace, *before, *state),
            Effect::Copy(text) => return self.copy(text),
            Effect::CopyByTerminal(text) => return self.copy_by_terminal(text),
            Effect::Ring(how, text) => {
                let tmux = std::env::var_os("TMUX").is_some_and(|v| !v.is_empty());
                return how.sequence(&text, tmux).map(Order::Send);
            }
            Effect::Suspend => return Some(Order::Suspend),
            Effect::Redraw => return Some(Order::Redraw),
            Effect::Quit => return Some(Order::Quit),
        }
        None
    }

    /// Writes files beside the loop and tells what came of it.
    fn export(&self, write: impl FnOnce(&Path) -> Result<Vec<String>, Trouble> + Send + 'static) {
        let (inbox, dir) = (self.inbox.clone(), self.paths.exports.clone());
        tokio::spawn(async move {
            let task = tokio::task::spawn_blocking(move || write(&dir));
            let result = task.await.unwrap_or_else(|e| {
                Err(Trouble {
                    message: format!("Nothing could be exported: {e}."),
                    hint: "This is a bug; the log has the details.".into(),
                })
            });
            let _ = inbox.send(Msg::Exported(result)).await;
        });
    }

    /// By a program where there is one: whether that worked is known only then.
    fn copy(&self, text: String) -> Option<Order> {
        let Some(program) = self.clipboard.program() else {
            return self.copy_by_terminal(text);
        };
        let (inbox, way) = (self.inbox.clone(), self.clipboard);
        tokio::spawn(async move {
            let way = clipboard::hand_over(program, &text).await.then_some(way);
            let _ = inbox.send(Msg::Copied { text, way }).await;
        });
        None
    }

    fn copy_by_terminal(&self, text: String) -> Option<Order> {
        let way = self.clipboard.without_program();
        let bytes = way.sequence(&text);
        let inbox = self.inbox.clone();
        let told = bytes.is_some().then_some(way);
        tokio::spawn(async move {
            let msg = match told {
                Some(way) => Msg::Copied {
                    text,
                    way: Some(way),
                },
                None => Msg::TooLongToCopy(text.len()),
            };
            let _ = inbox.send(msg).await;
        });
        bytes.map(Order::Send)
    }

    /// The file of a workspace; `None` when nothing is kept.
    fn state_file(&self, workspace: &str) -> Option<PathBuf> {
        let folder = self.paths.state.as_ref()?;
        Some(remember::file(
            folder,
            self.paths.host.as_deref(),
            workspace,
        ))
    }

    fn recall(&self, workspace: &str) {
        let Some(path) = self.state_file(workspace) else {
            return;
        };
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let read = tokio::task::spawn_blocking(move || remember::load(&path));
            if let Ok(state) = read.await {
                let _ = inbox.send(Msg::Recalled(state.map(Box::new))).await;
            }
        });
    }

    /// One task writes, the newest state each time.
    fn remember(&mut self, workspace: &str, before: Remembered, state: Remembered) {
        let Some(path) = self.state_file(workspace) else {
            return;
        };
        let next = Some((path, state));
        if let Some(saving) = &self.saving {
            saving.newest.send_replace(next);
            return;
        }
        let (newest, mut states) = watch::channel(None::<(PathBuf, Remembered)>);
        let inbox = self.inbox.clone();
        let task = tokio::spawn(async move {
            // What the file has of ours. States may be left out and writes may fail, so the last one asked for
            // would not do.
            let mut known = before;
            while states.changed().await.is_ok() {
                let Some((path, state)) = states.borrow_and_update().clone() else {
                    continue;
                };
                let (saved, trouble) = match save(path, &known, &state).await {
                    Ok(trouble) => (true, trouble),
                    Err(trouble) => (false, Some(trouble)),
                };
                if saved {
                    known = state;
                }
                if let Some(trouble) = trouble {
                    let _ = inbox.send(Msg::NotRemembered(trouble)).await;
                }
            }
        });
        newest.send_replace(next);
        self.saving = Some(Saving { newest, task });
    }

    /// Lets the last change be written, for a moment at most.
    pub async fn settle(&mut self) {
        let Some(Saving { newest, task }) = self.saving.take() else {
            return;
        };
        drop(newest);
        // Who leaves does not wait for a disk that hangs.
        let _ = tokio::time::timeout(SETTLE, task).await;
    }

    fn follow(&mut self, slot: Slot, generation: u64, topic: Topic) {
        let (link, inbox) = (self.link.clone(), self.inbox.clone());
        let task = tokio::spawn(async move {
            // An error means that the link is down for good, which its state tells.
            let Ok(mut subscription) = link.subscribe(topic).await else {
                return;
            };
            while let Some(event) = subscription.next().await {
                if inbox
                    .send(Msg::Fed {
                        slot,
                        generation,
                        event,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
        if let Some(old) = self.feeds.insert(slot, task.abort_handle()) {
            old.abort();
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        for task in self.feeds.values().chain(&self.watcher) {
            task.abort();
        }
    }
}

/// Writes what changed, once no other console does. What comes back on success is to be told, too.
async fn save(
    path: PathBuf,
    before: &Remembered,
    after: &Remembered,
) -> Result<Option<Trouble>, Trouble> {
    for _ in 0..TRIES {
        let (path, before, after) = (path.clone(), before.clone(), after.clone());
        let told = path.clone();
        let write = tokio::task::spawn_blocking(move || remember::save(&path, &before, &after));
        match write.await {
            Ok(Ok(Saved::Done)) => return Ok(None),
            Ok(Ok(Saved::Anew(trouble))) => return Ok(Some(trouble)),
            Ok(Ok(Saved::Busy)) => tokio::time::sleep(PAUSE).await,
            Ok(Err(trouble)) => return Err(trouble),
            Err(e) => return Err(remember::not_written(&told, &e.to_string())),
        }
    }
    Err(remember::not_written(&path, "another console holds it"))
}

#[cfg(test)]
mod tests {
    use futures::{SinkExt as _, StreamExt as _};
    use trimtab_wire::{AgentFrame, ClientFrame, Reply, Snapshot};

    use super::*;

    /// An agent that knows one thing: it welcomes, and answers whatever is followed or asked.
    async fn answer(mut queue: mpsc::Receiver<tokio::io::DuplexStream>) {
        while let Some(stream) = queue.recv().await {
            let mut stream = trimtab_wire::framed(Box::new(stream));
            if trimtab_wire::welcome(&mut stream, crate::testing::harness::welcome())
                .await
                .is_err()
            {
                return;
            }
            while let Some(Ok(bytes)) = stream.next().await {
                let frame = match trimtab_wire::codec::decode(&bytes).unwrap() {
                    ClientFrame::Subscribe { id, .. } => AgentFrame::Snapshot {
                        id,
                        result: Ok(Snapshot::Jobs(vec![])),
                    },
                    ClientFrame::Request { id, .. } => AgentFrame::Reply {
                        id,
                        result: Ok(Reply::Done),
                    },
                    _ => continue,
                };
                stream
                    .send(trimtab_wire::codec::encode(&frame).unwrap())
                    .await
                    .unwrap();
            }
        }
    }

    #[tokio::test]
    async fn effects_come_back_as_messages() {
        let (dial, queue) = mpsc::channel(1);
        tokio::spawn(answer(queue));
        let (inbox, mut messages) = mpsc::channel(16);
        let link = Link::persistent(&trimtab_wire::Dial::Memory(dial), "test");
        let mut runner = Runner::new(link, inbox, Paths::default(), Way::Terminal);
        let mut next = async |wanted: &dyn Fn(&Msg) -> bool| {
            loop {
                let msg = messages.recv().await.unwrap();
                if wanted(&msg) {
                    return msg;
                }
            }
        };
        next(&|m| matches!(m, Msg::Linked(trimtab_wire::LinkState::Up(_)))).await;
        let follow = |generation| Effect::Follow {
            slot: Slot::Jobs,
            generation,
            topic: Topic::Jobs,
        };
        assert_eq!(runner.run(follow(7)), None);
        next(&|m| {
            matches!(
                m,
                Msg::Fed {
                    slot: Slot::Jobs,
                    generation: 7,
                    ..
                }
            )
        })
        .await;
        runner.run(follow(8));
        next(&|m| {
            matches!(
                m,
                Msg::Fed {
                    slot: Slot::Jobs,
                    generation: 8,
                    ..
                }
            )
        })
        .await;
        runner.run(Effect::Ask {
            call: 3,
            request: Box::new(trimtab_wire::Request::Jobs),
        });
        next(&|m| {
            matches!(
                m,
                Msg::Answered {
                    call: 3,
                    result: Ok(_)
                }
            )
        })
        .await;
        let copied = runner.run(Effect::Copy("hi".into()));
        assert_eq!(copied, Some(Order::Send(b"\x1b]52;c;aGk=\x07".to_vec())));
        next(&|m| {
            matches!(
                m,
                Msg::Copied {
                    way: Some(Way::Terminal),
                    ..
                }
            )
        })
        .await;
        let long = "x".repeat(clipboard::MOST + 1);
        assert_eq!(runner.run(Effect::Copy(long)), None);
        next(&|m| matches!(m, Msg::TooLongToCopy(_))).await;
        assert_eq!(runner.run(Effect::Quit), Some(Order::Quit));
    }

    /// Changes that come faster than the disk are one, and what another console wrote stays.
    #[tokio::test]
    async fn what_changed_is_written_before_leaving() {
        let dir = tempfile::tempdir().unwrap();
        let (dial, _queue) = mpsc::channel(1);
        let (inbox, mut messages) = mpsc::channel(16);
        let link = Link::persistent(&trimtab_wire::Dial::Memory(dial), "test");
        let paths = Paths {
            state: Some(dir.path().to_owned()),
            host: Some("box".into()),
            ..Paths::default()
        };
        let mut runner = Runner::new(link, inbox, paths, Way::Terminal);
        let path = remember::file(dir.path(), Some("box"), "/srv/ml");
        let views = |names: &[&str]| Remembered {
            views: names
                .iter()
                .map(|n| ((*n).to_owned(), Default::default()))
                .collect(),
            ..Remembered::default()
        };
        remember::save(&path, &views(&[]), &views(&["best"])).unwrap();
        for (before, after) in [
            (&[][..], &["a"][..]),
            (&["a"], &["a", "b"]),
            (&["a", "b"], &["b"]),
        ] {
            runner.run(Effect::Remember {
                workspace: "/srv/ml".into(),
                before: Box::new(views(before)),
                state: Box::new(views(after)),
            });
        }
        runner.settle().await;
        assert_eq!(remember::load(&path), Ok(views(&["b", "best"])));
        while let Ok(msg) = messages.try_recv() {
            assert!(!matches!(msg, Msg::NotRemembered(_)), "{msg:?}");
        }
    }
}
