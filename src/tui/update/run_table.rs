//! How the runs table looks: order, groups, folding, columns, saved views; and the way to what is not well.

use trimtab_core::expr;
use trimtab_core::run::{RunKey, RunOrder};
use trimtab_wire::Request;

use super::{prompt, run_filter};
use crate::model::layer::{Ask, Choice, Layer, Question};
use crate::model::list::Move;
use crate::model::run_columns::ColumnList;
use crate::model::run_table::{Chosen, RunView};
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect};
use crate::remember::Remembered;
use crate::widget::input::Input;

/// Changes the view; the table starts anew from its top.
fn change(model: &mut Model, how: impl FnOnce(&mut RunView)) {
    let before = model.runs.view.clone();
    how(&mut model.runs.view);
    if model.runs.view == before {
        return;
    }
    model.runs.view_name = None;
    model.runs.restart();
    if model.runs.view.deleted != before.deleted {
        // What is meant by an act is among the runs that are shown.
        model.runs.marks.clear();
        model.runs.detail = false;
    }
}

/// Opens the choice of orders, or takes the order that was written.
pub fn sort(model: &mut Model, args: &str) -> Vec<Effect> {
    if !args.is_empty() {
        match RunOrder::parse_list(args) {
            Ok(order) => change(model, |v| v.order = order),
            Err(wrong) => model.toast(
                Tone::Note,
                format!("Cannot sort so: {wrong}."),
                "For example :sort metrics.auc:desc,started",
            ),
        }
        return Vec::new();
    }
    let orders = model.runs.orders(model);
    let now = orders
        .iter()
        .position(|(_, o)| *o == model.runs.view.order)
        .unwrap_or(0);
    let names = orders.into_iter().map(|(n, _)| n).collect();
    prompt::pick(model, Choice::RunOrder, "Order runs by", names, now)
}

/// Takes a chosen order.
pub fn set_order(model: &mut Model, index: usize) {
    if let Some((_, order)) = model.runs.orders(model).into_iter().nth(index) {
        change(model, |v| v.order = order);
    }
}

/// Opens the choice of groups, or takes the column that was written.
pub fn group(model: &mut Model, args: &str) -> Vec<Effect> {
    match args {
        "" => {}
        "none" => {
            change(model, |v| v.group = None);
            return Vec::new();
        }
        name => {
            match expr::key_of(name) {
                Ok(key) => change(model, |v| v.group = Some(key)),
                Err(wrong) => model.toast(
                    Tone::Note,
                    format!("Cannot group so: {wrong}."),
                    "For example :group params.depth, or :group none",
                ),
            }
            return Vec::new();
        }
    }
    let groups = model.runs.groups(model);
    let now = groups.iter().position(|g| *g == model.runs.view.group);
    let names = groups.iter().map(|g| {
        g.as_ref()
            .map_or_else(|| "no groups".to_owned(), RunKey::name)
    });
    let names = names.collect();
    prompt::pick(
        model,
        Choice::RunGroup,
        "Group runs by",
        names,
        now.unwrap_or(0),
    )
}

/// Takes a chosen group.
pub fn set_group(model: &mut Model, index: usize) {
    if let Some(group) = model.runs.groups(model).into_iter().nth(index) {
        model.runs.open.clear();
        change(model, |v| v.group = group);
    }
}

/// Folds children under their parents, or puts them beside each other.
pub fn nest(model: &mut Model) -> Vec<Effect> {
    change(model, |v| v.nest = !v.nest);
    let now = if model.runs.view.nest {
        "Child runs are folded under their parents."
    } else {
        "Child runs stand beside their parents."
    };
    model.toast(Tone::Note, now, "");
    Vec::new()
}

/// Opens (true) or closes the selected line; with `None`, whichever it is not.
pub fn fold(model: &mut Model, open: Option<bool>) -> Vec<Effect> {
    let at = model.runs.list.selected;
    if let Some(key) = model.runs.fold_key(model, at) {
        let now = model.runs.open.contains(&key);
        match open.unwrap_or(!now) {
            true => model.runs.open.insert(key),
            false => model.runs.open.remove(&key),
        };
        return Vec::new();
    }
    // Closing within something closes that.
    if open == Some(false) {
        let depth = model.runs.line(model, at).depth;
        let above = (0..at)
            .rev()
            .take_while(|i| model.runs.row(model, *i).is_some())
            .find(|i| model.runs.line(model, *i).depth < depth);
        if let Some(above) = above {
            if let Some(key) = model.runs.fold_key(model, above) {
                model.runs.open.remove(&key);
            }
            model.runs.list.selected = above;
        }
    }
    Vec::new()
}

