"""Webhooks of the registry: made, read, changed, listed, deleted, refused; and what is delivered, signed.

The server must let webhooks go to `http` and loopback; see the test that starts it.
"""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading

SECRET = "s3cret"


class Receiver:
    """Takes deliveries on a loopback port."""

    def __init__(self):
        self.got = got = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                got.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"thanks")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        """The next delivery, with its signature checked."""
        headers, body = self.got.get(timeout=30)
        headers = {k.lower(): v for k, v in headers.items()}
        signed = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.{body.decode()}".encode()
        right = "v1," + base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        payload = json.loads(body)
        out = {
            "payload": payload | {"timestamp": "T" in payload.get("timestamp", "")},
            "type": headers.get("content-type"),
        }
        return out | {
            "signature": headers.get("x-mlflow-signature") == right,
            "delivery id": headers["x-mlflow-delivery-id"],
            "time": headers["x-mlflow-timestamp"].isdigit(),
        }


def run(client, raw, out):
    receiver = Receiver()
    event = {"entity": "REGISTERED_MODEL", "action": "CREATED"}
    # Off, so that nothing is sent there.
    off = {"url": "https://127.0.0.1/hook", "status": "DISABLED"}
    made = raw.post("webhooks", name=out.name("hook"), events=[event], secret=SECRET, description="d", **off)
    out("create", made)
    it = made["webhook"]["webhook_id"]
    out("get", raw.get(f"webhooks/{it}"))
    out("update", raw.patch(f"webhooks/{it}", name=out.name("other"), description="e"))
    out("update events", raw.patch(f"webhooks/{it}", events=[event, {"entity": "MODEL_VERSION", "action": "CREATED"}]))
    out("update nothing", raw.patch(f"webhooks/{it}"))
    out("update url", raw.patch(f"webhooks/{it}", url="ftp://x"))
    out("update status", raw.patch(f"webhooks/{it}", status="BOGUS"))
    out("get after", raw.get(f"webhooks/{it}"))
    for entity, action in [
        ("MODEL_VERSION", "CREATED"),
        ("MODEL_VERSION_TAG", "SET"),
        ("MODEL_VERSION_TAG", "DELETED"),
        ("MODEL_VERSION_ALIAS", "CREATED"),
        ("MODEL_VERSION_ALIAS", "DELETED"),
        ("REGISTERED_MODEL", "DELETED"),
        ("REGISTERED_MODEL", "SET"),
        ("RUN", "CREATED"),
        ("BOGUS", "CREATED"),
    ]:
        answer = raw.post("webhooks", name=out.name("e"), events=[{"entity": entity, "action": action}], **off)
        out(f"event {entity} {action}", answer)
        if answer.status == 200:
            raw.delete(f"webhooks/{answer['webhook']['webhook_id']}")
    whole = {"name": "n", "events": [event], "status": "DISABLED", "url": "https://127.0.0.1/x"}
    for what, fields in {
        "nothing": {},
        "no name": {**whole, "name": None},
        "no url": {**whole, "url": None},
        "no events": {**whole, "events": None},
        "empty events": {**whole, "events": []},
        "http": {**whole, "url": "http://127.0.0.1/x"},
        "no scheme": {**whole, "url": "example.org"},
        "ftp": {**whole, "url": "ftp://127.0.0.1"},
        "no host": {**whole, "url": "https:///x"},
        "empty url": {**whole, "url": ""},
        "blank url": {**whole, "url": " "},
        "bad name": {**whole, "name": "a b/c"},
        "dashes": {**whole, "name": "-a-"},
        "long name": {**whole, "name": "n" * 300},
        "unknown status": {**whole, "status": "BOGUS"},
        "number name": {**whole, "name": 5},
        "empty secret": {**whole, "secret": ""},
        "event twice": {**whole, "events": [event, event]},
        "event of nothing": {**whole, "events": [{}]},
    }.items():
        answer = raw.post("webhooks", {k: v for k, v in fields.items() if v is not None})
        out(f"create, {what}", answer)
        if answer.status == 200:
            raw.delete(f"webhooks/{answer['webhook']['webhook_id']}")
    out("list", [w for w in raw.get("webhooks")["webhooks"] if w["webhook_id"] == it])
    out("list of one", len(raw.get("webhooks", max_results=1)["webhooks"]))
    for size in 0, -1, 1001, "x":
        answer = raw.get("webhooks", max_results=size)
        out(f"list, size {size}", answer if answer.status != 200 else answer.status)
    out("list, garbage token", raw.get("webhooks", page_token="garbage"))
    out("client get", lambda: client.get_webhook(it))
    out("client list", lambda: [w.name for w in client.list_webhooks() if w.webhook_id == it])
    nobody = "00000000-0000-0000-0000-000000000000"
    out("get nobody", raw.get(f"webhooks/{nobody}"))
    out("update nobody", raw.patch(f"webhooks/{nobody}", name="x"))
    out("test nobody", raw.post(f"webhooks/{nobody}/test"))
    out("delete", raw.delete(f"webhooks/{it}"))
    out("delete again", raw.delete(f"webhooks/{it}"))
    out("deleted", raw.get(f"webhooks/{it}"))
    out("delete nobody", raw.delete(f"webhooks/{nobody}"))

    every = [
        "registered_model.created",
        "model_version.created",
        "model_version_tag.set",
        "model_version_tag.deleted",
        "model_version_alias.created",
        "model_version_alias.deleted",
    ]
    active = out(
        "client create",
        lambda: client.create_webhook(name=out.name("live"), url=receiver.url, events=every, secret=SECRET),
    )
    try:
        name = out.name("watched")
        for what, act in {
            "registered_model.created": lambda: client.create_registered_model(name, tags={"a": "b"}, description="d"),
            "model_version.created": lambda: raw.post(
                "model-versions/create",
                name=name,
                source="s3://b/x",
                tags=[{"key": "k", "value": "v"}],
                description="d",
            ),
            "model_version_tag.set": lambda: client.set_model_version_tag(name, "1", "t", "u"),
            "model_version_tag.deleted": lambda: client.delete_model_version_tag(name, "1", "t"),
            "model_version_alias.created": lambda: client.set_registered_model_alias(name, "best", "1"),
            "model_version_alias.deleted": lambda: client.delete_registered_model_alias(name, "best"),
        }.items():
            act()
            out(f"delivered {what}", lambda: receiver.next())
        out("test", lambda: client.test_webhook(active.webhook_id))
        out("test delivered", lambda: receiver.next())
        out(
            "test of an event",
            raw.post(
                f"webhooks/{active.webhook_id}/test", event={"entity": "MODEL_VERSION_ALIAS", "action": "CREATED"}
            ),
        )
        out("test of an event delivered", lambda: receiver.next())
    finally:
        client.delete_webhook(active.webhook_id)
