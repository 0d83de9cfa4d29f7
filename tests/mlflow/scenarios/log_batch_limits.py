"""`log-batch`: what fits, what does not, and that a refused batch leaves nothing behind."""

from mlflow.entities import Metric, Param, RunTag


def metrics(n, key="m"):
    return [{"key": f"{key}{i % 10}", "value": float(i), "timestamp": 1, "step": i} for i in range(n)]


def pairs(n, key):
    return [{"key": f"{key}{i}", "value": str(i)} for i in range(n)]


def run(client, raw, out):
    experiment = client.create_experiment(out.name("batches"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": it})
    for what, fields in {
        "1000 metrics": {"metrics": metrics(1000)},
        "1001 metrics": {"metrics": metrics(1001)},
        "100 params": {"params": pairs(100, "p")},
        "101 params": {"params": pairs(101, "q")},
        "100 tags": {"tags": pairs(100, "t")},
        "101 tags": {"tags": pairs(101, "u")},
        "1000 together": {"metrics": metrics(800), "params": pairs(100, "p"), "tags": pairs(100, "t")},
        "1001 together": {"metrics": metrics(801), "params": pairs(100, "p"), "tags": pairs(100, "t")},
        "nothing": {},
        "empty lists": {"metrics": [], "params": [], "tags": []},
        "a mebibyte": {"tags": [{"key": "big", "value": "x" * 2**20}]},
        "twice the same param": {"params": [{"key": "d", "value": "1"}, {"key": "d", "value": "1"}]},
        "twice, other value": {"params": [{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]},
        "param again": {"params": [{"key": "p1", "value": "1"}]},
        "param changed": {
            "params": [{"key": "new", "value": "1"}, {"key": "p1", "value": "other"}],
            "tags": [{"key": "left", "value": "x"}],
            "metrics": [{"key": "left", "value": 1.0, "timestamp": 1}],
        },
        "several params changed": {"params": [{"key": "p1", "value": "other"}, {"key": "p2", "value": "other"}]},
        "twice the same tag": {"tags": [{"key": "dt", "value": "1"}, {"key": "dt", "value": "2"}]},
        "bad metric key": {
            "params": [{"key": "kept", "value": "1"}],
            "metrics": [{"key": "a#b", "value": 1.0, "timestamp": 1}],
        },
        "bad param key": {"params": [{"key": "a#b", "value": "1"}]},
        "bad tag key": {"tags": [{"key": "a/../b", "value": "1"}]},
        "long metric key": {"metrics": [{"key": "k" * 251, "value": 1.0, "timestamp": 1}]},
        "long param value": {"params": [{"key": "long", "value": "v" * 6001}]},
        "long tag value": {"tags": [{"key": "long", "value": "v" * 8001}]},
        "metric without key": {"metrics": [{"value": 1.0, "timestamp": 1}]},
        "metric without value": {"metrics": [{"key": "a", "timestamp": 1}]},
        "metric without time": {"metrics": [{"key": "a", "value": 1.0}]},
        "metric without step": {"metrics": [{"key": "nostep", "value": 1.0, "timestamp": 1}]},
        "metric, text value": {"metrics": [{"key": "a", "value": "abc", "timestamp": 1}]},
        "metric, text number": {"metrics": [{"key": "tn", "value": "1.25", "timestamp": "7", "step": "8"}]},
        "metric, negative time": {"metrics": [{"key": "a", "value": 1.0, "timestamp": -1}]},
        "metric, nan": {"metrics": [{"key": "nan", "value": "NaN", "timestamp": 1}]},
        "param without key": {"params": [{"value": "a"}]},
        "param without value": {"params": [{"key": "novalue"}]},
        "tag without key": {"tags": [{"value": "a"}]},
        "tag without value": {"tags": [{"key": "novalue"}]},
        "metrics no list": {"metrics": {"key": "a"}},
        "metrics of numbers": {"metrics": [1, 2]},
        "params as text": {"params": "abc"},
        "param, number": {"params": [{"key": "number", "value": 3}]},
        "unknown field": {"params": [{"key": "uf", "value": "1", "colour": "red"}], "shape": "round"},
        "null lists": {"metrics": None, "params": None, "tags": None},
        "nulls in lists": {"metrics": [None]},
        "run name by tag": {"tags": [{"key": "mlflow.runName", "value": "renamed"}]},
        "dataset": {
            "metrics": [{"key": "dsm", "value": 1.0, "timestamp": 1, "dataset_name": "d", "dataset_digest": "g"}]
        },
    }.items():
        out(what, raw.post("runs/log-batch", run_id=it, **fields))
    out("no run", raw.post("runs/log-batch", params=pairs(1, "z")))
    out("by uuid", raw.post("runs/log-batch", run_uuid=it, params=pairs(1, "z")))
    out("nobody", raw.post("runs/log-batch", run_id="f" * 32, params=pairs(1, "z")))
    out("nobody, empty", raw.post("runs/log-batch", run_id="f" * 32))
    after = raw.get("runs/get", run_id=it)
    out("left behind", after)

    two = client.create_run(experiment, start_time=2, run_name="two").info.run_id
    out(
        "client",
        lambda: client.log_batch(
            two,
            [Metric("a", 1, 2, 3)],
            [Param("b", "c" * 6001), Param("d", "5")],
            [RunTag("e", "f" * 9000), RunTag("g", "1.5")],
        ),
    )
    out(
        "client, many",
        lambda: client.log_batch(
            two,
            [Metric(f"m{i % 3}", i, i, i) for i in range(2500)],
            [Param(f"p{i}", str(i)) for i in range(250)],
            [RunTag(f"t{i}", str(i)) for i in range(250)],
        ),
    )
    seen = client.get_run(two).data
    out(
        "client, seen",
        {
            "metrics": seen.metrics,
            "params": len(seen.params),
            "tags": len(seen.tags),
            "long": len(seen.params.get("b", "")),
        },
    )
    out("client, async", lambda: client.log_batch(two, [Metric("async", 1, 1, 1)], synchronous=False).wait())
    out("client, async seen", lambda: client.get_run(two).data.metrics["async"])
    out("client, changed", lambda: client.log_batch(two, params=[Param("d", "6")]))
    out("client, duplicate", lambda: client.log_batch(two, params=[Param("x", "6"), Param("x", "7")]))
