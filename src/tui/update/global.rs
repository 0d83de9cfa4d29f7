//! Commands that work everywhere.

use trimtab_core::time::Millis;
use trimtab_wire::{DemoCommand, Request};

use crate::clipboard::Way;
use crate::format;
use crate::model::compare::View;
use crate::model::layer::{Choice, Layer};
use crate::model::nav::Pane;
use crate::model::registry::Region;
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect};
use crate::sheet::Sheet;
use crate::widget::chart::Chart;

/// Brings a pane to the front.
pub fn open(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.pane = pane;
    Vec::new()
}

/// Moves the focus within the pane.
pub fn next_region(model: &mut Model) -> Vec<Effect> {
    match model.pane {
        Pane::Registry => {
            model.registry.region = match model.registry.region {
                Region::Versions => Region::Requests,
                Region::Requests => Region::Versions,
            };
        }
        Pane::Retrain => model.retrain.wide_log = !model.retrain.wide_log,
        Pane::Compare => model.compare.view = model.compare.view.next(),
        Pane::Sql => return super::sql::edit(model),
        Pane::Runs if model.detail.is_open() => return super::detail::beside(model, 1),
        Pane::Runs => return super::detail::open_selected(model),
        Pane::Fleet | Pane::Monitors | Pane::Audit => {}
    }
    Vec::new()
}

/// Opens help.
pub fn help(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Help { scroll: 0 });
    Vec::new()
}

/// Scrolls help; drawing stops at its end.
pub fn scroll_help(model: &mut Model, by: isize) -> Vec<Effect> {
    let most = crate::view::help::lines(model)
        .len()
        .saturating_sub(crate::view::help::rows(model.size));
    if let Some(Layer::Help { scroll }) = model.layers.last_mut() {
        *scroll = scroll.saturating_add_signed(by).min(most);
    }
    Vec::new()
}

/// Goes to the view before, or forward again.
pub fn travel(model: &mut Model, back: bool) -> Vec<Effect> {
    crate::model::trail::go(model, back);
    Vec::new()
}

/// `:stats`: shows what drawing costs in the header, or no more.
pub fn stats(model: &mut Model) -> Vec<Effect> {
    model.stats = match model.stats {
        None => Some(Default::default()),
        Some(_) => None,
    };
    Vec::new()
}

/// Closes the layer in front.
pub fn close_layer(model: &mut Model) -> Vec<Effect> {
    model.layers.pop();
    Vec::new()
}

/// Follows everything anew (a topic that failed is not tried again by itself) and repaints.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.forget_follows();
    super::detail::asks::refresh(model);
    vec![Effect::Redraw]
}

/// Leaves one thing: a message, a range, a detail, a filter. False when there was nothing to leave.
fn leave_one(model: &mut Model) -> bool {
    if model.toasts.pop().is_some() {
        return true;
    }
    if super::detail::leave(model) {
        return true;
    }
    match model.pane {
        Pane::Runs if model.runs.anchor.take().is_some() => true,
        Pane::Runs if model.runs.detail => {
            model.runs.detail = false;
            true
        }
        Pane::Runs if !model.runs.view.filter.is_empty() => {
            super::run_filter::set_filter(model, "");
            true
        }
        Pane::Runs if model.runs.view.deleted => {
            super::run_table::toggle_deleted(model);
            true
        }
        Pane::Audit if !model.audit.filter.is_empty() => {
            model.audit.filter.clear();
            true
        }
        Pane::Compare => super::compare::leave(model),
        Pane::Sql if model.sql.chart => {
            model.sql.chart = false;
            true
        }
        Pane::Retrain if model.retrain.wide_log => {
            model.retrain.wide_log = false;
            true
        }
        _ => false,
    }
}

/// Esc: one step back, never out.
pub fn back(model: &mut Model) -> Vec<Effect> {
    if model.pane == Pane::Sql && model.sql.running.is_some() {
        return super::sql::cancel(model);
    }
    leave_one(model);
    Vec::new()
}

/// `q`: one step back, or out.
pub fn back_or_quit(model: &mut Model) -> Vec<Effect> {
    if leave_one(model) {
        Vec::new()
    } else {
        vec![Effect::Quit]
    }
}

