"""The filter grammar of runs: every entity, comparator and quoting, and what is refused with which words."""

import math

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag


def seed(client, out):
    """Twelve runs with everything that a filter can ask for; the experiment's id."""
    experiment = client.create_experiment(out.name("search"))
    for i in range(12):
        it = client.create_run(
            experiment, start_time=1000 + 10 * i, run_name=f"run {i:02}", tags={"mlflow.user": f"user{i % 3}"}
        ).info.run_id
        metrics = [
            Metric("acc", i / 10, 1, 0),
            Metric("with space", float(i % 4), 1, 0),
            Metric("a/b-c.d", float(-i), 1, 0),
        ]
        metrics += (
            [
                Metric(
                    "loss", math.nan if i == 3 else math.inf if i == 4 else -math.inf if i == 5 else 1.0 / (i + 1), 1, 0
                )
            ]
            if i != 6
            else []
        )
        # Only the latest counts: at step 1, not the greatest.
        metrics += [Metric("latest", 100.0, 1, 0), Metric("latest", float(i), 1, 1)]
        params = [
            Param("depth", str(i % 5)),
            Param("Kind", ["Tree", "tree", "forest_100", "100%"][i % 4]),
            Param("odd key", f"it's {i}"),
        ]
        params += [Param("rare", "x")] if i < 2 else []
        tags = [RunTag("team", ["fog", "Fog", "sun"][i % 3]), RunTag("a.b", str(i)), RunTag("empty", "")]
        tags += [RunTag("quote", 'say "hi"'), RunTag("colon:key/x", "1")] if i == 7 else []
        client.log_batch(it, metrics, params, tags)
        if i < 4:
            dataset = Dataset(
                name=f"data{i % 2}", digest=f"d{i}", source_type="local", source="{}", schema=None, profile=None
            )
            client.log_inputs(
                it, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train" if i % 2 else "eval")])]
            )
        if i % 4 == 1:
            client.set_terminated(it, ["FINISHED", "FAILED", "KILLED"][i // 4], end_time=5000 + i)
    return experiment


GOOD = """
metrics.acc > 0.5
metrics.acc >= 0.5
metrics.acc = 0.5
metrics.acc != 0.5
metrics.acc < .25
metrics.acc <= 2e-1
metric.acc > 0.9
metrics.acc > -1
metrics.acc > '0.5'
metrics.`with space` = 2
metrics."with space" = 2
metrics.`a/b-c.d` < -9
metrics.a/b-c.d < -9
metrics.latest = 3
metrics.latest > 50
metrics.nothing > 0
metrics.nothing != 0
metrics.loss > 0
metrics.loss != 0.5
metrics.loss < 0
metrics.loss > 1e300
params.depth = '3'
params.depth = "3"
param.depth = '3'
parameters.depth = '3'
parameter.depth != '3'
params.Kind = 'Tree'
params.Kind LIKE 'T%'
params.Kind LIKE 't%'
params.Kind ILIKE 'T%'
params.Kind like '%ree'
params.Kind LIKE 'forest_100'
params.Kind LIKE 'forest\\_100'
params.Kind LIKE '100%'
params.Kind LIKE '_ree'
params.Kind LIKE '%'
params.`odd key` = "it's 3"
params.rare IS NULL
params.rare IS NOT NULL
params.rare is not null
params.rare != 'x'
params.nothing = 'x'
tags.team = 'fog'
tag.team = 'fog'
tags.team != 'fog'
tags.team ILIKE 'FOG'
tags.team LIKE 'FOG'
tags.`a.b` = '5'
tags.a.b = '5'
tags.empty = ''
tags.quote = 'say "hi"'
tags.quote IS NULL
tags.colon:key/x = '1'
tags.`colon:key/x` = '1'
tags.quote IS NOT NULL
tags.mlflow.user = 'user1'
tags.`mlflow.runName` = 'run 05'
tags."mlflow.runName" LIKE '%5'
attributes.status = 'FINISHED'
attribute.status = 'RUNNING'
attr.status != 'RUNNING'
run.status = 'FAILED'
status = 'KILLED'
status LIKE 'F%'
status = 'finished'
attributes.run_name = 'run 03'
run_name LIKE 'run 1%'
run_name ILIKE 'RUN 1%'
attributes.`run name` = 'run 03'
attributes.`Run name` = 'run 03'
attributes."Run Name" = 'run 03'
attributes.user_id = 'unknown'
user_id = 'unknown'
attributes.artifact_uri LIKE '%artifacts'
attributes.start_time > 1050
attributes.start_time = 1050
attributes.created < 1030
attributes.Created < 1030
start_time >= 1100
end_time > 5001
end_time != 5001
attributes.start_time > '1050'
datasets.name = 'data1'
dataset.name = 'data1'
dataset.name LIKE 'data%'
dataset.name ILIKE 'DATA%'
dataset.name != 'data1'
dataset.name IN ('data0', 'x')
dataset.name NOT IN ('data0', 'x')
dataset.digest = 'd2'
dataset.digest IN ('d1', 'd2')
dataset.context = 'train'
dataset.context != 'train'
dataset.context IN ('train')
dataset.name = 'data1' AND dataset.context = 'train'
run_id IN ('nothing', 'neither')
attributes.run_id NOT IN ('nothing')
run_id = 'nothing'
run_id != 'nothing'
run_id LIKE '%'
metrics.acc > 0.3 AND params.depth = '0'
metrics.acc > 0.3 and metrics.acc < 0.8 and tags.team = 'fog' AND status = 'RUNNING'
metrics.acc>0.3 AND params.depth='0'
   metrics.acc   >   0.5
metrics.acc > 0.5 AND
params.depth IN ('1', '2')
tags.team IN ('fog', 'sun')
tags.team NOT IN ('fog')
attributes.start_time IN (1000, 1010)
metrics.acc IS NULL
metrics.acc IS NOT NULL
status IS NULL
start_time IS NOT NULL
end_time IS NULL
""".strip("\n").splitlines()

BAD = """
metrics.acc
metrics.acc >
> 5
metrics.acc > abc
metrics.acc > 'abc'
metrics.acc LIKE '5'
metrics.acc > 5 OR metrics.acc < 3
(metrics.acc > 0.5)
NOT metrics.acc > 5
metrics.acc > 0.5 metrics.acc < 0.9
metrics.acc == 0.5
metrics.acc <> 0.5
metrics.acc ~ 5
metrics.acc BETWEEN 1 AND 2
metrics.acc > 1, metrics.acc < 2
metrics.acc > 1; DROP TABLE runs
metrics.acc > 1 -- comment
metrics.acc > metrics.loss
5 < metrics.acc
metrics. > 5
metrics > 5
.acc > 5
params.depth = 3
params.depth > '3'
params.depth = abc
params.depth = '3
params.depth = 3'
params.depth = `3`
params.depth = ''
params.depth LIKE 3
params.depth IN '1'
params.depth IN ()
params.depth IN (1)
params.depth IS 'x'
params.depth IS
tags.team = fog
tags.team = 3
tags.team > 'a'
tags.team
unknown.key = 'x'
colour = 'red'
attributes.colour = 'red'
attributes.status > 'A'
attributes.status = FINISHED
attributes.status = 5
attributes.start_time = 'abc'
attributes.start_time LIKE '1%'
attributes.lifecycle_stage = 'active'
attributes.experiment_id = '0'
start_time > 1050.5
dataset.colour = 'x'
dataset.name > 'x'
dataset.name = 5
dataset.name IN ('a'
run_id IN ('a', 5)
run_id IN ('a',)
run_id IN a
run_id IN ()
AND
AND metrics.acc > 1
metrics.acc > 1 AND AND metrics.acc > 2
'metrics.acc' > 1
"metrics.acc" > 1
`metrics.acc` > 1
`metrics`.acc > 1
metrics.`acc > 1
metrics.'acc' > 1
metrics.acc > 1 AND params
tags.`unclosed = 'x'
tags.a'b = 'x'
ä.ö = 'x'
select * from runs
1
*
metrics.acc > 0x10
metrics.acc > 1_000
metrics.acc > 1e999
metrics.acc > nan
metrics.acc > inf
metrics.acc > +1
metrics.acc > --1
""".strip("\n").splitlines()


def run(client, raw, out):
    experiment = seed(client, out)
    out("ids", {"experiment_id": experiment})

    def names(text, **more):
        return [r.info.run_name for r in client.search_runs([experiment], text, **more)]

    for kind, texts in ("good", GOOD), ("bad", BAD):
        for text in texts:
            out(f"{kind}: {text}", lambda: names(text))
    some = client.search_runs([experiment], max_results=2)
    ids = [r.info.run_id for r in some]
    out("two ids", [r.info.run_name for r in some])
    out("run_id =", names(f"run_id = '{ids[0]}'"))
    out("run_id IN", names(f"attributes.run_id IN ('{ids[0]}', '{ids[1]}')"))
    out("run_id NOT IN", names(f"run_id NOT IN ('{ids[0]}', '{ids[1]}')"))
    out("run_id LIKE", names(f"run_id LIKE '{ids[0][:30]}%'"))
    out("newlines", names("metrics.acc > 0.3\n\tAND metrics.acc\n< 0.6"))
    out("newline in a text", names("tags.team = 'fo\ng'"))
    out("empty", names(""))
    out("blank", lambda: names("   "))
    out("long", lambda: names(" AND ".join(["metrics.acc > 0.5"] * 60)))
    out("raw", raw.post("runs/search", experiment_ids=[experiment], filter="run_name = 'run 01'"))
    out("raw, nothing found", raw.post("runs/search", experiment_ids=[experiment], filter="run_name = 'nobody'"))
    out("raw, bad", raw.post("runs/search", experiment_ids=[experiment], filter="metrics.acc LIKE 'x'"))
    out("raw, no experiments", raw.post("runs/search", filter=""))
    out("raw, empty experiments", raw.post("runs/search", experiment_ids=[]))
    out("raw, unknown experiment", raw.post("runs/search", experiment_ids=["999999"]))
    out("raw, no number", raw.post("runs/search", experiment_ids=["abc"]))
    out("raw, number", raw.post("runs/search", experiment_ids=[int(experiment)], max_results=1))
    out("raw, filter number", raw.post("runs/search", experiment_ids=[experiment], filter=5))
    out("raw, view unknown", raw.post("runs/search", experiment_ids=[experiment], run_view_type="SOME"))
    out("raw, view number", raw.post("runs/search", experiment_ids=[experiment], run_view_type=2))
