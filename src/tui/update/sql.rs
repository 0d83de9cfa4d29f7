//! What happens in the SQL pane.

use trimtab_core::sql::{SHOWN, SqlAnswer, SqlQuestion};
use trimtab_wire::{Reply, Request};

use super::run_filter;
use crate::format;
use crate::key::{Code, Key};
use crate::model::list::{List, Move};
use crate::model::nav::Pane;
use crate::model::sql::{Outcome, RUNS, Region, Running};
use crate::model::{Model, Tone};
use crate::msg::{Call, Effect, Trouble};
use crate::view::layout;

/// Whether keys are letters of a query now.
#[must_use]
pub fn is_writing(model: &Model) -> bool {
    model.pane == Pane::Sql && model.layers.is_empty() && model.sql.region == Region::Query
}

/// Opens the pane, ready to write; with a text, runs it.
pub fn open(model: &mut Model, args: &str) -> Vec<Effect> {
    model.pane = Pane::Sql;
    model.sql.region = Region::Query;
    if args.trim().is_empty() {
        return Vec::new();
    }
    model.sql.editor = crate::widget::editor::Editor::with(args.trim());
    model.sql.suggests = false;
    run(model)
}

/// Runs what is written. A query that runs is stopped for it.
pub fn run(model: &mut Model) -> Vec<Effect> {
    let text = model.sql.editor.text().trim().to_owned();
    if text.is_empty() {
        model.toast(
            Tone::Note,
            "There is no query to run.",
            "Write one, such as SELECT name, status FROM runs;",
        );
        return Vec::new();
    }
    if !model.is_up() {
        model.toast(
            Tone::Note,
            "Not connected to the agent; the console reconnects by itself.",
            "",
        );
        return Vec::new();
    }
    let mut effects = stop(model);
    model.sql.suggests = false;
    model.sql.remember(&text);
    model.sql.asked += 1;
    let query = model.sql.asked;
    // As it is written, so that the places of errors are places in the editor.
    let sql = model.sql.editor.text().to_owned();
    model.sql.running = Some(Running {
        query,
        text: sql.clone(),
        since: model.now,
    });
    let question = SqlQuestion {
        sql,
        rows: SHOWN,
        deadline_s: 0,
    };
    effects.push(model.ask(Call::Sql(query), Request::Sql { query, question }));
    effects
}

/// Stops the query that runs, if one does.
pub fn stop(model: &mut Model) -> Vec<Effect> {
    let Some(running) = model.sql.running.take() else {
        return Vec::new();
    };
    let query = running.query;
    vec![model.ask(Call::SqlStop, Request::SqlStop { query })]
}

/// Stops the query and says so.
pub fn cancel(model: &mut Model) -> Vec<Effect> {
    let effects = stop(model);
    if !effects.is_empty() {
        model.toast(Tone::Note, "The query was stopped.", "");
    }
    effects
}

/// Takes what came of a query; of an older one it is not wanted any more.
pub fn answered(model: &mut Model, query: u64, result: Result<Reply, Trouble>) -> Vec<Effect> {
    if model.sql.running.as_ref().is_none_or(|r| r.query != query) {
        return Vec::new();
    }
    let Some(running) = model.sql.running.take() else {
        return Vec::new();
    };
    match result {
        Ok(Reply::Sql(SqlAnswer::Page(page))) => {
            let more = page.more;
            let has_rows = page.table.rows() > 0;
            model.sql.outcome = Outcome::Page(Box::new(page));
            model.sql.list = List::default();
            (model.sql.column, model.sql.first) = (0, 0);
            model.sql.chart &= model.sql.curves().is_ok();
            if has_rows && model.sql.editor.text() == running.text {
                // Who waited for rows wants to look at them; who writes on goes on writing.
                model.sql.region = Region::Result;
            }
            if more {
                // What is shown is all that is asked for; the agent need not wait.
                return vec![model.ask(Call::SqlStop, Request::SqlStop { query })];
            }
        }
        Ok(Reply::Sql(SqlAnswer::Wrong(wrong))) => {
            if let Some(place) = wrong
                .place
                .filter(|_| model.sql.editor.text() == running.text)
            {
                model.sql.editor.go_to(place.line, place.column);
            }
            model.sql.outcome = Outcome::Wrong {
                text: running.text,
                wrong,
            };
        }
        Ok(_) => model.toast(
            Tone::Bad,
            "The agent answered with something else than was asked.",
            "Agent and console may be of different versions: trimtab agent status.",
        ),
        Err(trouble) => model.toast(Tone::Bad, trouble.message, trouble.hint),
    }
    Vec::new()
}

/// A key for the query that is written.
pub fn write(model: &mut Model, key: Key) -> Vec<Effect> {
    let at_end = || {
        let rest = &model.sql.editor.text()[model.sql.editor.cursor()..];
        rest.trim().is_empty() && model.sql.editor.text().trim_end().ends_with(';')
    };
    if key.code == Code::Enter && !key.ctrl && !key.alt && at_end() {
        return run(model);
    }
    let before = model.sql.editor.text().len();
    if model.sql.editor.key(key) {
        let typed = key.typed();
        // Suggestions follow what is typed, and go with what is not.
        let names = typed.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let rubs = model.sql.suggests && key.code == Code::Backspace;
        model.sql.suggests = names || (rubs && model.sql.editor.text().len() != before);
        model.sql.suggestion = 0;
        return Vec::new();
    }
    match key.code {
        // On the first line there is no line above: what was run before is.
        Code::Up if !key.ctrl => model.sql.recall(1),
        Code::Down if !key.ctrl => model.sql.recall(-1),
        _ => {}
    }
    Vec::new()
}

