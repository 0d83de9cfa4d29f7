"""Asks a real MLflow what it makes of filters and orders, and writes golden.json (see golden.rs).

Run with MLflow and its SQL store installed: python golden.py > golden.json. Ids are seeded; times are set by hand.
"""

import json
import math
import os
import random
import re
import sys
import tempfile
import uuid

RANDOM = random.Random(20)
uuid.uuid4 = lambda: uuid.UUID(int=RANDOM.getrandbits(128), version=4)
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import sqlalchemy  # noqa: E402
from mlflow.entities import (  # noqa: E402
    Dataset,
    DatasetInput,
    ExperimentTag,
    InputTag,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    Metric,
    Param,
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as Tracking  # noqa: E402
from mlflow.utils import search_utils as su  # noqa: E402
from mlflow.utils.search_logged_model_utils import parse_filter_string  # noqa: E402
from mlflow.version import VERSION  # noqa: E402

from golden_cases import FILTERS, ORDERS  # noqa: E402

# An artifact root that is no path of this machine.
ROOT = "mlflow-artifacts:/"
NAN, INF = float("nan"), float("inf")

# name, user, start, end, status, metrics, params, tags, datasets (name, digest, context)
RUNS = [
    ("alpha", "ann", 1000, 2000, "FINISHED", {"loss": 0.5, "acc": 1.0, "a b": 1.0}, {"lr": "0.1", "Model": "XGBoost"},
     {"team": "red", "mlflow.user": "ann"}, [("train.csv", "d1", "training")]),
    ("beta", "bob", 2000, None, "RUNNING", {"loss": NAN, "acc": 0.5}, {"lr": "0.01", "Model": "xgboost"},
     {"team": "Red"}, [("train.csv", "d2", "training"), ("test.csv", "d3", "eval")]),
    ("gamma", "ann", 2000, 3000, "FAILED", {"loss": INF}, {"lr": "0.10", "note": "it's \"odd\""}, {"team": ""}, []),
    ("delta_1", "Ünal", 1760000000123, 1760000000124, "KILLED", {"loss": -INF, "acc": 0.5}, {"note": "100%"}, {},
     [("test.csv", "d3", "eval")]),
    ("Delta%2", "ann", 1760000000122, None, "SCHEDULED", {"acc": -0.0, "a.b": 3.0}, {"x y": "1", "sel": "a\\"}, {"team": "blue\ngreen"}, []),
    ("épsilon", "bob", 1500, 1600, "FINISHED", {"loss": 0.5, "acc": 0.0}, {"lr": ""}, {"TEAM": "red", "x-y": "1"}, []),
    ("alpha", "cyd", 1000, 1999, "FINISHED", {"loss": 1e-300}, {"lr": "0.1"}, {"team": "red"}, [("Train.csv", "d1", "eval")]),
    ("zeta", "ann", 0, 0, "FINISHED", {}, {}, {}, []),
]
EXPERIMENTS = [
    ("churn", 3000, 3500, {"team": "red"}), ("Churn-2", 2000, 9000, {}), ("fraud", 2000, 2500, {"team": "blue", "": "x"}),
    ("fraud_eu", 1000, 1000, {"Team": "red"}), ("été", 4000, 4000, {"a b": "it's"}),
]
# name, created, updated, tags, versions (source, run, created, updated, tags)
MODELS = [
    ("churn", 3000, 9000, {"team": "red"}, [("s3://b/a", "r1", 1, 50, {"stage": "old"}), ("s3://b/b", "r2", 2, 40, {})]),
    ("Churn", 2000, 9000, {}, [("S3://b/a", "r1", 3, 50, {"stage": "new"})]),
    ("fraud", 1000, 1000, {"team": "blue"}, [(f"file:{i}", "r3", 10 + i, 10 + i, {}) for i in range(11)]),
    ("greeting", 500, 500, {"mlflow.prompt.is_prompt": "true"}, [("p", None, 5, 5, {"mlflow.prompt.is_prompt": "true"})]),
]
# name, type, source run, created, updated, ready, params, tags, metrics (key, value, time, step, dataset, digest)
LOGGED = [
    ("m1", "xgboost", "ra", 1000, 1500, True, {"lr": "0.1"}, {"k": "v"}, [("loss", 0.5, 1, 0, "train", "d1"), ("loss", 0.2, 2, 1, "test", "d2")]),
    ("m2", "sklearn", None, 2000, 2500, False, {"lr": "0.2"}, {}, [("loss", 0.4, 1, 0, "train", "d1"), ("a.b", 1.0, 1, 0, None, None)]),
    ("M1", "XGBoost", "rb", 2000, 2100, True, {"lr": "foo"}, {"k": "V", "x y": "z"}, []),
    ("m3", None, "ra", 500, 600, True, {}, {"k": "v"}, [("loss", 0.9, 5, 0, None, None)]),
]


def steady(message):
    """An error without what changes from run to run: the order of sets, addresses, SQL."""
    message = re.sub(r" at 0x[0-9a-f]+", "", message.split("\n")[0])
    return re.sub(r"{([^{}]*)}", lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", message)


def number(value):
    """JSON knows neither NaN nor infinities."""
    return str(value) if math.isnan(value) or math.isinf(value) else value


def tracking(uri):
    store = Tracking(uri, ROOT)

    def sql(text, **values):
        with store.engine.begin() as connection:
            connection.execute(sqlalchemy.text(text), values)

    experiments = []
    sql("update experiments set creation_time = 100, last_update_time = 100")
    experiments.append({"experiment_id": 0, "name": "Default", "creation_time": 100, "last_update_time": 100, "tags": {}})
    for name, created, updated, tags in EXPERIMENTS:
        number_ = store.create_experiment(name, None, [ExperimentTag(k, v) for k, v in tags.items() if k])
        sql("update experiments set creation_time = :c, last_update_time = :u where experiment_id = :i", c=created, u=updated, i=int(number_))
        experiments.append({"experiment_id": int(number_), "name": name, "creation_time": created, "last_update_time": updated,
                            "tags": store.get_experiment(number_).tags})

    runs = []
    for name, user, start, end, status, metrics, params, tags, datasets in RUNS:
        run = store.create_run("1", user, start, [RunTag(k, v) for k, v in tags.items()], name)
        store.log_batch(run.info.run_id, [Metric(k, v, start, 0) for k, v in metrics.items()], [Param(k, v) for k, v in params.items()], [])
        if datasets:
            store.log_inputs(run.info.run_id, [
                DatasetInput(Dataset(n, d, "local", "here"), [InputTag("mlflow.data.context", c)]) for n, d, c in datasets])
        store.update_run_info(run.info.run_id, RunStatus.from_string(status), end, None)
        run = store.get_run(run.info.run_id)
        info = run.info
        runs.append({
            "run_id": info.run_id, "run_name": info.run_name, "status": info.status, "user_id": info.user_id,
            "artifact_uri": info.artifact_uri, "start_time": info.start_time, "end_time": info.end_time,
            "metrics": {k: number(v) for k, v in run.data.metrics.items()}, "params": run.data.params, "tags": run.data.tags,
            "datasets": [{"name": n, "digest": d, "context": c} for n, d, c in datasets],
        })

    logged = []
    for name, kind, source, created, updated, ready, params, tags, metrics in LOGGED:
        model = store.create_logged_model("1", name, source, [LoggedModelTag(k, v) for k, v in tags.items()],
                                          [LoggedModelParameter(k, v) for k, v in params.items()], kind)
        if ready:
            store.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
        store.log_batch(runs[0]["run_id"], [Metric(k, v, t, s, model_id=model.model_id, dataset_name=n, dataset_digest=d)
                                            for k, v, t, s, n, d in metrics], [], [])
        sql("update logged_models set creation_timestamp_ms = :c, last_updated_timestamp_ms = :u where model_id = :i", c=created, u=updated, i=model.model_id)
        logged.append({
            "model_id": model.model_id, "name": name, "model_type": kind, "source_run_id": source,
            "status": "READY" if ready else "PENDING", "creation_timestamp": created, "last_updated_timestamp": updated,
            "params": params, "tags": tags,
            "measured": [{"key": k, "value": v, "timestamp": t, "step": s, "dataset_name": n, "dataset_digest": d} for k, v, t, s, n, d in metrics],
        })
    # Logging a model's metrics also logs them on the run: put its own back.
    sql("delete from metrics where run_uuid = :r and key in ('a.b')", r=runs[0]["run_id"])
    runs[0]["metrics"] = {k: number(v) for k, v in store.get_run(runs[0]["run_id"]).data.metrics.items()}
    return store, experiments, runs, logged


def registry(uri):
    store = Registry(uri)
    models, versions = [], []

    def sql(text, **values):
        with store.engine.begin() as connection:
            connection.execute(sqlalchemy.text(text), values)

    for name, created, updated, tags, its in MODELS:
        store.create_registered_model(name, [RegisteredModelTag(k, v) for k, v in tags.items()])
        for source, run, made, changed, marks in its:
            version = store.create_model_version(name, source, run, [ModelVersionTag(k, v) for k, v in marks.items()])
            sql("update model_versions set creation_time = :c, last_updated_time = :u where name = :n and version = :v",
                c=made, u=changed, n=name, v=int(version.version))
            versions.append({"id": f"{name}/{version.version}", "name": name, "version_number": int(version.version), "source_path": source,
                             "run_id": run, "creation_timestamp": made, "last_updated_timestamp": changed, "tags": marks})
        sql("update registered_models set creation_time = :c, last_updated_time = :u where name = :n", c=created, u=updated, n=name)
        models.append({"name": name, "creation_timestamp": created, "last_updated_timestamp": updated, "tags": tags})
    return store, models, versions


def main():
    with tempfile.TemporaryDirectory() as folder:
        uri = f"sqlite:///{folder}/golden.db"
        track, experiments, runs, logged = tracking(uri)
        register, models, versions = registry(uri)
        searches = {
            "runs": (lambda f, o: [r.info.run_id for r in track.search_runs(["1"], f, ViewType.ALL, 1000, o)],
                     su.SearchUtils.parse_search_filter),
            "experiments": (lambda f, o: [int(e.experiment_id) for e in track.search_experiments(ViewType.ALL, 1000, f, o)],
                            su.SearchExperimentsUtils.parse_search_filter),
            "models": (lambda f, o: [m.name for m in register.search_registered_models(f, 1000, o)],
                       su.SearchModelUtils.parse_search_filter),
            "versions": (lambda f, o: [f"{v.name}/{v.version}" for v in register.search_model_versions(f, 1000, o)],
                         su.SearchModelVersionUtils.parse_search_filter),
            "logged_models": (lambda f, o: [m.model_id for m in track.search_logged_models(["1"], f, None, 1000, o)],
                              lambda f: [{"type": c.entity.type.value, "key": c.entity.key, "comparator": c.op, "value": c.value}
                                         for c in parse_filter_string(f)]),
        }

        def ask(entity, text, order):
            search, parse = searches[entity]
            answer = {"entity": entity, "filter": text} if order is None else {"entity": entity, "order_by": order}
            try:
                answer["found"] = search(text, order)
            except MlflowException as error:
                answer["error"], answer["code"] = steady(error.message), error.error_code
            except Exception as error:  # noqa: BLE001: an accident inside MLflow is an answer too
                answer["error"], answer["code"] = steady(f"{type(error).__name__}: {error}"), "ACCIDENT"
            if order is None and "found" in answer:
                answer["clauses"] = [
                    {"type": c["type"], "key": c["key"], "comparator": c["comparator"].upper(),
                     "value": list(c["value"]) if isinstance(c["value"], tuple) else c["value"] if c["value"] is None else str(c["value"])}
                    for c in parse(text)
                ]
            return answer

        answers = [ask(e, f, None) for e, filters in FILTERS.items() for f in filters]
        answers += [ask(e, None, o) for e, orders in ORDERS.items() for o in orders]
        write({"runs": runs, "experiments": experiments, "models": models, "versions": versions,
               "logged_models": logged, "answers": answers})


def write(parts):
    """One line for each record and each answer."""
    lines = [f' "mlflow": {json.dumps(VERSION)}']
    for name, rows in parts.items():
        rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        lines.append(f' "{name}": [\n  {rows}\n ]')
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
