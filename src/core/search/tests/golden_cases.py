"""The filters and orders that golden.py asks MLflow about."""

FILTERS = {
    "runs": r"""
metrics.loss > 0.4
metrics.loss >= 0.5
metrics.loss < 0.5
metrics.loss <= -1e3
metrics.loss = 0.5
metrics.loss != 0.5
metrics.loss > -.5
metrics.loss>.4
metrics.loss > 1e-301
metrics.acc = 0
metrics.acc=-0.0
metric.acc > 0.25 and metrics.loss < 1
metrics.`a b` = 1
metrics."a b" = 1
metrics.'a b' = 1
metrics.a.b > 1
metrics.`a.b` = 3
metrics.absent != 1
metrics.absent < 1
metrics.loss > 100000000000000000000000
metrics.1x > 1
metrics.é > 1
metrics.loss !=1
metrics.loss > +1
metrics.loss > = 1
metrics.loss ! = 1
metrics.loss > 0x10
metrics.loss > '1'
metrics.loss > NaN
metrics.loss > inf
metrics.loss > 1e+3
metrics.loss LIKE 'a'
metrics.loss is null
metrics.loss IN (1, 2)
metrics.a-b > 1
metrics.a/b > 1
metrics.acc > 0.25AND metrics.loss < 1
metrics.1 > 0
metrics. > 1
metrics. loss > 0
Metrics.loss > 0
params.lr = '0.1'
params.lr = "0.1"
param.lr != '0.1'
parameter.lr LIKE '0.1%'
parameters.lr LIKE '0.1_'
params.lr LIKE '%'
params.lr = ''
params.Model = 'xgboost'
params.Model LIKE 'xgb%'
params.Model ILIKE 'XGB%'
params.Model like 'X%'
params.Model ilike '%BOOST'
params.note LIKE '100%'
params.note = '100%'
params.`x y` = '1'
params."x y" = '1'
params.sel = 'a\'
params.note = 'it's "odd"'
params.note = "it's "odd""
params.note LIKE "it's%"
params.lr IS NULL
params.lr IS NOT NULL
params.lr is null
params.lr Is Not Null and metrics.acc > 0
params.lr IS  NOT   NULL
params.lr = 0.1
params.lr = `0.1`
params.lr = params.Model
params.lr > '0.1'
params.lr == '0.1'
params.lr <> '0.1'
params.lr NOT LIKE '0%'
params.lr RLIKE '0'
params.lr IN ('0.1')
params.lr BETWEEN '0' AND '1'
params.lr = '0.1' params.Model = 'XGBoost'
AND params.lr = '0.1'
params.lr = '0.1' AND
AND
params.lr = '0.1' OR params.lr = '0.01'
(params.lr = '0.1')
NOT params.lr = '0.1'
params.lr = '0.1';
params.lr = '0.1'; params.lr = '0.01'
params.lr
params.lr =
params.lr = '0.1' -- why
= '0.1'
params.lr = '0.1
params.lr = '0.1'AND params.Model = 'XGBoost'
`params`.lr = '0.1'
PARAMS.lr = '0.1'
params.select = 'a'
params.and = 'a'
params.`a``b` = 'x'
params.lr = ('0.1')
params.lr = NULL
tags.team = 'red'
tag.team != 'red'
tags.team ILIKE 'RED'
tags.team IS NULL
tags.team IS NOT NULL AND tags.team != ''
tags.`team` = "red"
tags.TEAM = 'red'
tags.`x-y` = '1'
tags.x-y = '1'
tags.mlflow.user = 'ann'
tags.`mlflow.user` = 'ann'
tags.mlflow.runName = 'alpha'
tags.team LIKE 'blue%green'
tags.team = 5
tags.team IN ('red')
attributes.status = 'FINISHED'
attribute.status != 'FINISHED'
attr.status LIKE 'F%'
run.status ILIKE 'f%'
status = 'RUNNING'
status = 'finished'
status IN ('FINISHED')
status > 'A'
status IS NULL
run_name = 'alpha'
attributes.run_name LIKE '%a'
run_name LIKE 'Delta\%2'
run_name LIKE 'delta__'
run_name LIKE 'DELTA%'
run_name ILIKE 'DELTA%'
"run name" = 'alpha'
`Run name` = 'alpha'
attributes.`Run Name` = 'alpha'
'run name' = 'alpha'
run name = 'alpha'
user_id = 'ann'
user_id = 'Ünal'
artifact_uri LIKE 'mlflow-artifacts:/%'
start_time > 1500
start_time = 1760000000123
start_time != 2000
attributes.start_time >= 1760000000122.5
start_time < 1000.5
created > 1500
Created <= 1000
attributes.created = 1000
end_time > 0
end_time != 3000
end_time < 10000
start_time > -5
start_time = '1000'
start_time LIKE 1
start_time IS NULL
start_time > foo
start_time IN (1000)
start_time > 10000000000000000000000
lifecycle_stage = 'active'
experiment_id = '1'
foo = 'x'
foo.bar = 'x'
run.foo = 'x'
"run.status" = 'x'
1 = 1
'a' = 'a'
dataset.name = 'train.csv'
datasets.name LIKE '%.csv'
dataset.name ILIKE 'TRAIN%'
dataset.name != 'train.csv'
dataset.digest = 'd1'
dataset.digest IN ('d1', 'd2')
dataset.name NOT IN ('train.csv')
dataset.context = 'eval'
dataset.context in ("training")
dataset.name = 'train.csv' AND dataset.context = 'eval'
dataset.foo = 'x'
dataset.name > 'x'
dataset.name = 5
dataset.name IS NULL
run_id IN ()
run_id IN (1)
run_id IN ('a', 1)
run_id IN ('a' 'b')
run_id IN (a)
run_id IN ('a'
run_id IN 'a'
run_id = ('a')
run_id != 'a'
run_id NOT IN ('a',)
run_id not  in ('a', "b")
run_id LIKE '%a%'
""".strip("\n").split("\n") + ["", "   ", "status\t=\n'FINISHED'\nAND\nuser_id = 'ann'", "params.lr = '0.1'\n"],
    "experiments": r"""
name = 'churn'
name != 'churn'
name LIKE 'churn%'
name ILIKE 'churn%'
name like 'churn%'
name LIKE 'fraud_eu'
name ILIKE 'ÉTÉ'
attribute.name = 'fraud'
attributes.name = 'fraud'
attr.name = 'fraud'
`name` = 'fraud'
attribute.`name` = 'fraud'
"name" = "fraud"
name IN ('churn')
name > 'churn'
experiment_id = '1'
experiment_id != '1'
experiment_id IN ('1', '3')
experiment_id in ('1', '3')
experiment_id NOT IN ('1', '3')
experiment_id = 1
experiment_id > '1'
experiment_id LIKE '1'
experiment_id = 'x'
experiment_id IN ('x')
experiment_id IN (1)
creation_time > 1000
creation_time = 2000 AND name LIKE '%2'
creation_time >= 2000.5
creation_time = '2000'
creation_time LIKE 2000
last_update_time <= 2500
last_update_time IS NULL
tags.team = 'red'
tag.team != 'red'
tags.team LIKE 'r%'
tags.team ILIKE 'R%'
tags.team IS NULL
tags.team is not null
tags.`a b` = "it's"
tags.team = 5
tags.team > 'a'
tags.team IN ('red')
params.x = 'y'
metrics.x > 1
lifecycle_stage = 'active'
name IS NULL
name = 'a' OR name = 'b'
name
""".strip("\n").split("\n"),
    "models": r"""
name = 'churn'
name != 'churn'
name LIKE '%hurn'
name ilike 'CHURN'
name IN ('churn', 'fraud')
name NOT IN ('churn')
name = ('churn')
name > 'a'
name = 5
name IS NULL
attribute.name = 'churn'
attributes.name = 'churn'
`name` = 'churn'
tags.team = 'red'
tag.team != 'red'
tags.team ILIKE 'R%' AND name LIKE 'c%'
tags.team IS NULL
tags.team = 5
tags.team > 'a'
tags.`mlflow.prompt.is_prompt` = 'true'
tags.`mlflow.prompt.is_prompt` = 'false'
tags.`mlflow.prompt.is_prompt` != 'true'
tags.`mlflow.prompt.is_prompt` != 'false'
tags.mlflow.prompt.is_prompt = 'True'
name = 'greeting'
creation_timestamp > 1
params.x = 'y'
foo = 'x'
name = 'a' OR name = 'b'
""".strip("\n").split("\n") + [""],
    "versions": r"""
name = 'churn'
name ILIKE 'churn'
name IN ('churn', 'fraud') AND version_number > 1
version_number = 2
version_number = '2'
version_number >= 10
version_number != 1
version_number = 1.5
version_number = 'x'
version_number LIKE '1%'
version_number IN (1, 2)
version_number IS NULL
run_id = 'r1'
run_id IN ('r1', 'r2')
run_id NOT IN ('r1')
run_id != 'r1'
source_path = 's3://b/a'
source_path LIKE 's3://%'
source_path ILIKE 's3://%'
source_path IN ('s3://b/a')
name = 5
tags.stage = 'old'
tag.stage != 'old'
tags.stage like 'n%'
tags.stage IN ('old')
tags.stage IS NOT NULL
tags.`mlflow.prompt.is_prompt` = 'true'
attribute.run_id = 'r1'
attributes.run_id = 'r1'
creation_timestamp > 1
source = 'x'
foo.x = 'y'
""".strip("\n").split("\n") + [""],
    "logged_models": r"""
name = 'm1'
name != 'm1'
name LIKE 'm%'
name ILIKE 'm1'
name like 'm%'
name IN ('m1', 'm2')
name NOT IN ('m1')
name = m1
name = "m1"
attributes.name = 'm1'
attribute.name = 'm1'
`name` = 'm1'
model_id = 'x'
model_type = 'xgboost'
model_type ILIKE 'XGBOOST'
model_type != 'xgboost'
model_type IN ('xgboost', 'sklearn')
source_run_id = 'ra'
creation_timestamp > 1000
creation_time >= 2000
last_updated_timestamp < 2000
creation_timestamp = '1000'
creation_timestamp LIKE 1
metrics.loss < 0.3
metrics.loss > 0.3
metrics.loss = 0.4
metrics.loss != 0.5
metrics.`a.b` = 1
metrics.a.b = 1
metrics.loss > 'x'
metric.loss < 0.3
params.lr = '0.1'
params.lr = 0.1
params.lr IN ('0.1', '0.2')
params.lr > '0.1'
params.lr IS NULL
tags.k = 'v'
tags.k ILIKE 'v'
tags.k IN ('v')
tags.`x y` = 'z'
foo = 'x'
foo.x = 'y'
name = 'm1' OR name = 'm2'
name = 'm1' AND tags.k = 'v'
name
""".strip("\n").split("\n") + [""],
}


