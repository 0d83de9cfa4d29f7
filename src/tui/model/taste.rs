//! What the user's files of taste say, as the model knows it.

use std::collections::BTreeMap;

use crate::ring::Ring;
use crate::theme::Theme;
use crate::theme::user::Read;

/// Theme and mouse as they were last read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TasteView {
    /// The config file, as it is told.
    pub path: String,
    /// The theme that the config names.
    pub theme: Option<String>,
    /// Whether the config wants the mouse.
    pub mouse: bool,
    /// How an alert that fires is heard.
    pub alert: Ring,
    /// Whether the command line named a theme: the config's is not taken then.
    pub fixed: bool,
    /// The user's own themes by name.
    pub themes: BTreeMap<String, Read>,
    /// What was wrong with the config when it was read last.
    pub trouble: Option<String>,
    /// The theme that was in use before others were looked at in a list.
    pub before: Option<Theme>,
}
