"""Bare REST at its edges: what is no JSON, no such route, no such method, too deep, too large."""

import json

JSON = {"Content-Type": "application/json"}


def run(client, raw, out):
    experiment = client.create_experiment(out.name("errors"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": it})
    post = lambda path, data, headers=JSON: raw.send("POST", path, data, headers)  # noqa: E731
    bodies = {
        "empty": b"",
        "blank": b"  ",
        "null": b"null",
        "true": b"true",
        "number": b"5",
        "text": b'"text"',
        "list": b"[]",
        "list of objects": b'[{"run_id": "x"}]',
        "no json": b"hello",
        "cut": b'{"run_id": "',
        "trailing comma": b'{"run_id": "x",}',
        "single quotes": b"{'run_id': 'x'}",
        "two documents": b'{"run_id": "x"}{"a": 1}',
        "trailing garbage": b'{"run_id": "x"} x',
        "invalid utf-8": b'{"run_id": "\xff\xfe"}',
        "utf-16": '{"run_id": "x"}'.encode("utf-16"),
        "bom": b'\xef\xbb\xbf{"run_id": "x"}',
        "lone surrogate": b'{"run_id": "\\ud800"}',
        "nul": b'{"run_id": "a\\u0000b"}',
        "raw control": b'{"run_id": "a\nb"}',
        "comment": b'{"run_id": "x" /* c */}',
        "double encoded": json.dumps(json.dumps({"run_id": it, "key": "de", "value": "1"})).encode(),
        "duplicate key": b'{"run_id": "x", "run_id": "y"}',
        "deep": b'{"a":' * 2000 + b"1" + b"}" * 2000,
        "deep list": b"[" * 5000 + b"]" * 5000,
        "huge key": b'{"' + b"k" * 100000 + b'": 1}',
        "form": b"run_id=x&key=a&value=b",
    }
    for what, data in bodies.items():
        for path in "runs/log-parameter", "experiments/create", "runs/search", "runs/log-batch":
            out(f"{path}: {what}", post(path, data))
    for what, data in bodies.items():
        if what != "double encoded":
            out(f"delete: {what}", raw.send("DELETE", "registered-models/delete", data, JSON))
    whole = json.dumps({"run_id": it, "key": "t", "value": "1"}).encode()
    for type in (
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "application/json; charset=latin-1",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/vnd.api+json",
        "*/*",
        "",
        "application/jsonx",
        "nonsense",
    ):
        out(f"content type {type!r}", post("runs/set-tag", whole, {"Content-Type": type} if type else {}))
    out("no content type, delete", raw.send("DELETE", "registered-models/delete", b'{"name": "nobody"}', {}))
    out("no content type, patch", raw.send("PATCH", "registered-models/update", b'{"name": "nobody"}', {}))
    out("content type on GET", raw.send("GET", f"runs/get?run_id={it}", None, {"Content-Type": "text/plain"}).status)

    for path in (
        "/nothing",
        "/api",
        "/api/2.0",
        "/api/2.0/mlflow",
        "/api/2.0/mlflow/",
        "/api/2.0/mlflow/nothing",
        "/api/2.0/mlflow/runs",
        "/api/2.0/mlflow/runs/",
        "/api/2.0/mlflow/runs/get/",
        "/api/2.0/mlflow//runs/get",
        "/api/1.0/mlflow/runs/get",
        "/api/2.0/preview/mlflow/runs/get",
        "/api/3.0/mlflow/runs/get",
        "/api/3.0/mlflow/runs/search",
        "/ajax-api/2.0/mlflow/runs/get",
        "/API/2.0/mlflow/runs/get",
        "/api/2.0/mlflow/Runs/Get",
        "/api/2.0/mlflow/runs/get%20",
        "/api/2.0/mlflow/../mlflow/runs/get",
        "/api/2.0/mlflow/experiments/list",
        "/api/2.0/mlflow/registered-models/list",
        "/api/2.0/mlflow/metrics/get",
        "/favicon.ico",
        "/static-files/x.js",
    ):
        answer = raw.get(path, run_id=it)
        # The page of an unknown route is for browsers.
        out(f"GET {path}", answer if answer.status == 200 else answer.status)
    for method in "GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "FOO":
        answer = raw.send(method, "runs/search", None if method in ("GET", "HEAD", "TRACE") else b"{}", JSON)
        out(f"{method} runs/search", answer.status)
    for method in "POST", "PUT", "DELETE":
        out(f"{method} runs/get", raw.send(method, "runs/get", b"{}", JSON).status)
    out("GET with a body", raw.send("GET", "runs/get", json.dumps({"run_id": it}).encode(), JSON))
    out(
        "GET, query and body",
        raw.send("GET", f"runs/get?run_id={it}", json.dumps({"run_id": "x"}).encode(), JSON).status,
    )
    out("POST, query only", raw.send("POST", f"runs/delete?run_id={'f' * 32}", b"{}", JSON))
    out("GET, key twice", raw.send("GET", f"runs/get?run_id={it}&run_id=x").status)
    out("GET, unknown key", raw.send("GET", f"runs/get?run_id={it}&colour=red").status)
    out("GET, no value", raw.send("GET", "runs/get?run_id"))
    out("GET, broken escape", raw.send("GET", "runs/get?run_id=%zz"))
    out("GET, invalid utf-8", raw.send("GET", "runs/get?run_id=%ff%fe"))
    out("GET, nul", raw.send("GET", "runs/get?run_id=a%00b"))
    out("GET, plus", raw.send("GET", "experiments/get-by-name?experiment_name=a+b"))
    out("GET, semicolon", raw.send("GET", f"runs/get?run_id={it};colour=red"))
    out(
        "GET, long query",
        raw.send("GET", "experiments/get-by-name?experiment_name=" + "x" * 4000).plain() | {"body": "?"},
    )
    out("camel case", post("runs/set-tag", json.dumps({"runId": it, "key": "camel", "value": "1"}).encode()))
    out(
        "camel and snake",
        post("runs/set-tag", json.dumps({"runId": it, "run_id": it, "key": "camel", "value": "1"}).encode()),
    )
    out("camel query", raw.get("experiments/get-by-name", experimentName="x"))
    for what, fields in {
        "null id": {"run_id": None, "key": "a", "value": "b"},
        "list id": {"run_id": [it], "key": "a", "value": "b"},
        "object id": {"run_id": {}, "key": "a", "value": "b"},
        "number key": {"run_id": it, "key": 5, "value": "b"},
        "bool value": {"run_id": it, "key": "a", "value": True},
        "null value": {"run_id": it, "key": "nv", "value": None},
    }.items():
        out(f"set-tag, {what}", raw.post("runs/set-tag", fields))

    for host in (
        "evil.example",
        "localhost:1",
        "127.0.0.1",
        "localhost",
        "192.168.1.5",
        "[::1]",
        "",
        "evil.example:5000",
        "127.0.0.1.evil.example",
        "mlflow.localhost",
    ):
        answer = raw.send("GET", f"runs/get?run_id={it}", None, {"Host": host})
        out(
            f"host {host!r}",
            {"status": answer.status, "type": answer.type} | ({"body": answer.body} if answer.status != 200 else {}),
        )
    for origin in (
        "http://evil.example",
        "null",
        "http://localhost:3000",
        "http://127.0.0.1",
        "https://localhost",
        "file://",
        "http://localhost.evil.example",
    ):
        answer = post("runs/set-tag", whole, JSON | {"Origin": origin})
        out(f"origin {origin!r}", answer)
        out(f"origin {origin!r}, GET", raw.send("GET", f"runs/get?run_id={it}", None, {"Origin": origin}).status)
    out("health", raw.get("/health"))
    out("version", raw.get("/version").status)
    info = raw.get("/api/3.0/mlflow/server-info")
    out("server-info", {"status": info.status, "type": info.type, "keys": sorted(info.body)})
    out("tags in the end", lambda: sorted(k for k in client.get_run(it).data.tags))
