"""What hangs on numbers that nobody has measured: which rows of the evidence leave their band, and which expectations of
scenarios turn round, when an assumed number goes to the ends of its range.

    found = sensitivity(kept=KEPT / "sensitivity")
    found.turns()      # one entry for each number, end, and row or expectation that changes

Numbers go one at a time. What a small row moves by, on the same draws, is added to what the row gives in full size; where it
then turns, the row is measured in full size at that end, and that counts. Expectations are looked at in a few small
replicates on common draws; where one turns round, more and larger ones decide. What a number cannot touch (`depends`) is
not run.
"""

from __future__ import annotations

import json
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, TypeVar

from sim.errors import RippleError, did_you_mean
from sim.files import write_text
from sim.scenario.parameters import PARAMETERS, Parameter
from sim.scenario.parts import Expect
from sim.scenario.scenario import library, load
from sim.study.evidence.looking import Values, look_at_rows, look_at_scenarios
from sim.study.evidence.plan import FULL
from sim.study.evidence.row import row_of
from sim.study.evidence.rows import ROWS, chosen
from sim.study.provenance import version

FORMAT = 1
ENDS = ("low", "high")
DEFAULTS = ""  # where others have "NAME low"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Turn:
    """A row that leaves its band or comes in, or an expectation that turns round, at one end of one number.

    what: the id of a row's number, or a scenario and what it expects. before, after: value of the row; how far the
    expectation holds. holds: whether it does so now.
    """

    name: str
    end: str
    what: str
    before: float
    after: float
    holds: bool


@dataclass
class Sensitivity:
    """What was found.

    ends: for each number its values at both ends, [low, high]. full: the rows at the defaults, in full size. rows: under
    "NAME low" and "NAME high", and DEFAULTS, the small measurements of the rows that the number can touch; checked: those
    that seemed to turn, in full size. expectations: likewise how far each expectation of a scenario holds, above 0 where it
    does, in the unit of its measure; words: these expectations. facts: when and with what; stopped: Ctrl-C came before the
    end.
    """

    ends: dict[str, list[float]]
    words: dict[str, list[str]] = field(default_factory=dict)
    full: Values = field(default_factory=dict)
    rows: dict[str, Values] = field(default_factory=dict)
    checked: dict[str, Values] = field(default_factory=dict)
    expectations: dict[str, Values] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    stopped: bool = False

    def turns(self) -> list[Turn]:
        """Everything that changes, number by number, low end first."""
        return [turn for name in self.ends for end in ENDS for turn in self.at(name, end)]

    def at(self, name: str, end: str) -> list[Turn]:
        """What changes at one end of a number."""
        found, checked = [], self.checked.get(f"{name} {end}", {})
        for id, values in self.rows.get(f"{name} {end}", {}).items():
            for k, (full, small, now) in enumerate(zip(self.full[id], self.rows[DEFAULTS][id], values, strict=True)):
                number = ROWS[id].numbers[k]
                moved = checked[id][k] if id in checked else _moved(full, small, now)
                inside = number.low <= moved <= number.high
                if inside != (number.low <= full <= number.high):
                    found.append(Turn(name, end, ROWS[id].ids[k], full, moved, inside))
        for scenario, margins in self.expectations.get(f"{name} {end}", {}).items():
            for k, (before, after) in enumerate(zip(self.expectations[DEFAULTS][scenario], margins, strict=True)):
                if before > 0.0 and not after > 0.0:
                    found.append(Turn(name, end, f"{scenario}: {self.words[scenario][k]}", before, after, False))
        return found

    def write(self, path: str | Path) -> Path:
        """Write it as JSON; whole or not at all."""
        return write_text(path, json.dumps(_as_text({"format": FORMAT, **asdict(self)}), indent=1) + "\n")

    @classmethod
    def read(cls, path: str | Path) -> Sensitivity:
        """What was written. Raises RippleError when the file is none."""
        try:
            plain = _as_numbers(json.loads(Path(path).read_text(encoding="utf-8")))
            if plain.pop("format") != FORMAT:
                raise RippleError(f"{path} has another format; measure it anew")
            return cls(**plain)
        except OSError as problem:
            raise RippleError(f"{path} cannot be read: {problem.strerror}") from None
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise RippleError(f"{path} holds no sensitivity of the evidence: {problem!r}") from None


def _moved(full: float, before: float, after: float) -> float:
    """What a row gives in full size, moved by what the small one moved."""
    if math.isfinite(before) and math.isfinite(after) and math.isfinite(full):
        return full + (after - before)
    return full if before == after else after


def assumed() -> list[Parameter]:
    """The numbers of the model that have no source, and a range."""
    return [p for p in PARAMETERS.values() if p.assumed and p.distribution != "fixed"]


