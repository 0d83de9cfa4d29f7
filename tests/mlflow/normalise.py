"""Replaces what may differ between two right servers by a name for it, after checking its form.

Ids become `<run of create>`, `<model of create 2>`, `<experiment of ...>`, after the observation in which they are first
seen, so that the same id twice is the same name twice, and one that is missing changes no other's name. A time becomes `<ms>` when it lies within the scenario's own span, and stays as it
is otherwise: a time that the scenario chose, or a wrong one.
"""

import re

TIMES = {
    "creation_time",
    "last_update_time",
    "start_time",
    "end_time",
    "timestamp",
    "creation_timestamp",
    "last_updated_timestamp",
    "creation_timestamp_ms",
    "last_updated_timestamp_ms",
}
# Lists without an order of their own; a list of points with one key (a history) has one.
UNORDERED = {"tags", "params", "metrics", "aliases"}
# Added by recent servers, read by no client.
DROPPED = {"sqlstate", "error_class", "stack_trace"}
LONG = re.compile(
    r"(?P<model>m-[0-9a-f]{32})|(?P<run>\b[0-9a-f]{32}\b)"
    r"|(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
)
# Where texts name an experiment; its number alone is too short to look for everywhere.
IN_TEXT = re.compile(
    r"(mlflow-artifacts:/|artifacts/|(?i:\bexperiment(?:_id|s| with id| id)?)[ =:'\"\\]*|\bid[= ]|Expected: \[')(\d+)\b"
)
IN_PATH = re.compile(r"\b(\d+)(?=/(?:<run of |models/<model of ))")
RANDOM_NAME = re.compile(r"[a-z]+-[a-z]+-\d+")
# GraphQL's names are in camel case.
CAMEL = re.compile(r"(?<=[a-z])([A-Z])")
# A set of Python's, printed in an order that changes with each start of the server.
SET = re.compile(r"\{('[^']*'(?:, '[^']*')+)\}")
# The text of an error that came out of Python's or the database's own machinery: no other server can say that.
PYTHON = re.compile(r"<class '|Traceback|sqlalchemy|sqlite3|object has no attribute|<mlflow\.|google\.protobuf")


def plain(key):
    """A field's name as REST has it; what has a dot is a tag's."""
    return key if "." in key else CAMEL.sub(lambda m: "_" + m[1].lower(), key)


class Normaliser:
    """One scenario's names."""

    def __init__(self, words, since, until, digits=None):
        """`words`: texts to replace, longest first. `since`, `until`: the scenario's span in ms."""
        self.words, self.since, self.until, self.digits = words, since, until, digits
        self.names, self.count, self.place = {}, {}, ""

    def name(self, kind, value):
        """The stand-in for an id, made when it is new."""
        if (kind, value) not in self.names:
            self.count[kind, self.place] = number = self.count.get((kind, self.place), 0) + 1
            self.names[kind, value] = f"<{kind} of {self.place}{f' {number}' if number > 1 else ''}>"
        return self.names[kind, value]

    def text(self, value):
        """A text with everything replaced that is known to differ."""
        for word, stand_in in self.words:
            value = value.replace(word, stand_in)
        value = re.sub(r"127\.0\.0\.1:\d{4,5}\b", "<host>", value)
        value = SET.sub(lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", value)
        value = LONG.sub(lambda m: self.name(m.lastgroup, m[0]), value)
        # Only ids that an answer has named: a scenario's invented ids are the same everywhere.
        known = lambda number: self.names.get(("experiment", number), number)  # noqa: E731
        value = IN_TEXT.sub(lambda m: m[1] + known(m[2]), value)
        return IN_PATH.sub(lambda m: known(m[1]), value)

    def paths(self, request):
        """A request line: every id by its kind alone, whosever it is."""
        return re.sub(r"<(run|model|uuid|experiment) of [^>]*>", r"<\1>", re.sub(r"(artifacts/)\d+/", r"\1<experiment>/", request))

    def learn(self, value, key=None):
        """Names the experiments that the document speaks of, before texts are searched for them."""
        if isinstance(value, dict):
            for k, v in value.items():
                self.learn(v, plain(k))
        elif isinstance(value, list):
            for v in value:
                self.learn(v, "experiment_id" if key == "experiment_ids" else key)
        elif key == "experiment_id" and isinstance(value, str) and re.fullmatch(r"[1-9]\d*", value):
            self.name("experiment", value)

    def document(self, value):
        """All observations of a scenario."""
        for name, seen in value.items():
            self.place = re.sub("[<>]", "", name)
            self.learn(seen)
        out = {}
        for name, seen in value.items():
            self.place = re.sub("[<>]", "", name)
            seen = self.walk(seen)
            # Some calls of the client return a bare id.
            out[name] = self.names.get(("experiment", seen), seen) if isinstance(seen, str) else seen
        return out

    def leaf(self, key, value):
        """A value that is no container, by the key that it stands under."""
        if isinstance(value, str):
            if key == "experiment_id" and re.fullmatch(r"[1-9]\d*", value):
                return self.name("experiment", value)
            if key in TIMES and value.isdecimal() and self.since <= int(value) <= self.until:
                return "<ms>"
            if key in ("run_name", "mlflow.runName", "name") and RANDOM_NAME.fullmatch(value):
                return "<random name>"
            if key in ("next_page_token", "token") and value:
                return "<token>"
            if key == "mlflow.source.name":
                return "<source>"
            if key == "message" and PYTHON.search(value):
                return "<python>"
            value = self.text(value)
            return value if len(value) <= 2000 else f"{value[:100]}... ({len(value)} characters)"
        if key in TIMES and isinstance(value, int) and self.since <= value <= self.until:
            return "<ms>"
        if isinstance(value, float) and self.digits:
            return float(f"{value:.{self.digits}g}")
        return value

    def walk(self, value, key=None):
        """The whole document."""
        if isinstance(value, dict):
            # Tags and the like: the meaning of `value` hangs on its neighbour.
            inner = value.get("key") if set(value) <= {"key", "value", "<class>"} else None
            return {
                self.text(k) if len(k) < 100 else f"{k[:20]}... ({len(k)} characters)": self.walk(
                    v, inner if k == "value" and inner else plain(k)
                )
                for k, v in value.items()
                if k not in DROPPED and not k.removeprefix("tags.").startswith("mlflow.source.git.")
            }
        if isinstance(value, list):
            if key in UNORDERED:
                value = self.ordered(value)
            # One tag less on a machine without Git.
            value = [
                v for v in value if not (isinstance(v, dict) and str(v.get("key")).startswith("mlflow.source.git."))
            ]
            return [self.walk(v, "experiment_id" if key == "experiment_ids" else key) for v in value]
        return self.leaf(key, value)

    @staticmethod
    def ordered(items):
        """By key, and by step for one key; a metric's history, which has one key, as it came."""
        if not all(isinstance(i, dict) for i in items) or len({i.get("key", i.get("alias")) for i in items}) < 2:
            return items
        return sorted(items, key=lambda i: (str(i.get("key", i.get("alias"))), i.get("step") or 0))
