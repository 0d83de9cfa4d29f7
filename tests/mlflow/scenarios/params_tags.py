"""Parameters and tags: their values, their limits, what may be written twice."""


def run(client, raw, out):
    experiment = client.create_experiment(out.name("params"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": it})
    out("param", lambda: client.log_param(it, "p", 1.50))
    out("param again", lambda: client.log_param(it, "p", "1.5"))
    out("param changed", lambda: client.log_param(it, "p", "2"))
    out("param, not as text", lambda: client.log_param(it, "list", [1, {"a": None}]))
    out("tag", lambda: client.set_tag(it, "t", True))
    out("tag changed", lambda: client.set_tag(it, "t", "x"))
    out("delete tag", lambda: client.delete_tag(it, "t"))
    out("delete tag again", lambda: client.delete_tag(it, "t"))

    values = {
        "text": "x",
        "empty": "",
        "number": 5,
        "real": 0.5,
        "bool": True,
        "null": None,
        "list": [1],
        "unicode": "ä☃\U0001f680",
        "newline": "a\nb\tc\x01",
        "6000": "v" * 6000,
        "6001": "v" * 6001,
        "8000": "v" * 8000,
        "8001": "v" * 8001,
        "500 wide": "☃" * 6000,
    }
    for what, value in values.items():
        out(f"raw param value {what}", raw.post("runs/log-parameter", run_id=it, key=f"p {what}", value=value))
        out(f"raw tag value {what}", raw.post("runs/set-tag", run_id=it, key=f"t {what}", value=value))
    keys = {
        "250": "k" * 250,
        "251": "k" * 251,
        "empty": "",
        "blank": " ",
        "slash": "a/b",
        "leading slash": "/a",
        "trailing slash": "a/",
        "double slash": "a//b",
        "dot": ".",
        "dotdot": "..",
        "up": "../a",
        "inner up": "a/../b",
        "inner dot": "a/./b",
        "unicode": "ä",
        "quote": "a'b",
        "colon": "a:b",
        "hash": "a#b",
        "percent": "a%20b",
        "backslash": "a\\b",
        "newline": "a\nb",
        "number": 7,
        "null": None,
        "dash.under_score": "-._",
        "at": "a@b",
        "plus": "a+b",
        "snowman": "☃",
        "cyrillic": "ключ",
        "tilde": "~/a",
    }
    for what, key in keys.items():
        out(f"raw param key {what}", raw.post("runs/log-parameter", run_id=it, key=key, value="1"))
        out(f"raw tag key {what}", raw.post("runs/set-tag", run_id=it, key=key, value="1"))
        out(f"raw metric key {what}", raw.post("runs/log-metric", run_id=it, key=key, value=1.0, timestamp=1))
        out(f"raw delete tag key {what}", raw.post("runs/delete-tag", run_id=it, key=key))
    for path, fields in {
        "log-parameter": {"key": "a", "value": "b"},
        "set-tag": {"key": "a", "value": "b"},
        "delete-tag": {"key": "a"},
    }.items():
        out(f"{path}, nobody", raw.post("runs/" + path, run_id="f" * 32, **fields))
        out(f"{path}, no run", raw.post("runs/" + path, **fields))
        out(f"{path}, by uuid", raw.post("runs/" + path, run_uuid=it, **fields))
        out(f"{path}, no key", raw.post("runs/" + path, run_id=it, value="b"))
        out(f"{path}, no value", raw.post("runs/" + path, run_id=it, key="novalue"))
        out(f"{path}, nothing", raw.post("runs/" + path))
    out("param null again", raw.post("runs/log-parameter", run_id=it, key="p null", value="other"))
    out("delete the name", raw.post("runs/delete-tag", run_id=it, key="mlflow.runName"))
    out("name after", lambda: client.get_run(it).info.run_name)
    out("run name by tag, empty", raw.post("runs/set-tag", run_id=it, key="mlflow.runName", value=""))
    out("name after that", lambda: client.get_run(it).info.run_name)
    out("user by tag", raw.post("runs/set-tag", run_id=it, key="mlflow.user", value="eve"))
    out("raw run", raw.get("runs/get", run_id=it))
    out("run", lambda: client.get_run(it))
    out("logged model tag", raw.post("runs/set-tag", run_id=it, key="mlflow.loggedModels", value="[]"))