/// The chart in front and a name for its files.
#[must_use]
pub fn chart(model: &Model) -> Option<(Chart, String)> {
    let (chart, name) = match model.pane {
        Pane::Fleet => {
            let row = model.fleet.selected(model)?;
            (
                crate::model::fleet::quality_chart(row),
                format!("{}-{}", row.model, row.quality_metric),
            )
        }
        Pane::Compare if model.compare.view == View::Charts => {
            let chart = model.compare.focused_chart(model)?;
            let name = format!("compare-{}", chart.title);
            (chart, name)
        }
        Pane::Compare if model.compare.view == View::Scatter => {
            let chart = model.compare.scatter_chart(model)?;
            let name = format!("scatter-{}", chart.title);
            (chart, name)
        }
        Pane::Compare if model.compare.view == View::Parallel => {
            (model.compare.parallel_chart(model), "parallel".to_owned())
        }
        Pane::Sql if model.sql.chart => (model.sql.curves().ok()?, "sql".to_owned()),
        Pane::Runs if model.detail.is_open() && !model.detail.has_chart() => return None,
        Pane::Runs if model.runs.detail || model.detail.is_open() => {
            let chart = super::runs::detail_chart(model)?;
            let name = format!("{}-{}", model.run_in_front()?.name, chart.title);
            (chart, name)
        }
        Pane::Retrain => {
            let chart = model.retrain.chart(model);
            let name = format!("job-{}-{}", model.retrain.selected(model)?.id, chart.title);
            (chart, name)
        }
        _ => return None,
    };
    (!chart.is_empty()).then_some((chart, file_name(&name)))
}

/// Names come from users: only harmless characters reach the file system.
fn file_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(80)
        .collect();
    clean.trim_start_matches('.').to_owned()
}

/// The table in front and a name for its files.
#[must_use]
pub fn sheet(model: &Model) -> Option<(Sheet, &'static str)> {
    match model.pane {
        Pane::Compare => model.compare.sheet(model),
        Pane::Sql if !model.sql.chart => Some((model.sql.sheet()?, "sql")),
        _ => None,
    }
}

/// `e`.
pub fn export(model: &mut Model) -> Vec<Effect> {
    if super::detail::files::meant(model).is_some() {
        return super::detail::files::save(model);
    }
    if let Some((sheet, name)) = sheet(model) {
        return vec![Effect::ExportSheet {
            sheet: Box::new(sheet),
            name: name.to_owned(),
        }];
    }
    chart(model)
        .map(|(chart, name)| Effect::Export {
            chart: Box::new(chart),
            name,
        })
        .into_iter()
        .collect()
}

/// `y` and `Y`.
pub fn copy(model: &mut Model, whole: bool) -> Vec<Effect> {
    let text = match model.pane {
        Pane::Runs if model.detail.is_open() => super::detail::copied(model, whole),
        Pane::Fleet => model.fleet.selected(model).map(|r| {
            if whole {
                format!("{}: {}", r.model, r.why)
            } else {
                r.model.clone()
            }
        }),
        Pane::Compare if whole && super::compare::value(model).is_some() => {
            super::compare::value(model)
        }
        Pane::Runs | Pane::Compare => super::runs::subject(model).map(|r| {
            if whole {
                super::runs::as_text(r)
            } else {
                r.id.to_string()
            }
        }),
        Pane::Registry => model.registry.selected_version(model).map(|v| {
            if whole {
                format!("{} {} {}", v.model, v.version, v.source)
            } else {
                format!("{} {}", v.model, v.version)
            }
        }),
        Pane::Monitors => model.monitors.cell(model).map(|c| {
            if whole {
                format!(
                    "{} psi={:.4} distance={:.4} p={:.3e}",
                    c.feature, c.psi, c.distance, c.p_adjusted
                )
            } else {
                c.feature.clone()
            }
        }),
        Pane::Retrain => model.retrain.selected(model).map(|j| {
            if whole {
                format!(
                    "job {} {} {} {}",
                    j.id,
                    j.recipe,
                    j.state.word(),
                    j.error.as_deref().unwrap_or("")
                )
            } else {
                j.id.to_string()
            }
        }),
        Pane::Sql if whole => model.sql.value(),
        Pane::Sql => model.sql.row_text(),
        Pane::Audit => model.audit.selected(model).map(|e| {
            if whole {
                format!(
                    "{} {} {} {} {} {} {}",
                    e.seq,
                    e.at,
                    e.actor,
                    e.action,
                    e.subject,
                    e.outcome.word(),
                    e.reason
                )
            } else {
                e.seq.to_string()
            }
        }),
    };
    let Some(text) = text else {
        model.toast(Tone::Note, "Nothing here to copy.", "");
        return Vec::new();
    };
    vec![Effect::Copy(text)]
}