/// Pasted text is part of the query, line breaks too.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    model.sql.editor.insert(text);
    model.sql.suggests = false;
    Vec::new()
}

/// Puts in the selected suggestion; without any, asks for them.
pub fn complete(model: &mut Model) -> Vec<Effect> {
    let were_shown = std::mem::replace(&mut model.sql.suggests, true);
    let found = model.sql.completion();
    let is_typed = model.sql.editor.cursor() > found.from;
    if !were_shown && !is_typed && found.options.len() > 1 {
        // Nothing says yet which is meant: they are shown first.
        model.sql.suggestion = 0;
        return Vec::new();
    }
    if let Some(option) = found
        .options
        .get(model.sql.suggestion)
        .or(found.options.first())
    {
        let open = option.text.ends_with('(');
        let text = match open {
            true => option.text.clone(),
            false => format!("{} ", option.text),
        };
        model.sql.editor.replace_from(found.from, &text);
    }
    model.sql.suggests = false;
    model.sql.suggestion = 0;
    Vec::new()
}

/// Moves in the suggestions; without any, in the queries run before.
pub fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let options = model.sql.completion().options.len();
    if options == 0 {
        model.sql.recall(-by);
        return Vec::new();
    }
    let next = model.sql.suggestion.saturating_add_signed(by);
    model.sql.suggestion = next.min(options - 1);
    Vec::new()
}

/// Esc while writing: the suggestions go, then the query that runs is stopped, then the keys go to the result.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    if !model.sql.completion().options.is_empty() {
        model.sql.suggests = false;
        return Vec::new();
    }
    model.sql.suggests = false;
    if model.sql.running.is_some() {
        return cancel(model);
    }
    model.sql.region = Region::Result;
    Vec::new()
}

/// Back to the query.
pub fn edit(model: &mut Model) -> Vec<Effect> {
    model.sql.region = Region::Query;
    Vec::new()
}

/// An empty query.
pub fn clear(model: &mut Model) -> Vec<Effect> {
    if !model.sql.editor.text().trim().is_empty() {
        let text = model.sql.editor.text().trim().to_owned();
        model.sql.remember(&text);
    }
    model.sql.editor = Default::default();
    model.sql.suggests = false;
    edit(model)
}

/// Shows the result as a chart, or as a table again.
pub fn chart(model: &mut Model) -> Vec<Effect> {
    if model.sql.chart {
        model.sql.chart = false;
        return Vec::new();
    }
    match model.sql.curves() {
        Ok(_) => model.sql.chart = true,
        Err(why) => model.toast(
            Tone::Note,
            why,
            "The first column goes across, other columns of numbers are drawn.",
        ),
    }
    Vec::new()
}

/// Moves to the column before or after.
pub fn sideways(model: &mut Model, by: isize) {
    let columns = model.sql.table().map_or(0, |t| t.columns.len());
    let next = model.sql.column.saturating_add_signed(by);
    model.sql.column = next.min(columns.saturating_sub(1));
}

/// Moves among rows, or in a plan.
pub fn go(model: &mut Model, motion: Move) {
    let body = layout::screen(model.size).body;
    let area = layout::sql(body, model.sql.editor.lines()).1;
    let height = layout::sql_rows(area);
    let len = rows(model);
    model.sql.list.go(motion, len, height);
}

fn rows(model: &Model) -> usize {
    let plan = model.sql.plan().map(|p| p.lines().count());
    plan.unwrap_or_else(|| model.sql.rows())
}

/// Keeps selection, column and cursor where they can be seen.
pub fn clamp(model: &mut Model) {
    let body = layout::screen(model.size).body;
    let (query, result) = layout::sql(body, model.sql.editor.lines());
    let len = rows(model);
    let sql = &mut model.sql;
    sql.list.clamp(len, layout::sql_rows(result));
    sql.show_column(result.width);
    sql.editor.follow(
        query.width.saturating_sub(2),
        query.height.saturating_sub(1),
    );
    if sql.suggests {
        sql.suggestion = sql
            .suggestion
            .min(sql.completion().options.len().saturating_sub(1));
    }
}

/// Makes the runs that the result names the list of the Runs pane.
pub fn as_runs(model: &mut Model) -> Vec<Effect> {
    let ids = model.sql.run_ids();
    if ids.is_empty() {
        model.toast(
            Tone::Note,
            "The result names no runs.",
            "Select run_id, as in SELECT run_id FROM runs WHERE health IS NOT NULL;",
        );
        return Vec::new();
    }
    let quoted: Vec<String> = ids.iter().take(RUNS).map(|id| format!("'{id}'")).collect();
    run_filter::set_filter(model, &format!("id in ({})", quoted.join(", ")));
    model.pane = Pane::Runs;
    if ids.len() > RUNS {
        model.toast(
            Tone::Note,
            format!(
                "The first {RUNS} of the {} that the result names.",
                format::plural(ids.len() as u64, "run")
            ),
            "A list of runs from SQL has a bound; narrow the query.",
        );
    }
    Vec::new()
}
