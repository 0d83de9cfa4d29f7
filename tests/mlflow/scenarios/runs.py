"""Runs: created, read, updated and ended."""

import json

from mlflow.entities import RunStatus


def run(client, raw, out):
    experiment = client.create_experiment(out.name("runs"))
    out("experiment", {"experiment_id": experiment})
    made = out("create", lambda: client.create_run(experiment, start_time=1234, tags={"a": "b"}, run_name="named"))
    it = made.info.run_id
    out("get", lambda: client.get_run(it))
    out("raw get", raw.get("runs/get", run_id=it))
    out("raw get by uuid", raw.get("runs/get", run_uuid=it))
    out("random name", lambda: client.create_run(experiment))
    out("raw random name", raw.post("runs/create", experiment_id=experiment, start_time=77))
    out(
        "raw create",
        raw.post(
            "runs/create",
            experiment_id=experiment,
            user_id="ada",
            run_name="raw",
            start_time=99,
            tags=[{"key": "k", "value": "v"}],
        ),
    )
    out(
        "raw create, name by tag",
        raw.post(
            "runs/create", experiment_id=experiment, start_time=1, tags=[{"key": "mlflow.runName", "value": "by tag"}]
        ),
    )
    out(
        "raw create, name twice, same",
        raw.post(
            "runs/create",
            experiment_id=experiment,
            run_name="n",
            start_time=1,
            tags=[{"key": "mlflow.runName", "value": "n"}],
        ),
    )
    out(
        "raw create, name twice, differs",
        raw.post(
            "runs/create",
            experiment_id=experiment,
            run_name="n",
            start_time=1,
            tags=[{"key": "mlflow.runName", "value": "m"}],
        ),
    )
    out("raw create, no start", raw.post("runs/create", experiment_id=experiment, run_name="unstarted"))
    out("raw create, empty name", raw.post("runs/create", experiment_id=experiment, run_name="", start_time=1))
    out(
        "raw create, default experiment",
        raw.post("runs/create", experiment_id="0", run_name="in default", start_time=1),
    )
    out(
        "raw create, number for experiment",
        raw.post("runs/create", experiment_id=0, run_name="in default", start_time=1),
    )
    for what, fields in {
        "nothing": {},
        "nobody": {"experiment_id": "999999"},
        "no number": {"experiment_id": "abc"},
        "text time": {"experiment_id": experiment, "start_time": "later"},
        "text number time": {"experiment_id": experiment, "start_time": "5", "run_name": "x"},
        "negative time": {"experiment_id": experiment, "start_time": -5, "run_name": "x"},
        "float time": {"experiment_id": experiment, "start_time": 5.0, "run_name": "x"},
        "fraction of time": {"experiment_id": experiment, "start_time": 5.5, "run_name": "x"},
        "huge time": {"experiment_id": experiment, "start_time": 2**63, "run_name": "x"},
        "number name": {"experiment_id": experiment, "run_name": 5},
        "tags no list": {"experiment_id": experiment, "run_name": "x", "tags": {"key": "a"}},
        "tag without key": {"experiment_id": experiment, "run_name": "x", "start_time": 1, "tags": [{"value": "a"}]},
        "tag twice": {
            "experiment_id": experiment,
            "run_name": "x",
            "start_time": 1,
            "tags": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
        },
        "long tag key": {
            "experiment_id": experiment,
            "run_name": "x",
            "start_time": 1,
            "tags": [{"key": "a" * 251, "value": "1"}],
        },
        "long tag value": {
            "experiment_id": experiment,
            "run_name": "x",
            "start_time": 1,
            "tags": [{"key": "a", "value": "v" * 8001}],
        },
        "long name": {"experiment_id": experiment, "run_name": "x" * 251, "start_time": 1},
        "very long name": {"experiment_id": experiment, "run_name": "x" * 6000, "start_time": 1},
        "unicode": {"experiment_id": experiment, "run_name": "läuft ☃ \U0001f680", "user_id": "ü", "start_time": 1},
        "source fields": {
            "experiment_id": experiment,
            "run_name": "old",
            "start_time": 1,
            "source_type": "LOCAL",
            "source_name": "x",
        },
    }.items():
        out(f"raw create, {what}", raw.post("runs/create", **fields))

    for what, query in {
        "nothing": {},
        "nobody": {"run_id": "f" * 32},
        "no id": {"run_id": "xyz"},
        "empty": {"run_id": ""},
        "both": {"run_id": it, "run_uuid": "other"},
        "long": {"run_id": "a" * 300},
    }.items():
        out(f"raw get, {what}", raw.get("runs/get", **query))
    out("get nobody", lambda: client.get_run("f" * 32))
    out("get no id", lambda: client.get_run("no id"))

    out("raw update name", raw.post("runs/update", run_id=it, run_name="other"))
    out("tags follow", lambda: client.get_run(it).data.tags)
    out("client update", lambda: client.update_run(it, status="SCHEDULED", name="third"))
    out("client updated", lambda: client.get_run(it).info)
    out("name by tag", lambda: client.set_tag(it, "mlflow.runName", "fourth"))
    out("name follows", lambda: client.get_run(it).info.run_name)
    out("terminate", lambda: client.set_terminated(it, end_time=5678))
    out("terminated", lambda: client.get_run(it).info)
    out("terminate failed", lambda: client.set_terminated(it, status="FAILED"))
    out("terminate wrongly", lambda: client.set_terminated(it, status="BOGUS"))
    for status in RunStatus.all_status():
        name = RunStatus.to_string(status)
        out(f"raw update {name}", raw.post("runs/update", run_id=it, status=name, end_time=9))
    for what, fields in {
        "nothing": {},
        "nothing but the id": {"run_id": it},
        "by uuid": {"run_uuid": it, "status": "FINISHED", "end_time": 3},
        "nobody": {"run_id": "f" * 32, "status": "FINISHED"},
        "unknown status": {"run_id": it, "status": "BOGUS"},
        "small status": {"run_id": it, "status": "finished"},
        "status as number": {"run_id": it, "status": 3, "end_time": 4},
        "unknown number": {"run_id": it, "status": 17},
        "text time": {"run_id": it, "end_time": "soon"},
        "empty name": {"run_id": it, "run_name": ""},
        "null name": {"run_id": it, "run_name": None},
        "end without status": {"run_id": it, "end_time": 42},
        "status without end": {"run_id": it, "status": "RUNNING"},
        "both": {"run_id": it, "status": "KILLED", "end_time": 0, "run_name": "fifth"},
    }.items():
        out(f"raw update, {what}", raw.post("runs/update", **fields))
    model = {
        "run_id": it,
        "artifact_path": "model",
        "utc_time_created": "2024-01-01 00:00:00",
        "flavors": {"python_function": {"loader_module": "x"}},
    }
    out("log-model", raw.post("runs/log-model", run_id=it, model_json=json.dumps(model)))
    out(
        "log-model, another",
        raw.post("runs/log-model", run_id=it, model_json=json.dumps(model | {"artifact_path": "other"})),
    )
    out(
        "log-model, one field missing",
        raw.post(
            "runs/log-model", run_id=it, model_json=json.dumps({k: v for k, v in model.items() if k != "flavors"})
        ),
    )
    out("log-model, no json", raw.post("runs/log-model", run_id=it, model_json="{"))
    out("log-model, nothing", raw.post("runs/log-model", run_id=it))
    out("log-model, nobody", raw.post("runs/log-model", run_id="f" * 32, model_json=json.dumps(model)))
    out("log-model's tag", lambda: json.loads(client.get_run(it).data.tags["mlflow.log-model.history"]))
    out("in the end", lambda: client.get_run(it))
    out("raw in the end", raw.get("runs/get", run_id=it))