/// Tells which way a text went, or tries the other one.
pub fn copied(model: &mut Model, text: String, way: Option<Way>) -> Vec<Effect> {
    let Some(way) = way else {
        return vec![Effect::CopyByTerminal(text)];
    };
    let first = text.lines().next().unwrap_or_default();
    let mut shown: String = first.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push_str(model.look.glyphs.ellipsis);
    }
    let how = format!("Copied {} {}.", shown.trim_end(), way.words());
    model.toast(Tone::Note, how, "");
    Vec::new()
}

/// Tells that a text is longer than terminals take.
pub fn too_long_to_copy(model: &mut Model, bytes: usize) {
    model.toast(
        Tone::Note,
        format!(
            "Not copied: {} are more than terminals take ({}).",
            format::bytes(bytes as u64),
            format::bytes(crate::clipboard::MOST as u64)
        ),
        "The headless commands print it all: trimtab --help.",
    );
}

/// Takes what was picked.
pub fn picked(model: &mut Model, choice: Choice, index: usize) -> Vec<Effect> {
    match choice {
        Choice::CompareMetric => {
            let metrics = model.compare.metrics(model);
            model.compare.metric = metrics.into_iter().nth(index);
        }
        Choice::CrowdMetric => super::compare::crowd::chosen_metric(model, index),
        Choice::ScatterX | Choice::ScatterY => super::compare::crowd::chosen(model, choice, index),
        Choice::DetailMetric => super::runs::set_metric(model, index),
        Choice::RunOrder => super::run_table::set_order(model, index),
        Choice::RunGroup => super::run_table::set_group(model, index),
        Choice::RunView => super::run_table::set_view(model, index),
        Choice::Theme => super::themes::picked(model, index),
        Choice::Monitor => {
            model.monitors = crate::model::monitors::Monitors {
                index,
                ..Default::default()
            };
        }
    }
    Vec::new()
}

/// Makes the agent read its policy again.
pub fn reload_policy(model: &mut Model) -> Vec<Effect> {
    vec![model.ask(
        Call::Simple("The agent read trimtab.toml again."),
        Request::ReloadPolicy,
    )]
}

/// `:demo speed N`.
pub fn demo_speed(model: &mut Model, args: &str) -> Vec<Effect> {
    match args.trim().trim_end_matches("ms").trim().parse::<u64>() {
        Ok(ms) => vec![model.ask(
            Call::Simple("The demonstration's speed is set."),
            Request::Demo(DemoCommand::Speed(ms)),
        )],
        Err(_) => {
            model.toast(
                Tone::Note,
                "How fast? Write the milliseconds between two weeks.",
                "For example :demo speed 2000",
            );
            Vec::new()
        }
    }
}

/// `:demo pause`.
pub fn demo_pause(model: &mut Model) -> Vec<Effect> {
    vec![model.ask(
        Call::Simple("The demonstration stands still."),
        Request::Demo(DemoCommand::Pause),
    )]
}

/// `:demo resume [DAY]`.
pub fn demo_resume(model: &mut Model, args: &str) -> Vec<Effect> {
    let until = args.trim();
    if !until.is_empty() && (until.len() != 10 || Millis::parse(until).is_none()) {
        model.toast(
            Tone::Note,
            format!("\"{until}\" is no day."),
            "For example :demo resume 2013-07-01",
        );
        return Vec::new();
    }
    let until = (!until.is_empty()).then(|| until.to_owned());
    vec![model.ask(
        Call::Simple("The demonstration goes on."),
        Request::Demo(DemoCommand::Resume { until }),
    )]
}
