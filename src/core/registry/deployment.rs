//! Deployments: when production pointers moved, and the way back.

use super::Version;
use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// One time that a model's production pointer moved: the chart's deployment mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// The model's name.
    pub model: String,
    /// The version it moved to.
    pub version: Version,
    /// The version it moved from.
    pub previous: Option<Version>,
    /// When, by the clock.
    pub at: Millis,
    /// When, by the newest row then in the inference log (the demo's year).
    pub data_time: Option<Millis>,
    /// Promotion or rollback.
    pub kind: DeploymentKind,
    /// Who.
    pub actor: String,
}

/// Why a production pointer moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentKind {
    /// A request was approved.
    Promotion,
    /// An operator put the last good version back.
    Rollback,
}

impl DeploymentKind {
    /// The word shown and stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Rollback => "rollback",
        }
    }
    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Promotion, Self::Rollback]
            .into_iter()
            .find(|k| k.word() == word)
    }
}

/// The version a rollback puts back, from the deployments oldest first: the one that served
/// before the current one was put there. Two rollbacks in a row walk further back, and
/// never return to what was just rolled away from.
pub fn rollback_target(history: &[Deployment], current: Version) -> Option<Version> {
    // The stack of good versions: a promotion pushes, a rollback pops.
    let mut good: Vec<Version> = Vec::new();
    for d in history {
        match d.kind {
            DeploymentKind::Promotion => {
                good.retain(|v| *v != d.version);
                good.push(d.version);
            }
            DeploymentKind::Rollback => {
                while good.last().is_some_and(|v| *v != d.version) {
                    good.pop();
                }
                if good.is_empty() {
                    good.push(d.version);
                }
            }
        }
    }
    good.iter()
        .rev()
        .skip_while(|v| **v == current)
        .copied()
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(kind: DeploymentKind, version: u32) -> Deployment {
        Deployment {
            model: "m".into(),
            version: Version(version),
            previous: None,
            at: Millis(0),
            data_time: None,
            kind,
            actor: "a".into(),
        }
    }

    #[test]
    fn rollback_walks_back_and_never_forth() {
        use DeploymentKind::{Promotion, Rollback};
        let mut h = vec![moved(Promotion, 1)];
        assert_eq!(rollback_target(&h, Version(1)), None);
        h.extend([moved(Promotion, 2), moved(Promotion, 4)]);
        assert_eq!(rollback_target(&h, Version(4)), Some(Version(2)));
        h.push(moved(Rollback, 2));
        assert_eq!(rollback_target(&h, Version(2)), Some(Version(1)));
        h.push(moved(Promotion, 5));
        assert_eq!(rollback_target(&h, Version(5)), Some(Version(2)));
    }
}