/// Shows the deleted runs, or the others again.
pub fn toggle_deleted(model: &mut Model) -> Vec<Effect> {
    change(model, |v| v.deleted = !v.deleted);
    Vec::new()
}

/// Moves to the next run that is not well; the agent is asked when none is on the slice that is here.
pub fn next_unwell(model: &mut Model) -> Vec<Effect> {
    let runs = &model.runs;
    let from = runs.list.selected;
    let found = (from + 1..runs.total(model))
        .take_while(|i| runs.row(model, *i).is_some())
        .find(|i| runs.is_unwell(model, *i));
    if found.is_some() {
        return jump(model, found);
    }
    if !model.is_up() || model.is_asking(|c| matches!(c, Call::NextUnwell(_))) {
        return Vec::new();
    }
    let query = model.runs.query();
    let call = Call::NextUnwell(Box::new(query.clone()));
    let request = Request::NextUnwell {
        query,
        from: from as u64,
        forward: true,
    };
    vec![model.ask(call, request)]
}

/// Takes the agent's answer to [`next_unwell`].
pub fn found_unwell(model: &mut Model, line: Option<u64>) {
    let line = line.and_then(|l| usize::try_from(l).ok());
    jump(model, line);
}

fn jump(model: &mut Model, to: Option<usize>) -> Vec<Effect> {
    match to {
        Some(to) => {
            model.runs.list.selected = to;
            // Keeps the line in sight.
            super::motion::go(model, Move::By(0))
        }
        None => {
            model.toast(Tone::Good, "Every run shown is well.", "");
            Vec::new()
        }
    }
}

/// Opens the list of columns, or takes the columns that were written.
pub fn columns(model: &mut Model, args: &str) -> Vec<Effect> {
    match args {
        "" => {
            let list = ColumnList::of(model);
            model.layers.push(Layer::Columns(list));
            return run_filter::ask_names(model);
        }
        "auto" => set_columns(model, None),
        names => match RunKey::parse_list(names) {
            Ok(keys) if !keys.is_empty() => {
                let chosen = |key| Chosen { key, width: None };
                set_columns(model, Some(keys.into_iter().map(chosen).collect()));
            }
            Ok(_) => {}
            Err(wrong) => model.toast(
                Tone::Note,
                format!("Cannot show that: {wrong}."),
                "For example :columns name,status,metrics.auc,params.depth; :columns auto chooses by itself",
            ),
        },
    }
    Vec::new()
}

/// Other columns do not move the selection.
fn set_columns(model: &mut Model, columns: Option<Vec<Chosen>>) {
    if model.runs.view.columns != columns {
        model.runs.view.columns = columns;
        model.runs.view_name = None;
    }
}

/// Does something with the list of columns in front; the table behind it shows it at once.
pub fn in_columns(model: &mut Model, how: impl FnOnce(&mut ColumnList)) -> Vec<Effect> {
    let Some(Layer::Columns(list)) = model.layers.last_mut() else {
        return Vec::new();
    };
    let before = list.chosen();
    how(list);
    let chosen = list.chosen();
    if chosen != before {
        set_columns(model, Some(chosen));
    }
    Vec::new()
}

/// Makes the selected column wider or narrower.
pub fn widen(model: &mut Model, by: i16) -> Vec<Effect> {
    let Some(Layer::Columns(list)) = model.layers.last() else {
        return Vec::new();
    };
    let room = model.size.width.saturating_sub(2);
    let now = crate::view::run_columns::width_now(model, list.selected, room);
    in_columns(model, |l| l.widen(by, now))
}

/// Orders by the selected column too: largest first, then least first, then not at all.
pub fn sort_column(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Columns(list)) = model.layers.last() else {
        return Vec::new();
    };
    let Some(key) = list.items.get(list.selected).map(|i| i.key.clone()) else {
        return Vec::new();
    };
    change(model, |v| match v.order.iter_mut().find(|o| o.key == key) {
        None => v.order.push(RunOrder {
            key,
            descending: true,
        }),
        Some(order) if order.descending => order.descending = false,
        Some(_) => v.order.retain(|o| o.key != key),
    });
    Vec::new()
}

