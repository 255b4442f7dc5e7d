"""What a change of defaults did to the evidence: which numbers moved since the record that was there before.

A record carries the changes that led to it, so that a test can ask CHANGELOG.md for each of them by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.study.evidence.report import Report, Result
from sim.study.evidence.row import or_none


@dataclass(frozen=True)
class Change:
    """Some defaults that were changed on a day, and the numbers that moved.

    defaults: by name, the value before and after; None: it was not, or is no longer, a number of the model
    moved: ids of numbers, as E13b, each with its value before and after
    """

    day: str
    defaults: dict[str, tuple[float | None, float | None]]
    moved: dict[str, tuple[float | None, float | None]]

    @property
    def words(self) -> str:
        """A line for CHANGELOG.md."""
        defaults = ", ".join(f"`{name}` from {_said(a)} to {_said(b)}" for name, (a, b) in self.defaults.items())
        moved = ", ".join(f"{id} from {_said(a)} to {_said(b)}" for id, (a, b) in self.moved.items())
        return f"{defaults}: of the evidence this moved {moved or 'no row'}."


def change_since(earlier: Report, now: Report) -> Change | None:
    """What has changed since an earlier record of the same size; None when the defaults are the same.

    A number has moved when its value left the earlier interval, or when it is met and was not, or the other way round.
    """
    names = sorted({*earlier.parameters, *now.parameters})
    pairs = {name: (earlier.parameters.get(name), now.parameters.get(name)) for name in names}
    defaults = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not defaults:
        return None
    before = {result.id: result for row in earlier.rows for result in row.results}
    after = {result.id: result for row in now.rows for result in row.results}
    moved: dict[str, tuple[float | None, float | None]] = {
        id: (before[id].found.value, after[id].found.value)
        for id in after
        if id in before and _has_moved(before[id], after[id])
    }
    return Change(str(now.facts["day"]), defaults, moved)


def with_history(now: Report, earlier: Report | None) -> Report:
    """The report with the changes that its record has to carry: the earlier ones and what has changed since."""
    if earlier is not None:
        change = change_since(earlier, now)
        now.history = [*earlier.history, *([_plain(change)] if change else [])]
    return now


def changes(report: Report) -> list[Change]:
    """The changes that a record carries, the latest last."""
    return [
        Change(
            c["day"],
            {name: (a, b) for name, (a, b) in c["defaults"].items()},
            {id: (a, b) for id, (a, b) in c["moved"].items()},
        )
        for c in report.history
    ]


def _has_moved(before: Result, after: Result) -> bool:
    return before.met != after.met or not before.found.low <= after.found.value <= before.found.high


def _plain(change: Change) -> dict[str, object]:
    return {
        "day": change.day,
        "defaults": {name: list(pair) for name, pair in change.defaults.items()},
        "moved": {id: [or_none(v) if v is not None else None for v in pair] for id, pair in change.moved.items()},
    }


def _said(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.3g}"
