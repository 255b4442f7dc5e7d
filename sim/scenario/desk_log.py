"""The log of a service desk: how long answers took, from a spreadsheet to the quantiles that a run draws from.

    desk: {log: replies.csv}
    desk: {log: {file: replies.csv, column: latency, unit: min}}
    desk: {log: {file: tickets.csv, asked: Created, answered: First reply}}

A row without a time is a complaint that nobody answered, so the log says which share is answered, too, unless the file
does. A resolved scenario keeps the quantiles themselves, and needs the log no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import RippleError
from sim.scenario.mistakes import Where
from sim.spreadsheet import Sheet, read_sheet

if TYPE_CHECKING:
    from sim.scenario.fields import DeskFile, LogFile
    from sim.scenario.sources import Source
    from sim.scenario.validate import Findings

FEWEST = 5  # answers; fewer say nothing of how long others take
QUANTILES = 201  # at even shares from 0 to 1
UNITS: Mapping[str, float] = MappingProxyType({"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0})  # in h
_WAITS = ("latency", "wait", "waiting time", "reply time", "response time", "first response", "first reply", "delay")
_SAYS = (
    ("s", r"\b(s|secs?|seconds?)\b"),
    ("min", r"\b(mins?|minutes?)\b"),
    ("h", r"\b(h|hrs?|hours?)\b"),
    ("d", r"\bdays?\b"),
)


def with_log(desk: DeskFile | None, source: Source, where: Where, findings: Findings) -> None:
    """Put the quantiles of a desk's log, and the share answered that it says, into what was written of the desk."""
    if desk is None or desk.log is None or desk.log.quantiles is not None:
        return
    if desk.log.file is None:
        findings.add((*where, "log"), "names no file; write `log: replies.csv`")
        return
    if not source.look_for_network:  # a saved scenario whose files may be elsewhere
        return
    try:
        sheet = read_sheet(source.folder / Path(desk.log.file).expanduser())
        hours = _hours(sheet, desk.log)
    except RippleError as problem:
        findings.add((*where, "log"), str(problem))
        return
    answered = hours[np.isfinite(hours)]
    if len(answered) < FEWEST:
        words = f"{desk.log.file} has {len(answered)} answers; {FEWEST} is the fewest that say how long others take"
        findings.add((*where, "log"), words)
        return
    waits = np.quantile(answered, np.linspace(0.0, 1.0, QUANTILES))
    desk.log = desk.log.model_copy(update={"quantiles": [float(w) for w in waits]})
    if desk.answers is None and len(answered) < len(hours):
        desk.answers = len(answered) / len(hours)


def _hours(sheet: Sheet, log: LogFile) -> np.ndarray:
    """How long each answer took, h; NaN where there was none."""
    if (log.asked is None) != (log.answered is None):
        raise RippleError("`asked` and `answered` name two columns of times; write both")
    if log.asked is not None and log.answered is not None:
        asked, answered = sheet.moments(log.asked), sheet.moments(log.answered)
        pairs = zip(asked, answered, strict=True)
        hours = np.array([(b - a).total_seconds() / 3600 if a and b else np.nan for a, b in pairs])
        name = log.answered
    else:
        name = log.column or sheet.first_of(_WAITS) or ""
        if not name:
            known = ", ".join(f"'{column}'" for column in sheet.columns)
            raise RippleError(f"{sheet.name}: which column says how long answers took? write `column:` ({known})")
        hours = sheet.numbers(name) * UNITS[log.unit or _unit(sheet, name)]
    wrong = np.flatnonzero(hours < 0)
    if wrong.size:
        raise sheet.error(sheet.lines[wrong[0]], name, sheet.column(name)[wrong[0]], "is before it was asked")
    return hours


def _unit(sheet: Sheet, column: str) -> str:
    words = re.sub(r"[_\W]+", " ", column.casefold())
    for unit, pattern in _SAYS:
        if re.search(pattern, words):
            return unit
    raise RippleError(f"{sheet.name}: in which unit is the column '{column}'? write `unit: min` ({', '.join(UNITS)})")