def logged(name, ascending=True, dataset=None, digest=None):
    return {k: v for k, v in {"field_name": name, "ascending": ascending, "dataset_name": dataset,
                              "dataset_digest": digest}.items() if v is not None}


ORDERS = {
    "runs": [
        [], ["metrics.loss"], ["metrics.loss DESC"], ["metrics.loss asc"], ["metrics.acc DESC", "metrics.loss ASC"],
        ["metrics.`a b`"], ["metrics.`a b` DESC"], ["metrics.\"a b\" desc"], ["metrics.'a b' desc"], ["`metrics`.acc desc"],
        ["params.lr"], ["params.lr DESC"], ["params.`x y` DESC"], ["tags.team"], ["tags.team DESC"], ["tags.mlflow.user"],
        ["tags.`x-y` desc"], ["params.x-y"], ["start_time"], ["start_time DESC"], ["attribute.start_time desc"],
        ["attributes.created"], ["Created DESC"], ["end_time"], ["end_time DESC"], ["run_id"], ["run_id DESC"],
        ["run_name"], ["run_name DESC", "user_id DESC"], ["status"], ["status Desc", "metrics.loss"], ["user_id"],
        ["artifact_uri"], ["metrics.absent"], ["metrics.a.b DESC"], ["metrics.1 desc"], ["metrics.`desc`"], ["metrics.desc"],
        ["metrics.acc\tdesc"], ["metrics.acc\ndesc"], ["metrics.timestamp"],
        ["metrics.loss", "metrics.loss DESC"], ["start_time", "created"], ["metric.loss", "metrics.loss"],
        ["params.loss", "metrics.loss"], [" metrics.loss"], ["metrics.loss "], ["metrics.loss DESC "],
        ["metrics.loss DESC NULLS LAST"], ["metrics.loss foo"], ["metrics.loss, metrics.acc"], ["metrics.loss desc desc"],
        [""], ["foo"], ["foo.x"], ["dataset.name"], ["`run name`"], ["run name"], ["timestamp"], ["1"], ["'x'"], ["desc"],
        ["metrics.loss;"], ["metrics.loss > 1"], ["metrics.`a b"], ["metrics.`a'b` desc"], ["metrics.loss desc -- x"],
        ["metrics.`a\"b`"],
    ],
    "experiments": [
        [], ["name"], ["name DESC"], ["creation_time"], ["creation_time DESC"], ["last_update_time ASC"], ["experiment_id"],
        ["experiment_id DESC"], ["creation_time", "name DESC"], ["attribute.name"], ["attributes.name"], ["tags.team"],
        ["name", "name DESC"], ["foo"], ["name foo"], ["metrics.x"],
    ],
    "models": [
        [], ["name"], ["name DESC"], ["timestamp"], ["timestamp DESC"], ["timestamp  ASC"], ["last_updated_timestamp DESC"],
        ["creation_timestamp"], ["attribute.name"], ["`name`"], ["`name` desc"], ["timestamp", "name DESC"],
        ["name", "name"], ["timestamp", "last_updated_timestamp"], ["foo"], ["tags.team"], ["TIMESTAMP"], ["timestamp foo"],
    ],
    "versions": [
        [], ["name"], ["name DESC"], ["version_number"], ["version_number DESC"], ["creation_timestamp"],
        ["last_updated_timestamp DESC"], ["last_updated_timestamp", "version_number ASC"], ["attribute.name"],
        ["attributes.name"], ["name", "name DESC"], ["tags.x"], ["timestamp"], ["foo"],
    ],
    "logged_models": [
        [], [logged("name")], [logged("name", False)], [logged("creation_timestamp")], [logged("creation_time", False)],
        [logged("model_id")], [logged("model_type")], [logged("model_type", False)], [logged("metrics.loss")],
        [logged("metrics.loss", False)], [logged("metrics.loss", True, "train")], [logged("metrics.loss", False, "train", "d1")],
        [logged("metrics.loss", True, "train", "d2")], [logged("metrics.a.b")], [logged("metrics.absent")], [logged("name"), logged("name", False)],
        [logged("status")], [logged("source_run_id"), logged("name", False)], [logged("foo")], [logged("params.lr")], [logged("last_updated_timestamp")],
        [logged("metrics.loss", True, None, "d1")],
    ],
}
