"""Two clients that want the same thing at once. Who wins is chance; what must hold is not."""

import threading

import mlflow
from mlflow.entities import Metric, Param

REQUESTS = False


def race(acts):
    """Starts all at once; each one's result, or its error's code."""
    start, out = threading.Barrier(len(acts)), [None] * len(acts)

    def work(i):
        start.wait()
        try:
            out[i] = ("ok", acts[i]())
        except mlflow.exceptions.MlflowException as error:
            out[i] = ("error", error.error_code)

    threads = [threading.Thread(target=work, args=[i]) for i in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


def codes(results):
    """How the race ended, without who was who."""
    return sorted("ok" if kind == "ok" else value for kind, value in results)


def run(client, raw, out):
    two = [client, mlflow.MlflowClient(out.url)]
    experiment = client.create_experiment(out.name("race"))
    runs = [client.create_run(experiment, start_time=i, run_name=f"r{i}").info.run_id for i in range(4)]

    made = race([lambda c=c: c.create_experiment(out.name("same")) for c in two])
    out("the same experiment", codes(made))
    out(
        "the same experiment, made once",
        [e.name for e in client.search_experiments(filter_string=f"name = '{out.name('same')}'")],
    )
    out("the same model", codes(race([lambda c=c: c.create_registered_model(out.name("model")) for c in two])))

    for i in range(5):
        ends = race([lambda c=c, v=v: c.log_batch(runs[0], params=[Param(f"p{i}", v)]) for c, v in zip(two, "ab")])
        value = client.get_run(runs[0]).data.params[f"p{i}"]
        winner = [v for (kind, _), v in zip(ends, "ab") if kind == "ok"]
        # MLflow calls the loser's mistake sometimes this and sometimes that.
        out(f"another value for one parameter {i}", {"the winner's": winner == [value]})
    # MLflow's losers may fail here too, so only that somebody wins is common to right servers.
    out(
        "the same value for one parameter",
        "ok" in codes(race([lambda c=c: c.log_batch(runs[0], params=[Param("q", "x")]) for c in two])),
    )
    out("one tag", "ok" in codes(race([lambda c=c, v=v: c.set_tag(runs[0], "t", v) for c, v in zip(two, "ab")])))
    out("one of its values", client.get_run(runs[0]).data.tags["t"] in "ab")

    def log(which, key):
        for i in range(15):
            two[which].log_batch(runs[1], [Metric(key, float(j), 1, i * 20 + j) for j in range(20)])

    out(
        "metrics of two",
        codes(race([lambda: log(0, "a"), lambda: log(1, "b"), lambda: log(0, "shared"), lambda: log(1, "other")])),
    )
    for key in "a", "b", "shared", "other":
        out(f"every point of {key}", [m.step for m in client.get_metric_history(runs[1], key)] == list(range(300)))
    out("their latest", client.get_run(runs[1]).data.metrics)

    def one_by_one(which):
        for i in range(40):
            two[which].log_metric(runs[2], "m", i * 2 + which, step=i * 2 + which, timestamp=5)

    out("one metric of two", codes(race([lambda: one_by_one(0), lambda: one_by_one(1)])))
    out("every point of it", sorted(m.step for m in client.get_metric_history(runs[2], "m")) == list(range(80)))
    out("its latest", client.get_run(runs[2]).data.metrics)

    versions = race(
        [
            lambda c=c: [
                raw.post("model-versions/create", name=out.name("model"), source="s3://b/x")
                .body.get("model_version", {})
                .get("version")
                for _ in range(4)
            ]
            for c in two
        ]
    )
    numbers = [v for _, found in versions for v in found if v]
    kept = [v.version for v in client.search_model_versions(f"name = '{out.name('model')}'")]
    out(
        "versions of one model",
        {"distinct": len(numbers) == len(set(numbers)), "kept": sorted(numbers) == sorted(kept)},
    )
    out(
        "one alias",
        "ok"
        in codes(
            race(
                [lambda c=c, v=v: c.set_registered_model_alias(out.name("model"), "best", v) for c, v in zip(two, "12")]
            )
        ),
    )
    out("one version has it", client.get_model_version_by_alias(out.name("model"), "best").version in "12")
    out("only one has it", len(client.get_registered_model(out.name("model")).aliases))
    out("delete a run twice", "ok" in codes(race([lambda c=c: c.delete_run(runs[3]) for c in two])))
    out("deleted", client.get_run(runs[3]).info.lifecycle_stage)
    ends = race(
        [
            lambda: client.delete_experiment(experiment),
            lambda: two[1].log_metric(runs[0], "late", 1.0, step=0, timestamp=1),
        ]
    )
    late = client.get_run(runs[0]).data.metrics.get("late")
    out(
        "deletion and a write",
        {"deleted": ends[0][0], "write and what is there agree": (ends[1][0] == "ok") == (late == 1.0)},
    )
