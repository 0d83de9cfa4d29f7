//! Registry: versions with their aliases, requests with their evidence.

use ratatui::layout::Rect;
use trimtab_core::gate::GateResult;
use trimtab_core::registry::ModelVersion;
use trimtab_core::release::PromotionRequest;

use super::fleet::line;
use super::{layout, listing, notice, status};
use crate::format;
use crate::model::Model;
use crate::model::data::Slot;
use crate::model::registry::{Region, Registry};
use crate::theme::Role;
use crate::widget::markdown;
use crate::widget::rule;
use crate::widget::table::{Cell, Column};
use crate::widget::text::{Brush, Ink, width, wrap};

/// Draws the pane.
pub fn draw(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let versions = Registry::rows(model);
    let requests = model.data.request_rows();
    let [a, b, c] = layout::registry(area, versions.len(), requests.len());
    let on_versions = model.registry.region == Region::Versions;
    let title = notice::counted(
        model,
        &model.data.registry,
        "Versions",
        &versions.len().to_string(),
    );
    let inner = rule::titled(
        brush,
        a,
        &title,
        &notice::condition(model, &model.data.registry, Slot::Registry),
        on_versions,
    );
    if notice::feed(model, brush, inner, &model.data.registry, "the registry") {
        return;
    }
    if versions.is_empty() {
        notice::draw(
            brush,
            inner,
            "No versions yet.",
            Role::Text,
            &["A finished retraining (T) or an mlflow client registers one."],
        );
    } else {
        version_table(model, brush, inner, &versions, on_versions);
    }
    let title = notice::counted(
        model,
        &model.data.registry,
        "Requests",
        &requests.len().to_string(),
    );
    let inner = rule::titled(brush, b, &title, "", !on_versions);
    if requests.is_empty() {
        notice::draw(
            brush,
            inner,
            "Nobody has asked for a promotion.",
            Role::Dim,
            &["P asks for the selected version's."],
        );
    } else {
        request_table(model, brush, inner, !on_versions);
    }
    match model.registry.region {
        Region::Versions => version_detail(model, brush, c),
        Region::Requests => request_detail(model, brush, c),
    }
}

fn version_table(
    model: &Model,
    brush: &mut Brush<'_>,
    area: Rect,
    versions: &[&ModelVersion],
    focused: bool,
) {
    let mut keys: Vec<&str> = versions
        .iter()
        .flat_map(|v| v.metrics.keys().map(String::as_str))
        .collect();
    keys.sort_by_key(|k| {
        (
            !k.contains("auc"),
            k.contains("champion"),
            k.contains("train"),
            *k,
        )
    });
    keys.dedup();
    keys.truncate(3);
    let mut columns = vec![
        Column::left("version", 7),
        Column::left("model", 8).grow(1).at_most(32),
        Column::left("alias", 12),
    ];
    for (i, key) in keys.iter().enumerate() {
        columns.push(
            Column::right(key, (crate::widget::text::width(key) as u16).clamp(8, 20))
                .priority(i as u8 * 3),
        );
    }
    columns.push(Column::left("window", 23).priority(4));
    columns.push(Column::left("run", 16).priority(5));
    columns.push(Column::left("by", 8).priority(7));
    columns.push(Column::right("age", 4).priority(2));
    let registry = model.data.registry.value.as_ref();
    let row = |i: usize| -> Vec<Cell> {
        let v = versions[i];
        let aliases = registry
            .and_then(|r| r.models.get(&v.model))
            .map(|m| &m.aliases);
        let names: Vec<&str> = aliases
            .into_iter()
            .flatten()
            .filter(|(_, to)| **to == v.version)
            .map(|(n, _)| n.as_str())
            .collect();
        let alias = if names.is_empty() {
            Cell::role(model.look.glyphs.none, Role::Dim)
        } else {
            Cell::role(
                format!("{} {}", model.look.glyphs.ok, names.join(" ")),
                Role::Ok,
            )
        };
        let mut cells = vec![
            Cell::text(v.version.to_string()),
            Cell::text(&v.model),
            alias,
        ];
        cells.extend(keys.iter().map(|k| {
            v.metrics.get(*k).map_or_else(
                || Cell::role(model.look.glyphs.none, Role::Dim),
                |m| Cell::text(format::metric(*m)),
            )
        }));
        let run = v.run.as_ref().map_or_else(
            || model.look.glyphs.none.to_owned(),
            |id| {
                model
                    .data
                    .run_by_id(id)
                    .map_or_else(|| id.short().to_owned(), |r| r.name.clone())
            },
        );
        cells.push(Cell::role(
            v.tags
                .get("window")
                .map_or(model.look.glyphs.none, String::as_str),
            Role::Dim,
        ));
        cells.push(Cell::role(run, Role::Dim));
        cells.push(Cell::role(&v.author, Role::Dim));
        cells.push(Cell::role(format::ago(model.now, v.created), Role::Dim));
        cells
    };
    listing::draw(
        brush,
        area,
        &columns,
        &model.registry.versions,
        focused,
        versions.len(),
        &row,
    );
}

