//! The Registry pane: versions of every model, and requests.

use trimtab_core::registry::ModelVersion;
use trimtab_core::release::{PromotionRequest, RequestState};

use super::Model;
use super::list::List;

/// The two lists of the pane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Region {
    /// Versions.
    #[default]
    Versions,
    /// Requests.
    Requests,
}

/// The pane's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registry {
    /// Which list has the focus.
    pub region: Region,
    /// Selection among the versions.
    pub versions: List,
    /// Selection among the requests.
    pub requests: List,
}

impl Registry {
    /// Every version, models by name, newest first.
    #[must_use]
    pub fn rows(model: &Model) -> Vec<&ModelVersion> {
        model
            .data
            .registry
            .value
            .iter()
            .flat_map(|r| r.models.values())
            .flat_map(|m| &m.versions)
            .map(|v| &**v)
            .collect()
    }

    /// The selected version.
    #[must_use]
    pub fn selected_version<'a>(&self, model: &'a Model) -> Option<&'a ModelVersion> {
        Self::rows(model).get(self.versions.selected).copied()
    }

    /// The selected request.
    #[must_use]
    pub fn selected_request<'a>(&self, model: &'a Model) -> Option<&'a PromotionRequest> {
        model.data.request_rows().get(self.requests.selected)
    }

    /// The model of whatever is selected.
    #[must_use]
    pub fn selected_model(&self, model: &Model) -> Option<String> {
        match self.region {
            Region::Versions => self.selected_version(model).map(|v| v.model.clone()),
            Region::Requests => self.selected_request(model).map(|r| r.model.clone()),
        }
    }
}

/// The newest request of a model that waits for approval.
#[must_use]
pub fn awaiting<'a>(model: &'a Model, name: &str) -> Option<&'a PromotionRequest> {
    model
        .data
        .request_rows()
        .iter()
        .find(|r| r.model == name && r.state == RequestState::AwaitingApproval)
}
