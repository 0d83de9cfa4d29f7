//! The agent: lifecycle, service, hub, monitors, jobs, releases, targets.
