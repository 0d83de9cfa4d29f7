"""Optuna's callback for MLflow: a run for each trial."""

DIGITS = 6


def run(client, raw, out):
    import optuna
    from optuna_integration.mlflow import MLflowCallback

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    callback = MLflowCallback(
        tracking_uri=out.url,
        metric_name="loss",
        create_experiment=True,
        mlflow_kwargs={"nested": True, "tags": {"by": "interop"}},
    )

    def objective(trial):
        x = trial.suggest_float("x", -2, 2)
        kind = trial.suggest_categorical("kind", ["a", "b"])
        if trial.number == 2:
            raise optuna.TrialPruned
        trial.set_user_attr("note", "it's fine")
        return (x - 1) ** 2 + (kind == "b")

    @callback.track_in_mlflow()
    def tracked(trial):
        import mlflow

        mlflow.log_metric("inner", trial.number, step=0, timestamp=1)
        return objective(trial)

    study = optuna.create_study(study_name=out.name("study"), sampler=optuna.samplers.RandomSampler(seed=3))
    study.optimize(objective, n_trials=4, callbacks=[callback])
    experiment = client.get_experiment_by_name(out.name("study")).experiment_id
    out("ids", {"experiment_id": experiment})
    out("best", {"value": study.best_value, "number": study.best_trial.number})
    own = lambda tags: {k: v for k, v in tags.items() if not k.startswith("mlflow.source") and "datetime" not in k}  # noqa: E731
    trials = client.search_runs([experiment], order_by=["attributes.run_name"])
    out("trials", [[t.info.run_name, t.info.status, t.data.metrics, t.data.params, own(t.data.tags)] for t in trials])
    out(
        "best by search",
        lambda: [r.info.run_name for r in client.search_runs([experiment], order_by=["metrics.loss"], max_results=1)],
    )
    out("pruned", lambda: [r.info.run_name for r in client.search_runs([experiment], "tags.state LIKE '%PRUNED%'")])

    other = optuna.create_study(study_name=out.name("tracked"), sampler=optuna.samplers.RandomSampler(seed=4))
    other.optimize(tracked, n_trials=2, callbacks=[callback])
    found = client.search_runs(
        [client.get_experiment_by_name(out.name("tracked")).experiment_id], order_by=["attributes.run_name"]
    )
    out("tracked", [[t.info.run_name, t.data.metrics, own(t.data.tags)] for t in found])
