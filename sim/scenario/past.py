"""Past incidents of a brand: what happened when, and how a tracker moved; to be replayed by the model.

    past:
      - {act: outage, date: 2025-09-10, before: 62 points, after: 58 points, later: 21 d}
      - {act: false_claim, date: 2025-11-20, tracker: {file: tracker.csv}}

A tracker gives `before` (its last level up to the date) and `after` (its next level), and so `later`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.scenario.acts import Kind
from sim.scenario.tracker import last_before, levels

if TYPE_CHECKING:
    from sim.scenario.fields import PastFile
    from sim.scenario.sources import Source
    from sim.scenario.validate import Findings

_SIZES = ("magnitude", "reach", "virality")
LONGEST = 366 * 24.0  # h between an incident and the level after it; later ones tell of other things


@dataclass(frozen=True)
class PastIncident:
    """act: its kind; before, after: levels of the tracker, 0..1; later: h from the date to the level after it.

    magnitude, reach (0..1), virality: None: those of the kind.
    """

    act: str
    date: datetime
    before: float
    after: float
    later: float
    magnitude: float | None = None
    reach: float | str | None = None
    virality: float | str | None = None

    @property
    def sizes(self) -> dict[str, float | str]:
        """What is written of its size, as an act writes it."""
        given = ((key, getattr(self, key)) for key in _SIZES)
        return {key: value for key, value in given if value is not None}


def resolved_past(
    written: Sequence[PastFile | None], kinds: Mapping[str, Kind], source: Source, start: datetime, findings: Findings
) -> tuple[PastIncident, ...]:
    """The incidents that can be replayed; mistakes are noted."""
    out = []
    for i, entry in enumerate(written):
        if entry is None:
            continue
        where = ("past", i)
        kind = kinds.get(entry.act)
        if kind is None:
            findings.add((*where, "act"), f"'{entry.act}' is not known{did_you_mean(entry.act, kinds)}")
            continue
        if kind.repairs is not None or kind.settles:
            findings.add((*where, "act"), f"'{entry.act}' is no incident of its own; name what happened, like outage")
            continue
        found = _levels(entry, where, source, start, findings)
        if found is None:
            continue
        before, after, later = found
        if not 0 < later <= LONGEST:
            words = (
                f"{units.duration_words(max(later, 0.0))} after the incident; write more than 0 h and at most a year"
            )
            findings.add((*where, "later") if entry.later is not None else where, f"the level after it lies {words}")
            continue
        out.append(
            PastIncident(
                entry.act, _aware(entry.date, start), before, after, later, entry.magnitude, entry.reach, entry.virality
            )
        )
    return tuple(out)


def _levels(
    entry: PastFile, where: tuple[str | int, ...], source: Source, start: datetime, findings: Findings
) -> tuple[float, float, float] | None:
    own = [key for key in ("before", "after", "later") if getattr(entry, key) is not None]
    if entry.tracker is not None and own:
        findings.add((*where, own[0]), "the tracker says this; keep one of them")
        return None
    if entry.tracker is None:
        if entry.before is None or entry.after is None or entry.later is None:
            findings.add(where, "write `before`, `after` and `later`, or `tracker: {file: tracker.csv}`")
            return None
        return entry.before, entry.after, entry.later
    if not source.look_for_network:
        return None
    try:
        when, values = levels(entry.tracker, source.folder)
        number = last_before(when, entry.date, start.tzinfo)
        if number is None or number + 1 == len(when):
            side = "before" if number is None else "after"
            span = f"{when[0]:%Y-%m-%d} to {when[-1]:%Y-%m-%d}"
            raise RippleError(f"{entry.tracker.file} has no level {side} {entry.date:%Y-%m-%d} (it goes from {span})")
    except RippleError as problem:
        findings.add((*where, "tracker"), str(problem))
        return None
    later = units.since(when[number + 1], _aware(entry.date, start))
    return float(values[number]), float(values[number + 1]), later


def _aware(moment: datetime, start: datetime) -> datetime:
    """A date in the zone of the scenario where it names none."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=start.tzinfo)


def past_document(past: Sequence[PastIncident]) -> list[dict[str, Any]]:
    """Incidents as a file writes them that needs no tracker."""
    return [
        {
            "act": one.act,
            "date": units.date_words(one.date),
            "before": units.trust_words(one.before),
            "after": units.trust_words(one.after),
            "later": units.duration_words(one.later),
            **one.sizes,
        }
        for one in past
    ]