fn request_table(model: &Model, brush: &mut Brush<'_>, area: Rect, focused: bool) {
    let requests = model.data.request_rows();
    let columns = [
        Column::left("", 4),
        Column::left("state", 19),
        Column::left("version", 14).grow(1).at_most(40),
        Column::left("gates", 7),
        Column::left("approvals", 9).priority(1),
        Column::left("by", 8).priority(3),
        Column::right("age", 4).priority(2),
    ];
    let g = model.look.glyphs;
    let row = |i: usize| -> Vec<Cell> {
        let r = &requests[i];
        let passed = r.gates.iter().filter(|x| x.passed).count();
        let gates = if r.gates.is_empty() {
            Cell::role("none", Role::Dim)
        } else {
            let all = passed == r.gates.len();
            Cell::role(
                format!(
                    "{} {passed}/{}",
                    if all { g.ok } else { g.bad },
                    r.gates.len()
                ),
                if all { Role::Ok } else { Role::Bad },
            )
        };
        let from = r
            .champion
            .map_or_else(String::new, |c| format!("{c} {} ", g.arrow));
        vec![
            Cell::role(r.id.to_string(), Role::Dim),
            status::request(g, r.state).cell(),
            Cell::text(format!("{} {from}{}", r.model, r.version)),
            gates,
            Cell::text(format!("{} of {}", r.approvals.len(), r.required)),
            Cell::role(&r.author, Role::Dim),
            Cell::role(format::ago(model.now, r.created), Role::Dim),
        ]
    };
    listing::draw(
        brush,
        area,
        &columns,
        &model.registry.requests,
        focused,
        requests.len(),
        &row,
    );
}

fn version_detail(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(v) = model.registry.selected_version(model) else {
        return;
    };
    let inner = rule::titled(
        brush,
        area,
        &format!("{} {}", v.model, v.version),
        &v.source,
        false,
    );
    // The evidence of its newest request is what one wants to see first.
    if let Some(request) = model
        .data
        .request_rows()
        .iter()
        .find(|r| r.model == v.model && r.version == v.version)
    {
        evidence(model, brush, inner, request);
        return;
    }
    let run = v.run.as_ref().map_or_else(String::new, |id| {
        let name = model.data.run_by_id(id).map(|r| r.name.as_str());
        format!(" from run {}", name.unwrap_or(id.short()))
    });
    let age = format::ago_words(model.now, v.created);
    let origin = format!(" registered by {}{run}, {age}", v.author);
    let mut rest = line(brush, inner, &[(origin, Role::Dim.into())]);
    for (key, value) in &v.metrics {
        rest = line(
            brush,
            rest,
            &[
                (format!(" {key:<24}"), Role::Dim.into()),
                (format::metric(*value), Role::Text.into()),
            ],
        );
    }
    for (key, value) in &v.tags {
        rest = line(
            brush,
            rest,
            &[
                (format!(" {key:<24}"), Role::Dim.into()),
                (value.clone(), Role::Text.into()),
            ],
        );
    }
    if v.metrics.is_empty() && v.tags.is_empty() {
        let text = " No metrics or tags were registered with it.";
        rest = line(brush, rest, &[(text.into(), Role::Dim.into())]);
    }
    notes(model, brush, rest, v);
}

