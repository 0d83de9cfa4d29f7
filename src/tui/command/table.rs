//! The table. A name, its doc, its keys and what it does stand in one row.

use super::Scope::{
    Audit, Columns, Compare, Detail, Dialog, Digest, Everywhere, Fleet, Help, Monitors, Note,
    Prompt, Query, Registry, Retrain, Runs, Sql,
};
use super::{Command, Scope, Tier};
use crate::model::Model;
use crate::model::compare::View;
use crate::model::list::Move;
use crate::msg::Effect;
use crate::update::compare::{crowd, curves};
use crate::update::{
    act, alerts, compare, detail, dialog, digest, fleet, global, monitors, motion, mouse, notes,
    prompt, registry, retrain, run_acts, run_table, runs, sql, themes, zoom,
};

type Run = fn(&mut Model, &str) -> Vec<Effect>;

const fn row(
    name: &'static str,
    keys: &'static [&'static str],
    scopes: &'static [Scope],
    title: &'static str,
    doc: &'static str,
    run: Run,
) -> Command {
    Command {
        name,
        aliases: &[],
        title,
        doc,
        keys,
        scopes,
        tier: Tier::View,
        hint: 0,
        args: "",
        enabled: |_| true,
        run,
    }
}

impl Command {
    const fn hint(mut self, place: u8) -> Self {
        self.hint = place;
        self
    }
    const fn tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }
    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
    const fn args(mut self, args: &'static str) -> Self {
        self.args = args;
        self
    }
    const fn when(mut self, enabled: fn(&Model) -> bool) -> Self {
        self.enabled = enabled;
        self
    }
}

const CHARTS: &[Scope] = &[Fleet, Runs, Detail, Compare, Retrain, Sql];
const GRIDS: &[Scope] = &[Compare, Monitors, Sql];

