"""Aliases of model versions."""

import mlflow


def run(client, raw, out):
    name = out.name("aliased")
    client.create_registered_model(name)
    for i in range(3):
        client.create_model_version(name, f"s3://bucket/{i}")
    out("set", lambda: client.set_registered_model_alias(name, "best", "1"))
    out("by alias", lambda: client.get_model_version_by_alias(name, "best"))
    out("raw by alias", raw.get("registered-models/alias", name=name, alias="best"))
    out("move", lambda: client.set_registered_model_alias(name, "best", 2))
    out("moved", lambda: client.get_model_version_by_alias(name, "best").version)
    out("old version", lambda: client.get_model_version(name, "1").aliases)
    out("another", lambda: client.set_registered_model_alias(name, "second", "2"))
    out("version", lambda: client.get_model_version(name, "2"))
    out("model", lambda: client.get_registered_model(name))
    out("raw model", raw.get("registered-models/get", name=name))
    out("raw version", raw.get("model-versions/get", name=name, version="2"))
    for alias in (
        "x",
        "X",
        "a-b",
        "a_b",
        "a.b",
        "a b",
        "a/b",
        "a:b",
        "a@b",
        "ä",
        "☃",
        "",
        "latest",
        "Latest",
        "LATEST",
        "v1",
        "V1",
        "v12",
        "v",
        "v1a",
        "vx",
        "1",
        "12",
        "-",
        "_",
        "a" * 255,
        "a" * 256,
        5,
        None,
        "champion1",
        "stag%ing",
        "a'b",
    ):
        what = alias if not isinstance(alias, str) or len(alias) < 20 else f"of {len(alias)}"
        out(f"raw set {what!r}", raw.post("registered-models/alias", name=name, alias=alias, version="3"))
        out(f"raw get {what!r}", raw.get("registered-models/alias", name=name, alias=alias))
        out(f"raw delete {what!r}", raw.delete("registered-models/alias", name=name, alias=alias))
    for what, fields in {
        "no version": dict(name=name, alias="z"),
        "no alias": dict(name=name, version="1"),
        "no name": dict(alias="z", version="1"),
        "nothing": {},
        "unknown version": dict(name=name, alias="z", version="99"),
        "text version": dict(name=name, alias="z", version="abc"),
        "number version": dict(name=name, alias="z", version=1),
        "nobody": dict(name=out.name("nobody"), alias="z", version="1"),
        "zero": dict(name=name, alias="z", version="0"),
    }.items():
        out(f"raw set, {what}", raw.post("registered-models/alias", **fields))
    for what, fields in {
        "unknown": dict(name=name, alias="unknown"),
        "nobody": dict(name=out.name("nobody"), alias="z"),
        "no alias": dict(name=name),
        "nothing": {},
    }.items():
        out(f"raw get, {what}", raw.get("registered-models/alias", **fields))
        out(f"raw delete, {what}", raw.delete("registered-models/alias", **fields))
    out("get unknown", lambda: client.get_model_version_by_alias(name, "unknown"))
    out("delete unknown", lambda: client.delete_registered_model_alias(name, "unknown"))
    out("set reserved", lambda: client.set_registered_model_alias(name, "latest", "1"))
    out(
        "delete version clears",
        lambda: (client.delete_model_version(name, "2"), client.get_registered_model(name).aliases),
    )
    out("alias of deleted", lambda: client.get_model_version_by_alias(name, "best"))
    out("set again", lambda: client.set_registered_model_alias(name, "best", "3"))
    out("delete", lambda: client.delete_registered_model_alias(name, "best"))
    out("deleted", lambda: client.get_registered_model(name).aliases)
    out(
        "aliases follow a rename",
        lambda: (
            client.set_registered_model_alias(name, "kept", "3"),
            client.rename_registered_model(name, out.name("other")).aliases,
        ),
    )
    out("by alias after", lambda: client.get_model_version_by_alias(out.name("other"), "kept").version)
    out(
        "search shows",
        lambda: [(m.name, m.aliases) for m in client.search_registered_models(f"name = '{out.name('other')}'")],
    )
    out(
        "versions show",
        lambda: [
            (v.version, v.aliases)
            for v in client.search_model_versions(f"name = '{out.name('other')}'", order_by=["version_number ASC"])
        ],
    )
    out("model uri by alias", lambda: mlflow.artifacts.list_artifacts(f"models:/{out.name('other')}@unknown"))
