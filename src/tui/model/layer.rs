//! What lies over the panes: one stack instead of booleans, so that two modes cannot be on at once.

use trimtab_core::alarm::Subject;
use trimtab_core::expr::ExprError;
use trimtab_core::release::Preview;
use trimtab_core::run::RunId;
use trimtab_core::time::Millis;
use trimtab_wire::{Act, NoteOf};

use super::digest::Change;
use super::run_columns::ColumnList;
use crate::widget::editor::Editor;
use crate::widget::input::Input;

/// One layer; the last one has the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// The generated help.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// The command line with completion.
    Palette(Palette),
    /// The live filter of a list.
    Filter(FilterLine),
    /// One line that is asked for.
    Ask(Ask),
    /// The columns of the runs table.
    Columns(ColumnList),
    /// What changed while nobody looked.
    Digest(Digest),
    /// A choice among a few (metric, sort key).
    Picker(Picker),
    /// An act, previewed, about to be done or not.
    Act(Box<ActDialog>),
    /// What to retrain on.
    Retrain(Box<RetrainForm>),
    /// A note being written.
    Note(Box<NoteEditor>),
}

/// A note being written.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteEditor {
    /// On what.
    pub of: NoteOf,
    /// The text.
    pub editor: Editor,
    /// The text as it was.
    pub before: String,
    /// Why it is not saved, or not left.
    pub complaint: Option<String>,
}

/// What changed between two instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// When somebody looked last.
    pub since: Millis,
    /// When they looked again.
    pub until: Millis,
    /// The changes, gravest first.
    pub changes: Vec<Change>,
    /// The selected one.
    pub selected: usize,
}

/// The `:` line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// Selected match.
    pub selected: usize,
    /// Position in the history while walking it; 0 is the newest.
    pub recalled: Option<usize>,
}

/// The `/` line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilterLine {
    /// What was typed.
    pub input: Input,
    /// The selected completion.
    pub selected: usize,
    /// Why what was typed is not in force; the last good filter is.
    pub error: Option<ExprError>,
}

/// A line that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What for.
    pub question: Question,
    /// What was typed.
    pub input: Input,
    /// Why it was not taken.
    pub complaint: Option<String>,
}

/// What a line is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// The tag that runs shall get: `key=value`, or `key=` to take it off.
    Tag(Vec<RunId>),
    /// The name of a view.
    ViewName,
    /// What is done about an alert that fires.
    Note(AlertOf),
    /// How long an alert keeps quiet.
    Quiet(AlertOf),
}

/// An alert, by its monitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertOf {
    /// The monitor's name.
    pub monitor: String,
    /// What it is about.
    pub subject: Subject,
}

impl Question {
    /// What stands before the line.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Tag(_) => "Tag (key=value; key= takes it off): ",
            Self::ViewName => "Save this view as: ",
            Self::Note(_) => "Acknowledge, with a note: ",
            Self::Quiet(_) => "Quiet for (14d, 2w of the data's time) or until (YYYY-MM-DD): ",
        }
    }
}

/// What a choice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The Compare chart's metric.
    CompareMetric,
    /// The metric that parameters are correlated with.
    CrowdMetric,
    /// What the scatter has across.
    ScatterX,
    /// What it has up.
    ScatterY,
    /// The run detail's metric.
    DetailMetric,
    /// The run table's order.
    RunOrder,
    /// What the run table is grouped by.
    RunGroup,
    /// A saved view of the run table.
    RunView,
    /// Which monitor to show.
    Monitor,
    /// Which theme to draw with.
    Theme,
}

/// A list of options.
#[derive(Debug, Clone, PartialEq)]
pub struct Picker {
    /// What for.
    pub choice: Choice,
    /// Shown above.
    pub title: String,
    /// The options as shown and as used.
    pub options: Vec<String>,
    /// The selected one.
    pub selected: usize,
}

/// How far a dialog has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The agent is asked what the act would do.
    Loading,
    /// The agent could not say.
    Failed(String, String),
    /// The operator decides.
    Ready(Preview),
    /// The act is on its way.
    Doing(Preview),
}

/// The parts of an act dialog that take the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The reason.
    Reason,
    /// The button that acts.
    Confirm,
    /// The button that does not. Every fresh dialog starts here.
    Cancel,
}

/// An act about to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct ActDialog {
    /// The act.
    pub act: Act,
    /// The confirming button's word: "Roll back".
    pub verb: &'static str,
    /// How far it has come.
    pub stage: Stage,
    /// Why, as typed so far.
    pub reason: Input,
    /// What has the focus.
    pub focus: Part,
    /// Why confirming was not taken ("A reason is required.").
    pub complaint: Option<&'static str>,
}

impl ActDialog {
    /// A fresh dialog: nothing known yet, the focus on Cancel.
    #[must_use]
    pub fn new(act: Act, verb: &'static str, reason: &str) -> Self {
        Self {
            act,
            verb,
            stage: Stage::Loading,
            reason: Input::with(reason),
            focus: Part::Cancel,
            complaint: None,
        }
    }

    /// The preview, once it is there.
    #[must_use]
    pub const fn preview(&self) -> Option<&Preview> {
        match &self.stage {
            Stage::Ready(p) | Stage::Doing(p) => Some(p),
            Stage::Loading | Stage::Failed(..) => None,
        }
    }

    /// Whether the act can be confirmed at all.
    #[must_use]
    pub fn can_confirm(&self) -> bool {
        matches!(&self.stage, Stage::Ready(p) if p.refusal.is_none())
    }

    /// The parts in the order of Tab.
    #[must_use]
    pub fn parts(&self) -> &'static [Part] {
        if self.can_confirm() {
            &[Part::Reason, Part::Confirm, Part::Cancel]
        } else {
            &[Part::Cancel]
        }
    }
}

/// The lines of the retraining form.
#[derive(Debug, Clone, PartialEq)]
pub struct RetrainForm {
    /// The fields, as in [`RetrainForm::LABELS`].
    pub fields: [Input; 5],
    /// The focused field, or 5 for Continue, 6 for Cancel.
    pub focus: usize,
    /// What is wrong with a field: its index and why.
    pub complaint: Option<(usize, String)>,
}

impl RetrainForm {
    /// What each field asks, and what an empty one means.
    pub const LABELS: [(&'static str, &'static str); 5] = [
        ("Recipe", "the recipe's name in trimtab.toml"),
        ("From", "YYYY-MM-DD; empty: the recipe's window"),
        ("To", "YYYY-MM-DD; empty: the newest data"),
        ("Parameters", "depth=8 rounds=200; empty: the recipe's own"),
        ("Reason", "why"),
    ];
    /// The focus value of the button that goes on.
    pub const CONTINUE: usize = 5;
    /// The focus value of the button that does not.
    pub const CANCEL: usize = 6;

    /// A fresh form for a recipe: the focus on its window, the first thing worth changing.
    #[must_use]
    pub fn new(recipe: &str) -> Self {
        Self {
            fields: [
                Input::with(recipe),
                Input::default(),
                Input::default(),
                Input::default(),
                Input::default(),
            ],
            focus: 1,
            complaint: None,
        }
    }
}
