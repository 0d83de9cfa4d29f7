//! Rows of the views that are not in the store: computed from policy and windows.

use crate::{Context, watch};
use trimtab_core::{
    monitor::MonitorState,
    sql::{SqlCells, SqlColumn, SqlTable, view},
    time::Millis,
};
use trimtab_wire::Failure;

/// Rows of the views that are computed from policy and windows, where the query names them.
pub(super) async fn given(
    ctx: &Context,
    sql: &str,
) -> Result<Vec<(&'static str, SqlTable)>, Failure> {
    let sql = sql.to_lowercase();
    let named = |name: &str| sql.contains(name);
    // What these two are computed from is long: all windows with their cells.
    if !named("alerts") && !named("monitors") {
        return Ok(Vec::new());
    }
    let states = ctx.monitors.states().await.map_err(watch::failure)?;
    Ok(vec![
        ("alerts", rows("alerts", &states, alerts)),
        ("monitors", rows("monitors", &states, monitor)),
    ])
}

/// A value on its way into a column of its kind.
enum Value {
    Text(String),
    Integer(u64),
    Number(f64),
    Time(Option<Millis>),
    Flag(bool),
}

fn rows(
    name: &str,
    states: &[MonitorState],
    of: impl Fn(&MonitorState) -> Vec<Vec<Value>>,
) -> SqlTable {
    let columns = view(name).map_or(&[][..], |v| v.columns);
    let mut table = SqlTable::new(
        columns
            .iter()
            .map(|c| SqlColumn {
                name: c.name.to_owned(),
                type_name: c.kind.type_name().to_owned(),
                kind: c.kind,
            })
            .collect(),
    );
    for row in states.iter().flat_map(of) {
        for (cells, value) in table.cells.iter_mut().zip(row) {
            match (cells, value) {
                (SqlCells::Text(v), Value::Text(t)) => v.push(Some(t)),
                (SqlCells::Integer(v), Value::Integer(i)) => v.push(Some(i.into())),
                (SqlCells::Number(v), Value::Number(n)) => v.push(Some(n)),
                (SqlCells::Time(v), Value::Time(t)) => {
                    v.push(t.map(|t| t.0.saturating_mul(1_000)));
                }
                (SqlCells::Flag(v), Value::Flag(f)) => v.push(Some(f)),
                // Held by a test: every value is of its column's kind.
                _ => debug_assert!(false, "a value of {name} is of another kind"),
            }
        }
    }
    table
}

fn alerts(state: &MonitorState) -> Vec<Vec<Value>> {
    let alarms = state.alarms().into_iter();
    alarms
        .map(|alarm| {
            vec![
                Value::Text(state.name.clone()),
                Value::Text(state.model.clone()),
                Value::Text(alarm.subject.word().to_owned()),
                Value::Text(alarm.alert.state.word().to_owned()),
                Value::Flag(alarm.alert.state.is_open()),
                Value::Time(alarm.judged),
                Value::Text(alarm.words),
            ]
        })
        .collect()
}

fn monitor(state: &MonitorState) -> Vec<Vec<Value>> {
    vec![vec![
        Value::Text(state.name.clone()),
        Value::Text(state.model.clone()),
        Value::Integer(state.windows.len() as u64),
        Value::Integer(state.reference_rows),
        Value::Number(state.psi_threshold),
        Value::Text(state.quality_metric.clone()),
        Value::Number(state.quality_min),
        Value::Time(state.newest),
    ]]
}
