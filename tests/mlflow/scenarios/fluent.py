"""The fluent interface: set_experiment, start, resume and end a run, last active run, search into a table."""

import mlflow


def run(client, raw, out):
    name = out.name("fluent")
    made = out("set_experiment", lambda: mlflow.set_experiment(name))
    out("set_experiment again", lambda: mlflow.set_experiment(name).experiment_id == made.experiment_id)
    out("set_experiment by id", lambda: mlflow.set_experiment(experiment_id=made.experiment_id).name)
    out("set_experiment by unknown id", lambda: mlflow.set_experiment(experiment_id="999999"))
    out("experiment tags", lambda: mlflow.set_experiment_tags({"a": "1", "b": "2"}))
    out("get_experiment_by_name", lambda: mlflow.get_experiment_by_name(name).tags)
    mlflow.set_experiment(name)
    with mlflow.start_run(run_name="first", tags={"x": "y"}, description="what it is") as first:
        out("start", first)
        mlflow.log_param("p", 1)
        mlflow.log_params({"q": "a", "r": [1, 2]})
        mlflow.log_metric("m", 0.5, step=1, timestamp=10)
        mlflow.log_metrics({"n": 1, "o": 2.5}, step=2, timestamp=11)
        mlflow.set_tag("t", 5)
        mlflow.set_tags({"u": "v", "w": None})
        out("active", lambda: mlflow.active_run().info.run_id == first.info.run_id)
        out("artifact uri", lambda: mlflow.get_artifact_uri())
        out("artifact uri of a path", lambda: mlflow.get_artifact_uri("a/b.txt"))
        out("delete tag", lambda: mlflow.delete_tag("u"))
        out("param changed", lambda: mlflow.log_param("p", 2))
    out("ended", lambda: mlflow.get_run(first.info.run_id))
    out("last active", lambda: mlflow.last_active_run().info.run_id == first.info.run_id)
    with mlflow.start_run(run_id=first.info.run_id):
        out("resumed", lambda: client.get_run(first.info.run_id).info)
        mlflow.log_metric("m", 0.75, step=2, timestamp=20)
    out("resumed and ended", lambda: client.get_run(first.info.run_id).info.status)
    out("history", lambda: client.get_metric_history(first.info.run_id, "m"))
    try:
        with mlflow.start_run(run_name="failing") as failing:
            raise RuntimeError("on purpose")
    except RuntimeError:
        out("failed", lambda: client.get_run(failing.info.run_id).info)
    mlflow.start_run(run_name="killed")
    killed = mlflow.active_run().info.run_id
    out("end as killed", lambda: mlflow.end_run("KILLED"))
    out("killed", lambda: client.get_run(killed).info.status)
    out("resume nobody", lambda: mlflow.start_run(run_id="f" * 32))
    out("resume deleted", lambda: (mlflow.delete_run(killed), mlflow.start_run(run_id=killed)))
    out("a run without a name", lambda: {"run_name": mlflow.start_run().info.run_name})
    mlflow.end_run()
    own = ["tags.mlflow.source.git.commit", "tags.mlflow.source.name", "start_time", "end_time"]
    out(
        "table",
        lambda: mlflow.search_runs(experiment_names=[name], filter_string="tags.x = 'y'").drop(
            columns=own, errors="ignore"
        ),
    )
    out(
        "table of all",
        lambda: len(
            mlflow.search_runs(
                search_all_experiments=True, filter_string=f"params.q = 'a' and run_id = '{first.info.run_id}'"
            )
        ),
    )
    out(
        "list",
        lambda: [
            r.info.run_name
            for r in mlflow.search_runs(
                [made.experiment_id], output_format="list", filter_string="run_name != 'x' and tags.x = 'y'"
            )
        ],
    )
    out("async metric", lambda: mlflow.log_metric("no run", 1.0, run_id=first.info.run_id, synchronous=False).wait())
    out("async params", lambda: mlflow.log_params({"async": 1}, run_id=first.info.run_id, synchronous=False).wait())
    out(
        "async seen",
        lambda: (
            client.get_run(first.info.run_id).data.metrics["no run"],
            client.get_run(first.info.run_id).data.params["async"],
        ),
    )
    out("delete experiment", lambda: mlflow.delete_experiment(made.experiment_id))
    out("raw run", raw.get("runs/get", run_id=first.info.run_id))
