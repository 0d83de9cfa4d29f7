"""What deletion hides, what it refuses, and what restoring brings back."""

from mlflow.entities import Metric, Param, RunTag, ViewType


def run(client, raw, out):
    name = out.name("doomed")
    experiment = client.create_experiment(name)
    first = client.create_run(experiment, start_time=1000, run_name="first").info.run_id
    second = client.create_run(experiment, start_time=2000, run_name="second").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": [first, second]})
    client.log_metric(first, "m", 1.5, timestamp=5, step=0)

    out("delete run", lambda: client.delete_run(first))
    out("deleted run", lambda: client.get_run(first))
    out("delete run again", lambda: client.delete_run(first))
    out("raw delete run again", raw.post("runs/delete", run_id=first))
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL"):
        out(
            f"runs {view}",
            lambda: [
                r.info.run_name
                for r in client.search_runs([experiment], run_view_type=ViewType.from_string(view.lower()))
            ],
        )
    writes = {
        "log-metric": dict(key="a", value=1.0, timestamp=1),
        "log-parameter": dict(key="a", value="1"),
        "set-tag": dict(key="a", value="1"),
        "delete-tag": dict(key="mlflow.runName"),
        "log-batch": dict(metrics=[{"key": "a", "value": 1.0, "timestamp": 1}]),
        "log-batch ": dict(params=[{"key": "a", "value": "1"}]),
        "log-batch  ": {},
        "update": dict(status="FINISHED", end_time=7),
        "log-inputs": dict(datasets=[]),
        "outputs": dict(models=[]),
        "log-model": dict(model_json="{}"),
    }
    for path, fields in writes.items():
        out(f"deleted run, {path}", raw.post("runs/" + path.strip(), run_id=first, **fields))
    out("deleted run, history", raw.get("metrics/get-history", run_id=first, metric_key="m"))
    out("deleted run, artifacts", raw.get("artifacts/list", run_id=first))
    out(
        "deleted run, log",
        lambda: client.log_batch(first, [Metric("a", 1, 1, 1)], [Param("p", "1")], [RunTag("t", "1")]),
    )
    out("restore run", lambda: client.restore_run(first))
    out("restore run again", lambda: client.restore_run(first))
    out("restored run", lambda: client.get_run(first))
    out("raw delete nobody", raw.post("runs/delete", run_id="0" * 32))
    out("raw restore nobody", raw.post("runs/restore", run_id="0" * 32))
    out("raw delete, nothing", raw.post("runs/delete"))
    out("raw restore, nothing", raw.post("runs/restore"))

    out("delete a run before", lambda: client.delete_run(second))
    out("delete experiment", lambda: client.delete_experiment(experiment))
    out("deleted experiment", lambda: client.get_experiment(experiment))
    out("deleted experiment by name", lambda: client.get_experiment_by_name(name))
    out("delete experiment again", raw.post("experiments/delete", experiment_id=experiment))
    out(
        "its runs",
        lambda: [
            (r.info.run_name, r.info.lifecycle_stage)
            for r in client.search_runs([experiment], run_view_type=ViewType.ALL)
        ],
    )
    out("its active runs", lambda: len(client.search_runs([experiment])))
    out("its run", lambda: client.get_run(first).info)
    out("create a run in it", lambda: client.create_run(experiment))
    out("raw create a run in it", raw.post("runs/create", experiment_id=experiment))
    out("raw log to its run", raw.post("runs/log-metric", run_id=first, key="b", value=1.0, timestamp=1))
    out("tag it", raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="a", value="b"))
    out("rename it", raw.post("experiments/update", experiment_id=experiment, new_name=out.name("renamed")))
    out("take its name", raw.post("experiments/create", name=name))
    out("set_experiment", lambda: __import__("mlflow").set_experiment(name))
    for view in ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL:
        out(
            f"experiments {ViewType.to_string(view)}",
            lambda: [
                (e.name, e.lifecycle_stage)
                for e in client.search_experiments(view, filter_string=f"name LIKE '%{out.salt}'")
            ],
        )
    out("restore experiment", lambda: client.restore_experiment(experiment))
    out("restore experiment again", raw.post("experiments/restore", experiment_id=experiment))
    out("restored experiment", lambda: client.get_experiment(experiment))
    out(
        "its runs after",
        lambda: sorted(
            (r.info.run_name, r.info.lifecycle_stage)
            for r in client.search_runs([experiment], run_view_type=ViewType.ALL)
        ),
    )
    out("raw delete experiment nobody", raw.post("experiments/delete", experiment_id="999999"))
    out("raw restore experiment nobody", raw.post("experiments/restore", experiment_id="999999"))
    out("raw delete experiment, nothing", raw.post("experiments/delete"))
    out("delete the default", lambda: raw.post("experiments/delete", experiment_id="not a number"))
