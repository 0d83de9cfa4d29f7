//! Promotion requests: from asking to live, and what may follow what.

use crate::{gate::GateResult, registry::Version, time::Millis};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A promotion request's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// A gate said no. Terminal.
    GateFailed,
    /// Gates passed; somebody must approve.
    AwaitingApproval,
    /// Approved; the target is being switched. A restart finishes or undoes it.
    Switching,
    /// Production answers with the version.
    Live,
    /// Somebody said no. Terminal.
    Rejected,
    /// The target could not be switched and was put back. Terminal.
    Failed,
    /// Was live, and a rollback took it out. Terminal.
    RolledBack,
    /// Was live, and a later promotion replaced it. Terminal.
    Superseded,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::GateFailed,
        Self::AwaitingApproval,
        Self::Switching,
        Self::Live,
        Self::Rejected,
        Self::Failed,
        Self::RolledBack,
        Self::Superseded,
    ];

    /// The word stored and printed in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::GateFailed => "gate_failed",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Switching => "switching",
            Self::Live => "live",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
            Self::Superseded => "superseded",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    /// Whether a request may go from this state to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use RequestState::{
            AwaitingApproval, Failed, Live, Rejected, RolledBack, Superseded, Switching,
        };
        matches!(
            (self, next),
            (AwaitingApproval, Switching | Rejected)
                | (Switching, Live | Failed)
                | (Live, RolledBack | Superseded)
        )
    }

    /// Whether it still waits for somebody or something.
    pub fn open(self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::Switching)
    }
}

/// One person's yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub actor: String,
    /// When.
    pub at: Millis,
    /// Why.
    pub reason: String,
}

/// A request to put a version into production, with the evidence it was judged on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromotionRequest {
    /// Its number.
    pub id: RequestId,
    /// The model.
    pub model: String,
    /// The version that asks.
    pub version: Version,
    /// The champion when it asked.
    pub champion: Option<Version>,
    /// Who asked.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created: Millis,
    /// When it last changed.
    pub updated: Millis,
    /// Where it stands.
    pub state: RequestState,
    /// What each gate said.
    pub gates: Vec<GateResult>,
    /// Who approved.
    pub approvals: Vec<Approval>,
    /// How many approvals policy asks for.
    pub required: u32,
    /// Why it was rejected, failed or was rolled back.
    pub note: Option<String>,
}

/// What an act would do, shown before it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The act in one line: "Roll late15 back from v4 to v2".
    pub title: String,
    /// What changes, line by line.
    pub changes: Vec<String>,
    /// The evidence, line by line.
    pub evidence: Vec<String>,
    /// What undoes it.
    pub undo: String,
    /// The headless command that does the same.
    pub call: String,
    /// Why it cannot be done now; `None` when it can.
    pub refusal: Option<String>,
    /// Whether a reason must be given.
    pub reason_required: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_terminal_states_end() {
        for s in RequestState::ALL {
            assert_eq!(RequestState::from_word(s.word()), Some(s));
            assert!(!s.may_become(s));
        }
        for end in [
            RequestState::GateFailed,
            RequestState::Rejected,
            RequestState::Failed,
        ] {
            assert!(RequestState::ALL.iter().all(|n| !end.may_become(*n)));
        }
    }
}
