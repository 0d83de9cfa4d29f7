"""Parent and child runs."""

import mlflow


def run(client, raw, out):
    mlflow.set_experiment(out.name("nested"))
    with mlflow.start_run(run_name="parent") as parent:
        out("ids", {"experiment_id": parent.info.experiment_id, "run_id": parent.info.run_id})
        mlflow.log_metric("m", 1.0, step=0, timestamp=5)
        for i in range(3):
            with mlflow.start_run(run_name=f"child {i}", nested=True) as child:
                mlflow.log_param("i", i)
                with mlflow.start_run(run_name=f"grandchild {i}", nested=True):
                    mlflow.log_metric("deep", i, step=0, timestamp=5)
        out("start without nesting", lambda: mlflow.start_run(run_name="refused"))
    out("parent of child", lambda: client.get_parent_run(child.info.run_id).info.run_name)
    out("parent of parent", lambda: client.get_parent_run(parent.info.run_id))
    out(
        "by tag",
        lambda: sorted(
            r.info.run_name
            for r in client.search_runs(
                [parent.info.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
            )
        ),
    )
    out(
        "by quoted tag",
        lambda: sorted(
            r.info.run_name
            for r in client.search_runs(
                [parent.info.experiment_id], f"tags.`mlflow.parentRunId` = '{child.info.run_id}'"
            )
        ),
    )
    out(
        "without a parent",
        lambda: [
            r.info.run_name for r in client.search_runs([parent.info.experiment_id], "tags.mlflow.parentRunId IS NULL")
        ],
    )
    with mlflow.start_run(run_name="late child", parent_run_id=parent.info.run_id) as late:
        out("late child", lambda: client.get_run(late.info.run_id).data.tags)
    out("child of nobody", lambda: mlflow.start_run(run_name="orphan", parent_run_id="f" * 32))
    out("child", lambda: client.get_run(child.info.run_id))
    out("delete parent", lambda: client.delete_run(parent.info.run_id))
    out("children stay", lambda: sorted(r.info.run_name for r in client.search_runs([parent.info.experiment_id])))
    out("raw child", raw.get("runs/get", run_id=child.info.run_id))
