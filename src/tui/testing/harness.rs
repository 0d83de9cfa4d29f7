//! A console without a terminal: keys in, effects and frames out.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use trimtab_core::time::Millis;
use trimtab_wire::{Delta, Event, LinkState, Reply, Request, Snapshot, Topic, Welcome};

use crate::caps::Look;
use crate::command::keymap::Keymap;
use crate::key::Key;
use crate::model::Model;
use crate::model::data::Slot;
use crate::msg::{Effect, Msg, Trouble};
use crate::update::update;
use crate::view::view;

use super::fixtures;

/// The moment all tests happen at: 2026-11-21 10:00:00 UTC.
pub const NOW: Millis = Millis(1_795_255_200_000);

/// A model with what it follows and asks.
pub struct Harness {
    pub model: Model,
    pub follows: HashMap<Slot, (u64, Topic)>,
    /// Requests not answered yet, oldest first.
    pub asked: Vec<(u64, Request)>,
    /// Other effects since last looked at.
    pub effects: Vec<Effect>,
    pub now: Millis,
    /// What was written down last.
    pub remembered: Option<crate::remember::Remembered>,
}

pub fn welcome() -> Welcome {
    Welcome {
        protocol: 1,
        version: "0.1.0".into(),
        pid: 4242,
        workspace: "flights".into(),
        root: "/srv/flights".into(),
        actor: "ana".into(),
        read_only: false,
        started: Millis(NOW.0 - 3_600_000),
        recovered: Vec::new(),
    }
}

impl Harness {
    /// A console that has just started.
    pub fn start(width: u16, height: u16, look: Look) -> Self {
        let model = Model::new(look, Size { width, height }, Keymap::default(), NOW);
        let mut h = Self {
            model,
            follows: HashMap::new(),
            asked: Vec::new(),
            effects: Vec::new(),
            now: NOW,
            remembered: None,
        };
        h.send(Msg::Resized(width, height));
        h
    }

    /// A console that is connected and knows everything of the fixtures.
    pub fn alive(width: u16, height: u16) -> Self {
        let mut h = Self::start(width, height, super::look());
        h.link_up();
        h.load();
        h
    }

    pub fn link_up(&mut self) {
        self.send(Msg::Linked(LinkState::Up(Box::new(welcome()))));
    }

    /// Feeds every fixture.
    pub fn load(&mut self) {
        for (slot, snapshot) in fixtures::all() {
            self.feed(slot, snapshot);
        }
    }

    pub fn send(&mut self, msg: Msg) {
        for effect in update(&mut self.model, self.now, msg) {
            match effect {
                Effect::Follow {
                    slot,
                    generation,
                    topic,
                } => {
                    self.follows.insert(slot, (generation, topic));
                }
                Effect::Unfollow(slot) => {
                    self.follows.remove(&slot);
                }
                Effect::Ask { call, request } => self.asked.push((call, *request)),
                // What is remembered has tests of its own.
                Effect::Recall { .. } => {}
                Effect::Remember { state, .. } => self.remembered = Some(*state),
                other => self.effects.push(other),
            }
        }
    }

    /// Presses keys, written as in the keymap file.
    pub fn keys(&mut self, keys: &str) {
        for key in Key::parse_sequence(keys).unwrap() {
            self.send(Msg::Key(key));
        }
    }

    /// Types a text.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.send(Msg::Key(Key::char(c)));
        }
    }

    pub fn feed(&mut self, slot: Slot, snapshot: Snapshot) {
        let Some((generation, _)) = self.follows.get(&slot) else {
            panic!("{slot:?} is not followed")
        };
        self.send(Msg::Fed {
            slot,
            generation: *generation,
            event: Event::Snapshot(snapshot),
        });
    }

    pub fn delta(&mut self, slot: Slot, delta: Delta) {
        let Some((generation, _)) = self.follows.get(&slot) else {
            panic!("{slot:?} is not followed")
        };
        self.send(Msg::Fed {
            slot,
            generation: *generation,
            event: Event::Delta(delta),
        });
    }

    /// Answers the oldest request of a kind.
    pub fn answer(&mut self, is: impl Fn(&Request) -> bool, result: Result<Reply, Trouble>) {
        let at = self.asked.iter().position(|(_, r)| is(r)).expect("asked");
        let (call, _) = self.asked.remove(at);
        self.send(Msg::Answered {
            call,
            result: result.map(Box::new),
        });
    }

    pub fn buffer(&self) -> Buffer {
        let Size { width, height } = self.model.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        view(&self.model, &mut buf);
        buf
    }

    /// The frame with its styles.
    pub fn frame(&self) -> String {
        super::frame(&self.buffer())
    }

    /// The frame's text alone: for the large size, where styles repeat what the small one tells.
    pub fn text_frame(&self) -> String {
        super::text(&self.buffer())
    }
}
