"""Says where two documents of observations differ."""

import json
import pathlib
import re

MISSING = "(nothing)"


def differences(theirs, ours, path="", same=False):
    """Every place where they differ: `(path, theirs, ours)`. `same`: both are of the same server."""
    # What is a fault of the other server's is no example; it must only be no fault of ours.
    if fault(theirs):
        return [(path, theirs, ours)] if fault(ours) != same else []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        keys = list(theirs) + [k for k in ours if k not in theirs]
        return [d for k in keys for d in differences(theirs.get(k, MISSING), ours.get(k, MISSING), f"{path}/{k}", same)]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [d for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) for d in differences(a, b, f"{path}/{i}", same)]
    # A text out of Python's machinery.
    if theirs == "<python>" and isinstance(ours, str):
        return []
    # 1 and 1.0 and true are not the same answer.
    return [] if type(theirs) is type(ours) and theirs == ours else [(path, theirs, ours)]


def fault(answer):
    """Whether a server broke over this request. 501 says that something is not there, and is an answer."""
    status = answer.get("status") if isinstance(answer, dict) else None
    return isinstance(status, int) and status >= 500 and status != 501


class Accepted:
    """Differences that are meant, each with its reason: `accepted.json`, a list of `{"at": place, "why": text}`.

    A place is `scenario/observation/...`, as a difference is reported; `*` in it stands for anything.
    """

    def __init__(self):
        entries = json.loads(pathlib.Path(__file__).with_name("accepted.json").read_text())
        self.places = [re.compile(re.escape(e["at"]).replace(r"\*", ".*"), re.DOTALL) for e in entries]

    def holds(self, path):
        """Whether a difference at this place is meant."""
        return any(place.fullmatch(path) for place in self.places)


def report(scenario, theirs, ours, accepted, most=8):
    """The differences of one scenario as text; empty when there is none. At most so many of one observation.

    Without `accepted`, both are of the same server, and all must be the same.
    """
    out = []
    for name in list(theirs) + [n for n in ours if n not in theirs]:
        both = theirs.get(name, MISSING), ours.get(name, MISSING)
        found = differences(*both, f"{scenario}/{name}", same=not accepted)
        found = [d for d in found if not (accepted and accepted.holds(d[0]))]
        out += [f"{path}\n  theirs: {show(a)}\n  ours:   {show(b)}\n" for path, a, b in found[:most]]
        if len(found) > most:
            out.append(f"{scenario}/{name}: {len(found) - most} more differences\n")
    return "".join(out)


def show(value):
    """A value in a line."""
    return value if value is MISSING else json.dumps(value, ensure_ascii=False)[:600]
