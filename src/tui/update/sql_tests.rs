//! The SQL pane: journeys by key, frames in each state, and that late answers change nothing.

use proptest::prelude::*;
use trimtab_core::sql::{
    SqlAnswer, SqlCells, SqlColumn, SqlKind, SqlPage, SqlPlace, SqlTable, SqlWrong,
};
use trimtab_core::time::Millis;
use trimtab_wire::{Reply, Request};

use crate::model::nav::Pane;
use crate::model::sql::{Outcome, RUNS, Region};
use crate::msg::{Effect, Msg};
use crate::testing::harness::Harness;

fn column(name: &str, kind: SqlKind) -> SqlColumn {
    SqlColumn {
        name: name.into(),
        type_name: kind.type_name().into(),
        kind,
    }
}

/// A result of runs by day, with values of every kind.
fn page(rows: usize, more: bool) -> SqlPage {
    let n = 0..rows;
    let text = |i: usize| Some(format!("late-{i:02}"));
    let id = |i: usize| Some(format!("{i:032x}"));
    SqlPage {
        table: SqlTable {
            columns: vec![
                column("day", SqlKind::Time),
                column("name", SqlKind::Text),
                column("auc", SqlKind::Number),
                column("rounds", SqlKind::Integer),
                column("deleted", SqlKind::Flag),
                column("run_id", SqlKind::Text),
            ],
            cells: vec![
                SqlCells::Time(n.clone().map(|i| Some(i as i64 * 86_400_000_000)).collect()),
                SqlCells::Text(n.clone().map(text).collect()),
                SqlCells::Number(
                    n.clone()
                        .map(|i| (i != 1).then(|| (60 + i) as f64 / 100.0))
                        .collect(),
                ),
                SqlCells::Integer(n.clone().map(|i| Some(i as i128 * 100)).collect()),
                SqlCells::Flag(n.clone().map(|i| Some(i % 2 == 0)).collect()),
                SqlCells::Text(n.map(id).collect()),
            ],
        },
        more,
        elapsed_ms: 12.5,
    }
}

fn is_sql(request: &Request) -> bool {
    matches!(request, Request::Sql { .. })
}

fn answer(h: &mut Harness, page: SqlPage) {
    h.answer(is_sql, Ok(Reply::Sql(SqlAnswer::Page(page))));
}

/// A console in the pane with this typed.
fn typed(width: u16, height: u16, text: &str) -> Harness {
    let mut h = Harness::alive(width, height);
    h.keys("0");
    h.text(text);
    h
}

const QUERY: &str = "SELECT * FROM runs;";

#[test]
fn letters_are_letters_until_esc() {
    let mut h = typed(80, 24, "q1j:?");
    assert_eq!(h.model.pane, Pane::Sql);
    assert_eq!(h.model.sql.editor.text(), "q1j:?");
    assert!(h.model.layers.is_empty() && h.effects.is_empty());
    h.keys("esc");
    assert_eq!(h.model.sql.region, Region::Result);
    h.keys("2");
    assert_eq!(h.model.pane, Pane::Runs);
    // The query is still there.
    h.keys("0");
    assert_eq!(h.model.sql.editor.text(), "q1j:?");
    assert_eq!(h.model.sql.region, Region::Query);
}

#[test]
fn enter_behind_a_semicolon_runs_and_the_result_has_the_keys() {
    let mut h = typed(80, 24, QUERY);
    h.keys("enter");
    assert_eq!(h.asked.iter().filter(|(_, r)| is_sql(r)).count(), 1);
    assert_eq!(h.model.sql.editor.lines(), 1);
    answer(&mut h, page(30, false));
    assert_eq!(h.model.sql.region, Region::Result);
    h.keys("G l l Y");
    assert_eq!(h.effects, [Effect::Copy("0.89".into())]);
    h.effects.clear();
    h.keys("e");
    let Some(Effect::ExportSheet { sheet, .. }) = h.effects.pop() else {
        panic!()
    };
    assert!(sheet.csv().starts_with(
        "day,name,auc,rounds,deleted,run_id\n1970-01-01 00:00:00,late-00,0.6,0,true,"
    ));
    h.keys("c e");
    assert!(
        matches!(h.effects.pop(), Some(Effect::Export { chart, .. }) if chart.lines.len() == 2)
    );
    // Back to the query, which has a line added, as it has no semicolon at its end.
    h.keys("i backspace enter");
    assert_eq!(h.model.sql.editor.lines(), 2);
}

