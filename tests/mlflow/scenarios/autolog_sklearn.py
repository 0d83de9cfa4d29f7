"""Autologging of a real scikit-learn training: what the run and its model hold, loading it again, registering it."""

import json

import mlflow

# Another processor's last digits are not the server's doing.
DIGITS = 5


def tree(client, run, path=None):
    """Every artifact below a path; sizes of a model's files are its libraries' matter."""
    out = []
    for file in client.list_artifacts(run, path):
        out += tree(client, run, file.path) if file.is_dir else [file.path]
    return out


def seen(client, run_id):
    """A finished run without what belongs to the machine."""
    found = client.get_run(run_id)
    tags = {k: v for k, v in found.data.tags.items() if k not in ("mlflow.log-model.history", "mlflow.autologging")}
    data = {"metrics": found.data.metrics, "params": found.data.params, "tags": tags}
    return {
        "info": found.info,
        "data": data,
        "inputs": [(i.dataset.name, i.dataset.source_type, i.tags) for i in found.inputs.dataset_inputs],
        "outputs": found.outputs,
    }


def run(client, raw, out):
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    mlflow.set_experiment(out.name("sklearn"))
    mlflow.sklearn.autolog(registered_model_name=out.name("auto"), log_input_examples=True, silent=True)
    random = numpy.random.RandomState(7)
    x = random.rand(120, 4)
    y = (x[:, 0] + 0.2 * x[:, 1] > 0.6).astype(int)
    with mlflow.start_run(run_name="linear") as active:
        # Names that stay, because autologging names metrics after the variables.
        train_x, train_y, test_x, test_y = x[:80], y[:80], x[80:], y[80:]
        linear = LogisticRegression(C=2.5).fit(train_x, train_y)
        linear.score(test_x, test_y)
    it = active.info.run_id
    out("ids", {"experiment_id": active.info.experiment_id, "run_id": it})
    out("linear", lambda: seen(client, it))
    out("artifacts", lambda: sorted(tree(client, it)))
    model = out("model", lambda: client.search_logged_models([active.info.experiment_id])[0])
    out("model's files", lambda: sorted(f.path for f in client.list_logged_model_artifacts(model.model_id)))
    out("model's raw status", raw.get(f"logged-models/{model.model_id}")["model"]["info"]["status"])
    out("version", lambda: client.get_model_version(out.name("auto"), "1"))
    out(
        "predicts as before",
        lambda: bool(
            (mlflow.sklearn.load_model(f"models:/{out.name('auto')}/1").predict(x) == linear.predict(x)).all()
        ),
    )
    out(
        "predicts from the run",
        lambda: bool((mlflow.sklearn.load_model(f"runs:/{it}/model").predict(x) == linear.predict(x)).all()),
    )
    out(
        "predicts by id",
        lambda: bool((mlflow.pyfunc.load_model(f"models:/{model.model_id}").predict(x) == linear.predict(x)).all()),
    )
    out("alias", lambda: client.set_registered_model_alias(out.name("auto"), "best", "1"))
    out(
        "predicts by alias",
        lambda: bool(
            (mlflow.sklearn.load_model(f"models:/{out.name('auto')}@best").predict(x) == linear.predict(x)).all()
        ),
    )
    out(
        "model info",
        lambda: [
            mlflow.models.get_model_info(f"models:/{out.name('auto')}/1").run_id == it,
            sorted(mlflow.models.get_model_info(f"models:/{out.name('auto')}/1").flavors),
        ],
    )

    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=2, silent=True)
    with mlflow.start_run(run_name="search") as active:
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(x, y)
    out(
        "grid search",
        lambda: {k: v for k, v in client.get_run(active.info.run_id).data.params.items() if k != "estimator"},
    )
    children = client.search_runs(
        [active.info.experiment_id], f"tags.mlflow.parentRunId = '{active.info.run_id}'", order_by=["params.C"]
    )
    out("its children", [[c.data.params, sorted(c.data.metrics), c.info.status] for c in children])
    mlflow.sklearn.autolog(disable=True, silent=True)

    with mlflow.start_run(run_name="by hand") as active:
        info = mlflow.sklearn.log_model(
            linear,
            name="hand",
            registered_model_name=out.name("hand"),
            input_example=x[:2],
            pip_requirements=["scikit-learn"],
            tags={"made": "by hand"},
            params={"p": 1},
        )
    out("by hand", lambda: client.get_logged_model(info.model_id).tags.get("made"))
    out("by hand, again", lambda: mlflow.register_model(info.model_uri, out.name("hand")).version)
    out(
        "by hand, of a run",
        lambda: mlflow.register_model(f"runs:/{active.info.run_id}/hand", out.name("hand"), tags={"a": "b"}),
    )
    out(
        "by hand, versions",
        lambda: [
            (v.version, v.source.startswith("models:/m-"), v.model_id == info.model_id)
            for v in client.search_model_versions(f"name = '{out.name('hand')}'")
        ],
    )
    out(
        "by hand, tags of the model",
        lambda: {
            k: len(json.loads(v)) if k == "mlflow.modelVersions" else v
            for k, v in client.get_logged_model(info.model_id).tags.items()
            if k != "mlflow.source.name"
        },
    )
