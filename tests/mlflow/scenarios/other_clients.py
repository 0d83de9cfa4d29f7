"""What clients in other languages send: R's numbers as text, protobuf's names in camel case, two slashes; and
where they say that artifacts go."""

LOCATIONS = [
    "s3://b/p",
    "s3://b/p/",
    "s3://b/p?a=b",
    "s3://b/p?a=../b",
    "s3://b/p?a=%2e%2e",
    "s3://b/p#f",
    "s3://b/p;x=y",
    "S3://B/p",
    "mysql://u@h/db?driver=d",
    "file:///a/b",
    "file:///a/b#c",
    "file:///",
    "file:/a",
    "/a/b",
    "/a/b;c",
    "/a?b#c",
    "#a",
    "hdfs://h/p",
    "viewfs:/p",
    "r2://b/p",
    "B2://b/p",
    "abfss:/p",
    "http://h/p",
    "mlflow-artifacts:",
    "mlflow-artifacts:/p",
    "mlflow-artifacts:///p",
    "mlflow-artifacts://host/p",
    "runs:/x/y",
    "dbfs:/p",
    "/donné/x",
    "/" + "x" * 2048,
]


def run(client, raw, out):
    made = client.create_experiment(out.name("others"))
    it = client.create_run(made, start_time=1).info.run_id
    out("ids", {"experiment_id": made, "run_id": it})

    # `as.character(100000)` in R is "1e+05".
    steps = ("1e+05", "100000.0", "1E5", "1.5e+05", "-2e+05", "9.2e+18", "1.5", "1e400", "", " 7", "seven", "1e")
    for i, step in enumerate(steps):
        body = {"run_uuid": it, "run_id": it, "key": f"k{i}", "value": "0.5", "timestamp": "100", "step": step}
        out(f"step {step!r}", raw.post("runs/log-metric", body))
        out(f"stored {step!r}", raw.get("metrics/get-history", run_id=it, metric_key=f"k{i}"))
    body = {"run_id": it, "key": "t", "value": "1e-3", "timestamp": "1.7e+12", "step": "1"}
    out("time", raw.post("runs/log-metric", body))
    out("time stored", raw.get("metrics/get-history", run_id=it, metric_key="t"))
    out(
        "batch",
        raw.post("runs/log-batch", run_id=it, metrics=[dict(key="b", value="1e-3", timestamp="1.7e+12", step="2e+05")]),
    )
    out("batch stored", raw.get("metrics/get-history", run_id=it, metric_key="b"))
    out("times", raw.post("runs/update", run_id=it, status="FINISHED", end_time="1.8e+12"))
    out("times stored", raw.get("runs/get", run_id=it).body["run"]["info"]["end_time"])

    # Protobuf reads its fields' names in either case.
    camel = raw.post("runs/create", {"experimentId": made, "startTime": "7", "userId": "u", "runName": "camel"})
    out("camel run", camel)
    run_id = camel.body["run"]["info"]["run_id"]
    out("camel update", raw.post("runs/update", {"run_id": run_id, "endTime": "99", "runName": "nn", "status": "FAILED"}))
    found = raw.post("runs/search", {"experimentIds": [made], "maxResults": 1, "orderBy": ["attributes.start_time DESC"]})
    out("camel search", [r["info"]["run_name"] for r in found.body.get("runs", [])])
    at = raw.post("experiments/create", {"name": out.name("camel"), "artifactLocation": "s3://zz/y"}).body["experiment_id"]
    out("camel location", raw.get("experiments/get", experiment_id=at).body["experiment"]["artifact_location"])

    # An address of the server that ends with a slash.
    slashes = "//api/2.0/mlflow/"
    out("two slashes", raw.json("POST", slashes + "runs/set-tag", {"run_id": it, "key": "t", "value": "v"}))
    out("two slashes read", raw.send("GET", slashes + f"runs/get?run_id={it}").status)

    # Stages are met in the order of their oldest versions, and found by name.
    name = out.name("order")
    client.create_registered_model(name)
    for i, stage in enumerate(("Archived", "Production", "Archived", "None"), 1):
        client.create_model_version(name, f"s3://bucket/{i}")
        client.transition_model_version_stage(name, str(i), stage)
    out("latest", [v.version for v in client.get_registered_model(name).latest_versions])
    out("latest found", [v.version for v in client.search_registered_models(f"name = '{name}'")[0].latest_versions])
    out("latest asked", [v.version for v in client.get_latest_versions(name)])

    for i, location in enumerate(LOCATIONS):
        shown = location if len(location) < 100 else f"{len(location)} characters"
        answer = raw.post("experiments/create", name=out.name(f"location {i}"), artifact_location=location)
        if answer.status != 200:
            out(f"at {shown}", answer)
            continue
        experiment = answer.body["experiment_id"]
        run_id = client.create_run(experiment).info.run_id
        model = client.create_logged_model(experiment, name="m")
        uri = client.get_run(run_id).info.artifact_uri
        out(
            f"at {shown}",
            {
                "run": uri.replace(run_id, "RUN"),
                "model": model.artifact_location.replace(model.model_id, "MODEL"),
            },
        )
    # Images as clients before 3.12 name them.
    image = "k%step%1%timestamp%1795303180789%h1d03c54.png"
    at = f"/api/2.0/mlflow-artifacts/artifacts/{made}/{it}/artifacts/images/" + image.replace("%", "%25")
    out("older image", raw.send("PUT", at, b"image", {"Content-Type": "image/png"}))
    out("older image listed", raw.get("artifacts/list", run_id=it, path="images"))
    out("older image read", raw.send("GET", at))

    # A copy of a version that was made from a logged model.
    logged = client.create_logged_model(made, name="copied", source_run_id=it)
    client.finalize_logged_model(logged.model_id, "READY")
    source, name = out.name("source"), out.name("copy")
    for model in (source, name):
        client.create_registered_model(model)
    first = raw.post("model-versions/create", name=source, source=f"models:/{logged.model_id}", run_id=it, model_id=logged.model_id)
    out("first version", first.status)
    copied = raw.post("model-versions/create", name=name, source=f"models:/{source}/1", run_id=it)
    out("copy", copied.status)
    again = raw.post("model-versions/create", name=name, source=f"models:/{source}/1", run_id=it, model_id=logged.model_id)
    out("copy with the model's id", again)
    tags = client.get_logged_model(logged.model_id).tags
    out("versions of the model", tags.get("mlflow.modelVersions", "").replace(source, "SOURCE").replace(name, "COPY"))
    out("bulk of none", raw.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", run_id=it, metric_key="none"))
    out("server info", raw.send("GET", "/ajax-api/3.0/mlflow/server-info").status)
