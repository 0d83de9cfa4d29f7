"""Pages of runs, experiments, models and versions: sizes, tokens, ends, what is refused."""

import base64
import json


def walk(fetch):
    """All pages of a client's search: the number on each."""
    sizes, names, token = [], [], None
    while True:
        page = fetch(token)
        sizes.append(len(page))
        names += page
        token = page.token
        if not token or len(sizes) > 20:
            return sizes, names


def run(client, raw, out):
    experiment = client.create_experiment(out.name("paging"))
    other = client.create_experiment(out.name("paging other"))
    out("ids", {"experiment_id": [experiment, other]})
    for i in range(23):
        client.create_run(other if i % 8 == 0 else experiment, start_time=1000 + i, run_name=f"r{i:02}")
    for size in 1, 5, 10, 23, 24, 50000:
        sizes, found = walk(
            lambda t: client.search_runs(
                [experiment, other], max_results=size, page_token=t, order_by=["attributes.run_name"]
            )
        )
        out(f"pages of {size}", {"sizes": sizes, "names": [r.info.run_name for r in found]})
    out(
        "with a filter",
        walk(lambda t: client.search_runs([experiment, other], "run_name LIKE 'r1%'", max_results=4, page_token=t))[0],
    )
    for size in 0, -1, 50001, 2**31, 2**63, "5", "abc", 2.5, 2.0, None, True:
        out(
            f"raw size {size!r}",
            raw.post("runs/search", experiment_ids=[experiment], max_results=size, filter="run_name = 'r01'"),
        )
    for size in 0, -1, 50001:
        out(f"size {size}", lambda: len(client.search_runs([experiment], max_results=size)))
    token = raw.post("runs/search", experiment_ids=[experiment], max_results=2)["next_page_token"]
    encode = lambda v: base64.b64encode(json.dumps(v).encode()).decode()  # noqa: E731
    tokens = {
        "garbage": "garbage",
        "not base64": "!!!!",
        "no json": base64.b64encode(b"hello").decode(),
        "empty": "",
        "number": 5,
        "list": encode([1]),
        "cut": token[:-3],
        "unicode": "ä☃",
        "long": "A" * 10000,
        "null": None,
        "negative": encode({"offset": -5}),
        "text": encode({"offset": "x"}),
        "no offset": encode({"x": 1}),
    }
    for what, value in tokens.items():
        out(
            f"token {what}",
            raw.post(
                "runs/search",
                experiment_ids=[experiment],
                max_results=1,
                order_by=["attributes.run_name"],
                page_token=value,
            ),
        )
        if isinstance(value, str):
            found = raw.post("experiments/search", max_results=1, page_token=value)
            # Which experiment is the first of all is another scenario's matter.
            out(f"experiments' token {what}", found.status if found.status == 200 else found)
            out(
                f"models' token {what}",
                raw.get("registered-models/search", max_results=1, page_token=value, filter=f"name LIKE '%{out.salt}'"),
            )
            out(
                f"versions' token {what}",
                raw.get("model-versions/search", max_results=1, page_token=value, filter=f"name = '{out.salt}'"),
            )

    for i in range(7):
        client.create_experiment(out.name(f"e{i}"))
        client.create_registered_model(out.name(f"m{i}"))
    for i in range(7):
        client.create_model_version(out.name("m0"), f"s3://bucket/{i}")
    mine = f"name LIKE '%{out.salt}'"
    for size in 1, 3, 7, 100:
        sizes, found = walk(
            lambda t: client.search_experiments(filter_string=mine, max_results=size, page_token=t, order_by=["name"])
        )
        out(f"experiments by {size}", {"sizes": sizes, "names": [e.name for e in found]})
        sizes, found = walk(lambda t: client.search_registered_models(mine, max_results=size, page_token=t))
        out(f"models by {size}", {"sizes": sizes, "names": [m.name for m in found]})
        sizes, found = walk(
            lambda t: client.search_model_versions(f"name = '{out.name('m0')}'", max_results=size, page_token=t)
        )
        out(f"versions by {size}", {"sizes": sizes, "versions": [v.version for v in found]})
    for size in 0, -1, 1000, 1001, 50000, 50001, 200000, 200001, "x":
        out(
            f"raw experiments size {size}",
            raw.post("experiments/search", filter=f"name = '{out.name('e1')}'", max_results=size),
        )
        out(
            f"raw models size {size}",
            raw.get("registered-models/search", filter=f"name = '{out.name('m1')}'", max_results=size),
        )
        out(
            f"raw versions size {size}",
            raw.get("model-versions/search", filter=f"name = '{out.name('m1')}'", max_results=size),
        )
        out(
            f"raw runs size {size}",
            raw.post("runs/search", experiment_ids=[other], filter="run_name = 'none'", max_results=size),
        )