/// Lets the console choose the columns again.
pub fn auto_columns(model: &mut Model) -> Vec<Effect> {
    set_columns(model, None);
    let list = ColumnList::of(model);
    if let Some(Layer::Columns(shown)) = model.layers.last_mut() {
        *shown = ColumnList {
            before: shown.before.take(),
            order_before: std::mem::take(&mut shown.order_before),
            ..list
        };
    }
    Vec::new()
}

/// Closes the list of columns; `keep` or put back what was, and the order.
pub fn close_columns(model: &mut Model, keep: bool) -> Vec<Effect> {
    if let Some(Layer::Columns(list)) = model.layers.pop()
        && !keep
    {
        set_columns(model, list.before);
        change(model, |v| v.order = list.order_before);
    }
    Vec::new()
}

/// Saves the view under a name, which is asked for when none was written.
pub fn save_view(model: &mut Model, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        model.layers.push(Layer::Ask(Ask {
            question: Question::ViewName,
            input: Input::with(model.runs.view_name.as_deref().unwrap_or_default()),
            complaint: None,
        }));
        return Vec::new();
    }
    let view = model.runs.view.clone();
    let known = model.runs.views.insert(name.to_owned(), view).is_some();
    model.runs.view_name = Some(name.to_owned());
    let how = if known { "saved anew" } else { "saved" };
    model.toast(Tone::Good, format!("View {name} {how}."), "V opens views.");
    Vec::new()
}

/// Opens the choice of views, or the view that was written.
pub fn open_view(model: &mut Model, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        let names: Vec<String> = model.runs.views.keys().cloned().collect();
        if names.is_empty() {
            model.toast(
                Tone::Note,
                "No view is saved yet.",
                ":save view NAME saves this one: filter, order, columns and groups.",
            );
            return Vec::new();
        }
        let now = names
            .iter()
            .position(|n| Some(n) == model.runs.view_name.as_ref());
        return prompt::pick(
            model,
            Choice::RunView,
            "Open a view",
            names,
            now.unwrap_or(0),
        );
    }
    match model.runs.views.get(name).cloned() {
        Some(view) => {
            model.runs.open.clear();
            change(model, |v| *v = view);
            model.runs.view_name = Some(name.to_owned());
        }
        None => model.toast(
            Tone::Note,
            format!("There is no view {name}."),
            "V shows them.",
        ),
    }
    Vec::new()
}

/// Opens a chosen view.
pub fn set_view(model: &mut Model, index: usize) {
    if let Some(name) = model.runs.views.keys().nth(index).cloned() {
        open_view(model, &name);
    }
}

/// Forgets a view.
pub fn delete_view(model: &mut Model, name: &str) -> Vec<Effect> {
    if model.runs.views.remove(name).is_some() {
        model.runs.view_name = None;
        model.toast(Tone::Good, format!("View {name} deleted."), "");
    } else {
        model.toast(
            Tone::Note,
            format!("There is no view {name}."),
            "V shows them.",
        );
    }
    Vec::new()
}

/// Everything as it is without choices.
pub fn reset_view(model: &mut Model) -> Vec<Effect> {
    model.runs.open.clear();
    change(model, |v| *v = RunView::default());
    Vec::new()
}

/// Takes the views and the table of a state file, as this console reads them. What somebody changed before it came
/// stays.
pub fn recalled(model: &mut Model, state: &mut Remembered) {
    let views = state.views.iter();
    let views = views.map(|(n, v)| (n.clone(), RunView::from(v))).collect();
    let early = std::mem::replace(&mut model.runs.views, views);
    // What only a newer console can read is no change of ours.
    let views = model.runs.views.iter();
    state.views = views.map(|(n, v)| (n.clone(), v.into())).collect();
    model.runs.views.extend(early);
    if model.runs.view == RunView::default() {
        let view = RunView::from(&state.runs);
        // A filter of an older console may not be one any more.
        let filter = expr::parse(&view.filter, model.now)
            .map_or_else(|_| String::new(), |_| view.filter.clone());
        change(model, |v| *v = RunView { filter, ..view });
    }
}

/// The views and the table as they are to be remembered.
#[must_use]
pub fn remembered(model: &Model) -> Remembered {
    let runs = RunView {
        // The usual runs are what one comes back for.
        deleted: false,
        ..model.runs.view.clone()
    };
    let views = model.runs.views.iter();
    Remembered {
        runs: (&runs).into(),
        views: views.map(|(n, v)| (n.clone(), v.into())).collect(),
        ..Remembered::default()
    }
}
