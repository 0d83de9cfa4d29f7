"""Collects a scenario's observations."""

import random
import re

from plain import failure, plain


class Recorder:
    """`out("name", value)` records; a callable is called, and its exception is an observation too."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        #: In every name that must be unique on a server that others use.
        self.salt = f"{random.SystemRandom().getrandbits(40):010x}"
        self.document, self.requests = {}, set()

    def __call__(self, name, value):
        """Records; returns the value, or `None` for what failed."""
        if name in self.document:
            raise ValueError(f"two observations are called {name!r}")
        result = value
        if callable(value):
            try:
                result = value()
            except Exception as error:  # noqa: BLE001 - whatever a user would see
                self.document[name] = failure(error)
                return None
        self.document[name] = plain(result)
        return result

    def name(self, base):
        """A name that is this scenario run's own. Its order among others is that of `base`."""
        return f"{base}-{self.salt}"

    def seen(self, method, path, status):
        """A request of the client that was answered; what its query held is left out."""
        self.requests.add(f"{method} {re.sub(r'[?].*', '', path)} {status}")
