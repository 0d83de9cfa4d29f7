"""Searching the registry: filters and orders of models and versions, the client's own prompt clause."""


def run(client, raw, out):
    experiment = client.create_experiment(out.name("registry"))
    runs = [client.create_run(experiment, start_time=i, run_name=f"r{i}").info.run_id for i in range(2)]
    out("ids", {"experiment_id": experiment, "run_id": runs})
    for i, base in enumerate(["Alpha", "beta", "Gamma_x", "gammaXx", "100%"]):
        client.create_registered_model(
            out.name(base), tags={"n": str(i), "kind": "ab"[i % 2]} | ({"rare": "it's"} if i == 1 else {})
        )
        for j in range(i):
            client.create_model_version(
                out.name(base), f"s3://bucket/{base}/{j}", run_id=runs[j] if j < 2 else None, tags={"j": str(j)}
            )
    prompt = out.name("prompt")
    client.create_prompt(prompt)
    mine = f"name LIKE '%{out.salt}'"
    models = lambda text, **o: [m.name for m in client.search_registered_models(mine + text, **o)]  # noqa: E731
    versions = lambda text, **o: [[v.name, v.version] for v in client.search_model_versions(mine + text, **o)]  # noqa: E731
    texts = """
name = 'x'
name != 'x'
name LIKE 'g%'
name ILIKE 'g%'
name LIKE 'Gamma_x%'
name LIKE '100\\%%'
name IN ('a', 'b')
attribute.name LIKE 'b%'
attributes.name LIKE 'b%'
`name` LIKE 'b%'
tags.kind = 'a'
tag.kind = 'a'
tags.kind != 'a'
tags.`kind` ILIKE 'A'
tags.rare = "it's"
tags.rare LIKE '%s'
tags.rare IS NULL
tags.rare IS NOT NULL
tags.rare != 'x'
tags.nothing = 'x'
tags.nothing != 'x'
tags.kind = 'a' AND tags.n = '4'
tags.n = '3' and tags.kind = 'b'
tags.n = 3
tags.n > '3'
tags.j = '1'
tags.j != '1'
name = 5
name > 'a'
name
name LIKE
creation_timestamp > 0
last_updated_timestamp > 0
run_id = 'x'
run_id IN ('x', 'y')
run_id != 'x'
run_id LIKE '%'
source_path = 's3://bucket/beta/0'
source_path LIKE 's3://bucket/g%'
source_path ILIKE 'S3://BUCKET/G%'
source_path != 'x'
version_number = 2
version_number = '2'
version_number > 1
version_number >= 2 AND version_number < 4
version_number != 1
version_number IN (1, 2)
current_stage = 'None'
status = 'READY'
colour = 'red'
metrics.m > 5
name LIKE 'a%' OR name LIKE 'b%'
(name LIKE 'a%')
""".strip().splitlines()
    for text in texts:
        out(f"models: {text}", lambda: models(" AND " + text))
        out(f"versions: {text}", lambda: versions(" AND " + text))
    for order in """
name
name ASC
name DESC
creation_timestamp, name
last_updated_timestamp, name
last_updated_timestamp DESC, name DESC
timestamp, name
version_number, name
version_number DESC, name ASC
name DESC, version_number ASC
tags.n
colour
name, name
name UP
name,
attribute.name
""".strip().splitlines():
        loose = sorted if "timestamp" in order else list
        out(f"models by {order}", lambda: loose(models("", order_by=order.split(", "))))
        out(f"versions by {order}", lambda: loose(versions("", order_by=order.split(", "))))
    out("versions of a run", lambda: versions(f" AND run_id = '{runs[0]}'"))
    out("versions of runs", lambda: versions(f" AND run_id IN ('{runs[0]}', '{runs[1]}')"))
    out(
        "versions of a run alone",
        lambda: [[v.name, v.version] for v in client.search_model_versions(f"run_id = '{runs[1]}'")],
    )
    out(
        "versions of a model", lambda: [v.version for v in client.search_model_versions(f"name = '{out.name('100%')}'")]
    )
    out(
        "versions of models",
        lambda: [
            [v.name, v.version]
            for v in client.search_model_versions(f"name IN ('{out.name('beta')}', '{out.name('Gamma_x')}')")
        ],
    )
    out("raw models", raw.get("registered-models/search", filter=mine))
    out(
        "raw models, no prompts",
        [
            m["name"]
            for m in raw.get("registered-models/search", filter=mine + " AND tags.`mlflow.prompt.is_prompt` != 'true'")[
                "registered_models"
            ]
        ],
    )
    out(
        "raw models, prompts",
        raw.get("registered-models/search", filter=mine + " AND tags.`mlflow.prompt.is_prompt` = 'true'"),
    )
    out("raw models, bad", raw.get("registered-models/search", filter="colour = 'red'"))
    out("raw models, POST", raw.post("registered-models/search", filter=mine))
    out("raw versions", raw.get("model-versions/search", filter=f"name = '{out.name('beta')}'"))
    out("raw versions, none", raw.get("model-versions/search", filter="name = 'nobody'"))
    out("raw versions, bad", raw.get("model-versions/search", filter="colour = 'red'"))
    out("raw versions, POST", raw.post("model-versions/search", filter=mine))
    out(
        "raw two orders",
        raw.get("registered-models/search", filter=mine, order_by=["name DESC", "last_updated_timestamp"]),
    )
    out("raw order that is none", raw.get("registered-models/search", filter=mine, order_by=["creation_timestamp"]))
