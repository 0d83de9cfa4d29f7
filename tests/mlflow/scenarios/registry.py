"""Registered models and their versions: made, read, changed, renamed, deleted."""


def version(raw, name, source, **more):
    return raw.post("model-versions/create", name=name, source=source, **more)


def run(client, raw, out):
    name = out.name("churn")
    out("create", lambda: client.create_registered_model(name, tags={"a": "b"}, description="what it is"))
    out("create again", lambda: client.create_registered_model(name))
    out("raw create again", raw.post("registered-models/create", name=name))
    out("get", lambda: client.get_registered_model(name))
    out("raw get", raw.get("registered-models/get", name=name))
    out(
        "raw create",
        raw.post("registered-models/create", name=out.name("raw"), tags=[{"key": "k", "value": "v"}], description="d"),
    )
    for what, value in {
        "nothing": None,
        "empty": "",
        "blank": " ",
        "slash": "a/b",
        "colon": "a:b",
        "dot": ".",
        "dotdot": "..",
        "number": 5,
        "unicode": "ä☃",
        "quotes": "'\"`",
        "percent": "100%",
        "space": "a b",
        "backslash": "a\\b",
        "hash": "a#?&=b",
        "newline": "a\nb",
    }.items():
        full = out.name(value) if isinstance(value, str) and len(value) > 1 and value not in ("..",) else value
        out(f"raw create, {what}", raw.post("registered-models/create", name=full))
        if isinstance(full, str):
            out(f"raw get, {what}", raw.get("registered-models/get", name=full))
    for n in 256, 257, 1000:
        out(
            f"raw create, {n} characters",
            raw.post("registered-models/create", name=out.name("n" * (n - len(out.name(""))))).status,
        )
    out(
        "raw create, duplicate tags",
        raw.post(
            "registered-models/create",
            name=out.name("dt"),
            tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
        ),
    )
    out(
        "raw create, long description",
        raw.post("registered-models/create", name=out.name("ld"), description="d" * 6000).status,
    )
    out(
        "raw create, bad tag",
        raw.post("registered-models/create", name=out.name("bt"), tags=[{"key": "a" * 251, "value": "1"}]),
    )
    out("get nobody", lambda: client.get_registered_model(out.name("nobody")))
    out("raw get nobody", raw.get("registered-models/get", name=out.name("nobody")))
    out("raw get nothing", raw.get("registered-models/get"))

    out("update", lambda: client.update_registered_model(name, "new words"))
    out("raw update", raw.patch("registered-models/update", name=name, description="newer words"))
    out("raw update, no description", raw.patch("registered-models/update", name=name))
    out("raw update, nobody", raw.patch("registered-models/update", name=out.name("nobody"), description="x"))
    out("raw update, nothing", raw.patch("registered-models/update"))
    out("updated", lambda: client.get_registered_model(name))
    out("set tag", lambda: client.set_registered_model_tag(name, "t", 5))
    out("change tag", lambda: client.set_registered_model_tag(name, "t", "6"))
    out("delete tag", lambda: client.delete_registered_model_tag(name, "a"))
    out("delete tag again", lambda: client.delete_registered_model_tag(name, "a"))
    for what, fields in {
        "": dict(name=name, key="r", value="1"),
        "no key": dict(name=name, value="1"),
        "no value": dict(name=name, key="nv"),
        "nothing": {},
        "nobody": dict(name=out.name("nobody"), key="a", value="b"),
        "long key": dict(name=name, key="k" * 251, value="1"),
        "number": dict(name=name, key="a", value=5),
        "long value": dict(name=name, key="lv", value="v" * 100000),
        "too long value": dict(name=name, key="lv", value="v" * 100001),
        "odd key": dict(name=name, key="a#b", value="1"),
    }.items():
        out(f"raw set tag {what}", raw.post("registered-models/set-tag", **fields))
        out(
            f"raw delete tag {what}",
            raw.delete("registered-models/delete-tag", **{k: v for k, v in fields.items() if k != "value"}),
        )

    experiment = client.create_experiment(out.name("source"))
    it = client.create_run(experiment, start_time=1, run_name="trainer").info.run_id
    model = client.create_logged_model(experiment, name="m", source_run_id=it).model_id
    out("ids", {"experiment_id": experiment, "run_id": it, "model_id": model})
    out(
        "version",
        lambda: client.create_model_version(
            name, "s3://bucket/1", tags={"x": "y"}, description="first", run_link="http://link"
        ),
    )
    out("version of run", lambda: client.create_model_version(name, f"runs:/{it}/model", run_id=it))
    out("version of model", lambda: client.create_model_version(name, f"models:/{model}", run_id=it, model_id=model))
    out("raw version", version(raw, name, "s3://bucket/4", description="d", tags=[{"key": "k", "value": "v"}]))
    out("version of nobody", lambda: client.create_model_version(out.name("nobody"), "s3://bucket/1"))
    out("raw version of nobody", version(raw, out.name("nobody"), "s3://bucket/1"))
    root = client.get_run(it).info.artifact_uri
    for what, (source, more) in {
        "empty": ("", {}),
        "number": (5, {}),
        "relative": ("a/b", {}),
        "absolute": ("/tmp/model", {}),
        "file": ("file:///tmp/model", {}),
        "file of run": ("file:///tmp/model", {"run_id": it}),
        "file with host": ("file://host/tmp/model", {}),
        "inside the run": (f"{root}/model", {"run_id": it}),
        "inside the run, no id": (f"{root}/model", {}),
        "above the run": (f"{root}/../../model", {"run_id": it}),
        "escaped above": (f"{root}/%2e%2e/%2e%2e/model", {"run_id": it}),
        "above the bucket": ("s3://bucket/../x", {}),
        "query": ("s3://bucket/x?y=../z", {}),
        "http": ("http://host/model", {}),
        "https": ("https://host/model?x=1", {}),
        "runs, no id": (f"runs:/{it}/model", {}),
        "runs, other id": (f"runs:/{it}/model", {"run_id": "f" * 32}),
        "runs of nobody": (f"runs:/{'f' * 32}/model", {"run_id": "f" * 32}),
        "runs, no path": (f"runs:/{it}", {"run_id": it}),
        "runs, empty": ("runs:/", {"run_id": it}),
        "models, no id": (f"models:/{model}", {}),
        "models, other id": (f"models:/{model}", {"model_id": "m-" + "0" * 32}),
        "models of nobody": (f"models:/m-{'0' * 32}", {"model_id": "m-" + "0" * 32}),
        "models, no run": (f"models:/{model}", {"model_id": model}),
        "models by version": (f"models:/{name}/1", {}),
        "models by unknown version": (f"models:/{name}/99", {}),
        "models by alias": (f"models:/{name}@nothing", {}),
        "unknown run": ("s3://bucket/x", {"run_id": "f" * 32}),
        "unknown model": ("s3://bucket/x", {"model_id": "m-" + "0" * 32}),
        "model id of m": ("s3://bucket/x", {"model_id": model}),
        "artifacts": ("mlflow-artifacts:/somewhere/else", {}),
        "artifacts of run": ("mlflow-artifacts:/somewhere/else", {"run_id": it}),
        "long": ("s3://bucket/" + "x" * 490, {}),
        "too long": ("s3://bucket/" + "x" * 600, {}),
        "dbfs": ("dbfs:/x", {}),
        "unknown scheme": ("nosuch:/x", {}),
        "unicode": ("s3://bucket/ä☃", {}),
    }.items():
        out(f"source {what}", version(raw, name, source, **more))
    out("raw version, nothing", raw.post("model-versions/create"))
    out("raw version, no source", raw.post("model-versions/create", name=name))
    out("raw version, no name", raw.post("model-versions/create", source="s3://b/x"))

    out("get version", lambda: client.get_model_version(name, "1"))
    out("raw get version", raw.get("model-versions/get", name=name, version="1"))
    for what, value in {
        "nobody": "9999",
        "zero": "0",
        "negative": "-1",
        "text": "abc",
        "real": "1.5",
        "padded": "01",
        "nothing": None,
        "empty": "",
        "latest": "latest",
    }.items():
        out(f"raw get version {what}", raw.get("model-versions/get", name=name, version=value))
        out(f"raw download uri {what}", raw.get("model-versions/get-download-uri", name=name, version=value))
    out("get nobody's version", raw.get("model-versions/get", name=out.name("nobody"), version="1"))
    out("download uri", lambda: client.get_model_version_download_uri(name, "1"))
    out("download uri of run", lambda: client.get_model_version_download_uri(name, "2"))
    out("download uri of model", lambda: client.get_model_version_download_uri(name, "3"))
    out("raw download uri", raw.get("model-versions/get-download-uri", name=name, version="2"))
    out("update version", lambda: client.update_model_version(name, "1", "words"))
    out("raw update version", raw.patch("model-versions/update", name=name, version="1", description="other words"))
    out("raw update version, no description", raw.patch("model-versions/update", name=name, version="2"))
    out("raw update version, nobody", raw.patch("model-versions/update", name=name, version="9999", description="x"))
    out("raw update version, nothing", raw.patch("model-versions/update", name=name))
    out("set version tag", lambda: client.set_model_version_tag(name, "1", "t", "u"))
    out("delete version tag", lambda: client.delete_model_version_tag(name, "1", "x"))
    out("delete version tag again", lambda: client.delete_model_version_tag(name, "1", "x"))
    for what, fields in {
        "": dict(name=name, version="1", key="r", value="1"),
        "number version": dict(name=name, version=1, key="r", value="1"),
        "no version": dict(name=name, key="a", value="1"),
        "no key": dict(name=name, version="1", value="1"),
        "no value": dict(name=name, version="1", key="nv"),
        "nobody": dict(name=name, version="9999", key="a", value="b"),
        "long key": dict(name=name, version="1", key="k" * 251, value="1"),
        "too long value": dict(name=name, version="1", key="lv", value="v" * 100001),
        "text version": dict(name=name, version="x", key="a", value="b"),
    }.items():
        out(f"raw set version tag {what}", raw.post("model-versions/set-tag", **fields))
        out(
            f"raw delete version tag {what}",
            raw.delete("model-versions/delete-tag", **{k: v for k, v in fields.items() if k != "value"}),
        )
    out("version in the end", lambda: client.get_model_version(name, "1"))
    out("model with versions", raw.get("registered-models/get", name=name))

    fresh = out.name("fresh")
    client.create_registered_model(fresh)
    for i in range(3):
        client.create_model_version(fresh, f"s3://bucket/{i}")
    out("delete version", lambda: client.delete_model_version(fresh, "3"))
    out("deleted version", lambda: client.get_model_version(fresh, "3"))
    out("delete version again", lambda: client.delete_model_version(fresh, "3"))
    out("raw delete version again", raw.delete("model-versions/delete", name=fresh, version="3"))
    out("raw delete version, nothing", raw.delete("model-versions/delete", name=fresh))
    out("tag deleted version", raw.post("model-versions/set-tag", name=fresh, version="3", key="a", value="b"))
    out("next number", lambda: client.create_model_version(fresh, "s3://bucket/next").version)
    before = client.get_registered_model(fresh).last_updated_timestamp
    renamed = out.name("renamed")
    out("rename", lambda: client.rename_registered_model(fresh, renamed))
    out("renamed later", client.get_registered_model(renamed).last_updated_timestamp >= before)
    out("old name", lambda: client.get_registered_model(fresh))
    out("its versions", lambda: [(v.name, v.version) for v in client.search_model_versions(f"name = '{renamed}'")])
    out("rename to a taken one", lambda: client.rename_registered_model(renamed, name))
    out("raw rename to itself", raw.post("registered-models/rename", name=renamed, new_name=renamed))
    out("raw rename, bad name", raw.post("registered-models/rename", name=renamed, new_name="a/b"))
    out("raw rename, nothing", raw.post("registered-models/rename", name=renamed))
    out("raw rename, nobody", raw.post("registered-models/rename", name=out.name("nobody"), new_name=out.name("x")))
    out("raw rename", raw.post("registered-models/rename", name=renamed, new_name=fresh))
    out("delete", lambda: client.delete_registered_model(fresh))
    out("delete again", lambda: client.delete_registered_model(fresh))
    out("raw delete again", raw.delete("registered-models/delete", name=fresh))
    out("raw delete, nothing", raw.delete("registered-models/delete"))
    out("deleted", lambda: client.get_registered_model(fresh))
    out("its versions after", lambda: client.search_model_versions(f"name = '{fresh}'"))
    out("again", lambda: client.create_registered_model(fresh))
    out("first number again", lambda: client.create_model_version(fresh, "s3://bucket/x").version)
    client.create_model_version(name, "s3://copy/me")
    out("copy", lambda: client.copy_model_version(f"models:/{fresh}/1", out.name("copied")))
