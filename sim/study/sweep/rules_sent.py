"""Rules of one's own on their way to workers: where their code lies, and the rules themselves."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Sequence

from sim.dynamics.rules import Rule
from sim.scenario.scenario import Scenario
from sim.study.own_rules import rules_of


class RulesSent:
    """Rules that another process can have: by reference to their code, which it looks for in the same folders.

    folders: where Python looked here. Rules that were typed in (a notebook, `__main__`) go by value where Dask is
    installed.
    """

    def __init__(self, rules: Sequence[Rule] = (), folders: Sequence[str] = ()):
        self._rules: list[Rule] | None = list(rules)
        self._folders = list(folders)
        self._lock = threading.Lock()
        self._bytes = b""

    def of(self, scenario: Scenario) -> tuple[Rule, ...]:
        """The rules of a changed scenario as they run, each a fresh copy with the scenario's values."""
        if not scenario.rules:
            return ()
        with self._lock:
            if self._rules is None:
                sys.path.extend(folder for folder in self._folders if folder not in sys.path)
                self._rules = pickle.loads(self._bytes)
            return rules_of(scenario, {rule.name: rule for rule in self._rules}, allow_code=False)

    def __getstate__(self) -> dict[str, object]:
        return {"folders": self._folders, "bytes": _packed(self._rules) if self._rules else self._bytes}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__((), state["folders"])  # type: ignore[misc]
        self._bytes = state["bytes"]  # type: ignore[assignment]
        self._rules = None if self._bytes else []


def _packed(rules: list[Rule]) -> bytes:
    if any(type(rule).__module__ == "__main__" for rule in rules):  # another process has another one
        try:
            from distributed.protocol.pickle import dumps
        except ImportError:
            return pickle.dumps(rules)
        return bytes(dumps(rules))
    return pickle.dumps(rules)
