"""Autologging of a real LightGBM training: metrics of every iteration, parameters, importance plots, the model."""

import mlflow

from scenarios.autolog_sklearn import seen, tree

DIGITS = 5


def run(client, raw, out):
    import lightgbm
    import numpy

    mlflow.set_experiment(out.name("lightgbm"))
    mlflow.lightgbm.autolog(silent=True)
    random = numpy.random.RandomState(5)
    x = random.rand(300, 5)
    y = (x[:, 0] * x[:, 1] + 0.1 * random.rand(300) > 0.3).astype(int)
    train = lightgbm.Dataset(x[:200], y[:200])
    test = lightgbm.Dataset(x[200:], y[200:], reference=train)
    with mlflow.start_run(run_name="boosted") as active:
        booster = lightgbm.train(
            {
                "objective": "binary",
                "metric": ["auc", "binary_logloss"],
                "num_leaves": 7,
                "seed": 1,
                "verbose": -1,
                "num_threads": 1,
                "deterministic": True,
            },
            train,
            num_boost_round=12,
            valid_sets=[train, test],
            valid_names=["train", "test"],
            callbacks=[lightgbm.early_stopping(5, verbose=False)],
        )
    it = active.info.run_id
    out("ids", {"experiment_id": active.info.experiment_id, "run_id": it})
    out("run", lambda: seen(client, it))
    out("artifacts", lambda: sorted(tree(client, it)))
    out("history", lambda: [(m.step, m.value) for m in client.get_metric_history(it, "test-auc")])
    out(
        "raw history",
        lambda: {
            "steps": [
                m.get("step", 0)
                for m in raw.get("metrics/get-history", run_id=it, metric_key="train-binary_logloss")["metrics"]
            ]
        },
    )
    model = client.search_logged_models([active.info.experiment_id])[0]
    out("model", model)
    out(
        "predicts as before",
        lambda: bool(
            numpy.allclose(mlflow.lightgbm.load_model(f"models:/{model.model_id}").predict(x), booster.predict(x))
        ),
    )
    out(
        "importance",
        lambda: sorted(mlflow.artifacts.load_dict(f"{active.info.artifact_uri}/feature_importance_gain.json")),
    )

    with mlflow.start_run(run_name="classifier") as active:
        lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1, random_state=1).fit(x, y)
    out("classifier", lambda: seen(client, active.info.run_id))
