"""Datasets and models as inputs and outputs of runs."""

import json

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput


def data(name="train", digest="abc", **more):
    return {"name": name, "digest": digest, "source_type": "local", "source": '{"uri": "x"}'} | more


def run(client, raw, out):
    experiment = client.create_experiment(out.name("data"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    two = client.create_run(experiment, start_time=2, run_name="two").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": [it, two]})
    dataset = Dataset("entity", "d1", "local", '{"uri": "a"}', schema='{"s": 1}', profile='{"p": 2}')
    out("log", lambda: client.log_inputs(it, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])]))
    out(
        "log again, other tag",
        lambda: client.log_inputs(
            it, [DatasetInput(dataset, [InputTag("mlflow.data.context", "test"), InputTag("x", "y")])]
        ),
    )
    out("read", lambda: client.get_run(it).inputs)
    out("raw read", raw.get("runs/get", run_id=it))
    out("raw without tags", raw.post("runs/log-inputs", run_id=it, datasets=[{"dataset": data()}]))
    out(
        "raw with all",
        raw.post(
            "runs/log-inputs",
            run_id=it,
            datasets=[{"dataset": data("all", schema="s", profile="p"), "tags": [{"key": "k", "value": "v"}]}],
        ),
    )
    out("same name, other digest", raw.post("runs/log-inputs", run_id=it, datasets=[{"dataset": data(digest="def")}]))
    out("same, other source", raw.post("runs/log-inputs", run_id=two, datasets=[{"dataset": data(source="other")}]))
    out(
        "twice at once",
        raw.post("runs/log-inputs", run_id=two, datasets=[{"dataset": data("t")}, {"dataset": data("t")}]),
    )
    for what, one in {
        "no dataset": {"tags": []},
        "no name": {"dataset": {k: v for k, v in data().items() if k != "name"}},
        "no digest": {"dataset": {k: v for k, v in data().items() if k != "digest"}},
        "no source": {"dataset": {k: v for k, v in data().items() if k != "source"}},
        "no source type": {"dataset": {k: v for k, v in data().items() if k != "source_type"}},
        "empty name": {"dataset": data("")},
        "name 500": {"dataset": data("n" * 500)},
        "name 501": {"dataset": data("n" * 501)},
        "digest 36": {"dataset": data("dig", "d" * 36)},
        "digest 37": {"dataset": data("dig", "d" * 37)},
        "source 65535": {"dataset": data("src", source="s" * 65535)},
        "source 65536": {"dataset": data("src", source="s" * 65536)},
        "schema 1048575": {"dataset": data("sch", schema="s" * 1048575)},
        "schema 1048576": {"dataset": data("sch", schema="s" * 1048576)},
        "tag key 255": {"dataset": data("tk"), "tags": [{"key": "k" * 255, "value": "v"}]},
        "tag key 256": {"dataset": data("tk"), "tags": [{"key": "k" * 256, "value": "v"}]},
        "tag value 500": {"dataset": data("tv"), "tags": [{"key": "k", "value": "v" * 500}]},
        "tag value 501": {"dataset": data("tv"), "tags": [{"key": "k", "value": "v" * 501}]},
        "tag without key": {"dataset": data("tn"), "tags": [{"value": "v"}]},
        "tag without value": {"dataset": data("tm"), "tags": [{"key": "k"}]},
        "two tags of a key": {"dataset": data("tt"), "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]},
    }.items():
        out(f"raw, {what}", raw.post("runs/log-inputs", run_id=two, datasets=[one]))
    out("raw, nothing", raw.post("runs/log-inputs"))
    out("raw, only the run", raw.post("runs/log-inputs", run_id=two))
    out("raw, nobody", raw.post("runs/log-inputs", run_id="f" * 32, datasets=[{"dataset": data()}]))
    out("raw, no list", raw.post("runs/log-inputs", run_id=two, datasets={"dataset": data()}))
    inputs = client.get_run(two).inputs.dataset_inputs
    out(
        "kept",
        sorted(
            (
                [
                    i.dataset.name[:20],
                    i.dataset.digest[:10],
                    i.dataset.source[:20],
                    sorted((t.key[:10], t.value[:10]) for t in i.tags),
                ]
                for i in inputs
            ),
            key=str,
        ),
    )
    summaries = raw.post("experiments/search-datasets", experiment_ids=[experiment])
    out("summaries, status", summaries.status)
    if summaries.status == 200:
        short = [{k: v[:40] for k, v in s.items()} for s in summaries.body.get("dataset_summaries", [])]
        out("summaries", sorted(short, key=str))
    out("summaries of nothing", raw.post("experiments/search-datasets"))
    out("summaries of nobody", raw.post("experiments/search-datasets", experiment_ids=["999999"]))
    out(
        "found by dataset",
        lambda: sorted(r.info.run_name for r in client.search_runs([experiment], "dataset.name = 'train'")),
    )

    import pandas

    frame = pandas.DataFrame({"x": [1, 2, 3], "y": [0.5, 0.25, 1.0]})
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run(run_name="fluent") as active:
        out(
            "fluent",
            lambda: mlflow.log_input(
                mlflow.data.from_pandas(frame, source="frame.csv", name="frame", targets="y"),
                context="training",
                tags={"a": "b"},
            ),
        )
    logged = client.get_run(active.info.run_id).inputs.dataset_inputs
    out(
        "fluent, seen",
        lambda: [
            (
                i.dataset.name,
                i.dataset.digest,
                i.dataset.source_type,
                json.loads(i.dataset.schema),
                json.loads(i.dataset.profile),
                i.tags,
            )
            for i in logged
        ],
    )
    out("fluent, source", lambda: mlflow.data.get_source(logged[0].dataset).uri)

    model = client.create_logged_model(experiment, name="m", source_run_id=it).model_id
    out("model", {"model_id": model})
    out("model inputs", lambda: client.log_inputs(it, models=[LoggedModelInput(model)]))
    out("model inputs again", lambda: client.log_inputs(it, models=[LoggedModelInput(model)]))
    out("model outputs", lambda: client.log_outputs(it, [LoggedModelOutput(model, step=3)]))
    out("model outputs, other step", lambda: client.log_outputs(it, [LoggedModelOutput(model, step=4)]))
    out("model in both", lambda: (client.get_run(it).inputs.model_inputs, client.get_run(it).outputs.model_outputs))
    out(
        "raw model in both",
        {
            k: v
            for k, v in raw.get("runs/get", run_id=it)["run"].items()
            if k == "outputs" or k == "inputs" and v.pop("dataset_inputs", 1)
        },
    )
    out("raw outputs, nothing", raw.post("runs/outputs"))
    out("raw outputs, only the run", raw.post("runs/outputs", run_id=it))
    out("raw outputs, nobody", raw.post("runs/outputs", run_id="f" * 32, models=[{"model_id": model, "step": 1}]))
    out(
        "raw outputs, unknown model",
        raw.post("runs/outputs", run_id=two, models=[{"model_id": "m-" + "0" * 32, "step": 1}]),
    )
    out("raw outputs, no step", raw.post("runs/outputs", run_id=two, models=[{"model_id": model}]))
    out("raw outputs, no id", raw.post("runs/outputs", run_id=two, models=[{"step": 1}]))
    out("raw inputs, unknown model", raw.post("runs/log-inputs", run_id=two, models=[{"model_id": "m-" + "0" * 32}]))
    out("after", lambda: (client.get_run(two).inputs.model_inputs, client.get_run(two).outputs.model_outputs))
