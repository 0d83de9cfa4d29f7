"""Experiments: made, read, renamed, tagged, deleted and restored, by the client and by bare REST."""


def run(client, raw, out):
    name = out.name("alpha")
    experiment = out("create", lambda: client.create_experiment(name, tags={"team": "fog", "empty": ""}))
    out("get", lambda: client.get_experiment(experiment))
    out("get by name", lambda: client.get_experiment_by_name(name))
    out("get nothing by name", lambda: client.get_experiment_by_name(out.name("nobody")))
    out("raw get", raw.get("experiments/get", experiment_id=experiment))
    out("raw get by name", raw.get("experiments/get-by-name", experiment_name=name))
    out("default", raw.get("experiments/get", experiment_id="0").body["experiment"]["name"])

    out("create again", lambda: client.create_experiment(name))
    out("create without a name", lambda: client.create_experiment(""))
    out("raw create again", raw.post("experiments/create", name=name))
    out("raw create", raw.post("experiments/create", name=out.name("raw"), tags=[{"key": "a", "value": "b"}]))
    out("raw create, 3.0", raw.post("/api/3.0/mlflow/experiments/create", name=out.name("three")))
    out("raw create, nothing", raw.post("experiments/create"))
    out("raw create, null name", raw.post("experiments/create", name=None))
    out("raw create, wrong type", raw.post("experiments/create", name=12))
    out("raw create, unknown field", raw.post("experiments/create", name=out.name("unknown"), colour="red"))
    out(
        "raw create, duplicate tags",
        raw.post(
            "experiments/create", name=out.name("dup"), tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
        ),
    )
    for what, text in {"500": "x" * (500 - len(out.name(""))), "501": "x" * (501 - len(out.name("")))}.items():
        out(f"name of {what}", raw.post("experiments/create", name=out.name(text)).plain() | {"body": None})
    out("name of 501, message", raw.post("experiments/create", name="y" * 501))
    out("name unusual", raw.post("experiments/create", name=out.name("ü/ä:'\" % _ \t☃")))

    for location in (
        "file:///tmp/somewhere",
        "s3://bucket/path",
        "mlflow-artifacts:/elsewhere",
        "/tmp/plain",
        "relative",
        "http://x/y?a=1",
        "file:///tmp/a/../b",
        "mlflow-artifacts:/x/../../y",
        "dbfs:/z",
        "nosuch:/z",
        "x" * 300,
    ):
        made = raw.post("experiments/create", name=out.name(f"at {location}"), artifact_location=location)
        out(f"location {location[:40]}", made)
        if made.status == 200:
            where = raw.get("experiments/get", experiment_id=made["experiment_id"])["experiment"]["artifact_location"]
            # A relative path becomes one of the server's own.
            out(
                f"location {location[:40]}, kept",
                where if ":" in location or location[0] == "/" else where.rsplit("/", 1)[-1],
            )

    out("set tag", lambda: client.set_experiment_tag(experiment, "owner", "ada"))
    out("change tag", lambda: client.set_experiment_tag(experiment, "owner", "bob"))
    out("raw set tag", raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="raw", value="1"))
    out("raw set tag, number", raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="num", value=1))
    out("raw set tag, no value", raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="none"))
    out("raw set tag, no key", raw.post("experiments/set-experiment-tag", experiment_id=experiment, value="x"))
    out("raw set tag, nobody", raw.post("experiments/set-experiment-tag", experiment_id="999999", key="a", value="b"))
    out("set tag, long key", lambda: client.set_experiment_tag(experiment, "k" * 251, "v"))
    out("set tag, key of 250", lambda: client.set_experiment_tag(experiment, "k" * 250, "v"))
    out(
        "raw set tag, long key",
        raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="k" * 251, value="v"),
    )
    out(
        "raw set tag, value of 5000",
        raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="v5", value="v" * 5000),
    )
    out(
        "raw set tag, value of 20001",
        raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="v20", value="v" * 20001),
    )
    out(
        "raw set tag, bad key",
        raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="a/../b", value="v"),
    )
    out(
        "raw set tag, odd key",
        raw.post("experiments/set-experiment-tag", experiment_id=experiment, key="a?b", value="v"),
    )
    out("tags", lambda: client.get_experiment(experiment).tags)
    out("delete tag", lambda: client.delete_experiment_tag(experiment, "owner"))
    out("delete tag again", lambda: client.delete_experiment_tag(experiment, "owner"))
    out("raw delete tag", raw.post("experiments/delete-experiment-tag", experiment_id=experiment, key="raw"))
    out("raw delete tag, nobody", raw.post("experiments/delete-experiment-tag", experiment_id="999999", key="raw"))
    out("raw delete tag, no key", raw.post("experiments/delete-experiment-tag", experiment_id=experiment))
    out("tags after", lambda: sorted(client.get_experiment(experiment).tags))

    before = client.get_experiment(experiment).last_update_time
    out("rename", lambda: client.rename_experiment(experiment, out.name("beta")))
    out("renamed", lambda: client.get_experiment(experiment).name)
    out("renamed later", client.get_experiment(experiment).last_update_time >= before)
    out("old name", lambda: client.get_experiment_by_name(name))
    out("rename to a taken one", lambda: client.rename_experiment(experiment, "Default"))
    out("raw rename, nothing", raw.post("experiments/update", experiment_id=experiment))
    out("raw rename, empty", raw.post("experiments/update", experiment_id=experiment, new_name=""))
    out("raw rename, long", raw.post("experiments/update", experiment_id=experiment, new_name="z" * 501))
    out("raw rename, nobody", raw.post("experiments/update", experiment_id="999999", new_name="x"))
    out("raw rename, same", raw.post("experiments/update", experiment_id=experiment, new_name=out.name("beta")))

    for what, value in {
        "nobody": "999999",
        "no number": "abc",
        "empty": "",
        "negative": "-1",
        "huge": "9" * 40,
    }.items():
        out(f"raw get, {what}", raw.get("experiments/get", experiment_id=value))
    out("raw get, nothing", raw.get("experiments/get"))
    out("get nobody", lambda: client.get_experiment("999999"))
    out("raw get by name, nothing", raw.get("experiments/get-by-name"))
    out("raw get by name, nobody", raw.get("experiments/get-by-name", experiment_name="no such name"))
