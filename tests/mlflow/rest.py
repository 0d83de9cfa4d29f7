"""REST without a client in between, so that nothing is hidden, added or retried."""

import http.client
import json
import urllib.parse

API = "/api/2.0/mlflow/"


class Answer:
    """What came back: `status`, `type`, `body` (parsed when it is JSON), chosen `headers`."""

    def __init__(self, response, keep):
        self.raw = response.read()
        self.status = response.status
        self.type = (response.headers.get("Content-Type") or "").split(";")[0].strip()
        self.headers = {k: response.headers.get(k) for k in keep}
        if self.type == "application/json":
            # Not every answer that says so is JSON; then the text is what to compare.
            try:
                self.body = json.loads(self.raw)
            except ValueError:
                self.body = self.raw.decode("utf-8", "replace")
        elif self.type == "text/html":
            # Only browsers read these.
            self.body = "<html>"
        else:
            self.body = self.raw.decode("utf-8", "replace") if len(self.raw) < 4096 else f"<{len(self.raw)} bytes>"

    def plain(self):
        """As an observation."""
        out = {"status": self.status, "type": self.type, "body": self.body}
        return out | {"headers": self.headers} if self.headers else out

    def __getitem__(self, key):
        return self.body[key]


class Raw:
    """Sends exactly what it is told. Paths without a leading `/` are below `/api/2.0/mlflow/`."""

    def __init__(self, url):
        parts = urllib.parse.urlparse(url)
        self.host, self.port = parts.hostname, parts.port

    def send(self, method, path, data=None, headers=None, keep=()):
        """One request on a connection of its own; `data` goes out as it is."""
        path = path if path.startswith("/") else API + path
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, data, headers or {})
            return Answer(connection.getresponse(), keep)
        finally:
            connection.close()

    def json(self, method, path, body, **more):
        """A request with a JSON body."""
        return self.send(method, path, json.dumps(body).encode(), {"Content-Type": "application/json"}, **more)

    def get(self, path, /, keep=(), **query):
        """GET with a query; lists repeat their key."""
        query = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}, doseq=True)
        return self.send("GET", path + ("?" + query if query else ""), keep=keep)

    def post(self, path, body=None, /, **fields):
        """POST with a JSON body, given whole or as fields."""
        return self.json("POST", path, fields if body is None else body)

    def patch(self, path, /, **fields):
        """PATCH with a JSON body."""
        return self.json("PATCH", path, fields)

    def delete(self, path, /, **fields):
        """DELETE with a JSON body, as MLflow has it."""
        return self.json("DELETE", path, fields)
