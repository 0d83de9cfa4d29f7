"""Turns what the client returns into plain JSON values, losing nothing that a user could see."""

import enum
import hashlib
import math


def plain(value):
    """The value as JSON: entities as objects, pages with their token, exceptions with their code."""
    if value is None or isinstance(value, (bool, int, str)) and not isinstance(value, enum.Enum):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, float):
        return value if math.isfinite(value) else f"<{value}>"
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()[:16]}
    if isinstance(value, BaseException):
        return failure(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(v) for v in value), key=str)
    if isinstance(value, (list, tuple)):
        items = [plain(v) for v in value]
        # A page of the client: whether there are more is part of the answer.
        return {"items": items, "token": value.token or None} if hasattr(value, "token") else items
    if hasattr(value, "plain"):
        return value.plain()
    if type(value).__name__ == "DataFrame":
        return {"rows": [{str(k): plain(r[k]) for k in sorted(r, key=str)} for r in value.to_dict("records")]}
    if type(value).__name__.startswith("Repeated"):
        return plain(list(value))
    if type(value).__module__.startswith("numpy"):
        return plain(value.item() if value.ndim == 0 else value.tolist())
    if type(value).__module__.startswith("pandas"):
        return str(value)
    if hasattr(value, "__dict__"):
        # Entities of MLflow: what they hold is behind properties.
        names = {n for c in type(value).__mro__ for n, p in vars(c).items() if isinstance(p, property)}
        names |= set(vars(value))
        return {"<class>": type(value).__name__} | {n: plain(getattr(value, n)) for n in sorted(names) if n[0] != "_"}
    raise TypeError(f"cannot record a {type(value)}")


def failure(error):
    """An exception as the user sees it."""
    # The client gave up retrying: a fault of the server's, as `compare` knows it from bare REST.
    if "too many 500 error responses" in str(error):
        return {"status": 500}
    out = {"raises": type(error).__name__}
    if hasattr(error, "error_code"):
        out["error_code"] = error.error_code
    out["message"] = getattr(error, "message", None) or str(error)
    return out
