"""Searching experiments: filters, orders, views, both methods."""

from mlflow.entities import ViewType


def run(client, raw, out):
    for i in range(6):
        it = client.create_experiment(
            out.name(f"{['Alpha', 'beta', 'Gamma_x', 'gammaXx', '100%', 'ALPHA'][i]}"),
            tags={"n": str(i), "kind": "ab"[i % 2]},
        )
        if i == 1:
            client.set_experiment_tag(it, "only.one", "it's")
        if i == 2:
            client.delete_experiment(it)
        out(f"id {i}", {"experiment_id": it})
    mine = f"name LIKE '%{out.salt}'"

    def names(more="", **options):
        return [e.name for e in client.search_experiments(filter_string=mine + more, **options)]

    # The order of experiments made within a millisecond is nobody's business: names decide.
    by_name = {"order_by": ["name"]}
    for text in """
name = 'x'
name != 'x'
name LIKE 'A%'
name LIKE 'a%'
name ILIKE 'a%'
name LIKE 'gamma_x%'
name LIKE '100\\%%'
name LIKE '%'
attribute.name LIKE 'b%'
attributes.name LIKE 'b%'
attr.name LIKE 'b%'
`name` LIKE 'b%'
"name" LIKE 'b%'
name IN ('a', 'b')
tags.n = '3'
tag.n = '3'
tags.n != '3'
tags.`n` = '3'
tags."n" = '3'
tags.kind = 'a'
tags.kind ILIKE 'A'
tags.kind = 'a' AND tags.n = '4'
tags.`only.one` = "it's"
tags.only.one LIKE 'it%'
tags.only.one IS NULL
tags.only.one IS NOT NULL
tags.only.one != 'x'
tags.nothing = 'x'
creation_time > 0
creation_time > 99999999999999
creation_time >= 1000 AND last_update_time <= 99999999999999
last_update_time != 5
attribute.creation_time > 0
experiment_id = '999999'
experiment_id != '999999'
experiment_id IN ('999999')
experiment_id NOT IN ('999999')
experiment_id LIKE '%'
experiment_id > '5'
experiment_id = 999999
creation_time = 'abc'
creation_time LIKE '1%'
creation_time > '0'
lifecycle_stage = 'active'
artifact_location LIKE '%'
colour = 'red'
tags.n = 3
tags.n > '3'
tags.n IN ('1', '2')
name = abc
name = 5
name > 'a'
name
metrics.m > 5
params.p = 'x'
name LIKE 'a%' OR name LIKE 'b%'
(name LIKE 'a%')
name LIKE 'a%' name LIKE 'b%'
""".strip().splitlines():
        out(f"filter: {text}", lambda: names(" AND " + text, **by_name))
    for order in """
name
name ASC
name DESC
attribute.name DESC
attributes.name
experiment_id
experiment_id DESC
creation_time, name
creation_time ASC, name
last_update_time, name DESC
creation_time, experiment_id DESC
name, name
tags.n
colour
name UP
name,
lifecycle_stage
""".strip().splitlines():
        out(
            f"order: {order}",
            lambda: (lambda r: r if "time" not in order else sorted(r))(names(order_by=order.split(", "))),
        )
    for view in ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL:
        out(f"view {view}", names(view_type=view, **by_name))
    out("empty filter", lambda: len(client.search_experiments(filter_string="", max_results=2)))
    out("raw POST", raw.post("experiments/search", max_results=10, filter=mine, order_by=["name"]))
    out("raw GET", raw.get("experiments/search", max_results=10, filter=mine, order_by=["name"]))
    out(
        "raw GET, two orders",
        raw.get("experiments/search", max_results=2, filter=mine, order_by=["name DESC", "experiment_id"]),
    )
    out("raw GET, deleted", raw.get("experiments/search", max_results=10, filter=mine, view_type="DELETED_ONLY"))
    out("raw POST, deleted by number", raw.post("experiments/search", max_results=10, filter=mine, view_type=2))
    out("raw POST, no size", raw.post("experiments/search", filter=mine))
    out("raw POST, nothing found", raw.post("experiments/search", max_results=10, filter="name = 'nobody'"))
    out("raw GET, nothing", raw.get("experiments/search"))
    out("raw POST, nothing", raw.post("experiments/search"))
    out("raw POST, view unknown", raw.post("experiments/search", max_results=1, filter=mine, view_type="SOME"))
    found = client.search_experiments(filter_string=mine)
    ids = [int(e.experiment_id) for e in found]
    out(
        "newest first",
        ids == sorted(ids, reverse=True)
        or [e.creation_time for e in found] == sorted((e.creation_time for e in found), reverse=True),
    )