/// The notes on a version and on its model, set, as far as there is room.
fn notes(model: &Model, brush: &mut Brush<'_>, mut rest: Rect, v: &ModelVersion) {
    let registered = model.data.registry.value.as_ref();
    let described = registered.and_then(|r| r.models.get(&v.model));
    let of_model = described.map_or("", |m| m.description.as_str());
    let of_version = v.description.as_deref().unwrap_or_default();
    let columns = usize::from(rest.width.saturating_sub(4)).max(1);
    for (on, text) in [
        (format!("{}", v.version), of_version),
        (v.model.clone(), of_model),
    ] {
        if text.trim().is_empty() || rest.height < 2 {
            continue;
        }
        let title = format!(" note on {on}");
        rest = line(brush, rest, &[(title, Role::Column.into())]);
        for set in markdown::set(text, columns, brush.glyphs()) {
            if rest.height == 0 {
                return;
            }
            set.draw(brush, rest.x + 3, rest.y, rest.width.saturating_sub(3));
            (_, rest) = layout::top(rest, 1);
        }
    }
}

fn request_detail(model: &Model, brush: &mut Brush<'_>, area: Rect) {
    let Some(r) = model.registry.selected_request(model) else {
        return;
    };
    let inner = rule::titled(
        brush,
        area,
        &format!(
            "request {} {} {} {}",
            r.id,
            brush.glyphs().dot,
            r.model,
            r.version
        ),
        "",
        false,
    );
    evidence(model, brush, inner, r);
}

/// State, gates with numbers, approvals, reasons.
fn evidence(model: &Model, brush: &mut Brush<'_>, area: Rect, r: &PromotionRequest) {
    let g = brush.glyphs();
    let mut rest = area;
    let mut head: Vec<(String, Ink)> = vec![
        (" ".into(), Role::Text.into()),
        status::request(g, r.state).piece(),
    ];
    head.push((
        format!(
            "  request {} by {}, {}",
            r.id,
            r.author,
            format::ago_words(model.now, r.created)
        ),
        Role::Dim.into(),
    ));
    if !r.reason.is_empty() {
        head.push((format!(": {}", r.reason), Role::Text.into()));
    }
    rest = line(brush, rest, &head);
    for gate in &r.gates {
        rest = gate_line(brush, rest, gate);
    }
    for a in &r.approvals {
        let text = if a.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", a.reason)
        };
        rest = line(
            brush,
            rest,
            &[
                (format!(" {} ", g.ok), Role::Ok.into()),
                (
                    format!(
                        "approved by {}, {}{text}",
                        a.actor,
                        format::ago_words(model.now, a.at)
                    ),
                    Role::Text.into(),
                ),
            ],
        );
    }
    if let Some(note) = &r.note {
        for text in wrap(note, usize::from(rest.width.saturating_sub(4)).max(8)) {
            rest = line(brush, rest, &[(format!("   {text}"), Role::Warn.into())]);
        }
    }
}

/// `● pass champion   0.7012 vs 0.6890   heldout_auc is at least the champion's`.
pub fn gate_line(brush: &mut Brush<'_>, area: Rect, gate: &GateResult) -> Rect {
    let g = brush.glyphs();
    let (glyph, word, role) = if gate.passed {
        (g.ok, "pass", Role::Ok)
    } else {
        (g.bad, "fail", Role::Bad)
    };
    let numbers = match (gate.candidate, gate.bound) {
        (Some(c), Some(b)) => format!("{} vs {}", format::metric(c), format::metric(b)),
        (Some(c), None) => format::metric(c),
        (None, _) => "no value".to_owned(),
    };
    let (verdict, facts) = (
        format!(" {glyph} {word} "),
        format!("{:<10} {numbers:<16}  ", gate.name),
    );
    let indent = width(&verdict) + width(&facts);
    // A short screen shows the beginning of every reason rather than all of the first.
    let room = usize::from(area.width).saturating_sub(indent);
    let mut reasons = if area.height >= 10 && room >= 16 {
        wrap(&gate.reason, room)
    } else {
        vec![gate.reason.clone()]
    }
    .into_iter();
    let mut rest = line(
        brush,
        area,
        &[
            (verdict, role.into()),
            (facts, Role::Text.into()),
            (reasons.next().unwrap_or_default(), Role::Dim.into()),
        ],
    );
    for more in reasons {
        let text = format!("{:indent$}{more}", "");
        rest = line(brush, rest, &[(text, Role::Dim.into())]);
    }
    rest
}
