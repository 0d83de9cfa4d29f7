//! The console's whole state, and questions about it. Changed only by `update`.

mod ages;
pub mod audit;
pub mod compare;
pub mod data;
pub mod detail;
pub mod digest;
pub mod fleet;
pub mod layer;
pub mod list;
pub mod log;
pub mod monitors;
pub mod nav;
pub mod pager;
pub mod registry;
pub mod retrain;
pub mod run_columns;
pub mod run_table;
pub mod runs;
pub mod session;
pub mod sql;
pub mod taste;
pub mod trail;
pub mod zoom;

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::{Position, Size};
use trimtab_core::alarm::Subject;
use trimtab_core::run::RunId;
use trimtab_core::time::Millis;
use trimtab_wire::{LinkState, Request, Topic, Welcome};

use self::data::{Data, Slot};
use self::layer::Layer;
use self::nav::Pane;
use crate::caps::Look;
use crate::command::keymap::Keymap;
use crate::key::Key;
use crate::meter::Stats;
use crate::msg::{Call, Effect};
use crate::remember::{Left, Remembered};

/// Milliseconds without an answer before the header says so.
const LAG: i64 = 1_500;

/// How grave a toast is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Worth knowing.
    Note,
    /// It did not work.
    Bad,
}

/// A message over the panes that goes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// How grave.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// What to do; may be empty.
    pub hint: String,
    /// When it goes.
    pub until: Millis,
}

/// The connection as the header tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkView {
    /// How it is.
    pub state: LinkState,
    /// The last welcome: workspace, actor, whether acts are allowed.
    pub welcome: Option<Welcome>,
    /// When it was lost, while it is.
    pub lost: Option<Millis>,
    /// Deltas the agent dropped because we were slow.
    pub dropped: u64,
    /// Milliseconds from the last question that was answered to its answer.
    pub answer: Option<i64>,
    /// Slots that have had no snapshot since the link came up.
    pub stale: BTreeSet<Slot>,
}

/// The console's state.
#[derive(Debug, Clone)]
pub struct Model {
    /// How to draw on this terminal.
    pub look: Look,
    /// The terminal's size, from resize events, never from the last frame.
    pub size: Size,
    /// The time of the last message, so that drawing needs no clock.
    pub now: Millis,
    /// The connection.
    pub link: LinkView,
    /// What the agent told us.
    pub data: Data,
    /// The pane in front.
    pub pane: Pane,
    /// What lies over it; the last has the keys.
    pub layers: Vec<Layer>,
    /// The Fleet pane.
    pub fleet: fleet::Fleet,
    /// The Runs pane.
    pub runs: runs::Runs,
    /// A run in detail, over the Runs pane.
    pub detail: detail::Detail,
    /// The Compare pane.
    pub compare: compare::Compare,
    /// The Registry pane.
    pub registry: registry::Registry,
    /// The Monitors pane.
    pub monitors: monitors::Monitors,
    /// The Retrain pane.
    pub retrain: retrain::Retrain,
    /// The Audit pane.
    pub audit: audit::Audit,
    /// The SQL pane.
    pub sql: sql::Sql,
    /// Messages, oldest first.
    pub toasts: Vec<Toast>,
    /// Keys to commands, with the operator's changes.
    pub keymap: Keymap,
    /// Keys of a sequence not finished yet.
    pub pending: Vec<Key>,
    /// Lines run from the palette, oldest first.
    pub history: Vec<String>,
    /// Whether the terminal window has the focus; clocks stand still without it.
    pub focused: bool,
    /// Whether acts are refused on this side, whatever the agent allows.
    pub read_only: bool,
    /// Shown on the help page.
    pub log_path: String,
    /// Requests in flight, and since when.
    pub calls: BTreeMap<u64, (Call, Millis)>,
    next_call: u64,
    follows: BTreeMap<Slot, (u64, Topic)>,
    next_generation: u64,
    /// Slots that have had no answer since they follow what they follow.
    awaited: BTreeSet<Slot>,
    /// The curves of the charts on the screen, ready to be drawn.
    pub drawn: compare::drawn::Kept,
    /// What the user's state file holds; `None` until it was read.
    pub remembered: Option<Remembered>,
    /// The views somebody came through.
    pub trail: trail::Trail,
    /// Whether the console has the mouse.
    pub mouse: bool,
    /// Where the left button went down in a chart, while it is.
    pub drag: Option<Position>,
    /// What the user's files of taste say, and what the command line says over it.
    pub taste: taste::TasteView,
    /// The alerts that tell, once the monitors are known.
    pub telling: Option<BTreeSet<(String, Subject)>>,
    /// What drawing costs, while that is shown.
    pub stats: Option<Stats>,
    /// Selections of the last session that wait for their lists.
    pub returning: session::Returning,
    /// Whether somebody has pressed a key yet.
    pub touched: bool,
    /// When the console started.
    pub started: Millis,
    /// When the place where somebody is shall be written down.
    pub place_due: Option<Millis>,
    /// What stood when the terminal window lost the focus, while it is without.
    pub looked: Option<Left>,
    /// The digest on its way.
    pub gathering: Option<digest::Gathering>,
    /// The last digest that had something to tell, and since when.
    pub away: Option<(Millis, Vec<digest::Change>)>,
    /// Runs asked for by id since the link came up, so that a missing one is asked for once.
    asked_runs: BTreeSet<RunId>,
}

