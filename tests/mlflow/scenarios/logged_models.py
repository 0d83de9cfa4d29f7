"""Logged models: made, finished, tagged, searched, deleted; their parameters, metrics and artifacts."""

import mlflow
from mlflow.entities import Metric


def run(client, raw, out):
    experiment = client.create_experiment(out.name("models"))
    it = client.create_run(experiment, start_time=1, run_name="trainer").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": it})
    made = out(
        "create",
        lambda: client.create_logged_model(
            experiment, name="forest", source_run_id=it, tags={"a": "b"}, params={"depth": "3"}, model_type="tree"
        ),
    )
    model = made.model_id
    out("get", lambda: client.get_logged_model(model))
    out("raw get", raw.get(f"logged-models/{model}"))
    out("raw create", raw.post("logged-models", experiment_id=experiment))
    out(
        "raw create with all",
        raw.post(
            "logged-models",
            experiment_id=experiment,
            name="all",
            model_type="t",
            source_run_id=it,
            params=[{"key": "p", "value": "1"}],
            tags=[{"key": "t", "value": "2"}],
        ),
    )
    for what, fields in {
        "nothing": {},
        "nobody": {"experiment_id": "999999", "name": "x"},
        "no number": {"experiment_id": "abc", "name": "x"},
        "unknown run": {"experiment_id": experiment, "name": "x", "source_run_id": "f" * 32},
        "empty name": {"experiment_id": experiment, "name": ""},
        "slash in name": {"experiment_id": experiment, "name": "a/b"},
        "colon in name": {"experiment_id": experiment, "name": "a:b"},
        "dot in name": {"experiment_id": experiment, "name": "a.b"},
        "percent in name": {"experiment_id": experiment, "name": "a%b"},
        "quotes in name": {"experiment_id": experiment, "name": "a'b\"c"},
        "unicode name": {"experiment_id": experiment, "name": "ä☃"},
        "long name": {"experiment_id": experiment, "name": "n" * 501},
        "number name": {"experiment_id": experiment, "name": 5},
        "long param": {"experiment_id": experiment, "name": "x", "params": [{"key": "p", "value": "v" * 6001}]},
        "long param key": {"experiment_id": experiment, "name": "x", "params": [{"key": "p" * 256, "value": "v"}]},
        "param twice": {
            "experiment_id": experiment,
            "name": "x",
            "params": [{"key": "p", "value": "1"}, {"key": "p", "value": "2"}],
        },
        "tag twice": {
            "experiment_id": experiment,
            "name": "x",
            "tags": [{"key": "p", "value": "1"}, {"key": "p", "value": "2"}],
        },
        "long tag": {"experiment_id": experiment, "name": "x", "tags": [{"key": "p", "value": "v" * 9000}]},
        "same name": {"experiment_id": experiment, "name": "forest"},
    }.items():
        out(f"raw create, {what}", raw.post("logged-models", **fields))
    out("get nobody", lambda: client.get_logged_model("m-" + "0" * 32))
    out("raw get nobody", raw.get("logged-models/m-" + "0" * 32))
    out("raw get no id", raw.get("logged-models/abc"))

    out("finalize", lambda: client.finalize_logged_model(model, "READY"))
    out("finalize again", lambda: client.finalize_logged_model(model, "FAILED"))
    for status in "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING", "READY", "BOGUS", 2, None:
        out(f"raw finalize {status}", raw.patch(f"logged-models/{model}", model_id=model, status=status))
    out("raw finalize, nothing", raw.patch(f"logged-models/{model}"))
    out(
        "raw finalize, nobody",
        raw.patch("logged-models/m-" + "0" * 32, model_id="m-" + "0" * 32, status="LOGGED_MODEL_READY"),
    )

    out("set tags", lambda: client.set_logged_model_tags(model, {"c": "d", "a": "changed"}))
    out("tags", lambda: client.get_logged_model(model).tags)
    out("raw set tags", raw.patch(f"logged-models/{model}/tags", model_id=model, tags=[{"key": "e", "value": "f"}]))
    out("raw set tags, none", raw.patch(f"logged-models/{model}/tags", model_id=model, tags=[]))
    out("raw set tags, nobody", raw.patch("logged-models/m-" + "0" * 32 + "/tags", tags=[{"key": "e", "value": "f"}]))
    out("raw set tags, no key", raw.patch(f"logged-models/{model}/tags", model_id=model, tags=[{"value": "f"}]))
    out(
        "raw set tags, long",
        raw.patch(f"logged-models/{model}/tags", model_id=model, tags=[{"key": "k" * 300, "value": "f"}]),
    )
    out("delete tag", lambda: client.delete_logged_model_tag(model, "c"))
    out("delete tag again", lambda: client.delete_logged_model_tag(model, "c"))
    out("raw delete tag", raw.delete(f"logged-models/{model}/tags/e"))
    out("raw delete tag with a slash", raw.delete(f"logged-models/{model}/tags/x%2Fy"))
    out("raw delete tag, nobody", raw.delete("logged-models/m-" + "0" * 32 + "/tags/e"))
    out("log params", lambda: client.log_model_params(model, {"rate": "0.1"}))
    out("log params again", lambda: client.log_model_params(model, {"rate": "0.1"}))
    out("log params changed", lambda: client.log_model_params(model, {"rate": "0.2"}))
    out("raw params", raw.post(f"logged-models/{model}/params", model_id=model, params=[{"key": "x", "value": "y"}]))
    out("raw params, nobody", raw.post("logged-models/m-" + "0" * 32 + "/params", params=[{"key": "x", "value": "y"}]))
    out("params", lambda: client.get_logged_model(model).params)

    out(
        "metric",
        lambda: client.log_metric(
            it, "auc", 0.75, step=2, timestamp=9, model_id=model, dataset_name="test", dataset_digest="d1"
        ),
    )
    out(
        "metric of batch",
        lambda: client.log_batch(
            it, [Metric("auc", 0.5, 10, 3, model_id=model), Metric("loss", 2.0, 10, 3, model_id=model)]
        ),
    )
    out("metrics", lambda: client.get_logged_model(model).metrics)
    out("raw metrics", raw.get(f"logged-models/{model}"))
    out("run's metrics", lambda: client.get_run(it).data.metrics)
    out("history", raw.get("metrics/get-history", run_id=it, metric_key="auc"))

    # An experiment of their own: models above have random names.
    shelf = client.create_experiment(out.name("shelf"))
    out("shelf", {"experiment_id": shelf})
    others = [
        client.create_logged_model(
            shelf, name=f"m{i}", model_type="ab"[i % 2], params={"i": str(i)}, tags={"t": str(i % 3)}
        ).model_id
        for i in range(5)
    ]
    for i, other in enumerate(others):
        client.log_batch(
            it,
            [
                Metric("acc", i / 10, 1, 0, model_id=other),
                Metric("acc", 1 - i / 10, 1, 1, model_id=other, dataset_name="d", dataset_digest="g"),
            ],
        )
        if i % 2:
            client.finalize_logged_model(other, "READY")

    def names(text=None, **more):
        return sorted(
            m.name for m in client.search_logged_models([shelf], filter_string=text, **more) if m.name[0] == "m"
        )

    for text in """
name = 'm1'
name LIKE 'm%'
name ILIKE 'M%'
name != 'm1'
name IN ('m1', 'm2')
attributes.name = 'm1'
model_type = 'a'
status = 'READY'
status = 'PENDING'
status != 'READY'
status = 'LOGGED_MODEL_READY'
params.i = '3'
params.i > '3'
param.i = '3'
tags.t = '1'
tags.t != '1'
tags.nothing = '1'
tag.t LIKE '%'
metrics.acc > 0.2
metrics.acc >= 0.1 AND params.i = '4'
metrics.acc = 'x'
metrics.nothing > 0
creation_timestamp > 0
creation_time > 0
last_updated_timestamp > 0
source_run_id = 'x'
source_run_id IS NULL
source_run_id != 'x'
experiment_id = '1'
model_id = 'x'
model_id != 'x'
artifact_location LIKE '%'
colour = 'red'
name = m1
name > 'a'
name = 'a' OR name = 'b'
tags.t IS NULL
""".strip().splitlines():
        out(f"search: {text}", lambda: names(text))
    out("by id", lambda: names(f"model_id = '{others[2]}'"))
    out("by ids", lambda: names(f"model_id IN ('{others[2]}', '{others[3]}')"))
    out("by dataset", lambda: names("metrics.acc > 0.7", datasets=[{"dataset_name": "d", "dataset_digest": "g"}]))
    out("by dataset name", lambda: names("metrics.acc > 0.7", datasets=[{"dataset_name": "d"}]))
    out("by other dataset", lambda: names("metrics.acc > 0.7", datasets=[{"dataset_name": "x"}]))
    out("dataset without name", lambda: names("metrics.acc > 0.7", datasets=[{"dataset_digest": "x"}]))

    def ordered(**by):
        return [
            m.name for m in client.search_logged_models([shelf], filter_string="name LIKE 'm%'", order_by=[by])
        ]

    for what, by in {
        "name": {"field_name": "name"},
        "name down": {"field_name": "name", "ascending": False},
        "metric": {"field_name": "metrics.acc"},
        "metric down": {"field_name": "metrics.acc", "ascending": False},
        "metric of dataset": {"field_name": "metrics.acc", "dataset_name": "d", "dataset_digest": "g"},
        "model_type": {"field_name": "model_type"},
        "attributes.name": {"field_name": "attributes.name"},
        "params": {"field_name": "params.i"},
        "tags": {"field_name": "tags.t"},
        "unknown": {"field_name": "colour"},
        "nothing": {},
        "digest alone": {"field_name": "metrics.acc", "dataset_digest": "g"},
        "dataset for a name": {"field_name": "name", "dataset_name": "d", "dataset_digest": "g"},
    }.items():
        out(f"order by {what}", lambda: sorted(ordered(**by)) if what in ("model_type",) else ordered(**by))
    pages, token = [], None
    while len(pages) < 9:
        page = client.search_logged_models(
            [shelf],
            filter_string="name LIKE 'm%'",
            max_results=2,
            order_by=[{"field_name": "name"}],
            page_token=token,
        )
        pages.append([m.name for m in page])
        token = page.token
        if not token:
            break
    out("pages", pages)
    out("raw search", raw.post("logged-models/search", experiment_ids=[shelf], filter="name = 'm0'"))
    out("raw search, nothing", raw.post("logged-models/search"))
    out("raw search, nobody", raw.post("logged-models/search", experiment_ids=["999999"]))
    out(
        "raw search, garbage token", raw.post("logged-models/search", experiment_ids=[shelf], page_token="garbage")
    )
    out(
        "raw search, token and other filter",
        raw.post("logged-models/search", experiment_ids=[shelf], page_token=token or "e30="),
    )
    for size in 0, -1, 50, 51, "x":
        answer = raw.post("logged-models/search", experiment_ids=[shelf], filter="name = 'm0'", max_results=size)
        out(f"raw search, size {size}", answer.status if answer.status == 200 else answer)
    out(
        "fluent search",
        lambda: sorted(
            m.name
            for m in mlflow.search_logged_models([shelf], filter_string="name LIKE 'm%'", output_format="list")
        ),
    )

    out("artifacts", lambda: client.list_logged_model_artifacts(model))
    path = out.folder + "/weights.txt"
    with open(path, "w") as file:
        file.write("0.5 0.25\n")
    out("log artifact", lambda: client.log_model_artifact(model, path))
    out("artifacts after", lambda: client.list_logged_model_artifacts(model))
    out("raw artifacts", raw.get(f"logged-models/{model}/artifacts/directories"))
    out(
        "raw artifacts of a folder",
        raw.get(f"logged-models/{model}/artifacts/directories", artifact_directory_path="nothing"),
    )
    out("raw artifacts above", raw.get(f"logged-models/{model}/artifacts/directories", artifact_directory_path="../.."))
    out("raw artifacts of nobody", raw.get("logged-models/m-" + "0" * 32 + "/artifacts/directories"))
    out("download", lambda: open(mlflow.artifacts.download_artifacts(f"models:/{model}/weights.txt")).read())

    out("delete", lambda: client.delete_logged_model(model))
    out("deleted", lambda: client.get_logged_model(model))
    out("raw deleted", raw.get(f"logged-models/{model}"))
    out("delete again", lambda: client.delete_logged_model(model))
    out("raw delete again", raw.delete(f"logged-models/{model}"))
    out("raw delete nobody", raw.delete("logged-models/m-" + "0" * 32))
    out("tag deleted", raw.patch(f"logged-models/{model}/tags", model_id=model, tags=[{"key": "e", "value": "f"}]))
    out(
        "search after",
        lambda: sorted(m.name for m in client.search_logged_models([experiment], filter_string="name = 'forest'")),
    )