def sensitivity(
    names: Sequence[str] | None = None,
    *,
    rows: Sequence[str] | None = None,
    scenarios: Sequence[str] | None = None,
    full: Values | None = None,
    kept: Path | None = None,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sensitivity:
    """Look at both ends of some numbers; None: all that are assumed.

    rows, scenarios: which of them, None: all; full: the rows in full size at the defaults, else the small ones stand in;
    kept: a folder where what was found is left for the next time; workers: processes, 1: this one; progress: called with
    the share done. Ctrl-C keeps what is done, and the result says so.
    Raises RippleError for an unknown name.
    """
    wanted = [p.name for p in assumed()] if names is None else list(names)
    for name in wanted:
        if name not in PARAMETERS:
            raise RippleError(f"'{name}' is not a parameter{did_you_mean(name, PARAMETERS)}")
    ids = tuple(row.id for row in chosen(rows))
    stories = tuple(sorted(library())) if scenarios is None else tuple(scenarios)
    out = Sensitivity({name: [PARAMETERS[name].low, PARAMETERS[name].high] for name in wanted})
    out.facts = {"day": datetime.now(UTC).date().isoformat(), "version": version("trust-ripple")}
    out.words = {story: [in_words(e) for e in load(story).expect] for story in stories}
    jobs = {DEFAULTS: ("", 0.0)}
    jobs |= {f"{name} {end}": (name, v) for name in wanted for end, v in zip(ENDS, out.ends[name], strict=True)}
    try:
        for label, (measured, margins) in _each(jobs, ids, stories, kept, workers or os.cpu_count() or 1):
            out.rows[label], out.expectations[label] = measured, margins
            if progress is not None:
                progress(len(out.rows) / len(jobs))
    except KeyboardInterrupt:
        out.stopped = True
    out.rows, out.expectations = ({k: found[k] for k in jobs if k in found} for found in (out.rows, out.expectations))
    out.full = {id: list((full or out.rows[DEFAULTS])[id]) for id in ids} if DEFAULTS in out.rows else {}
    if full is not None and not out.stopped:
        _check(out, kept, workers or os.cpu_count() or 1)
    return out


def _check(out: Sensitivity, kept: Path | None, workers: int) -> None:
    """Measure in full size, at that end, each row that seems to turn there."""
    seem: dict[str, tuple[str, float, list[str]]] = {}
    for turn in out.turns():
        if row_of(turn.what) in out.full:
            job = seem.setdefault(f"{turn.name} {turn.end}", (turn.name, out.ends[turn.name][ENDS.index(turn.end)], []))
            if row_of(turn.what) not in job[2]:
                job[2].append(row_of(turn.what))
    try:
        for label, found in _spread({k: (*job, kept, FULL) for k, job in seem.items()}, look_at_rows, workers):
            out.checked[label] = found
    except KeyboardInterrupt:
        out.stopped = True
    out.checked = {label: out.checked[label] for label in seem if label in out.checked}


def in_words(e: Expect) -> str:
    """What is expected: `trust_days_lost, disclosure below silence`."""
    if e.between is not None:
        return f"{e.measure}, {e.arm} within {e.between[0]:g} to {e.between[1]:g}"
    return f"{e.measure}, {e.lower} below {e.higher}"


# --- many looks -------------------------------------------------------------------------------------------------------


def _look(
    name: str, value: float, rows: Sequence[str], scenarios: Sequence[str], kept: Path | None
) -> tuple[Values, Values]:
    return look_at_rows(name, value, rows, kept), look_at_scenarios(name, value, scenarios, kept)


def _each(
    jobs: Mapping[str, tuple[str, float]],
    rows: Sequence[str],
    scenarios: Sequence[str],
    kept: Path | None,
    workers: int,
) -> Iterator[tuple[str, tuple[Values, Values]]]:
    """Every job and what it found, as they are done. The first goes alone, so that loops are compiled once."""
    (first, job), *others = jobs.items()
    yield first, _look(*job, rows, scenarios, kept)
    yield from _spread({label: (*one, rows, scenarios, kept) for label, one in others}, _look, workers)


def _spread(
    jobs: Mapping[str, tuple[Any, ...]], work: Callable[..., Found], workers: int
) -> Iterator[tuple[str, Found]]:
    """What some work gives for each of the jobs, as they are done, on so many processes; 1: on this one."""
    if workers == 1:
        for label, job in jobs.items():
            yield label, work(*job)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow) as pool:
        futures: dict[Future[Found], str] = {pool.submit(work, *job): label for label, job in jobs.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _follow() -> None:
    """Ctrl-C is for the process that gives out the work; when that is gone, however it ended, so is this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# --- to JSON and back: what is not finite is text ---------------------------------------------------------------------


def _as_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_text(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_text(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else str(value)
    return value


def _as_numbers(value: object) -> dict:
    def back(entry: object) -> object:
        if isinstance(entry, dict):
            return {key: back(one) for key, one in entry.items()}
        if isinstance(entry, list):
            return [back(one) for one in entry]
        return float(entry) if entry in ("inf", "-inf", "nan") else entry

    return back(value)  # type: ignore[return-value]
