//! Commands of the files of a run in detail.

use crate::model::Model;
use crate::model::detail::Tab;
use crate::model::detail::artifacts::Node;
use crate::model::detail::viewer::{Show, Viewer};
use crate::model::list::Move;
use crate::msg::Effect;

/// The selected line of the tree.
#[must_use]
pub fn node(model: &Model) -> Option<Node> {
    let detail = &model.detail;
    let nodes = detail.artifacts.nodes(detail.filter(Tab::Artifacts));
    nodes.into_iter().nth(detail.list(Tab::Artifacts).selected)
}

/// Whether Enter leads anywhere.
#[must_use]
pub fn can_open(model: &Model) -> bool {
    model.detail.artifacts.viewer.is_none() && node(model).is_some()
}

/// Enter: opens or closes a folder, looks at a file.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(node) = node(model).filter(|_| can_open(model)) else {
        return Vec::new();
    };
    match node.size {
        None => model.detail.artifacts.toggle(&node.path),
        size => model.detail.artifacts.viewer = Some(Viewer::new(&node.path, size)),
    }
    Vec::new()
}

/// Left closes a folder or goes to the one around, right opens; in a file, they move in long lines and columns.
pub fn sideways(model: &mut Model, by: isize) {
    if let Some(viewer) = &mut model.detail.artifacts.viewer {
        if viewer.show == Show::Table {
            let last = viewer.table.as_ref().map_or(0, |t| t.columns.len());
            viewer.column = viewer
                .column
                .saturating_add_signed(by)
                .min(last.saturating_sub(1));
        } else {
            viewer.pager.sideways(by);
        }
        return;
    }
    let Some(node) = node(model) else { return };
    let artifacts = &mut model.detail.artifacts;
    if by > 0 && node.size.is_none() && !node.open {
        artifacts.toggle(&node.path);
    } else if by < 0 && node.open {
        artifacts.close(&node.path);
    } else if by < 0
        && let Some((parent, _)) = node.path.rsplit_once('/')
    {
        let nodes = artifacts.nodes("");
        if let Some(at) = nodes.iter().position(|n| n.path == parent)
            && model.detail.filter(Tab::Artifacts).is_empty()
        {
            model.detail.list_mut(Tab::Artifacts).selected = at;
        }
    }
}

/// Moves in the file that is looked at.
pub fn go(model: &mut Model, motion: Move) {
    let room = super::text_room(model);
    let Some(viewer) = &mut model.detail.artifacts.viewer else {
        return;
    };
    match (viewer.show, &viewer.table) {
        (Show::Table, Some(table)) => {
            let rows = room.rows.saturating_sub(1);
            viewer.list.go(motion, table.rows.len(), rows);
        }
        _ => {
            let mut pager = std::mem::take(&mut viewer.pager);
            pager.go(motion, viewer.shown(), room);
            viewer.pager = pager;
        }
    }
}

/// Brings the place in the file back into it.
pub fn clamp(model: &mut Model) {
    let (room, glyphs) = (super::text_room(model), model.look.glyphs);
    let Some(viewer) = &mut model.detail.artifacts.viewer else {
        return;
    };
    if let Some(table) = &viewer.table {
        let rows = room.rows.saturating_sub(1);
        viewer.list.clamp(table.rows.len(), rows);
    }
    viewer.set(room.columns, glyphs);
    let mut pager = std::mem::take(&mut viewer.pager);
    pager.clamp(viewer.shown(), room);
    viewer.pager = pager;
}

/// Goes to a match in the file.
pub fn seek(model: &mut Model, forward: bool) -> bool {
    let room = super::text_room(model);
    let Some(viewer) = &mut model.detail.artifacts.viewer else {
        return false;
    };
    if let (Show::Table, Some(table)) = (viewer.show, &viewer.table) {
        let lines: Vec<String> = table
            .rows
            .iter()
            .map(|r| r.iter().flatten().map(|v| format!("{v}\t")).collect())
            .collect();
        let found = viewer.pager.seek(forward, &lines[..], room);
        if let Some(at) = viewer.pager.hit {
            viewer.list.selected = at;
        }
        return found;
    }
    let mut pager = std::mem::take(&mut viewer.pager);
    let found = pager.seek(forward, viewer.shown(), room);
    viewer.pager = pager;
    found
}

/// `v`: the next form that suits the file.
pub fn next_form(model: &mut Model) -> Vec<Effect> {
    if let Some(viewer) = &mut model.detail.artifacts.viewer {
        viewer.next_form();
    }
    Vec::new()
}

/// Whether a file is looked at.
#[must_use]
pub fn is_viewing(model: &Model) -> bool {
    super::is_front(model)
        && model.detail.tab == Tab::Artifacts
        && model.detail.artifacts.viewer.is_some()
}

/// `#`: numbers before lines.
pub fn numbers(model: &mut Model) -> Vec<Effect> {
    if let Some(viewer) = &mut model.detail.artifacts.viewer {
        viewer.numbers = !viewer.numbers;
    }
    Vec::new()
}

/// The path of the file that is meant: the one looked at, or the selected one.
#[must_use]
pub fn meant(model: &Model) -> Option<String> {
    if !super::is_front(model) || model.detail.tab != Tab::Artifacts {
        return None;
    }
    match &model.detail.artifacts.viewer {
        Some(viewer) => Some(viewer.path.clone()),
        None => node(model).filter(|n| n.size.is_some()).map(|n| n.path),
    }
}

/// `e`: the file as a file here.
pub fn save(model: &mut Model) -> Vec<Effect> {
    let (Some(path), Some(run)) = (meant(model), model.detail.run.clone()) else {
        return Vec::new();
    };
    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    vec![Effect::Fetch { run, path, name }]
}

/// `y`: the path; `Y`: what is here of the text, else the whole address.
#[must_use]
pub fn copied(model: &Model, whole: bool) -> Option<String> {
    let artifacts = &model.detail.artifacts;
    if let Some(viewer) = &artifacts.viewer {
        if !whole {
            return Some(viewer.path.clone());
        }
        if let (Show::Table, Some(table)) = (viewer.show, &viewer.table) {
            let row = table.rows.get(viewer.list.selected)?;
            let cells: Vec<&str> = row.iter().map(|c| c.as_deref().unwrap_or("")).collect();
            return Some(cells.join("\t"));
        }
        return Some(viewer.lines.join("\n"));
    }
    let node = node(model)?;
    if whole {
        let uri = artifacts.uri.trim_end_matches('/');
        return Some(format!("{uri}/{}", node.path));
    }
    Some(node.path)
}
