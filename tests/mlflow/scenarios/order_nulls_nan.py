"""`order_by` of runs: several columns, nulls, NaN, infinities, ties, mistakes."""

import math

from mlflow.entities import Metric, Param, RunTag


def run(client, raw, out):
    experiment = client.create_experiment(out.name("order"))
    out("ids", {"experiment_id": experiment})
    values = [0.5, math.nan, None, -1.0, math.inf, None, 0.5, -math.inf, math.nan, 2.0]
    for i, value in enumerate(values):
        it = client.create_run(experiment, start_time=100 + (i * 3) % 11, run_name=f"r{i}").info.run_id
        metrics = [Metric("m", value, 1, 0)] if value is not None else []
        params = [Param("p", str([10, 9, 2, "b", "B", "a", "", "ä", "10", "1"][i]))] if i != 2 else []
        tags = [RunTag("t", str(i % 3))] if i % 4 else []
        client.log_batch(it, metrics + [Metric("other metric", float(i % 2), 1, 0)], params, tags)
        if i % 3 == 0:
            client.set_terminated(it, "FINISHED" if i % 2 else "FAILED", end_time=1000 - i)

    orders = """
metrics.m
metrics.m ASC
metrics.m DESC
metrics.m desc
metric.m
metrics.`m` DESC
metrics.`other metric` ASC, metrics.m DESC
metrics.nothing
metrics.nothing DESC
params.p
params.p DESC
param.p ASC
params.nothing
tags.t
tags.t DESC, params.p
tags.`mlflow.runName` DESC
attributes.start_time
attributes.start_time DESC
start_time ASC
attributes.end_time
attributes.end_time DESC
attributes.status
attributes.status DESC, attributes.start_time
attributes.run_name
attributes.run_name DESC
run_name
attributes.`run name`
attributes.created DESC
attributes.Created
attributes.user_id
tags.t ASC, attributes.start_time ASC, run_name ASC
metrics.m, metrics.m
metrics.m ASC, metrics.m DESC
start_time, start_time
attributes.start_time, start_time DESC
start_time, created

metrics
metrics.
metrics.m ASCENDING
metrics.m ASC DESC
metrics.m,
m
unknown.m
attributes.unknown
attributes.lifecycle_stage
metrics.m NULLS LAST
metrics.m; DROP TABLE runs
LENGTH(params.p)
-metrics.m
metrics.`m
1
*
""".strip("\n").splitlines()
    for order in orders:
        # A list of clauses, as the client sends it; one with a comma inside is for the server to refuse.
        out(
            f"[{order}]",
            lambda: [r.info.run_name for r in client.search_runs([experiment], order_by=order.split(", "))],
        )
    out(
        "in one text",
        lambda: [r.info.run_name for r in client.search_runs([experiment], order_by=["tags.t, run_name"])],
    )
    out("default", [r.info.run_name for r in client.search_runs([experiment])])
    out("raw number", raw.post("runs/search", experiment_ids=[experiment], order_by=[5]))
    out("raw text", raw.post("runs/search", experiment_ids=[experiment], order_by="run_name", filter="run_name = 'r1'"))
    out(
        "filter nan",
        lambda: [r.info.run_name for r in client.search_runs([experiment], "metrics.m != 0.5", order_by=["run_name"])],
    )
    out("raw m", [r.data.metrics.get("m") for r in client.search_runs([experiment], order_by=["run_name"])])
