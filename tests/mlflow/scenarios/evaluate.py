"""`mlflow.evaluate` (`mlflow.models.evaluate`) of a real model."""

import mlflow

from scenarios.autolog_sklearn import seen, tree

DIGITS = 5


def run(client, raw, out):
    import numpy
    import pandas
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment(out.name("evaluate"))
    random = numpy.random.RandomState(2)
    frame = pandas.DataFrame(random.rand(150, 3), columns=["a", "b", "c"])
    frame["label"] = (frame.a + frame.b > 1).astype(int)
    model = LogisticRegression().fit(frame[["a", "b", "c"]], frame.label)
    with mlflow.start_run(run_name="evaluated") as active:
        info = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"])
        result = mlflow.models.evaluate(
            info.model_uri,
            frame,
            targets="label",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_model_explainability": False},
        )
    it = active.info.run_id
    out("ids", {"experiment_id": active.info.experiment_id, "run_id": it})
    out("result", {k: round(float(v), 6) for k, v in sorted(result.metrics.items())})
    out("run", lambda: seen(client, it))
    out("artifacts", lambda: sorted(tree(client, it)))
    out(
        "model's metrics",
        lambda: sorted((m.key, m.dataset_name, m.step) for m in client.get_logged_model(info.model_id).metrics),
    )
    out("model's inputs", lambda: len(client.get_run(it).inputs.model_inputs))

    with mlflow.start_run(run_name="predictions") as active:
        data = mlflow.data.from_pandas(
            pandas.DataFrame({"p": [0.1, 0.9, 0.4], "t": [0.2, 1.0, 0.5]}), targets="t", predictions="p", name="static"
        )
        result = mlflow.models.evaluate(data=data, model_type="regressor", evaluators="default")
    out("regressor", {k: round(float(v), 6) for k, v in sorted(result.metrics.items())})
    out("regressor's run", lambda: seen(client, active.info.run_id))
    out(
        "validate",
        lambda: mlflow.validate_evaluation_results(
            candidate_result=result,
            validation_thresholds={
                "mean_squared_error": mlflow.models.MetricThreshold(threshold=0.001, greater_is_better=False)
            },
        ),
    )
