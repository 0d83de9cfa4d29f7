//! States as glyph, word and role, so that none of the three is ever alone.

use trimtab_core::audit::Outcome;
use trimtab_core::health::Finding;
use trimtab_core::job::JobState;
use trimtab_core::release::RequestState;
use trimtab_core::run::RunStatus;
use trimtab_wire::Health;

use crate::glyphs::Glyphs;
use crate::theme::Role;
use crate::widget::table::Cell;
use crate::widget::text::Ink;

/// A state as it is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Status {
    glyph: &'static str,
    word: &'static str,
    role: Role,
}

impl Status {
    /// Glyph and word as a table's cell.
    pub fn cell(self) -> Cell {
        Cell::role(self.text(), self.role)
    }

    /// Glyph and word.
    pub fn text(self) -> String {
        format!("{} {}", self.glyph, self.word)
    }

    /// As a piece of a line.
    pub fn piece(self) -> (String, Ink) {
        (self.text(), self.role.into())
    }
}

/// A model's health.
pub fn health(g: &Glyphs, health: Health) -> Status {
    let (glyph, role) = match health {
        Health::Ok => (g.ok, Role::Ok),
        Health::Unknown => (g.unknown, Role::Dim),
        Health::Warning => (g.warn, Role::Warn),
        Health::Bad => (g.bad, Role::Bad),
    };
    Status {
        glyph,
        word: health.word(),
        role,
    }
}

/// A run's status.
pub fn run(g: &Glyphs, status: RunStatus) -> Status {
    let (glyph, role) = match status {
        RunStatus::Running => (g.running, Role::Running),
        RunStatus::Scheduled => (g.unknown, Role::Dim),
        RunStatus::Finished => (g.ok, Role::Ok),
        RunStatus::Failed => (g.bad, Role::Bad),
        RunStatus::Killed => (g.warn, Role::Warn),
    };
    Status {
        glyph,
        word: status.word(),
        role,
    }
}

/// What is wrong with a run.
pub fn finding(g: &Glyphs, finding: &Finding<'_>) -> Status {
    let (glyph, role) = match finding {
        Finding::NotFinite { .. } | Finding::Crashed { .. } => (g.bad, Role::Bad),
        Finding::Diverged { .. } | Finding::Stalled { .. } => (g.warn, Role::Warn),
    };
    Status {
        glyph,
        word: finding.word(),
        role,
    }
}

/// A job's state.
pub fn job(g: &Glyphs, state: JobState) -> Status {
    let (glyph, role) = match state {
        JobState::Queued => (g.unknown, Role::Dim),
        JobState::Running => (g.running, Role::Running),
        JobState::Succeeded => (g.ok, Role::Ok),
        JobState::Failed => (g.bad, Role::Bad),
        JobState::Cancelled => (g.warn, Role::Warn),
    };
    Status {
        glyph,
        word: state.word(),
        role,
    }
}

/// A request's state, in the operator's words.
pub fn request(g: &Glyphs, state: RequestState) -> Status {
    let (glyph, word, role) = match state {
        RequestState::GateFailed => (g.bad, "gate failed", Role::Bad),
        RequestState::AwaitingApproval => (g.waiting, "awaiting approval", Role::Warn),
        RequestState::Switching => (g.running, "switching", Role::Running),
        RequestState::Live => (g.ok, "live", Role::Ok),
        RequestState::Rejected => (g.unknown, "rejected", Role::Dim),
        RequestState::Failed => (g.bad, "failed", Role::Bad),
        RequestState::RolledBack => (g.warn, "rolled back", Role::Warn),
        RequestState::Superseded => (g.unknown, "superseded", Role::Dim),
    };
    Status { glyph, word, role }
}

/// What came of an act.
pub fn outcome(g: &Glyphs, outcome: Outcome) -> Status {
    let (glyph, role) = match outcome {
        Outcome::Began => (g.running, Role::Dim),
        Outcome::Done => (g.ok, Role::Ok),
        Outcome::Refused => (g.warn, Role::Warn),
        Outcome::Failed => (g.bad, Role::Bad),
    };
    Status {
        glyph,
        word: outcome.word(),
        role,
    }
}