#[test]
fn a_late_answer_changes_nothing() {
    let mut h = typed(80, 24, QUERY);
    h.keys("ctrl-r");
    let (late, _) = h.asked.iter().find(|(_, r)| is_sql(r)).cloned().unwrap();
    h.keys("ctrl-r");
    assert!(
        h.asked
            .iter()
            .any(|(_, r)| *r == Request::SqlStop { query: 1 })
    );
    h.send(Msg::Answered {
        call: late,
        result: Ok(Box::new(Reply::Sql(SqlAnswer::Page(page(3, false))))),
    });
    assert_eq!(h.model.sql.outcome, Outcome::Nothing);
    assert!(h.model.sql.running.is_some());
    h.asked.retain(|(call, _)| *call != late);
    answer(&mut h, page(5, false));
    assert_eq!(h.model.sql.rows(), 5);
}

#[test]
fn esc_stops_a_query_and_nothing_else_waits() {
    let mut h = typed(80, 24, QUERY);
    h.keys("ctrl-r");
    // Its seconds are counted, and are no lag of the link.
    assert!(h.model.wake_in().is_some_and(|ms| ms <= 1_000));
    h.now = Millis(h.now.0 + 90_000);
    h.send(Msg::Woke);
    assert_eq!(h.model.lag(), None);
    insta::assert_snapshot!("sql_running", h.frame());
    h.keys("esc");
    assert_eq!(h.model.sql.running, None);
    assert!(
        h.asked
            .iter()
            .any(|(_, r)| matches!(r, Request::SqlStop { .. }))
    );
    assert_eq!(h.model.sql.region, Region::Query, "the next esc leaves");
}

#[test]
fn a_result_that_was_cut_is_let_go_of() {
    let mut h = typed(80, 24, QUERY);
    h.keys("ctrl-r");
    answer(&mut h, page(4, true));
    assert!(
        h.asked
            .iter()
            .any(|(_, r)| matches!(r, Request::SqlStop { query: 1 }))
    );
}

#[test]
fn the_runs_of_a_result_become_the_list() {
    let mut h = typed(80, 24, QUERY);
    h.keys("ctrl-r");
    answer(&mut h, page(2, false));
    h.keys("o");
    assert_eq!(h.model.pane, Pane::Runs);
    let filter = h.model.runs.view.filter.clone();
    assert_eq!(filter, format!("id in ('{:032x}', '{:032x}')", 0, 1));
    assert!(trimtab_core::expr::parse(&filter, h.now).is_ok());
    h.keys("0");
    h.keys("ctrl-r");
    answer(&mut h, page(RUNS + 1, false));
    h.keys("o");
    assert!(
        h.model.toasts.iter().any(|t| t.text.contains("first 200")),
        "{:?}",
        h.model.toasts
    );
    assert!(trimtab_core::expr::parse(&h.model.runs.view.filter, h.now).is_ok());
}

#[test]
fn a_result_without_runs_says_what_to_select() {
    let mut h = typed(80, 24, "SELECT 1;");
    h.keys("enter");
    let mut plain = page(1, false);
    plain.table.columns.pop();
    plain.table.cells.pop();
    answer(&mut h, plain);
    h.keys("o");
    assert_eq!(h.model.pane, Pane::Sql);
    assert!(h.model.toasts[0].hint.contains("run_id"));
}

#[test]
fn names_are_completed_and_queries_recalled() {
    let mut h = typed(80, 24, "SELECT stat");
    insta::assert_snapshot!("sql_suggestions", h.frame());
    h.keys("tab");
    // No view is named yet: the columns of runs are offered.
    assert_eq!(h.model.sql.editor.text(), "SELECT status ");
    h.text("FROM ru");
    h.keys("tab");
    assert_eq!(h.model.sql.editor.text(), "SELECT status FROM runs ");
    h.keys("ctrl-r");
    h.keys("ctrl-u");
    h.text("FROM jobs;");
    h.keys("enter");
    h.keys("ctrl-p");
    assert_eq!(h.model.sql.editor.text(), "FROM jobs;");
    h.keys("up");
    assert_eq!(h.model.sql.editor.text(), "SELECT status FROM runs");
    h.keys("down down");
    assert_eq!(h.model.sql.editor.text(), "FROM jobs;");
}

