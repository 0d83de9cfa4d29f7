"""Stages of model versions: deprecated, and still used."""


def run(client, raw, out):
    name = out.name("staged")
    client.create_registered_model(name)
    for i in range(5):
        client.create_model_version(name, f"s3://bucket/{i}")
    out("transition", lambda: client.transition_model_version_stage(name, "1", "Staging"))
    out("small letters", lambda: client.transition_model_version_stage(name, "2", "staging").current_stage)
    out(
        "raw",
        raw.post(
            "model-versions/transition-stage",
            name=name,
            version="3",
            stage="Production",
            archive_existing_versions=False,
        ),
    )
    out("production too", lambda: client.transition_model_version_stage(name, "4", "Production").current_stage)
    out("stages", lambda: {v.version: v.current_stage for v in client.search_model_versions(f"name = '{name}'")})
    out(
        "archive the others",
        lambda: (
            client.transition_model_version_stage(name, "5", "Production", archive_existing_versions=True).current_stage
        ),
    )
    out("stages after", lambda: {v.version: v.current_stage for v in client.search_model_versions(f"name = '{name}'")})
    out(
        "archive when archived",
        lambda: client.transition_model_version_stage(name, "1", "Archived", archive_existing_versions=True),
    )
    out(
        "archive when none",
        raw.post(
            "model-versions/transition-stage", name=name, version="1", stage="None", archive_existing_versions=True
        ),
    )
    out("none", lambda: client.transition_model_version_stage(name, "1", "None").current_stage)
    for what, fields in {
        "unknown stage": dict(name=name, version="1", stage="Testing", archive_existing_versions=False),
        "empty stage": dict(name=name, version="1", stage="", archive_existing_versions=False),
        "no stage": dict(name=name, version="1", archive_existing_versions=False),
        "no archive": dict(name=name, version="1", stage="Staging"),
        "archive as text": dict(name=name, version="1", stage="Staging", archive_existing_versions="true"),
        "no version": dict(name=name, stage="Staging", archive_existing_versions=False),
        "unknown version": dict(name=name, version="99", stage="Staging", archive_existing_versions=False),
        "nobody": dict(name=out.name("nobody"), version="1", stage="Staging", archive_existing_versions=False),
        "capitals": dict(name=name, version="1", stage="PRODUCTION", archive_existing_versions=False),
        "nothing": {},
    }.items():
        out(f"raw, {what}", raw.post("model-versions/transition-stage", **fields))
    out("latest", lambda: {v.current_stage: v.version for v in client.get_latest_versions(name)})
    out("latest of a stage", lambda: [v.version for v in client.get_latest_versions(name, ["Archived"])])
    out(
        "latest in small letters",
        # In no order: MLflow's server keeps the stages in a set.
        lambda: sorted(v.version for v in client.get_latest_versions(name, ["archived", "production"])),
    )
    out("latest of none", lambda: [v.version for v in client.get_latest_versions(name, ["None"])])
    out("latest of an unknown stage", lambda: client.get_latest_versions(name, ["Testing"]))
    out("latest of nobody", lambda: client.get_latest_versions(out.name("nobody")))
    by_stage = lambda a: (
        a.plain() | {"body": sorted(a.body.get("model_versions", []), key=lambda v: v["current_stage"])}
        if a.status == 200
        else a
    )  # noqa: E731
    out("raw latest", by_stage(raw.post("registered-models/get-latest-versions", name=name)))
    out(
        "raw latest, GET",
        by_stage(raw.get("registered-models/get-latest-versions", name=name, stages=["Archived", "Production"])),
    )
    out("raw latest, nothing", raw.post("registered-models/get-latest-versions"))
    out("raw latest, empty stages", by_stage(raw.post("registered-models/get-latest-versions", name=name, stages=[])))
    out("raw latest, text", raw.post("registered-models/get-latest-versions", name=name, stages="Staging"))
    out("model", lambda: {v.current_stage: v.version for v in client.get_registered_model(name).latest_versions})
    out("version", raw.get("model-versions/get", name=name, version="5"))
    out("search by stage", lambda: client.search_model_versions(f"name = '{name}' AND current_stage = 'Production'"))
    out("delete in production", lambda: client.delete_model_version(name, "5"))
    out("stages of a version", lambda: client.get_model_version_stages(name, "1"))