/// Every command, in the order of help.
// One row to a command: the formatter would take seven lines for each.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    // Panes.
    row("go fleet", &["1"], &[Everywhere], "Fleet", "Shows every model in a row.", |m, _| global::open(m, crate::model::nav::Pane::Fleet)),
    row("go runs", &["2"], &[Everywhere], "Runs", "Shows the table of runs.", |m, _| global::open(m, crate::model::nav::Pane::Runs)),
    row("go compare", &["3"], &[Everywhere], "Compare", "Shows the curves of the marked runs.", |m, _| global::open(m, crate::model::nav::Pane::Compare)),
    row("go registry", &["4"], &[Everywhere], "Registry", "Shows versions, aliases and requests.", |m, _| global::open(m, crate::model::nav::Pane::Registry)),
    row("go monitors", &["5"], &[Everywhere], "Monitors", "Shows features by windows.", |m, _| global::open(m, crate::model::nav::Pane::Monitors)),
    row("go retrain", &["6"], &[Everywhere], "Retrain", "Shows jobs with their logs and curves.", |m, _| global::open(m, crate::model::nav::Pane::Retrain)),
    row("go audit", &["8"], &[Everywhere], "Audit", "Shows who did what, when and why.", |m, _| global::open(m, crate::model::nav::Pane::Audit)),
    row("sql", &["0"], &[Everywhere], "SQL", "Asks the store in SQL; with a query, runs it.", sql::open).args("[QUERY]"),
    // Moving.
    row("down", &["j", "down"], &[Everywhere], "down", "Moves down.", |m, _| motion::go(m, Move::By(1))),
    row("up", &["k", "up"], &[Everywhere], "up", "Moves up.", |m, _| motion::go(m, Move::By(-1))),
    row("left", &["h", "left"], GRIDS, "left", "Moves left: the window before, the read-out, or the column.", |m, _| motion::sideways(m, -1)),
    row("right", &["l", "right"], &[Monitors, Sql], "right", "Moves right: the next window, or the column.", |m, _| motion::sideways(m, 1)),
    row("first", &["g g", "home"], &[Everywhere], "first", "Moves to the first row.", |m, _| motion::go(m, Move::First)),
    row("last", &["G", "end"], &[Everywhere], "last", "Moves to the last row.", |m, _| motion::go(m, Move::Last)),
    row("half page down", &["ctrl-d"], &[Everywhere], "half page down", "Moves half a page down.", |m, _| motion::go(m, Move::HalfPages(1))),
    row("half page up", &["ctrl-u"], &[Everywhere], "half page up", "Moves half a page up.", |m, _| motion::go(m, Move::HalfPages(-1))),
    row("page down", &["pgdn"], &[Everywhere], "page down", "Moves a page down.", |m, _| motion::go(m, Move::HalfPages(2))),
    row("page up", &["pgup"], &[Everywhere], "page up", "Moves a page up.", |m, _| motion::go(m, Move::HalfPages(-2))),
    row("next region", &["tab"], &[Everywhere], "next region", "Moves the focus to the pane's next region.", |m, _| global::next_region(m)),
    row("view before", &["<"], &[Everywhere], "view before", "Goes back to the view before: pane, filter, detail and selection.", |m, _| global::travel(m, true))
        .when(|m| crate::model::trail::leads(m, true)),
    row("view after", &[">"], &[Everywhere], "view after", "Goes forward again to the view that was left by going back.", |m, _| global::travel(m, false))
        .when(|m| crate::model::trail::leads(m, false)),
    // Acts.
    row("promote", &["P"], &[Fleet, Runs, Registry], "promote", "Asks for the promotion of a version: the selected one, or the selected model's newest.", |m, _| act::promote(m))
        .tier(Tier::Production).hint(3).when(|m| m.may_act() && act::promotable(m).is_some()),
    row("approve", &["A"], &[Fleet, Registry], "approve", "Approves the selected request, or the selected model's newest one.", |m, _| act::approve(m))
        .tier(Tier::Production).hint(1).when(|m| m.may_act() && act::request(m).is_some()),
    row("reject", &["R"], &[Fleet, Registry], "reject", "Rejects the selected request, or the selected model's newest one.", |m, _| act::reject(m))
        .tier(Tier::Reversible).hint(2).when(|m| m.may_act() && act::request(m).is_some()),
    row("roll back", &["B"], &[Fleet, Registry, Monitors], "roll back", "Puts the last good version of the selected model back into production.", |m, _| act::roll_back(m))
        .tier(Tier::Production).hint(4).when(|m| m.may_act() && act::rollable(m).is_some()),
    row("retrain", &["T"], &[Fleet, Registry, Monitors, Retrain], "retrain", "Launches training for the selected model, on a window and with parameters of your choice.", |m, _| act::retrain(m))
        .tier(Tier::Reversible).hint(5).when(|m| m.may_act() && m.subject().is_some()),
    row("cancel job", &["R"], &[Retrain], "cancel job", "Ends the selected job.", |m, _| act::cancel_job(m))
        .tier(Tier::Reversible).hint(6).when(|m| m.may_act() && act::cancellable(m).is_some()),
    // Fleet.
    row("open model", &["enter"], &[Fleet], "monitors", "Opens the monitor of the selected model.", |m, _| fleet::open(m)).hint(6)
        .when(|m| m.fleet.monitor(m).is_some()),
    // Runs.
    row("open run", &["enter"], &[Runs], "detail", "Shows the selected run beside the table, the second time in detail with its tabs; opens or closes a group.", |m, _| runs::open(m)).hint(6)
        .when(|m| m.runs.selected(m).is_some()),
    row("mark", &["space"], &[Runs], "mark", "Marks the selected run for comparison, or unmarks it.", |m, _| runs::mark(m)).hint(7)
        .when(|m| m.runs.on_run(m)),
    row("mark range", &["v"], &[Runs], "range", "Begins a range; the second time, marks every run in it.", |m, _| runs::mark_range(m)).hint(0)
        .when(|m| m.runs.selected(m).is_some()),
    row("clear marks", &["u"], &[Runs, Compare], "clear marks", "Unmarks every run.", |m, _| runs::clear_marks(m)).hint(11)
        .when(|m| !m.runs.marks.is_empty()),
    row("compare", &["c"], &[Runs], "compare", "Draws the curves of the marked runs over each other.", |m, _| runs::compare(m)).hint(8)
        .when(|m| m.runs.selected(m).is_some()),
    row("sort", &["s"], &[Runs], "sort", "Chooses the order of the table; by several columns as metrics.auc:desc,started.", run_table::sort).hint(9)
        .args("[COLUMNS]"),
    row("filter", &["/"], &[Runs, Audit], "filter", "Shows only rows that match, while you type: words, and for runs conditions such as metrics.auc > 0.9.", |m, _| prompt::filter(m)).hint(10),
    row("columns", &["C"], &[Runs], "columns", "Chooses, orders and widens the columns of the table; auto lets the console choose.", run_table::columns).hint(12)
        .args("[COLUMNS]"),
    row("group", &["b"], &[Runs], "group", "Puts runs of one experiment, parameter or tag together, under the first of each group; none takes groups away.", run_table::group).hint(13)
        .args("[COLUMN]"),
    row("unfold", &["right"], &[Runs], "unfold", "Opens the selected group or parent.", |m, _| run_table::fold(m, Some(true))),
    row("fold", &["left"], &[Runs], "fold", "Closes the selected group or parent, or the one around the selected run.", |m, _| run_table::fold(m, Some(false))),
    row("nest", &["z"], &[Runs], "nest", "Folds child runs under their parents, or puts them beside each other.", |m, _| run_table::nest(m)),
    row("next unhealthy", &["!"], &[Runs], "next unhealthy", "Moves to the next run that is not well: a loss that is no number or diverged, a stall, a crash.", |m, _| run_table::next_unwell(m)).hint(14)
        .when(|m| m.runs.total(m) > 0),
    row("tag runs", &["t"], &[Runs], "tag", "Gives the marked runs, or the selected one, a tag, or takes it off.", run_acts::tag).args("[KEY=VALUE]")
        .tier(Tier::Reversible).hint(15).when(|m| m.may_act() && !m.runs.view.deleted && !run_acts::meant(m).is_empty()),
    row("delete runs", &["D"], &[Runs], "delete", "Deletes the marked runs, or the selected one; they can be restored.", |m, _| run_acts::delete(m))
        .tier(Tier::Reversible).hint(16).when(|m| m.may_act() && !m.runs.view.deleted && !run_acts::meant(m).is_empty()),
    row("restore runs", &["U"], &[Runs], "restore", "Restores the marked runs, or the selected one, of those that are deleted.", |m, _| run_acts::restore(m))
        .tier(Tier::Reversible).hint(5).when(|m| m.may_act() && m.runs.view.deleted && !run_acts::meant(m).is_empty()),
    row("deleted runs", &[], &[Runs], "deleted runs", "Shows the deleted runs, or the others again.", |m, _| run_table::toggle_deleted(m)),
    row("open view", &["V"], &[Runs], "views", "Opens a saved view: its filter, order, columns and groups.", run_table::open_view).hint(17)
        .args("[NAME]"),
    row("save view", &["W"], &[Runs], "save view", "Saves filter, order, columns and groups under a name.", run_table::save_view).args("[NAME]"),
    row("delete view", &[], &[Runs], "delete view", "Forgets a saved view.", run_table::delete_view).args("NAME"),
    row("reset view", &[], &[Runs], "reset view", "Shows all runs, newest first, with the usual columns.", |m, _| run_table::reset_view(m)),
    // A run in detail.
    row("next tab", &["]"], &[Detail], "next tab", "Shows the detail's next tab; Tab does so, too.", |m, _| detail::beside(m, 1)).hint(8),
    row("previous tab", &["[", "shift-tab"], &[Detail], "previous tab", "Shows the tab before.", |m, _| detail::beside(m, -1)).hint(8),
    row("tab", &[], &[Detail], "tab", "Shows a tab of the run in detail: overview, params, tags, metrics, inputs, artifacts, system, log, notes.", detail::show_named)
        .args("NAME").when(detail::is_front),
    row("next run", &["J"], &[Detail], "next run", "Shows the next run of the table in the same tab.", |m, _| detail::next_run(m, 1)),
    row("previous run", &["K"], &[Detail], "previous run", "Shows the run before of the table in the same tab.", |m, _| detail::next_run(m, -1)),
    row("open entry", &["enter"], &[Detail], "open", "Shows the chart of the selected metric, a value in full, a file; opens or closes a folder; edits the note.", |m, _| detail::closer(m)).hint(6)
        .when(detail::can_go_closer),
    row("backwards", &["left", "h"], &[Detail], "left", "Moves the chart's read-out or a long line to the left; closes a folder.", |m, _| motion::sideways(m, -1)),
    row("forwards", &["right"], &[Detail, Compare], "right", "Moves the read-out, the column or a long line to the right; opens a folder.", |m, _| motion::sideways(m, 1)),
    row("find", &["/"], &[Detail], "find", "Shows only lines of the list that have what you type; in a text, goes to it.", |m, _| prompt::filter(m)).hint(10),
    row("next match", &["n"], &[Detail], "next match", "Goes to the next place in the text that has what is looked for.", |m, _| detail::next_match(m, true)).hint(11)
        .when(detail::can_seek),
    row("previous match", &["N"], &[Detail], "previous match", "Goes to the place before.", |m, _| detail::next_match(m, false)).when(detail::can_seek),
    row("wrap", &["w"], &[Detail], "wrap", "Lets long lines go on in the next row, or cuts them off.", |m, _| detail::wrap(m)).hint(12).when(detail::has_text),
    row("line numbers", &["#"], &[Detail], "line numbers", "Shows numbers before the lines of a file, or no more.", |m, _| detail::files::numbers(m)).when(detail::files::is_viewing),
    row("view as", &["v"], &[Detail], "view as", "Shows the file in the next form that suits it: table, image, set Markdown or JSON, text, bytes.", |m, _| detail::files::next_form(m)).hint(9)
        .when(detail::files::is_viewing),
    row("log there", &["l"], &[Detail, Compare], "log", "Opens the log of the run's job at the moment of the point that is read out; in Compare that of the selected run, and in its tables moves to the right.", |m, _| detail::moment::there(m))
        .when(detail::moment::leads_there),
    row("follow log", &["f", "F"], &[Detail], "follow", "Keeps the log at its end, or lets it stand.", |m, _| detail::log::follow(m)).hint(7).when(detail::log::is_log),
    row("log times", &["t"], &[Detail], "times", "Shows when each line of the log arrived, or no more.", |m, _| detail::log::times(m)).hint(8).when(detail::log::is_log),
    row("edit note", &["E"], &[Runs, Detail, Registry], "note", "Edits the note, in Markdown, on the run in front or the selected version.", |m, _| notes::edit(m))
        .tier(Tier::Reversible).hint(14).when(|m| m.may_act() && notes::subject(m).is_some()),
    row("edit model note", &["M"], &[Registry], "model note", "Edits the note, in Markdown, on the selected model.", |m, _| notes::edit_model(m))
        .tier(Tier::Reversible).hint(15).when(|m| m.may_act() && m.registry.selected_model(m).is_some()),
    // Charts.
    row("metric", &["m"], &[Runs, Detail, Compare, Retrain], "metric", "Chooses the metric of the curve.", |m, _| compare::choose_metric(m)).hint(7)
        .when(compare::has_metrics),
    row("charts", &["c"], &[Compare], "charts", "Shows the curves of the compared runs.", |m, _| compare::show(m, View::Charts)),
    row("differences", &["x"], &[Compare], "parameters", "Shows the parameters and tags that differ among the runs; the second time, all of them.", |m, _| compare::params(m)),
    row("metric table", &["t"], &[Compare], "metrics", "Shows every metric of the runs, the best marked, each against the baseline.", |m, _| compare::show(m, View::Metrics)),
    row("scatter", &["s"], &[Compare], "scatter", "Shows each run as a point between two columns: parameters, metrics, times. X and m choose them.", crowd::scatter).args("[X,Y]"),
    row("parallel", &["p"], &[Compare], "parallel", "Shows each run as a line across axes of parameters and metrics.", crowd::parallel).args("[COLUMNS]"),
    row("importance", &["i"], &[Compare], "importance", "Shows how each parameter goes with the metric: rank correlation, on how many runs, and what is left out.", |m, _| compare::show(m, View::Importance)),
    row("baseline", &["b"], &[Compare], "baseline", "Measures the other runs against the selected one; the second time, against the first again.", |m, _| compare::baseline(m)).hint(8)
        .when(compare::several),
    row("best first", &["o"], &[Compare], "best first", "Puts the compared runs into the order of the selected metric, the best first.", |m, _| compare::best_first(m)).hint(9)
        .when(|m| compare::in_table(m) && compare::several(m)),
    row("better", &["d"], &[Compare], "better", "Says which way the selected metric gets better: higher, lower, neither.", |m, _| compare::better(m)).hint(9)
        .when(compare::in_table),
    row("statistic", &["v"], &[Compare], "values", "Goes through the latest, the least and the greatest values of the metrics.", |m, _| compare::statistic(m)).hint(9)
        .when(compare::has_statistic),
    row("x axis", &["X"], &[Compare], "x axis", "Goes through step, elapsed time, wall-clock time and what the runs count (epochs), any metric when named; in the scatter, chooses what is across.", curves::axis).args("[AXIS]").hint(12)
        .when(|m| curves::has_curves(m) || m.compare.view == View::Scatter),
    row("smooth", &["S"], &[Compare], "smooth", "Goes through four strengths of smoothing; the raw curve stays behind it.", |m, _| curves::smooth(m)).hint(12).when(curves::has_curves),
    row("log scale", &["L"], &[Compare], "log", "Goes through even, logarithmic and symlog y: logarithmic on both sides of zero.", |m, _| curves::spread(m)).hint(12).when(|m| curves::has_curves(m) || m.compare.view == View::Scatter),
    row("clip", &["%"], &[Compare], "clip", "Makes room on y for all values, for all but 1% at either end, or all but 5%.", |m, _| curves::clip(m)).hint(12).when(curves::has_curves),
    row("closer", &["enter"], &[Compare], "closer", "Gives the chart in front all the room, or shows all of them again; of a parameter by importance, shows the scatter.", |m, _| compare::closer(m)).hint(9)
        .when(compare::can_go_closer),
    row("next chart", &["n"], &[Compare], "next chart", "Moves to the next chart.", |m, _| curves::next_chart(m, 1)).hint(9).when(curves::several_charts),
    row("previous chart", &["N"], &[Compare], "previous chart", "Moves to the chart before.", |m, _| curves::next_chart(m, -1)).when(curves::several_charts),
    row("zoom in", &["+"], &[Runs, Detail, Compare], "zoom in", "Shows half of the x axis, around the read-out; points that were left out of the whole curve are asked for.", |m, _| zoom::closer(m)).when(zoom::can_zoom),
    row("zoom out", &["-"], &[Runs, Detail, Compare], "zoom out", "Shows twice as much of the x axis; hides the selected one of parallel axes.", |m, _| zoom::out(m)).when(zoom::can_pan),
    row("pan left", &["["], &[Runs, Compare], "pan left", "Moves the zoomed part, or the selected one of parallel axes, to the left.", |m, _| zoom::pan(m, -0.25)).when(zoom::can_pan),
    row("pan right", &["]"], &[Runs, Compare], "pan right", "Moves the zoomed part, or the selected one of parallel axes, to the right.", |m, _| zoom::pan(m, 0.25)).when(zoom::can_pan),
    row("pan curve left", &["{"], &[Detail], "pan left", "Moves the zoomed part of the run's curve to the left.", |m, _| zoom::pan(m, -0.25)).when(zoom::can_pan),
    row("pan curve right", &["}"], &[Detail], "pan right", "Moves the zoomed part of the run's curve to the right.", |m, _| zoom::pan(m, 0.25)).when(zoom::can_pan),
    row("reset chart", &["="], &[Runs, Detail, Compare], "reset", "Shows the whole curve again, without read-out; puts back the usual parallel axes.", |m, _| zoom::reset(m)).hint(13)
        .when(zoom::is_moved),
    row("export", &["e"], CHARTS, "export", "Writes the chart in front as SVG and PNG, a table of Compare as CSV, JSON and Parquet, one of SQL as CSV and JSON, a file of a run as it is.", |m, _| global::export(m)).hint(20)
        .when(|m| global::chart(m).is_some() || global::sheet(m).is_some() || detail::files::meant(m).is_some()),
    // Registry.
    row("show run", &["enter"], &[Registry], "its run", "Shows the run that made the selected version.", |m, _| registry::show_run(m)).hint(7)
        .when(|m| registry::run_of(m).is_some()),
    // Monitors.
    row("next drift", &["n"], &[Monitors], "next drift", "Moves to the next window in which the row drifted or fell under its bound.", |m, _| monitors::jump(m, true)).hint(7)
        .when(monitors::has_windows),
    row("previous drift", &["N"], &[Monitors], "previous drift", "Moves to the window before in which the row drifted or fell under its bound.", |m, _| monitors::jump(m, false))
        .when(monitors::has_windows),
    row("next segment", &["s"], &[Monitors], "segment", "Shows the rows of the next segment alone; all rows again after the last.", |m, _| monitors::segment(m, true)).hint(8)
        .when(monitors::has_segments),
    row("previous segment", &["S"], &[Monitors], "previous segment", "Shows the rows of the segment before alone.", |m, _| monitors::segment(m, false))
        .when(monitors::has_segments),
    row("run monitor", &["r"], &[Monitors], "run now", "Looks for new files and judges what is new, now.", |m, _| monitors::run_now(m)).hint(9)
        .when(|m| m.is_up() && m.monitors.current(m).is_some()),
    row("acknowledge alert", &["a"], &[Monitors], "acknowledge", "Looks after the alert that fires: it no longer escalates.", alerts::acknowledge)
        .args("[NOTE]").when(|m| alerts::open_one(m).is_some()),
    row("snooze alert", &["z"], &[Monitors], "snooze", "Keeps the alert quiet for some of the data's time.", alerts::snooze)
        .args("[SPAN]").when(|m| alerts::open_one(m).is_some()),
    row("choose monitor", &["m"], &[Monitors], "monitor", "Chooses which monitor to show.", |m, _| monitors::choose(m)).hint(10)
        .when(|m| m.data.monitor_rows().len() > 1),
    // Retrain.
    row("logs", &["l"], &[Retrain], "logs", "Gives the log the whole lower half, and back.", |m, _| retrain::wide_log(m)).hint(8),
    row("follow", &["F"], &[Retrain], "follow", "Keeps the log at its end, or lets it stand.", |m, _| retrain::follow(m)).hint(9),
    // SQL.
    row("edit query", &["i", "enter"], &[Sql], "query", "Goes back to the query.", |m, _| sql::edit(m)).hint(1),
    row("run again", &["r", "ctrl-r"], &[Sql], "run", "Runs the query again.", |m, _| sql::run(m)).hint(2)
        .when(|m| m.is_up()),
    row("stop query", &["x"], &[Sql], "stop", "Stops the query that runs.", |m, _| sql::cancel(m)).hint(3)
        .when(|m| m.sql.running.is_some()),
    row("chart result", &["c"], &[Sql], "chart", "Draws the result: the first column across, other columns of numbers as curves; the second time, the table again.", |m, _| sql::chart(m)).hint(4)
        .when(|m| m.sql.rows() > 0),
    row("as runs", &["o"], &[Sql], "as runs", "Shows the runs that the result names (run_id) in the Runs pane.", |m, _| sql::as_runs(m)).hint(5)
        .when(|m| m.sql.rows() > 0),
    row("new query", &["n"], &[Sql], "new query", "Begins an empty query; the one before is kept in the history.", |m, _| sql::clear(m)).hint(6),
    row("run query", &["ctrl-r", "f5"], &[Query], "run", "Runs the query; Enter does after a semicolon at its end.", |m, _| sql::run(m)).hint(1),
    row("complete query", &["tab"], &[Query], "complete", "Puts in the selected suggestion: a view, a column, a function, a keyword.", |m, _| sql::complete(m)).hint(2),
    row("next suggestion", &["ctrl-n"], &[Query], "next", "Moves to the next suggestion, or to the query run after.", |m, _| sql::step(m, 1)).hint(3),
    row("previous suggestion", &["ctrl-p"], &[Query], "before", "Moves to the suggestion before, or to the query run before; up does on the first line.", |m, _| sql::step(m, -1)).hint(3),
    row("leave query", &["esc"], &[Query], "leave", "Sends suggestions away, stops the query that runs, or goes to the result.", |m, _| sql::leave(m)).hint(4),
    row("query help", &["f1"], &[Query], "help", "Shows every key.", |m, _| global::help(m)).hint(31),
    // Everywhere.
    row("copy id", &["y"], &[Everywhere], "copy id", "Copies the selected row's id: over SSH to the clipboard of this terminal (OSC 52), else to the machine's.", |m, _| global::copy(m, false)),
    row("copy value", &["Y"], &[Everywhere], "copy value", "Copies the selected row in full: over SSH to the clipboard of this terminal (OSC 52), else to the machine's.", |m, _| global::copy(m, true)),
    row("palette", &[":"], &[Everywhere], "command", "Opens the command line with completion and history.", |m, _| prompt::palette(m)).hint(30),
    row("help", &["?", "f1"], &[Everywhere], "help", "Shows every key.", |m, _| global::help(m)).hint(31),
    row("back", &["esc"], &[Everywhere], "back", "Leaves the detail, the range or the message.", |m, _| global::back(m)),
    row("back or quit", &["q"], &[Everywhere], "quit", "Goes back one step; with none left, leaves the console. The agent goes on.", |m, _| global::back_or_quit(m)).hint(32),
    row("quit", &["ctrl-c"], &[Everywhere, Query, Dialog, Prompt, Columns, Note, Help], "quit at once", "Leaves the console at once. The agent goes on.", |_, _| vec![Effect::Quit])
        .aliases(&["q", "q!", "exit"]),
    row("refresh", &["f5"], &[Everywhere], "refresh", "Asks the agent for everything anew, and draws the screen anew.", |m, _| global::refresh(m)),
    row("theme", &[], &[Everywhere], "theme", "Chooses the theme, showing each while you move; with a name, takes that one.", themes::choose).args("[NAME]"),
    row("mouse", &[], &[Everywhere], "mouse", "Takes the mouse from the terminal (click, wheel, drag in a chart), or leaves it; with shift, a drag still selects text.", |m, _| mouse::toggle(m)),
    row("stats", &[], &[Everywhere], "stats", "Shows in the header what drawing costs: bytes and frames in a second, time for a frame, for the terminal and for an answer; and no more.", |m, _| global::stats(m)),
    row("digest", &[], &[Everywhere], "digest", "Shows again what changed while you were away.", |m, _| digest::again(m)),
    row("suspend", &[], &[Everywhere], "suspend", "Stops the console until the shell continues it; the same as ctrl-z.", |_, _| vec![Effect::Suspend]),
    row("reload policy", &[], &[Everywhere], "reload policy", "Makes the agent read trimtab.toml again.", |m, _| global::reload_policy(m)).when(Model::may_act),
    row("demo speed", &[], &[Everywhere], "demo speed", "Sets the milliseconds between two weeks of the demonstration; 0 is as fast as possible.", global::demo_speed)
        .args("MS").when(|m| m.may_act() && m.data.demo.is_some()),
    row("demo pause", &[], &[Everywhere], "demo pause", "Makes the demonstration stand still.", |m, _| global::demo_pause(m)).when(|m| m.may_act() && m.data.demo.is_some()),
    row("demo resume", &[], &[Everywhere], "demo resume", "Lets the demonstration go on, until a day (YYYY-MM-DD) if one is given.", global::demo_resume)
        .args("[DAY]").when(|m| m.may_act() && m.data.demo.is_some()),
    // Dialogs.
    row("press", &["enter"], &[Dialog], "press", "Presses the focused button; in a field, goes to the next.", |m, _| dialog::press(m)).hint(1),
    row("next part", &["tab", "down"], &[Dialog], "next", "Moves to the next field or button.", |m, _| dialog::step(m, 1)).hint(2),
    row("previous part", &["shift-tab", "up"], &[Dialog], "previous", "Moves to the field or button before.", |m, _| dialog::step(m, -1)),
    row("cancel", &["esc"], &[Dialog], "cancel", "Closes the dialog; nothing is done.", |m, _| dialog::close(m)).hint(3),
    // Prompts.
    row("accept", &["enter"], &[Prompt], "accept", "Takes the selected entry, or keeps the filter.", |m, _| prompt::accept(m)).hint(1),
    row("complete", &["tab"], &[Prompt], "complete", "Completes the selected command's name, or the word at the cursor of a filter.", |m, _| prompt::complete(m)).hint(2)
        .when(|m| matches!(m.layers.last(), Some(crate::model::layer::Layer::Palette(_) | crate::model::layer::Layer::Filter(_)))),
    row("next entry", &["down", "ctrl-n"], &[Prompt], "next", "Moves to the next entry.", |m, _| prompt::step(m, 1)).hint(3),
    row("previous entry", &["up", "ctrl-p"], &[Prompt], "previous", "Moves to the entry before; in an empty palette, recalls the last line.", |m, _| prompt::step(m, -1)),
    row("leave prompt", &["esc"], &[Prompt], "leave", "Closes the prompt; a filter is cleared.", |m, _| prompt::leave(m)).hint(4),
    // The list of columns.
    row("next column", &["j", "down"], &[Columns], "down", "Moves to the next column.", |m, _| run_table::in_columns(m, |l| l.step(1))).hint(2),
    row("previous column", &["k", "up"], &[Columns], "up", "Moves to the column before.", |m, _| run_table::in_columns(m, |l| l.step(-1))),
    row("show column", &["space"], &[Columns], "show or hide", "Shows the selected column, or hides it.", |m, _| run_table::in_columns(m, crate::model::run_columns::ColumnList::toggle)).hint(1),
    row("move column up", &["K", "shift-up"], &[Columns], "move", "Moves the selected column to the left.", |m, _| run_table::in_columns(m, |l| l.shift(-1))).hint(3),
    row("move column down", &["J", "shift-down"], &[Columns], "move", "Moves the selected column to the right.", |m, _| run_table::in_columns(m, |l| l.shift(1))).hint(3),
    row("widen column", &["+", "right"], &[Columns], "wider", "Makes the selected column wider.", |m, _| run_table::widen(m, 2)).hint(4),
    row("narrow column", &["-", "left"], &[Columns], "narrower", "Makes the selected column narrower.", |m, _| run_table::widen(m, -2)).hint(4),
    row("sort column", &["s"], &[Columns], "sort", "Orders by the selected column too: largest first, least first, not at all.", |m, _| run_table::sort_column(m)).hint(5),
    row("auto columns", &["a"], &[Columns], "auto", "Lets the console choose the columns.", |m, _| run_table::auto_columns(m)).hint(6),
    row("keep columns", &["enter", "C", "q"], &[Columns], "keep", "Closes the list and keeps the columns.", |m, _| run_table::close_columns(m, true)).hint(7),
    row("undo columns", &["esc"], &[Columns], "undo", "Closes the list and puts back the columns that were.", |m, _| run_table::close_columns(m, false)).hint(8),
    // The editor of a note.
    row("save note", &["ctrl-o", "f2"], &[Note], "save", "Saves the note.", |m, _| notes::save(m)).hint(1),
    row("edit outside", &["ctrl-e"], &[Note], "own editor", "Opens what is written in the editor of $VISUAL or $EDITOR; what that leaves comes back here.", |m, _| notes::outside(m)).hint(2),
    row("leave note", &["esc"], &[Note], "leave", "Leaves the editor; what is not saved is lost, after a warning.", |m, _| notes::leave(m)).hint(3),
    // The digest; any other key leaves it and does what it does.
    row("next change", &["j", "down"], &[Digest], "down", "Moves to the next change.", |m, _| digest::step(m, 1)).hint(2),
    row("previous change", &["k", "up"], &[Digest], "up", "Moves to the change before.", |m, _| digest::step(m, -1)),
    row("open change", &["enter"], &[Digest], "go there", "Shows the selected change where it happened.", |m, _| digest::open(m)).hint(1),
    row("dismiss", &["esc", "q", "space"], &[Digest], "dismiss", "Closes the digest, as every other key does before it does its own work.", |m, _| global::close_layer(m)).hint(3),
    // Help.
    row("scroll down", &["j", "down", "ctrl-d", "pgdn", "space"], &[Help], "scroll", "Scrolls down.", |m, _| global::scroll_help(m, 8)).hint(1),
    row("scroll up", &["k", "up", "ctrl-u", "pgup"], &[Help], "scroll up", "Scrolls up.", |m, _| global::scroll_help(m, -8)),
    row("close help", &["esc", "q", "?", "enter"], &[Help], "close", "Closes this page.", |m, _| global::close_layer(m)).hint(2),
];