impl Model {
    /// A console that knows nothing yet.
    #[must_use]
    pub fn new(look: Look, size: Size, keymap: Keymap, now: Millis) -> Self {
        Self {
            look,
            size,
            now,
            link: LinkView {
                state: LinkState::Connecting {
                    tries: 0,
                    reason: String::new(),
                },
                welcome: None,
                lost: None,
                dropped: 0,
                answer: None,
                stale: BTreeSet::new(),
            },
            data: Data::default(),
            pane: Pane::Fleet,
            layers: Vec::new(),
            fleet: fleet::Fleet::default(),
            runs: runs::Runs::default(),
            detail: detail::Detail::default(),
            compare: compare::Compare::default(),
            registry: registry::Registry::default(),
            monitors: monitors::Monitors::default(),
            retrain: retrain::Retrain::default(),
            audit: audit::Audit::default(),
            sql: sql::Sql::default(),
            toasts: Vec::new(),
            keymap,
            pending: Vec::new(),
            history: Vec::new(),
            focused: true,
            read_only: false,
            log_path: String::new(),
            calls: BTreeMap::new(),
            next_call: 0,
            follows: BTreeMap::new(),
            next_generation: 0,
            awaited: BTreeSet::new(),
            drawn: compare::drawn::Kept::default(),
            remembered: None,
            trail: trail::Trail::default(),
            mouse: false,
            drag: None,
            taste: taste::TasteView::default(),
            telling: None,
            stats: None,
            returning: session::Returning::default(),
            touched: false,
            started: now,
            place_due: None,
            looked: None,
            gathering: None,
            away: None,
            asked_runs: BTreeSet::new(),
        }
    }

    /// Follows a topic in a slot; nothing to do when the slot follows it already.
    #[must_use]
    pub fn follow(&mut self, slot: Slot, topic: Topic) -> Option<Effect> {
        if self.follows.get(&slot).is_some_and(|(_, t)| *t == topic) {
            return None;
        }
        self.next_generation += 1;
        let generation = self.next_generation;
        self.follows.insert(slot, (generation, topic.clone()));
        self.awaited.insert(slot);
        Some(Effect::Follow {
            slot,
            generation,
            topic,
        })
    }

    /// Stops following in a slot.
    #[must_use]
    pub fn unfollow(&mut self, slot: Slot) -> Option<Effect> {
        self.awaited.remove(&slot);
        self.follows.remove(&slot).map(|_| Effect::Unfollow(slot))
    }

    /// Takes note of a slot's answer.
    pub fn arrived(&mut self, slot: Slot) {
        self.awaited.remove(&slot);
    }

    /// Whether a slot waits for another part of the same curves: then the next part is asked for when that has come.
    #[must_use]
    pub fn awaits_part_of(&self, slot: Slot, topic: &Topic) -> bool {
        let of = |topic: &Topic| match topic {
            Topic::Series { runs, key, .. } => Some((runs.clone(), key.clone())),
            _ => None,
        };
        let asked = self.follows.get(&slot).and_then(|(_, t)| of(t));
        self.awaited.contains(&slot) && asked.is_some() && asked == of(topic)
    }

    /// Lets every topic be followed anew.
    pub fn forget_follows(&mut self) {
        self.follows.clear();
    }

    /// Follows a slot's topic anew when its curves have outgrown what the chart can show: the agent thins
    /// them again, so that a run of a million rounds costs no more than one of a thousand. And when they are not right any more.
    pub fn thin(&mut self, slot: Slot, right: bool) {
        let Some((_, Topic::Series { columns, .. })) = self.follows.get(&slot) else {
            return;
        };
        let most = *columns as usize * 8;
        if !right || self.data.curves(slot).iter().any(|s| s.points.len() > most) {
            self.follows.remove(&slot);
        }
    }

    /// Whether an event belongs to what a slot follows now.
    #[must_use]
    pub fn is_current(&self, slot: Slot, generation: u64) -> bool {
        self.follows
            .get(&slot)
            .is_some_and(|(g, _)| *g == generation)
    }

    /// The slots followed now.
    pub fn followed(&self) -> impl Iterator<Item = Slot> {
        self.follows.keys().copied()
    }