#[test]
fn the_palette_runs_a_query() {
    let mut h = Harness::alive(80, 24);
    h.keys(":");
    h.text("sql SELECT 42");
    h.keys("enter");
    let asked = h.asked.iter().find_map(|(_, r)| match r {
        Request::Sql { question, .. } => Some(question.sql.clone()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("SELECT 42"));
}

#[test]
fn an_error_points_at_its_place() {
    let mut h = typed(80, 24, "SELECT name,");
    h.keys("enter");
    h.text("  nope FROM runs");
    h.keys("ctrl-r");
    let wrong = SqlWrong {
        message: "Binder Error: Referenced column \"nope\" not found in FROM clause!".into(),
        hint: "docs/sql.md lists views and columns.".into(),
        place: Some(SqlPlace { line: 2, column: 3 }),
    };
    h.answer(is_sql, Ok(Reply::Sql(SqlAnswer::Wrong(wrong))));
    assert_eq!(h.model.sql.editor.place(), (1, 2));
    insta::assert_snapshot!("sql_wrong", h.frame());
}

#[test]
fn frames_of_the_pane() {
    let mut h = Harness::alive(80, 24);
    h.keys("0");
    insta::assert_snapshot!("sql_empty", h.frame());
    h.send(Msg::Pasted(
        "SELECT * -- all\nFROM runs WHERE name = 'late';".into(),
    ));
    h.keys("ctrl-r");
    answer(&mut h, page(40, true));
    insta::assert_snapshot!("sql_rows", h.frame());
    h.keys("j j l l l l l");
    insta::assert_snapshot!("sql_scrolled", h.text_frame());
    h.send(Msg::Resized(200, 50));
    insta::assert_snapshot!("sql_rows_large", h.text_frame());
    h.keys("c");
    insta::assert_snapshot!("sql_chart_large", h.text_frame());
    h.send(Msg::Resized(80, 24));
    insta::assert_snapshot!("sql_chart", h.text_frame());
    h.keys("esc r");
    answer(&mut h, page(0, false));
    insta::assert_snapshot!("sql_no_rows", h.text_frame());
}

#[test]
fn a_plan_keeps_its_lines() {
    let mut h = typed(80, 24, "EXPLAIN FROM runs;");
    h.keys("enter");
    let plan: Vec<String> = (0..60).map(|i| format!("│ line {i}")).collect();
    let page = SqlPage {
        table: SqlTable {
            columns: vec![
                column("explain_key", SqlKind::Text),
                column("explain_value", SqlKind::Text),
            ],
            cells: vec![
                SqlCells::Text(vec![Some("physical_plan".into())]),
                SqlCells::Text(vec![Some(plan.join("\n"))]),
            ],
        },
        more: false,
        elapsed_ms: 1.0,
    };
    answer(&mut h, page);
    h.keys("G");
    assert!(h.text_frame().contains("line 59"));
    h.keys("g g");
    assert!(h.text_frame().contains("line 0"));
}

#[test]
fn text_from_the_store_cannot_steer_the_terminal() {
    let mut h = typed(80, 24, QUERY);
    h.keys("ctrl-r");
    let mut evil = page(1, false);
    evil.table.cells[1] = SqlCells::Text(vec![Some("a\u{1b}[31mb\u{1b}]0;x\u{7}".into())]);
    evil.table.columns[1].name = "n\u{1b}[2J".into();
    answer(&mut h, evil);
    h.keys("l");
    assert!(!h.text_frame().contains('\u{1b}'));
}

fn keys() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0",
        "a",
        "S",
        ";",
        "(",
        "'",
        "enter",
        "esc",
        "tab",
        "ctrl-r",
        "ctrl-n",
        "ctrl-p",
        "ctrl-u",
        "ctrl-w",
        "up",
        "down",
        "left",
        "right",
        "backspace",
        "j",
        "k",
        "l",
        "h",
        "G",
        "c",
        "e",
        "o",
        "n",
        "x",
        "i",
        "Y",
        "y",
        "q",
        "r",
    ])
}

proptest! {
    #[test]
    fn any_keys_and_answers_at_any_size(
        steps in prop::collection::vec((keys(), 0u8..6), 0..40),
        width in 1u16..120, height in 1u16..40,
    ) {
        let mut h = Harness::alive(80, 24);
        h.keys("0");
        h.send(Msg::Resized(width, height));
        for (key, what) in steps {
            h.keys(key);
            if what == 0 && h.asked.iter().any(|(_, r)| is_sql(r)) {
                answer(&mut h, page(usize::from(width % 7), height % 2 == 0));
            }
            let _ = h.buffer();
            let sql = &h.model.sql;
            prop_assert!(sql.list.selected < sql.rows().max(1));
            prop_assert!(sql.column < sql.table().map_or(1, |t| t.columns.len().max(1)));
            prop_assert!(sql.first <= sql.column);
        }
    }
}
