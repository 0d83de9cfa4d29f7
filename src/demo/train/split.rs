//! Which rows a training fits on, and which it is judged with.

use super::{Options, code_version};
use crate::{
    Error,
    booster::Params,
    dataset::{self, Labelled},
};
use std::collections::BTreeMap;
use trimtab_core::time::Millis;

/// The least rows to fit on, and the least to judge with.
const LEAST: usize = 200;
/// The share of the window's days that is held out, counted from its end.
const HELDOUT_SHARE: f64 = 0.2;

/// The rows of the window, and where the held-out ones begin.
pub(super) struct Split {
    pub(super) train: Labelled,
    pub(super) heldout: Labelled,
    pub(super) window: (String, String),
    pub(super) heldout_window: (String, String),
    pub(super) data_version: String,
}

impl Split {
    pub(super) fn read(options: &Options) -> Result<Self, Error> {
        let all = dataset::labelled(&options.root, options.from, options.to)?;
        let day = |t: Millis| Millis(t.0.div_euclid(Millis::DAY) * Millis::DAY);
        let (Some(first), Some(last)) = (all.times.first().copied(), all.times.last().copied())
        else {
            let (from, to) = options.window_words();
            return Err(Error::NotEnough(format!(
                "no row from {from} to {to} has a label yet"
            )));
        };
        let end = Millis(day(last).0 + Millis::DAY);
        let days = (end.since(day(first)) / Millis::DAY) as f64;
        let held = (days * HELDOUT_SHARE).ceil() as i64;
        let by_share = (Millis(end.0 - held * Millis::DAY), end);
        let (from, to) = match options.heldout {
            Some((from, to)) => (from, to.min(end)),
            None => by_share,
        };
        let (a, b) = (all.first_from(from), all.first_from(to));
        if a < LEAST || b.saturating_sub(a) < LEAST {
            return Err(Error::NotEnough(format!(
                "{a} labelled rows before {} and {} held out from then on: at least {LEAST} of each are needed",
                from.date(),
                b.saturating_sub(a)
            )));
        }
        Ok(Self {
            data_version: all.slice(0..b).digest(),
            train: all.slice(0..a),
            heldout: all.slice(a..b),
            window: (day(first).date(), from.date()),
            heldout_window: (from.date(), to.date()),
        })
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "fitting on {} rows of {} to {}, judging with {} rows of {} to {}",
            self.train.rows(),
            self.window.0,
            self.window.1,
            self.heldout.rows(),
            self.heldout_window.0,
            self.heldout_window.1
        )
    }

    pub(super) fn params(&self, params: &Params) -> Vec<(String, String)> {
        let named = params.named().map(|(name, value)| (name.to_owned(), value));
        let counted = [
            ("train_rows", self.train.rows()),
            ("heldout_rows", self.heldout.rows()),
        ];
        named
            .into_iter()
            .chain(counted.map(|(n, v)| (n.to_owned(), v.to_string())))
            .collect()
    }

    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        let span = |(from, to): &(String, String)| format!("{from}..{to}");
        BTreeMap::from([
            ("code_version".into(), code_version()),
            (
                "data_version".into(),
                format!("sha256:{}", self.data_version),
            ),
            ("window".into(), span(&self.window)),
            ("heldout_window".into(), span(&self.heldout_window)),
        ])
    }
}