    /// Asks the agent and remembers what for.
    #[must_use]
    pub fn ask(&mut self, call: Call, request: Request) -> Effect {
        self.next_call += 1;
        self.calls.insert(self.next_call, (call, self.now));
        Effect::Ask {
            call: self.next_call,
            request: Box::new(request),
        }
    }

    /// Whether a run has not been asked for by id yet; notes that it is now.
    #[must_use]
    pub fn ask_run_once(&mut self, run: &RunId) -> bool {
        self.asked_runs.insert(run.clone())
    }

    /// Lets runs be asked for again, after a reconnect.
    pub fn forget_asked_runs(&mut self) {
        self.asked_runs.clear();
    }

    /// Whether a request of this kind is in flight.
    #[must_use]
    pub fn is_asking(&self, matches: impl Fn(&Call) -> bool) -> bool {
        self.calls.values().any(|(call, _)| matches(call))
    }

    /// How long the agent has owed an answer, once that is worth saying, in milliseconds.
    #[must_use]
    pub fn lag(&self) -> Option<i64> {
        // A query may take its time; the pane says how much it took.
        let owed = self
            .calls
            .values()
            .filter(|(c, _)| !matches!(c, Call::Sql(_)));
        let oldest = owed.map(|(_, since)| *since).min()?;
        let lag = self.now.since(oldest);
        (lag >= LAG).then_some(lag)
    }

    /// Shows a message for a while.
    pub fn toast(&mut self, tone: Tone, text: impl Into<String>, hint: impl Into<String>) {
        let stays = match tone {
            Tone::Good => 8_000,
            Tone::Note => 5_000,
            Tone::Bad => 20_000,
        };
        let toast = Toast {
            tone,
            text: text.into(),
            hint: hint.into(),
            until: Millis(self.now.0.saturating_add(stays)),
        };
        // The same complaint twice is one complaint.
        self.toasts.retain(|t| t.text != toast.text);
        if tone == Tone::Good {
            // What came of the last act makes the steps before it old news.
            self.toasts.retain(|t| t.tone == Tone::Bad);
        }
        self.toasts.push(toast);
        if self.toasts.len() > 3 {
            self.toasts.remove(0);
        }
    }

    /// Whether the agent answers now.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.link.state, LinkState::Up(_))
    }

    /// Whether what a slot shows may be out of date.
    #[must_use]
    pub fn is_stale(&self, slot: Slot) -> bool {
        !self.is_up() || self.link.stale.contains(&slot)
    }

    /// Whether acts are possible: connected, and the agent takes them.
    #[must_use]
    pub fn may_act(&self) -> bool {
        self.is_up() && !self.read_only && self.link.welcome.as_ref().is_some_and(|w| !w.read_only)
    }

    /// Milliseconds until something on the screen changes by itself; `None` when nothing does.
    #[must_use]
    pub fn wake_in(&self) -> Option<i64> {
        if !self.focused {
            return None;
        }
        let toasts = self.toasts.iter().map(|t| t.until.since(self.now).max(1));
        // Seconds without an answer are counted, so that somebody who waits sees that we try.
        let waiting = self.lag().is_some() || self.link.lost.is_some();
        let clock = waiting.then_some(1_000);
        let owed = self
            .is_asking(|c| !matches!(c, Call::Sql(_)))
            .then_some(LAG);
        let ages = ages::change_in(self);
        // While an answer is awaited, the answer wakes us.
        let idle = !self.is_asking(|c| matches!(c, Call::RunsPage(_))) && self.is_up();
        let slice = self
            .runs
            .ask_in(self.now)
            .filter(|_| idle)
            .map(|ms| ms.max(1));
        // The seconds that a query has run are counted where they are shown.
        let query = self.sql.running.as_ref().filter(|_| self.pane == Pane::Sql);
        let query = query.map(|r| 1_000 - self.now.since(r.since).rem_euclid(1_000));
        let curves = crate::update::detail::curves_in(self).filter(|_| self.is_up());
        let place = self.place_due.map(|due| due.since(self.now).max(1));
        toasts
            .chain(place)
            .chain(curves)
            .chain(clock)
            .chain(query)
            .chain(owed)
            .chain(slice)
            .chain([ages])
            .min()
    }

    /// The model the operator means: the one selected in the pane in front.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        match self.pane {
            Pane::Registry => self
                .registry
                .selected_model(self)
                .or_else(|| self.fleet.selected(self).map(|r| r.model.clone())),
            Pane::Monitors => self.monitors.current(self).map(|m| m.model.clone()),
            Pane::Retrain => self
                .retrain
                .selected(self)
                .map(|j| j.model.clone())
                .or_else(|| self.fleet.selected(self).map(|r| r.model.clone())),
            _ => self.fleet.selected(self).map(|r| r.model.clone()),
        }
    }
}
