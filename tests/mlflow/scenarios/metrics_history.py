"""Metrics: what is the latest, the order and the pages of a history, values at the edge of the reals."""

import math

from mlflow.entities import Metric


def run(client, raw, out):
    experiment = client.create_experiment(out.name("metrics"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    other = client.create_run(experiment, start_time=2, run_name="two").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": [it, other]})

    def latest(key):
        return [m for m in raw.get("runs/get", run_id=it)["run"]["data"]["metrics"] if m["key"] == key]

    out("log", lambda: client.log_metric(it, "m", 1, timestamp=100, step=5))
    # The latest is the one with the greatest step, then time, then value.
    for i, (value, time, step) in enumerate(
        [(2.0, 50, 5), (3.0, 100, 4), (0.5, 100, 5), (9.0, 100, 5), (1.0, 101, 5), (-1.0, 0, 6), (7.0, 9, -3)]
    ):
        out(f"log {i}", raw.post("runs/log-metric", run_id=it, key="m", value=value, timestamp=time, step=step))
        out(f"latest {i}", latest("m"))
    out("history", lambda: client.get_metric_history(it, "m"))
    out("raw history", raw.get("metrics/get-history", run_id=it, metric_key="m"))
    out("raw history by uuid", raw.get("metrics/get-history", run_uuid=it, metric_key="m"))
    page = raw.get("metrics/get-history", run_id=it, metric_key="m", max_results=3)
    pages = 0
    out("raw page 0", page)
    while page.status == 200 and page.body.get("next_page_token") and pages < 10:
        pages += 1
        page = raw.get(
            "metrics/get-history", run_id=it, metric_key="m", max_results=3, page_token=page["next_page_token"]
        )
        out(f"raw page {pages}", page)
    for what, query in {
        "no key": {"run_id": it},
        "unknown key": {"run_id": it, "metric_key": "nothing"},
        "nobody": {"run_id": "f" * 32, "metric_key": "m"},
        "no run": {"metric_key": "m"},
        "garbage token": {"run_id": it, "metric_key": "m", "max_results": 2, "page_token": "garbage"},
        "garbage token alone": {"run_id": it, "metric_key": "m", "page_token": "garbage"},
        "zero": {"run_id": it, "metric_key": "m", "max_results": 0},
        "negative": {"run_id": it, "metric_key": "m", "max_results": -1},
        "text": {"run_id": it, "metric_key": "m", "max_results": "many"},
        "great": {"run_id": it, "metric_key": "m", "max_results": 25001},
        "huge": {"run_id": it, "metric_key": "m", "max_results": 2**31},
        "exact": {"run_id": it, "metric_key": "m", "max_results": 8},
    }.items():
        out(f"history, {what}", raw.get("metrics/get-history", **query))

    client.log_batch(it, [Metric("twice", v, 1, s) for v, s in [(1.0, 0), (1.0, 0), (2.0, 1)]])
    client.log_batch(it, [Metric("twice", 1.0, 1, 0)])
    out("the same point twice", raw.get("metrics/get-history", run_id=it, metric_key="twice"))
    out(
        "unordered",
        lambda: client.log_batch(it, [Metric("u", float(i * 7 % 11), 1000 - i, i * 5 % 11) for i in range(11)]),
    )
    out("unordered history", raw.get("metrics/get-history", run_id=it, metric_key="u"))
    out("unordered latest", latest("u"))

    values = {
        "nan": math.nan,
        "inf": math.inf,
        "-inf": -math.inf,
        "max": 1.7976931348623157e308,
        "min": 5e-324,
        "-0": -0.0,
        "int": 3,
        "big int": 2**53 + 1,
        "1e400 text": "1e400",
        "nan text": "NaN",
        "inf text": "Infinity",
        "-inf text": "-Infinity",
        "text number": "1.5",
        "text": "abc",
        "empty": "",
        "bool": True,
        "null": None,
        "list": [1.0],
        "third": 1 / 3,
        "huge int": 10**400,
        "small nan": "nan",
    }
    for what, value in values.items():
        out(f"value {what}", raw.post("runs/log-metric", run_id=it, key=f"v {what}", value=value, timestamp=1, step=0))
    out(
        "nan then number",
        lambda: [client.log_metric(it, "nn", v, 1, s) for v, s in ((math.nan, 1), (1.0, 0), (2.0, 1))],
    )
    out("nan then number, latest", latest("nn"))
    out("nan then number, history", raw.get("metrics/get-history", run_id=it, metric_key="nn"))
    out("client nan", lambda: client.log_metric(it, "cn", math.nan, 1, 0))
    out("client inf", lambda: client.log_metric(it, "ci", math.inf, 1, 0))
    out("raw values", raw.get("runs/get", run_id=it))
    out("values", lambda: client.get_run(it).data.metrics)
    out("nan history", lambda: client.get_metric_history(it, "cn"))

    steps = {
        "text": "one",
        "text number": "4",
        "float": 2.0,
        "fraction": 2.5,
        "negative": -(2**40),
        "max": 2**63 - 1,
        "over": 2**63,
        "null": None,
        "bool": True,
    }
    for what, value in steps.items():
        out(f"step {what}", raw.post("runs/log-metric", run_id=it, key=f"s {what}", value=1.0, timestamp=1, step=value))
        out(f"time {what}", raw.post("runs/log-metric", run_id=it, key=f"t {what}", value=1.0, timestamp=value, step=0))
    for field in "run_id", "key", "value", "timestamp":
        whole = {"run_id": it, "key": "w", "value": 1.0, "timestamp": 1}
        out(f"log without {field}", raw.post("runs/log-metric", **{k: v for k, v in whole.items() if k != field}))
    out("log to nobody", raw.post("runs/log-metric", run_id="f" * 32, key="w", value=1.0, timestamp=1))
    out("log by uuid", raw.post("runs/log-metric", run_uuid=it, key="by uuid", value=1.0, timestamp=1))
    out(
        "log with dataset",
        raw.post("runs/log-metric", run_id=it, key="ds", value=1.0, timestamp=1, dataset_name="d", dataset_digest="g"),
    )
    out("dataset history", raw.get("metrics/get-history", run_id=it, metric_key="ds"))
    out(
        "log with model",
        raw.post("runs/log-metric", run_id=it, key="lm", value=1.0, timestamp=1, model_id="m-" + "0" * 32),
    )
    out("odd steps", lambda: sorted(client.get_run(it).data.metrics))

    client.log_batch(other, [Metric("m", float(i), 10 + i, i * 3) for i in range(50)])
    for what, query in {
        "both": dict(run_ids=[it, other], metric_key="m", max_results=5),
        "all": dict(run_ids=[other], metric_key="m"),
        "part": dict(run_ids=[other], metric_key="m", start_step=30, end_step=60, max_results=4),
        "one": dict(run_ids=[other], metric_key="m", max_results=1),
        "start alone": dict(run_ids=[other], metric_key="m", start_step=30, max_results=4),
        "turned": dict(run_ids=[other], metric_key="m", start_step=60, end_step=30, max_results=4),
        "empty range": dict(run_ids=[other], metric_key="m", start_step=1000, end_step=2000, max_results=4),
        "unknown key": dict(run_ids=[other], metric_key="nothing"),
        "no key": dict(run_ids=[other]),
        "no runs": dict(metric_key="m"),
        "nobody": dict(run_ids=["f" * 32], metric_key="m"),
        "too many": dict(run_ids=["f" * 32] * 101, metric_key="m"),
        "zero": dict(run_ids=[other], metric_key="m", max_results=0),
        "2501": dict(run_ids=[other], metric_key="m", max_results=2501),
        "text": dict(run_ids=[other], metric_key="m", max_results="x"),
    }.items():
        out(f"interval, {what}", raw.get("metrics/get-history-bulk-interval", **query))
    # Only the browser asks this, and in an order of run ids.
    out("bulk", raw.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", run_id=[it], metric_key="m"))
